package awsapi

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// reading is a way to read the children (policies or scheduled actions) of
// some targets of one service namespace. AWS filters by one resource, or by up
// to 50 names wherever they occur, or not at all, and answers in pages.
type reading int

const (
	byResource reading = iota // one filtered list per resource
	byScan                    // the whole namespace
	byName                    // the names that are asked for, of all targets
	readings
)

const (
	// fewResources are read one by one whatever else would cost: that also
	// shows the children that nobody declares.
	fewResources = 4
	// filterSize is the most that AWS's list filters take (AWS API:
	// DescribeScalableTargets, DescribeScalingPolicies).
	filterSize = 50
	// censusAge is for how long a count is believed, so that a way of reading
	// that was expensive once is tried again.
	censusAge = time.Hour
)

// ask is what is wanted of one target: the children with these names, or all.
type ask struct {
	targetKey
	names []string
	all   bool
}

type targetKey struct{ resource, dimension string }

// census remembers how many children of one kind earlier reads found in a
// namespace. It only steers the choice of the reading: a wrong number costs
// calls, but what is read stays right.
type census struct {
	mu    sync.Mutex
	total count
	names map[string]count // names that occur more than once
}

type count struct {
	n  int
	at time.Time
}

func (c count) fresh(now time.Time) int {
	if now.Sub(c.at) > censusAge {
		return 0
	}
	return c.n
}

// sawAll notes the result of a complete scan: how often each name occurs.
func (c *census) sawAll(names map[string]int, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.total, c.names = count{at: now}, nil
	for name, n := range names {
		c.total.n += n
		c.note(name, n, now)
	}
}

// sawNames notes how often names occur; one that does not occur counts 0.
func (c *census) sawNames(asked []string, names map[string]int, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	total := 0
	for _, name := range asked {
		total += names[name]
		c.note(name, names[name], now)
	}
	c.noteTotal(total, now)
}

// sawAtLeast notes what a scan had seen when it was given up.
func (c *census) sawAtLeast(total int, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.noteTotal(total, now)
}

// noteTotal takes a part of the namespace as evidence of the whole.
func (c *census) noteTotal(part int, now time.Time) {
	if part > c.total.fresh(now) {
		c.total = count{n: part, at: now}
	}
}

func (c *census) note(name string, n int, now time.Time) {
	if n < 2 {
		delete(c.names, name) // what is assumed of any name
		return
	}
	if c.names == nil {
		c.names = map[string]count{}
	}
	c.names[name] = count{n: n, at: now}
}

// estimate tells how many calls each reading would take, if a page has
// pageSize entries. What the census does not know it takes from the asks.
func (c *census) estimate(asks []ask, pageSize int, now time.Time) [readings]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	asked, pairs := countNames(asks)
	var calls [readings]int
	calls[byResource] = len(resourcesOf(asks))
	calls[byScan] = pageCount(max(pairs, c.total.fresh(now)), pageSize)
	for chunk := range slices.Chunk(slices.Sorted(maps.Keys(asked)), filterSize) {
		matches := 0
		for _, name := range chunk {
			matches += max(asked[name], c.names[name].fresh(now))
		}
		calls[byName] += pageCount(matches, pageSize)
	}
	return calls
}

// choose picks the reading that takes the fewest calls among those that are not
// excluded; where two are equal, the one that sees more. limit is the number of
// calls after which the reading has turned out to be a mistake: reading by
// resource, whose cost is certain, has none (0).
func choose(calls [readings]int, excluded [readings]bool) (best reading, limit int) {
	if calls[byResource] <= fewResources {
		return byResource, 0
	}
	best = byResource
	for r := range readings {
		if !excluded[r] && calls[r] < calls[best] {
			best = r
		}
	}
	if best == byResource {
		return best, 0
	}
	next := calls[byResource]
	for r := range readings {
		if !excluded[r] && r != best {
			next = min(next, calls[r])
		}
	}
	return best, 2 * next
}

// countNames counts how many targets each name is wanted of, and the pairs.
func countNames(asks []ask) (names map[string]int, pairs int) {
	names = map[string]int{}
	for _, a := range asks {
		for _, name := range a.names {
			names[name]++
			pairs++
		}
	}
	return names, pairs
}

// resourcesOf returns the distinct resource IDs.
func resourcesOf(asks []ask) []string {
	distinct := map[string]bool{}
	for _, a := range asks {
		distinct[a.resource] = true
	}
	return slices.Sorted(maps.Keys(distinct))
}

// pageCount is the number of calls that a list of n entries takes: even an empty
// one takes one.
func pageCount(n, pageSize int) int { return max(1, (n+pageSize-1)/pageSize) }
