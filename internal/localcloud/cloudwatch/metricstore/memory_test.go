package metricstore

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
)

// shapes are kinds of metrics, by what is put at each minute.
var shapes = []struct {
	name string
	put  func(s *Series, r *rand.Rand, minute int64)
	per  int64 // minutes between samples
}{
	{"zero", func(s *Series, _ *rand.Rand, m int64) { s.Put("None", m*60, false, Value(0), m*60) }, 1},
	{"gauge", func(s *Series, r *rand.Rand, m int64) { s.Put("None", m*60, false, Value(r.Float64()), m*60) }, 1},
	{"requests", func(s *Series, r *rand.Rand, m int64) {
		n := math.Floor(r.Float64() * 1000)
		s.Put("None", m*60, false, Distribution([]float64{0.25}, []float64{n + 1}), m*60)
	}, 1},
	{"statistic set", func(s *Series, r *rand.Rand, m int64) {
		s.Put("None", m*60, false, Sample{Count: 1 + r.Float64(), Sum: r.Float64() * 9, Min: r.Float64(), Max: 1 + r.Float64()}, m*60)
	}, 1},
	{"2 values", func(s *Series, r *rand.Rand, m int64) { putSeveral(s, r, m, 2) }, 1},
	{"60 values", func(s *Series, r *rand.Rand, m int64) { putSeveral(s, r, m, 60) }, 1},
	{"150 values", func(s *Series, r *rand.Rand, m int64) { putSeveral(s, r, m, 150) }, 1},
	{"hourly", func(s *Series, r *rand.Rand, m int64) { s.Put("None", m*60, false, Value(r.Float64()), m*60) }, 60},
}

// putSeveral puts latencies of requests, which are different and of which most are
// short, as often in a minute as there are requests.
func putSeveral(s *Series, r *rand.Rand, minute int64, n int) {
	values := make([]float64, n)
	for i := range values {
		values[i] = 0.02 * math.Exp(r.NormFloat64())
	}
	s.Put("Seconds", minute*60, false, Distribution(values, nil), minute*60)
}

// bytesPerMinute fills a store with metrics for 15 days and measures it.
func bytesPerMinute(shape int) float64 {
	const metrics, minutes = 4, 15 * day / 60
	random := rand.New(rand.NewPCG(1, 2))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	store := New()
	stored := 0
	for i := range metrics {
		s := store.Series(ID{"AWS/SageMaker", "InvocationsPerInstance", []Dimension{{"EndpointName", fmt.Sprint("endpoint-", i)}, {"VariantName", "all"}}})
		for m := int64(0); m < minutes; m += shapes[shape].per {
			shapes[shape].put(s, random, m)
			stored++
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(store)
	return float64(after.HeapAlloc-before.HeapAlloc) / float64(stored)
}

// limit is how many bytes a stored minute of a metric may take.
const limit = 100

func TestMemory(t *testing.T) {
	for i, shape := range shapes {
		size := bytesPerMinute(i)
		t.Logf("%-14s %5.1f bytes for each stored minute, limit %d", shape.name, size, limit)
		if size > limit {
			t.Errorf("a stored minute of %s takes %.1f bytes, and the limit is %d", shape.name, size, limit)
		}
	}
}

func BenchmarkMemory(b *testing.B) {
	for i, shape := range shapes {
		b.Run(shape.name, func(b *testing.B) {
			size := 0.0
			for b.Loop() {
				size = bytesPerMinute(i)
			}
			b.ReportMetric(size, "bytes/minute")
			b.ReportMetric(limit, "limit-bytes/minute")
		})
	}
}
