package simulate_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/setpoint-io/setpoint/internal/simulate"
)

func TestFromSamples(t *testing.T) {
	samples := []simulate.Sample{{At: monday.Add(10 * time.Minute), Value: 50}, {At: monday.Add(20 * time.Minute), Value: 100}}
	for _, c := range []struct {
		reason string
		load   simulate.Load
		want   []float64
	}{
		{"a count is of its period, and nothing counted is nothing", simulate.Load{Requests: 1, Counted: true}, []float64{10, 0, 20, 0}},
		{"a utilization stands for requests, and nothing measured is not known", simulate.Load{Requests: 2}, []float64{20, math.NaN(), 40, math.NaN()}},
		{"a rate is one whatever the period", simulate.Load{Requests: 1, PerMinute: true}, []float64{50, math.NaN(), 100, math.NaN()}},
	} {
		got, err := simulate.FromSamples("test", samples, monday.Add(30*time.Minute), 5*time.Minute, c.load)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got.Rates, cmpopts.EquateNaNs()); diff != "" || !got.Start.Equal(monday.Add(10*time.Minute)) {
			t.Errorf("%s, and what was before the first sample is left out: from %v (-want +got)\n%s", c.reason, got.Start, diff)
		}
		if len(got.Assumed) == 0 {
			t.Errorf("%s: what was assumed is said", c.reason)
		}
	}
	if _, err := simulate.FromSamples("test", nil, monday, time.Minute, simulate.Load{}); err == nil {
		t.Error("without samples there is no trace")
	}
}

// What is read names a metric that can be asked for, and what it stands for.
func FuzzParseLoad(f *testing.F) {
	f.Add("Namespace=AWS/SQS,MetricName=NumberOfMessagesSent,QueueName=jobs,Stat=Sum", false)
	f.Add("Namespace=Shop,MetricName=Rate,Stat=p99", true)
	f.Add("=,,", false)
	f.Fuzz(func(t *testing.T, text string, perMinute bool) {
		l, err := simulate.ParseLoad(text, perMinute)
		if err != nil {
			return
		}
		m := l.Metric
		if m.Namespace == "" || m.Name == "" || m.Statistic == "" || l.Requests != 1 || l.Counted == perMinute {
			t.Fatalf("%q was read as %+v", text, l)
		}
		for i, d := range m.Dimensions {
			if d.Name == "" || d.Value == "" || i > 0 && d.Name == m.Dimensions[i-1].Name {
				t.Fatalf("%q has the dimensions %v", text, m.Dimensions)
			}
		}
	})
}
