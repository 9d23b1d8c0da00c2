package appautoscaling_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

var allOperations = []string{
	"RegisterScalableTarget", "DeregisterScalableTarget", "DescribeScalableTargets",
	"PutScalingPolicy", "DescribeScalingPolicies", "DeleteScalingPolicy",
	"PutScheduledAction", "DescribeScheduledActions", "DeleteScheduledAction",
	"ListTagsForResource", "TagResource", "UntagResource", "Unknown",
}

// seeds are requests that get far.
var seeds = []string{
	`{}`, `null`, `[]`, `{"ServiceNamespace":1}`,
	`{"ServiceNamespace":"ecs","ResourceId":"service/a/b","ScalableDimension":"ecs:service:DesiredCount","MinCapacity":1,"MaxCapacity":4,"SuspendedState":{},"Tags":{"a":"b"}}`,
	`{"PolicyName":"p","ServiceNamespace":"ecs","ResourceId":"service/a/b","ScalableDimension":"ecs:service:DesiredCount","PolicyType":"TargetTrackingScaling",` +
		`"TargetTrackingScalingPolicyConfiguration":{"TargetValue":50,"PredefinedMetricSpecification":{"PredefinedMetricType":"ECSServiceAverageCPUUtilization"}}}`,
	`{"PolicyName":"q","ServiceNamespace":"ecs","ResourceId":"service/a/b","ScalableDimension":"ecs:service:DesiredCount","PolicyType":"TargetTrackingScaling",` +
		`"TargetTrackingScalingPolicyConfiguration":{"TargetValue":5,"CustomizedMetricSpecification":{"Metrics":[{"Id":"a","MetricStat":{"Stat":"Sum","Metric":{"MetricName":"m","Namespace":"n"}}}]}}}`,
	`{"PolicyName":"s","ServiceNamespace":"ecs","ResourceId":"service/a/b","ScalableDimension":"ecs:service:DesiredCount","PolicyType":"StepScaling",` +
		`"StepScalingPolicyConfiguration":{"AdjustmentType":"ChangeInCapacity","StepAdjustments":[{"MetricIntervalLowerBound":0,"ScalingAdjustment":1}]}}`,
	`{"PolicyName":"f","ServiceNamespace":"ecs","ResourceId":"service/a/b","ScalableDimension":"ecs:service:DesiredCount","PolicyType":"PredictiveScaling",` +
		`"PredictiveScalingPolicyConfiguration":{"MetricSpecifications":[{"TargetValue":1,"PredefinedMetricPairSpecification":{"PredefinedMetricType":"ECSServiceCPUUtilization"}}]}}`,
	`{"ScheduledActionName":"a","ServiceNamespace":"ecs","ResourceId":"service/a/b","ScalableDimension":"ecs:service:DesiredCount",` +
		`"Schedule":"cron(0 8 * * ? *)","Timezone":"Europe/Berlin","StartTime":1,"EndTime":2,"ScalableTargetAction":{"MinCapacity":1}}`,
	`{"ServiceNamespace":"ecs","ResourceId":"service/a/b","ResourceIds":["service/a/b"],"ScalableDimension":"ecs:service:DesiredCount","MaxResults":1,"NextToken":"AAAA"}`,
	`{"ResourceARN":"arn:aws:application-autoscaling:us-west-2:123456789012:scalable-target/0","Tags":{"a":"b"},"TagKeys":["a"]}`,
}

// FuzzHandle sends one body to every operation of a service that has a target,
// a policy and an action. Whatever it is, the answer is an AWS error or can be
// encoded.
func FuzzHandle(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	scope := wire.Scope{Account: account, Region: region}
	f.Fuzz(func(t *testing.T, body []byte) {
		if !json.Valid(body) {
			return // refused before the service sees it
		}
		s := appautoscaling.New(appautoscaling.Options{Now: func() time.Time { return birth }, Alarms: &fakeAlarms{}})
		for _, prepare := range []struct{ operation, body string }{
			{"RegisterScalableTarget", seeds[4]}, {"PutScalingPolicy", seeds[5]}, {"PutScalingPolicy", seeds[7]}, {"PutScheduledAction", seeds[9]},
		} {
			if _, err := s.Handle(t.Context(), wire.NewRequest(scope, prepare.operation, json.RawMessage(prepare.body))); err != nil {
				t.Fatal(err)
			}
		}
		for _, operation := range allOperations {
			out, err := s.Handle(t.Context(), wire.NewRequest(scope, operation, json.RawMessage(body)))
			var known *wire.Error
			if err != nil && !errors.As(err, &known) {
				t.Errorf("%s: %v is no AWS error", operation, err)
			}
			if _, err := json.Marshal(out); err != nil {
				t.Errorf("%s: %v", operation, err)
			}
		}
	})
}

// FuzzNextToken sends tokens: only those that were given are accepted, and
// with them no page repeats what was seen.
func FuzzNextToken(f *testing.F) {
	scope := wire.Scope{Account: account, Region: region}
	s := appautoscaling.New(appautoscaling.Options{Now: func() time.Time { return birth }})
	type list = map[string]any
	handle := func(operation string, in any) (list, error) {
		out, err := s.Handle(context.Background(), wire.NewRequest(scope, operation, in))
		if err != nil {
			return nil, err
		}
		encoded, err := json.Marshal(out)
		if err != nil {
			return nil, err
		}
		answer := list{}
		return answer, json.Unmarshal(encoded, &answer)
	}
	for _, name := range []string{"a", "b", "c"} {
		if _, err := handle("RegisterScalableTarget", list{
			"ServiceNamespace": "ecs", "ResourceId": "service/x/" + name, "ScalableDimension": "ecs:service:DesiredCount", "MinCapacity": 1, "MaxCapacity": 2,
		}); err != nil {
			f.Fatal(err)
		}
	}
	first, err := handle("DescribeScalableTargets", list{"ServiceNamespace": "ecs", "MaxResults": 1})
	if err != nil {
		f.Fatal(err)
	}
	given := first["NextToken"].(string)
	question, err := base64.RawURLEncoding.DecodeString(given)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{given, "", "AAAA", given + "A", given[:8]} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		out, err := handle("DescribeScalableTargets", list{"ServiceNamespace": "ecs", "NextToken": token})
		var refused *wire.Error
		if err != nil {
			if !errors.As(err, &refused) {
				t.Fatalf("%v is no AWS error", err)
			}
			return
		}
		raw, decodeErr := base64.RawURLEncoding.DecodeString(token)
		if decodeErr != nil || len(raw) < 16 || string(raw[:16]) != string(question[:16]) {
			t.Fatalf("the token %q was accepted", token)
		}
		if n := len(out["ScalableTargets"].([]any)); n > 3 {
			t.Errorf("the page has %d targets", n)
		}
	})
}
