//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package persist

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// lock takes the file for this process, by a file beside it. It stays after a
// crash, so the error says how to go on.
func lock(file *os.File) error {
	beside, err := os.OpenFile(file.Name()+".lock", os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is kept by another setpoint cloud that is running; stop that one, or name another file. If none is running, remove %[1]s.lock", file.Name())
	}
	if err != nil {
		return err
	}
	return beside.Close()
}

func unlock(file *os.File) error { return os.Remove(file.Name() + ".lock") }
