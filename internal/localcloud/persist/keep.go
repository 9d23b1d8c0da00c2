package persist

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud"
)

// How often the clock and the faults are looked at, and how old a mark gets while
// time passes. It is real time.
const (
	look   = time.Second
	oldest = time.Minute
)

// marked is the last mark, and when by both clocks it was made.
type marked struct {
	mark
	at, wall time.Time
}

// Run writes marks until the context ends. It returns early when the file cannot be
// written any more, and says so.
func (f *File) Run(ctx context.Context) error {
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-f.failed:
			return f.failure()
		case <-ticker.C:
			due := false
			f.cloud.View(func(v localcloud.View) { due = f.due(f.present(), v.Now()) })
			if due {
				f.cloud.Settle(func(now time.Time) { f.mark(f.present(), now) })
			}
		}
	}
}

// failure is why nothing is written any more.
func (f *File) failure() (err error) {
	f.cloud.Settle(func(time.Time) { err = f.err })
	return err
}

// Close writes the last mark and closes the file. Changes that come later are not
// kept.
func (f *File) Close() error {
	if f.cloud == nil {
		return f.release()
	}
	var err error
	f.cloud.Settle(func(now time.Time) {
		if !f.replaying && !f.stopped {
			f.mark(f.present(), now)
		}
		f.stopped, err = true, f.err
	})
	return errors.Join(err, f.file.Sync(), f.release())
}

// changed is told by the cloud, which is locked.
func (f *File) changed(ch localcloud.Change) {
	if f.replaying || f.stopped {
		return
	}
	if !ch.Reset {
		f.write(line{Change: ch})
		return
	}
	f.begun.Start = ch.At
	f.fail(f.file.Truncate(0))
	f.write(header{Format: format, Version: version, Begin: *f.begun})
	f.marked = marked{} // it is due again
}

// present is what a mark says now.
func (f *File) present() mark {
	speed, paused := f.cloud.Clock().Setting()
	m := mark{Speed: speed, Paused: paused}
	for _, fault := range f.cloud.Faults().List() {
		fault.Hits = 0 // it would be another mark with every call
		m.Faults = append(m.Faults, fault)
	}
	return m
}

// due tells whether a mark has to be made: what it says is another thing than what
// the last one said, also about time, or that is old.
func (f *File) due(m mark, now time.Time) bool {
	last := f.marked
	if !reflect.DeepEqual(m, last.mark) {
		return true
	}
	speed := m.Speed
	if m.Paused {
		speed = 0
	}
	waited := f.wall().Sub(last.wall)
	expected := time.Duration(speed * float64(waited))
	passed := now.Sub(last.at)
	off := math.Abs(float64(passed - expected))
	return passed > 0 && waited >= oldest || off > float64(look)*max(1, speed)
}

func (f *File) mark(m mark, now time.Time) {
	f.marked = marked{m, now, f.wall()}
	f.write(line{Change: localcloud.Change{At: now}, Mark: &m})
}

// write appends a line. The cloud is locked, or nobody has it yet.
func (f *File) write(l any) {
	if f.err != nil {
		return
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(l); err != nil {
		f.fail(err)
		return
	}
	_, err := f.file.Write(b.Bytes())
	f.fail(err)
}
