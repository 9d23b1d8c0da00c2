package traffic

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// begin is when the traffic of the tests begins.
var begin = time.Date(2026, time.March, 2, 10, 0, 0, 0, time.UTC)

func build(t *testing.T, text string) Generator {
	t.Helper()
	s, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	g, err := s.Build(begin)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestRates(t *testing.T) {
	cases := map[string]struct {
		reason, spec string
		want         map[string]float64 // by time after the beginning
	}{
		"Constant": {"it is the same at any time", `{"type":"constant","rate":600}`, map[string]float64{"-9h": 600, "0s": 600, "99h": 600}},
		"Wave": {"a day's wave is highest at its peak and lowest half a day from it", `{"type":"wave","low":100,"high":300,"peak":"14:00"}`,
			map[string]float64{"4h": 300, "-20h": 300, "10h": 200, "16h": 100, "-8h": 100, "28h": 300}},
		"WavePeriod": {"a wave can be of any length, from noon on", `{"type":"wave","low":0,"high":100,"period":"1h"}`,
			map[string]float64{"0s": 100, "30m": 0, "15m": 50, "-15m": 50}},
		"Ramp": {"a ramp is a line from its beginning and then stays", `{"type":"ramp","from":100,"to":200,"after":"10m","duration":"20m"}`,
			map[string]float64{"-1m": 100, "10m": 100, "15m": 125, "30m": 200, "9h": 200}},
		"RampDown": {"a ramp can go down, and begin at a time", `{"type":"ramp","from":200,"to":0,"start":"2026-03-02T11:00:00Z","duration":"1h"}`,
			map[string]float64{"0s": 200, "90m": 100, "2h": 0}},
		"Spike": {"a spike ends", `{"type":"spike","rate":900,"after":"5m","duration":"10m"}`,
			map[string]float64{"4m": 0, "5m": 900, "14m": 900, "15m": 0}},
		"SpikeEvery": {"a spike comes again", `{"type":"spike","rate":900,"duration":"10m","every":"1h"}`,
			map[string]float64{"-1m": 0, "9m": 900, "10m": 0, "60m": 900, "70m": 0, "125m": 900}},
		"Sum": {"parts add up", `{"type":"sum","of":[{"type":"constant","rate":1},{"type":"spike","rate":2,"duration":"1m"}]}`,
			map[string]float64{"0s": 3, "1m": 1}},
		"NoNoise": {"noise without deviation is silent", `{"type":"noise","deviation":0,"of":[{"type":"constant","rate":7}]}`,
			map[string]float64{"0s": 7, "3m": 7}},
		"Replay": {"a recording begins with the traffic, whenever it was", `{"type":"replay","csv":"0,5\n60,7\n180,1\n"}`,
			map[string]float64{"-1m": 0, "0s": 5, "59s": 5, "1m": 7, "2m": 7, "3m": 1, "4m": 1, "5m": 0}},
		"ReplayLoop": {"a recording can begin again, but not before it began", `{"type":"replay","after":"1m","loop":true,"csv":"0,5\n60,7\n"}`,
			map[string]float64{"0s": 0, "1m": 5, "2m": 7, "3m": 5, "1h2m": 7}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := build(t, tc.spec)
			for after, want := range tc.want {
				d, err := time.ParseDuration(after)
				if err != nil {
					t.Fatal(err)
				}
				if got := g.Rate(begin.Add(d)); math.Abs(got-want) > 1e-9 {
					t.Errorf("%s: after %s %v, want %v", tc.reason, after, got, want)
				}
			}
		})
	}
}

func TestNoise(t *testing.T) {
	const n = 20000
	spec := `{"type":"noise","deviation":0.1,"seed":42,"of":[{"type":"constant","rate":1000}]}`
	g, again, other := build(t, spec), build(t, spec), build(t, strings.Replace(spec, "42", "43", 1))
	var total, squares, same float64
	for i := range n {
		at := begin.Add(time.Duration(i) * time.Minute)
		rate := g.Rate(at)
		if rate != again.Rate(at.Add(59*time.Second)) {
			t.Fatalf("minute %d: a seed and a minute have one noise", i)
		}
		if rate == other.Rate(at) {
			same++
		}
		total += rate
		squares += (rate - 1000) * (rate - 1000)
	}
	if mean, deviation := total/n, math.Sqrt(squares/n); math.Abs(mean-1000) > 3 || math.Abs(deviation-100) > 3 || same > 0 {
		t.Errorf("mean %v and deviation %v are those of the noise, and seeds differ (%v times equal)", mean, deviation, same)
	}
	wild := build(t, `{"type":"noise","deviation":10,"of":[{"type":"constant","rate":1}]}`)
	for i := range 1000 {
		if rate := wild.Rate(begin.Add(time.Duration(i) * time.Minute)); rate < 0 || math.IsNaN(rate) {
			t.Fatalf("there are never fewer than no requests: %v", rate)
		}
	}
}

func TestMistakes(t *testing.T) {
	cases := map[string]struct{ reason, spec, want string }{
		"NoJSON":       {"the reader's error is kept, and an example is given", `constant`, `write an object such as {"type":"constant","rate":600}`},
		"Unknown":      {"a member that is none may be misspelt", `{"type":"constant","Rates":1}`, `unknown field "Rates"`},
		"More":         {"a second object would be lost", `{"type":"constant","rate":1} {}`, "write one object, with several parts in a sum"},
		"NoType":       {"the types are listed", `{}`, `traffic.type: "" is no type of traffic; write constant, wave, ramp, spike, noise, replay or sum`},
		"OtherMember":  {"a member of another type has no effect, so it is refused", `{"type":"constant","rate":1,"high":2}`, "traffic.high: a constant has no such member; write any of rate"},
		"NoRate":       {"a rate is not guessed", `{"type":"constant"}`, "traffic.rate: it is missing; write a number of requests a minute"},
		"Negative":     {"nobody can take requests back", `{"type":"spike","rate":-1,"duration":"1m"}`, "traffic.rate: -1 is not possible"},
		"Duration":     {"a duration is text", `{"type":"spike","rate":1,"duration":10}`, `10 is no duration; write a text such as "10m"`},
		"Unit":         {"a duration has a unit", `{"type":"spike","rate":1,"duration":"10"}`, `"10" is no duration; write a number with a unit`},
		"NoDuration":   {"a spike has to end", `{"type":"spike","rate":1}`, "traffic.duration: it has to be longer than nothing"},
		"Every":        {"spikes do not overlap", `{"type":"spike","rate":1,"duration":"10m","every":"5m"}`, "traffic.every: 5m0s is shorter than the spike itself, 10m0s"},
		"StartAfter":   {"one beginning is enough", `{"type":"ramp","from":1,"to":2,"duration":"1m","after":"1m","start":"2026-03-02T11:00:00Z"}`, "traffic.after: there is a start as well"},
		"Past":         {"after is not before", `{"type":"ramp","from":1,"to":2,"duration":"1m","after":"-1m"}`, "traffic.after: -1m0s is in the past"},
		"Wave":         {"low is low", `{"type":"wave","low":2,"high":1}`, "traffic.high: 1 is less than low, 2"},
		"Peak":         {"a peak is a time of day", `{"type":"wave","low":1,"high":2,"peak":"2 pm"}`, `traffic.peak: "2 pm" is no time of day; write hours and minutes in UTC, such as 14:00`},
		"Period":       {"a period passes", `{"type":"wave","low":1,"high":2,"period":"-1h"}`, "traffic.period: it has to be longer than nothing"},
		"NoParts":      {"a sum of nothing is a mistake", `{"type":"sum","of":[]}`, "traffic.of: there are no parts"},
		"Part":         {"the path leads to the part", `{"type":"sum","of":[{"type":"constant","rate":1},{"type":"noise","deviation":0.1,"of":[{"type":"flat"}]}]}`, `traffic.of[1].of[0].type: "flat" is no type`},
		"NoiseParts":   {"noise is added to one", `{"type":"noise","deviation":0.1,"of":[{"type":"constant","rate":1},{"type":"constant","rate":1}]}`, "traffic.of: noise is added to one traffic, not to 2"},
		"NoDeviation":  {"how much noise is not guessed", `{"type":"noise","of":[{"type":"constant","rate":1}]}`, "traffic.deviation: it is missing"},
		"Deviation":    {"a deviation is a fraction", `{"type":"noise","deviation":11,"of":[{"type":"constant","rate":1}]}`, "traffic.deviation: 11 is not possible"},
		"NoCSV":        {"a replay has a recording", `{"type":"replay"}`, "traffic.csv: there is nothing to replay"},
		"CSV":          {"the line is named", `{"type":"replay","csv":"0,1\n60,x\n"}`, `traffic.csv: line 2: the value "x" is no rate`},
		"Deep":         {"a client cannot exhaust the stack", strings.Repeat(`{"type":"sum","of":[`, 12) + `{"type":"constant","rate":1}` + strings.Repeat(`]}`, 12), "parts within parts 10 deep"},
		"ManyParts":    {"nor the time", `{"type":"sum","of":[` + strings.Repeat(`{"type":"constant","rate":1},`, 1000) + `{"type":"constant","rate":1}]}`, "at most 1000 parts"},
		"NotANumber":   {"JSON's numbers are finite, and so is the limit", `{"type":"constant","rate":1e13}`, "traffic.rate: 1e+13 is not possible"},
		"WrongJSONTyp": {"JSON's own words are kept", `{"type":"constant","rate":"1"}`, "the traffic cannot be read"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s, err := Parse([]byte(tc.spec))
			if err == nil {
				_, err = s.Build(begin)
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s: got %v, want %s", tc.reason, err, tc.want)
			}
		})
	}
}

func TestSpecIsJSON(t *testing.T) {
	text := `{"type":"sum","of":[{"type":"wave","low":1,"high":2,"peak":"14:00","period":"12h0m0s"},` +
		`{"type":"spike","rate":3,"start":"2026-03-02T11:00:00Z","duration":"1m30s"},{"type":"replay","csv":"0,1\n","loop":true}]}`
	s, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	// The comparison is of the texts: absent members stay absent.
	got, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(text, string(got)); d != "" {
		t.Errorf("what is read is written (-want +got):\n%s", d)
	}
}

func TestReadCSV(t *testing.T) {
	cases := map[string]struct {
		reason, text string
		begin        string
		want         []float64
	}{
		"Rates":      {"a rate holds until the next row, the last as long as the one before", "0,10\n120,20\n", "1970-01-01T00:00:00Z", []float64{10, 10, 20, 20}},
		"Header":     {"a first row without a time names the columns", "time,value\n2026-03-02T10:00:00Z,600\n2026-03-02T10:01:00Z,0\n", "2026-03-02T10:00:00Z", []float64{600, 0}},
		"Seconds":    {"rates that change within a minute are averaged over it", "30,60\n60,120\n75,0\n", "1970-01-01T00:00:00Z", []float64{30, 30}},
		"OneRow":     {"a single rate holds for a minute", "2026-03-02 10:00:30,60\n", "2026-03-02T10:00:00Z", []float64{30, 30}},
		"Zero":       {"silence has a length", "0,0\n600,0\n", "1970-01-01T00:00:00Z", make([]float64, 20)},
		"Requests":   {"rows of requests are counted by the minute, in any order", "time\n2026-03-02T10:02:59Z\n2026-03-02T10:00:01.5Z\n2026-03-02T12:00:30+02:00\n", "2026-03-02T10:00:00Z", []float64{2, 0, 1}},
		"Comments":   {"comments and empty lines are nothing, and fields may be quoted", "# from the load balancer\n\n\"60\"\n 61\n", "1970-01-01T00:01:00Z", []float64{2}},
		"TimeOfZero": {"the beginning of 1970 is a time like others", "0,1\n60,2\n", "1970-01-01T00:00:00Z", []float64{1, 2}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			r, err := ReadCSV(strings.NewReader(tc.text))
			if err != nil {
				t.Fatalf("%s: %v", tc.reason, err)
			}
			if got := r.Begin().Format(time.RFC3339); got != tc.begin || r.Minutes() != len(tc.want) {
				t.Errorf("%s: %d minutes from %s, want %d from %s", tc.reason, r.Minutes(), got, len(tc.want), tc.begin)
			}
			g, got := r.From(begin, false), []float64{}
			for i := range tc.want {
				got = append(got, g.Rate(begin.Add(time.Duration(i)*time.Minute)))
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, d)
			}
		})
	}
}

func TestReadCSVMistakes(t *testing.T) {
	cases := map[string]struct{ reason, text, want string }{
		"Empty":        {"nothing is no recording", "", "the recording has no rows"},
		"OnlyHeader":   {"a header is no row", "time,value\n", "the recording has no rows"},
		"NoTime":       {"the line is counted with comments and header", "# a\ntime\n1\nyesterday\n", `line 4: "yesterday" is no time; write 2026-03-02T10:00:00Z`},
		"TwoHeaders":   {"only the first row can be a header", "time\nwhen\n", `line 2: "when" is no time`},
		"Milliseconds": {"a unit that is wrong is guessed for people", "1772445600000,1\n", "write seconds since 1970, not milliseconds"},
		"Order":        {"rates are in the order of time", "0,1\n60,1\n60,2\n", "line 3: the time is not later"},
		"Negative":     {"nobody can take requests back", "0,-1\n", `line 1: the value "-1" is no rate`},
		"NaN":          {"a rate is a number", "0,NaN\n", `line 1: the value "NaN" is no rate`},
		"Columns":      {"three columns are not understood", "0,1,2\n", "line 1: there are 3 columns; write time,value"},
		"Mixed":        {"a recording has one form", "0\n60,1\n", "line 2: there are 2 columns"},
		"Quote":        {"CSV that is none has a line as well", "0,1\n6\"0,1\n", "line 2: the row is no CSV"},
		"Long":         {"a recording is bounded", "0,1\n60,1\n40000000,1\n", "line 3: the recording is longer than 366 days"},
		"LongRequests": {"also one of requests", "0\n40000000\n", "line 2: the recording is longer than 366 days"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := ReadCSV(strings.NewReader(tc.text)); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s: got %v, want %s", tc.reason, err, tc.want)
			}
		})
	}
}

// FuzzReadCSV reads anything. What is read has a length within bounds and
// rates that can be offered; a recording of rates has the requests of its rows.
func FuzzReadCSV(f *testing.F) {
	for _, seed := range []string{"time,value\n0,1\n60,2\n", "2026-03-02T10:00:00Z\n1\n", "\"1\n", "# x\n1,1\n2,0.5\n", "59.9,1e12\n", "0,1\n1e-9,3\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ReadCSV(strings.NewReader(text))
		if err != nil {
			return
		}
		if n := r.Minutes(); n < 1 || n > maxMinutes {
			t.Fatalf("%d minutes", n)
		}
		for _, rate := range r.rates {
			if math.IsNaN(rate) || rate < 0 || math.IsInf(rate, 0) {
				t.Fatalf("a rate of %v", rate)
			}
		}
		if g := r.From(r.Begin(), false); g.Rate(r.Begin()) != r.rates[0] {
			t.Error("the first minute is the first")
		}
	})
}

// FuzzParse builds anything. What can be built answers for any time, and is the
// same after it went through JSON.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"type":"constant","rate":600}`, `{"type":"wave","low":1,"high":2,"peak":"14:00","period":"1h"}`,
		`{"type":"ramp","from":1,"to":0,"after":"1m","duration":"1h"}`, `{"type":"spike","rate":1,"start":"2026-03-02T11:00:00Z","duration":"1m","every":"2m"}`,
		`{"type":"noise","deviation":0.3,"seed":7,"of":[{"type":"sum","of":[{"type":"constant","rate":1}]}]}`, `{"type":"replay","csv":"0,1\n","loop":true}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Parse(text)
		if err != nil {
			return
		}
		g, err := s.Build(begin)
		if err != nil {
			return
		}
		written, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		read, err := Parse(written)
		if err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		again, err := read.Build(begin)
		if err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		for _, d := range []time.Duration{-1000 * time.Hour, -time.Second, 0, time.Minute, 26 * time.Hour} {
			rate := g.Rate(begin.Add(d))
			if math.IsNaN(rate) || rate < 0 || rate != again.Rate(begin.Add(d)) {
				t.Fatalf("%s: %v after %s", text, rate, d)
			}
		}
	})
}

func TestMeter(t *testing.T) {
	var m Meter
	at := func(seconds int) time.Time { return begin.Add(time.Duration(seconds) * time.Second) }
	m.Set(at(0), 60)
	m.Set(at(30), 120)
	if got := m.Take(at(60)); got != 90 || m.Rate() != 120 {
		t.Errorf("half a minute at each of two rates brings %v, and the latter stays: %v", got, m.Rate())
	}
	if got := m.Take(at(75)); got != 30 {
		t.Errorf("what was taken is gone, and the rate goes on: %v", got)
	}
	m.Set(at(60), 0)
	if got := m.Take(at(600)); got != 0 {
		t.Errorf("a time that goes back brings nothing, nor does silence: %v", got)
	}
}
