package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"github.com/millrace-media/millrace/core/db"
)

type streamInput struct {
	Last    string `header:"Last-Event-ID" doc:"Of the last event that was seen: what came since is told first"`
	Item    int64  `query:"item" doc:"Events of this item, and of what is below it, only"`
	Streams bool   `query:"streams" doc:"Also tell what is being read, each second in which it changes"`
}

const (
	// heartbeat keeps proxies from closing a stream on which nothing happens.
	heartbeat = 15 * time.Second
	// writeWithin is how long a reader of the stream may take to accept what is written.
	writeWithin = 30 * time.Second
	// pulse is how often it is looked what is being read.
	pulse = time.Second
)

func (s *Server) eventRoutes(a huma.API) {
	event := a.OpenAPI().Components.Schemas.Schema(typeOf[Event](), true, "Event")
	op := call{method: http.MethodGet, path: "/events", id: "watch-events", summary: "Watch what happens, as server-sent events", tag: "events"}.operation()
	op.Responses = map[string]*huma.Response{"200": {
		Description: "A stream of events named item or path; the data of each is an Event. Those named streams, if they are wanted, have a StreamPage.",
		Content:     map[string]*huma.MediaType{"text/event-stream": {Schema: event}},
	}}
	op.Errors = []int{http.StatusBadRequest, http.StatusUnauthorized}
	huma.Register(a, op, func(ctx context.Context, in *streamInput) (*huma.StreamResponse, error) {
		from, err := s.since(ctx, in.Last)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		return &huma.StreamResponse{Body: func(hc huma.Context) {
			r, w := humachi.Unwrap(hc)
			err := s.stream(r.Context(), w, from, in)
			if err != nil && r.Context().Err() == nil {
				s.log.Debug("a stream of events ended", "request", requestID(r.Context()), "err", err)
			}
		}}, nil
	})
}

// since is where a stream begins: behind the event that was seen last, or now.
func (s *Server) since(ctx context.Context, last string) (db.Cursor, error) {
	if last == "" {
		return s.o.DB.Cursor(ctx)
	}
	return db.ParseCursor(last)
}

// stream writes events as they are committed until the reader leaves.
func (s *Server) stream(ctx context.Context, w http.ResponseWriter, from db.Cursor, in *streamInput) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold it back
	out := &eventWriter{w: w, c: http.NewResponseController(w)}
	defer func() { _ = out.c.SetWriteDeadline(time.Time{}) }() // the connection may serve another request
	if err := out.text("retry: 2000\nid: " + from.String() + "\n\n"); err != nil {
		return err
	}
	batches, ended := make(chan []db.Event), make(chan error, 1)
	go func() {
		ended <- s.o.DB.Watch(ctx, from, func(list []db.Event) error {
			select {
			case batches <- list:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	if in.Streams {
		out.reading = func() (StreamPage, error) { return s.look(ctx) }
	}
	err := out.follow(batches, ended, in.Item)
	cancel()
	watch := <-ended
	if errors.Is(err, errWatchEnded) {
		return fmt.Errorf("%w: %w", err, watch)
	}
	return err // the reader left
}

var errWatchEnded = errors.New("the log of events cannot be read")

// eventWriter writes server-sent events.
type eventWriter struct {
	w       http.ResponseWriter
	c       *http.ResponseController
	reading func() (StreamPage, error) // nil: nobody wants to know
	told    string                     // of what is being read, last
}

func (o *eventWriter) follow(batches <-chan []db.Event, ended chan error, item int64) error {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	look := time.NewTicker(pulse)
	defer look.Stop()
	if o.reading == nil {
		look.Stop()
	}
	for {
		select {
		case err := <-ended:
			ended <- err // for who waits
			return errWatchEnded
		case <-beat.C:
			if err := o.text(": alive\n\n"); err != nil {
				return err
			}
		case <-look.C:
			if err := o.streams(); err != nil {
				return err
			}
		case list := <-batches:
			if err := o.events(list, item); err != nil {
				return err
			}
		}
	}
}

func (o *eventWriter) events(list []db.Event, item int64) error {
	for _, e := range list {
		if item != 0 && e.Item != item && e.Root != item {
			continue
		}
		data, err := json.Marshal(told(e))
		if err != nil {
			return fmt.Errorf("write an event: %w", err)
		}
		name := "item"
		if e.Path != "" {
			name = "path"
		}
		if err := o.text(fmt.Sprintf("id: %s\nevent: %s\ndata: %s\n\n", e.Cursor, name, data)); err != nil {
			return err
		}
	}
	return nil
}

// streams tells what is being read where that has changed. What cannot be had now may be at the next look.
func (o *eventWriter) streams() error {
	page, err := o.reading()
	if err != nil {
		return nil //nolint:nilerr // the page says why it does not know
	}
	data, err := json.Marshal(page)
	if err != nil {
		return fmt.Errorf("write an event: %w", err)
	}
	if string(data) == o.told {
		return nil
	}
	o.told = string(data)
	return o.text("event: streams\ndata: " + o.told + "\n\n")
}

// text writes and flushes. A reader that accepts nothing for long is let go.
func (o *eventWriter) text(s string) error {
	err := o.c.SetWriteDeadline(time.Now().Add(writeWithin))
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := o.w.Write([]byte(s)); err != nil {
		return err
	}
	return o.c.Flush()
}
