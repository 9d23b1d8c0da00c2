package metricstore

import (
	"math"
	"regexp"
	"strconv"
)

// Statistic is how the samples of a period become one number.
type Statistic struct {
	compute    func(point) float64
	percentile float64 // used when there is no compute
}

// SampleCount is the statistic of that name.
var SampleCount = Statistic{compute: statistics["SampleCount"]}

// The statistics of the API model.
var statistics = map[string]func(point) float64{
	"SampleCount": func(p point) float64 { return p.count },
	"Sum":         func(p point) float64 { return p.sum },
	"Average":     func(p point) float64 { return p.sum / p.count },
	"Minimum":     func(p point) float64 { return p.least },
	"Maximum":     func(p point) float64 { return p.most },
}

var percentile = regexp.MustCompile(`^p((\d{1,2})(\.\d{1,10})?|100(\.0{1,10})?)$`)

// ParseStatistic reads SampleCount, Sum, Average, Minimum, Maximum, or a
// percentile such as p99.9. It reports false for anything else, such as the
// trimmed statistics of CloudWatch, which are not computed.
func ParseStatistic(name string) (Statistic, bool) {
	if compute, known := statistics[name]; known {
		return Statistic{compute: compute}, true
	}
	if !percentile.MatchString(name) {
		return Statistic{}, false
	}
	p, err := strconv.ParseFloat(name[1:], 64)
	return Statistic{percentile: p}, err == nil
}

func (s Statistic) needsValues() bool { return s.compute == nil }

// of computes the statistic. Percentiles are not available where the values are
// not known or one is negative (AWS API: GetMetricStatistics).
func (s Statistic) of(p point, known *distribution) float64 {
	if !s.needsValues() {
		return s.compute(p)
	}
	if known == nil || len(known.values) == 0 || p.least < 0 {
		return math.NaN()
	}
	return known.percentile(s.percentile)
}
