package world

import "net/http"

// rdError is a row of Real-Debrid's table of error codes with the HTTP status that comes with it.
type rdError struct {
	status int
	code   int
	word   string
	detail string
}

// The errors that the service gives by itself.
var (
	errMissing           = &rdError{http.StatusBadRequest, 1, "missing_parameter", ""}
	errUnknownMethod     = &rdError{http.StatusNotFound, 3, "unknown_method", ""}
	errUnknown           = &rdError{http.StatusNotFound, 7, "unknown_ressource", ""}
	errBadToken          = &rdError{http.StatusUnauthorized, 8, "bad_token", ""}
	errUnsupportedHoster = &rdError{http.StatusServiceUnavailable, 16, "hoster_unsupported", ""}
	errNotPremium        = &rdError{http.StatusForbidden, 20, "hoster_not_free", ""}
	errTooManyActive     = &rdError{http.StatusServiceUnavailable, 21, "too_many_active_downloads", ""}
	errTraffic           = &rdError{http.StatusServiceUnavailable, 23, "traffic_exhausted", ""}
	errFileUnavailable   = &rdError{http.StatusServiceUnavailable, 24, "unavailable_file", ""}
	errTorrentInvalid    = &rdError{http.StatusBadRequest, 30, "wrong_parameter", "torrent file invalid"}
	errAlreadyDone       = &rdError{http.StatusAccepted, 31, "action_already_done", ""}
	errInfringing        = &rdError{http.StatusUnavailableForLegalReasons, 35, "infringing_file", ""}
	errDisabled          = &rdError{http.StatusForbidden, 37, "disabled_endpoint", ""}
)

func errBadParameter(what string) *rdError {
	return &rdError{http.StatusBadRequest, 2, "parameter_value_invalid", what}
}

// write answers with {error, error_code, error_details}.
func (e *rdError) write(w http.ResponseWriter) {
	body := map[string]any{"error": e.word, "error_code": e.code}
	if e.detail != "" {
		body["error_details"] = e.detail
	}
	writeJSON(w, e.status, body)
}

// realdebridFailure is the failer of the debrid API: the code that usually comes with the status, or the one asked for.
func realdebridFailure(w http.ResponseWriter, status, code int) {
	usual := map[int]int{400: 2, 401: 8, 403: 9, 404: 7, 429: 34, 451: 35, 503: 25}
	words := map[int]string{
		2: "parameter_value_invalid", 5: "slow_down", 7: "unknown_ressource", 8: "bad_token", 9: "permission_denied", 14: "account_locked", 18: "hoster_limit_reached", 19: "hoster_unavailable",
		20: "hoster_not_free", 21: "too_many_active_downloads", 22: "ip_not_allowed", 23: "traffic_exhausted", 24: "unavailable_file", 25: "service_unavailable", 34: "too_many_requests", 35: "infringing_file", 36: "fair_usage_limit",
	}
	if code == 0 {
		code = usual[status]
	}
	if code == 0 {
		code = -1
	}
	word := words[code]
	if word == "" {
		word = "internal_error"
	}
	(&rdError{status: status, code: code, word: word}).write(w)
}
