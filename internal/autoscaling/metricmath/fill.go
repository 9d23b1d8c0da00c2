package metricmath

import "math"

// fill compiles FILL: with a scalar, another series, REPEAT or LINEAR. What has
// no point before it is not filled by REPEAT, and what has none on both sides
// not by LINEAR: there is nothing to take the value from.
func fill(_ *compiler, n call, args []value) (value, *Error) {
	if err := takes(n, args, 2, 2); err != nil {
		return value{}, err
	}
	with := args[1]
	var method func(*run, []float64) []float64
	switch {
	case with.word == "REPEAT":
		method = repeat
	case with.word == "LINEAR":
		method = linear
	case with.kind == Scalar:
		method = func(r *run, xs []float64) []float64 {
			y := with.scalar(r)
			return filled(r, xs, func(int) float64 { return y })
		}
	case with.kind == TimeSeries:
		method = func(r *run, xs []float64) []float64 {
			ys := with.series(r)
			return filled(r, xs, func(i int) float64 { return ys[i] })
		}
	default:
		return value{}, errorAt(with.offset, "FILL takes a scalar, a time series, REPEAT or LINEAR here, not %s", with.kind)
	}
	return transform(n, args[0], method)
}

func filled(r *run, xs []float64, with func(int) float64) []float64 {
	out := r.take()
	for i, x := range xs {
		if math.IsNaN(x) {
			x = with(i)
		}
		out[i] = x
	}
	return out
}

func repeat(r *run, xs []float64) []float64 {
	last := math.NaN()
	out := r.take()
	for i, x := range xs {
		if !math.IsNaN(x) {
			last = x
		}
		out[i] = last
	}
	return out
}

func linear(r *run, xs []float64) []float64 {
	out, last := r.take(), -1
	for i, x := range xs {
		if out[i] = x; math.IsNaN(x) {
			continue
		}
		if last >= 0 {
			step := (x - xs[last]) / float64(i-last)
			for gap := last + 1; gap < i; gap++ {
				out[gap] = finite(xs[last] + step*float64(gap-last))
			}
		}
		last = i
	}
	return out
}
