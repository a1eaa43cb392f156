package main

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// dav is the library over WebDAV.
type dav struct {
	base     string
	password string
}

func (d *dav) title() string { return "PROPFIND at " + d.base + "/" }

func (d *dav) files(ctx context.Context) ([]file, error) {
	return d.below(ctx, "/")
}

// below lists the files under a folder whose path ends in a slash.
func (d *dav) below(ctx context.Context, dir string) ([]file, error) {
	resp, err := d.do(ctx, "PROPFIND", dir, "Depth", "1")
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var answer struct {
		Responses []struct {
			Href string    `xml:"href"`
			Size int64     `xml:"propstat>prop>getcontentlength"`
			Dir  *struct{} `xml:"propstat>prop>resourcetype>collection"`
		} `xml:"response"`
	}
	if err := xml.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("read what is in %s: %w", dir, err)
	}
	var out []file
	for _, r := range answer.Responses {
		u, err := url.Parse(r.Href)
		if err != nil {
			return nil, fmt.Errorf("read what is in %s: %w", dir, err)
		}
		path := strings.TrimPrefix(u.Path, "/dav")
		switch {
		case strings.TrimSuffix(path, "/") == strings.TrimSuffix(dir, "/"):
		case r.Dir == nil:
			out = append(out, file{strings.TrimPrefix(path, "/"), r.Size})
		default:
			more, err := d.below(ctx, strings.TrimSuffix(path, "/")+"/")
			if err != nil {
				return nil, err
			}
			out = append(out, more...)
		}
	}
	slices.SortFunc(out, func(a, b file) int { return strings.Compare(a.path, b.path) })
	return out, nil
}

func (d *dav) listing(ctx context.Context) (string, error) {
	files, err := d.files(ctx)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, f := range files {
		fmt.Fprintf(&b, "%9d  %s\n", f.size, f.path)
	}
	return b.String(), nil
}

func (d *dav) read(ctx context.Context, f file, offset, size int64) ([]byte, error) {
	resp, err := d.do(ctx, http.MethodGet, "/"+f.path, "Range", fmt.Sprintf("bytes=%d-%d", offset, offset+size-1))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusPartialContent {
		return nil, fmt.Errorf("a range was asked for, the answer is %s", resp.Status)
	}
	return io.ReadAll(resp.Body)
}

func (d *dav) open(ctx context.Context, f file) (io.ReadCloser, error) {
	resp, err := d.do(ctx, http.MethodGet, "/"+f.path, "Accept", "*/*")
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

// probe does nothing: the password would have to stand among ffprobe's arguments.
func (d *dav) probe(context.Context, file) string { return "" }

func (d *dav) do(ctx context.Context, method, path, header, value string) (*http.Response, error) {
	u := d.base + (&url.URL{Path: path}).EscapedPath()
	req, err := http.NewRequestWithContext(ctx, method, u, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set(header, value)
	req.SetBasicAuth("demo", d.password)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if resp.StatusCode >= 400 {
		resp.Body.Close()
		return nil, fmt.Errorf("%s %s: %s", method, path, resp.Status)
	}
	return resp, nil
}
