package ledger

import (
	"iter"
	"slices"
	"testing"
)

func numbers(seq iter.Seq2[int, *int]) []int {
	var list []int
	for n, v := range seq {
		if *v != n {
			return []int{-1}
		}
		list = append(list, n)
	}
	return list
}

// FuzzLedger adds, forgets and selects, and compares with looking at everything.
// The value of an entry is its number.
func FuzzLedger(f *testing.F) {
	f.Add([]byte{0, 1, 2, 0, 1, 200, 2, 2, 0, 230, 1})
	f.Add([]byte{200})
	f.Add([]byte{3, 3, 3, 3, 203, 3, 203, 250})
	f.Fuzz(func(t *testing.T, steps []byte) {
		var l Ledger[byte, int]
		var about []byte // of all entries that ever were
		for _, step := range steps {
			if step < 200 {
				l.Add(step%5, l.Next())
				about = append(about, step%5)
				continue
			}
			limit := len(about) * int(step-200) / 55
			l.Forget(func(v *int) bool { return *v < limit })
			if l.first > limit || (limit-l.first)*2 > len(l.entries)+1 {
				t.Fatalf("of %d entries, those below %d are old, and those below %d are forgotten", len(about), limit, l.first)
			}
		}
		if l.Next() != len(about) {
			t.Fatalf("the next number is %d after %d entries", l.Next(), len(about))
		}
		for from := range len(about) + 1 {
			for key := range byte(6) {
				var after, before []int
				for n := l.first; n < len(about); n++ {
					switch {
					case key < 5 && about[n] != key:
					case n >= from:
						after = append(after, n)
					default:
						before = append(before, n)
					}
				}
				slices.Reverse(before)
				selected := l.All()
				if key < 5 {
					selected = l.Of(key)
				}
				if got := numbers(selected.From(from)); !slices.Equal(got, after) {
					t.Fatalf("about %d from %d there are %v, want %v", key, from, got, after)
				}
				if got := numbers(selected.Before(from)); !slices.Equal(got, before) {
					t.Fatalf("about %d before %d there are %v, want %v", key, from, got, before)
				}
			}
		}
	})
}
