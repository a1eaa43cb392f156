//go:build linux

package main

import (
	"errors"
	"time"
)

// reading is one measurement: a task, and what of its outcome counts.
type reading struct {
	task
	value  func(outcome) []float64
	linger time.Duration // how long what follows upon the reading is counted with it
}

// rate is bytes a second, in gigabytes.
func rate(o outcome) []float64 { return []float64{float64(o.Bytes) / 1e9 / o.Seconds} }

func seconds(o outcome) []float64 { return []float64{o.Seconds} }

func nothing(outcome) []float64 { return nil }

// laps are milliseconds.
func laps(o outcome) []float64 {
	ms := make([]float64, len(o.Laps))
	for i, s := range o.Laps {
		ms[i] = s * 1000
	}
	return ms
}

// measure has a reader read through a mount, and adds what that took to a figure.
func (b *bench) measure(s *server, f *figure, r reading) (outcome, error) {
	f.Side, f.served = s.name, true
	r.Root = s.dir
	before, err := s.cpu()
	err = errors.Join(err, s.resetPeak(), b.origin.post("reset", nil))
	if err != nil {
		return outcome{}, err
	}
	o, err := b.read(r.task)
	if b.ctx.Err() != nil {
		return o, b.ctx.Err()
	}
	if err != nil {
		f.Error = err.Error()
		return o, nil
	}
	f.Values = append(f.Values, r.value(o)...)
	f.Read += o.Bytes
	return o, b.cost(s, f, r, before)
}

func (b *bench) cost(s *server, f *figure, r reading, before time.Duration) error {
	if err := wait(b.ctx, r.linger); err != nil {
		return err
	}
	c, err := b.settled()
	if err != nil {
		return err
	}
	after, err := s.cpu()
	if err != nil {
		return err
	}
	peak, err := s.peak()
	f.CPU += (after - before).Seconds()
	f.Fetched += c.Sent
	f.Requests += c.Requests
	f.Conns += c.Conns
	f.Peak = max(f.Peak, peak)
	return err
}

// plain has a reader read without a mount: what the machine or the origin can do.
func (b *bench) plain(f *figure, t task) error {
	o, err := b.read(t)
	if err != nil {
		f.Error = err.Error()
		return b.ctx.Err()
	}
	f.Values = append(f.Values, rate(o)...)
	f.CPU += o.CPU
	f.Read += o.Bytes
	return nil
}

// prime does something through a mount that is not measured. An error is not told: the measurement will meet it.
func (b *bench) prime(s *server, t task) error {
	t.Root = s.dir
	if _, err := b.read(t); err != nil && b.ctx.Err() != nil {
		return err
	}
	_, err := b.settled()
	return err
}

// figures makes an empty one for each side.
func figures(sides []*server) []*figure {
	list := make([]*figure, len(sides))
	for i, s := range sides {
		list[i] = &figure{Side: s.name, served: true}
	}
	return list
}
