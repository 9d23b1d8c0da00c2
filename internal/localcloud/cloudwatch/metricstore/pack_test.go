package metricstore

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestOldPercentilesAreNear reads percentiles of minutes whose values are packed.
func TestOldPercentilesAreNear(t *testing.T) {
	for _, tc := range []struct {
		reason  string
		n       int
		value   func(r *rand.Rand) float64
		weights bool
		within  float64 // relative
	}{
		{"few values are kept as they are", 6, func(r *rand.Rand) float64 { return r.Float64() }, false, 0},
		{"and so are whole numbers near each other", 28, func(r *rand.Rand) float64 { return 5000 + float64(r.IntN(90)) }, false, 0},
		{"up to ten times the least", 150, func(r *rand.Rand) float64 { return 3 * math.Pow(10, r.Float64()) }, false, 0.045},
		{"also of very many", 2000, func(r *rand.Rand) float64 { return 3 * math.Pow(10, r.Float64()) }, false, 0.045},
		{"up to a hundred times", 150, func(r *rand.Rand) float64 { return 7e-3 * math.Pow(100, r.Float64()) }, false, 0.1},
		{"near each other", 150, func(r *rand.Rand) float64 { return 100 + 20*r.Float64() }, false, 0.01},
		{"each often", 100, func(r *rand.Rand) float64 { return 3 * math.Pow(10, r.Float64()) }, true, 0.045},
		{"zeros are no bin", 100, func(r *rand.Rand) float64 { return max(0, math.Pow(10, 2*r.Float64()-1)-1) }, false, 0.1},
	} {
		r := rand.New(rand.NewPCG(1, 4))
		s := &Series{}
		exact := map[int64][]float64{}
		const minutes = 300
		for m := range int64(minutes) {
			values := make([]float64, tc.n)
			counts := slices.Repeat([]float64{1}, tc.n)
			for i := range values {
				values[i] = tc.value(r)
				if tc.weights {
					counts[i] = float64(1 + r.IntN(900))
				}
				for range int(counts[i]) {
					exact[m] = append(exact[m], values[i])
				}
			}
			slices.Sort(exact[m])
			s.Put("None", m*60, false, Distribution(values, counts), m*60)
		}
		for _, p := range []float64{0, 10, 50, 90, 99, 100} {
			out := make([]float64, minutes)
			s.Read(Window{Start: 0, Period: 60, Now: minutes * 60}, "", Statistic{ofValues: func(d *distribution) float64 { return d.percentile(p) }}, out)
			for m, got := range out {
				values := exact[int64(m)]
				// Ranks of many samples are known within a fortieth of a percent.
				slack := 0.0
				if len(values) > countParts {
					slack = float64(len(values)) / countParts / 2
				}
				rank := func(by float64) float64 {
					return values[min(max(0, int(math.Ceil(p/100*float64(len(values))+by))-1), len(values)-1)]
				}
				if got < rank(-slack)*(1-tc.within) || got > rank(slack)*(1+tc.within) {
					t.Fatalf("%s: p%v of minute %d is %v, want %v within %v", tc.reason, p, m, got, rank(0), tc.within)
				}
			}
		}
	}
}

func FuzzPack(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{3, 40, 200} {
		var seed []byte
		for range n {
			seed = append(binary.LittleEndian.AppendUint64(seed, math.Float64bits(math.Exp(3*r.NormFloat64()))), byte(r.IntN(5)))
		}
		f.Add(append(seed, 0))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d := &distribution{level: noLevel}
		for len(data) > 9 && len(d.values) < maxDistinct {
			x := math.Abs(math.Float64frombits(binary.LittleEndian.Uint64(data)))
			if !math.IsNaN(x) && !math.IsInf(x, 0) {
				d.add(x, float64(data[8])+1)
			}
			data = data[9:]
		}
		if len(d.values) < 2 {
			return
		}
		p := point{count: d.total(), least: d.values[0], most: d.values[len(d.values)-1]}
		b := d.pack()
		if len(b) > maxPacked {
			t.Fatalf("%d bytes", len(b))
		}
		got := unpack(b, p)
		if !slices.IsSorted(got.values) || got.values[0] != p.least || got.values[len(got.values)-1] != p.most {
			t.Fatalf("%v is packed, and %v comes out", d.values, got.values)
		}
		if math.Abs(got.total()-d.total()) > d.total()/countParts {
			t.Fatalf("of %v samples there are %v", d.total(), got.total())
		}
		if again := got.pack(); b[0]&scaledCounts == 0 && !bytes.Equal(b, again) {
			t.Fatalf("packed again, %v becomes %v: nothing may move, however often", b, again)
		}
	})
}
