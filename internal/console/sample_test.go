package console

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
	"github.com/setpoint-io/setpoint/internal/localcloud/traffic"
)

// noon is when the sample is looked at.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func sampleKey(endpoint string) admin.Key {
	return admin.Key{ServiceNamespace: "sagemaker", ResourceID: "endpoint/" + endpoint + "/variant/AllTraffic", ScalableDimension: "sagemaker:variant:DesiredInstanceCount"}
}

var sampleHome = admin.Home{Account: "000000000000", Region: "us-west-2"}

// sampleState is a local AWS in which something happens.
func sampleState() admin.State {
	key := sampleKey("demo-endpoint")
	policy := admin.Policy{
		Name: "demo-policy", Type: "TargetTrackingScaling", Metric: "SageMakerVariantInvocationsPerInstance", TargetValue: new(70.0),
		Configuration: json.RawMessage(`{"TargetValue":70,"ScaleInCooldown":300,"ScaleOutCooldown":60}`),
		Alarms:        []string{"TargetTracking-high", "TargetTracking-low"},
	}
	place := admin.Place{
		Home: sampleHome,
		Resources: []admin.Resource{
			{Key: key, Status: "Updating", Desired: 3, Current: 2, Unit: "instances"},
			{Key: sampleKey("demo-endpoint-cpu"), Status: "InService", Desired: 1, Current: 1, Unit: "instances"},
			{Key: sampleKey("demo-endpoint-hours"), Status: "InService", Desired: 2, Current: 2, Unit: "instances"},
			{Key: sampleKey("demo-endpoint-steps"), Status: "InService", Desired: 1, Current: 1, Unit: "instances"},
		},
		Targets: []admin.Target{
			{
				Key: key, MinCapacity: 1, MaxCapacity: 6, Desired: 3, Current: 2, CreationTime: noon.Add(-3 * time.Hour), Policies: []admin.Policy{policy},
				ScheduledActions: []admin.ScheduledAction{{
					Name: "business-hours", Schedule: "cron(0 8 ? * MON-FRI *)", Timezone: "Europe/Berlin", MinCapacity: new(int32(2)), MaxCapacity: new(int32(8)),
					Next: []time.Time{noon.Add(19 * time.Hour), noon.Add(43 * time.Hour), noon.Add(67 * time.Hour)},
				}},
			},
			{
				Key: sampleKey("demo-endpoint-hours"), MinCapacity: 2, MaxCapacity: 4, Desired: 2, Current: 2, Settled: true, CreationTime: noon.Add(-time.Hour),
			},
		},
		Alarms: []admin.Alarm{
			{
				Name: "TargetTracking-high", State: "ALARM", Since: noon.Add(-4 * time.Minute), Managed: true, Target: &key, Policy: "demo-policy",
				Reason: "Threshold Crossed: 3 datapoints [91.0 (24/11/26 11:58:00), 88.0 (24/11/26 11:57:00), 84.0 (24/11/26 11:56:00)] were greater than the threshold (70.0).",
				Metric: "InvocationsPerInstance", Period: 60, EvaluationPeriods: 3, DatapointsToAlarm: 3, ComparisonOperator: "GreaterThanThreshold", Threshold: 70,
				Datapoints: []admin.Datapoint{{Time: noon.Add(-time.Minute), Value: 91}},
			},
			{
				Name: "TargetTracking-low", State: "OK", Since: noon.Add(-40 * time.Minute), Managed: true, Target: &key, Policy: "demo-policy",
				Reason: "Threshold Crossed: 1 datapoint [91.0 (24/11/26 11:58:00)] was not less than the threshold (63.0).",
				Metric: "InvocationsPerInstance", Period: 60, EvaluationPeriods: 15, DatapointsToAlarm: 15, ComparisonOperator: "LessThanThreshold", Threshold: 63,
				Datapoints: []admin.Datapoint{{Time: noon.Add(-time.Minute), Value: 91}},
			},
		},
		Traffic: []admin.Traffic{{Home: sampleHome, Key: key, Rate: 182, Begin: noon.Add(-2 * time.Hour), Traffic: traffic.Spec{
			Type: traffic.Wave, Low: new(40.0), High: new(320.0), Period: traffic.Duration(2 * time.Hour),
		}}},
		Activities: []admin.Activity{
			{
				Key: key, ID: "c", Start: noon.Add(-2 * time.Minute), Status: "InProgress", Description: "Setting desired instance count to 3.",
				Cause:   "monitor alarm TargetTracking-endpoint/demo-endpoint/variant/AllTraffic-AlarmHigh-6f7d6b4e-63a5-4f0e-8c5c-1c0d52c1f1a5 in state ALARM triggered policy demo-policy",
				Message: "Successfully set desired instance count to 3. Waiting for change to be fulfilled by sagemaker.",
			},
			{
				Key: key, ID: "b", Start: noon.Add(-30 * time.Minute), End: new(noon.Add(-26 * time.Minute)), Status: "Successful", Description: "Setting desired instance count to 2.",
				Cause:   "monitor alarm TargetTracking-endpoint/demo-endpoint/variant/AllTraffic-AlarmHigh-6f7d6b4e-63a5-4f0e-8c5c-1c0d52c1f1a5 in state ALARM triggered policy demo-policy",
				Message: "Successfully set desired instance count to 2. Change successfully fulfilled by sagemaker.",
			},
			{
				Key: key, ID: "a", Start: noon.Add(-45 * time.Minute), Status: "Failed", Description: "Attempting to scale due to alarm triggered",
				Cause:     "monitor alarm TargetTracking-endpoint/demo-endpoint/variant/AllTraffic-AlarmHigh-6f7d6b4e-63a5-4f0e-8c5c-1c0d52c1f1a5 in state ALARM triggered policy demo-policy",
				NotScaled: []admin.NotScaled{{Code: "AlreadyAtMaxCapacity", MaxCapacity: new(int32(1))}},
			},
		},
	}
	return admin.State{Version: 1, Clock: admin.Clock{Time: noon, Speed: 60}, Places: []admin.Place{place}}
}

// sampleHistory is the past of the sample's first target.
func sampleHistory(from, to time.Time) admin.History {
	h := admin.History{From: from, To: to, Capacity: []admin.CapacityPoint{
		{Time: from, Desired: 1, Current: 1, MinCapacity: 1, MaxCapacity: 6},
		{Time: noon.Add(-30 * time.Minute), Desired: 2, Current: 1, MinCapacity: 1, MaxCapacity: 6},
		{Time: noon.Add(-26 * time.Minute), Desired: 2, Current: 2, MinCapacity: 1, MaxCapacity: 6},
		{Time: noon.Add(-2 * time.Minute), Desired: 3, Current: 2, MinCapacity: 1, MaxCapacity: 6},
	}}
	m := admin.MetricHistory{Metric: "InvocationsPerInstance", Period: 60, Alarms: []string{"TargetTracking-high", "TargetTracking-low"}, Thresholds: []float64{70, 63}}
	for at := from.Truncate(time.Minute); at.Before(to) && at.Before(noon); at = at.Add(time.Minute) {
		minutes := noon.Sub(at).Minutes()
		m.Datapoints = append(m.Datapoints, admin.Datapoint{Time: at, Value: 60 + 35*math.Cos(minutes/18)})
		h.Traffic = append(h.Traffic, admin.Datapoint{Time: at, Value: 180 + 140*math.Cos(minutes/18)})
	}
	h.Metrics = []admin.MetricHistory{m}
	h.Alarms = []admin.AlarmHistory{
		{Name: "TargetTracking-high", States: []admin.AlarmState{
			{Time: from, State: "INSUFFICIENT_DATA"}, {Time: from.Add(3 * time.Minute), State: "OK"}, {Time: noon.Add(-31 * time.Minute), State: "ALARM"},
			{Time: noon.Add(-25 * time.Minute), State: "OK"}, {Time: noon.Add(-4 * time.Minute), State: "ALARM"},
		}},
		{Name: "TargetTracking-low", States: []admin.AlarmState{
			{Time: from, State: "INSUFFICIENT_DATA"}, {Time: from.Add(15 * time.Minute), State: "ALARM"}, {Time: noon.Add(-34 * time.Minute), State: "OK"},
		}},
	}
	for _, a := range sampleState().Places[0].Activities {
		if !a.Start.Before(from) && !a.Start.After(to) {
			h.Activities = append(h.Activities, a)
		}
	}
	return h
}

// sampleObjects are the objects of the sample.
func sampleObjects() []v1alpha1.Object {
	meta := func(name string) metav1.ObjectMeta {
		return metav1.ObjectMeta{Name: name, Namespace: "default", CreationTimestamp: metav1.NewTime(noon.Add(-3 * time.Hour))}
	}
	conditions := func(ready metav1.ConditionStatus, reason, message string) v1alpha1.CommonStatus {
		at := new(metav1.NewTime(noon.Add(-3 * time.Hour)))
		return v1alpha1.CommonStatus{Conditions: []v1alpha1.Condition{
			{Type: v1alpha1.ConditionReady, Status: ready, Reason: &reason, Message: &message, LastTransitionTime: at},
			{Type: v1alpha1.ConditionResourceSynced, Status: ready, Reason: &reason, Message: &message, LastTransitionTime: at},
			{Type: v1alpha1.ConditionReconciling, Status: metav1.ConditionFalse, Reason: &reason, LastTransitionTime: at},
		}}
	}
	key := sampleKey("demo-endpoint")
	target := &v1alpha1.ScalableTarget{ObjectMeta: meta("demo-target"), Spec: v1alpha1.ScalableTargetSpec{
		ResourceID: &key.ResourceID, ScalableDimension: key.ScalableDimension, ServiceNamespace: key.ServiceNamespace,
		MinCapacity: new(int64(1)), MaxCapacity: new(int64(6)),
	}}
	target.Status.CommonStatus = conditions(metav1.ConditionTrue, "Synced", "AWS has what is declared.")
	policy := &v1alpha1.ScalingPolicy{ObjectMeta: meta("demo-policy"), Spec: v1alpha1.ScalingPolicySpec{
		PolicyName: "demo-policy", ResourceID: &key.ResourceID, ScalableDimension: &key.ScalableDimension, ServiceNamespace: &key.ServiceNamespace,
	}}
	policy.Status.CommonStatus = conditions(metav1.ConditionTrue, "Synced", "AWS has what is declared.")
	action := &v1alpha1.ScheduledAction{ObjectMeta: meta("broken-action"), Spec: v1alpha1.ScheduledActionSpec{ScheduledActionName: "broken"}}
	action.Status.CommonStatus = conditions(metav1.ConditionFalse, "Invalid", "spec.schedule: \"cron(0 8 * * MON-FRI *)\" names days of the month and days of the week; write ? for one of the two.")
	return []v1alpha1.Object{action, policy, target}
}

// fakeCloud is a cloud that shows the sample and remembers what it was asked to do.
type fakeCloud struct {
	mu    sync.Mutex
	state admin.State
	calls []string
	pasts int // how often somebody asked for a history
}

func (f *fakeCloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, r.Method+" "+r.URL.RequestURI())
	fmt.Fprint(w, "{}")
}

func (f *fakeCloud) State(q admin.StateQuery) admin.State {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.state
	s.Places = slices.Clone(s.Places)
	for i := range s.Places {
		s.Places[i].Activities = slices.DeleteFunc(slices.Clone(s.Places[i].Activities), func(a admin.Activity) bool {
			return q.ResourceID != "" && a.Key != q.Key
		})
	}
	return s
}

func (f *fakeCloud) History(q admin.HistoryQuery) (admin.History, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pasts++
	return sampleHistory(q.From, q.To), nil
}

// fakeKubernetes lists what it is.
type fakeKubernetes []v1alpha1.Object

func (f fakeKubernetes) List(context.Context) ([]v1alpha1.Object, error) { return f, nil }
