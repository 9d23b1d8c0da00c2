package localcloud

import (
	"math"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/localcloud/resources"
	"github.com/setpoint-io/setpoint/internal/localcloud/traffic"
)

var (
	variantKey = resources.Key{ServiceNamespace: "sagemaker", ResourceID: "endpoint/demo-endpoint/variant/AllTraffic", ScalableDimension: "sagemaker:variant:DesiredInstanceCount"}
	serviceKey = resources.Key{ServiceNamespace: "ecs", ResourceID: "service/default/web", ScalableDimension: "ecs:service:DesiredCount"}
	tableKey   = resources.Key{ServiceNamespace: "dynamodb", ResourceID: "table/orders", ScalableDimension: "dynamodb:table:WriteCapacityUnits"}
)

func spec(t *testing.T, text string) traffic.Spec {
	t.Helper()
	s, err := traffic.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestTraffic attaches traffic to a variant, a service and a table, and reads
// what becomes of it.
func TestTraffic(t *testing.T) {
	c := newPaused(t, Options{TaskRate: 100})
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	cfg := config(server.URL, account)
	alarms := cloudwatch.NewFromConfig(cfg)
	c.Advance(c.untilMinute())
	start := c.Clock().Now()
	for key, text := range map[resources.Key]string{
		variantKey: `{"type":"ramp","from":60,"to":180,"duration":"2m"}`,
		serviceKey: `{"type":"constant","rate":80}`,
		tableKey:   `{"type":"sum","of":[{"type":"constant","rate":10},{"type":"spike","rate":500,"after":"2m","duration":"1m"}]}`,
	} {
		if _, err := c.Attach(here, key, spec(t, text)); err != nil {
			t.Fatal(err)
		}
	}
	list := c.Attachments(here)
	if len(list) != 3 || list[0].Key != tableKey || list[0].Problem == "" || list[2].Rate != 60 || list[2].Problem != "" || !list[2].Begin.Equal(start) {
		t.Errorf("traffic is listed by names, and says why it does not arrive: %+v", list)
	}
	// The other resources come later, and the traffic finds them.
	tasks, tables := ecs.NewFromConfig(cfg), dynamodb.NewFromConfig(cfg)
	if _, err := tasks.CreateCluster(t.Context(), &ecs.CreateClusterInput{}); err != nil {
		t.Fatal(err)
	}
	if _, err := tasks.CreateService(t.Context(), &ecs.CreateServiceInput{ServiceName: aws.String("web"), TaskDefinition: aws.String("web"), DesiredCount: aws.Int32(2)}); err != nil {
		t.Fatal(err)
	}
	if _, err := tables.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String("orders"), AttributeDefinitions: []ddbtypes.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: "S"}},
		KeySchema:             []ddbtypes.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: "HASH"}},
		ProvisionedThroughput: &ddbtypes.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(1), WriteCapacityUnits: aws.Int64(5)},
	}); err != nil {
		t.Fatal(err)
	}
	c.Advance(4 * time.Minute)
	read := func(namespace, metric string, statistic cwtypes.Statistic, dimensions ...cwtypes.Dimension) []float64 {
		t.Helper()
		var values []float64
		for minute := range 4 {
			from := start.Add(time.Duration(minute) * time.Minute)
			out, err := alarms.GetMetricStatistics(t.Context(), &cloudwatch.GetMetricStatisticsInput{
				Namespace: &namespace, MetricName: &metric, StartTime: &from, EndTime: aws.Time(from.Add(time.Minute)), Period: aws.Int32(60),
				Statistics: []cwtypes.Statistic{statistic}, Dimensions: dimensions,
			})
			if err != nil {
				t.Fatal(err)
			}
			value := -1.0
			for _, d := range out.Datapoints {
				value = aws.ToFloat64(d.Sum) + aws.ToFloat64(d.Average)
			}
			values = append(values, math.Round(value*1000)/1000)
		}
		return values
	}
	dimension := func(name, value string) cwtypes.Dimension { return cwtypes.Dimension{Name: &name, Value: &value} }
	variant := []cwtypes.Dimension{dimension("EndpointName", "demo-endpoint"), dimension("VariantName", "AllTraffic")}
	if d := cmp.Diff([]float64{60, 120, 180, 180}, read("AWS/SageMaker", "Invocations", cwtypes.StatisticSum, variant...)); d != "" {
		t.Errorf("a variant gets its traffic by the minute (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]float64{0, 40, 40, 40}, read("AWS/ECS", "CPUUtilization", cwtypes.StatisticAverage, dimension("ClusterName", "default"), dimension("ServiceName", "web"))); d != "" {
		t.Errorf("a service from the minute on after it was created (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]float64{-1, 10, 300, 10}, read("AWS/DynamoDB", "ConsumedWriteCapacityUnits", cwtypes.StatisticSum, dimension("TableName", "orders"))); d != "" {
		t.Errorf("a table as far as it is provisioned; no requests, no metric (-want +got):\n%s", d)
	}
	for _, it := range c.Attachments(here) {
		if it.Problem != "" {
			t.Errorf("everything arrives: %+v", it)
		}
	}

	if err := c.Detach(here, variantKey); err != nil {
		t.Fatal(err)
	}
	c.Advance(2 * time.Minute)
	start = c.Clock().Now().Add(-4 * time.Minute)
	if got := read("AWS/SageMaker", "Invocations", cwtypes.StatisticSum, variant...); got[2] != 0 || got[3] != 0 {
		t.Errorf("what is detached does not arrive: %v", got)
	}
	c.Reset()
	if n := len(c.Attachments(here)); n != 0 {
		t.Errorf("a reset takes the traffic too: %d", n)
	}
}

func TestTrafficMistakes(t *testing.T) {
	c := newPaused(t, Options{})
	constant := traffic.Spec{Type: traffic.Constant, Rate: aws.Float64(1)}
	for _, tc := range []struct {
		reason string
		key    resources.Key
		spec   traffic.Spec
		want   string
	}{
		{"only what is local has load", resources.Key{ServiceNamespace: "rds"}, constant, "write sagemaker, ecs or dynamodb"},
		{"the resource is named as its scalable target", resources.Key{ServiceNamespace: "ecs", ResourceID: "web", ScalableDimension: "ecs:service:DesiredCount"}, constant,
			"write service/<cluster-name>/<service-name>, such as service/production/web"},
		{"with its dimension", resources.Key{ServiceNamespace: "ecs", ResourceID: "service/a/b"}, constant, `scalableDimension: "" is not of the namespace ecs; write ecs:service:DesiredCount`},
		{"traffic is checked", serviceKey, traffic.Spec{Type: traffic.Constant}, "traffic.rate: it is missing"},
	} {
		if _, err := c.Attach(here, tc.key, tc.spec); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %s", tc.reason, err, tc.want)
		}
	}
	if err := c.Detach(here, serviceKey); err == nil || err.Error() != "no traffic is attached to ecs service/default/web ecs:service:DesiredCount" {
		t.Errorf("what is not attached cannot be detached: %v", err)
	}
}

func TestDeclaredResources(t *testing.T) {
	c := newPaused(t, Options{ProvisioningDelay: time.Minute})
	key := resources.Key{ServiceNamespace: "rds", ResourceID: "cluster:orders", ScalableDimension: "rds:cluster:ReadReplicaCount"}
	if _, err := c.Declare(here, resources.Declaration{Key: key, Capacity: 1}); err != nil {
		t.Fatal(err)
	}
	got, err := c.Declare(here, resources.Declaration{Key: key, Capacity: 3})
	if err != nil || got.Running != 1 || got.Capacity != 3 {
		t.Errorf("a change takes its time: %+v, %v", got, err)
	}
	c.Advance(time.Minute)
	if list := c.Resources(here); len(list) != 1 || list[0].Running != 3 || !list[0].Settled {
		t.Errorf("and comes to its end: %+v", list)
	}
	if err := c.Remove(here, key); err != nil || len(c.Resources(here)) != 0 {
		t.Errorf("a resource can be removed: %v", err)
	}
}

// TestVariantHasOneTraffic attaches traffic to a variant by both dimensions that
// variants have.
func TestVariantHasOneTraffic(t *testing.T) {
	c := newPaused(t, Options{})
	concurrency := variantKey
	concurrency.ScalableDimension = "sagemaker:variant:DesiredProvisionedConcurrency"
	for _, key := range []resources.Key{variantKey, concurrency} {
		if _, err := c.Attach(here, key, spec(t, `{"type":"constant","rate":80}`)); err != nil {
			t.Fatal(err)
		}
	}
	if list := c.Attachments(here); len(list) != 1 || list[0].Key != concurrency {
		t.Errorf("the latest traffic takes the place of that before: %+v", list)
	}
	if err := c.Detach(here, variantKey); err == nil {
		t.Error("traffic is detached that was replaced")
	}
}
