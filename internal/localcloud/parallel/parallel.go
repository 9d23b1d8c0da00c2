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
	Map(n, func(from, to int) struct{} {
		f(from, to)
		return struct{}{}
	})
}

// Map is [Each] for an f that returns something, and returns that in the order of
// the ranges.
func Map[R any](n int, f func(from, to int) R) []R {
	workers := max(1, min(runtime.GOMAXPROCS(0), n/few))
	results := make([]R, workers)
	var group sync.WaitGroup
	for i := range workers - 1 {
		group.Go(func() { results[i] = f(n*i/workers, n*(i+1)/workers) })
	}
	last := workers - 1
	results[last] = f(n*last/workers, n)
	group.Wait()
	return results
}
