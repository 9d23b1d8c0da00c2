package simulate

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
	"github.com/setpoint-io/setpoint/internal/report"
)

// Load is the CloudWatch metric that holds the demand on a target.
type Load struct {
	Metric scaling.Metric // its Statistic is what a period has of it
	// Requests are what one of the statistic stands for.
	Requests float64
	// Counted says that a period without datapoint had no requests: a service
	// that has none sends no count of them. Of other metrics it is not known.
	Counted bool
	// PerMinute says that values are requests per minute, whatever the period.
	PerMinute bool
}

// NoLoadError is an error about a target of which nothing tells which CloudWatch
// metric has its demand.
type NoLoadError struct{ Why string }

func (e *NoLoadError) Error() string {
	return "it is not clear which CloudWatch metric holds the demand on the target: " + e.Why
}

// LoadMetric finds the metric with the demand: what the metric of a target
// tracking policy or of an alarm is made of, before it is divided by the capacity,
// or the requests that the service itself counts of the resource.
func LoadMetric(o Options) (Load, error) {
	w := &world{trace: &Trace{}, perUnit: o.World.PerUnit, latency: o.World.Latency.Seconds(), meanings: o.World.Meanings}
	if w.perUnit <= 0 {
		w.perUnit, _ = derivedPerUnit(&o, w)
	}
	var why error = &NoLoadError{"no policy has a metric that tells it, and the service counts no requests of the resource"}
	look := func(metric scaling.Metric, names ...string) (Load, bool) {
		l, err := w.load(metric, names...)
		if err != nil {
			why = err
		}
		return l, err == nil && l.Requests > 0
	}
	for _, p := range o.Setting.tracked() {
		m, err := scaling.NewManaged(o.Setting.Identity, *p.TargetTracking, o.Setting.Bounds.Min, scaling.DefaultBehaviour())
		if err != nil || len(m.Alarms) == 0 {
			continue
		}
		if l, ok := look(m.Alarms[0].Metric, p.Name); ok {
			return l, nil
		}
	}
	for _, a := range o.Setting.Alarms {
		if l, ok := look(a.Metric); ok {
			return l, nil
		}
	}
	if l, ok := served(o.Setting.Identity); ok {
		return l, nil
	}
	return Load{}, why
}

// load returns the demand that a metric is made of, or no requests. Of a
// utilization the Sum over the samples of all units is what they did together.
func (w *world) load(metric scaling.Metric, names ...string) (Load, error) {
	switch metric.Name {
	case "InvocationsPerInstance", "InvocationsPerCopy":
		metric.Name = "Invocations"
	case "RequestCountPerTarget":
		metric.Name = "RequestCount"
	}
	kind := known[metric.Name]
	for _, name := range append(slices.Clone(names), metric.Name) {
		if m, ok := w.meanings[name]; ok && name != "" {
			kind = m.Kind
		}
	}
	metric.Statistic, metric.Unit = "Sum", ""
	switch {
	case metric.Name == "": // metric math has no samples of its own
		return Load{}, nil
	case kind == Demand:
		return Load{Metric: metric, Requests: 1, Counted: true}, nil
	case kind == Utilization && w.perUnit <= 0:
		return Load{}, &MissingError{Metric: metric.Name, What: PerUnitCapacity}
	case kind == Utilization:
		return Load{Metric: metric, Requests: w.perUnit / 100}, nil
	}
	return Load{}, nil
}

// served returns the requests that a service counts of a resource beside what its
// policies watch, with the same dimensions (Amazon SageMaker Developer Guide:
// "Monitor with CloudWatch"; AWS Lambda Developer Guide: "Metrics").
func served(id autoscaling.Identity) (Load, bool) {
	dim, _ := catalog.LookupDimension(id.ScalableDimension)
	if dim.Namespace != "sagemaker" && dim.Namespace != "lambda" {
		return Load{}, false
	}
	for _, name := range dim.PredefinedMetrics {
		metric, _ := catalog.LookupMetric(name)
		found, ok := metric.Dimensions(dim, id.ResourceID, "")
		if !ok {
			continue
		}
		m := scaling.Metric{Namespace: metric.Namespace, Name: "Invocations", Statistic: "Sum"}
		for _, d := range found {
			m.Dimensions = append(m.Dimensions, autoscaling.Dimension(d))
		}
		return Load{Metric: m, Requests: 1, Counted: true}, true
	}
	return Load{}, false
}

// ParseLoad reads a metric that somebody names, such as
// "Namespace=AWS/SQS,MetricName=NumberOfMessagesSent,QueueName=jobs": what is
// neither Namespace, MetricName nor Stat is a dimension. Its values count
// requests unless they are rates per minute.
func ParseLoad(text string, perMinute bool) (Load, error) {
	l := Load{Requests: 1, Counted: !perMinute, PerMinute: perMinute}
	m := &l.Metric
	for part := range strings.SplitSeq(text, ",") {
		key, value, ok := strings.Cut(part, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if !ok || key == "" || value == "" {
			return Load{}, fmt.Errorf("%q is no NAME=VALUE; write such as Namespace=AWS/SQS,MetricName=NumberOfMessagesSent,QueueName=jobs", part)
		}
		member, isMember := map[string]*string{"Namespace": &m.Namespace, "MetricName": &m.Name, "Stat": &m.Statistic}[key]
		switch {
		case !isMember:
			if slices.ContainsFunc(m.Dimensions, func(d autoscaling.Dimension) bool { return d.Name == key }) {
				return Load{}, fmt.Errorf("the dimension %s is there twice; write it once", key)
			}
			m.Dimensions = append(m.Dimensions, autoscaling.Dimension{Name: key, Value: value})
		case *member != "":
			return Load{}, fmt.Errorf("%s is there twice; write it once", key)
		default:
			*member = value
		}
	}
	switch counts := m.Statistic == "Sum" || m.Statistic == "SampleCount"; {
	case m.Namespace == "" || m.Name == "":
		return Load{}, errors.New("namespace or name of the metric is missing; write both, as Namespace=AWS/SQS,MetricName=NumberOfMessagesSent")
	case m.Statistic == "" && perMinute:
		m.Statistic = "Average"
	case m.Statistic == "":
		m.Statistic = "Sum"
	case !counts && !perMinute:
		return Load{}, fmt.Errorf("a %s counts nothing; write Stat=Sum or Stat=SampleCount, or say that its values are requests per minute", m.Statistic)
	}
	return l, nil
}

// Sample is a value that was measured over a period from a time on.
type Sample struct {
	At    time.Time
	Value float64
}

// FromSamples makes a trace of what was measured of a load until an end, in the
// order of time. It begins with the first sample: what was before may have been
// before the resource.
func FromSamples(source string, samples []Sample, end time.Time, period time.Duration, l Load) (*Trace, error) {
	if len(samples) == 0 {
		return nil, errors.New("there is no sample to make a trace of")
	}
	start := samples[0].At.UTC().Truncate(period)
	n := max(0, int(math.Ceil(float64(end.Sub(start))/float64(period))))
	t := &Trace{Source: source, Start: start, Step: period, Rates: make([]float64, n), Rows: len(samples)}
	gap := report.Rule{Name: "periods without datapoint", Meaning: "They had no requests: a service that has none sends no count of them. The trace begins with the first datapoint.", Value: "0", Source: simulationsOwn}
	if !l.Counted {
		gap.Meaning, gap.Value = "The demand in them is not known: nothing is counted as demand, and policies see no datapoint either. The trace begins with the first datapoint.", "not known"
		for i := range t.Rates {
			t.Rates[i] = math.NaN()
		}
	}
	t.Assumed = append(t.Assumed, gap)
	per := period.Minutes()
	if l.PerMinute {
		per = 1
	}
	for _, s := range samples {
		i := int(s.At.Sub(start) / period)
		if i < 0 || i >= n || s.At.Before(start) {
			continue
		}
		if math.IsNaN(t.Rates[i]) {
			t.Rates[i] = 0
		}
		t.Rates[i] += s.Value * l.Requests / per
	}
	return t, t.check()
}
