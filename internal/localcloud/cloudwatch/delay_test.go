package cloudwatch

import (
	"math"
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch/metricstore"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

func TestMetricDelay(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	start := now
	s := New(Options{Now: func() time.Time { return now }})
	scope := wire.Scope{Account: "111122223333", Region: "eu-west-1"}
	period := int32(60)
	metric := Metric{Namespace: "Own", MetricName: "Load"}
	seen := func() float64 {
		t.Helper()
		values := []float64{0}
		if err := s.Statistic(scope, MetricStat{Metric: &metric, Period: &period, Stat: "Sum"}, start, values); err != nil {
			t.Fatal(err)
		}
		return values[0]
	}
	put := func() { s.Record(scope, Observation{Metric: metric, At: start, Sample: metricstore.Value(1)}) }
	recorder := s.Recorder(scope, metric.id(), "")

	s.SetMetricDelay(2 * time.Minute)
	put()
	recorder.PutEach(start.Unix(), 10, []float64{0.5, 0.5})
	for _, step := range []struct {
		reason string
		do     func()
		want   float64
	}{
		{"what was put cannot be seen yet", func() {}, math.NaN()},
		{"nor shortly before its time", func() { now = now.Add(119 * time.Second) }, math.NaN()},
		{"it can be seen in time", func() { now = now.Add(time.Second) }, 2},
		{"what is put then waits again", put, 2},
		{"a shorter delay holds for what waits, too", func() { s.SetMetricDelay(time.Minute); now = now.Add(time.Minute) }, 3},
		{"what waits is seen when there is no delay any more", func() { put(); s.SetMetricDelay(0) }, 4},
		{"without a delay it is seen at once", put, 5},
	} {
		step.do()
		if at, ok := s.Next(); ok && !at.After(now) {
			s.Happen()
		}
		if got := seen(); got != step.want && !(math.IsNaN(got) && math.IsNaN(step.want)) {
			t.Errorf("%s: the sum is %v, want %v", step.reason, got, step.want)
		}
	}
}
