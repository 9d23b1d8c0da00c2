package awsapi

import (
	"fmt"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// asksFor returns asks of n targets for the names; # is the target's number.
func asksFor(n int, names ...string) []ask {
	asks := make([]ask, n)
	for i := range asks {
		asks[i].resource = fmt.Sprint(i)
		for _, name := range names {
			if name == "#" {
				name = fmt.Sprint("own", i)
			}
			asks[i].names = append(asks[i].names, name)
		}
	}
	return asks
}

func TestEstimate(t *testing.T) {
	for _, test := range []struct {
		name   string
		reason string
		asks   []ask
		known  func(c *census)
		want   [readings]int // by resource, scan, by name
	}{{
		name: "nothing known", reason: "what is asked for is assumed to be all there is",
		asks: asksFor(40, "cpu"), want: [readings]int{40, 4, 4},
	}, {
		name: "own names", reason: "a filter takes 50 names, so 60 names are two lists of 5 and 1 pages",
		asks: asksFor(60, "#"), want: [readings]int{60, 6, 6},
	}, {
		name: "large namespace", reason: "a scan reads what others have",
		asks: asksFor(20, "#"), known: func(c *census) { c.sawAtLeast(1000, noon) }, want: [readings]int{20, 100, 2},
	}, {
		name: "popular name", reason: "a name's filter reads all targets that have it",
		asks: asksFor(20, "cpu"), known: func(c *census) { c.sawAll(map[string]int{"cpu": 500, "own": 1}, noon) }, want: [readings]int{20, 51, 50},
	}, {
		name: "learned by name", reason: "reading by name counts too",
		asks:  asksFor(20, "cpu"),
		known: func(c *census) { c.sawNames([]string{"cpu"}, map[string]int{"cpu": 90}, noon) }, want: [readings]int{20, 9, 9},
	}, {
		name: "forgotten", reason: "an old count is not believed",
		asks:  asksFor(20, "cpu"),
		known: func(c *census) { c.sawAll(map[string]int{"cpu": 500}, noon.Add(-2*time.Hour)) }, want: [readings]int{20, 2, 2},
	}, {
		name: "gone", reason: "a name that became rare is not popular any more",
		asks: asksFor(20, "cpu"),
		known: func(c *census) {
			c.sawAll(map[string]int{"cpu": 500}, noon)
			c.sawNames([]string{"cpu"}, nil, noon)
		}, want: [readings]int{20, 50, 2},
	}, {
		name: "two dimensions", reason: "one resource is one call, whatever its dimensions",
		asks: append(asksFor(10, "cpu"), asksFor(10, "cpu")...), want: [readings]int{10, 2, 2},
	}} {
		t.Run(test.name, func(t *testing.T) {
			c := &census{}
			if test.known != nil {
				test.known(c)
			}
			if got := c.estimate(test.asks, 10, noon); got != test.want {
				t.Errorf("estimate = %v, want %v: %s", got, test.want, test.reason)
			}
		})
	}
}

func TestChoose(t *testing.T) {
	for _, test := range []struct {
		reason   string
		calls    [readings]int
		excluded [readings]bool
		want     reading
		limit    int
	}{
		{"few resources are read one by one, which shows all their children", [readings]int{4, 1, 1}, [readings]bool{}, byResource, 0},
		{"equal costs: a scan sees more than names", [readings]int{40, 4, 4}, [readings]bool{}, byScan, 8},
		{"equal costs: resources are certain", [readings]int{5, 5, 5}, [readings]bool{}, byResource, 0},
		{"the cheapest wins", [readings]int{20, 100, 2}, [readings]bool{}, byName, 40},
		{"a reading that was given up is not taken again", [readings]int{40, 4, 4}, [readings]bool{byScan: true}, byName, 80},
		{"by resource is what is left", [readings]int{40, 4, 4}, [readings]bool{byScan: true, byName: true}, byResource, 0},
		{"no other reading pays", [readings]int{20, 51, 50}, [readings]bool{}, byResource, 0},
	} {
		got, limit := choose(test.calls, test.excluded)
		if got != test.want || limit != test.limit {
			t.Errorf("choose(%v, %v) = %d, %d, want %d, %d: %s", test.calls, test.excluded, got, limit, test.want, test.limit, test.reason)
		}
	}
}

func FuzzChoose(f *testing.F) {
	f.Add(40, 4, 4, false, false)
	f.Add(5, 1, 9, true, false)
	f.Add(100, 1000, 1, true, true)
	f.Fuzz(func(t *testing.T, resources, scan, names int, noScan, noNames bool) {
		calls := [readings]int{max(1, resources), max(1, scan), max(1, names)}
		excluded := [readings]bool{byScan: noScan, byName: noNames}
		got, limit := choose(calls, excluded)
		if excluded[got] {
			t.Fatalf("choose(%v, %v) = %d, which is excluded", calls, excluded, got)
		}
		if calls[got] > calls[byResource] {
			t.Fatalf("choose(%v, %v) = %d costs more than reading by resource", calls, excluded, got)
		}
		if got != byResource && limit < calls[got] && limit > 0 {
			t.Fatalf("choose(%v, %v) = %d gives up after %d calls, before its estimate", calls, excluded, got, limit)
		}
		if (got == byResource) != (limit == 0) && calls[got] < 1<<60 {
			t.Fatalf("choose(%v, %v) = %d with limit %d: all but reading by resource need one", calls, excluded, got, limit)
		}
	})
}
