package overseerr

import (
	"context"
	"fmt"
	"slices"

	"github.com/millrace-media/millrace/sdk"
)

// Acknowledge writes the title's status. A request that is no longer there needs no news, and there is no status for one
// that failed.
func (o *Overseerr) Acknowledge(ctx context.Context, a sdk.Acknowledgement) error {
	if a.Ref == "" || a.State == sdk.ProgressFailed {
		return nil
	}
	r, err := o.client.request(ctx, a.Ref)
	if sdk.KindOf(err) == sdk.NotFound {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look up request %s: %w", a.Ref, err)
	}
	status, err := o.news(ctx, r, a.State)
	if err != nil || status == "" {
		return err
	}
	if err := o.client.setMedia(ctx, int64(r.Media.ID), status, bool(r.Is4K)); err != nil {
		return fmt.Errorf("set the media of request %s to %s: %w", a.Ref, status, err)
	}
	return nil
}

// news is the status to write, or "" where there is nothing to say. The status is the title's, not the request's: a show
// of which only some seasons were asked for is available in part, and what is there is never called processing.
func (o *Overseerr) news(ctx context.Context, r request, state sdk.Progress) (string, error) {
	show, now := r.kind() == "tv", r.status()
	switch {
	case r.Media.ID == 0:
		return "", nil
	case state == sdk.ProgressAccepted && now < mediaProcessing:
		return "processing", nil
	case state == sdk.ProgressPartial && show && now != mediaPartial:
		return "partial", nil
	case state == sdk.ProgressRemoved && now > mediaUnknown:
		return "unknown", nil
	case state != sdk.ProgressAvailable || now == mediaAvailable:
		return "", nil
	case !show:
		return "available", nil
	}
	t, err := o.title(ctx, "tv", r.Media.TMDB)
	if err != nil && sdk.KindOf(err) != sdk.NotFound {
		return "", err
	}
	asked := r.seasons()
	for _, season := range t.Seasons {
		if len(asked) > 0 && !slices.Contains(asked, season) {
			return "partial", nil
		}
	}
	return "available", nil
}
