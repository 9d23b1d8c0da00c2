package scaling

import (
	"math"

	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
)

// Tracking is what a target tracking policy decides with.
type Tracking struct {
	Target float64
	// ConsumedPeriod is set where the alarms count what was consumed of
	// provisioned throughput, and the target is a utilization in percent: it is
	// the period of the alarms in seconds.
	ConsumedPeriod int32
	// Shards says that the capacity is shards of an ElastiCache cluster, which
	// grows by a fifth at least and shrinks only when the metric is below three
	// quarters of the target (Amazon ElastiCache User Guide: "Target tracking
	// scaling policies").
	Shards bool
}

// Capacity returns the capacity at which the metric would be at its target, if
// it is proportional to the load and inversely so to the capacity. It is
// rounded up in both directions: scale-out shall add enough and scale-in not
// take too much (Application Auto Scaling User Guide: "Target tracking
// scaling policies", which documents the rounding, not the formula).
func (p Tracking) Capacity(n int32, metric float64, b Behaviour) int32 {
	if p.ConsumedPeriod > 0 {
		metric = metric / (float64(p.ConsumedPeriod) * float64(n)) * 100
	}
	if n <= 0 {
		return p.fromZero(metric, b)
	}
	next := ceil(float64(n) * metric / p.Target)
	if p.Shards {
		return p.shards(n, metric, next)
	}
	if next < n && b.ScaleInPace == OneAtATime {
		return n - 1
	}
	return next
}

func (p Tracking) fromZero(metric float64, b Behaviour) int32 {
	switch {
	case !(metric > p.Target) || b.FromZero == Stay:
		return 0
	case b.FromZero == ToMetric:
		return ceil(metric / p.Target)
	default:
		return 1
	}
}

func (p Tracking) shards(n int32, metric float64, next int32) int32 {
	switch {
	case next > n:
		return max(next, ceil(float64(n)*1.2))
	case next < n && metric >= 0.75*p.Target:
		return n
	default:
		return next
	}
}

// tolerance is how far above a whole number a product may lie and still be
// meant to be that number: 10·45/50 is 9.
const tolerance = 1e-9

// ceil rounds up to a capacity. Not a number is no capacity.
func ceil(x float64) int32 {
	nearest := math.Round(x)
	if math.Abs(x-nearest) <= tolerance*max(1, math.Abs(x)) {
		x = nearest
	}
	return saturate(math.Ceil(x))
}

// saturate turns a whole number into a capacity, the nearest that there is.
func saturate(x float64) int32 {
	switch {
	case !(x > 0):
		return 0
	case x >= math.MaxInt32:
		return math.MaxInt32
	default:
		return int32(x)
	}
}

// Of makes one value of datapoints, oldest first. It returns false if there are
// none.
func (a Aggregate) Of(points []float64) (float64, bool) {
	if len(points) == 0 {
		return 0, false
	}
	value := points[len(points)-1]
	if a == Latest {
		return value, true
	}
	total := 0.0
	for _, p := range points {
		total += p
		if a == Maximum {
			value = max(value, p)
		} else {
			value = min(value, p)
		}
	}
	if a == Maximum || a == Minimum {
		return value, true
	}
	return total / float64(len(points)), true
}

// Direction is where an alarm leads.
type Direction int

// The directions.
const (
	Out Direction = iota + 1
	In
)

// DirectionOf returns where a managed alarm leads: above target is scale-out.
func DirectionOf(c alarm.Comparison) Direction {
	if c.Above() {
		return Out
	}
	return In
}
