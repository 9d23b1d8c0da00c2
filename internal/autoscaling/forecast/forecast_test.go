package forecast

import (
	"bufio"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

// trace reads hourly load: the first line is when it begins.
func trace(t *testing.T, path string) Hourly {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Scan()
	start, err := time.Parse(time.RFC3339, lines.Text())
	if err != nil {
		t.Fatal(err)
	}
	h := Hourly{Start: start}
	for lines.Scan() {
		x, err := strconv.ParseFloat(lines.Text(), 64)
		if err != nil {
			t.Fatal(err)
		}
		h.Values = append(h.Values, x)
	}
	return h
}

// wave is synthetic load: a daily wave, a weekly one, a trend and noise.
func wave(days int, weekend, trend, noise float64, seed uint64) Hourly {
	random := rand.New(rand.NewPCG(seed, seed))
	h := Hourly{Start: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)} // a Monday
	for i := range days * day {
		x := 1000 + 700*math.Sin(2*math.Pi*float64(i%day-8)/day) + 150*math.Sin(4*math.Pi*float64(i%day)/day)
		if i/day%7 >= 5 {
			x *= weekend
		}
		x *= 1 + trend*float64(i)/float64(week)
		h.Values = append(h.Values, max(0, x*(1+noise*random.NormFloat64())))
	}
	return h
}

// naive are the baselines: the last day again, and the last week again.
var naive = map[string]int{"yesterday": day, "last week": week}

// holdOut forecasts 48 hours from every sixth hour of the trace that has the
// history before it, and returns the mean absolute errors of the model and of
// the baselines.
func holdOut(t *testing.T, h Hourly, history int) (model float64, baselines map[string]float64) {
	t.Helper()
	baselines = map[string]float64{}
	n := 0.0
	for at := history; at+Horizon <= len(h.Values); at += 6 {
		known := h.Values[at-history : at]
		forecast, err := Load(Hourly{Start: h.Start, Values: known}, Horizon)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range forecast.Values {
			actual := h.Values[at+i]
			model += math.Abs(p - actual)
			n++
			for name, lag := range naive {
				back := history + i - lag
				for back >= history {
					back -= lag
				}
				if back >= 0 {
					baselines[name] += math.Abs(known[back] - actual)
				} else {
					baselines[name] = math.Inf(1)
				}
			}
		}
	}
	for name := range baselines {
		baselines[name] /= n
	}
	return model / n, baselines
}

func TestBeatsTheBaselines(t *testing.T) {
	cases := []struct {
		name    string
		load    Hourly
		history int
		reason  string
	}{
		{"daily wave", wave(35, 1, 0, 0.1, 1), MaxHistory, "averaging days takes noise out"},
		{"weekly wave", wave(35, 0.4, 0, 0.1, 2), MaxHistory, "weekends differ from the day before"},
		{"growing", wave(35, 0.6, 0.15, 0.1, 3), MaxHistory, "last week was lower"},
		{"shrinking", wave(35, 0.7, -0.1, 0.1, 4), MaxHistory, "last week was higher"},
		{"noisy", wave(35, 0.7, 0, 0.4, 5), MaxHistory, "much noise"},
		{"one week", wave(28, 0.5, 0, 0.1, 6), week, "each hour of the week was seen once"},
		{"three days", wave(21, 1, 0, 0.1, 7), 3 * day, "no weekly season can be known"},
		{"taxi", trace(t, "testdata/taxi-hourly.txt"), MaxHistory, "real demand with daily and weekly seasons"},
		{"load balancer", trace(t, "testdata/elb-hourly.txt"), 7 * day, "real requests with bursts"},
	}
	for _, tc := range cases {
		model, baselines := holdOut(t, tc.load, tc.history)
		t.Logf("%-14s mean absolute error %8.1f; yesterday %8.1f, last week %8.1f", tc.name, model, baselines["yesterday"], baselines["last week"])
		for name, baseline := range baselines {
			if model > baseline {
				t.Errorf("%s (%s): the model's error of %.1f is worse than that of %s, %.1f", tc.name, tc.reason, model, name, baseline)
			}
		}
	}
}

func TestLoadNeedsData(t *testing.T) {
	nan := math.NaN()
	values := make([]float64, 0, 40)
	for i := range 40 {
		values = append(values, float64(100+i%day))
		if i%8 == 0 {
			values[i] = nan
		}
	}
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	cases := []struct {
		values []float64
		err    error
		reason string
	}{
		{nil, ErrTooLittle, "no history, no forecast"},
		{values[:24], ErrTooLittle, "hours without data are no data"},
		{values[:28], nil, "24 hours with data are enough"},
		{values, nil, "more are too"},
	}
	for _, tc := range cases {
		forecast, err := Load(Hourly{Start: start, Values: tc.values}, Horizon)
		if !errors.Is(err, tc.err) {
			t.Errorf("%s: %v, want %v", tc.reason, err, tc.err)
		}
		if err != nil {
			continue
		}
		if len(forecast.Values) != Horizon || !forecast.Start.Equal(start.Add(time.Duration(len(tc.values))*time.Hour)) {
			t.Errorf("%s: the forecast begins where the history ends and has 48 hours, not %v and %d", tc.reason, forecast.Start, len(forecast.Values))
		}
		for h, x := range forecast.Values {
			if math.IsNaN(x) || x < 100 || x > 124 {
				t.Errorf("%s: hour %d is forecast as %v", tc.reason, h, x)
			}
		}
	}
}

func TestLoadForecastsWhatRepeats(t *testing.T) {
	h := wave(14, 0.5, 0, 0, 1)
	forecast, err := Load(h, Horizon)
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range forecast.Values {
		if want := h.Values[i]; math.Abs(x-want) > 0.01*want+1 {
			t.Errorf("hour %d repeats every week as %.1f and is forecast as %.1f", i, want, x)
		}
	}
	older := Hourly{Start: h.Start.Add(-week * time.Hour), Values: append(make([]float64, week), h.Values...)}
	again, err := Load(older, Horizon)
	if err != nil {
		t.Fatal(err)
	}
	for i := range again.Values {
		if again.Values[i] != forecast.Values[i] {
			t.Fatalf("14 days count and no more, and the same history gives the same forecast: hour %d is %v, not %v", i, again.Values[i], forecast.Values[i])
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(uint64(1), 24, 48)
	f.Add(uint64(2), 400, 1)
	f.Add(uint64(3), 170, 0)
	f.Fuzz(func(t *testing.T, seed uint64, length, hours int) {
		random := rand.New(rand.NewPCG(seed, 0))
		length, hours = mod(length, 500), mod(hours, 100)
		values := make([]float64, length)
		for i := range values {
			values[i] = []float64{math.NaN(), 0, random.NormFloat64() * 10, random.ExpFloat64() * 1e6}[random.IntN(4)]
		}
		forecast, err := Load(Hourly{Values: values}, hours)
		if err != nil {
			return
		}
		for h, x := range forecast.Values {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				t.Errorf("hour %d is forecast as %v", h, x)
			}
		}
	})
}

func TestCapacity(t *testing.T) {
	got, err := Capacity([]float64{0, 1, 70, 70.0000000001, 71, math.NaN(), -5, 1e300}, 10)
	want := []int32{0, 1, 7, 8, 8, 0, 0, math.MaxInt32}
	if err != nil || len(got) != len(want) {
		t.Fatal(got, err)
	}
	want[3] = 7 // within the tolerance of rounding errors
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("value %d needs %d units, not %d", i, want[i], got[i])
		}
	}
	for _, perUnit := range []float64{0, -1, math.NaN()} {
		if _, err := Capacity(nil, perUnit); !errors.Is(err, ErrPerUnit) {
			t.Errorf("a unit that bears %v is refused, not %v", perUnit, err)
		}
	}
}

func TestPerUnit(t *testing.T) {
	load := []float64{1000, 2000, 3000, 0, math.NaN()}
	capacity := []float64{2, 2, 5, 1, 1}
	scaling := []float64{50, 100, 60, 0, 3} // a tenth of the load of a unit
	cases := []struct {
		got, want float64
		reason    string
	}{
		{PerUnit(load, scaling, capacity, 70), 700, "ten of load make one of the scaling metric"},
		{PerUnit(load[:2], scaling, capacity, 70), 700, "an even number of hours has a median too"},
		{PerUnit(load, nil, nil, 70), 70, "without capacity the load is the total of the scaling metric"},
		{Correlation(load, scaling, capacity), 1, "a load that explains the scaling metric correlates with it"},
		{Correlation([]float64{1, 2, 3}, []float64{3, 2, 1}, []float64{1, 1, 1}), -1, "the reverse correlates negatively"},
		{float64(Maximum(50, 40, true, 10)), 55, "AWS's example"},
		{float64(Maximum(50, 40, true, 0)), 50, "without a buffer the forecast is the maximum"},
		{float64(Maximum(50, 40, false, 0)), 40, "an honoured maximum stays"},
		{float64(Maximum(20, 40, true, 10)), 40, "a maximum is not lowered"},
	}
	for _, tc := range cases {
		if math.Abs(tc.got-tc.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", tc.reason, tc.got, tc.want)
		}
	}
	if r := Correlation([]float64{1, 1}, []float64{2, 2}, []float64{1, 1}); !math.IsNaN(r) {
		t.Errorf("what does not vary has no correlation, not %v", r)
	}
}
