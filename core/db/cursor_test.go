package db_test

import (
	"testing"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/sdk"
)

// FuzzParseCursor looks for a text that is read and not written again as it was.
func FuzzParseCursor(f *testing.F) {
	for _, s := range []string{"0-0", "0-17", "812-17", "", "-", "1-", "-1-1", "1-1-1", "x-1", "99999999999999999999-1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := db.ParseCursor(text)
		if err != nil {
			if sdk.KindOf(err) != sdk.Invalid {
				t.Errorf("the error is %v", err)
			}
			return
		}
		again, err := db.ParseCursor(c.String())
		if err != nil || again != c {
			t.Errorf("%q is read as %s and then as %s: %v", text, c, again, err)
		}
	})
}
