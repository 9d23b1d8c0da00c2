package autoscaling

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
)

// at returns the identity of the example resource of a dimension.
func at(t testing.TB, dimension string) Identity {
	t.Helper()
	d, ok := catalog.LookupDimension(dimension)
	if !ok {
		t.Fatalf("no dimension %q", dimension)
	}
	return Identity{ServiceNamespace: d.Namespace, ResourceID: d.ResourceID.Example, ScalableDimension: d.Name}
}

const (
	instances  = "sagemaker:variant:DesiredInstanceCount"
	serverless = "sagemaker:variant:DesiredProvisionedConcurrency"
	component  = "sagemaker:inference-component:DesiredCopyCount"
	ecs        = "ecs:service:DesiredCount"
	emr        = "elasticmapreduce:instancegroup:InstanceCount"
	dynamo     = "dynamodb:table:ReadCapacityUnits"
	function   = "lambda:function:ProvisionedConcurrency"
	kafka      = "kafka:broker-storage:VolumeSize"
	keyspaces  = "cassandra:table:ReadCapacityUnits"
	pool       = "workspaces:workspacespool:DesiredUserSessions"
	replicas   = "elasticache:replication-group:Replicas"
	custom     = "custom-resource:ResourceType:Property"
)

const (
	tt    = "targetTrackingScalingPolicyConfiguration"
	step  = "stepScalingPolicyConfiguration"
	pred  = "predictiveScalingPolicyConfiguration"
	label = "app/my-alb/778d41231b141a0f/targetgroup/my-tg/943f017f100becff"
	role  = "arn:aws:iam::123456789012:role/mine"
)

func capacity(lower, upper int32) Target {
	return Target{MinCapacity: &lower, MaxCapacity: &upper}
}

// predefined is a target tracking policy on a predefined metric.
func predefined(metric string, value float64, change ...func(*TargetTracking)) Policy {
	c := &TargetTracking{TargetValue: &value, Predefined: &PredefinedMetric{Type: metric}}
	for _, f := range change {
		f(c)
	}
	return Policy{Name: "policy", Type: TargetTrackingScaling, TargetTracking: c}
}

const invocations = "SageMakerVariantInvocationsPerInstance"

// customized is a target tracking policy on a customized metric.
func customized(change func(*CustomizedMetric)) Policy {
	m := &CustomizedMetric{MetricName: "Backlog", Namespace: "My/App", Statistic: "Average"}
	change(m)
	return Policy{Name: "policy", Type: TargetTrackingScaling, TargetTracking: &TargetTracking{TargetValue: new(5.0), Customized: m}}
}

// math1 is a target tracking policy on metric math with two entries.
func math1(change func([]MetricQuery)) Policy {
	queries := []MetricQuery{
		{ID: "m1", Stat: &MetricStat{Namespace: "My/App", MetricName: "Backlog", Stat: "Sum"}, ReturnData: new(false)},
		{ID: "e1", Expression: "m1 / 2"},
	}
	change(queries)
	return customized(func(m *CustomizedMetric) { *m = CustomizedMetric{Metrics: queries} })
}

// steps is a step policy that scales out.
func steps(change func(*Step)) Policy {
	c := &Step{AdjustmentType: "ChangeInCapacity", Adjustments: []StepAdjustment{
		{LowerBound: new(0.0), UpperBound: new(10.0), Adjustment: 1},
		{LowerBound: new(10.0), Adjustment: 3},
	}}
	change(c)
	return Policy{Name: "policy", Type: StepScaling, Step: c}
}

// bounded is a step policy with these bounds; NaN means no bound.
func bounded(pairs ...[2]float64) Policy {
	return steps(func(c *Step) {
		c.Adjustments = nil
		for _, p := range pairs {
			a := StepAdjustment{Adjustment: 1}
			if !math.IsNaN(p[0]) {
				a.LowerBound = &p[0]
			}
			if !math.IsNaN(p[1]) {
				a.UpperBound = &p[1]
			}
			c.Adjustments = append(c.Adjustments, a)
		}
	})
}

var open = math.NaN()

// predictive is a predictive policy on a pair.
func predictive(change func(*Predictive)) Policy {
	c := &Predictive{Mode: "ForecastAndScale", Metrics: []PredictiveMetric{{
		TargetValue: new(50.0), PredefinedPair: &PredefinedMetric{Type: "ECSServiceCPUUtilization"},
	}}}
	change(c)
	return Policy{Name: "policy", Type: PredictiveScaling, Predictive: c}
}

// morning is a scheduled action.
func morning(change func(*Action)) Action {
	a := Action{Name: "morning", Schedule: "cron(0 8 ? * MON-FRI *)", Timezone: "Europe/Berlin", MinCapacity: new(int32(2)), MaxCapacity: new(int32(8))}
	change(&a)
	return a
}

// found prints a finding without its message.
func found(f Finding) string {
	switch f.Kind {
	case KindPolicy:
		return fmt.Sprintf("%s policies[%s].%s", f.Code, f.Name, f.Field)
	case KindAction:
		return fmt.Sprintf("%s actions[%s].%s", f.Code, f.Name, f.Field)
	}
	return fmt.Sprintf("%s %s", f.Code, f.Field)
}

// check compares findings with "Code field" lines, and their form with what
// users of findings rely on.
func check(t *testing.T, name, reason string, got []Finding, want ...string) {
	t.Helper()
	var lines []string
	for _, f := range got {
		lines = append(lines, found(f))
		checkForm(t, f)
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("%s: %s\n%s%v", name, reason, diff, got)
	}
}

var ruleOf = func() map[Code]Rule {
	m := map[Code]Rule{}
	for _, r := range Rules() {
		m[r.Code] = r
	}
	return m
}()

func checkForm(t *testing.T, f Finding) {
	t.Helper()
	r, ok := ruleOf[f.Code]
	if !ok || f.Severity != r.Severity {
		t.Errorf("finding %+v is of no rule, or not of its severity", f)
	}
	if f.Field == "" || strings.HasSuffix(f.Field, ".") || strings.HasPrefix(f.Field, ".") {
		t.Errorf("finding %+v has no usable field", f)
	}
	if f.Message == "" || strings.HasSuffix(f.Message, ".") || strings.Contains(f.Message, "%!") || strings.Contains(f.Message, "\n") {
		t.Errorf("finding %+v has no usable message", f)
	}
}

func TestValidateIdentity(t *testing.T) {
	long := strings.Repeat("x", 1601)
	for _, tc := range []struct {
		id     Identity
		want   []string
		reason string
	}{
		{at(t, instances), nil, "complete and consistent"},
		{Identity{}, []string{"IdentityIncomplete serviceNamespace", "IdentityIncomplete resourceID", "IdentityIncomplete scalableDimension"}, "nothing is given"},
		{Identity{"sagmaker", "endpoint/a/variant/b", instances}, []string{"ServiceNamespaceUnknown serviceNamespace"}, "a slip in the namespace"},
		{Identity{"sagemaker", "endpoint/a/variant/b", "sagemaker:variant:DesiredCount"}, []string{"ScalableDimensionUnknown scalableDimension"}, "a slip in the dimension"},
		{Identity{"ecs", "service/a/b", instances}, []string{"ScalableDimensionForeign scalableDimension"}, "namespace and dimension do not go together"},
		{Identity{"sagemaker", "endpoint/a", instances}, []string{"ResourceIDMalformed resourceID"}, "the variant is missing"},
		{Identity{"sagemaker", "endpoint/a/variant/b\x00", instances}, []string{"ResourceIDBadCharacter resourceID"}, "a control character"},
		{Identity{"sagemaker", "endpoint/a/variant/\xff", instances}, []string{"ResourceIDBadCharacter resourceID"}, "not a text"},
		{Identity{"sagemaker", long, instances}, []string{"ResourceIDTooLong resourceID"}, "longer than the API takes"},
		{Identity{"lambda", "function:f:$LATEST", function}, []string{"LambdaQualifierUnsupported resourceID"}, "only published versions have provisioned concurrency"},
		{Identity{"lambda", "function:f:prod", function}, nil, "an alias has"},
	} {
		check(t, tc.id.String(), tc.reason, ValidateTarget(tc.id, Target{}), tc.want...)
		policies := ValidatePolicy(tc.id, predefined("LambdaProvisionedConcurrencyUtilization", 0.5))
		check(t, tc.id.String(), tc.reason, slices.DeleteFunc(policies, func(f Finding) bool { return strings.HasPrefix(f.Field, tt) }), tc.want...)
		check(t, tc.id.String(), tc.reason, ValidateAction(tc.id, morning(func(*Action) {})), tc.want...)
	}
}

func TestValidateMessages(t *testing.T) {
	for _, tc := range []struct{ got, want, reason string }{
		{ValidateTarget(Identity{"sagmaker", "r", "x:y:z"}, Target{})[0].Message,
			`there is no service namespace "sagmaker": did you mean sagemaker?`, "a slip is put right"},
		{ValidateTarget(Identity{"sagemaker", "r", "nonsense"}, Target{})[0].Message,
			`there is no scalable dimension "nonsense": write one of sagemaker:variant:DesiredInstanceCount, sagemaker:variant:DesiredProvisionedConcurrency, sagemaker:inference-component:DesiredCopyCount`,
			"what is nothing like a name gets the list"},
		{ValidateTarget(Identity{"sagemaker", "demo", instances}, Target{})[0].Message,
			`"demo" is not of the form endpoint/<endpoint-name>/variant/<variant-name>, which sagemaker:variant:DesiredInstanceCount asks for: write it like endpoint/demo/variant/AllTraffic`,
			"the form and an example"},
		{ValidatePolicy(at(t, dynamo), predefined("DynamoDBWriteCapacityUtilization", 70))[0].Message,
			"DynamoDBWriteCapacityUtilization is not a metric of dynamodb:table:ReadCapacityUnits: write DynamoDBReadCapacityUtilization", "the right metric"},
		{ValidatePolicy(at(t, function), predefined("LambdaProvisionedConcurrencyUtilization", 70))[0].Message,
			"LambdaProvisionedConcurrencyUtilization runs from 0 to 1, so targetValue 70 is 7000 percent and never reached: 70 percent is 0.7", "the scale"},
		{ValidateAction(at(t, instances), morning(func(a *Action) { a.Schedule = "0 8 * * 1-5" }))[0].Message,
			`schedule "0 8 * * 1-5": it is neither at(...), rate(...) nor cron(...); write cron(0 8 ? * MON-FRI *)`, "a crontab line is translated"},
	} {
		if tc.got != tc.want {
			t.Errorf("%s\ngot  %s\nwant %s", tc.reason, tc.got, tc.want)
		}
	}
}

func TestValidateTarget(t *testing.T) {
	tags := func(n int) map[string]string {
		m := map[string]string{}
		for i := range n {
			m[fmt.Sprint("key", i)] = ""
		}
		return m
	}
	for _, tc := range []struct {
		dimension string
		target    Target
		want      []string
		reason    string
	}{
		{instances, capacity(1, 4), nil, "the usual"},
		{instances, capacity(3, 3), nil, "equal bounds pin the capacity"},
		{instances, Target{}, nil, "what is not declared is not wrong"},
		{instances, capacity(5, 4), []string{"TargetMinAboveMax minCapacity"}, "crossed"},
		{ecs, capacity(-2, -1), []string{"CapacityNegative minCapacity", "CapacityNegative maxCapacity"}, "negative"},
		{ecs, capacity(0, 4), nil, "tasks can be none"},
		{dynamo, capacity(0, 4), []string{"MinCapacityTooLow minCapacity"}, "throughput cannot be none"},
		{pool, capacity(0, 4), []string{"MinCapacityProbablyTooLow minCapacity"}, "AWS does not say, so it is a warning"},
		{replicas, capacity(1, 6), []string{"MaxCapacityTooHigh maxCapacity"}, "five replicas at most"},
		{replicas, capacity(1, 5), nil, "five replicas at most"},
		{instances, capacity(0, 4), []string{"SageMakerMinCapacityZero minCapacity"}, "only asynchronous endpoints can"},
		{component, capacity(0, 4), nil, "inference components can"},
		{serverless, capacity(0, 201), []string{"ServerlessConcurrencyOutOfRange minCapacity", "ServerlessConcurrencyOutOfRange maxCapacity"}, "1 to 200"},
		{emr, capacity(0, 4), []string{"RoleARNRequired roleARN"}, "EMR has no service-linked role"},
		{emr, Target{RoleARN: role}, nil, "so it needs one"},
		{emr, Target{RoleARN: "mine"}, []string{"RoleARNMalformed roleARN"}, "a name is no ARN"},
		{ecs, Target{RoleARN: role}, []string{"RoleARNIgnored roleARN"}, "ECS uses the service-linked role"},
		{ecs, Target{RoleARN: "arn:aws:iam::123456789012:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService"}, nil, "naming it does no harm"},
		{ecs, Target{Tags: map[string]string{"Team": "x", "": "y", strings.Repeat("k", 129): "z"}}, []string{"TagKeyBadLength tags", "TagKeyBadLength tags"}, "1 to 128 characters"},
		{ecs, Target{Tags: map[string]string{"aws:x": "", "AWS:y": ""}}, []string{"TagKeyReserved tags", "TagKeyReserved tags"}, "the prefix belongs to AWS in any case"},
		{ecs, Target{Tags: map[string]string{"a": strings.Repeat("v", 257)}}, []string{"TagValueTooLong tags"}, "256 characters"},
		{ecs, Target{Tags: tags(51)}, []string{"TagsTooMany tags"}, "50 tags"},
		{ecs, Target{Tags: tags(50)}, nil, "50 tags"},
	} {
		check(t, fmt.Sprintf("%s %+v", tc.dimension, tc.target), tc.reason, ValidateTarget(at(t, tc.dimension), tc.target), tc.want...)
	}
}

func TestValidateAction(t *testing.T) {
	when := func(s string) *time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return &v
	}
	for _, tc := range []struct {
		dimension string
		change    func(*Action)
		want      []string
		reason    string
	}{
		{instances, func(*Action) {}, nil, "the usual"},
		{instances, func(a *Action) { a.Timezone = "" }, nil, "UTC"},
		{instances, func(a *Action) { a.Name = "" }, []string{"ActionNameInvalid scheduledActionName"}, "no name"},
		{instances, func(a *Action) { a.Name = strings.Repeat("n", 257) }, []string{"ActionNameInvalid scheduledActionName"}, "too long"},
		{instances, func(a *Action) { a.Name = " x" }, []string{"ActionNameInvalid scheduledActionName"}, "leading space"},
		{instances, func(a *Action) { a.Name = "a/b" }, []string{"ActionNameInvalid scheduledActionName"}, "a slash"},
		{instances, func(a *Action) { a.Name = "a\nb" }, []string{"ActionNameInvalid scheduledActionName"}, "a line break"},
		{instances, func(a *Action) { a.Name = "früh am Morgen" }, nil, "spaces and letters"},
		{kafka, func(*Action) {}, []string{"ActionUnsupported scalableDimension"}, "broker storage has no schedules"},
		{instances, func(a *Action) { a.MinCapacity, a.MaxCapacity = nil, nil }, []string{"ActionEmpty scalableTargetAction"}, "nothing to do"},
		{instances, func(a *Action) { a.MaxCapacity = nil }, nil, "one bound is enough"},
		{instances, func(a *Action) { a.MinCapacity = new(int32(9)) }, []string{"ActionMinAboveMax scalableTargetAction.minCapacity"}, "crossed"},
		{instances, func(a *Action) { a.MinCapacity = new(int32(-9)) }, []string{"CapacityNegative scalableTargetAction.minCapacity"}, "negative"},
		{dynamo, func(a *Action) { a.MinCapacity = new(int32(0)) }, []string{"MinCapacityTooLow scalableTargetAction.minCapacity"}, "the floor holds for actions too"},
		{instances, func(a *Action) { a.Schedule = "" }, []string{"ScheduleMissing schedule"}, "no schedule"},
		{instances, func(a *Action) { a.Schedule = "cron(0 8 * * 1-5)" }, []string{"ScheduleInvalid schedule"}, "Unix cron"},
		{instances, func(a *Action) { a.Schedule = "rate(0 minutes)" }, []string{"ScheduleInvalid schedule"}, "less than a minute"},
		{instances, func(a *Action) { a.Schedule = "cron(0 8 30 2 ? *)" }, []string{"ScheduleNeverFires schedule"}, "no such day"},
		{instances, func(a *Action) { a.Schedule = "at(2030-01-01T00:00:00)"; a.Start = when("2031-01-01T00:00:00Z") }, []string{"ScheduleNeverFires schedule"}, "before the start"},
		{instances, func(a *Action) { a.Timezone = "Mars/Olympus" }, []string{"TimezoneUnknown timezone"}, "no such zone"},
		{instances, func(a *Action) { a.Timezone = "Local" }, []string{"TimezoneUnknown timezone"}, "a name for Go only"},
		{instances, func(a *Action) { a.Timezone = "../etc" }, []string{"TimezoneUnknown timezone"}, "not a name"},
		{instances, func(a *Action) { a.Schedule = "rate(1 hour)" }, []string{"TimezoneUnused timezone"}, "hours have no zone"},
		{instances, func(a *Action) { a.Start, a.End = when("2030-01-02T00:00:00Z"), when("2030-01-01T00:00:00Z") }, []string{"ActionEndBeforeStart endTime"}, "reversed"},
		{instances, func(a *Action) { a.Start, a.End = when("2030-01-02T00:00:00Z"), when("2030-01-02T00:00:00Z") }, []string{"ActionEndBeforeStart endTime"}, "empty"},
		{instances, func(a *Action) { a.Start, a.End = when("2030-01-01T00:00:00Z"), when("2030-01-02T00:00:00Z") }, nil, "a day"},
	} {
		action := morning(tc.change)
		check(t, fmt.Sprintf("%s %+v", tc.dimension, action), tc.reason, ValidateAction(at(t, tc.dimension), action), tc.want...)
	}
}
