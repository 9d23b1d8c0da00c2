package crds_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apiextensions-apiserver/pkg/registry/customresource/tableconvertor"
)

// What kubectl get prints, one line per object, wide columns after a bar.
func TestColumns(t *testing.T) {
	const ready = `
status:
  ackResourceMetadata: {arn: 'arn:x', ownerAccountID: '1', region: us-west-2}
  conditions: [{type: ACK.ResourceSynced, status: 'True', message: other}, {type: Ready, status: 'True', message: Resource synced successfully}]
`
	cases := []struct{ reason, kind, spec, status, want string }{
		{"a target by resource ID", "ScalableTarget", sageMaker + "minCapacity: 1, maxCapacity: 2}", ready,
			"RESOURCE=endpoint/demo/variant/AllTraffic DIMENSION=sagemaker:variant:DesiredInstanceCount MIN=1 CURRENT=- MAX=2 SUSPENDED=- READY=True AGE=100d | STATUS=Resource synced successfully ARN=arn:x REGION=us-west-2"},
		{"a target by reference shows the object; what is suspended is shown as it is written", "ScalableTarget",
			"{sageMakerEndpointRef: {from: {name: demo}, variantName: v}, scalableDimension: d, serviceNamespace: s, suspendedState: {scheduledScalingSuspended: true}}", "\nstatus: {currentCapacity: 3}\n",
			`RESOURCE=demo DIMENSION=d MIN=- CURRENT=3 MAX=- SUSPENDED={"scheduledScalingSuspended":true} READY=- AGE=100d | STATUS=- ARN=- REGION=-`},
		{"a predefined metric", "ScalingPolicy", tracking + predefined + "}, policyType: TargetTrackingScaling}", ready,
			"TARGET=endpoint/demo/variant/AllTraffic TYPE=TargetTrackingScaling METRIC=SageMakerVariantInvocationsPerInstance TARGET-VALUE=60 ALARMS=- READY=True AGE=100d | STATUS=Resource synced successfully ARN=arn:x"},
		{"a customized metric and a reference", "ScalingPolicy",
			"{policyName: p, resourceRef: {from: {name: t}}, targetTrackingScalingPolicyConfiguration: {targetValue: 0.5, customizedMetricSpecification: {metricName: CPUUtilization, namespace: x, statistic: Sum}}}", "\nstatus: {alarmCount: 2}\n",
			"TARGET=t TYPE=- METRIC=CPUUtilization TARGET-VALUE=0.5 ALARMS=2 READY=- AGE=100d | STATUS=- ARN=-"},
		{"a step policy has no metric of its own; that it has no alarm is shown", "ScalingPolicy", steps("0.."), "\nstatus: {alarmCount: 0}\n",
			"TARGET=endpoint/demo/variant/AllTraffic TYPE=- METRIC=- TARGET-VALUE=- ALARMS=0 READY=- AGE=100d | STATUS=- ARN=-"},
		{"a scheduled action", "ScheduledAction", actionByID + "schedule: rate(1 day), timezone: Asia/Tokyo, scalableTargetAction: {minCapacity: 2}}",
			"\nstatus: {nextScheduledTime: '2026-11-27T08:00:00Z'}\n",
			"TARGET=endpoint/demo/variant/AllTraffic SCHEDULE=rate(1 day) TZ=Asia/Tokyo NEXT=2026-11-27T08:00:00Z MIN=2 MAX=- READY=- AGE=100d | STATUS=- ARN=-"},
		{"an adopting object without spec", "ScheduledAction", "", "",
			"TARGET=- SCHEDULE=- TZ=- NEXT=- MIN=- MAX=- READY=- AGE=100d | STATUS=- ARN=-"},
	}
	all := definitions(t)
	for _, c := range cases {
		object := parse(t, manifest(c.kind, c.spec)+c.status)
		created := time.Now().Add(-(100*24 + 12) * time.Hour).UTC().Format(time.RFC3339)
		object.Object["metadata"].(map[string]any)["creationTimestamp"] = created
		convertor, err := tableconvertor.New(all[c.kind].Spec.Versions[0].AdditionalPrinterColumns)
		if err != nil {
			t.Fatal(err)
		}
		table, err := convertor.ConvertToTable(t.Context(), object, nil)
		if err != nil {
			t.Fatal(err)
		}
		var narrow, wide []string
		for i, column := range table.ColumnDefinitions[1:] {
			cell := "-"
			if value := table.Rows[0].Cells[i+1]; value != nil {
				cell = strings.TrimSpace(fmt.Sprint(value))
			}
			if column.Priority == 0 {
				narrow = append(narrow, column.Name+"="+cell)
			} else {
				wide = append(wide, column.Name+"="+cell)
			}
		}
		got := strings.Join(narrow, " ") + " | " + strings.Join(wide, " ")
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.reason, diff)
		}
	}
}

func TestNamesForKubectl(t *testing.T) {
	want := map[string]string{"ScalableTarget": "aast", "ScalingPolicy": "aassp", "ScheduledAction": "aasa"}
	for kind, crd := range definitions(t) {
		if isShared(kind) {
			continue
		}
		names := crd.Spec.Names
		if diff := cmp.Diff([]string{want[kind]}, names.ShortNames); diff != "" {
			t.Errorf("%s: short names must not hide those of Kubernetes, such as sa (-want +got):\n%s", kind, diff)
		}
		if diff := cmp.Diff([]string{"aws", "ack", "autoscaling"}, names.Categories); diff != "" {
			t.Errorf("%s: kubectl get ack shows all kinds of ACK (-want +got):\n%s", kind, diff)
		}
	}
}
