//go:build unix

package localcloud

import (
	"syscall"
	"time"
)

// processors is how much time of the processors the process has used.
func processors() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
