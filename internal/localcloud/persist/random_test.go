package persist_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
	"github.com/setpoint-io/setpoint/internal/localcloud/traffic"
)

// TestRandomLives does anything at any time, also what is refused, and looks now
// and then whether a cloud that is made of the file is the same.
func TestRandomLives(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			l := life{world: open(t, filepath.Join(t.TempDir(), "cloud")), random: rand.New(rand.NewPCG(seed, 1))}
			for step := range 120 {
				l.step()
				l.advance(time.Duration(l.random.Int64N(int64(2 * time.Minute))))
				if step%40 == 39 {
					crashed := l.copied()
					crashed.advance(l.admin.Clock().Time.Sub(crashed.admin.Clock().Time))
					l.same(fmt.Sprintf("seed %d, step %d", seed, step), crashed)
					l.world = l.restarted()
				}
			}
			if f := l.truth().Forecast; !strings.Contains(f, `"Values":[`) || strings.Contains(f, `"Values":[]`) {
				t.Errorf("a life has forecasts to compare, not %q", f)
			}
		})
	}
}

type life struct {
	*world
	random *rand.Rand
}

// one chooses.
func (l *life) one(of ...string) string { return of[l.random.IntN(len(of))] }

// call asks in AWS JSON, whatever the answer.
func (l *life) call(target, format string, args ...any) {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(fmt.Sprintf(format, args...)))
	r.Header.Set("X-Amz-Target", target)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+account+"/20260301/"+region+"/x/aws4_request")
	l.admin.ServeHTTP(httptest.NewRecorder(), r)
}

const scaling = "AnyScaleFrontendService."

func (l *life) step() {
	variant := l.one(variantID, "endpoint/second/variant/AllTraffic", "endpoint/third/variant/AllTraffic")
	id := fmt.Sprintf(`"ServiceNamespace":"sagemaker","ResourceId":%q,"ScalableDimension":%q`, variant, dimension)
	n := l.random.IntN(5)
	switch l.random.IntN(16) {
	case 0, 1:
		l.call(scaling+"RegisterScalableTarget", `{%s,"MinCapacity":%d,"MaxCapacity":%d}`, id, n, l.random.IntN(9))
	case 2, 3:
		l.call(scaling+"PutScalingPolicy", `{%s,"PolicyName":%q,"PolicyType":"TargetTrackingScaling","TargetTrackingScalingPolicyConfiguration":{"TargetValue":%d,"PredefinedMetricSpecification":{"PredefinedMetricType":"SageMakerVariantInvocationsPerInstance"}}}`, id, l.one("a", "b"), 40+n)
	case 4:
		l.call(scaling+"PutScalingPolicy", `{%s,"PolicyName":"steps","PolicyType":"StepScaling","StepScalingPolicyConfiguration":{"AdjustmentType":"ChangeInCapacity","StepAdjustments":[{"MetricIntervalLowerBound":0,"ScalingAdjustment":%d}]}}`, id, n)
	case 5:
		l.call(scaling+"PutScheduledAction", `{%s,"ScheduledActionName":"s%d","Schedule":"rate(7 minutes)","ScalableTargetAction":{"MinCapacity":%d}}`, id, n%2, n)
	case 6:
		l.call(scaling+l.one("DeleteScalingPolicy", "DeregisterScalableTarget"), `{%s,"PolicyName":"a"}`, id)
	case 7, 8:
		// The error is that there is nothing yet.
		_, _ = l.admin.PutTraffic(admin.Traffic{Key: admin.Key{ResourceID: variant}, Traffic: l.traffic()})
	case 9:
		_, _ = l.admin.DeleteTraffic(admin.Home{}, admin.Key{ResourceID: variant}) // there may be none
	case 10:
		name := l.one("second", "third")
		l.call("SageMaker.CreateModel", `{"ModelName":"m","ExecutionRoleArn":"arn:aws:iam::111122223333:role/x","PrimaryContainer":{"Image":"i"}}`)
		l.call("SageMaker.CreateEndpointConfig", `{"EndpointConfigName":"c","ProductionVariants":[{"VariantName":"AllTraffic","ModelName":"m","InstanceType":"ml.m5.large","InitialInstanceCount":%d}]}`, 1+n)
		l.call("SageMaker.CreateEndpoint", `{"EndpointName":%q,"EndpointConfigName":"c"}`, name)
	case 11:
		l.call("SageMaker."+l.one("DeleteEndpoint", "UpdateEndpointWeightsAndCapacities"), `{"EndpointName":%q,"DesiredWeightsAndCapacities":[{"VariantName":"AllTraffic","DesiredInstanceCount":%d}]}`, l.one("second", "third"), n)
	case 12:
		for range n * 10 {
			r := httptest.NewRequest(http.MethodPost, "/endpoints/demo-endpoint/invocations", nil)
			r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+account+"/20260301/"+region+"/sagemaker/aws4_request")
			l.admin.ServeHTTP(httptest.NewRecorder(), r)
			l.advance(time.Duration(l.random.Int64N(int64(2 * time.Second))))
		}
	case 13:
		l.cloud.SetMetricDelay(time.Duration(n) * 20 * time.Second)
	case 14:
		l.predict(n)
	case 15: // what somebody reads, another need not
		l.call(scaling+"GetPredictiveScalingForecast", `{%s,"PolicyName":"daily","StartTime":%d,"EndTime":%d}`, serviceID, l.admin.Clock().Time.Unix(), l.admin.Clock().Time.Add(time.Hour).Unix())
	}
}

const serviceID = `"ServiceNamespace":"ecs","ResourceId":"service/default/web","ScalableDimension":"ecs:service:DesiredCount"`

// predict puts a predictive scaling policy, and a day and a half of what it
// forecasts.
func (l *life) predict(n int) {
	query := func(stat string) string {
		return fmt.Sprintf(`{"MetricDataQueries":[{"Id":"m","MetricStat":{"Stat":%q,"Metric":{"Namespace":"Shop","MetricName":"Requests"}}}]}`, stat)
	}
	l.call(scaling+"RegisterScalableTarget", `{%s,"MinCapacity":1,"MaxCapacity":9}`, serviceID)
	l.call(scaling+"PutScalingPolicy", `{%s,"PolicyName":"daily","PolicyType":"PredictiveScaling","PredictiveScalingPolicyConfiguration":{"Mode":%q,"MetricSpecifications":[{"TargetValue":%d,"CustomizedLoadMetricSpecification":%s,"CustomizedScalingMetricSpecification":%s}]}}`,
		serviceID, l.one("ForecastOnly", "ForecastAndScale"), 100+n, query("Sum"), query("Average"))
	var data []string
	for hour := range 36 {
		data = append(data, fmt.Sprintf(`{"MetricName":"Requests","Value":%d,"Timestamp":%d}`, 100*(hour%8+n), l.admin.Clock().Time.Add(time.Duration(hour-36)*time.Hour).Unix()))
	}
	l.call("GraniteServiceVersion20100801.PutMetricData", `{"Namespace":"Shop","MetricData":[%s]}`, strings.Join(data, ","))
}

func (l *life) traffic() traffic.Spec {
	low, high, deviation := 10.0, float64(100+l.random.IntN(900)), 0.3
	wave := traffic.Spec{Type: traffic.Wave, Low: &low, High: &high, Period: traffic.Duration(40 * time.Minute)}
	return traffic.Spec{Type: traffic.Noise, Deviation: &deviation, Seed: l.random.Uint64N(100), Of: []traffic.Spec{wave}}
}
