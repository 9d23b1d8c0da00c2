//go:build !unix

package localcloud

import "time"

// processors is how much time of the processors the process has used, which is
// not measured here.
func processors() time.Duration { return 0 }
