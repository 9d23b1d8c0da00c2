// Package persist keeps a local cloud in a file, across restarts.
//
// The file holds what was asked of the cloud, not what became of it. A cloud is
// deterministic: with the same seed, and the same changes at the same times of its
// clock, it becomes the same again, with every metric, activity and alarm, and with
// capacity that is on its way. So there is no second description of the state of
// each service to keep true, and a file stays small for long: only what does not
// just read is in it (localcloud.Change), and requests to models are counted
// together. The price is that a start takes as long as it takes to live that life
// again, which is seconds for weeks, and that a later version of the program may
// make something else of the same life.
//
// A file is lines of JSON. The first says how the cloud began ([Begin]); each
// further one is a change, or a mark: how late it is, how the clock runs, and which
// faults there are, which are no changes. Marks are written when the clock or the
// faults were changed, once a minute of real time while time passes, and at the end.
//
// A change is written before its caller knows of it, a mark up to a second later, and
// requests to models up to a minute of the cloud's time later. After a crash of the
// process there is all that was written, and the clock goes on from the last line.
// Lines are not forced to the disk, so that a machine that crashes may lose the last
// ones; one that is cut off is dropped. A reset of the cloud begins the file anew.
//
// One process at a time has a file: it is locked.
package persist

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/traffic"
)

// The first line of a file says what it is. The version is another one when a line
// means something else.
const (
	format  = "setpoint local cloud"
	version = 1
)

// maxHeader is more than a first line has.
const maxHeader = 64 << 10

// Begin is how a cloud begins, as far as that decides on what becomes of it.
type Begin struct {
	Account string `json:"account"`
	Region  string `json:"region"`
	// ProvisioningDelay is localcloud.Options.EndpointDelay and ProvisioningDelay.
	ProvisioningDelay traffic.Duration `json:"provisioningDelay"`
	// Seed is never 0: then IDs would be random.
	Seed  uint64    `json:"seed"`
	Start time.Time `json:"start"`
	// Assume is what localcloud.Options.Assume was told.
	Assume []string `json:"assume,omitempty"`
}

type header struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	Begin
}

// line is a line after the first.
type line struct {
	localcloud.Change
	Mark *mark `json:"mark,omitempty"`
}

// mark is the clock and the faults at a time.
type mark struct {
	Speed  float64            `json:"speed"`
	Paused bool               `json:"paused,omitempty"`
	Faults []localcloud.Fault `json:"faults,omitempty"`
}

// File is a file that keeps a cloud.
type File struct {
	path  string
	file  *os.File
	wall  func() time.Time
	lines *bufio.Reader // of a file that was begun, after the first line
	read  int64         // how much of it was read, in full lines
	begun *Begin
	cloud *localcloud.Cloud

	// What follows is guarded by the lock of the cloud.
	replaying, stopped bool
	marked             marked
	err                error         // why nothing is written any more
	failed             chan struct{} // closed then
}

// Open opens a file and locks it, or makes it. Errors say what to do instead.
func Open(path string) (*File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	f := &File{path: path, file: file, wall: time.Now, failed: make(chan struct{})}
	if err := lock(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	f.lines = bufio.NewReaderSize(file, maxHeader)
	if err := f.readBegin(); err != nil {
		return nil, errors.Join(err, f.release())
	}
	return f, nil
}

// Begun returns how the cloud in the file began; nil if the file is new.
func (f *File) Begun() *Begin { return f.begun }

// readBegin reads the first line, if there is one.
func (f *File) readBegin() error {
	text, err := f.lines.ReadSlice('\n')
	if len(text) == 0 && errors.Is(err, io.EOF) {
		return nil
	}
	var h header
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return err
	}
	if json.Unmarshal(text, &h) != nil || h.Format != format || err != nil {
		return fmt.Errorf("%s is no file of setpoint cloud, and is left alone; name another file", f.path)
	}
	if h.Version != version {
		return fmt.Errorf("%s has version %d of the format, and this setpoint reads version %d; use the setpoint that wrote it, or name another file", f.path, h.Version, version)
	}
	if err := decode(text, &h); err != nil {
		return f.unreadable(1, err)
	}
	if h.Seed == 0 || h.ProvisioningDelay < 0 {
		return f.unreadable(1, errors.New("the seed is 0, or the delay negative"))
	}
	f.begun, f.read = &h.Begin, int64(len(text))
	return nil
}

// decode reads a line and refuses members that are none: they would have meant
// something.
func decode(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more after the object")
	}
	return nil
}

func (f *File) unreadable(number int, err error) error {
	return fmt.Errorf("%s, line %d: %w; remove that line and all after it, or name another file", f.path, number, err)
}

// release closes the file for others.
func (f *File) release() error { return errors.Join(unlock(f.file), f.file.Close()) }
