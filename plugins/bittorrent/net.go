package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"syscall"
	"time"

	alog "github.com/anacrolix/log"
	"github.com/anacrolix/torrent"
	pp "github.com/anacrolix/torrent/peer_protocol"
	"golang.org/x/time/rate"
)

// node is a BitTorrent client together with what is its own.
type node struct {
	*torrent.Client
	open []interface{ Close() error } // sockets that the client does not close itself

	// How trackers are reached; nil and empty for any way.
	dial         func(ctx context.Context, network, address string) (net.Conn, error)
	listenPacket func(network, address string) (net.PacketConn, error)
	udp          string
}

// limits are what all nodes of an engine share.
type limits struct {
	up, down *rate.Limiter // down: nil for none
}

func newLimits(s Settings) limits {
	l := limits{up: limiter(int64(s.Upload))}
	if s.Download > 0 {
		l.down = limiter(int64(s.Download))
	}
	return l
}

// limiter bounds bytes a second; 0 is no bound. It lets at least a few blocks through at once.
func limiter(bytesPerSecond int64) *rate.Limiter {
	if bytesPerSecond <= 0 {
		return rate.NewLimiter(rate.Inf, 0)
	}
	return rate.NewLimiter(rate.Limit(bytesPerSecond), max(int(min(bytesPerSecond, 1<<20)), 256<<10))
}

// connect starts a client. A private one has no way to tell anybody of its torrents but their trackers.
func connect(s Settings, data *store, l limits, private bool, log *slog.Logger) (*node, error) {
	if private {
		s.DHT, s.PEX = false, false
		if s.Port > 0 {
			s.Port++ // the first is the public client's
		}
	}
	cfg := config(s, data, l, log)
	if s.Interface == "" {
		c, err := torrent.NewClient(cfg)
		if err != nil {
			return nil, fmt.Errorf("listen for peers on port %d: %w", s.Port, err)
		}
		return &node{Client: c}, nil
	}
	b, err := bindingOf(s.Interface)
	if err != nil {
		return nil, err
	}
	return b.connect(s, cfg)
}

func config(s Settings, data *store, l limits, log *slog.Logger) *torrent.ClientConfig {
	cfg := torrent.NewDefaultClientConfig()
	cfg.DefaultStorage = data
	cfg.ListenPort = s.Port
	cfg.Seed = s.Seed
	cfg.NoDHT = !s.DHT
	cfg.DisablePEX = !s.PEX
	cfg.NoDefaultPortForwarding = !s.UPnP
	cfg.DisableWebseeds = !s.WebSeeds
	cfg.DisableWebtorrent = true
	cfg.EstablishedConnsPerTorrent = s.Peers
	cfg.KeepAliveTimeout = wakeEvery
	cfg.DisableTrackers = true // see announce
	cfg.UploadRateLimiter, cfg.DownloadRateLimiter = l.up, l.down
	cfg.Slogger = quiet(log)
	cfg.Logger = alog.Default.WithFilterLevel(alog.Disabled)
	if !s.DHT {
		cfg.Extensions = pp.NewPeerExtensionBytes(pp.ExtensionBitLtep, pp.ExtensionBitFast)
	}
	return cfg
}

// wakeEvery is how often a connection looks by itself what it should ask its peer for. v1.61.0 can lose the signal to do so
// when it comes while the one before is handled, and nothing is asked for until the next message is due.
const wakeEvery = 2 * time.Second

// binding is the one network interface to use.
type binding struct {
	ip     net.IP
	device string // name of the interface; empty where an address was named
}

func bindingOf(name string) (binding, error) {
	ip, err := addressOf(name)
	if err != nil {
		return binding{}, err
	}
	if net.ParseIP(name) != nil {
		return binding{ip: ip}, nil
	}
	return binding{ip: ip, device: name}, nil
}

// control binds a socket to the device too, so that no route leads around it.
func (b binding) control(_, _ string, c syscall.RawConn) error {
	if b.device == "" {
		return nil
	}
	var err error
	if cerr := c.Control(func(fd uintptr) { err = toDevice(fd, b.device) }); cerr != nil {
		return cerr
	}
	if err != nil {
		return fmt.Errorf("bind to interface %s: %w", b.device, err)
	}
	return nil
}

func (b binding) network(proto string) string {
	if b.ip.To4() != nil {
		return proto + "4"
	}
	return proto + "6"
}

// connect starts a client all of whose sockets are made here: the library's own would dial from any interface. It has no
// µTP, whose sockets cannot be bound.
func (b binding) connect(s Settings, cfg *torrent.ClientConfig) (*node, error) {
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: b.ip}, Timeout: 10 * time.Second, Control: b.control}
	listen := &net.ListenConfig{Control: b.control}
	dht := !cfg.NoDHT
	cfg.DisableTCP, cfg.DisableUTP, cfg.NoDHT, cfg.NoDefaultPortForwarding = true, true, true, true
	cfg.DisableIPv6, cfg.DisableIPv4 = b.ip.To4() != nil, b.ip.To4() == nil
	cfg.HTTPDialContext = dialer.DialContext
	cfg.WebTransport = &http.Transport{DialContext: dialer.DialContext, MaxConnsPerHost: 10, IdleConnTimeout: time.Minute}
	tcp, udp, err := b.sockets(listen, s.Port)
	if err != nil {
		return nil, err
	}
	c, err := torrent.NewClient(cfg)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start a client on %s: %w", b.ip, err), tcp.Close(), udp.Close())
	}
	n := &node{Client: c, open: []interface{ Close() error }{tcp, udp}, dial: dialer.DialContext, udp: b.network("udp")}
	n.listenPacket = func(string, string) (net.PacketConn, error) {
		return listen.ListenPacket(context.Background(), n.udp, net.JoinHostPort(b.ip.String(), "0"))
	}
	if dht {
		d, err := c.NewAnacrolixDhtServer(udp)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("start DHT on %s: %w", b.ip, err), n.close())
		}
		n.open = append(n.open, closer(d.Close))
		c.AddDhtServer(torrent.AnacrolixDhtServerWrapper{Server: d})
	}
	c.AddListener(tcp)
	c.AddDialer(torrent.NetworkDialer{Network: b.network("tcp"), Dialer: dialer})
	return n, nil
}

// closer is a Close that cannot fail.
type closer func()

func (c closer) Close() error {
	c()
	return nil
}

// sockets listens on one port for both protocols.
func (b binding) sockets(l *net.ListenConfig, port int) (net.Listener, net.PacketConn, error) {
	for try := 1; ; try++ {
		tcp, err := l.Listen(context.Background(), b.network("tcp"), net.JoinHostPort(b.ip.String(), strconv.Itoa(port)))
		if err != nil {
			return nil, nil, fmt.Errorf("listen for peers on %s: %w", b.ip, err)
		}
		udp, err := l.ListenPacket(context.Background(), b.network("udp"), tcp.Addr().String())
		if err == nil {
			return tcp, udp, nil
		}
		tcp.Close() // nobody has it yet
		if port != 0 || try == 10 {
			return nil, nil, fmt.Errorf("listen for peers on %s: %w", b.ip, err)
		}
	}
}

func (n *node) close() error {
	errs := n.Client.Close()
	for _, c := range slices.Backward(n.open) { // the DHT panics where its socket is closed before it
		if err := c.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// quiet turns all that the BitTorrent library says into debugging: it complains of every odd peer.
func quiet(log *slog.Logger) *slog.Logger { return slog.New(debugOnly{log.Handler()}) }

type debugOnly struct{ inner slog.Handler }

func (h debugOnly) Enabled(ctx context.Context, l slog.Level) bool {
	return l > slog.LevelDebug && h.inner.Enabled(ctx, slog.LevelDebug)
}

func (h debugOnly) Handle(ctx context.Context, r slog.Record) error {
	r.Level = slog.LevelDebug
	return h.inner.Handle(ctx, r)
}

func (h debugOnly) WithAttrs(a []slog.Attr) slog.Handler { return debugOnly{h.inner.WithAttrs(a)} }
func (h debugOnly) WithGroup(n string) slog.Handler      { return debugOnly{h.inner.WithGroup(n)} }
