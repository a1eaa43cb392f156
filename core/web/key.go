package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/millrace-media/millrace/core/db"
	"github.com/millrace-media/millrace/sdk"
)

// settingKeys is where the API keys are kept: all but the keys themselves.
const settingKeys = "web.keys"

// storedKey is an API key as it is kept. A key is "mr_<id>_<secret>"; the secret has 160 random bits, so that its plain hash
// is enough.
type storedKey struct {
	Key
	Hash string `json:"hash"` // hex of the SHA-256 of the secret
}

const keyPrefix = "mr_"

func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

func secretHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func readKeys(ctx context.Context, r db.Reader) ([]storedKey, error) {
	b, ok, err := r.Setting(ctx, settingKeys)
	if err != nil || !ok {
		return nil, err
	}
	var list []storedKey
	if err := json.Unmarshal(b, &list); err != nil {
		return nil, fmt.Errorf("read the API keys: %w", err)
	}
	return list, nil
}

func writeKeys(ctx context.Context, tx *db.Tx, list []storedKey) error {
	b, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("keep the API keys: %w", err)
	}
	return tx.PutSetting(ctx, settingKeys, b)
}

// keyID gives the id of a key that is right, "" for any other.
func (s *Server) keyID(ctx context.Context, key string) (string, error) {
	id, secret, ok := strings.Cut(strings.TrimPrefix(key, keyPrefix), "_")
	if !ok || !strings.HasPrefix(key, keyPrefix) {
		return "", nil
	}
	list, err := readKeys(ctx, s.o.DB.Reader)
	if err != nil {
		return "", err
	}
	hash := []byte(secretHash(secret))
	for _, k := range list {
		if k.ID == id && subtle.ConstantTimeCompare([]byte(k.Hash), hash) == 1 {
			return id, nil
		}
	}
	return "", nil
}

// newKey makes a key and keeps its hash.
func (s *Server) newKey(ctx context.Context, name string) (NewKey, error) {
	secret := randomHex(20)
	k := Key{ID: randomHex(4), Name: strings.TrimSpace(name), Created: time.Now().UTC().Truncate(time.Second)}
	err := s.o.DB.Tx(ctx, func(tx *db.Tx) error {
		list, err := readKeys(ctx, tx.Reader)
		if err != nil {
			return err
		}
		return writeKeys(ctx, tx, append(list, storedKey{Key: k, Hash: secretHash(secret)}))
	})
	return NewKey{Key: k, Secret: keyPrefix + k.ID + "_" + secret}, err
}

func (s *Server) keys(ctx context.Context) ([]Key, error) {
	list, err := readKeys(ctx, s.o.DB.Reader)
	out := make([]Key, 0, len(list))
	for _, k := range list {
		out = append(out, k.Key)
	}
	return out, err
}

func (s *Server) revoke(ctx context.Context, id string) error {
	return s.o.DB.Tx(ctx, func(tx *db.Tx) error {
		list, err := readKeys(ctx, tx.Reader)
		if err != nil {
			return err
		}
		rest := slices.DeleteFunc(slices.Clone(list), func(k storedKey) bool { return k.ID == id })
		if len(rest) == len(list) {
			return sdk.Errorf(sdk.NotFound, "there is no key %q", id)
		}
		return writeKeys(ctx, tx, rest)
	})
}

type (
	newKeyInput struct{ Body NewKeyOrder }
	keyInput    struct {
		ID string `path:"id"`
	}
	passwordInput struct{ Body NewPassword }
)

func (s *Server) keyRoutes(a huma.API) {
	register(s, a, call{method: http.MethodGet, path: "/keys", id: "list-keys", summary: "List API keys", tag: "access"},
		func(ctx context.Context, _ *none) (KeyPage, error) {
			list, err := s.keys(ctx)
			return KeyPage{Keys: list}, err
		})
	register(s, a, call{
		method: http.MethodPost, path: "/keys", id: "new-key", summary: "Make an API key", tag: "access", status: http.StatusCreated,
	}, func(ctx context.Context, in *newKeyInput) (NewKey, error) { return s.newKey(ctx, in.Body.Name) })
	c := call{method: http.MethodDelete, path: "/keys/{id}", id: "revoke-key", summary: "Revoke an API key", tag: "access", status: http.StatusNoContent}
	huma.Register(a, c.operation(), func(ctx context.Context, in *keyInput) (*struct{}, error) {
		if err := s.revoke(ctx, in.ID); err != nil {
			return nil, s.problem(ctx, err)
		}
		return &struct{}{}, nil
	})
	register(s, a, call{method: http.MethodPut, path: "/password", id: "set-password", summary: "Set the password", tag: "access"}, s.setPassword)
}

func (s *Server) setPassword(ctx context.Context, in *passwordInput) (Accepted, error) {
	hash, err := s.passwords.current(ctx)
	if err != nil {
		return Accepted{}, err
	}
	if !isLocal(ctx) && hash != "" {
		release, err := s.try(ctx)
		if err != nil {
			return Accepted{}, err
		}
		if !s.passwords.matches(ctx, hash, in.Body.Current) {
			return Accepted{}, &sdk.Error{Kind: sdk.Invalid, Attribute: "current", Message: "the current password is another"}
		}
		release()
	}
	if err := s.passwords.set(ctx, in.Body.Password, false); err != nil {
		return Accepted{}, err
	}
	return Accepted{Text: "The password is set. Everybody has to log in again."}, nil
}
