package realdebrid

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/millrace-media/millrace/sdk"
	"github.com/millrace-media/millrace/sdk/httpclient"
)

// Codes with a meaning beyond their kind.
const (
	codeDone   = "31" // what was asked for has been done already
	codeActive = "33" // the torrent is in the account already
)

// meaning is what to do about an error code of the service.
type meaning struct {
	kind    sdk.Kind
	scope   sdk.Reach
	message string
}

// meanings lists the numeric error codes of https://api.real-debrid.com. A release that is refused for good is Gone; an
// outage of one of the hosters behind the service never is.
func meanings() map[int]meaning {
	return map[int]meaning{
		-1: {sdk.Unavailable, sdk.ReachProvider, "Real-Debrid has an internal error"},
		1:  {sdk.Invalid, sdk.ReachItem, "Real-Debrid misses a parameter"},
		2:  {sdk.Invalid, sdk.ReachItem, "Real-Debrid refuses the value of a parameter"},
		3:  {sdk.Other, sdk.ReachProvider, "Real-Debrid does not know the call"},
		4:  {sdk.Other, sdk.ReachProvider, "Real-Debrid does not allow the call"},
		5:  {sdk.Limited, sdk.ReachAccount, "Real-Debrid asks to slow down"},
		6:  {sdk.Unavailable, sdk.ReachLink, "Real-Debrid cannot reach the resource"},
		7:  {sdk.NotFound, sdk.ReachItem, "it is not in the Real-Debrid account"},
		8:  {sdk.Denied, sdk.ReachAccount, "Real-Debrid refused the token: get a new one at https://real-debrid.com/apitoken"},
		9:  {sdk.Denied, sdk.ReachAccount, "the Real-Debrid account lacks the right"},
		10: {sdk.Denied, sdk.ReachAccount, "Real-Debrid asks for two-factor authentication"},
		11: {sdk.Denied, sdk.ReachAccount, "Real-Debrid waits for two-factor authentication"},
		12: {sdk.Denied, sdk.ReachAccount, "Real-Debrid refused the login"},
		13: {sdk.Denied, sdk.ReachAccount, "Real-Debrid refused the password"},
		14: {sdk.Denied, sdk.ReachAccount, "the Real-Debrid account is locked"},
		15: {sdk.Denied, sdk.ReachAccount, "the Real-Debrid account is not activated"},
		16: {sdk.NotFound, sdk.ReachLink, "Real-Debrid does not support the hoster"},
		17: {sdk.Unavailable, sdk.ReachLink, "the hoster is in maintenance"},
		18: {sdk.Limited, sdk.ReachAccount, "the hoster's limit is reached"},
		19: {sdk.Unavailable, sdk.ReachLink, "the hoster is unavailable for now"},
		20: {sdk.Denied, sdk.ReachAccount, "the Real-Debrid account is not premium"},
		21: {sdk.Limited, sdk.ReachAccount, "too many torrents are active at Real-Debrid"},
		22: {sdk.Denied, sdk.ReachAccount, "Real-Debrid does not allow this IP address"},
		23: {sdk.Limited, sdk.ReachAccount, "the traffic of the Real-Debrid account is used up"},
		24: {sdk.Gone, sdk.ReachLink, "the file is no longer at Real-Debrid"},
		25: {sdk.Unavailable, sdk.ReachProvider, "Real-Debrid is unavailable"},
		26: {sdk.Gone, sdk.ReachItem, "the .torrent is too big for Real-Debrid"},
		27: {sdk.Other, sdk.ReachItem, "the upload to Real-Debrid failed"},
		28: {sdk.Gone, sdk.ReachItem, "Real-Debrid does not allow the file"},
		29: {sdk.Gone, sdk.ReachItem, "the release is too big for Real-Debrid"},
		30: {sdk.Gone, sdk.ReachItem, "Real-Debrid cannot read the .torrent"},
		31: {sdk.Other, sdk.ReachItem, "it has been done already"},
		32: {sdk.Other, sdk.ReachItem, "Real-Debrid cannot read the picture"},
		33: {sdk.Pending, sdk.ReachItem, "the release is active at Real-Debrid already"},
		34: {sdk.Limited, sdk.ReachAccount, "too many requests to Real-Debrid"},
		35: {sdk.Gone, sdk.ReachItem, "Real-Debrid removed the file as infringing"},
		36: {sdk.Limited, sdk.ReachAccount, "the fair use limit of Real-Debrid is reached"},
		37: {sdk.Unavailable, sdk.ReachProvider, "Real-Debrid has switched the call off"},
	}
}

// apiError reads {"error": "bad_token", "error_code": 8}. An answer of another form is judged by its status.
func apiError(status int, _ http.Header, body []byte) error {
	if status < http.StatusBadRequest {
		return nil
	}
	var said struct {
		Error httpclient.String `json:"error"`
		Code  *httpclient.Int   `json:"error_code"`
	}
	if err := httpclient.DecodeJSON(body, &said); err != nil || said.Code == nil {
		return nil // a page of a proxy; its status is all there is
	}
	code := int(*said.Code)
	e := &sdk.Error{Code: strconv.Itoa(code), Message: "Real-Debrid: " + string(said.Error)}
	if m, ok := meanings()[code]; ok {
		e.Kind, e.Scope, e.Message = m.kind, m.scope, m.message
	} else {
		e.Kind, e.Scope = httpclient.KindOfStatus(status)
	}
	return e
}

// codeOf is the service's own code of an error, or "".
func codeOf(err error) string {
	var e *sdk.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
