package db

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/millrace-media/millrace/sdk"
)

// String is the cursor as text that [ParseCursor] reads, for readers of the log that come back later.
func (c Cursor) String() string {
	return strconv.FormatInt(c.tx, 10) + "-" + strconv.FormatInt(c.seq, 10)
}

// ParseCursor reads what [Cursor.String] wrote. What is none is an error of [sdk.Invalid].
func ParseCursor(s string) (Cursor, error) {
	tx, seq, ok := strings.Cut(s, "-")
	var c Cursor
	var err error
	if c.tx, err = strconv.ParseInt(tx, 10, 64); err == nil {
		c.seq, err = strconv.ParseInt(seq, 10, 64)
	}
	if !ok || err != nil || c.tx < 0 || c.seq < 0 {
		return Cursor{}, &sdk.Error{Kind: sdk.Invalid, Message: fmt.Sprintf("%q is no place in the log of events", s)}
	}
	return c, nil
}
