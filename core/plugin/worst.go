package plugin

import (
	"errors"

	"github.com/millrace-media/millrace/sdk"
)

// Worst sums up why several instances failed: the first error of the least final kind, so that one that is down keeps
// another's "not found" from being the last word. It is nil for no errors.
func Worst(errs []error) error {
	for _, k := range []sdk.Kind{sdk.Limited, sdk.Pending, sdk.Unavailable, sdk.Other, sdk.Denied, sdk.Invalid, sdk.Gone, sdk.NotFound} {
		for _, err := range errs {
			if err != nil && sdk.KindOf(err) == k {
				return err
			}
		}
	}
	return errors.Join(errs...)
}
