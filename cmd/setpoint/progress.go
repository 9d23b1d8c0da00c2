package main

import (
	"fmt"
	"time"
)

// progress tells on a terminal how far a slow command has come. What is done
// within a second is not worth a word.
type progress struct {
	host
	what, unit string
	start      time.Time
	shown      time.Time
	terminal   bool
}

func newProgress(h host, what, unit string) *progress {
	return &progress{host: h, what: what, unit: unit, start: h.now(), terminal: isTerminal(h.err)}
}

// show is called by one goroutine at a time. Where nobody knows how many there are,
// all is 0.
func (p *progress) show(done, all int) {
	now := p.now()
	if !p.terminal || now.Sub(p.start) < time.Second || now.Sub(p.shown) < 100*time.Millisecond {
		return
	}
	p.shown = now
	of := ""
	if all > 0 {
		of = fmt.Sprintf(" of %d", all)
	}
	fmt.Fprintf(p.err, "\r\x1b[K%s: %d%s %s", p.what, done, of, p.unit)
}

// clear removes the line.
func (p *progress) clear() {
	if !p.shown.IsZero() {
		fmt.Fprint(p.err, "\r\x1b[K")
	}
}
