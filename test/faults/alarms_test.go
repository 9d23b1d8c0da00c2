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

func (w *world) cloudwatch() *cloudwatch.Client {
	return cloudwatch.New(cloudwatch.Options{
		Region: region, HTTPClient: w, BaseEndpoint: aws.String("http://aws.test"),
		Credentials: credentials.NewStaticCredentialsProvider(account, "secret", ""),
	})
}

// managedAlarms are the names of the alarms that CloudWatch has for a policy.
func (w *world) managedAlarms() (names []string) {
	out, err := w.cloudwatch().DescribeAlarms(w.Context(), &cloudwatch.DescribeAlarmsInput{})
	w.must(err)
	for _, a := range out.MetricAlarms {
		names = append(names, aws.ToString(a.AlarmName))
	}
	slices.Sort(names)
	return names
}

func (w *world) deleteAlarms(names ...string) {
	w.meddled = true
	_, err := w.cloudwatch().DeleteAlarms(w.Context(), &cloudwatch.DeleteAlarmsInput{AlarmNames: names})
	w.must(err)
}

// TestDeletedAlarmsAreMadeAnew holds for either of what AWS may list.
func TestDeletedAlarmsAreMadeAnew(t *testing.T) {
	for _, listed := range []bool{false, true} {
		for _, deleted := range []int{1, 2} {
			t.Run(fmt.Sprintf("existing ones are listed: %t, %d deleted", listed, deleted), func(t *testing.T) {
				inWorld(t, func(w *world) { w.cloud = newCloudThat(t, appautoscaling.Behaviour{ListExistingAlarms: listed}) }, func(w *world) {
					some(w)
					w.settle()
					before := w.managedAlarms()
					if len(before) != 2 {
						t.Fatalf("AWS made the alarms %q", before)
					}
					w.deleteAlarms(before[:deleted]...)
					// Passes that are no checks do not forget what is missing.
					setActionMin(keyS, 3)(w)
					w.settle()
					if now := w.managedAlarms(); len(now) != 2 || slices.Contains(now, before[0]) {
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
		_, err := w.cloudwatch().PutMetricAlarm(w.Context(), &cloudwatch.PutMetricAlarmInput{
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
