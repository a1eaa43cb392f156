//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// play is how a film was for the one who watched it.
type play struct {
	Path    string
	Start   float64 // seconds until it began
	Stalls  int     // how often it stood still
	Stalled float64 // seconds, in all
	Bytes   int64
	Error   string
}

// bite is how much a player reads at once.
const bite = 256 << 10

// playAll plays all films at once.
func playAll(t task, o *outcome) error {
	c := t.checker()
	o.Plays = make([]play, len(t.Paths))
	var players sync.WaitGroup
	for i, path := range t.Paths {
		players.Go(func() {
			p := player{task: t, checker: c, play: play{Path: path}}
			if err := p.watch(); err != nil {
				p.Error = err.Error()
			}
			o.Plays[i] = p.play
		})
	}
	players.Wait()
	for _, p := range o.Plays {
		o.Bytes += p.Bytes
	}
	return nil
}

// player takes bytes at the film's rate and has some seconds of it in hand, at most.
type player struct {
	task
	checker
	play
	begun time.Time // when the film would have begun had it never stood still
}

// watch plays until the time is over.
func (p *player) watch() error {
	f, err := p.open(p.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	opened := time.Now()
	end := opened.Add(time.Duration(p.Seconds * float64(time.Second)))
	for time.Now().Before(end) {
		if err := p.read(f); err != nil {
			return err
		}
		p.arrived(opened)
		p.rest()
	}
	return nil
}

func (p *player) read(f *os.File) error {
	buf := make([]byte, bite)
	n, err := f.ReadAt(buf, p.Bytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s at %d: %w", p.Path, p.Bytes, err)
	}
	if err := p.check(p.Path, p.Bytes, buf[:n]); err != nil {
		return err
	}
	p.Bytes += int64(n)
	return nil
}

func (p *player) seconds(bytes int64) float64 { return float64(bytes) / p.Rate }

// arrived notes what the last read means: the film begins when the buffer is full, and stood still where it was empty.
func (p *player) arrived(opened time.Time) {
	if p.begun.IsZero() {
		if p.seconds(p.Bytes) >= p.Buffer {
			p.begun = time.Now()
			p.Start = p.begun.Sub(opened).Seconds()
		}
		return
	}
	had := p.seconds(p.Bytes - bite)
	if late := time.Since(p.begun).Seconds() - had; late > 0 {
		p.Stalls++
		p.Stalled += late
		p.begun = p.begun.Add(time.Duration(late * float64(time.Second)))
	}
}

// rest waits until there is room in the buffer.
func (p *player) rest() {
	if p.begun.IsZero() {
		return
	}
	over := p.seconds(p.Bytes+bite) - time.Since(p.begun).Seconds() - p.Buffer
	if over > 0 {
		timer := time.NewTimer(time.Duration(over * float64(time.Second)))
		<-timer.C
	}
}
