package engine_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
)

// trace is a load with days, weekends and noise: another value each minute.
func trace(minutes int, seed uint64) []float64 {
	r := rand.New(rand.NewPCG(seed, 11))
	values := make([]float64, minutes)
	for m := range values {
		day := 0.6 - 0.4*math.Cos(2*math.Pi*float64(m%1440)/1440)
		if m/1440%7 >= 5 {
			day *= 0.5
		}
		values[m] = 2000 * day * (0.9 + 0.2*r.Float64())
	}
	return values
}

func traced(values []float64, offset int64) load {
	first := begin.Unix()
	n := int64(len(values))
	return func(start int64) (float64, bool) {
		m := (start - first) / 60
		if start < first || m >= n {
			return 0, false
		}
		return values[(m+offset)%n], true
	}
}

// invocations is a target with two managed alarms.
func invocations(b *testing.B, l load) *engine.Target {
	b.Helper()
	resource := engine.NewProvisioner(engine.Provisioning{Capacity: 4, OutDelay: 7 * time.Minute, Blocks: true})
	t, err := engine.New(engine.Options{
		Identity: variant, Bounds: scaling.Bounds{Min: 2, Max: 40}, Start: begin,
		Resource: resource, Metrics: metrics{load: l, resource: resource},
	})
	if err != nil {
		b.Fatal(err)
	}
	err = t.PutPolicy(autoscaling.Policy{Name: "invocations", TargetTracking: &autoscaling.TargetTracking{
		TargetValue: new(100.0), Predefined: &autoscaling.PredefinedMetric{Type: "SageMakerVariantInvocationsPerInstance"},
	}})
	if err != nil {
		b.Fatal(err)
	}
	return t
}

// BenchmarkYear runs one target through a year of one-minute data.
func BenchmarkYear(b *testing.B) {
	const minutes = 525_600
	values := trace(minutes, 1)
	b.ReportAllocs()
	for b.Loop() {
		invocations(b, traced(values, 0)).Advance(begin.Add(minutes * time.Minute))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/minutes, "ns/target-minute")
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/year")
}

// BenchmarkFleetDay runs ten thousand targets through a day, all of them minute
// by minute.
func BenchmarkFleetDay(b *testing.B) {
	const targets, minutes = 10_000, 1440
	values := trace(minutes, 2)
	for b.Loop() {
		b.StopTimer()
		fleet := make([]*engine.Target, targets)
		for i := range fleet {
			fleet[i] = invocations(b, traced(values, int64(i)))
		}
		b.StartTimer()
		for m := range minutes {
			now := begin.Add(time.Duration(m+1) * time.Minute)
			for _, t := range fleet {
				t.Advance(now)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/targets/minutes, "ns/target-minute")
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/day")
}

// BenchmarkQuietYear runs one target through a year in which nothing changes
// but once a day, and whose metrics say so.
func BenchmarkQuietYear(b *testing.B) {
	const days = 365
	values := map[int64]float64{-60: 300}
	for d := range int64(days) {
		values[d*1440+600], values[d*1440+1200] = 900, 300
	}
	l, changes := steps(values)
	for b.Loop() {
		w := setup{id: variant, bounds: scaling.Bounds{Min: 1, Max: 20}, provisioning: engine.Provisioning{Capacity: 4}, load: l, changes: changes}.build(b).
			policy(b, tracking("cpu", 100))
		w.after(days * 24 * time.Hour)
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/year")
}
