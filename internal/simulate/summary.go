package simulate

import (
	"math"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
	"github.com/setpoint-io/setpoint/internal/report"
)

// flappingWithin is the time in which a scale-out takes a scale-in back.
const flappingWithin = 30 * time.Minute

// summary adds up a run. It is exact to the second: demand is even within a
// step of the trace, and capacity between two changes.
func (r *run) summary() report.SimulationSummary {
	var s report.SimulationSummary
	t := r.tally()
	seconds := r.options.Trace.Length().Seconds()
	s.CapacityHours = t.paid / 3600
	s.Cost = s.CapacityHours * r.options.World.Price
	s.MeanCapacity = t.running / seconds
	s.LeastCapacity, s.MostCapacity = t.least, t.most
	if r.world.perUnit > 0 {
		overload, longest := t.overload/minute, t.longest/minute
		s.OverloadMinutes, s.LongestOverloadMinutes = &overload, &longest
		excess := 0.0
		if t.demand > 0 {
			excess = 100 * t.excess / t.demand
		}
		s.ExcessPercent = &excess
		if t.running > 0 {
			s.MeanUtilization = 100 * (t.demand - t.excess) / (t.running / minute * r.world.perUnit)
		}
	}
	r.count(&s)
	return s
}

// tally is what adds up over time.
type tally struct {
	paid, running     float64 // unit-seconds
	demand, excess    float64 // requests
	overload, longest float64 // seconds
	least, most       int32
}

// tally walks over demand and capacity together.
func (r *run) tally() tally {
	keep := r.options.World.KeepBelow
	if keep <= 0 {
		keep = 100
	}
	serves := r.world.perUnit
	t := tally{least: math.MaxInt32}
	d := &r.world.demand
	now, lasting := d.first, 0.0
	h := r.world.history
	i := h.seek(now)
	for step, rate := range d.values {
		for end := d.first + int64(step+1)*d.step; now < end; {
			c := h.stretches[i]
			until := h.until(i, end)
			if until > now {
				seconds := float64(until - now)
				n := float64(c.running)
				t.paid += float64(max(c.running, c.desired)) * seconds
				t.running += n * seconds
				t.least, t.most = min(t.least, c.running), max(t.most, c.running)
				if rate == rate { // not NaN
					t.demand += rate * seconds / minute
					t.excess += max(0, rate-n*serves) * seconds / minute
				}
				if rate > n*serves*keep/100 {
					t.overload += seconds
					lasting += seconds
					t.longest = max(t.longest, lasting)
				} else {
					lasting = 0
				}
				now = until
			}
			if now < end || i+1 < len(h.stretches) && h.stretches[i+1].at <= now {
				i++
			}
		}
	}
	return t
}

// count counts activities.
func (r *run) count(s *report.SimulationSummary) {
	var in time.Time // when the last scale-in was decided
	for _, a := range r.activities {
		switch {
		case len(a.NotScaled) > 0:
			s.NotScaled++
		case a.StatusCode == scaling.Failed:
			s.Failed++
		case a.To > a.From:
			s.ScaleOuts++
			if !in.IsZero() && a.Start.Sub(in) <= flappingWithin {
				s.Flapping++
			}
			in = time.Time{}
		case a.To < a.From:
			s.ScaleIns++
			in = a.Start
		}
	}
}
