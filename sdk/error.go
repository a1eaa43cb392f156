package sdk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Kind says what the caller of a failed operation should do. Nobody matches error text.
type Kind string

// The kinds of error.
const (
	Other       Kind = "other"       // unknown: always retryable, never permanent
	Invalid     Kind = "invalid"     // the request or the settings are wrong
	Denied      Kind = "denied"      // credentials refused, premium needed, account banned
	NotFound    Kind = "not-found"   // definitely not there
	Gone        Kind = "gone"        // the file was there and is dead (infringing, removed)
	Limited     Kind = "limited"     // rate, traffic or slot limit
	Pending     Kind = "pending"     // accepted, not ready yet
	Unavailable Kind = "unavailable" // the service is down or unreachable
)

// Kinds lists every kind.
func Kinds() []Kind {
	return []Kind{Other, Invalid, Denied, NotFound, Gone, Limited, Pending, Unavailable}
}

// Sentence is what a user is told of an error of this kind.
func (k Kind) Sentence() string {
	switch k {
	case Invalid:
		return "The request or the settings are wrong."
	case Denied:
		return "The service refused the credentials, or the account lacks the right."
	case NotFound:
		return "It is not there."
	case Gone:
		return "The file was removed from the service."
	case Limited:
		return "A limit of the service is reached; it will be tried again."
	case Pending:
		return "The service is still preparing it."
	case Unavailable:
		return "The service is down or cannot be reached."
	}
	return "Something failed; it will be tried again."
}

// Reach says how far a fault goes: breakers and pauses are keyed by it.
type Reach string

// The reaches of a fault. The empty one is ReachItem.
const (
	ReachItem     Reach = "item"     // this title or release
	ReachLink     Reach = "link"     // this link
	ReachAccount  Reach = "account"  // everything of this account
	ReachProvider Reach = "provider" // everybody at this service
)

// Error is a failure that says what to do about it. It crosses the wire between plugin and host unharmed.
type Error struct {
	Kind       Kind
	Scope      Reach
	RetryAfter time.Duration // with Limited, Pending and Unavailable: not before; 0 unknown
	Code       string        // the provider's own code, for the log
	Message    string        // for people; never holds a secret
	Attribute  string        // with Invalid: the setting that is wrong, as "token" or "sites[1]"
	Err        error         // what caused it, told by Message where there is one; does not cross the wire
}

func (e *Error) Error() string {
	msg := e.Message
	if msg == "" {
		msg = e.Kind.Sentence()
		if e.Err != nil {
			msg = e.Err.Error()
		}
	}
	if e.Code != "" {
		msg += " (code " + e.Code + ")"
	}
	return msg
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is(err, &Error{Kind: k}) compare kinds.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Kind == e.Kind && t.Message == "" && t.Code == ""
}

// Errorf makes an error of a kind. A %w verb keeps its cause.
func Errorf(k Kind, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Kind: k, Message: err.Error(), Err: errors.Unwrap(err)}
}

// KindOf tells what to do about any error: the kind of the first [*Error] in its chain; Unavailable for a deadline that
// passed; Other for everything else. It is "" for nil.
func KindOf(err error) Kind {
	var e *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Kind
	case errors.Is(err, context.DeadlineExceeded):
		return Unavailable
	}
	return Other
}

// RetryAfter is the wait that the first [*Error] in the chain asks for, or 0.
func RetryAfter(err error) time.Duration {
	var e *Error
	if errors.As(err, &e) {
		return e.RetryAfter
	}
	return 0
}

// ScopeOf tells how far an error reaches; ReachItem where it does not say.
func ScopeOf(err error) Reach {
	var e *Error
	if errors.As(err, &e) && e.Scope != "" {
		return e.Scope
	}
	return ReachItem
}

// HTTPStatus is the status with which the host answers for an error of this kind.
func (k Kind) HTTPStatus() int {
	switch k {
	case Invalid:
		return http.StatusBadRequest
	case NotFound, Gone:
		return http.StatusNotFound
	case Limited:
		return http.StatusServiceUnavailable
	case Pending:
		return http.StatusAccepted
	case Denied, Unavailable:
		return http.StatusBadGateway
	}
	return http.StatusInternalServerError
}
