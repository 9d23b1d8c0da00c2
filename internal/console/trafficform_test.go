package console

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/localcloud/traffic"
)

// filled is a form in words: by the chosen kind, with a star, and the others.
func filled(now traffic.Spec) (map[string][]string, Traffic) {
	var form Traffic
	form.trafficForm(sampleState().Places[0].Targets[0], now)
	out := map[string][]string{}
	for _, k := range form.Kinds {
		name := k.Value
		if k.Current {
			name += "*"
		}
		out[name] = []string{}
		for _, f := range append(k.Fields, k.More...) {
			value := f.Value
			if f.Checked {
				value = "checked"
			}
			out[name] = append(out[name], f.Name+"="+value)
		}
	}
	return out, form
}

func TestTrafficThatIsOffered(t *testing.T) {
	got, form := filled(traffic.Spec{})
	want := map[string][]string{
		"off*":     {},
		"constant": {"traffic.rate=210"},
		"wave":     {"traffic.low=35", "traffic.high=380", "traffic.period=2h", "traffic.peak="},
		"ramp":     {"traffic.from=35", "traffic.to=380", "traffic.duration=45m", "traffic.after="},
		"spike":    {"traffic.rate=490", "traffic.duration=15m", "traffic.every=2h", "traffic.after="},
		"replay":   {"traffic.csv=", "traffic.loop=", "traffic.after="},
		"json":     {},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("one instance takes 70 requests a minute, and there are 1 to 6 (-want +got):\n%s", diff)
	}
	example, err := traffic.Parse([]byte(form.JSON))
	if err == nil {
		_, err = example.Build(noon)
	}
	if err != nil || example.Type != traffic.Sum {
		t.Errorf("the example is a sum that can be set: %v\n%s", err, form.JSON)
	}
}

// What arrives is in the form with all that belongs to it, so that who changes one
// thing keeps the others.
func TestTrafficThatArrivesIsInTheForm(t *testing.T) {
	minutes := func(n int) traffic.Duration { return traffic.Duration(time.Duration(n) * time.Minute) }
	wave := traffic.Spec{Type: traffic.Wave, Low: new(10.0), High: new(200.0), Period: minutes(90), Peak: "14:00"}
	noisy := func(of ...traffic.Spec) traffic.Spec {
		return traffic.Spec{Type: traffic.Noise, Deviation: new(0.125), Seed: 7, Of: of}
	}
	sum := traffic.Spec{Type: traffic.Sum, Of: []traffic.Spec{wave, {Type: traffic.Constant, Rate: new(5.0)}}}
	for _, c := range []struct {
		reason, kind string
		now          traffic.Spec
		want         []string
		noise        string
	}{
		{"a wave has its peak", "wave*", wave, []string{"traffic.low=10", "traffic.high=200", "traffic.period=1h30m", "traffic.peak=14:00"}, ""},
		{
			"a wave of a day", "wave*", traffic.Spec{Type: traffic.Wave, Low: new(1.0), High: new(2.0)},
			[]string{"traffic.low=1", "traffic.high=2", "traffic.period=24h", "traffic.peak="}, "",
		},
		{"a noisy wave has its noise", "wave*", noisy(wave), []string{"traffic.low=10", "traffic.high=200", "traffic.period=1h30m", "traffic.peak=14:00"}, "12.5"},
		{
			"a ramp begins later", "ramp*", traffic.Spec{Type: traffic.Ramp, From: new(1.5), To: new(20.0), Duration: minutes(90), After: minutes(5)},
			[]string{"traffic.from=1.5", "traffic.to=20", "traffic.duration=1h30m", "traffic.after=5m"}, "",
		},
		{
			"a spike that comes once", "spike*", traffic.Spec{Type: traffic.Spike, Rate: new(9.0), Duration: minutes(5)},
			[]string{"traffic.rate=9", "traffic.duration=5m", "traffic.every=", "traffic.after="}, "",
		},
		{"a recording", "replay*", traffic.Spec{Type: traffic.Replayed, Loop: true}, []string{"traffic.csv=", "traffic.loop=checked", "traffic.after="}, ""},
		{"a sum has no fields", "json*", sum, []string{}, ""},
		{"nor has a noisy one", "json*", noisy(sum), []string{}, ""},
		{"nor has what begins at a time", "json*", traffic.Spec{Type: traffic.Spike, Rate: new(9.0), Duration: minutes(5), Start: new(noon)}, []string{}, ""},
	} {
		got, form := filled(c.now)
		if diff := cmp.Diff(c.want, got[c.kind]); diff != "" || form.Noise != c.noise {
			t.Errorf("%s: the noise is %q, want %q (-want +got):\n%s", c.reason, form.Noise, c.noise, diff)
		}
		if c.noise != "" && form.Seed != 7 {
			t.Errorf("%s: the seed is %d", c.reason, form.Seed)
		}
		if c.kind != "json*" {
			continue
		}
		if again, err := traffic.Parse([]byte(form.JSON)); err != nil || cmp.Diff(c.now, again) != "" {
			t.Errorf("%s: as JSON it is something else: %v\n%s", c.reason, err, form.JSON)
		}
	}
}
