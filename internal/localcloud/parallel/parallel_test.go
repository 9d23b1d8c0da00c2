package parallel

import "testing"

func TestEach(t *testing.T) {
	for _, n := range []int{0, 1, few, 2*few + 1, 10 * few} {
		seen := make([]int, n)
		Each(n, func(from, to int) {
			for i := from; i < to; i++ {
				seen[i]++
			}
		})
		for i, times := range seen {
			if times != 1 {
				t.Fatalf("of %d, piece %d was done %d times", n, i, times)
			}
		}
	}
}
