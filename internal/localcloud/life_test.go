package localcloud

import (
	"fmt"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// here is where the tests' resources are.
var here = wire.Scope{Account: account, Region: region}

func TestClock(t *testing.T) {
	source := newClock()
	clock := startClock(source.Now)
	start := source.now
	for _, step := range []struct {
		reason string
		do     func() error
		want   time.Duration
	}{
		{"it follows its source", func() error { source.now = source.now.Add(time.Minute); return nil }, time.Minute},
		{"it can be moved ahead", func() error { clock.skip(time.Hour); return nil }, 61 * time.Minute},
		{"a change of speed does not move it", func() error { return clock.SetSpeed(60) }, 61 * time.Minute},
		{"it is faster than its source", func() error { source.now = source.now.Add(time.Minute); return nil }, 121 * time.Minute},
		{"a pause does not move it", func() error { return clock.SetSpeed(0) }, 121 * time.Minute},
		{"it stands still", func() error { source.now = source.now.Add(time.Hour); return nil }, 121 * time.Minute},
		{"it can be moved while it stands still", func() error { clock.skip(time.Minute); return nil }, 122 * time.Minute},
		{"what happens cannot follow a clock that stands still too slowly", func() error { clock.wait(start); return nil }, 122 * time.Minute},
		{"it keeps its speed meanwhile", func() error { return clock.Set(clock.speed, false) }, 122 * time.Minute},
		{"it runs as fast as before", func() error { source.now = source.now.Add(time.Second); return nil }, 123 * time.Minute},
		{"it runs again", func() error { err := clock.SetSpeed(2); source.now = source.now.Add(time.Minute); return err }, 125 * time.Minute},
		{"a machine that cannot follow makes it slower", func() error { clock.wait(start.Add(time.Hour)); return nil }, time.Hour},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		if got := clock.Now().Sub(start); got != step.want {
			t.Errorf("%s: %v have passed, want %v", step.reason, got, step.want)
		}
	}
	for _, speed := range []float64{-1, math.NaN(), math.Inf(1)} {
		if clock.SetSpeed(speed) == nil {
			t.Errorf("%v is no speed", speed)
		}
	}
}

// newPaused returns a cloud that Advance alone moves, with one endpoint.
func newPaused(t testing.TB, o Options) *Cloud {
	t.Helper()
	o.Now = newClock().Now
	c := New(o)
	if err := c.Clock().SetSpeed(0); err != nil {
		t.Fatal(err)
	}
	if err := c.Seed(t.Context(), Endpoint{Account: account, Region: region}); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestMetricsOfVariants(t *testing.T) {
	c := newPaused(t, Options{})
	client := newClients(c).alarms
	read := func(namespace, metric string, statistic cwtypes.Statistic) string {
		t.Helper()
		now := c.Clock().Now()
		out, err := client.GetMetricStatistics(t.Context(), &cloudwatch.GetMetricStatisticsInput{
			Namespace: &namespace, MetricName: &metric, StartTime: aws.Time(now.Add(-time.Minute)), EndTime: &now, Period: aws.Int32(60),
			Statistics: []cwtypes.Statistic{statistic},
			Dimensions: []cwtypes.Dimension{{Name: aws.String("EndpointName"), Value: aws.String("demo-endpoint")}, {Name: aws.String("VariantName"), Value: aws.String("AllTraffic")}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Datapoints) == 0 {
			return "none"
		}
		p := out.Datapoints[0]
		for _, v := range []*float64{p.Sum, p.Average, p.Maximum} {
			if v != nil {
				return fmt.Sprintf("%.4g", *v)
			}
		}
		return ""
	}
	for _, step := range []struct {
		reason string
		load   float64
		offer  float64
		want   []string // Invocations, InvocationsPerInstance, ConcurrentRequestsPerModel, CPUUtilization
	}{
		{"without traffic there are zeros", 0, 0, []string{"0", "0", "0", "0"}},
		{"a steady load is counted", 600, 0, []string{"600", "600", "1", "50"}},
		{"single requests are counted with it", 600, 60, []string{"660", "660", "1.6", "55"}},
		{"an instance has so much and no more", 60000, 0, []string{"6e+04", "6e+04", "100", "200"}},
	} {
		if err := c.SetLoad(here, "demo-endpoint", "AllTraffic", step.load); err != nil {
			t.Fatal(err)
		}
		if err := c.services.sagemaker.Offer(here, "demo-endpoint", "AllTraffic", c.present, step.offer); err != nil {
			t.Fatal(err)
		}
		c.Advance(time.Minute)
		got := []string{
			read("AWS/SageMaker", "Invocations", cwtypes.StatisticSum), read("AWS/SageMaker", "InvocationsPerInstance", cwtypes.StatisticSum),
			read("AWS/SageMaker", "ConcurrentRequestsPerModel", cwtypes.StatisticMaximum), read("/aws/sagemaker/Endpoints", "CPUUtilization", cwtypes.StatisticAverage),
		}
		if diff := cmp.Diff(step.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.reason, diff)
		}
	}
	if err := c.SetLoad(here, "demo-endpoint", "other", 1); err == nil {
		t.Error("there is no such variant")
	}
}

func TestEachMinute(t *testing.T) {
	c := newPaused(t, Options{})
	c.Advance(30 * time.Second)
	var calls []string
	c.EachMinute(func(m Minute) {
		calls = append(calls, m.At.Format(time.TimeOnly))
		if err := m.SetLoad(here, "demo-endpoint", "AllTraffic", float64(len(calls))); err != nil {
			t.Error(err)
		}
	})
	c.Advance(2 * time.Minute)
	if diff := cmp.Diff([]string{"12:01:00", "12:02:00"}, calls); diff != "" {
		t.Errorf("each full minute has its call (-want +got):\n%s", diff)
	}
}

func TestRunningCloud(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{})
		if err := c.Clock().SetSpeed(60); err != nil {
			t.Fatal(err)
		}
		minutes := 0
		c.EachMinute(func(Minute) { minutes++ })
		go c.Run(t.Context())
		time.Sleep(10*time.Second + pulse)
		c.mu.Lock()
		defer c.mu.Unlock()
		if minutes != 10 {
			t.Errorf("in ten seconds at sixty times the speed ten minutes pass, not %d", minutes)
		}
	})
}
