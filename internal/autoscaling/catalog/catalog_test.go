package catalog

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/google/go-cmp/cmp"
)

func TestTablesCoverTheSDK(t *testing.T) {
	// The SDK is generated from the service's own model, so a value that is
	// there and not here is one that AWS has added.
	for _, v := range types.ServiceNamespace("").Values() {
		if _, ok := LookupNamespace(string(v)); !ok {
			t.Errorf("service namespace %q of the SDK is missing", v)
		}
	}
	for _, v := range types.ScalableDimension("").Values() {
		if _, ok := LookupDimension(string(v)); !ok {
			t.Errorf("scalable dimension %q of the SDK is missing", v)
		}
	}
	for _, v := range types.MetricType("").Values() {
		if _, ok := LookupMetric(string(v)); !ok {
			t.Errorf("predefined metric %q of the SDK is missing", v)
		}
	}
	if got := len(Namespaces()); got != 15 {
		t.Errorf("%d namespaces, the API reference has 15", got)
	}
	if got := len(Dimensions()); got != 24 {
		t.Errorf("%d dimensions, the API reference has 24", got)
	}
}

func TestTablesAreConsistent(t *testing.T) {
	used := map[string]bool{}
	for _, d := range Dimensions() {
		if ns, _, _ := strings.Cut(d.Name, ":"); ns != d.Namespace {
			t.Errorf("%s: namespace %q is not the first part of the name", d.Name, d.Namespace)
		}
		if _, ok := LookupNamespace(d.Namespace); !ok {
			t.Errorf("%s: unknown namespace %q", d.Name, d.Namespace)
		}
		if _, ok := d.ResourceID.Parse(d.ResourceID.Example); !ok {
			t.Errorf("%s: example %q does not match %s", d.Name, d.ResourceID.Example, d.ResourceID.Pattern())
		}
		if d.Capacity == "" || d.ActivityNoun == "" || d.Source == "" {
			t.Errorf("%s: incomplete entry", d.Name)
		}
		if d.MetricMath && !d.CustomMetrics {
			t.Errorf("%s: metric math without customized metrics", d.Name)
		}
		if !d.TargetTracking && (len(d.PredefinedMetrics) > 0 || d.CustomMetrics) {
			t.Errorf("%s: metrics without target tracking", d.Name)
		}
		for _, name := range d.PredefinedMetrics {
			used[name] = true
			m, ok := LookupMetric(name)
			if !ok {
				t.Errorf("%s: unknown metric %q", d.Name, name)
				continue
			}
			dims, ok := m.Dimensions(d, d.ResourceID.Example, "app/a/1/targetgroup/b/2")
			if !ok || len(dims) == 0 {
				t.Errorf("%s: metric %s has no CloudWatch dimensions", d.Name, name)
			}
		}
	}
	for _, m := range Metrics() {
		if !used[m.Type] {
			t.Errorf("metric %s belongs to no dimension", m.Type)
		}
		if m.Namespace == "" || m.Name == "" || m.Statistic == "" || m.Period == 0 {
			t.Errorf("metric %s: incomplete entry", m.Type)
		}
		if len(m.Alarms(false)) < 2 {
			t.Errorf("metric %s: needs an alarm for each direction", m.Type)
		}
	}
	for _, n := range Namespaces() {
		if len(n.Dimensions()) == 0 {
			t.Errorf("namespace %s has no dimension", n.Name)
		}
	}
}

func TestCounted(t *testing.T) {
	for _, c := range []struct{ dimension, unit, of, reason string }{
		{"sagemaker:variant:DesiredInstanceCount", "instances", "SageMaker endpoint variant", "the plain case"},
		{"ecs:service:DesiredCount", "tasks", "ECS service", "another article"},
		{"kafka:broker-storage:VolumeSize", "GiB of storage per broker", "MSK cluster", "the unit has an of itself"},
	} {
		d, _ := LookupDimension(c.dimension)
		if unit, of := d.Counted(); unit != c.unit || of != c.of {
			t.Errorf("%s: %s counts %q of %q, want %q of %q", c.reason, c.dimension, unit, of, c.unit, c.of)
		}
	}
	for _, d := range Dimensions() {
		if unit, of := d.Counted(); unit == "units" || unit == "" || of == "" {
			t.Errorf("%s counts %q of %q", d.Name, unit, of)
		}
	}
}

func TestPolicySupport(t *testing.T) {
	for _, tc := range []struct {
		namespaces []string
		want       []string
		reason     string
	}{
		{[]string{"ecs"}, []string{"TargetTrackingScaling", "StepScaling", "PredictiveScaling"}, "predictive scaling is for ECS only"},
		{[]string{"elasticmapreduce"}, []string{"StepScaling"}, "target tracking is not supported for EMR"},
		{[]string{"ec2", "appstream", "rds", "sagemaker", "custom-resource", "workspaces"}, []string{"TargetTrackingScaling", "StepScaling"}, "not on any list of exceptions"},
		{[]string{"dynamodb", "comprehend", "lambda", "cassandra", "kafka", "elasticache", "neptune"}, []string{"TargetTrackingScaling"}, "step scaling is not supported"},
	} {
		for _, name := range tc.namespaces {
			n, _ := LookupNamespace(name)
			for _, d := range n.Dimensions() {
				if diff := cmp.Diff(tc.want, d.PolicyTypes()); diff != "" {
					t.Errorf("%s: %s\n%s", d.Name, tc.reason, diff)
				}
				if d.Scheduled == (name == "kafka") {
					t.Errorf("%s: scheduled scaling is supported everywhere but for MSK", d.Name)
				}
				if d.ScaleInDisabled != (name == "kafka") {
					t.Errorf("%s: only broker storage cannot shrink", d.Name)
				}
			}
		}
	}
}

func TestMinCapacityFloor(t *testing.T) {
	zero := []string{"appstream", "rds", "ecs", "elasticmapreduce", "lambda", "sagemaker", "ec2", "custom-resource"}
	for _, d := range Dimensions() {
		want := int32(1)
		if slices.Contains(zero, d.Namespace) {
			want = 0 // named by the API reference as resources whose minimum may be 0
		}
		if d.MinCapacityFloor != want {
			t.Errorf("%s: floor %d, want %d", d.Name, d.MinCapacityFloor, want)
		}
	}
}

func TestGrammar(t *testing.T) {
	for _, tc := range []struct {
		dimension, id string
		want          map[string]string // nil: not of the form
		reason        string
	}{
		{"ecs:service:DesiredCount", "service/c/s", map[string]string{"cluster-name": "c", "service-name": "s"}, "the plain case"},
		{"ecs:service:DesiredCount", "service/s", nil, "the cluster is missing"},
		{"ecs:service:DesiredCount", "xservice/c/s", nil, "patterns are anchored at the start"},
		{"ecs:service:DesiredCount", "service/c/s/t", nil, "patterns are anchored at the end"},
		{"ecs:service:DesiredCount", "service/c/s\n", nil, "a trailing line break is not ignored"},
		{"dynamodb:table:ReadCapacityUnits", "table/my.table_1", map[string]string{"table-name": "my.table_1"}, "dots and underscores are allowed"},
		{"dynamodb:table:ReadCapacityUnits", "table/ab", nil, "table names have at least three characters"},
		{"dynamodb:table:ReadCapacityUnits", "table/orders/index/by-customer", nil, "an index belongs to the index dimensions"},
		{"dynamodb:index:ReadCapacityUnits", "table/orders/index/by-customer", map[string]string{"table-name": "orders", "index-name": "by-customer"}, "the plain case"},
		{"rds:cluster:ReadReplicaCount", "cluster:my-db", map[string]string{"cluster-name": "my-db"}, "a colon, not a slash"},
		{"rds:cluster:ReadReplicaCount", "cluster/my-db", nil, "a colon, not a slash"},
		{"sagemaker:variant:DesiredInstanceCount", "endpoint/a-b/variant/v1", map[string]string{"endpoint-name": "a-b", "variant-name": "v1"}, "the plain case"},
		{"sagemaker:variant:DesiredInstanceCount", "endpoint/-a/variant/v1", nil, "names start with a letter or digit"},
		{"sagemaker:variant:DesiredInstanceCount", "endpoint/" + strings.Repeat("a", 64) + "/variant/v1", nil, "names have at most 63 characters"},
		{"sagemaker:inference-component:DesiredCopyCount", "inference-component/a-1", map[string]string{"component-name": "a-1"}, "the plain case"},
		{"lambda:function:ProvisionedConcurrency", "function:f:prod", map[string]string{"function-name": "f", "qualifier": "prod"}, "the plain case"},
		{"lambda:function:ProvisionedConcurrency", "function:f", nil, "provisioned concurrency belongs to a version or alias"},
		{"custom-resource:ResourceType:Property", "https://x.example/y?z=1", map[string]string{"url": "https://x.example/y?z=1"}, "any URL will do"},
		{"custom-resource:ResourceType:Property", "http://x.example/y", nil, "the service calls it over TLS"},
		{"kafka:broker-storage:VolumeSize", "arn:aws-cn:kafka:cn-north-1:123456789012:cluster/c/0-1", map[string]string{
			"partition": "aws-cn", "region": "cn-north-1", "account": "123456789012", "cluster-name": "c", "cluster-id": "0-1",
		}, "other partitions have other ARNs"},
		{"workspaces:workspacespool:DesiredUserSessions", "workspacespool/wspool-1a", map[string]string{"pool-id": "wspool-1a"}, "the plain case"},
	} {
		d, ok := LookupDimension(tc.dimension)
		if !ok {
			t.Fatalf("no dimension %q", tc.dimension)
		}
		got, _ := d.ResourceID.Parse(tc.id)
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s %q: %s\n%s", tc.dimension, tc.id, tc.reason, diff)
		}
	}
}

func TestServiceLinkedRole(t *testing.T) {
	const account = "123456789012"
	n, _ := LookupNamespace("sagemaker")
	want := "arn:aws:iam::123456789012:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
	if got := n.ServiceLinkedRoleARN("aws", account); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, n := range Namespaces() {
		arn := n.ServiceLinkedRoleARN("aws-us-gov", account)
		if n.RoleRequired() != (n.Name == "elasticmapreduce") {
			t.Errorf("%s: only EMR has no service-linked role", n.Name)
		}
		if !n.RoleRequired() && !IsServiceLinkedRole(arn) {
			t.Errorf("%s: own role %s is not recognised", n.Name, arn)
		}
	}
	for _, tc := range []struct{ arn, reason string }{
		{"", "no role at all"},
		{"arn:aws:iam::123456789012:role/EMR_AutoScaling_DefaultRole", "a service role is not service-linked"},
		{"arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", "the role of EC2 Auto Scaling is another one"},
		{strings.Replace(want, "role/aws-service-role", "role/x/aws-service-role", 1), "the path is fixed"},
	} {
		if IsServiceLinkedRole(tc.arn) {
			t.Errorf("%q: %s", tc.arn, tc.reason)
		}
	}
}

func TestMetricDimensions(t *testing.T) {
	for _, tc := range []struct {
		metric, dimension, id, label string
		want                         map[string]string
		reason                       string
	}{
		{"SageMakerVariantInvocationsPerInstance", "sagemaker:variant:DesiredInstanceCount", "endpoint/demo/variant/AllTraffic", "",
			map[string]string{"EndpointName": "demo", "VariantName": "AllTraffic"}, "parts of the resource ID"},
		{"DynamoDBReadCapacityUtilization", "dynamodb:table:ReadCapacityUnits", "table/orders", "",
			map[string]string{"TableName": "orders"}, "a table has no index dimension"},
		{"DynamoDBReadCapacityUtilization", "dynamodb:index:ReadCapacityUnits", "table/orders/index/by-day", "",
			map[string]string{"TableName": "orders", "GlobalSecondaryIndexName": "by-day"}, "an index has both"},
		{"LambdaProvisionedConcurrencyUtilization", "lambda:function:ProvisionedConcurrency", "function:f:prod", "",
			map[string]string{"FunctionName": "f", "Resource": "f:prod"}, "the resource is function and qualifier"},
		{"ALBRequestCountPerTarget", "ecs:service:DesiredCount", "service/c/s", "app/lb/1/targetgroup/tg/2",
			map[string]string{"LoadBalancer": "app/lb/1", "TargetGroup": "targetgroup/tg/2"}, "from the resource label"},
		{"ALBRequestCountPerTarget", "ecs:service:DesiredCount", "service/c/s", "targetgroup/tg/2", nil, "the label is incomplete"},
		{"ECSServiceAverageCPUUtilization", "ecs:service:DesiredCount", "service/c", "", nil, "the resource ID is incomplete"},
		{"ComprehendInferenceUtilization", "comprehend:entity-recognizer-endpoint:DesiredInferenceUnits", "arn:aws:comprehend:us-west-2:123456789012:entity-recognizer-endpoint/e", "",
			map[string]string{"EndpointArn": "arn:aws:comprehend:us-west-2:123456789012:entity-recognizer-endpoint/e"}, "the resource ID itself"},
	} {
		m, _ := LookupMetric(tc.metric)
		d, _ := LookupDimension(tc.dimension)
		dims, ok := m.Dimensions(d, tc.id, tc.label)
		if ok != (tc.want != nil) {
			t.Errorf("%s %s: ok = %v: %s", tc.metric, tc.id, ok, tc.reason)
			continue
		}
		got := maps.Collect(func(yield func(string, string) bool) {
			for _, d := range dims {
				if !yield(d.Name, d.Value) {
					return
				}
			}
		})
		if ok && !maps.Equal(got, tc.want) {
			t.Errorf("%s %s: %s\n%s", tc.metric, tc.id, tc.reason, cmp.Diff(tc.want, got))
		}
	}
}

func TestAlarms(t *testing.T) {
	for _, tc := range []struct {
		metric         string
		disableScaleIn bool
		want           []Alarm
		reason         string
	}{
		{"ECSServiceAverageCPUUtilization", false, []Alarm{
			{"AlarmHigh", "GreaterThanThreshold", 60, 0, false}, {"AlarmLow", "LessThanThreshold", 60, 0, false},
		}, "as observed on an ECS service; how many periods is not documented"},
		{"ECSServiceAverageCPUUtilization", true, []Alarm{{"AlarmHigh", "GreaterThanThreshold", 60, 0, false}}, "without scale-in there is no low alarm"},
		{"DynamoDBReadCapacityUtilization", true, []Alarm{
			{"AlarmHigh", "GreaterThanThreshold", 60, 2, false},
			{"ProvisionedCapacityHigh", "GreaterThanThreshold", 300, 0, true}, {"ProvisionedCapacityLow", "LessThanThreshold", 300, 0, true},
		}, "two minutes are documented; the alarms on provisioned capacity do not scale in"},
		{"SageMakerVariantConcurrentRequestsPerModelHighResolution", false, []Alarm{
			{"AlarmHigh", "GreaterThanThreshold", 10, 0, false}, {"AlarmLow", "LessThanThreshold", 10, 0, false},
		}, "the metric is emitted every ten seconds"},
	} {
		m, _ := LookupMetric(tc.metric)
		got := m.Alarms(tc.disableScaleIn)
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: %s\n%s", tc.metric, tc.reason, diff)
		}
		for _, a := range got {
			if a.Provisioned && m.ProvisionedName == "" {
				t.Errorf("%s: alarm %s watches a metric that is not named", tc.metric, a.Role)
			}
		}
	}
	if got := len(CustomMetricAlarms(false)); got != 2 {
		t.Errorf("a customized metric has two alarms, got %d", got)
	}
}

func TestSuggest(t *testing.T) {
	for _, tc := range []struct {
		of         func(string) (string, bool)
		name, want string
		reason     string
	}{
		{SuggestNamespace, "sagmaker", "sagemaker", "a letter is missing"},
		{SuggestNamespace, "ECS", "ecs", "case is a slip"},
		{SuggestNamespace, "msk", "kafka", "the service is sold under another name"},
		{SuggestNamespace, "kubernetes", "", "nothing is near"},
		{SuggestNamespace, "", "", "nothing is near nothing"},
		{SuggestDimension, "sagemaker:variant:DesiredCount", "sagemaker:variant:DesiredInstanceCount", "part of the property is missing"},
		{SuggestDimension, "ecs:service:desiredcount", "ecs:service:DesiredCount", "case is a slip"},
		{SuggestDimension, "x", "", "nothing is near"},
		{SuggestMetric, "SageMakerVariantInvocationPerInstance", "SageMakerVariantInvocationsPerInstance", "a letter is missing"},
		{SuggestMetric, strings.Repeat("ECS", 1000), "", "absurdly long names are not compared"},
	} {
		if got, _ := tc.of(tc.name); got != tc.want {
			t.Errorf("%q: got %q, want %q: %s", tc.name, got, tc.want, tc.reason)
		}
	}
}

func FuzzGrammar(f *testing.F) {
	for _, d := range Dimensions() {
		f.Add(d.ResourceID.Example, "app/lb/1/targetgroup/tg/2")
	}
	f.Add("function:f:$LATEST", "")
	f.Add("endpoint/<a>/variant/<b>", "app/<x>/1/targetgroup/tg/2")
	f.Fuzz(func(t *testing.T, id, label string) {
		for _, d := range Dimensions() {
			parts, ok := d.ResourceID.Parse(id)
			if !ok {
				continue
			}
			for name, value := range parts {
				if value == "" || !strings.Contains(id, value) {
					t.Errorf("%s: part %s of %q is %q", d.Name, name, id, value)
				}
			}
			for _, metricType := range d.PredefinedMetrics {
				m, _ := LookupMetric(metricType)
				dims, _ := m.Dimensions(d, id, label)
				for _, dim := range dims {
					if dim.Value == "" {
						t.Errorf("%s: %s of %q is empty", metricType, dim.Name, id)
					}
				}
			}
		}
	})
}

func FuzzSuggest(f *testing.F) {
	f.Add("sagmaker")
	f.Add("\x00\xff")
	f.Fuzz(func(t *testing.T, name string) {
		if s, ok := SuggestNamespace(name); ok {
			if _, known := LookupNamespace(s); !known {
				t.Errorf("suggests the unknown namespace %q", s)
			}
		}
		if s, ok := SuggestDimension(name); ok {
			if _, known := LookupDimension(s); !known {
				t.Errorf("suggests the unknown dimension %q", s)
			}
		}
		if s, ok := SuggestMetric(name); ok {
			if _, known := LookupMetric(s); !known {
				t.Errorf("suggests the unknown metric %q", s)
			}
		}
	})
}
