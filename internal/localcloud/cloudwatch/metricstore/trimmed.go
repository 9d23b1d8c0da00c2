package metricstore

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// The statistics of the values between two boundaries (Amazon CloudWatch User
// Guide: "CloudWatch statistics definitions"). A value at the lower boundary is
// outside, one at the upper is inside. Of samples that a percentage divides, the
// part inside counts; AWS does not document that.
var trimmed = map[string]func(d *distribution, from, to boundary) float64{
	"TM": func(d *distribution, from, to boundary) float64 {
		count, sum := d.between(from, to)
		return sum / count // not a number if there is none
	},
	"TC": func(d *distribution, from, to boundary) float64 {
		count, _ := d.between(from, to)
		return count
	},
	"TS": func(d *distribution, from, to boundary) float64 {
		_, sum := d.between(from, to)
		return sum
	},
	"PR": func(d *distribution, from, to boundary) float64 {
		count, _ := d.between(from, to)
		return 100 * count / d.total()
	},
	"WM": (*distribution).winsorized,
}

var (
	// short is such as tm90, which leaves the lowest 90 percent.
	short = regexp.MustCompile(`^(tm|tc|ts|wm)(\d{1,2}(?:\.\d{1,10})?|100)$`)
	long  = regexp.MustCompile(`^(TM|TC|TS|WM|PR)\((-?\d+(?:\.\d+)?%?)?:(-?\d+(?:\.\d+)?%?)?\)$`)
)

// boundary is where the values of a trimmed statistic begin or end.
type boundary struct {
	at      float64
	percent bool // of the samples; else it is a value
}

// parseTrimmed reads a statistic of the values between boundaries.
func parseTrimmed(name string) (func(*distribution) float64, bool) {
	kind, lower, upper := "TM", "25%", "75%"
	if m := short.FindStringSubmatch(name); m != nil {
		kind, lower, upper = strings.ToUpper(m[1]), "", m[2]+"%"
	} else if m := long.FindStringSubmatch(name); m != nil {
		kind, lower, upper = m[1], m[2], m[3]
	} else if name != "IQM" {
		return nil, false
	}
	from, fromOK := parseBoundary(lower, math.Inf(-1))
	to, toOK := parseBoundary(upper, math.Inf(1))
	if !fromOK || !toOK || lower == "" && upper == "" || from.percent == to.percent && from.at >= to.at {
		return nil, false
	}
	return func(d *distribution) float64 { return trimmed[kind](d, from, to) }, true
}

// parseBoundary reads a boundary; without text there is none on this side.
func parseBoundary(text string, none float64) (boundary, bool) {
	if text == "" {
		return boundary{at: none}, true
	}
	number, percent := strings.CutSuffix(text, "%")
	at, err := strconv.ParseFloat(number, 64)
	return boundary{at, percent}, err == nil && (!percent || at >= 0 && at <= 100)
}

// between returns how many samples are between two boundaries, and their sum.
func (d *distribution) between(from, to boundary) (count, sum float64) {
	total, below := d.total(), 0.0
	first, last := 0.0, total
	if from.percent {
		first = from.at / 100 * total
	}
	if to.percent {
		last = to.at / 100 * total
	}
	for i, x := range d.values {
		inside := min(last, below+d.counts[i]) - max(first, below)
		below += d.counts[i]
		if inside <= 0 || !from.percent && x <= from.at || !to.percent && x > to.at {
			continue
		}
		count += inside
		sum += inside * x
	}
	return count, sum
}

// winsorized is the mean of all values, of which those outside of the boundaries
// are taken to be at the boundary.
func (d *distribution) winsorized(from, to boundary) float64 {
	least, most := from.at, to.at
	if from.percent {
		least = d.percentile(from.at)
	}
	if to.percent {
		most = d.percentile(to.at)
	}
	sum := 0.0
	for i, x := range d.values {
		sum += d.counts[i] * min(max(x, least), most)
	}
	return sum / d.total()
}
