package wire

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/millrace-media/millrace/sdk/proto/millrace/plugin/v1"
)

// text makes a string fit for protobuf, which refuses a whole message for one byte that is not UTF-8.
func text(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

func texts(list []string) []string { return each(list, text) }

// each maps a list; an empty one is nil on both sides of the wire.
func each[A, B any](list []A, f func(A) B) []B {
	if len(list) == 0 {
		return nil
	}
	out := make([]B, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}

func wide(list []int) []int64   { return each(list, func(n int) int64 { return int64(n) }) }
func narrow(list []int64) []int { return each(list, func(n int64) int { return int(n) }) }

// Stamp turns a time into its message. It leaves out the zero time, and times that protobuf cannot tell.
func Stamp(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	if s := timestamppb.New(t); s.IsValid() {
		return s
	}
	return nil
}

// Moment is the inverse of Stamp, in UTC.
func Moment(s *timestamppb.Timestamp) time.Time {
	if s == nil || !s.IsValid() {
		return time.Time{}
	}
	return s.AsTime()
}

// Span turns a duration into its message; none is nil.
func Span(d time.Duration) *durationpb.Duration {
	if d == 0 {
		return nil
	}
	return durationpb.New(d)
}

// Length is the inverse of Span.
func Length(d *durationpb.Duration) time.Duration { return d.AsDuration() }

func packHeader(h http.Header) []*pb.Header {
	return each(slices.Sorted(maps.Keys(h)), func(name string) *pb.Header {
		return &pb.Header{Name: text(name), Values: texts(h[name])}
	})
}

func unpackHeader(list []*pb.Header) http.Header {
	if len(list) == 0 {
		return nil
	}
	h := make(http.Header, len(list))
	for _, f := range list {
		h[f.GetName()] = append(h[f.GetName()], f.GetValues()...)
	}
	return h
}

// enum pairs sdk's words with protobuf's numbers. An unknown word or number is the empty one.
type enum[S ~string, P ~int32] struct {
	number map[S]P
	word   map[P]S
}

func newEnum[S ~string, P ~int32](number map[S]P) enum[S, P] {
	word := make(map[P]S, len(number))
	for s, p := range number {
		word[p] = s
	}
	return enum[S, P]{number, word}
}

func (e enum[S, P]) pack(s S) P   { return e.number[s] }
func (e enum[S, P]) unpack(p P) S { return e.word[p] }
