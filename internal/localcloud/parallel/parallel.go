// Package parallel divides work that is independent among the processors. As
// each piece has its own place for its result, the outcome does not depend on
// who does what when.
package parallel

import (
	"runtime"
	"sync"
)

// few is how many pieces are not worth dividing.
const few = 256

// Each calls f for all ranges [from, to) that together are [0, n), at the same
// time, and returns when all have returned.
func Each(n int, f func(from, to int)) {
	workers := min(runtime.GOMAXPROCS(0), n/few)
	if workers < 2 {
		f(0, n)
		return
	}
	var group sync.WaitGroup
	for i := range workers {
		group.Go(func() { f(n*i/workers, n*(i+1)/workers) })
	}
	group.Wait()
}
