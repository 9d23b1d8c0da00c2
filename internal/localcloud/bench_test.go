package localcloud

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/setpoint-io/setpoint/internal/localcloud/traffic"
)

// BenchmarkServe answers a page of one alarm without a network.
func BenchmarkServe(b *testing.B) {
	c := New(Options{})
	ask(c, "PutMetricAlarm", putBody("a"))
	for _, bm := range []struct{ name, operation, body string }{
		{"Describe", "DescribeAlarms", `{"AlarmNames":["a"]}`},
		{"Put", "PutMetricAlarm", putBody("a")},
	} {
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if status, body := ask(c, bm.operation, bm.body); status != http.StatusOK {
						b.Error(body)
						return
					}
				}
			})
		})
	}
	b.Run("Query", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("Action=DescribeAlarms&Version=2010-08-01&AlarmNames.member.1=a"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if status, body := serve(c, r); status != http.StatusOK {
				b.Fatal(body)
			}
		}
	})
}

// BenchmarkHTTP is the same over connections of real clients, which take part
// of the machine.
func BenchmarkHTTP(b *testing.B) {
	c := New(Options{})
	ask(c, "PutMetricAlarm", putBody("a"))
	server := httptest.NewServer(c)
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			from := jsonRequest(account, "DescribeAlarms", `{"AlarmNames":["a"]}`)
			r, err := http.NewRequestWithContext(b.Context(), from.Method, server.URL, from.Body)
			if err != nil {
				b.Error(err)
				return
			}
			r.Header = from.Header
			response, err := client.Do(r)
			if err != nil {
				b.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, response.Body) // or the connection is not used again
			_ = response.Body.Close()
		}
	})
}

// fleet is a cloud as `setpoint cloud` runs it, with so many endpoints that are
// scalable targets, each with a target tracking policy and a wave of traffic of
// its own that makes it scale.
func fleet(b testing.TB, size int) *Cloud {
	b.Helper()
	o := Options{EndpointDelay: 4 * time.Minute, Seed: 1, KeepCapacities: true, Logger: slog.New(slog.DiscardHandler)}
	o.AppAutoScaling.Quotas.Targets = size
	c := newPaused(b, o)
	endpoints := make([]Endpoint, size)
	for i := range endpoints {
		endpoints[i] = Endpoint{Account: account, Region: region, Name: fmt.Sprintf("fleet-%05d", i)}
	}
	if err := c.Seed(b.Context(), endpoints...); err != nil {
		b.Fatal(err)
	}
	for i, e := range endpoints {
		key := variantKey
		key.ResourceID = "endpoint/" + e.Name + "/variant/AllTraffic"
		identity := fmt.Sprintf(`"ServiceNamespace":"sagemaker","ResourceId":%q,"ScalableDimension":%q`, key.ResourceID, key.ScalableDimension)
		for _, call := range [][2]string{
			{"RegisterScalableTarget", `"MinCapacity":1,"MaxCapacity":20`},
			{"PutScalingPolicy", `"PolicyName":"p","PolicyType":"TargetTrackingScaling","TargetTrackingScalingPolicyConfiguration":{"TargetValue":600,
				"PredefinedMetricSpecification":{"PredefinedMetricType":"SageMakerVariantInvocationsPerInstance"}}`},
		} {
			r := jsonRequest(account, "", "{"+identity+","+call[1]+"}")
			r.Header.Set("X-Amz-Target", "AnyScaleFrontendService."+call[0])
			if status, body := serve(c, r); status != http.StatusOK {
				b.Fatal(body)
			}
		}
		high, peak := float64(1000+i%8000), fmt.Sprintf("%02d:%02d", i/60%24, i%60)
		if _, err := c.Attach(here, key, traffic.Spec{Type: traffic.Wave, Low: aws.Float64(100), High: &high, Peak: peak}); err != nil {
			b.Fatal(err)
		}
	}
	return c
}

// heap is how much memory is in use.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// maxFleetDay is how many seconds a day of ten thousand targets may take on two
// processors.
const maxFleetDay = 60

// BenchmarkFleetDay lets a day pass for scalable targets with two alarms each.
// What is reported of the processors counts also when others use the machine.
func BenchmarkFleetDay(b *testing.B) {
	for _, size := range []int{1000, 10_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			c := fleet(b, size)
			before, used := heap(), processors()
			days := 0.0
			for b.Loop() {
				c.Advance(24 * time.Hour)
				days++
			}
			b.ReportMetric(b.Elapsed().Seconds()/days, "s/day")
			b.ReportMetric(float64(maxFleetDay*size)/10_000, "s/day-limit")
			b.ReportMetric((processors()-used).Seconds()/days, "cpu-s/day")
			b.ReportMetric(float64(heap()-before)/days/float64(size)/(24*60), "bytes/target-minute")
			runtime.KeepAlive(c)
		})
	}
}
