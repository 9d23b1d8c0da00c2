package forecast

import "math"

// The constants of the model, chosen once on synthetic and real traces.
const (
	backtestDays = 6     // days that the experts are tested on
	sharpness    = 2.0   // how strongly a better expert is preferred
	levelTrust   = 0.7   // how much of a change of level is believed
	levelFade    = 0.995 // how much of that remains with each hour
	maxRatio     = 2.0   // no change of level is taken for more
	dailyDecay   = 0.7   // weight of a day relative to the day after it
	weeklyDecay  = 0.5   // weight of a week relative to the week after it
	epsilon      = 1e-9  // so that an expert without error has a finite weight
)

// An expert learns from values and forecasts the value of an index, which may
// be beyond them; NaN when it cannot tell.
type expert struct {
	needs int // hours of history without which it knows nothing
	learn func(values []float64) func(t int) float64
}

var experts = []expert{
	{day, func(values []float64) func(int) float64 { return lagged(values, day, dailyDecay) }},
	{week, func(values []float64) func(int) float64 { return lagged(values, week, weeklyDecay) }},
	{day, profile},
}

// lagged forecasts with the values whole lags before, later ones counting more.
func lagged(values []float64, lag int, decay float64) func(int) float64 {
	return func(t int) float64 {
		first := t - lag
		for first >= len(values) {
			first -= lag
		}
		var sum, total float64
		weight := 1.0
		for i := first; i >= 0; i -= lag {
			if !math.IsNaN(values[i]) {
				sum += weight * values[i]
				total += weight
			}
			weight *= decay
		}
		return sum / total
	}
}

// profile forecasts with the mean day times the weight of the weekday. Days are
// counted back from the end, so that they are whole.
func profile(values []float64) func(int) float64 {
	n := len(values)
	hours := make([]averager, day)
	weekdays := make([]averager, 7)
	var all averager
	for i, x := range values {
		hours[mod(i-n, day)].add(x)
		weekdays[mod(i-n, week)/day].add(x)
		all.add(x)
	}
	return func(t int) float64 {
		hour := hours[mod(t-n, day)].mean()
		weekday := weekdays[mod(t-n, week)/day].mean()
		if overall := all.mean(); overall > 0 && !math.IsNaN(weekday) {
			return hour * weekday / overall
		}
		return hour
	}
}

type averager struct {
	sum float64
	n   int
}

func (a *averager) add(x float64) {
	if !math.IsNaN(x) {
		a.sum += x
		a.n++
	}
}

func (a *averager) mean() float64 { return a.sum / float64(a.n) }

// noise estimates the variance of what no season explains, from how much each
// value differs from the middle of its neighbours: of independent noise that
// is one and a half times its variance, of a smooth season next to nothing.
func noise(values []float64) float64 {
	var a averager
	for i := 1; i+1 < len(values); i++ {
		d := values[i] - (values[i-1]+values[i+1])/2
		a.add(d * d)
	}
	return a.mean() / 1.5
}

func mean(values []float64) float64 {
	var a averager
	for _, x := range values {
		a.add(x)
	}
	return a.mean()
}

func mod(a, b int) int { return ((a % b) + b) % b }
