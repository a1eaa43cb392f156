package core

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/millrace-media/millrace/core/config"
	"github.com/millrace-media/millrace/core/plugin"
	"github.com/millrace-media/millrace/core/web"
	"github.com/millrace-media/millrace/sdk"
)

// Doctor looks at everything that the daemon stands on and says how to mend what is not well.
func (d *Daemon) Doctor(ctx context.Context) []web.Check {
	checks := []web.Check{d.checkDatabase(ctx), d.checkCache(ctx), d.checkFUSE(ctx), d.checkDisk(ctx), d.checkClock(ctx)}
	checks = append(checks, d.checkConfigured()...)
	return append(checks, d.checkInstances(ctx)...)
}

func well(name, format string, args ...any) web.Check {
	return web.Check{Name: name, OK: true, Text: fmt.Sprintf(format, args...)}
}

func ill(name string, err error, remedy string) web.Check {
	return web.Check{Name: name, Text: err.Error(), Remedy: remedy}
}

func (d *Daemon) checkDatabase(ctx context.Context) web.Check {
	begin := time.Now()
	if _, err := d.db.CountStates(ctx); err != nil {
		return ill("database", err, "See that the data folder is writable and its disk not full, or that PostgreSQL runs and can be reached.")
	}
	kind := "SQLite"
	if d.db.Shared() {
		kind = "PostgreSQL"
	}
	return well("database", "%s answers in %s", kind, time.Since(begin).Round(time.Microsecond))
}

func (d *Daemon) checkCache(ctx context.Context) web.Check {
	if err := d.cache.Ping(ctx); err != nil {
		return ill("cache", err, "See that Redis runs and that cache.url leads to it. Until then every daemon caches and limits by itself.")
	}
	return well("cache", "answers")
}

func (d *Daemon) checkFUSE(ctx context.Context) web.Check {
	c := d.cfg.Load()
	if d.away != nil {
		return d.away.check(ctx, c)
	}
	if !c.Mount.Enabled {
		return well("fuse", "not used: there is no mount.path; files are served by WebDAV at /dav/")
	}
	if dir := d.kernel.dir(); dir != "" {
		return well("fuse", "mounted on %s", dir)
	}
	if _, err := os.Stat("/dev/fuse"); err != nil {
		return ill("fuse", err, "Load the kernel's module (modprobe fuse); in a container pass --device /dev/fuse --cap-add SYS_ADMIN.")
	}
	if _, err := exec.LookPath("fusermount3"); err != nil && os.Geteuid() != 0 {
		return ill("fuse", err, "Install FUSE: apt-get install fuse3")
	}
	return ill("fuse", fmt.Errorf("%s is not mounted", c.Mount.Path), "See that the folder is empty and yours, then start the daemon again; the log says what failed.")
}

// check looks at the process that keeps the files.
func (p *mountProcess) check(ctx context.Context, c *config.Config) web.Check {
	if err := p.greet(ctx); err != nil {
		return ill("mount", err, "Start it, best as a service beside the daemon's: the README has both. Its log says why it does not run.")
	}
	p.mu.Lock()
	is := p.is
	p.mu.Unlock()
	switch {
	case c.Mount.Enabled && is.Mount == "":
		return ill("mount", fmt.Errorf("%s is not mounted", c.Mount.Path), "See that there is /dev/fuse and that the folder is empty and yours, then restart millrace mount; its log says what failed.")
	case !c.Mount.Enabled:
		return well("mount", "millrace mount %s runs as process %d and serves files at /dav/; there is no mount.path", is.Version, is.PID)
	}
	return well("mount", "millrace mount %s runs as process %d; mounted on %s", is.Version, is.PID, is.Mount)
}

// leastRoom is how much free disk is too little.
const leastRoom = 2 << 30

func (d *Daemon) checkDisk(ctx context.Context) web.Check {
	c := d.cfg.Load()
	var st syscall.Statfs_t
	if err := syscall.Statfs(c.Data, &st); err != nil {
		return ill("disk", err, "See that the data folder is there and readable.")
	}
	free := int64(st.Bavail) * int64(st.Bsize)
	cached, err := d.files.CacheStats(ctx)
	if err != nil {
		d.log.Debug("it cannot be told how large the cache is", "err", err)
	}
	ch := well("disk", "%s free under %s", sdk.Size(free), c.Data)
	if free < leastRoom {
		ch.OK, ch.Remedy = false, "Make room, or make mount.cache.size smaller."
	} else if free < int64(c.Mount.Cache.Size)-cached.Disk {
		ch.Warn, ch.Remedy = true, fmt.Sprintf("The cache may grow to %s: it will leave the last %s free.", c.Mount.Cache.Size, c.Mount.Cache.Free)
	}
	return ch
}

// clockTolerance is how far the clock may differ from the database's: air times and leases depend on it.
const clockTolerance = 30 * time.Second

func (d *Daemon) checkClock(ctx context.Context) web.Check {
	now, err := d.db.Clock(ctx)
	if err != nil {
		return ill("clock", err, "See the database.")
	}
	off := time.Since(now)
	if off.Abs() > clockTolerance {
		return ill("clock", fmt.Errorf("it differs from the database's by %s", off.Round(time.Second)), "Let the system keep time: timedatectl set-ntp true")
	}
	if time.Now().Year() < 2025 {
		return ill("clock", fmt.Errorf("it says %s", time.Now().Format(time.DateOnly)), "Set the clock: timedatectl set-ntp true")
	}
	return well("clock", "agrees with the database")
}

// checkConfigured finds what the main job lacks.
func (d *Daemon) checkConfigured() []web.Check {
	var cs []web.Check
	for _, need := range []struct{ capability, remedy string }{
		{sdk.CapabilityMetadata, `Add a block, as: metadata "cinemeta" {}`},
		{sdk.CapabilityScraper, `Add a block, as: scraper "archive" {}`},
		{sdk.CapabilityDebrid, `Add a block, as: debrid "bittorrent" {}`},
	} {
		if len(d.pool.Of(need.capability)) == 0 {
			cs = append(cs, ill(need.capability, fmt.Errorf("none is configured"), need.remedy))
		}
	}
	return cs
}

// checkInstances asks every upstream that can be asked, at once.
func (d *Daemon) checkInstances(ctx context.Context) []web.Check {
	ins := d.pool.All()
	cs := make([]web.Check, len(ins))
	var wg sync.WaitGroup
	for i, in := range ins {
		wg.Go(func() { cs[i] = checkInstance(ctx, in) })
	}
	wg.Wait()
	return cs
}

func checkInstance(ctx context.Context, in *plugin.Instance) web.Check {
	name := in.Capability + " " + in.Name
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	h, can, err := in.Check(ctx)
	if err == nil && !can {
		err = in.Unwell()
	}
	if err != nil {
		return ill(name, err, remedy(in, err))
	}
	c := well(name, "%s", healthText(h, can))
	if len(h.Warnings) > 0 {
		c.Warn, c.Remedy = true, h.Warnings[0]
	}
	return c
}

func healthText(h sdk.Health, can bool) string {
	switch {
	case h.Message != "":
		return h.Message
	case !can:
		return "running"
	case !h.Expires.IsZero():
		return "well; the account is good until " + h.Expires.Format(time.DateOnly)
	}
	return "well"
}

func remedy(in *plugin.Instance, err error) string {
	block := fmt.Sprintf("%s %q", in.Capability, in.Name)
	switch sdk.KindOf(err) {
	case sdk.Denied:
		return "See the key or token in the block " + block + "."
	case sdk.Invalid:
		return "See the settings in the block " + block + "."
	case sdk.Limited:
		return "Wait: the service limits how often it may be asked."
	case sdk.Unavailable:
		return "See that the service runs and that the url in the block " + block + " leads to it."
	}
	return "See the log; " + filepath.Base(in.Plugin) + " says more at log level debug."
}
