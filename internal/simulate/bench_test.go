package simulate_test

import (
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
	"github.com/setpoint-io/setpoint/internal/simulate"
)

var (
	monday  = time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)
	variant = autoscaling.Identity{ServiceNamespace: "sagemaker", ResourceID: "endpoint/demo/variant/AllTraffic", ScalableDimension: "sagemaker:variant:DesiredInstanceCount"}
	service = autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: "service/prod/web", ScalableDimension: "ecs:service:DesiredCount"}
)

// invocations is a setting with one policy on invocations per instance.
func invocations(target float64, lower, upper int32) simulate.Setting {
	return simulate.Setting{
		Name: "invocations", Identity: variant, Bounds: scaling.Bounds{Min: lower, Max: upper},
		Policies: []autoscaling.Policy{{Name: "invocations", Type: autoscaling.TargetTrackingScaling, TargetTracking: &autoscaling.TargetTracking{
			TargetValue: &target, Predefined: &autoscaling.PredefinedMetric{Type: "SageMakerVariantInvocationsPerInstance"},
		}}},
	}
}

func shaped(t testing.TB, s simulate.Shape) *simulate.Trace {
	t.Helper()
	if s.Start.IsZero() {
		s.Start = monday
	}
	trace, err := s.Trace()
	if err != nil {
		t.Fatal(err)
	}
	return trace
}

const year = 365 * 24 * time.Hour

// yearly is a year of one-minute data, another value each minute.
func yearly(t testing.TB) *simulate.Trace {
	return shaped(t, simulate.Shape{Name: "weekly", Base: 200, Peak: 2000, Noise: 0.1, Length: year})
}

// What the figures of the benchmarks are held to, on two processors.
const (
	yearLimit = 0.5 // seconds for one target over a year of one-minute data
	tuneLimit = 60  // seconds for a search with so many candidates over the same
	tuneTries = 200
)

// BenchmarkYear simulates one target over a year of one-minute data.
func BenchmarkYear(b *testing.B) {
	trace := yearly(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := simulate.Run(simulate.Options{Setting: invocations(100, 2, 40), Trace: trace, World: simulate.World{OutDelay: 7 * time.Minute}}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/year")
	b.ReportMetric(yearLimit, "limit-s/year")
}

// BenchmarkTune tunes a policy over a year of one-minute data.
func BenchmarkTune(b *testing.B) {
	trace := yearly(b)
	for b.Loop() {
		tuned, err := simulate.Tune(simulate.Options{
			Setting: invocations(100, 2, 40), Trace: trace, World: simulate.World{PerUnit: 200, OutDelay: 7 * time.Minute},
		}, simulate.TuneOptions{Candidates: tuneTries, MaxOverload: 60})
		if err != nil {
			b.Fatal(err)
		}
		if tuned.Candidates != tuneTries {
			b.Fatalf("%d candidates were tried: the time of fewer than %d is no measure", tuned.Candidates, tuneTries)
		}
	}
	b.ReportMetric(tuneTries, "candidates")
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/search")
	b.ReportMetric(tuneLimit, "limit-s/search")
}
