package main

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// Settings are the attributes of a `debrid "bittorrent" { … }` block.
type Settings struct {
	Dir       string        `hcl:"dir,optional" doc:"Folder for what is downloaded; the plugin's own folder inside the data folder if absent."`
	Port      int           `hcl:"port,optional" default:"0" min:"0" max:"65534" doc:"Port for peers, TCP and UDP; private torrents use the next one. 0: ports of the system's choosing at each start."`
	Interface string        `hcl:"interface,optional" doc:"Name or address of the one network interface to use, as a VPN's; all if absent."`
	Upload    sdk.Rate      `hcl:"upload,optional" default:"1MiB/s" doc:"Most that is sent to peers; \"unlimited\" for no cap."`
	Download  sdk.Rate      `hcl:"download,optional" default:"unlimited" doc:"Most that is taken from peers and web seeds, each of these by itself."`
	Seed      bool          `hcl:"seed,optional" default:"true" doc:"Go on sending to peers what has been downloaded."`
	Disk      sdk.Size      `hcl:"disk,optional" default:"50GiB" doc:"Most disk space for downloaded data; what was read longest ago goes first."`
	Keep      time.Duration `hcl:"keep,optional" default:"0" doc:"Drop the data of what nobody read for so long; 0: only for want of space."`
	DHT       bool          `hcl:"dht,optional" default:"true" doc:"Find peers of public torrents through the distributed hash table."`
	PEX       bool          `hcl:"pex,optional" default:"true" doc:"Learn of peers of public torrents from peers."`
	UPnP      bool          `hcl:"upnp,optional" default:"false" doc:"Ask the router to forward the port; not together with interface."`
	WebSeeds  bool          `hcl:"web_seeds,optional" default:"true" doc:"Take data from web servers that the torrent names."`
	Trackers  []string      `hcl:"trackers,optional" doc:"Trackers to ask for every public torrent, besides its own."`
	Peers     int           `hcl:"peers,optional" default:"50" min:"1" max:"500" doc:"Most peers a torrent."`
	Stall     time.Duration `hcl:"stall,optional" default:"3m" doc:"A torrent of which nothing came for so long is dead, and the next release is tried."`
}

// readTimeout is how long a request for bytes waits for the next of them before it ends. The host asks again from there.
const readTimeout = 45 * time.Second

// leastDisk holds what a few readers at once are at.
const leastDisk = 64 << 20

func validate(s Settings) []sdk.Diagnostic {
	var ds []sdk.Diagnostic
	refuse := func(attribute, summary, detail string) {
		ds = append(ds, sdk.Diagnostic{Attribute: attribute, Summary: summary, Detail: detail})
	}
	if s.Interface != "" {
		if _, err := addressOf(s.Interface); err != nil {
			refuse("interface", err.Error(), "Name an interface that is up, as `ip address` lists them, or one of its addresses.")
		}
		if s.UPnP {
			refuse("upnp", "not together with interface", "The router would be asked through any interface.")
		}
	}
	if s.Disk < leastDisk {
		refuse("disk", "less than 64MiB cannot hold a file while it is read", "")
	}
	if s.Stall < time.Second {
		refuse("stall", "less than a second leaves no time to find a peer", "")
	}
	for i, t := range s.Trackers {
		u, err := url.Parse(t)
		if err != nil || u.Host == "" || !slices.Contains([]string{"http", "https", "udp"}, u.Scheme) {
			refuse(fmt.Sprintf("trackers[%d]", i), "not the URL of a tracker", "It begins with http://, https:// or udp://.")
		}
	}
	return ds
}

// addressOf finds the address of an interface that is named by itself or by an address; IPv4 is preferred.
func addressOf(name string) (net.IP, error) {
	addrs, err := addressesOf(name)
	if err != nil {
		return nil, err
	}
	var found net.IP
	for _, a := range addrs {
		n, ok := a.(*net.IPNet)
		if !ok || n.IP.IsLinkLocalUnicast() {
			continue
		}
		if ip := net.ParseIP(name); ip != nil {
			if n.Contains(ip) && (ip.Equal(n.IP) || n.IP.IsLoopback()) {
				return ip, nil
			}
			continue
		}
		if n.IP.To4() != nil {
			return n.IP, nil
		}
		if found == nil {
			found = n.IP
		}
	}
	if found == nil {
		return nil, fmt.Errorf("no network interface has the address %s, or %[1]s has no address", name)
	}
	return found, nil
}

// addressesOf lists an interface's addresses, or all of this machine where an address is named.
func addressesOf(name string) ([]net.Addr, error) {
	if net.ParseIP(name) != nil {
		addrs, err := net.InterfaceAddrs()
		if err != nil {
			return nil, fmt.Errorf("addresses of this machine: %w", err)
		}
		return addrs, nil
	}
	ifc, err := net.InterfaceByName(name)
	if err != nil {
		return nil, fmt.Errorf("there is no network interface %q", name)
	}
	addrs, err := ifc.Addrs()
	if err != nil {
		return nil, fmt.Errorf("addresses of interface %q: %w", name, err)
	}
	return addrs, nil
}
