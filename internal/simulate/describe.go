package simulate

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
	"github.com/setpoint-io/setpoint/internal/report"
)

// describe says in words what was simulated.
func describe(s *Setting) report.SimulatedSetting {
	out := report.SimulatedSetting{MinCapacity: s.Bounds.Min, MaxCapacity: s.Bounds.Max, Policies: []string{}, Actions: []string{}}
	for _, p := range s.Policies {
		out.Policies = append(out.Policies, p.Name+": "+describePolicy(s, p))
	}
	for _, a := range s.Actions {
		text := a.Name + ": " + a.Schedule
		if a.Timezone != "" {
			text += " " + a.Timezone
		}
		out.Actions = append(out.Actions, text+", "+scaling.BoundsText(a.MinCapacity, a.MaxCapacity))
	}
	return out
}

func describePolicy(s *Setting, p autoscaling.Policy) string {
	switch {
	case p.TargetTracking != nil:
		m, err := scaling.NewManaged(s.Identity, *p.TargetTracking, s.Bounds.Min, scaling.DefaultBehaviour())
		if err != nil || len(m.Alarms) == 0 {
			return "target tracking"
		}
		name := metricName(m.Alarms[0].Metric)
		if m.Tracking.ConsumedPeriod > 0 {
			name = throughput
		}
		text := fmt.Sprintf("%s at %s, cooldowns %d s out and %d s in", name, number(m.Tracking.Target), m.ScaleOutCooldown, m.ScaleInCooldown)
		if m.ScaleInDisabled {
			text += ", no scale-in"
		}
		return text
	case p.Step != nil:
		return fmt.Sprintf("%s of step scaling", report.Counted(len(p.Step.Adjustments), "step"))
	default:
		return "predictive scaling"
	}
}

// throughput is what a policy on provisioned throughput holds at its target.
const throughput = "utilization of provisioned throughput (%)"

func metricName(m scaling.Metric) string {
	if len(m.Queries) > 0 {
		return "metric math"
	}
	return m.Name
}

func number(v float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.3f", v), "0"), ".")
}

// metrics computes the metrics of target tracking policies and of the user's
// alarms over the whole time, and the minutes above target of the worst policy.
func (r *run) metrics() ([]report.MetricLine, *float64, error) {
	lines := []report.MetricLine{}
	var worst *float64
	for _, p := range r.options.Setting.tracked() {
		m, err := scaling.NewManaged(r.options.Setting.Identity, *p.TargetTracking, r.options.Setting.Bounds.Min, scaling.DefaultBehaviour())
		if err != nil {
			return nil, nil, err
		}
		if len(m.Alarms) == 0 {
			continue
		}
		line, err := r.line(p.Name, m.Alarms[0].Metric)
		if err != nil {
			return nil, nil, err
		}
		if m.Tracking.ConsumedPeriod > 0 {
			r.utilization(&line, int64(m.Tracking.ConsumedPeriod))
		}
		line.Target = &m.Tracking.Target
		if above := minutesAbove(line); worst == nil || above > *worst {
			worst = &above
		}
		lines = append(lines, line)
	}
	watched, err := r.watched()
	return append(lines, watched...), worst, err
}

// watched are the metrics of the user's alarms, with their thresholds. A threshold
// is for the statistic over one period, so alarms with other periods have a line of
// their own.
func (r *run) watched() ([]report.MetricLine, error) {
	var lines []report.MetricLine
	at := map[string]int{}
	for _, a := range r.options.Setting.Alarms {
		key := fmt.Sprint(a.Metric.Period, metricKey(a.Metric))
		i, ok := at[key]
		if !ok {
			line, err := r.line("", a.Metric)
			if err != nil {
				return nil, err
			}
			i = len(lines)
			at[key], lines = i, append(lines, line)
		}
		lines[i].Thresholds = append(lines[i].Thresholds, report.AlarmThreshold{Alarm: a.Name, Value: a.Definition.Threshold, Low: !a.Definition.Comparison.Above()})
	}
	return lines, nil
}

func minutesAbove(line report.MetricLine) float64 {
	above := 0
	for _, v := range line.Values.Values {
		if v > *line.Target {
			above++
		}
	}
	return float64(above) * line.Values.Step.Minutes()
}

// line is a metric over the whole time, a value for each period.
func (r *run) line(policy string, metric scaling.Metric) (report.MetricLine, error) {
	s, err := r.world.Source(metric)
	if err != nil {
		return report.MetricLine{}, err
	}
	return report.MetricLine{Policy: policy, Name: metricName(metric), Statistic: metric.Statistic, Values: r.sample(s, int64(metric.Period))}, nil
}

// sample reads the whole periods of a metric. They begin where those of CloudWatch
// do, at multiples of their length.
func (r *run) sample(s alarm.Source, period int64) report.Samples {
	first := -floorTo(-r.start.Unix(), period)
	end := r.options.Trace.End().Unix()
	out := report.Samples{Start: time.Unix(first, 0).UTC(), Step: time.Duration(period) * time.Second, Values: make([]float64, max(0, end-first)/period)}
	for i := range out.Values {
		v, ok := s.Datapoint(first + int64(i)*period)
		if !ok {
			v = math.NaN()
		}
		out.Values[i] = v
	}
	return out
}

// utilization turns consumed throughput into percent of what was provisioned.
func (r *run) utilization(line *report.MetricLine, period int64) {
	capacity := r.sample(r.world.source(Meaning{Kind: Capacity}, period), period)
	for i, n := range capacity.Values {
		line.Values.Values[i] *= 100 / (n * float64(period))
	}
	line.Name, line.Statistic = throughput, ""
}

func (r *run) alarmLines() []report.AlarmLine {
	lines := []report.AlarmLine{}
	several := len(r.options.Setting.tracked()) > 1
	for _, a := range r.target.Alarms() {
		lines = append(lines, report.AlarmLine{
			Name: a.Name, Short: shortAlarm(a.Name, a.Policy, several), Low: !a.Definition.Comparison.Above(),
			States: append([]report.AlarmPoint{{At: r.start, State: string(alarm.InsufficientData)}}, r.alarms[a.Name]...),
		})
	}
	return lines
}

// shortAlarm is the role of a managed alarm, with its policy if there are
// several, or the name of another.
func shortAlarm(name, policy string, several bool) string {
	for _, role := range []string{"AlarmHigh", "AlarmLow", "ProvisionedCapacityHigh", "ProvisionedCapacityLow"} {
		if policy == "" || !strings.Contains(name, "-"+role+"-") {
			continue
		}
		if several {
			return role + " " + policy
		}
		return role
	}
	return name
}

// Derivations says how the metrics of a setting are computed.
func Derivations(o Options) ([]report.Derivation, error) {
	w, err := newWorld(&o)
	if err != nil {
		return nil, err
	}
	var out []report.Derivation
	add := func(policy string, metric scaling.Metric) error {
		found, err := w.derivations(policy, metric)
		for _, d := range found {
			if !slices.Contains(out, d) {
				out = append(out, d)
			}
		}
		return err
	}
	for _, p := range o.Setting.tracked() {
		m, err := scaling.NewManaged(o.Setting.Identity, *p.TargetTracking, o.Setting.Bounds.Min, scaling.DefaultBehaviour())
		if err != nil {
			return nil, err
		}
		for _, a := range m.Alarms {
			if err := add(p.Name, a.Metric); err != nil {
				return nil, err
			}
		}
	}
	for _, a := range o.Setting.Alarms {
		if err := add("", a.Metric); err != nil {
			return nil, err
		}
	}
	return append(out, report.Derivation{Metric: "one unit of capacity", How: perUnitText(w.perUnit, w.origin == Given)}), nil
}

// derivations says how a metric that a policy or an alarm watches is computed.
func (w *world) derivations(policy string, metric scaling.Metric) ([]report.Derivation, error) {
	if _, given := w.meanings[policy]; len(metric.Queries) > 0 && !given {
		return w.formulaText(policy, metric)
	}
	m, err := w.meaning(metric, policy)
	if err != nil {
		return nil, err
	}
	return []report.Derivation{{Metric: metricName(metric), How: m.text()}}, nil
}

// formulaText says how metric math is computed, and the metrics in it.
func (w *world) formulaText(policy string, metric scaling.Metric) ([]report.Derivation, error) {
	f, err := w.formula(metric)
	if err != nil {
		return nil, err
	}
	var out []report.Derivation
	for i, q := range metric.Queries {
		switch {
		case f.inputs[i] != nil:
			out = append(out, report.Derivation{Metric: q.Stat.MetricName + " (" + q.ID + ")", How: f.inputs[i].Meaning.text()})
		case i == f.result:
			out = append(out, report.Derivation{Metric: "metric math of " + policy, How: q.Expression})
		}
	}
	return out, nil
}

func perUnitText(perUnit float64, given bool) string {
	switch {
	case perUnit <= 0:
		return "serves nobody knows how much, so that overload cannot be told"
	case given:
		return "serves " + number(perUnit) + " requests per minute, as given"
	default:
		return "serves " + number(perUnit) + " requests per minute, derived"
	}
}

// Describe begins a report: the target and the demand.
func Describe(o Options) *report.Simulation {
	peak, mean := o.Trace.Peak()
	missing := 0
	for _, r := range o.Trace.Rates {
		if math.IsNaN(r) {
			missing++
		}
	}
	id := o.Setting.Identity
	return &report.Simulation{
		Target: report.Target{ServiceNamespace: id.ServiceNamespace, ResourceID: id.ResourceID, ScalableDimension: id.ScalableDimension},
		Trace: report.SimulatedTrace{
			Source: o.Trace.Source, Start: o.Trace.Start, End: o.Trace.End(), Step: int64(o.Trace.Step / time.Second), Peak: peak, Mean: mean, Missing: missing,
			Demand: report.Samples{Start: o.Trace.Start, Step: o.Trace.Step, Values: o.Trace.Rates},
		},
	}
}
