package rank

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/millrace-media/millrace/core/release"
)

// Version numbers the rules of matching and judging. A verdict of an older version should be made again.
const Version = 3

// Fingerprint is a short text that changes whenever verdicts can: with the profile, with the rules of this package and with
// the parser's. A verdict that is kept with it can be found stale.
func (c *Compiled) Fingerprint() string { return c.fingerprint }

func fingerprint(p, base Profile) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d %d ", Version, release.Version)
	// A profile that compiles holds texts and numbers only, and a hash takes all that it is given: neither can fail.
	_ = json.NewEncoder(h).Encode([]Profile{p, base})
	return hex.EncodeToString(h.Sum(nil)[:8])
}
