package metricstore

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestTrimmed computes statistics of the values 1 to 10, as the User Guide
// defines them.
func TestTrimmed(t *testing.T) {
	var values []float64
	for x := range 10 {
		values = append(values, float64(x+1))
	}
	var s Series
	s.Put("None", 60, false, Distribution(values, nil), 60)
	for _, tt := range []struct {
		name, reason string
		want         float64
	}{
		{"tm90", "the highest tenth is left out", 5},
		{"TM(:90%)", "which is the same with two boundaries", 5},
		{"TM(10%:90%)", "the lowest and the highest tenth are left out", 5.5},
		{"TM(80%:)", "without an upper boundary the highest stay", 9.5},
		{"TM(3:7)", "a value at the lower boundary is outside, one at the upper inside", 5.5},
		{"IQM", "the middle half, of which 3 and 8 are in by half", 5.5},
		{"tm5", "a part of the lowest value has its value", 1},
		{"TM(20:30)", "without values there is no mean", math.NaN()},
		{"tc80", "how many are left of the lowest 80 percent", 8},
		{"TC(2:5)", "how many are between two values", 3},
		{"ts50", "the sum of the lower half", 15},
		{"TS(80%:)", "the sum of the highest fifth", 19},
		{"TS(20:30)", "nothing adds up to nothing", 0},
		{"wm90", "the highest is taken to be at the boundary", 5.4},
		{"WM(20%:80%)", "and so are the lowest", 5.3},
		{"WM(3:6)", "also with values for boundaries", 4.8},
		{"PR(:3)", "three of ten are not above 3", 30},
		{"PR(3:7)", "and four more not above 7", 40},
		{"tm100", "of everything it is the average", 5.5},
	} {
		if got := readOne(t, &s, tt.name); !(math.Abs(got-tt.want) < 1e-9 || math.IsNaN(got) && math.IsNaN(tt.want)) {
			t.Errorf("%s is %v, want %v: %s", tt.name, got, tt.want, tt.reason)
		}
	}
	for name, reason := range map[string]string{
		"tm": "a percentage is missing", "tm101": "there are 100 percent", "TM90": "short forms are written small", "tm(1:2)": "long ones are not",
		"TM(:)": "a boundary is missing", "TM(2)": "there are two", "TM(5%:5%)": "nothing is between them", "TM(9:3)": "nor between these",
		"TM(:101%)": "there are 100 percent", "TM(-1%:)": "there is nothing below none", "TM(a:b)": "boundaries are numbers", "iqm": "it is written large",
		"PR(:)": "a boundary is missing", "pr90": "a rank has no short form", "TM(1.:2)": "a point has digits behind it",
	} {
		if _, ok := ParseStatistic(name); ok {
			t.Errorf("%q is parsed: %s", name, reason)
		}
	}
	s.Put("None", 60, false, Value(-1), 60)
	if got := readOne(t, &s, "tm90"); !math.IsNaN(got) {
		t.Errorf("with a negative value tm90 is %v; like percentiles it is not available then", got)
	}
}

func readOne(t testing.TB, s *Series, statistic string) float64 {
	t.Helper()
	var out [1]float64
	s.Read(Window{Start: 60, Period: 60, Now: 120}, "None", parsed(t, statistic), out[:])
	return out[0]
}

// FuzzTrimmed holds statistics of any name to what they are: between the least
// and the most of the values, or no more of them than there are.
func FuzzTrimmed(f *testing.F) {
	for _, name := range []string{"tm90", "IQM", "WM(10%:)", "PR(:3)", "TC(1.5:20%)", "TS(-1:7)", "tm0", "TM(:100%)", "p50", "TM(%:1)", "WM(5:99%)"} {
		f.Add(name, uint64(1))
	}
	f.Fuzz(func(t *testing.T, name string, seed uint64) {
		if !IsExtended(name) {
			return
		}
		r := rand.New(rand.NewPCG(seed, 1))
		values := make([]float64, 1+r.IntN(20))
		for i := range values {
			values[i] = float64(r.IntN(10))
		}
		sample := Distribution(values, nil)
		var s Series
		s.Put("None", 60, false, sample, 60)
		got, least, most := readOne(t, &s, name), slices.Min(values), slices.Max(values)
		switch kind := name[:2]; kind {
		case "tc", "TC":
			least, most = 0, sample.Count
		case "ts", "TS":
			least, most = 0, sample.Sum
		case "PR":
			least, most = 0, 100
		case "WM": // a boundary may be a value beyond all others
			return
		}
		const rounding = 1e-6
		if !math.IsNaN(got) && (got < least-rounding || got > most+rounding) {
			t.Errorf("%s of %v is %v", name, values, got)
		}
	})
}
