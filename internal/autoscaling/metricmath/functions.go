package metricmath

import (
	"maps"
	"math"
	"slices"
	"time"
)

// notEvaluated are the documented functions that need more than the series of
// the request, and what they need.
var notEvaluated = map[string]string{
	"ANOMALY_DETECTION_BAND": "there are no anomaly detection models",
	"DB_PERF_INSIGHTS":       "there is no Performance Insights",
	"INSIGHT_RULE_METRIC":    "there are no Contributor Insights rules",
	"LAMBDA":                 "there are no data source connectors",
	"SEARCH":                 "name the metrics in the queries instead",
	"SERVICE_QUOTA":          "there are no usage metrics",
}

// keywords are the words that stand without parentheses.
var keywords = map[string]bool{
	"REPEAT": true, "LINEAR": true, // FILL
	"ASC": true, "DESC": true, "AVG": true, "MIN": true, "MAX": true, "SUM": true, // SORT
}

type function func(c *compiler, n call, args []value) (value, *Error)

// functions are the functions that are evaluated.
var functions = map[string]function{
	"ABS":             pointFunction(math.Abs),
	"CEIL":            pointFunction(math.Ceil),
	"FLOOR":           pointFunction(math.Floor),
	"LOG":             pointFunction(math.Log),
	"LOG10":           pointFunction(math.Log10),
	"AVG":             aggregateFunction(average),
	"MAX":             aggregateFunction(maximum),
	"MIN":             aggregateFunction(minimum),
	"STDDEV":          aggregateFunction(deviation),
	"SUM":             aggregateFunction(sum),
	"DATAPOINT_COUNT": aggregateFunction(count),
	"DIFF":            pairFunction(func(dx, _ float64) float64 { return dx }),
	"DIFF_TIME":       pairFunction(func(_, dt float64) float64 { return dt }),
	"RATE":            pairFunction(func(dx, dt float64) float64 { return dx / dt }),
	"RUNNING_SUM":     runningSum,
	"FILL":            fill,
	"IF":              conditional,
	"METRICS":         metrics,
	"METRIC_COUNT":    metricCount,
	"FIRST":           endFunction(func([]Series) int { return 0 }),
	"LAST":            endFunction(func(array []Series) int { return len(array) - 1 }),
	"SLICE":           slice,
	"SORT":            sorted,
	"REMOVE_EMPTY":    removeEmpty,
	"PERIOD":          period,
	"TIME_SERIES":     timeSeries,
	"MINUTE":          timeFunction(func(t time.Time) int64 { return int64(t.Minute()) }),
	"HOUR":            timeFunction(func(t time.Time) int64 { return int64(t.Hour()) }),
	"DAY":             timeFunction(func(t time.Time) int64 { return int64(t.Weekday()+6)%7 + 1 }), // Monday is 1
	"DATE":            timeFunction(func(t time.Time) int64 { return int64(t.Day()) }),
	"MONTH":           timeFunction(func(t time.Time) int64 { return int64(t.Month()) }),
	"YEAR":            timeFunction(func(t time.Time) int64 { return int64(t.Year()) }),
	"EPOCH":           timeFunction(time.Time.Unix),
}

var functionNames = slices.Sorted(maps.Keys(functions))

// takes checks the number of arguments.
func takes(n call, args []value, least, most int) *Error {
	if len(args) >= least && len(args) <= most {
		return nil
	}
	if least == most {
		return errorAt(n.offset(), "%s takes %d arguments, not %d", n.function, least, len(args))
	}
	return errorAt(n.offset(), "%s takes %d to %d arguments, not %d", n.function, least, most, len(args))
}

// wants checks the type of an argument.
func wants(n call, arg value, kind Type) *Error {
	if arg.kind == kind {
		return nil
	}
	return errorAt(arg.offset, "%s takes %s here, not %s", n.function, kind, arg.kind)
}

// one checks that there is one argument of a type.
func one(n call, args []value, kind Type) *Error {
	if err := takes(n, args, 1, 1); err != nil {
		return err
	}
	return wants(n, args[0], kind)
}

func pointFunction(f func(float64) float64) function {
	return func(_ *compiler, n call, args []value) (value, *Error) {
		if err := takes(n, args, 1, 1); err != nil {
			return value{}, err
		}
		return each(n, args[0], false, f)
	}
}

// pairFunction makes the functions of a point and the one before it that
// exists: of the differences of values and of seconds.
func pairFunction(f func(dx, dt float64) float64) function {
	return func(_ *compiler, n call, args []value) (value, *Error) {
		if err := takes(n, args, 1, 1); err != nil {
			return value{}, err
		}
		return transform(n, args[0], func(r *run, xs []float64) []float64 {
			out, last := r.take(), -1
			for i, x := range xs {
				out[i] = math.NaN()
				if math.IsNaN(x) {
					continue
				}
				if last >= 0 {
					out[i] = finite(f(x-xs[last], float64(i-last)*r.Period.Seconds()))
				}
				last = i
			}
			return out
		})
	}
}

func runningSum(_ *compiler, n call, args []value) (value, *Error) {
	if err := takes(n, args, 1, 1); err != nil {
		return value{}, err
	}
	return transform(n, args[0], func(r *run, xs []float64) []float64 {
		out, total := r.take(), 0.0
		for i, x := range xs {
			if out[i] = x; !math.IsNaN(x) {
				total += x
				out[i] = finite(total)
			}
		}
		return out
	})
}

// conditional compiles IF(condition, trueValue, falseValue). The documented
// forms have a series as the condition, or a scalar that chooses between
// series.
func conditional(_ *compiler, n call, args []value) (value, *Error) {
	if err := takes(n, args, 2, 3); err != nil {
		return value{}, err
	}
	condition, values := args[0], args[1:]
	if condition.kind == Scalar {
		return choice(n, condition, values)
	}
	if err := wants(n, condition, TimeSeries); err != nil {
		return value{}, err
	}
	branches := [2]func(*run) func(int) float64{1: func(*run) func(int) float64 { return missing }}
	for i, v := range values {
		if v.kind != Scalar && v.kind != TimeSeries {
			return value{}, errorAt(v.offset, "IF takes a time series or a scalar here, not %s", v.kind)
		}
		// A point that the trueValue lacks is 0, one that the falseValue lacks is
		// dropped (Amazon CloudWatch User Guide: Using IF expressions).
		branches[i] = branch(v, i == 0)
	}
	return seriesOf(func(r *run) []float64 {
		out, then, otherwise := r.take(), branches[0](r), branches[1](r)
		for i, x := range condition.series(r) {
			switch {
			case math.IsNaN(x):
				out[i] = x
			case x != 0:
				out[i] = then(i)
			default:
				out[i] = otherwise(i)
			}
		}
		return out
	}), nil
}

func missing(int) float64 { return math.NaN() }

func branch(v value, zeroForMissing bool) func(*run) func(int) float64 {
	return func(r *run) func(int) float64 {
		if v.kind == Scalar {
			x := v.scalar(r)
			return func(int) float64 { return x }
		}
		xs := v.series(r)
		return func(i int) float64 {
			if zeroForMissing && math.IsNaN(xs[i]) {
				return 0
			}
			return xs[i]
		}
	}
}

// choice compiles IF with a scalar condition: one of two series as a whole.
func choice(n call, condition value, values []value) (value, *Error) {
	for _, v := range values {
		if err := wants(n, v, TimeSeries); err != nil {
			return value{}, err
		}
	}
	return seriesOf(func(r *run) []float64 {
		switch {
		case condition.scalar(r) != 0:
			return values[0].series(r)
		case len(values) == 2:
			return values[1].series(r)
		default:
			return r.constant(math.NaN())
		}
	}), nil
}

func (r *run) constant(x float64) []float64 {
	out := r.take()
	for i := range out {
		out[i] = x
	}
	return out
}

func timeSeries(_ *compiler, n call, args []value) (value, *Error) {
	if err := one(n, args, Scalar); err != nil {
		return value{}, err
	}
	return seriesOf(func(r *run) []float64 { return r.constant(args[0].scalar(r)) }), nil
}

// timeFunction makes the functions of the time of each period, in UTC. They
// have a value also where the series has none.
func timeFunction(f func(time.Time) int64) function {
	return func(_ *compiler, n call, args []value) (value, *Error) {
		if err := one(n, args, TimeSeries); err != nil {
			return value{}, err
		}
		return seriesOf(func(r *run) []float64 {
			out, at := r.take(), r.Start.UTC()
			for i := range out {
				out[i] = float64(f(at))
				at = at.Add(r.Period)
			}
			return out
		}), nil
	}
}

func period(c *compiler, n call, args []value) (value, *Error) {
	if err := one(n, args, TimeSeries); err != nil {
		return value{}, err
	}
	if args[0].metric < 0 {
		return value{}, errorAt(args[0].offset, "PERIOD takes the Id of a metric, not the result of an expression")
	}
	seconds := c.queries[args[0].metric].Period.Seconds()
	return scalarOf(func(*run) float64 { return seconds }), nil
}
