package autoscaling

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// What CloudWatch takes besides the basic statistics (CloudWatch User Guide:
// statistics definitions): percentiles, and statistics of the values up to a
// percentage or between two boundaries, which are percentages or values.
var (
	partial = regexp.MustCompile(`^(?i:(?:p|tm|tc|ts|wm)[0-9]|(?:tm|tc|ts|wm|pr)\()`) // what looks like one
	upTo    = regexp.MustCompile(`^(?:(?:p|tm|tc|ts|wm)[0-9]{1,2}(?:\.[0-9]{1,10})?|p100(?:\.0{1,10})?|(?:tm|tc|ts|wm)100)$`)
	between = regexp.MustCompile(`^(?:TM|TC|TS|WM|PR)\(([^:()]*):([^:()]*)\)$`)
	edge    = regexp.MustCompile(`^-?[0-9]+(?:\.[0-9]+)?%?$`)
)

// statistic checks a statistic of an entry of metric math.
func (r *report) statistic(field, name string) {
	switch {
	case slices.Contains(basicStatistics, name) || name == "IQM" || upTo.MatchString(name) || isBetween(name):
	case partial.MatchString(name):
		r.add(StatisticBoundsInvalid, field, "%s does not say which values it is of: write a percentage from 0 to 100, as in p99.9 or tm90, or two boundaries, "+
			"the lower one first, as in TM(10%%:90%%), WM(:95%%) or PR(0:300)", shown(name))
	default:
		r.add(StatisticUnknown, field, "there is no statistic %s: write %s, or a percentile such as p99", shown(name), anyOf(basicStatistics))
	}
}

// isBetween says that a name is of a statistic between two boundaries, of which
// one may be left out. Boundaries of one unit have an order.
func isBetween(name string) bool {
	m := between.FindStringSubmatch(name)
	if m == nil || m[1] == "" && m[2] == "" {
		return false
	}
	lower, ofSamples, ok := boundary(m[1])
	upper, alsoOfSamples, alsoOK := boundary(m[2])
	ordered := m[1] == "" || m[2] == "" || ofSamples != alsoOfSamples || lower < upper
	return ok && alsoOK && ordered
}

// boundary reads one, which is a percentage of the samples or a value.
func boundary(text string) (at float64, ofSamples, ok bool) {
	if text == "" {
		return 0, false, true
	}
	if !edge.MatchString(text) {
		return 0, false, false
	}
	number, ofSamples := strings.CutSuffix(text, "%")
	at, err := strconv.ParseFloat(number, 64)
	return at, ofSamples, err == nil && (!ofSamples || at >= 0 && at <= 100)
}
