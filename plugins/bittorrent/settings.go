package main

import (
	"fmt"
	"net"
	"time"

	"github.com/millrace-media/millrace/sdk"
)

// Settings are the attributes of a `debrid "bittorrent" { … }` block.
type Settings struct {
	Dir       string        `hcl:"dir,optional" doc:"Folder for what is downloaded; the plugin's own folder inside the data folder if absent."`
	Port      int           `hcl:"port,optional" default:"0" min:"0" max:"65535" doc:"Port for peers, TCP and UDP; 0: one of the system's choosing at each start."`
	Interface string        `hcl:"interface,optional" doc:"Name or address of the one network interface to use, as a VPN's; all if absent."`
	Upload    sdk.Rate      `hcl:"upload,optional" default:"1MiB/s" doc:"Most that is sent to peers; \"unlimited\" for no cap."`
	Download  sdk.Rate      `hcl:"download,optional" default:"unlimited" doc:"Most that is taken from peers."`
	Seed      bool          `hcl:"seed,optional" default:"true" doc:"Go on sending to peers what has been downloaded."`
	Disk      sdk.Size      `hcl:"disk,optional" default:"50GiB" doc:"Most disk space for downloaded data; what was read longest ago goes first."`
	Keep      time.Duration `hcl:"keep,optional" default:"0" doc:"Drop the data of what nobody read for so long; 0: only for want of space."`
	DHT       bool          `hcl:"dht,optional" default:"true" doc:"Find peers through the distributed hash table."`
	PEX       bool          `hcl:"pex,optional" default:"true" doc:"Learn of peers from peers."`
	UPnP      bool          `hcl:"upnp,optional" default:"false" doc:"Ask the router to forward the port."`
	WebSeeds  bool          `hcl:"web_seeds,optional" default:"true" doc:"Take data from web servers that the torrent names."`
	Trackers  []string      `hcl:"trackers,optional" doc:"Trackers to ask for every public torrent, besides its own."`
	Peers     int           `hcl:"peers,optional" default:"50" min:"1" max:"500" doc:"Most peers a torrent."`
	Stall     time.Duration `hcl:"stall,optional" default:"3m" doc:"A torrent of which nothing came for so long is dead, and the next release is tried."`
}

// readTimeout is how long a request for bytes waits for the next of them before it ends. The host asks again from there.
const readTimeout = 45 * time.Second

func validate(s Settings) []sdk.Diagnostic {
	var ds []sdk.Diagnostic
	if s.Interface != "" {
		if _, err := addressOf(s.Interface); err != nil {
			ds = append(ds, sdk.Diagnostic{Attribute: "interface", Summary: err.Error(), Detail: "Name an interface that is up, as `ip address` lists them, or one of its addresses."})
		}
	}
	if s.Disk < 64<<20 {
		ds = append(ds, sdk.Diagnostic{Attribute: "disk", Summary: "less than 64MiB cannot hold a file while it is read"})
	}
	if s.Stall < time.Second {
		ds = append(ds, sdk.Diagnostic{Attribute: "stall", Summary: "less than a second leaves no time to find a peer"})
	}
	return ds
}

// addressOf finds the address of an interface that is named by itself or by an address; IPv4 is preferred.
func addressOf(name string) (net.IP, error) {
	if ip := net.ParseIP(name); ip != nil {
		return ip, nil
	}
	ifc, err := net.InterfaceByName(name)
	if err != nil {
		return nil, fmt.Errorf("there is no network interface %q", name)
	}
	addrs, err := ifc.Addrs()
	if err != nil {
		return nil, fmt.Errorf("addresses of interface %q: %w", name, err)
	}
	var found net.IP
	for _, a := range addrs {
		n, ok := a.(*net.IPNet)
		if !ok || n.IP.IsLinkLocalUnicast() {
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
		return nil, fmt.Errorf("network interface %q has no address", name)
	}
	return found, nil
}
