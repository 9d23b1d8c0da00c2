package simulate

import (
	"fmt"
	"math"

	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
)

// world is what a target scales in: demand, and the capacity that it had. It
// gives the engine its metrics.
type world struct {
	trace    *Trace
	demand   series
	next     []int32 // for each step of the trace the next one that differs; nil: nearly all do
	perUnit  float64 // requests per minute that one unit serves; 0: not known
	origin   Origin  // of perUnit
	latency  float64 // seconds; 0: not known
	meanings map[string]Meaning
	history  *history
	queue    queue
	formulas map[string]*formula
	policies map[string]string // by the key of a metric: the policy, for the names of its meaning
}

var _ engine.Metrics = (*world)(nil)

// Source finds the metric of an alarm.
func (w *world) Source(metric scaling.Metric) (alarm.Source, error) {
	name := w.policies[metricKey(metric)]
	if _, given := w.meanings[name]; len(metric.Queries) > 0 && !given {
		return w.shared(metric)
	}
	m, err := w.meaning(metric, name)
	if err != nil {
		return nil, err
	}
	s := w.source(m, int64(metric.Period))
	if w.next == nil || m.queued() || m.Column != "" {
		return s, nil
	}
	return steady{s}, nil
}

// shared returns one formula for all alarms that watch it.
func (w *world) shared(metric scaling.Metric) (alarm.Source, error) {
	key := fmt.Sprint(metric.Period, metricKey(metric))
	if f, ok := w.formulas[key]; ok {
		return f, nil
	}
	f, err := w.formula(metric)
	if err != nil {
		return nil, err
	}
	w.formulas[key] = f
	return f, nil
}

func metricKey(m scaling.Metric) string {
	return fmt.Sprint(m.Namespace, m.Name, m.Statistic, m.Dimensions, m.Queries)
}

// source is one metric over time.
type source struct {
	*world
	Meaning
	period int64
	column series
}

func (w *world) source(m Meaning, period int64) *source {
	s := &source{world: w, Meaning: m, period: period}
	if m.Column != "" {
		s.column = w.trace.series(w.trace.Columns[m.Column])
	}
	return s
}

// Datapoint returns the metric of one period. A metric of a unit does not exist
// while there is none.
func (s *source) Datapoint(start int64) (float64, bool) {
	of := &s.demand
	if s.Column != "" {
		of = &s.column
	}
	rate, ok := of.mean(start, s.period)
	if !ok {
		return 0, false
	}
	if s.queued() {
		return s.waiting(start)
	}
	h := s.history
	i := h.seek(start)
	end := start + s.period
	if h.until(i, end) == end { // nearly always
		n := float64(h.stretches[i].running)
		return s.at(rate, n)
	}
	total, known := 0.0, int64(0)
	for from := start; from < end; i++ {
		to := h.until(i, end)
		if v, ok := s.at(rate, float64(h.stretches[i].running)); ok {
			total += v * float64(to-from)
			known += to - from
		}
		from = to
	}
	switch {
	case known == 0:
		return 0, false
	case s.Kind == Utilization || s.Kind == Fraction:
		return total / float64(known), true // an average of what there is
	default:
		return total / float64(s.period), true
	}
}

// at is the metric of a whole period with a constant capacity.
func (s *source) at(rate, n float64) (float64, bool) {
	switch {
	case s.Column != "" && !s.PerUnit:
		return rate, true
	case s.Kind == Refused && n > 0:
		return 0, true
	case s.Kind == Refused:
		return s.value(Demand, rate, n, s.period), true
	case n <= 0 && s.falls():
		return 0, false
	case s.Column != "":
		return rate / n, true
	default:
		return s.value(s.Kind, rate, n, s.period), true
	}
}

func (s *source) waiting(start int64) (float64, bool) {
	end := start + s.period
	waiting := s.queue.at(end, s.world)
	n := s.history.stretches[s.history.seek(end-1)].running
	switch {
	case s.Kind == Backlog:
		return waiting, true
	case s.Kind == Starved && n == 0 && waiting > 0:
		return 1, true
	case s.Kind == Starved:
		return 0, true
	case n == 0:
		return 0, false
	default:
		return waiting / float64(n), true
	}
}

// steady is a source of a demand that often stays the same.
type steady struct{ *source }

// SteadyUntil returns the first later period that can differ.
func (s steady) SteadyUntil(start int64) int64 {
	i := (start - s.demand.first) / s.demand.step
	if start < s.demand.first || i >= int64(len(s.next)) {
		return start + s.period
	}
	end := s.demand.first + int64(s.next[i])*s.demand.step
	return max(start+s.period, floorTo(end, s.period)) // the period that holds the end is mixed
}

// queue is work that waits, by the minute.
type queue struct {
	first int64 // time of the first size
	sizes []float64
}

// at returns how much waits at a time: what came less what the capacity in
// service could do.
func (q *queue) at(end int64, w *world) float64 {
	i := floorTo(end-q.first, minute) / minute
	if i < 0 {
		return 0
	}
	for int64(len(q.sizes)) <= i {
		from := q.first + int64(len(q.sizes)-1)*minute
		rate, ok := w.demand.mean(from, minute)
		if !ok {
			rate = 0
		}
		h, served := w.history, 0.0
		for j, at := h.seek(from), from; at < from+minute; j++ {
			to := h.until(j, from+minute)
			served += float64(h.stretches[j].running) * w.perUnit * float64(to-at) / minute
			at = to
		}
		q.sizes = append(q.sizes, math.Max(0, q.sizes[len(q.sizes)-1]+rate-served))
	}
	return q.sizes[i]
}
