package realdebrid

import (
	"context"
	"fmt"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// Check asks for the account, its slots and its traffic. What only informs (slots, traffic) may fail.
func (r *RealDebrid) Check(ctx context.Context) (sdk.Health, error) {
	u, err := r.client.user(ctx)
	if err != nil {
		return sdk.Health{}, fmt.Errorf("ask for the account: %w", err)
	}
	if u.Type != "premium" && u.Premium <= 0 {
		return sdk.Health{}, &sdk.Error{Kind: sdk.Denied, Scope: sdk.ReachAccount, Message: "the Real-Debrid account is not premium"}
	}
	h := sdk.Health{User: string(u.Username), Plan: string(u.Type), Expires: r.expires(u)}
	if left := h.Expires.Sub(r.now()); !h.Expires.IsZero() && left < 7*24*time.Hour {
		h.Warnings = append(h.Warnings, "premium ends on "+h.Expires.Format(time.DateOnly))
	}
	h.Message = fmt.Sprintf("%d points", u.Points)
	r.slots(ctx, &h)
	r.traffic(ctx, &h)
	return h, nil
}

// expires is when premium ends: by the date, or by the seconds left.
func (r *RealDebrid) expires(u user) time.Time {
	if t, err := time.Parse(time.RFC3339, string(u.Expiration)); err == nil {
		return t.UTC()
	}
	if u.Premium <= 0 {
		return time.Time{}
	}
	return r.now().Add(time.Duration(u.Premium) * time.Second).UTC().Truncate(time.Second)
}

func (r *RealDebrid) slots(ctx context.Context, h *sdk.Health) {
	a, err := r.client.activeCount(ctx)
	if err != nil {
		h.Warnings = append(h.Warnings, "the number of active torrents is unknown: "+err.Error())
		return
	}
	h.Used, h.Slots = int(a.Active), int(a.Limit)
	if h.Slots > 0 && h.Used >= h.Slots {
		h.Warnings = append(h.Warnings, "every slot for active torrents is taken")
	}
}

// traffic adds what the last day on record used. The service's days are not ours: it counts in its own time zone.
func (r *RealDebrid) traffic(ctx context.Context, h *sdk.Health) {
	days, err := r.client.traffic(ctx)
	if err != nil {
		h.Warnings = append(h.Warnings, "the traffic is unknown: "+err.Error())
		return
	}
	last := ""
	for day := range days {
		last = max(last, day)
	}
	if last != "" {
		h.Message += fmt.Sprintf(", %s of traffic on %s", sdk.Size(days[last].Bytes), last)
	}
}
