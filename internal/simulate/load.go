package simulate

import (
	"math"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
)

// Sample is a value that was measured over a period from a time on.
type Sample struct {
	At    time.Time
	Value float64
}

// LoadMetric returns the CloudWatch metric that holds the demand on a target,
// as a Sum, and the requests that one of it stands for: it follows from the
// metric of the first target tracking policy that has one. Of a utilization
// the Sum over the samples of all units is what they did together.
func LoadMetric(o Options) (metric scaling.Metric, requests float64, err error) {
	w := &world{trace: o.Trace, perUnit: o.World.PerUnit, latency: o.World.Latency.Seconds(), meanings: o.World.Meanings}
	if w.perUnit <= 0 {
		w.perUnit, _ = derivedPerUnit(&o, w)
	}
	err = &UnderivedError{Metric: "the demand on the target", Why: "no target tracking policy has a metric that tells it"}
	for _, p := range o.Setting.tracked() {
		m, managedErr := scaling.NewManaged(o.Setting.Identity, *p.TargetTracking, o.Setting.Bounds.Min, scaling.DefaultBehaviour())
		if managedErr != nil || len(m.Alarms) == 0 {
			continue
		}
		metric := m.Alarms[0].Metric
		switch metric.Name {
		case "InvocationsPerInstance", "InvocationsPerCopy":
			metric.Name = "Invocations"
		case "RequestCountPerTarget":
			metric.Name = "RequestCount"
		}
		metric.Statistic, metric.Unit = "Sum", ""
		switch known[metric.Name] {
		case Demand:
			return metric, 1, nil
		case Utilization:
			if w.perUnit <= 0 {
				err = &MissingError{Metric: metric.Name, What: PerUnitCapacity}
				continue
			}
			return metric, w.perUnit / 100, nil
		default:
		}
	}
	return scaling.Metric{}, 0, err
}

// FromSamples makes a trace of measured sums. Where nothing was measured there
// was nothing: a service that has no requests sends no count of them.
func FromSamples(source string, samples []Sample, start, end time.Time, period time.Duration, requests float64) *Trace {
	start = start.UTC().Truncate(period)
	n := max(0, int(math.Ceil(float64(end.Sub(start))/float64(period))))
	t := &Trace{Source: source, Start: start, Step: period, Rates: make([]float64, n), Rows: len(samples)}
	for _, s := range samples {
		if i := int(s.At.Sub(start) / period); i >= 0 && i < n && !s.At.Before(start) {
			t.Rates[i] += s.Value * requests * minute / period.Seconds()
		}
	}
	return t
}
