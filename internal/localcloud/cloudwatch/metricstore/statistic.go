package metricstore

import (
	"math"
	"regexp"
	"strconv"
)

// Statistic is how the samples of a period become one number.
type Statistic struct {
	compute  func(point) float64
	ofValues func(*distribution) float64 // used when there is no compute
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

// ParseStatistic reads the statistics of CloudWatch (Amazon CloudWatch User Guide:
// "CloudWatch statistics definitions"): SampleCount, Sum, Average, Minimum,
// Maximum, a percentile such as p99.9, or a statistic of a part of the values,
// such as tm90, TM(2%:98%), WM(150:1000), IQM or PR(:300). It reports false for
// anything else.
func ParseStatistic(name string) (Statistic, bool) {
	if compute, known := statistics[name]; known {
		return Statistic{compute: compute}, true
	}
	if percentile.MatchString(name) {
		p, err := strconv.ParseFloat(name[1:], 64)
		return Statistic{ofValues: func(d *distribution) float64 { return d.percentile(p) }}, err == nil
	}
	trimmed, ok := parseTrimmed(name)
	return Statistic{ofValues: trimmed}, ok
}

// IsExtended tells whether a name is that of a statistic which needs the values
// themselves, as ExtendedStatistic and ExtendedStatistics do.
func IsExtended(name string) bool {
	s, known := ParseStatistic(name)
	return known && s.needsValues()
}

func (s Statistic) needsValues() bool { return s.compute == nil }

// of computes the statistic. Those of values are not available where these are
// not known or one is negative (AWS API: GetMetricStatistics, about percentiles).
func (s Statistic) of(p point, known *distribution) float64 {
	if !s.needsValues() {
		return s.compute(p)
	}
	if known == nil || len(known.values) == 0 || p.least < 0 {
		return math.NaN()
	}
	return s.ofValues(known)
}
