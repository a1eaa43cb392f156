package link

import (
	"errors"
	"net"
	"net/http"
	"time"
)

const (
	// dialTimeout and tlsTimeout bound a connection; firstByte bounds all until the answer begins. They are shorter than a
	// reader's patience, so that another holder of the file is asked within it.
	dialTimeout = 5 * time.Second
	tlsTimeout  = 5 * time.Second
	// keepWarm is how long a connection that nobody uses is kept for the next range: shorter than servers keep them (60 s
	// and more are usual), for one that they end just when it is used costs a round trip.
	keepWarm = 55 * time.Second
	// warm is how many are kept for a host: no fewer than may be in use.
	warm = 64
	// maxRedirects is how many redirects in a row are followed.
	maxRedirects = 10
)

func newClient() *http.Client {
	var one http.Protocols
	one.SetHTTP1(true) // one connection a range: with HTTP/2 a slow reader holds up the others on the same connection
	return &http.Client{CheckRedirect: checkRedirect, Transport: &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout: tlsTimeout,
		IdleConnTimeout:     keepWarm,
		MaxIdleConns:        4 * warm,
		MaxIdleConnsPerHost: warm,
		DisableCompression:  true,
		Protocols:           &one,
	}}
}

var (
	errCircle = errors.New("the server of the link redirects without end")
	errScheme = errors.New("the server of the link redirects to what is not safe to follow")
)

// checkRedirect follows a redirect, with none of the link's secrets where it leads to another host: neither its header nor
// its address, which net/http would tell as the Referer.
func checkRedirect(req *http.Request, via []*http.Request) error {
	first, last := via[0], via[len(via)-1]
	switch {
	case len(via) > maxRedirects:
		return errCircle
	case req.URL.Scheme != "https" && (req.URL.Scheme != "http" || last.URL.Scheme == "https"):
		return errScheme
	}
	req.Header.Del("Referer")
	if sameHost(first.URL.String(), req.URL.String()) {
		return nil
	}
	rng := req.Header.Values("Range")
	req.Header = harmless(req.Header)
	if req.Header == nil {
		req.Header = http.Header{}
	}
	req.Header["Range"], req.Header["Accept-Encoding"] = rng, []string{"identity"}
	return nil
}
