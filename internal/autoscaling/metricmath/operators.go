package metricmath

import "math"

// operators compute on two points that exist.
var operators = map[string]func(x, y float64) float64{
	"+":   func(x, y float64) float64 { return x + y },
	"-":   func(x, y float64) float64 { return x - y },
	"*":   func(x, y float64) float64 { return x * y },
	"/":   func(x, y float64) float64 { return x / y },
	"^":   math.Pow,
	"==":  func(x, y float64) float64 { return truth(x == y) },
	"!=":  func(x, y float64) float64 { return truth(x != y) },
	"<":   func(x, y float64) float64 { return truth(x < y) },
	"<=":  func(x, y float64) float64 { return truth(x <= y) },
	">":   func(x, y float64) float64 { return truth(x > y) },
	">=":  func(x, y float64) float64 { return truth(x >= y) },
	"AND": func(x, y float64) float64 { return truth(x != 0 && y != 0) },
	"OR":  func(x, y float64) float64 { return truth(x != 0 || y != 0) },
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// operate compiles an operator. Between two series a point that only one of
// them has counts as 0 in the other; where neither has one there is none. A
// point that is missing beside a scalar stays missing: AWS says so for IF only.
func operate(n operation, left, right value) (value, *Error) {
	apply := operators[n.operator]
	for _, operand := range []value{left, right} {
		switch {
		case operand.kind == word, operand.kind == quotation:
			return value{}, errorAt(operand.offset, "%s is no operand of %s", operand.kind, n.operator)
		case operand.kind == Array && strengths[n.operator] <= comparisonStrength:
			return value{}, errorAt(operand.offset, "%s compares time series and scalars, not an array of time series", n.operator)
		}
	}
	switch {
	case left.kind == Array && right.kind == Array:
		return value{}, errorAt(n.offset(), "%s between two arrays of time series is not defined; one side must be a time series or a scalar", n.operator)
	case left.kind == Scalar && right.kind == Scalar:
		return scalarOf(func(r *run) float64 { return finiteOf(apply, left.scalar(r), right.scalar(r)) }), nil
	case left.kind == Array:
		with := pointwise(right, apply)
		return arrayOf(func(r *run) []Series { return mapArray(left.array(r), with(r)) }), nil
	case right.kind == Array:
		with := pointwise(left, func(x, y float64) float64 { return apply(y, x) })
		return arrayOf(func(r *run) []Series { return mapArray(right.array(r), with(r)) }), nil
	case left.kind == TimeSeries:
		with := pointwise(right, apply)
		return seriesOf(func(r *run) []float64 { return with(r)(left.series(r)) }), nil
	default:
		with := pointwise(left, func(x, y float64) float64 { return apply(y, x) })
		return seriesOf(func(r *run) []float64 { return with(r)(right.series(r)) }), nil
	}
}

// pointwise returns, for one evaluation, how to apply an operator to a series
// as its left operand. The right operand, a series or a scalar, is evaluated
// once however many series it meets.
func pointwise(right value, apply func(x, y float64) float64) func(*run) func([]float64) []float64 {
	if right.kind == Scalar {
		return func(r *run) func([]float64) []float64 {
			y := right.scalar(r)
			return func(xs []float64) []float64 {
				out := r.take()
				for i, x := range xs {
					out[i] = finiteOf(apply, x, y)
				}
				return out
			}
		}
	}
	return func(r *run) func([]float64) []float64 {
		ys := right.series(r)
		return func(xs []float64) []float64 {
			out := r.take()
			for i, x := range xs {
				y := ys[i]
				switch {
				case math.IsNaN(x) && math.IsNaN(y):
					out[i] = x
					continue
				case math.IsNaN(x):
					x = 0
				case math.IsNaN(y):
					y = 0
				}
				out[i] = finite(apply(x, y))
			}
			return out
		}
	}
}

// finiteOf applies an operator to two numbers, of which a missing one makes the
// result missing.
func finiteOf(apply func(x, y float64) float64, x, y float64) float64 {
	if math.IsNaN(x) || math.IsNaN(y) {
		return math.NaN()
	}
	return finite(apply(x, y))
}

func mapArray(array []Series, f func([]float64) []float64) []Series {
	out := make([]Series, len(array))
	for i, s := range array {
		out[i] = Series{Metric: s.Metric, Values: f(s.Values)}
	}
	return out
}

// each compiles what is done to every point of a series or of an array, and of
// a scalar where that is allowed.
func each(n node, operand value, scalars bool, f func(float64) float64) (value, *Error) {
	apply := func(x float64) float64 {
		if math.IsNaN(x) {
			return x
		}
		return finite(f(x))
	}
	whole := func(r *run, xs []float64) []float64 {
		out := r.take()
		for i, x := range xs {
			out[i] = apply(x)
		}
		return out
	}
	if operand.kind == Scalar && scalars {
		return scalarOf(func(r *run) float64 { return apply(operand.scalar(r)) }), nil
	}
	return transform(n, operand, whole)
}

// transform compiles what makes a series of a series, and an array of an array.
func transform(n node, operand value, f func(*run, []float64) []float64) (value, *Error) {
	switch operand.kind {
	case TimeSeries:
		return seriesOf(func(r *run) []float64 { return f(r, operand.series(r)) }), nil
	case Array:
		return arrayOf(func(r *run) []Series {
			return mapArray(operand.array(r), func(xs []float64) []float64 { return f(r, xs) })
		}), nil
	default:
		return value{}, errorAt(operand.offset, "%s takes a time series or an array of time series, not %s", nameOf(n), operand.kind)
	}
}

func nameOf(n node) string {
	if c, ok := n.(call); ok {
		return c.function
	}
	return "unary -"
}
