package overseerr

import (
	"context"
	"fmt"

	"github.com/millrace-media/millrace/sdk"
)

// Permissions that let a user see everybody's requests (server/lib/permissions.ts of the project).
const (
	permissionAdmin          = 2
	permissionManageRequests = 16
)

// Check asks for the version, which needs no key, and then whether the key is good.
func (o *Overseerr) Check(ctx context.Context) (sdk.Health, error) {
	version, err := o.client.version(ctx)
	if err != nil {
		return sdk.Health{}, fmt.Errorf("ask for the status: %w", err)
	}
	u, err := o.client.me(ctx)
	if err != nil {
		return sdk.Health{}, fmt.Errorf("ask whose the API key is: %w", err)
	}
	h := sdk.Health{Version: version, User: u.name()}
	if u.Permissions&(permissionAdmin|permissionManageRequests) == 0 {
		h.Warnings = []string{"the API key's user sees only its own requests"}
	}
	return h, nil
}
