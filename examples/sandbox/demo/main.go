// Command demo shows the main job of Millrace on this machine, without an account or a network: a film and a season are asked
// for in a request list, found with an indexer, fetched from a swarm, mounted, played, and compared byte by byte with what the
// seeder holds. The services around it are those of the sandbox; the daemon and its plugins are the real programs.
//
// It ends with an error where anything differs from what it ought to be, and leaves nothing behind.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/charmbracelet/x/term"
)

func main() {
	var o options
	flag.StringVar(&o.bin, "bin", "bin", "folder of millrace and its plugins")
	flag.BoolVar(&o.once, "once", false, "end when everything was shown")
	flag.BoolVar(&o.webdav, "webdav", false, "read the library over WebDAV, as where nothing can be mounted")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second signal ends the process at once
	var s screen = &plain{out: os.Stdout, begin: time.Now()}
	if term.IsTerminal(os.Stdout.Fd()) {
		s = newLive()
	}
	err := run(ctx, o, s)
	stop()
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

type options struct {
	bin    string
	once   bool
	webdav bool
}

// showWithin is how long the whole of the show may take.
const showWithin = 3 * time.Minute

// run shows everything and takes it down again, however it ends.
func run(ctx context.Context, o options, s screen) (err error) {
	st, err := setUp(ctx, o)
	if err != nil {
		s.close()
		return err
	}
	defer func() {
		s.close()
		if derr := st.takeDown(); derr != nil {
			err = errors.Join(err, derr)
		} else if err == nil {
			fmt.Println("Everything was cleaned up.")
		}
	}()
	within, cancel := context.WithTimeout(ctx, showWithin)
	defer cancel()
	if err := show(within, st, s); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("%w\n\nThe end of the daemon's log:\n%s", err, st.tail(25))
	}
	if o.once {
		return nil
	}
	s.close()
	fmt.Printf("\nThe page: http://%s/   password: %s\n", st.address, st.password)
	if st.mounted {
		fmt.Printf("The library: %s\n", st.mount())
	}
	fmt.Println("Press Ctrl-C to end.")
	select {
	case <-ctx.Done():
	case <-st.gone:
		return errors.New("the daemon has ended")
	}
	return nil
}
