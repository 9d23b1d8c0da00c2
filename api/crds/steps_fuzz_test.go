package crds_test

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The rules about step intervals compare every step with every other, as CEL
// has no sorting. Here they are held against a plain reading of the AWS
// documentation of StepAdjustment, with sorting.
func FuzzStepIntervals(f *testing.F) {
	server := newAPIServer(f)
	for _, seed := range []string{"0..", "..0 0..", "-10..0 ..-10 0..5 5..", "0..5 4..", "0..5 6..", "..", "3..3", "-1..1", "..0 ..0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		bounds := strings.Fields(text)
		intervals, ok := readIntervals(bounds)
		if !ok {
			return
		}
		refused := server.create(t, manifest("ScalingPolicy", steps(bounds...)))
		if valid := validSteps(intervals); valid != (refused == "") {
			t.Errorf("%q: valid is %v, but the API server says %q", bounds, valid, refused)
		}
	})
}

type interval struct{ lower, upper float64 }

// readIntervals reads bounds like "0..5", of one digit or two.
func readIntervals(bounds []string) ([]interval, bool) {
	if len(bounds) == 0 || len(bounds) > 8 {
		return nil, false
	}
	var intervals []interval
	for _, b := range bounds {
		lower, upper, ok := strings.Cut(b, "..")
		i := interval{math.Inf(-1), math.Inf(1)}
		for _, bound := range []struct {
			text string
			to   *float64
		}{{lower, &i.lower}, {upper, &i.upper}} {
			if bound.text == "" {
				continue
			}
			n, err := strconv.Atoi(bound.text)
			if err != nil || strconv.Itoa(n) != bound.text {
				return nil, false
			}
			*bound.to = float64(n)
		}
		if !ok {
			return nil, false
		}
		intervals = append(intervals, i)
	}
	return intervals, true
}

func validSteps(steps []interval) bool {
	slices.SortFunc(steps, func(a, b interval) int {
		if a.lower < b.lower || a.lower == b.lower && a.upper < b.upper {
			return -1
		}
		return 1
	})
	for i, s := range steps {
		if s.lower >= s.upper || math.IsInf(s.lower, -1) && math.IsInf(s.upper, 1) {
			return false
		}
		if i > 0 && steps[i-1].upper != s.lower {
			return false
		}
	}
	lowest, highest := steps[0].lower, steps[len(steps)-1].upper
	return (lowest >= 0 || math.IsInf(lowest, -1)) && (highest <= 0 || math.IsInf(highest, 1))
}
