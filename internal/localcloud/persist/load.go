package persist

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud"
)

// Load makes the cloud that is in the file, as it was, or writes into a new file
// how one begins. What Begin says of the options is set here, and in a file that
// was begun it is the file that says it. The clock goes on at once. Progress is
// told how many bytes of all were read.
//
// The dropped bytes are those of a last line that was cut off. Errors say what to
// do instead.
func (f *File) Load(ctx context.Context, b Begin, o localcloud.Options, progress func(done, all int)) (_ *localcloud.Cloud, dropped int, err error) {
	isNew := f.begun == nil
	if isNew {
		b.Seed = cmp.Or(b.Seed, rand.Uint64N(1<<53)+1)
		if b.Start.IsZero() {
			b.Start = f.wall()
		}
		b.Start = b.Start.UTC().Round(0)
		f.begun = &b
	}
	b = *f.begun
	o.Account, o.Region, o.Seed = b.Account, b.Region, b.Seed
	o.EndpointDelay, o.ProvisioningDelay = time.Duration(b.ProvisioningDelay), time.Duration(b.ProvisioningDelay)
	o.Start, o.Paused, o.Changed = b.Start, true, f.changed
	for _, text := range b.Assume {
		if err := o.Assume(text); err != nil {
			return nil, 0, f.unreadable(1, err)
		}
	}
	f.replaying = true
	f.cloud = localcloud.New(o)
	last := mark{Speed: 1}
	if !isNew {
		if last, dropped, err = f.replay(ctx, progress); err != nil {
			return nil, 0, err
		}
	}
	f.replaying = false
	if isNew {
		f.write(header{Format: format, Version: version, Begin: b})
	} else if dropped > 0 {
		f.fail(f.file.Truncate(f.read))
	}
	if f.err != nil {
		return nil, 0, f.err
	}
	for _, fault := range last.Faults {
		f.cloud.Faults().Put(fault)
	}
	return f.cloud, dropped, f.cloud.Clock().Set(last.Speed, last.Paused)
}

// replay lives the life that is in the file. It returns its last mark, and how long
// the line is that was cut off.
func (f *File) replay(ctx context.Context, progress func(done, all int)) (last mark, dropped int, err error) {
	last = mark{Speed: 1}
	all, err := f.file.Stat()
	if err != nil {
		return last, 0, err
	}
	for number := 2; ; number++ {
		if progress != nil {
			progress(int(f.read), int(all.Size()))
		}
		if err := ctx.Err(); err != nil {
			return last, 0, err
		}
		text, err := f.lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return last, len(text), nil
		}
		if err != nil {
			return last, 0, err
		}
		if err := f.relive(ctx, text, &last); err != nil {
			return last, 0, f.unreadable(number, err)
		}
		f.read += int64(len(text))
	}
}

// relive makes one change again, or keeps the mark.
func (f *File) relive(ctx context.Context, text []byte, last *mark) error {
	var l line
	if err := decode(text, &l); err != nil {
		return err
	}
	if m := l.Mark; m != nil {
		if !reflect.DeepEqual(l.Change, localcloud.Change{At: l.At}) {
			return errors.New("there is a mark and a change")
		}
		if err := f.cloud.Clock().Set(m.Speed, true); err != nil {
			return err
		}
		*last = *m
	}
	return f.cloud.Replay(ctx, l.Change)
}

// fail remembers the first error of writing, after which nothing is written any
// more: what follows would be of another life.
func (f *File) fail(err error) {
	if err != nil && f.err == nil {
		f.err = fmt.Errorf("%s cannot be written: %w; make room and start again", f.path, err)
		close(f.failed)
	}
}
