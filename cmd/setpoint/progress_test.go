package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestProgress(t *testing.T) {
	for _, c := range []struct {
		reason   string
		terminal bool
		all      int
		at       []time.Duration // of each report, since the start
		want     string
	}{
		{"what is done within a second is not worth a word", true, 9, []time.Duration{0, 999 * time.Millisecond}, ""},
		{"what takes longer is told, not too often, and wiped away", true, 9, []time.Duration{0, time.Second, 1050 * time.Millisecond, 2 * time.Second},
			"\r\x1b[Kreading AWS: 2 of 9 targets\r\x1b[Kreading AWS: 4 of 9 targets\r\x1b[K"},
		{"how many there are is not always known", true, 0, []time.Duration{time.Second}, "\r\x1b[Kreading AWS: 1 targets\r\x1b[K"},
		{"a log file is no terminal", false, 9, []time.Duration{time.Minute}, ""},
	} {
		var errs bytes.Buffer
		now := aMonday
		p := newProgress(host{err: &errs, now: func() time.Time { return now }}, "reading AWS", "targets")
		p.terminal = c.terminal
		for i, at := range c.at {
			now = aMonday.Add(at)
			p.show(i+1, c.all)
		}
		p.clear()
		if diff := cmp.Diff(c.want, errs.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
	}
}
