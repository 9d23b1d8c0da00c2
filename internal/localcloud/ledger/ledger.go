// Package ledger keeps what happened, in order, and finds what happened to one
// thing without looking at all the rest.
package ledger

import (
	"iter"
	"slices"
)

// Ledger is entries by whom they are about. Each has a number, which is one more
// than that of the entry before; the first has 0. The zero value has no entries.
type Ledger[K comparable, V any] struct {
	entries []entry[K, V]
	first   int         // number of the first entry that is still there
	of      map[K][]int // the numbers of those that are still there
}

type entry[K comparable, V any] struct {
	about K
	value V
}

// Next returns the number of the next entry.
func (l *Ledger[K, V]) Next() int { return l.first + len(l.entries) }

// Add appends an entry.
func (l *Ledger[K, V]) Add(about K, value V) {
	if l.of == nil {
		l.of = map[K][]int{}
	}
	l.of[about] = append(l.of[about], l.Next())
	l.entries = append(l.entries, entry[K, V]{about, value})
}

// Forget drops the oldest entries as long as they are old. It looks at no more of
// them than it must, and may keep some for a while, because moving the others
// takes time.
func (l *Ledger[K, V]) Forget(old func(*V) bool) {
	n := len(l.entries)
	if n == 0 || !old(&l.entries[n/2].value) {
		return
	}
	for n = n/2 + 1; n < len(l.entries) && old(&l.entries[n].value); n++ {
	}
	for i := range l.entries[:n] {
		about := l.entries[i].about
		if left := l.of[about][1:]; len(left) > 0 {
			l.of[about] = left
		} else {
			delete(l.of, about)
		}
	}
	l.entries = slices.Delete(l.entries, 0, n)
	l.first += n
}

// All selects all entries.
func (l *Ledger[K, V]) All() Selection[K, V] { return Selection[K, V]{ledger: l, all: true} }

// Of selects the entries about one thing.
func (l *Ledger[K, V]) Of(about K) Selection[K, V] {
	return Selection[K, V]{ledger: l, numbers: l.of[about]}
}

// Selection is some entries of a ledger, as long as that is not changed.
type Selection[K comparable, V any] struct {
	ledger  *Ledger[K, V]
	all     bool
	numbers []int
}

func (s Selection[K, V]) len() int {
	if s.all {
		return len(s.ledger.entries)
	}
	return len(s.numbers)
}

func (s Selection[K, V]) number(i int) int {
	if s.all {
		return s.ledger.first + i
	}
	return s.numbers[i]
}

// position returns how many entries have lower numbers.
func (s Selection[K, V]) position(number int) int {
	if s.all {
		return min(max(number-s.ledger.first, 0), len(s.ledger.entries))
	}
	at, _ := slices.BinarySearch(s.numbers, number)
	return at
}

func (s Selection[K, V]) at(i int) (int, *V) {
	number := s.number(i)
	return number, &s.ledger.entries[number-s.ledger.first].value
}

// From returns the entries with their numbers, from a number on, oldest first.
func (s Selection[K, V]) From(number int) iter.Seq2[int, *V] {
	return func(yield func(int, *V) bool) {
		for i := s.position(number); i < s.len(); i++ {
			if !yield(s.at(i)) {
				return
			}
		}
	}
}

// Before returns the entries that have lower numbers than one, latest first.
func (s Selection[K, V]) Before(number int) iter.Seq2[int, *V] {
	return func(yield func(int, *V) bool) {
		for i := s.position(number) - 1; i >= 0; i-- {
			if !yield(s.at(i)) {
				return
			}
		}
	}
}
