package vfstest

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/millrace-media/millrace/vfs"
)

// Links is a vfs.Source that reads contents from the URLs that it holds for their ids. It renews and retries nothing: it
// stands for what is between a file system and a Server in tests that are not about that.
type Links map[string]string

var _ vfs.Source = Links{}

// ReadRange gives the range, or an error when the answer is not that very range.
func (l Links) ReadRange(ctx context.Context, contentID string, off, n int64) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, l[contentID], nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", off, off+n-1))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	var first, last int64
	_, err = fmt.Sscanf(resp.Header.Get("Content-Range"), "bytes %d-%d/", &first, &last)
	if err != nil || resp.StatusCode != http.StatusPartialContent || first != off || last != off+n-1 {
		resp.Body.Close()
		return nil, fmt.Errorf("the server answered %d with the range %q", resp.StatusCode, resp.Header.Get("Content-Range"))
	}
	return resp.Body, nil
}
