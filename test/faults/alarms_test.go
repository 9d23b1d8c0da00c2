package faults

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
)

// Do implements aws.HTTPClient for others than the controller.
func (w *world) Do(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	w.cloud.ServeHTTP(answer, r)
	return answer.Result(), nil
}

func (w *world) cloudwatch(at place) *cloudwatch.Client {
	who, where := at.scope()
	return cloudwatch.New(cloudwatch.Options{
		Region: where, HTTPClient: w, BaseEndpoint: aws.String("http://aws.test"),
		Credentials: credentials.NewStaticCredentialsProvider(who, "secret", ""),
	})
}

// managedAlarms are the names of the alarms that CloudWatch has in a place.
func (w *world) managedAlarms(at place) (names []string) {
	out, err := w.cloudwatch(at).DescribeAlarms(w.Context(), &cloudwatch.DescribeAlarmsInput{})
	w.must(err)
	for _, a := range out.MetricAlarms {
		names = append(names, aws.ToString(a.AlarmName))
	}
	slices.Sort(names)
	return names
}

func (w *world) deleteAlarms(at place, names ...string) {
	w.meddled.Store(true)
	_, err := w.cloudwatch(at).DeleteAlarms(w.Context(), &cloudwatch.DeleteAlarmsInput{AlarmNames: names})
	w.must(err)
}

// editAlarm changes when an alarm goes off. The controller sees it where it has
// seen before how AWS had set the alarm.
func (w *world) editAlarm(at place, name string) {
	w.meddled.Store(true)
	out, err := w.cloudwatch(at).DescribeAlarms(w.Context(), &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{name}})
	w.must(err)
	a := out.MetricAlarms[0]
	_, err = w.cloudwatch(at).PutMetricAlarm(w.Context(), &cloudwatch.PutMetricAlarmInput{
		AlarmName: a.AlarmName, AlarmActions: a.AlarmActions, AlarmDescription: a.AlarmDescription, ActionsEnabled: a.ActionsEnabled,
		Namespace: a.Namespace, MetricName: a.MetricName, Dimensions: a.Dimensions, Statistic: a.Statistic, Period: a.Period, Unit: a.Unit,
		EvaluationPeriods: a.EvaluationPeriods, ComparisonOperator: a.ComparisonOperator, Threshold: aws.Float64(*a.Threshold + 1),
	})
	w.must(err)
	for _, obj := range w.kube.list() {
		p, ok := obj.(*v1alpha1.ScalingPolicy)
		if ok && placeOf(obj) == at && slices.ContainsFunc(p.Status.Alarms, func(a v1alpha1.Alarm) bool { return text(a.AlarmName) == name && a.Configuration != nil }) {
			w.edited[at.String()+name] = append(w.edited[at.String()+name], obj.GetUID())
		}
	}
}

// silenceAlarm lets an alarm tell nobody, which the controller sees in any case.
func (w *world) silenceAlarm(at place, name string) {
	w.meddled.Store(true)
	_, err := w.cloudwatch(at).DisableAlarmActions(w.Context(), &cloudwatch.DisableAlarmActionsInput{AlarmNames: []string{name}})
	w.must(err)
	w.silenced[at.String()+name] = true
}

// staysEdited says what somebody did to an alarm and the controller should have
// put right for an object.
func (w *world) staysEdited(obj v1alpha1.Object, name string) string {
	name = placeOf(obj).String() + name
	switch {
	case readOnly(obj) || w.paused(obj):
		return ""
	case w.silenced[name]:
		return "silenced"
	case slices.Contains(w.edited[name], obj.GetUID()):
		return "edited"
	}
	return ""
}

// TestDeletedAlarmsAreMadeAnew holds for either of what AWS may list.
func TestDeletedAlarmsAreMadeAnew(t *testing.T) {
	for _, listed := range []bool{false, true} {
		for _, deleted := range []int{1, 2} {
			t.Run(fmt.Sprintf("existing ones are listed: %t, %d deleted", listed, deleted), func(t *testing.T) {
				inWorld(t, func(w *world) { w.cloud = newCloudThat(t, appautoscaling.Behaviour{ListExistingAlarms: listed}) }, func(w *world) {
					some(w)
					w.settle()
					before := w.managedAlarms(place{})
					if len(before) != 2 {
						t.Fatalf("AWS made the alarms %q", before)
					}
					w.deleteAlarms(place{}, before[:deleted]...)
					// Passes that are no checks do not forget what is missing.
					setActionMin(keyS, 3)(w)
					w.settle()
					if now := w.managedAlarms(place{}); len(now) != 2 || slices.Contains(now, before[0]) {
						t.Errorf("there were %q, and are %q: %s", before, now, w.report())
					}
					if drift := w.kube.get(keyP).GetStatus().LastDrift; drift == nil || !strings.Contains(drift.Fields[0].Field, before[0]) || drift.Fields[0].Observed != "is missing" {
						t.Errorf("nobody is told: %+v", drift)
					}
					w.holds()
				})
			})
		}
	}
}

// A step policy without an alarm scales nothing, and its owner may not know.
func TestPoliciesThatNothingStartsAreAdvisedAbout(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.create(target("t", alpha, 1, 3), stepPolicy("p", "p", alpha, 1))
		w.settle()
		told := condition(w.kube.get(keyP), v1alpha1.ConditionAdvisory)
		if told == nil || text(told.Reason) != "NoAlarms" {
			t.Fatalf("it is not told: %s", w.report())
		}
		_, err := w.cloudwatch(place{}).PutMetricAlarm(w.Context(), &cloudwatch.PutMetricAlarmInput{
			AlarmName: aws.String("load"), AlarmActions: []string{text(w.kube.get(keyP).GetStatus().ACKResourceMetadata.ARN)},
			Namespace: aws.String("N"), MetricName: aws.String("M"), Statistic: "Average", Period: aws.Int32(60),
			EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(1), ComparisonOperator: "GreaterThanThreshold",
		})
		w.must(err)
		w.settle()
		w.holds()
		if told := condition(w.kube.get(keyP), v1alpha1.ConditionAdvisory); told != nil {
			t.Errorf("there is an alarm, and it is told %s", text(told.Message))
		}
	})
}

// A paused policy says of its alarms the same at every look, be it a check or
// one for the sake of another object: neither is it put, nor does it waver.
func TestPausedPoliciesSayWhatIsWrongWithTheirAlarms(t *testing.T) {
	for did, act := range map[string]func(*world, place, string){"edited": (*world).editAlarm, "silenced": (*world).silenceAlarm} {
		t.Run(did, func(t *testing.T) {
			t.Parallel()
			inWorld(t, nil, func(w *world) {
				some(w)
				w.settle()
				// An object of the target that waits has it looked at in between.
				w.create(annotated(action("v", "v", alpha, 2), v1alpha1.AnnotationReadOnly, "true"))
				annotate(keyP, v1alpha1.AnnotationPause, "true")(w)
				w.settle()
				act(w, place{}, w.managedAlarms(place{})[0])
				before := len(w.changedAWS())
				w.settle()
				w.holds()
				if got := w.kube.get(keyP); reasonOf(got) != "Paused" || len(w.changedAWS()) > before {
					t.Errorf("the policy hides that its alarm was %s, or was put: %s", did, w.report())
				}
				annotate(keyP, "", "")(w)
				w.settle()
				w.holds()
			})
		})
	}
}
