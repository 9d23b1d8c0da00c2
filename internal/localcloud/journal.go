package localcloud

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// Entry is one call that the cloud answered.
type Entry struct {
	Time      time.Time // by the cloud's clock
	Account   string
	Region    string
	Service   string // empty when the request was for no service
	Operation string
	Code      string // of the error; empty for success
	Duration  time.Duration
}

// maxOperations bounds the counted names: a client may ask for operations that
// do not exist. AWS's services have some hundreds together.
const maxOperations = 2000

// Journal counts the calls of a cloud and keeps the last of them. It is safe
// for concurrent use.
type Journal struct {
	mu     sync.Mutex
	last   []Entry // a ring once it is full
	next   int     // where the next entry goes in a full ring
	counts map[string]int
	errors map[string]int // by code
	total  int
}

func newJournal(size int) *Journal {
	return &Journal{last: make([]Entry, 0, size), counts: map[string]int{}, errors: map[string]int{}}
}

func (j *Journal) add(e Entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.total++
	if _, known := j.counts[e.Operation]; known || len(j.counts) < maxOperations {
		j.counts[e.Operation]++
	}
	if e.Code != "" {
		j.errors[e.Code]++
	}
	if len(j.last) < cap(j.last) {
		j.last = append(j.last, e)
		return
	}
	j.last[j.next] = e
	j.next = (j.next + 1) % len(j.last)
}

// Count returns how many calls of the operations there were, such as
// "PutScalingPolicy", whatever their outcome; without operations, all calls.
// The number is exact however many entries are kept.
func (j *Journal) Count(operations ...string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(operations) == 0 {
		return j.total
	}
	n := 0
	for _, operation := range operations {
		n += j.counts[operation]
	}
	return n
}

// Counts returns how many calls of each operation there were, and how many that
// failed with each code.
func (j *Journal) Counts() (operations, codes map[string]int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return maps.Clone(j.counts), maps.Clone(j.errors)
}

// Last returns so many of the last calls, the latest first.
func (j *Journal) Last(n int) []Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	n = min(n, len(j.last))
	last := make([]Entry, n)
	for i := range last {
		last[i] = j.last[(j.next-1-i+2*len(j.last))%len(j.last)]
	}
	return last
}

// Entries returns the last calls, oldest first.
func (j *Journal) Entries() []Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Concat(j.last[j.next:], j.last[:j.next])
}

// Reset forgets all calls.
func (j *Journal) Reset() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.last, j.next, j.total = j.last[:0], 0, 0
	clear(j.counts)
	clear(j.errors)
}
