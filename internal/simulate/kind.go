package simulate

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
)

// Kind says how a metric follows from demand and capacity.
type Kind string

// The kinds. Of those that count, a datapoint is the sum over its period.
const (
	Demand             Kind = "demand"               // requests
	DemandPerUnit      Kind = "demand-per-unit"      // requests divided by the capacity in service
	Utilization        Kind = "utilization"          // percent of what the capacity in service can do, at most 100
	Fraction           Kind = "fraction"             // the same from 0 to 1
	Concurrency        Kind = "concurrency"          // requests in progress: rate times latency
	ConcurrencyPerUnit Kind = "concurrency-per-unit" // divided by the capacity in service
	Backlog            Kind = "backlog"              // requests that wait, at the end of the period
	BacklogPerUnit     Kind = "backlog-per-unit"     // divided by the capacity in service
	Starved            Kind = "starved"              // 1 when requests wait and there is no capacity
	Refused            Kind = "refused"              // requests while there is no capacity
	Capacity           Kind = "capacity"             // units in service
)

// kinds lists those that a metric may be given as, with how they are computed.
var kinds = []struct {
	kind Kind
	text string
}{
	{Demand, "requests of the period"},
	{DemandPerUnit, "requests of the period ÷ capacity in service"},
	{Utilization, "100 × requests per minute ÷ (capacity in service × what one unit serves), at most 100"},
	{Fraction, "requests per minute ÷ (capacity in service × what one unit serves), at most 1"},
	{Concurrency, "requests per second × latency"},
	{ConcurrencyPerUnit, "requests per second × latency ÷ capacity in service"},
	{Backlog, "requests that wait at the end of the period, when what is too much is not refused"},
	{BacklogPerUnit, "the backlog ÷ capacity in service"},
	{Starved, "1 when requests wait and no capacity is in service, else 0"},
	{Refused, "requests while no capacity is in service"},
	{Capacity, "capacity in service"},
}

func (k Kind) text() string {
	for _, known := range kinds {
		if known.kind == k {
			return known.text
		}
	}
	return ""
}

// known are the CloudWatch metrics whose kind follows from their name.
var known = map[string]Kind{
	"Invocations": Demand, "RequestCount": Demand,
	"InvocationsPerInstance": DemandPerUnit, "InvocationsPerCopy": DemandPerUnit, "RequestCountPerTarget": DemandPerUnit,

	"CPUUtilization": Utilization, "EngineCPUUtilization": Utilization, "MemoryUtilization": Utilization, "GPUUtilization": Utilization,
	"CapacityUtilization": Utilization, "UserSessionsCapacityUtilization": Utilization, "InferenceUtilization": Utilization,

	"ProvisionedConcurrencyUtilization": Fraction, "ServerlessProvisionedConcurrencyUtilization": Fraction,
	"ConcurrentRequestsPerModel": ConcurrencyPerUnit, "ConcurrentRequestsPerCopy": ConcurrencyPerUnit, "ConcurrentExecutions": Concurrency,

	"ConsumedReadCapacityUnits": Demand, "ConsumedWriteCapacityUnits": Demand,
	"ProvisionedReadCapacityUnits": Capacity, "ProvisionedWriteCapacityUnits": Capacity, "RunningTaskCount": Capacity,

	"ApproximateBacklogSize": Backlog, "ApproximateNumberOfMessagesVisible": Backlog, "ApproximateBacklogSizePerInstance": BacklogPerUnit,
	"HasBacklogWithoutCapacity": Starved, "NoCapacityInvocationFailures": Refused,
}

const columnPrefix = "column:"

// Meaning is what a metric is taken for: a kind, or a column of the trace,
// which may be divided by the capacity in service.
type Meaning struct {
	Kind    Kind
	Column  string
	PerUnit bool
}

// ParseMeaning reads "demand-per-unit", "column:NAME" or
// "column:NAME/capacity".
func ParseMeaning(text string) (Meaning, error) {
	if column, ok := strings.CutPrefix(text, columnPrefix); ok && column != "" {
		column, perUnit := strings.CutSuffix(column, "/capacity")
		return Meaning{Column: column, PerUnit: perUnit}, nil
	}
	var names []string
	for _, k := range kinds {
		if string(k.kind) == text {
			return Meaning{Kind: k.kind}, nil
		}
		names = append(names, string(k.kind))
	}
	return Meaning{}, fmt.Errorf("%q is no way to derive a metric; write %s, column:NAME or column:NAME/capacity", text, strings.Join(names, ", "))
}

func (m Meaning) text() string {
	if m.Column == "" {
		return m.Kind.text()
	}
	text := "column " + m.Column + " of the trace"
	if m.PerUnit {
		text += " ÷ capacity in service"
	}
	return text
}

// falls reports whether the metric falls as capacity rises, so that a policy
// can hold it.
func (m Meaning) falls() bool {
	return m.PerUnit || slices.Contains([]Kind{DemandPerUnit, Utilization, Fraction, ConcurrencyPerUnit, BacklogPerUnit}, m.Kind)
}

func (m Meaning) queued() bool {
	return m.Kind == Backlog || m.Kind == BacklogPerUnit || m.Kind == Starved
}

// value is the metric at a constant demand (requests per minute) and capacity,
// over a period. It is not defined for kinds that remember.
func (w *world) value(kind Kind, rate, n float64, seconds int64) float64 {
	period := float64(seconds) / minute
	switch kind {
	case Demand:
		return rate * period
	case DemandPerUnit:
		return rate * period / n
	case Utilization:
		return min(100, 100*rate/(n*w.perUnit))
	case Fraction:
		return min(1, rate/(n*w.perUnit))
	case Concurrency:
		return rate / minute * w.latency
	case ConcurrencyPerUnit:
		return rate / minute * w.latency / n
	case Capacity:
		return n
	default:
		return math.NaN()
	}
}

// meaning finds out how a metric follows from demand. Names are those that may
// be given for it, such as that of its policy.
func (w *world) meaning(metric scaling.Metric, names ...string) (Meaning, error) {
	for _, name := range append(slices.Clone(names), metric.Name) {
		if m, ok := w.meanings[name]; ok && name != "" {
			return m, w.possible(m, name)
		}
	}
	kind, ok := known[metric.Name]
	switch {
	case len(metric.Queries) > 0:
		return Meaning{}, &UnderivedError{Metric: "metric math", Names: names, Why: "its result does not say how it follows from demand"}
	case !ok:
		return Meaning{}, &UnderivedError{Metric: metric.Namespace + " " + metric.Name, Names: []string{metric.Name}, Why: "it is none of those that are known to follow from demand"}
	}
	summed := kind == Demand || kind == DemandPerUnit || kind == Refused
	if summed && metric.Statistic != "Sum" {
		return Meaning{}, &UnderivedError{Metric: metric.Statistic + " of " + metric.Name, Names: []string{metric.Name}, Why: "each request is one sample of it, so only its Sum follows from demand"}
	}
	m := Meaning{Kind: kind}
	return m, w.possible(m, metric.Name)
}

// possible says whether all is known that a metric is made of.
func (w *world) possible(m Meaning, name string) error {
	_, found := w.trace.Columns[m.Column]
	switch {
	case m.Column != "" && !found:
		return fmt.Errorf("metric %s: the trace has no column %q", name, m.Column)
	case (m.Kind == Utilization || m.Kind == Fraction || m.queued()) && w.perUnit <= 0:
		return &MissingError{Metric: name, What: PerUnitCapacity}
	case (m.Kind == Concurrency || m.Kind == ConcurrencyPerUnit) && w.latency <= 0:
		return &MissingError{Metric: name, What: Latency}
	}
	return nil
}

// UnderivedError is an error about a metric that does not follow from demand.
type UnderivedError struct {
	Metric string
	Names  []string // by which it can be given a meaning
	Why    string
}

func (e *UnderivedError) Error() string {
	return fmt.Sprintf("%s cannot be derived: %s", e.Metric, e.Why)
}

// What may be missing.
const (
	PerUnitCapacity = "what one unit of capacity serves"
	Latency         = "the latency of a request"
)

// MissingError is an error about something that a metric is computed with and
// that was not given.
type MissingError struct{ Metric, What string }

func (e *MissingError) Error() string {
	return fmt.Sprintf("%s cannot be derived without %s", e.Metric, e.What)
}

// unitServes returns what one unit serves where AWS defines that, in requests
// per minute: a capacity unit of DynamoDB or Keyspaces is one request per
// second (Amazon DynamoDB Developer Guide: "Read and write units").
func unitServes(dimension string) float64 {
	d, ok := catalog.LookupDimension(dimension)
	if !ok {
		return 0
	}
	for _, name := range d.PredefinedMetrics {
		if m, ok := catalog.LookupMetric(name); ok && m.ProvisionedName != "" {
			return minute
		}
	}
	return 0
}
