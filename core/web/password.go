package web

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"sync"

	"golang.org/x/crypto/argon2"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/sdk"
)

// settingPassword is where the password's hash is kept, where the configuration names none.
const settingPassword = "web.password"

// What argon2id costs, as OWASP recommends it: passes, KiB of memory, threads.
const (
	argonTime    = 2
	argonMemory  = 19 * 1024
	argonThreads = 1
	argonBytes   = 32
)

// hashPassword is the password's argon2id hash in the usual form, with a salt of its own.
func hashPassword(password string) string {
	salt := make([]byte, 16)
	rand.Read(salt) // never fails
	sum := argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, argonBytes)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads,
		b64.EncodeToString(salt), b64.EncodeToString(sum))
}

// hashMatches reports whether a password has a hash of ours.
func hashMatches(hash, password string) bool {
	var version, memory, passes uint32
	var threads uint8
	var rest string
	if _, err := fmt.Sscanf(hash, "$argon2id$v=%d$m=%d,t=%d,p=%d$%s", &version, &memory, &passes, &threads, &rest); err != nil || version != argon2.Version {
		return false
	}
	if memory > 1<<20 || passes == 0 || passes > 100 || threads == 0 {
		return false // not one of ours
	}
	salt64, sum64, ok := cutLast(rest, '$')
	if !ok {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(salt64)
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(sum64)
	if err != nil || len(want) == 0 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, passes, memory, threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1
}

func cutLast(s string, sep byte) (before, after string, ok bool) {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == sep {
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

// passwords knows the password. One that was right lately is known again without the cost of its hash, so that a WebDAV
// client, which sends it with every request, is not slowed down.
type passwords struct {
	fixed string // of the configuration
	db    *db.DB
	key   []byte        // of this process
	busy  chan struct{} // bounds how many hashes are made at once: each takes 19 MiB

	mu   sync.Mutex
	hash string // guarded by mu; whose password was right
	seen []byte // guarded by mu; MAC of it
}

func newPasswords(fixed string, d *db.DB) *passwords {
	key := make([]byte, 32)
	rand.Read(key) // never fails
	return &passwords{fixed: fixed, db: d, key: key, busy: make(chan struct{}, 2)}
}

// current is something that changes with the password; "" where none is set.
func (p *passwords) current(ctx context.Context) (string, error) {
	if p.fixed != "" {
		sum := sha256.Sum256([]byte(p.fixed))
		return string(sum[:]), nil
	}
	hash, _, err := p.db.Setting(ctx, settingPassword)
	return string(hash), err
}

// known reports whether this password was right lately and still is.
func (p *passwords) known(hash, password string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hash != "" && p.hash == hash && hmac.Equal(p.seen, p.mac(password))
}

func (p *passwords) mac(password string) []byte {
	m := hmac.New(sha256.New, p.key)
	m.Write([]byte(password))
	return m.Sum(nil)
}

// matches reports whether a password is the right one.
func (p *passwords) matches(ctx context.Context, hash, password string) bool {
	if p.fixed != "" {
		return hmac.Equal(p.mac(p.fixed), p.mac(password))
	}
	select {
	case p.busy <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	defer func() { <-p.busy }()
	if !hashMatches(hash, password) {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hash, p.seen = hash, p.mac(password)
	return true
}

// errPasswordSet says that a first password is not the first.
var errPasswordSet error = &sdk.Error{Kind: sdk.Invalid, Message: "the password is set already"}

// set keeps a new password. With first it fails with errPasswordSet where there is one.
func (p *passwords) set(ctx context.Context, password string, first bool) error {
	if p.fixed != "" {
		return invalid("the password is in the configuration (server.password): change it there")
	}
	if n := len([]rune(password)); n < minPassword || n > maxPassword {
		return &sdk.Error{Kind: sdk.Invalid, Attribute: "password", Message: fmt.Sprintf("a password has %d to %d characters", minPassword, maxPassword)}
	}
	hash := hashPassword(password)
	return p.db.Tx(ctx, func(tx *db.Tx) error {
		if _, there, err := tx.Setting(ctx, settingPassword); err != nil || there && first {
			if err == nil {
				err = errPasswordSet
			}
			return err
		}
		return tx.PutSetting(ctx, settingPassword, []byte(hash))
	})
}

const (
	minPassword = 8
	maxPassword = 1000
)
