package forecast

import (
	"errors"
	"math"
	"time"
)

// What predictive scaling uses and gives, in hours (Application Auto Scaling
// User Guide).
const (
	MinHistory = 24
	MaxHistory = 14 * day
	Horizon    = 48

	day  = 24
	week = 7 * day
)

// ErrTooLittle is the error when there are less than MinHistory hours with data.
var ErrTooLittle = errors.New("a forecast needs at least 24 hours of data")

// Hourly is a value for each hour, the first beginning at Start. NaN: no data.
type Hourly struct {
	Start  time.Time
	Values []float64
}

// Load forecasts the given number of hours that follow the history, of which
// the last MaxHistory hours count. Where the history has no negative value the
// forecast has none.
func Load(history Hourly, hours int) (Hourly, error) {
	out := Hourly{Start: history.Start.Add(time.Duration(len(history.Values)) * time.Hour)}
	values := history.Values[max(0, len(history.Values)-MaxHistory):]
	floor := math.Inf(1)
	known := 0
	for _, x := range values {
		if !math.IsNaN(x) {
			floor = min(floor, x, 0)
			known++
		}
	}
	if known < MinHistory {
		return Hourly{}, ErrTooLittle
	}
	out.Values = combine(values, hours)
	if floor >= 0 {
		for h := range out.Values {
			out.Values[h] = max(0, out.Values[h])
		}
	}
	return out, nil
}

// combine returns the weighted mean of the experts. An hour that none of them
// can tell gets the mean of the history.
func combine(values []float64, hours int) []float64 {
	sums, totals := make([]float64, hours), make([]float64, hours)
	weights := weigh(values)
	for i, e := range experts {
		if !(weights[i] > 0) { // also when it is not a number
			continue
		}
		for h, p := range corrected(e, values, hours) {
			if !math.IsNaN(p) {
				sums[h] += weights[i] * p
				totals[h] += weights[i]
			}
		}
	}
	fallback := mean(values)
	for h := range sums {
		if totals[h] > 0 {
			sums[h] /= totals[h]
		} else {
			sums[h] = fallback
		}
	}
	return sums
}

// weigh returns the weights of the experts: inverse to the squared error with
// which each forecast the last days.
func weigh(values []float64) []float64 {
	squares := make([]float64, len(experts))
	counts := make([]int, len(experts))
	for back := day; back <= backtestDays*day && len(values)-back >= MinHistory; back += day {
		known, future := values[:len(values)-back], values[len(values)-back:]
		for i, e := range experts {
			for h, p := range corrected(e, known, min(back, Horizon)) {
				if d := p - future[h]; !math.IsNaN(d) {
					squares[i] += d * d
					counts[i]++
				}
			}
		}
	}
	most := 0
	for _, n := range counts {
		most = max(most, n)
	}
	weights := make([]float64, len(experts))
	for i := range weights {
		switch {
		case most == 0: // about a day: nothing to test on
			weights[i] = 1
		case counts[i]*2 >= most:
			weights[i] = math.Pow(squares[i]/float64(counts[i])+epsilon, -sharpness)
		case len(values) >= experts[i].needs: // too little to test it: trusted as if noise alone made it wrong
			weights[i] = math.Pow(2*noise(values)+epsilon, -sharpness)
		}
	}
	return weights
}

// corrected returns an expert's forecast, moved to the level of the last day.
func corrected(e expert, values []float64, hours int) []float64 {
	ratio := levelRatio(e, values)
	at := e.learn(values)
	out := make([]float64, hours)
	fade := levelTrust
	for h := range out {
		out[h] = at(len(values)+h) * math.Pow(ratio, fade)
		fade *= levelFade
	}
	return out
}

// levelRatio is the load of the last day over what the expert forecasts of it
// from what was known before.
func levelRatio(e expert, values []float64) float64 {
	if len(values) < 2*day {
		return 1
	}
	known := values[:len(values)-day]
	at := e.learn(known)
	var actual, forecast float64
	for t := len(known); t < len(values); t++ {
		if p := at(t); !math.IsNaN(p) && !math.IsNaN(values[t]) {
			actual += values[t]
			forecast += p
		}
	}
	if actual <= 0 || forecast <= 0 {
		return 1
	}
	return min(max(actual/forecast, 1/maxRatio), maxRatio)
}
