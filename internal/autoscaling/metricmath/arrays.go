package metricmath

import (
	"cmp"
	"math"
	"slices"
)

// aggregate collects points, of a series over time or of an array at one time.
type aggregate struct {
	points             int
	sum, least, most   float64
	mean, squaredError float64 // Welford's, for the standard deviation
}

func (a *aggregate) add(x float64) {
	if math.IsNaN(x) {
		return
	}
	a.points++
	a.sum += x
	if a.points == 1 {
		a.least, a.most = x, x
	}
	a.least, a.most = min(a.least, x), max(a.most, x)
	delta := x - a.mean
	a.mean += delta / float64(a.points)
	a.squaredError += delta * (x - a.mean)
}

// An aggregation is the result for the collected points of as many as there
// could be.
type aggregation func(a *aggregate, of int) float64

func sum(a *aggregate, _ int) float64   { return a.sum }
func count(a *aggregate, _ int) float64 { return float64(a.points) }

// average counts missing points as 0 (Amazon CloudWatch User Guide: Functions
// supported for metric math).
func average(a *aggregate, of int) float64 { return a.sum / float64(of) }

func minimum(a *aggregate, _ int) float64 { return a.orMissing(a.least) }
func maximum(a *aggregate, _ int) float64 { return a.orMissing(a.most) }

// deviation is that of a population; AWS does not say which.
func deviation(a *aggregate, _ int) float64 {
	return a.orMissing(math.Sqrt(a.squaredError / float64(a.points)))
}

func (a *aggregate) orMissing(x float64) float64 {
	if a.points == 0 {
		return math.NaN()
	}
	return x
}

func overTime(f aggregation, xs []float64) float64 {
	var a aggregate
	for _, x := range xs {
		a.add(x)
	}
	return finite(f(&a, len(xs)))
}

// aggregateFunction makes the functions that give a scalar for a series and a
// series for an array.
func aggregateFunction(f aggregation) function {
	return func(_ *compiler, n call, args []value) (value, *Error) {
		if err := takes(n, args, 1, 1); err != nil {
			return value{}, err
		}
		arg := args[0]
		switch arg.kind {
		case TimeSeries:
			return scalarOf(func(r *run) float64 { return overTime(f, arg.series(r)) }), nil
		case Array:
			return seriesOf(func(r *run) []float64 { return acrossSeries(r, f, arg.array(r), n.function == "DATAPOINT_COUNT") }), nil
		default:
			return value{}, errorAt(arg.offset, "%s takes a time series or an array of time series, not %s", n.function, arg.kind)
		}
	}
}

// acrossSeries aggregates an array at each time. Where no series has a point
// there is none, except of a count.
func acrossSeries(r *run, f aggregation, array []Series, counts bool) []float64 {
	out := r.take()
	for i := range out {
		var a aggregate
		for _, s := range array {
			a.add(s.Values[i])
		}
		out[i] = math.NaN()
		if a.points > 0 || counts {
			out[i] = finite(f(&a, len(array)))
		}
	}
	return out
}

// metrics compiles METRICS() and METRICS("part of an Id").
func metrics(c *compiler, n call, args []value) (value, *Error) {
	if err := takes(n, args, 0, 1); err != nil {
		return value{}, err
	}
	part := ""
	if len(args) == 1 {
		if err := wants(n, args[0], quotation); err != nil {
			return value{}, err
		}
		part = args[0].word
	}
	queries := c.contains(part)
	c.needed = append(c.needed, queries...)
	return arrayOf(func(r *run) []Series {
		array := make([]Series, len(queries))
		for i, query := range queries {
			array[i] = r.result(query)[0]
		}
		return array
	}), nil
}

func metricCount(_ *compiler, n call, args []value) (value, *Error) {
	if err := one(n, args, Array); err != nil {
		return value{}, err
	}
	return scalarOf(func(r *run) float64 { return float64(len(args[0].array(r))) }), nil
}

func removeEmpty(_ *compiler, n call, args []value) (value, *Error) {
	if err := one(n, args, Array); err != nil {
		return value{}, err
	}
	return arrayOf(func(r *run) []Series {
		return slices.DeleteFunc(slices.Clone(args[0].array(r)), func(s Series) bool {
			return !slices.ContainsFunc(s.Values, func(x float64) bool { return !math.IsNaN(x) })
		})
	}), nil
}

// endFunction makes FIRST and LAST. Of an empty array they are empty.
func endFunction(index func([]Series) int) function {
	return func(_ *compiler, n call, args []value) (value, *Error) {
		if err := one(n, args, Array); err != nil {
			return value{}, err
		}
		return seriesOf(func(r *run) []float64 {
			array := args[0].array(r)
			if len(array) == 0 {
				return r.constant(math.NaN())
			}
			return array[index(array)].Values
		}), nil
	}
}

// slice compiles SLICE(array, start) and SLICE(array, start, end). Bounds
// beyond the array are those of the array; AWS documents no error.
func slice(_ *compiler, n call, args []value) (value, *Error) {
	if err := takes(n, args, 2, 3); err != nil {
		return value{}, err
	}
	if err := wants(n, args[0], Array); err != nil {
		return value{}, err
	}
	for _, bound := range args[1:] {
		if err := wants(n, bound, Scalar); err != nil {
			return value{}, err
		}
	}
	return arrayOf(func(r *run) []Series {
		array := args[0].array(r)
		first, end := within(args[1].scalar(r), len(array)), len(array)
		if len(args) == 3 {
			end = within(args[2].scalar(r), len(array))
		}
		return array[min(first, end):end]
	}), nil
}

// within makes an index of a scalar.
func within(x float64, length int) int {
	if !(x > 0) { // also when it is not a number
		return 0
	}
	return int(min(x, float64(length)))
}

var sortFunctions = map[string]aggregation{"AVG": average, "MIN": minimum, "MAX": maximum, "SUM": sum}

// sorted compiles SORT(array, function, order) and SORT(…, limit). Series
// without the value to sort by come last.
func sorted(_ *compiler, n call, args []value) (value, *Error) {
	if err := takes(n, args, 3, 4); err != nil {
		return value{}, err
	}
	if err := wants(n, args[0], Array); err != nil {
		return value{}, err
	}
	by, known := sortFunctions[args[1].word]
	if !known || args[1].kind != word {
		return value{}, errorAt(args[1].offset, "SORT sorts by AVG, MIN, MAX or SUM")
	}
	order := args[2].word
	if args[2].kind != word || order != "ASC" && order != "DESC" {
		return value{}, errorAt(args[2].offset, "the order of SORT is ASC or DESC")
	}
	if len(args) == 4 {
		if err := wants(n, args[3], Scalar); err != nil {
			return value{}, err
		}
	}
	return arrayOf(func(r *run) []Series {
		array := sortBy(args[0].array(r), by, order == "DESC")
		if len(args) == 4 {
			array = array[:within(args[3].scalar(r), len(array))]
		}
		return array
	}), nil
}

func sortBy(array []Series, by aggregation, descending bool) []Series {
	type keyed struct {
		Series
		key float64
	}
	items := make([]keyed, len(array))
	for i, s := range array {
		items[i] = keyed{s, overTime(by, s.Values)}
	}
	slices.SortStableFunc(items, func(a, b keyed) int {
		switch {
		case math.IsNaN(a.key) || math.IsNaN(b.key):
			return cmp.Compare(truth(math.IsNaN(a.key)), truth(math.IsNaN(b.key)))
		case descending:
			return cmp.Compare(b.key, a.key)
		}
		return cmp.Compare(a.key, b.key)
	})
	out := make([]Series, len(items))
	for i, item := range items {
		out[i] = item.Series
	}
	return out
}
