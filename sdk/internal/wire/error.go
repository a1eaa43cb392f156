package wire

import (
	"context"
	"errors"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/millrace-media/millrace/sdk"
)

// domain marks an ErrorInfo as ours. A status without one was made by the transport, not by the other side's code.
const domain = "millrace"

// Longest message that an error carries: a status travels in HTTP/2 headers, which are small.
const maxMessage = 2 << 10

var codeOf = map[sdk.Kind]codes.Code{
	sdk.Other:       codes.Unknown,
	sdk.Invalid:     codes.InvalidArgument,
	sdk.Denied:      codes.PermissionDenied,
	sdk.NotFound:    codes.NotFound,
	sdk.Gone:        codes.NotFound,
	sdk.Limited:     codes.ResourceExhausted,
	sdk.Pending:     codes.FailedPrecondition,
	sdk.Unavailable: codes.Unavailable,
}

// PackError turns what a call returned into an error for gRPC. ctx is the call's: where it has ended, the error is that, and
// not the fault of an upstream that was cut off.
func PackError(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	var e *sdk.Error
	known := errors.As(err, &e)
	if !known && ctx.Err() != nil {
		return status.FromContextError(ctx.Err()).Err()
	}
	if !known {
		e = &sdk.Error{Kind: sdk.KindOf(err)}
	}
	if _, ok := codeOf[e.Kind]; !ok {
		e = &sdk.Error{Kind: sdk.Other, Scope: e.Scope, Code: e.Code, Message: e.Message, Err: e.Err}
	}
	return packKnown(e, message(err, e))
}

func packKnown(e *sdk.Error, msg string) error {
	st := status.New(codeOf[e.Kind], msg)
	meta := map[string]string{}
	for k, v := range map[string]string{"scope": string(e.Scope), "code": e.Code, "attribute": e.Attribute} {
		if v != "" {
			meta[k] = shorten(text(v))
		}
	}
	info := &errdetails.ErrorInfo{Reason: string(e.Kind), Domain: domain, Metadata: meta}
	detailed, err := st.WithDetails(info)
	if e.RetryAfter > 0 {
		detailed, err = st.WithDetails(info, &errdetails.RetryInfo{RetryDelay: durationpb.New(e.RetryAfter)})
	}
	if err != nil { // the details are ours and can be marshalled; the code alone still tells most
		return st.Err()
	}
	return detailed.Err()
}

// message is what people are told: the text of the whole chain, without what the other side adds again by itself.
func message(err error, e *sdk.Error) string {
	msg := err.Error()
	if own := e.Error(); e.Message != "" && strings.HasSuffix(msg, own) {
		msg = strings.TrimSuffix(msg, own) + e.Message
	} else if e.Code != "" {
		msg = strings.TrimSuffix(msg, " (code "+e.Code+")")
	}
	return shorten(text(maskURLs(msg)))
}

func shorten(s string) string {
	if len(s) <= maxMessage {
		return s
	}
	return strings.ToValidUTF8(s[:maxMessage], "") + "…"
}

// maskURLs takes the query and the credentials out of every URL in a text: net/http's errors quote the URL whole, and
// providers put keys there.
func maskURLs(s string) string {
	var b strings.Builder
	for {
		i := strings.Index(s, "://")
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		rest := s[i+3:]
		end := strings.IndexAny(rest, " \t\n\"'<>`")
		if end < 0 {
			end = len(rest)
		}
		b.WriteString(s[:i+3])
		b.WriteString(maskURL(rest[:end]))
		s = rest[end:]
	}
}

func maskURL(u string) string {
	if q := strings.IndexByte(u, '?'); q >= 0 {
		u = u[:q] + "?…"
	}
	host, path, slash := strings.Cut(u, "/")
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = "…" + host[at:]
	}
	if !slash {
		return host
	}
	return host + "/" + path
}

// UnpackError is the inverse of PackError. A status that the transport made is given back as it is, but for the end of the
// caller's own context: that is found with errors.Is as usual.
func UnpackError(err error) error {
	st, ok := status.FromError(err)
	if !ok || st.Code() == codes.OK {
		return err
	}
	var e *sdk.Error
	for _, d := range st.Details() {
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			if d.GetDomain() == domain {
				e = &sdk.Error{
					Kind: kind(d.GetReason()), Scope: sdk.Reach(d.GetMetadata()["scope"]), Code: d.GetMetadata()["code"],
					Attribute: d.GetMetadata()["attribute"], Message: st.Message(),
				}
			}
		case *errdetails.RetryInfo:
			if e != nil && d.GetRetryDelay().AsDuration() > 0 {
				e.RetryAfter = d.GetRetryDelay().AsDuration()
			}
		}
	}
	switch {
	case e != nil:
		return e
	case st.Code() == codes.DeadlineExceeded:
		return &sdk.Error{Kind: sdk.Unavailable, Message: "there was no answer in time", Err: context.DeadlineExceeded}
	}
	return err
}

// kind reads a reason. One that a newer plugin knows and this host does not is retryable like anything unknown.
func kind(reason string) sdk.Kind {
	if k := sdk.Kind(reason); slices.Contains(sdk.Kinds(), k) {
		return k
	}
	return sdk.Other
}
