//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package persist

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lock takes the file for this process. It is free again when the process ends,
// however it ends.
func lock(file *os.File) error {
	err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return fmt.Errorf("%s is kept by another setpoint cloud that is running; stop that one, or name another file", file.Name())
	}
	return err
}

func unlock(*os.File) error { return nil } // closing the file does it
