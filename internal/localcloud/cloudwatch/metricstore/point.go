package metricstore

import (
	"math"
	"slices"
)

// Sample is what is put at one time: one value, several, or a statistic set.
type Sample struct {
	Count, Sum, Min, Max float64
	// Values and Counts are the values of the sample and how often each
	// occurred. Empty when they are not known, unless all are the same.
	Values, Counts []float64
}

// Value returns the sample of one value.
func Value(x float64) Sample { return Sample{Count: 1, Sum: x, Min: x, Max: x} }

// Distribution returns the sample of values that each occurred as often as
// counts says, or once when counts is empty. The lengths must be equal then.
func Distribution(values, counts []float64) Sample {
	s := Sample{Min: math.Inf(1), Max: math.Inf(-1), Values: values, Counts: counts}
	if len(counts) == 0 {
		s.Counts = slices.Repeat([]float64{1}, len(values))
	}
	for i, x := range values {
		s.Count += s.Counts[i]
		s.Sum += x * s.Counts[i]
		s.Min, s.Max = min(s.Min, x), max(s.Max, x)
	}
	return s
}

// together returns the sample of values that each occurred once.
func together(values []float64) Sample {
	for _, x := range values {
		if x != values[0] {
			return Distribution(values, nil)
		}
	}
	n := float64(len(values))
	return Sample{Count: n, Sum: n * values[0], Min: values[0], Max: values[0]}
}

// uniform tells whether all values are the same, by which they are known.
func (s Sample) uniform() bool { return s.Min == s.Max }

// point is the aggregate of a step of time.
type point struct{ count, sum, least, most float64 }

func (s Sample) point() point { return point{s.Count, s.Sum, s.Min, s.Max} }

func (p *point) add(q point) {
	if p.count == 0 {
		*p = q
		return
	}
	p.count += q.count
	p.sum += q.sum
	p.least, p.most = min(p.least, q.least), max(p.most, q.most)
}

// distribution is the values of a step, ascending, and how often each
// occurred. A nil distribution is not known, and none is of negative values, of
// which there are no percentiles (AWS API: GetMetricStatistics).
type distribution struct {
	values, counts []float64
	level          int // of the bins that the values stand for; noLevel: they are exact
}

// maxDistinct bounds the values while they are at hand. Of more, neighbours
// become one, at their mean: percentiles in between are then approximate.
const maxDistinct = 256

func distributionOf(s Sample) *distribution {
	switch {
	case s.uniform():
		return &distribution{values: []float64{s.Min}, counts: []float64{s.Count}, level: noLevel}
	case len(s.Values) == 0 || s.Min < 0:
		return nil
	}
	d := &distribution{level: noLevel}
	for i, x := range s.Values {
		d.add(x, s.Counts[i])
	}
	return d.bounded()
}

func (p point) distribution() *distribution {
	if p.least != p.most {
		return nil
	}
	return &distribution{values: []float64{p.least}, counts: []float64{p.count}, level: noLevel}
}

func (d *distribution) add(x, count float64) {
	i, found := slices.BinarySearch(d.values, x)
	if found {
		d.counts[i] += count
		return
	}
	d.values, d.counts = slices.Insert(d.values, i, x), slices.Insert(d.counts, i, count)
}

// merged returns the distribution of both, unknown when one is.
func merged(a, b *distribution) *distribution {
	if a == nil || b == nil {
		return nil
	}
	if len(a.values) < len(b.values) {
		a, b = b, a
	}
	d := &distribution{values: slices.Clone(a.values), counts: slices.Clone(a.counts), level: min(a.level, b.level)}
	for i, x := range b.values {
		d.add(x, b.counts[i])
	}
	return d.bounded()
}

// bounded joins neighbours, but for the extremes, until there are few enough.
func (d *distribution) bounded() *distribution {
	for len(d.values) > maxDistinct {
		n, last := 1, len(d.values)-1
		for i := 1; i < last; i += 2 {
			x, count := d.values[i], d.counts[i]
			if i+1 < last {
				both := count + d.counts[i+1]
				x = x*(count/both) + d.values[i+1]*(d.counts[i+1]/both)
				count = both
			}
			d.values[n], d.counts[n] = x, count
			n++
		}
		d.values[n], d.counts[n] = d.values[last], d.counts[last]
		d.values, d.counts = d.values[:n+1], d.counts[:n+1]
	}
	d.values, d.counts = slices.Clip(d.values), slices.Clip(d.counts)
	return d
}

func (d *distribution) total() float64 {
	total := 0.0
	for _, count := range d.counts {
		total += count
	}
	return total
}

// percentile returns the smallest value that at least p percent of the samples
// do not exceed. AWS does not document how it interpolates.
func (d *distribution) percentile(p float64) float64 {
	total, below := d.total(), 0.0
	for i, x := range d.values {
		if below += d.counts[i]; below >= p/100*total && d.counts[i] > 0 {
			return x
		}
	}
	return d.values[len(d.values)-1]
}
