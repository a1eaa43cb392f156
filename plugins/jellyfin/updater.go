package jellyfin

import (
	"context"
	"fmt"
	"time"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/httpclient"
)

// update is the schema MediaUpdateInfoPathDto of Jellyfin's OpenAPI document.
type update struct {
	Path       string `json:"Path"`
	UpdateType string `json:"UpdateType"`
}

// Update posts all changes in one call (POST /Library/Media/Updated).
func (j *Jellyfin) Update(ctx context.Context, changes []sdk.Change) error {
	if len(changes) == 0 {
		return nil
	}
	body := struct{ Updates []update }{}
	for _, c := range changes {
		body.Updates = append(body.Updates, update{j.paths.There(c.Path), updateType(c.Kind)})
	}
	err := j.http.JSON(ctx, httpclient.Request{Path: "Library/Media/Updated", Body: body, Idempotent: true})
	if err != nil {
		return fmt.Errorf("tell Jellyfin of %d changes: %w", len(changes), err)
	}
	return nil
}

func updateType(k sdk.ChangeKind) string {
	switch k {
	case sdk.ChangeCreated:
		return "Created"
	case sdk.ChangeDeleted:
		return "Deleted"
	}
	return "Modified"
}

// Check asks for the server's information (GET /System/Info), which needs the key.
func (j *Jellyfin) Check(ctx context.Context) (sdk.Health, error) {
	var info struct {
		ServerName        httpclient.String
		Version           httpclient.String
		HasPendingRestart httpclient.Bool
		IsShuttingDown    httpclient.Bool
	}
	if err := j.http.JSON(ctx, httpclient.Request{Path: "System/Info", Out: &info}); err != nil {
		return sdk.Health{}, fmt.Errorf("ask for the server's information: %w", err)
	}
	h := sdk.Health{Message: string(info.ServerName), Version: string(info.Version)}
	switch {
	case info.Version == "":
		return sdk.Health{}, &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachProvider, Message: "the server tells no version: it may not be Jellyfin"}
	case bool(info.IsShuttingDown):
		return sdk.Health{}, &sdk.Error{Kind: sdk.Unavailable, Scope: sdk.ReachProvider, RetryAfter: time.Minute, Message: "the server is shutting down"}
	case bool(info.HasPendingRestart):
		h.Warnings = []string{"the server waits for a restart"}
	}
	return h, nil
}
