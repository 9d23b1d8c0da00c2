package appautoscaling_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
)

const unsupported = "Unsupported service namespace, resource type or scalable dimension"

// refusal is a request that is refused: by default with a
// ValidationException, for a target that is registered.
type refusal struct {
	name    string
	reason  string
	target  id // registered before
	in      any
	code    string
	message string
}

func checkRefusals(t *testing.T, refusals []refusal) {
	t.Helper()
	for _, r := range refusals {
		t.Run(r.name, func(t *testing.T) {
			explain(t, r.reason)
			c := newCloud(t, appautoscaling.Behaviour{})
			if r.target != (id{}) {
				in := r.target.register(1, 4)
				if r.target == emr {
					in.RoleARN = aws.String("arn:aws:iam::123456789012:role/EMR_AutoScaling_DefaultRole")
				}
				c.must(in)
			}
			_, err := c.call(r.in)
			code := r.code
			if code == "" {
				code = "ValidationException"
			}
			wantError(t, err, code, r.message)
		})
	}
}

func TestRefusedTargets(t *testing.T) {
	with := func(i id, resource string) id { i.resource = resource; return i }
	checkRefusals(t, []refusal{
		{name: "bounds crossed", reason: "the service was seen to answer so", in: ecs.register(4, 1), message: "Maximum capacity cannot be less than minimum capacity"},
		{name: "below the floor of 1", reason: "the service was seen to answer so for six namespaces", in: tableRead.register(0, 4), message: "Minimum capacity cannot be less than 1"},
		{name: "below zero", reason: "the namespaces that take 0 take nothing less", in: ecs.register(-1, 4), message: "Minimum capacity cannot be less than 0"},
		{name: "too many replicas", reason: "the service was seen to answer so for ElastiCache", in: replicas.register(1, 6), message: "Maximum capacity cannot be greater than 5"},
		{name: "EMR without a role", reason: "EMR has no service-linked role", in: emr.register(1, 4), message: "Role ARN must be specified"},
		{
			name: "Lambda $LATEST", reason: "provisioned concurrency needs a version or an alias",
			in:      id{"lambda", "function:checkout:$LATEST", "lambda:function:ProvisionedConcurrency"}.register(1, 4),
			message: "$LATEST is not a supported qualifier for Auto Scaling",
		},
		{name: "dimension of another namespace", reason: "the service was seen to answer so", in: id{"ecs", "service/a/b", "dynamodb:table:ReadCapacityUnits"}.register(1, 4), message: unsupported},
		{name: "resource ID without its type", reason: "the service was seen to answer so", in: with(ecs, "production/web").register(1, 4), message: unsupported},
		{name: "resource ID of another dimension", reason: "a table is no index", in: with(tableRead, "table/orders/index/by-date").register(1, 4), message: unsupported},
		{
			name: "system tag", reason: "AWS keeps keys that begin with aws:",
			in: func() any {
				in := ecs.register(1, 4)
				in.Tags = map[string]string{"aws:team": "shop"}
				return in
			}(),
			message: "Caller is an end user and not allowed to mutate system tags",
		},
		{
			name: "deregistering what is not registered", reason: "a missing target is no validation error",
			in: ecs.deregister(), code: "ObjectNotFoundException", message: "No scalable target found for " + ecs.String(),
		},
		{
			name: "policy without a target", reason: "a policy needs a scalable target first",
			in: ecs.step("p", addOne()), code: "ObjectNotFoundException", message: "No scalable target registered for " + ecs.String(),
		},
		{
			name: "scheduled action without a target", reason: "a scheduled action needs a scalable target first",
			in:   ecs.action("a", "rate(1 hour)", bounds(1, 2)),
			code: "ObjectNotFoundException", message: "No scalable target registered for " + ecs.String(),
		},
		{
			name: "policy of another dimension's target", reason: "the identity is the triple",
			target: tableWrite, in: tableRead.tracking("p", predefined(types.MetricTypeDynamoDBReadCapacityUtilization, 70)),
			code: "ObjectNotFoundException", message: "No scalable target registered for " + tableRead.String(),
		},
		{
			name: "deleting a policy of no target", reason: "an unknown policy is no validation error",
			in: ecs.deletePolicy("p"), code: "ObjectNotFoundException", message: "No scaling policy found for " + ecs.String() + ", policy name: p",
		},
		{
			name: "deleting an unknown scheduled action", reason: "deleting nothing is no success",
			target: ecs, in: ecs.deleteAction("a"),
			code: "ObjectNotFoundException", message: "No scheduled action found for " + ecs.String() + ", scheduled action name: a",
		},
	})
}

func TestRefusedActions(t *testing.T) {
	const syntax = "Invalid schedule expression. Details: Schedule expressions must have the following syntax: " +
		`rate(<number>\s?(minutes?|hours?|days?)), cron(<cron_expression>) or at(yyyy-MM-dd'T'HH:mm:ss).`
	refuse := func(name, schedule, message string) refusal {
		return refusal{name: name, reason: "the service was seen to answer so", target: ecs, in: ecs.action("a", schedule, bounds(1, 2)), message: message}
	}
	later, sooner := birth.Add(2*3600e9), birth.Add(3600e9)
	timed := func(edit func(*aas.PutScheduledActionInput)) any {
		in := ecs.action("a", "rate(1 hour)", bounds(1, 2))
		edit(in)
		return in
	}
	checkRefusals(t, []refusal{
		refuse("no schedule", "", "Schedule must be set"),
		refuse("bare cron", "0 8 * * ? *", syntax),
		refuse("unknown unit", "rate(5 weeks)", syntax),
		refuse("unclosed", "cron(0 8 * * ? *", syntax),
		refuse("no rate", "rate(0 minutes)", "Invalid schedule frequency. Run for 2026-03-02T10:00:00Z and 2026-03-02T10:00:00Z are less than 60 seconds apart"),
		refuse("both days", "cron(0 8 * * * *)", "Invalid CRON expression"),
		refuse("zone in at", "at(2035-01-01T00:00:00Z)", `Invalid schedule at DateTime expression. Details: Invalid format: "2035-01-01T00:00:00Z" is malformed at "Z"`),
		refuse("date only", "at(2035-01-01)", `Invalid schedule at DateTime expression. Details: Invalid format: "2035-01-01" is too short`),
		refuse("blank for T", "at(2035-01-01 08:00:00)", `Invalid schedule at DateTime expression. Details: Invalid format: "2035-01-01 08:00:00" is malformed at " 08:00:00"`),
		refuse("month 13", "at(2035-13-01T00:00:00)", `Invalid schedule at DateTime expression. Details: Cannot parse "2035-13-01T00:00:00": a value is out of range`),
		{
			name: "abbreviated zone", reason: "the service was seen to answer so: only names of the IANA database", target: ecs, message: "Invalid schedule timezone: JST",
			in: timed(func(in *aas.PutScheduledActionInput) { in.Timezone = aws.String("JST") }),
		},
		{
			name: "local zone", reason: "the zone of the machine is no name of a zone", target: ecs, message: "Invalid schedule timezone: Local",
			in: timed(func(in *aas.PutScheduledActionInput) { in.Timezone = aws.String("Local") }),
		},
		{
			name: "end before start", reason: "the service was seen to answer so", target: ecs, message: "StartTime must be before EndTime",
			in: timed(func(in *aas.PutScheduledActionInput) { in.StartTime, in.EndTime = &later, &sooner }),
		},
		{
			name: "end at start", reason: "equality is not before", target: ecs, message: "StartTime must be before EndTime",
			in: timed(func(in *aas.PutScheduledActionInput) { in.StartTime, in.EndTime = &later, &later }),
		},
		{
			name: "empty bounds", reason: "the service was seen to answer so", target: ecs, message: "At least one of minimum capacity and maximum capacity should be provided",
			in: ecs.action("a", "rate(1 hour)", &types.ScalableTargetAction{}),
		},
		{
			name: "bounds crossed", reason: "the service was seen to answer so", target: ecs, message: "Maximum capacity cannot be less than minimum capacity",
			in: ecs.action("a", "rate(1 hour)", bounds(4, 1)),
		},
		{
			name: "below the floor", reason: "a bound that the target could not have", target: tableRead, message: "Minimum capacity cannot be less than 1",
			in: tableRead.action("a", "rate(1 hour)", bounds(0, 1)),
		},
		{
			name: "MSK", reason: "scheduled scaling is documented as not supported", target: broker,
			message: "Scheduled scaling is not supported for scalable dimension kafka:broker-storage:VolumeSize",
			in:      broker.action("a", "rate(1 hour)", bounds(1, 2)),
		},
	})
	for i, schedule := range []string{
		"at(2035-01-01T00:00:00)", "at(2035-01-01T9:36:00)", "at(1999-01-01T00:00:00)", "rate(5 minutes)", "rate(1hours)",
		"cron(0 8 ? * MON-FRI *)", "cron(0/15 * 1 * ? *)",
	} {
		t.Run(schedule, func(t *testing.T) {
			explain(t, "the documented forms are accepted, and a time in the past too: AWS does not say otherwise")
			c := newCloud(t, appautoscaling.Behaviour{})
			in := ecs.action(fmt.Sprint(i), schedule, &types.ScalableTargetAction{MaxCapacity: aws.Int32(0)})
			in.Timezone = aws.String("Etc/GMT+9")
			c.must(ecs.register(1, 4), in)
		})
	}
}

// TestConstraints posts what the SDK would not send, or not so.
func TestConstraints(t *testing.T) {
	long := strings.Repeat("x", 1601)
	for _, tt := range []struct{ name, reason, operation, body, message string }{
		{
			"everything missing", "all violations come in one error", "DeregisterScalableTarget", `{}`,
			"3 validation errors detected: Value null at 'serviceNamespace' failed to satisfy constraint: Member must not be null; " +
				"Value null at 'resourceId' failed to satisfy constraint: Member must not be null; " +
				"Value null at 'scalableDimension' failed to satisfy constraint: Member must not be null",
		},
		{
			"null is missing", "a null member is none", "RegisterScalableTarget",
			`{"ServiceNamespace":"ecs","ResourceId":null,"ScalableDimension":"ecs:service:DesiredCount"}`,
			"1 validation error detected: Value null at 'resourceId' failed to satisfy constraint: Member must not be null",
		},
		{
			"empty resource ID", "the model wants a character", "DeregisterScalableTarget",
			`{"ServiceNamespace":"ecs","ResourceId":"","ScalableDimension":"ecs:service:DesiredCount"}`,
			"1 validation error detected: Value '' at 'resourceId' failed to satisfy constraint: Member must have length greater than or equal to 1",
		},
		{
			"long resource ID", "the model allows 1600 characters", "DeregisterScalableTarget",
			`{"ServiceNamespace":"ecs","ResourceId":"` + long + `","ScalableDimension":"ecs:service:DesiredCount"}`,
			"1 validation error detected: Value '" + long + "' at 'resourceId' failed to satisfy constraint: Member must have length less than or equal to 1600",
		},
		{
			"control character", "the model allows tab, carriage return and line feed only", "DeregisterScalableTarget",
			`{"ServiceNamespace":"ecs","ResourceId":"a\u0001","ScalableDimension":"ecs:service:DesiredCount"}`,
			"1 validation error detected: Value 'a\u0001' at 'resourceId' failed to satisfy constraint: Member must satisfy regular expression pattern: " +
				`[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*`,
		},
		{
			"policy name", "the model wants printable characters", "PutScalingPolicy",
			`{"PolicyName":"a\tb","ServiceNamespace":"ecs","ResourceId":"service/a/b","ScalableDimension":"ecs:service:DesiredCount"}`,
			`1 validation error detected: Value 'a` + "\t" + `b' at 'policyName' failed to satisfy constraint: Member must satisfy regular expression pattern: \p{Print}+`,
		},
		{
			"name of a scheduled action", "a slash is forbidden; the name is checked before the target is looked for", "PutScheduledAction",
			`{"ScheduledActionName":"a/b","ServiceNamespace":"ecs","ResourceId":"service/a/b","ScalableDimension":"ecs:service:DesiredCount"}`,
			`1 validation error detected: Value 'a/b' at 'scheduledActionName' failed to satisfy constraint: Member must satisfy regular expression pattern: ` +
				`(?!((^[ ]+.*)|(.*([\u0000-\u001f]|[\u007f-\u009f]|[:/|])+.*)|(.*[ ]+$))).+`,
		},
		{
			"target value", "the one required member of the configuration", "PutScalingPolicy",
			`{"PolicyName":"p","ServiceNamespace":"ecs","ResourceId":"service/a/b","ScalableDimension":"ecs:service:DesiredCount",` +
				`"PolicyType":"TargetTrackingScaling","TargetTrackingScalingPolicyConfiguration":{"PredefinedMetricSpecification":{}}}`,
			"2 validation errors detected: Value null at 'targetTrackingScalingPolicyConfiguration.targetValue' failed to satisfy constraint: Member must not be null; " +
				"Value null at 'targetTrackingScalingPolicyConfiguration.predefinedMetricSpecification.predefinedMetricType' failed to satisfy constraint: Member must not be null",
		},
		{
			"scaling adjustment", "elements of lists are counted from 1", "PutScalingPolicy",
			`{"PolicyName":"p","ServiceNamespace":"ecs","ResourceId":"service/a/b","ScalableDimension":"ecs:service:DesiredCount",` +
				`"PolicyType":"StepScaling","StepScalingPolicyConfiguration":{"StepAdjustments":[{"MetricIntervalLowerBound":0}]}}`,
			"1 validation error detected: Value null at 'stepScalingPolicyConfiguration.stepAdjustments.1.member.scalingAdjustment' failed to satisfy constraint: Member must not be null",
		},
		{
			"buffer time", "0 to 3600 in the model", "PutScalingPolicy",
			`{"PolicyName":"p","ServiceNamespace":"ecs","ResourceId":"service/a/b","ScalableDimension":"ecs:service:DesiredCount",` +
				`"PolicyType":"PredictiveScaling","PredictiveScalingPolicyConfiguration":{"MetricSpecifications":[],"SchedulingBufferTime":3601}}`,
			"1 validation error detected: Value '3601' at 'predictiveScalingPolicyConfiguration.schedulingBufferTime' failed to satisfy constraint: Member must have value less than or equal to 3600",
		},
		{
			"too many names", "filters take 50 names", "DescribeScalingPolicies",
			`{"ServiceNamespace":"ecs","PolicyNames":[` + strings.TrimSuffix(strings.Repeat(`"p",`, 51), ",") + `]}`,
			"1 validation error detected: Value '[" + strings.TrimSuffix(strings.Repeat("p, ", 51), ", ") + "]' at 'policyNames' failed to satisfy constraint: Member must have length less than or equal to 50",
		},
		{
			"dimension alone", "a scalable dimension needs a resource ID", "DescribeScalingPolicies",
			`{"ServiceNamespace":"ecs","ScalableDimension":"ecs:service:DesiredCount"}`,
			"If you specify a scalable dimension, you must also specify a resource ID",
		},
		{
			"dimension alone, targets", "the resource IDs are a list there", "DescribeScalableTargets",
			`{"ServiceNamespace":"ecs","ScalableDimension":"ecs:service:DesiredCount","ResourceIds":[]}`,
			"If you specify a scalable dimension, you must also specify a resource ID",
		},
		{
			"dimension of another namespace, filter", "the namespace is the first part of the dimension", "DescribeScheduledActions",
			`{"ServiceNamespace":"ecs","ResourceId":"table/orders","ScalableDimension":"dynamodb:table:ReadCapacityUnits"}`, unsupported,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			explain(t, tt.reason)
			status, body := newCloud(t, appautoscaling.Behaviour{}).post(tt.operation, tt.body)
			if want := fmt.Sprintf(`{"Message":%s,"__type":"ValidationException"}`, quote(t, tt.message)); status != 400 || body != want {
				t.Errorf("the answer is %d\n%s\nwant 400\n%s", status, body, want)
			}
		})
	}
}

// TestEnumerations checks the messages for values that are in no enumeration;
// the sets are long, so only their beginnings are compared.
func TestEnumerations(t *testing.T) {
	c := newCloud(t, appautoscaling.Behaviour{})
	for _, dimension := range []string{"rds:cluster:Capacity", "elasticmapreduce:instancefleet:OnDemandCapacity"} { // accepted by emulators
		_, err := c.call(id{"rds", "cluster:orders", types.ScalableDimension(dimension)}.register(1, 2))
		if err == nil || !strings.Contains(err.Error(), "Value '"+dimension+"' at 'scalableDimension' failed to satisfy constraint: Member must satisfy enum value set: [") {
			t.Errorf("%s: %v, want a violation of the enumeration", dimension, err)
		}
	}
	_, body := c.post("RegisterScalableTarget", `{"ServiceNamespace":"ec3","ResourceId":"x","ScalableDimension":"ec3:x:y"}`)
	for _, want := range []string{
		"2 validation errors detected: Value 'ec3' at 'serviceNamespace' failed to satisfy constraint: Member must satisfy enum value set: [ecs, ",
		"Value 'ec3:x:y' at 'scalableDimension' failed to satisfy constraint: Member must satisfy enum value set: [ecs:service:DesiredCount, ",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the answer is\n%s\nwhich lacks\n%s", body, want)
		}
	}
}
