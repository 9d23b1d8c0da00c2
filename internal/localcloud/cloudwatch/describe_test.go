package cloudwatch_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/localcloud"
)

const policyARN = "arn:aws:autoscaling:eu-west-1:111122223333:scalingPolicy:1:resource/ecs/service/a/b:policyName/p"

// fleet has the alarms a/high (in ALARM, with an action), a/low, b/math and bare.
func fleet(t *testing.T) (*lab, *sdk.Client) {
	t.Helper()
	l := newLab(t, localcloud.Options{})
	c := l.client(account, region)
	high := cpuAlarm("a/high")
	high.AlarmActions = []string{policyARN}
	put(t, c, high)
	low := cpuAlarm("a/low")
	low.OKActions = []string{"arn:aws:sns:eu-west-1:111122223333:topic"}
	low.Period = aws.Int32(300)
	put(t, c, low)
	put(t, c, mathAlarm("b/math"))
	bare := cpuAlarm("bare")
	bare.Dimensions = nil
	put(t, c, bare)
	if _, err := c.SetAlarmState(t.Context(), &sdk.SetAlarmStateInput{
		AlarmName: high.AlarmName, StateValue: types.StateValueAlarm, StateReason: aws.String("test"),
	}); err != nil {
		t.Fatal(err)
	}
	return l, c
}

func names(alarms []types.MetricAlarm) []string {
	found := []string{}
	for _, a := range alarms {
		found = append(found, *a.AlarmName)
	}
	return found
}

func TestDescribeAlarms(t *testing.T) {
	_, c := fleet(t)
	cases := map[string]struct {
		reason string
		in     sdk.DescribeAlarmsInput
		want   []string
	}{
		"All":       {"without filters all alarms are listed, by name", sdk.DescribeAlarmsInput{}, []string{"a/high", "a/low", "b/math", "bare"}},
		"Names":     {"names that do not exist are left out, a name given twice is listed once", sdk.DescribeAlarmsInput{AlarmNames: []string{"bare", "x", "a/low", "bare"}}, []string{"a/low", "bare"}},
		"Prefix":    {"a prefix is a prefix of the name", sdk.DescribeAlarmsInput{AlarmNamePrefix: aws.String("a/")}, []string{"a/high", "a/low"}},
		"WholeName": {"a prefix may be a whole name", sdk.DescribeAlarmsInput{AlarmNamePrefix: aws.String("b/math")}, []string{"b/math"}},
		"State":     {"one state", sdk.DescribeAlarmsInput{StateValue: types.StateValueAlarm}, []string{"a/high"}},
		"Action":    {"an action of any state counts", sdk.DescribeAlarmsInput{ActionPrefix: aws.String("arn:aws:sns")}, []string{"a/low"}},
		"Together":  {"filters narrow each other", sdk.DescribeAlarmsInput{AlarmNamePrefix: aws.String("a/"), ActionPrefix: aws.String(policyARN)}, []string{"a/high"}},
		"Composite": {"there are no composite alarms", sdk.DescribeAlarmsInput{AlarmTypes: []types.AlarmType{types.AlarmTypeCompositeAlarm}}, []string{}},
		"Metric":    {"metric alarms may be asked for by type", sdk.DescribeAlarmsInput{AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm}, AlarmNames: []string{"bare"}}, []string{"bare"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			for _, size := range []int32{0, 1, 2} {
				if tc.in.MaxRecords = nil; size > 0 {
					tc.in.MaxRecords = &size
				}
				got, pages := []string{}, 0
				for p := sdk.NewDescribeAlarmsPaginator(c, &tc.in); p.HasMorePages(); pages++ {
					out, err := p.NextPage(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, names(out.MetricAlarms)...)
				}
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Errorf("%s, in pages of %d (-want +got):\n%s", tc.reason, size, diff)
				}
				if size > 0 && pages != max(1, (len(tc.want)+int(size)-1)/int(size)) {
					t.Errorf("%s: %d pages of %d for %d alarms; a full last page has no token", tc.reason, pages, size, len(tc.want))
				}
			}
		})
	}
}

func TestDescribeAlarmsDefaultPage(t *testing.T) {
	l := newLab(t, localcloud.Options{})
	c := l.client(account, region)
	for i := range 51 {
		put(t, c, cpuAlarm(fmt.Sprintf("alarm-%02d", i)))
	}
	out, err := c.DescribeAlarms(t.Context(), &sdk.DescribeAlarmsInput{})
	if err != nil || len(out.MetricAlarms) != 50 || out.NextToken == nil {
		t.Fatalf("a page has 50 alarms by default: %d, %v", len(out.MetricAlarms), err)
	}
	// An alarm deleted between the pages must not hide another.
	if _, err := c.DeleteAlarms(t.Context(), &sdk.DeleteAlarmsInput{AlarmNames: []string{"alarm-49"}}); err != nil {
		t.Fatal(err)
	}
	out, err = c.DescribeAlarms(t.Context(), &sdk.DescribeAlarmsInput{NextToken: out.NextToken})
	if err != nil || len(out.MetricAlarms) != 1 || out.NextToken != nil {
		t.Errorf("the second page has the rest: %v, %v", names(out.MetricAlarms), err)
	}
}

func TestDescribeAlarmsRefuses(t *testing.T) {
	_, c := fleet(t)
	many := make([]string, 101)
	for i := range many {
		many[i] = "a"
	}
	cases := map[string]struct {
		reason string
		in     sdk.DescribeAlarmsInput
		code   string
	}{
		"NamesAndPrefix": {"names exclude a prefix", sdk.DescribeAlarmsInput{AlarmNames: []string{"a"}, AlarmNamePrefix: aws.String("a")}, "InvalidParameterCombination"},
		"ManyNames":      {"a hundred names at most", sdk.DescribeAlarmsInput{AlarmNames: many}, "ValidationError"},
		"NoRecords":      {"a page has at least one alarm", sdk.DescribeAlarmsInput{MaxRecords: aws.Int32(0)}, "ValidationError"},
		"ManyRecords":    {"and at most a hundred", sdk.DescribeAlarmsInput{MaxRecords: aws.Int32(101)}, "ValidationError"},
		"State":          {"states are an enumeration", sdk.DescribeAlarmsInput{StateValue: "SLEEPY"}, "ValidationError"},
		"Type":           {"types are an enumeration", sdk.DescribeAlarmsInput{AlarmTypes: []types.AlarmType{"Loud"}}, "ValidationError"},
		"Token":          {"tokens are ours", sdk.DescribeAlarmsInput{NextToken: aws.String("bm90IG91cnM")}, "InvalidNextToken"},
		"TokenForm":      {"and opaque, not text", sdk.DescribeAlarmsInput{NextToken: aws.String("%%")}, "InvalidNextToken"},
		"Children":       {"composite alarms are refused by name", sdk.DescribeAlarmsInput{ChildrenOfAlarmName: aws.String("a")}, "InvalidParameterValue"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := c.DescribeAlarms(t.Context(), &tc.in)
			if code(err) != tc.code {
				t.Errorf("%s: got %v, want %s", tc.reason, err, tc.code)
			}
		})
	}
	_, err := c.DescribeAlarms(t.Context(), &sdk.DescribeAlarmsInput{NextToken: aws.String("x")})
	var typed *types.InvalidNextToken
	if !errors.As(err, &typed) || typed.ErrorMessage() == "" {
		t.Errorf("the SDK knows the error by its type: %v", err)
	}
}

func TestDescribeAlarmsForMetric(t *testing.T) {
	_, c := fleet(t)
	type input = sdk.DescribeAlarmsForMetricInput
	cases := map[string]struct {
		reason string
		narrow func(*input)
		want   []string
	}{
		"Exact":        {"the dimensions are those of the metric", func(*input) {}, []string{"a/high", "a/low"}},
		"NoDimensions": {"a metric without dimensions is another metric", func(in *input) { in.Dimensions = nil }, []string{"bare"}},
		"Period":       {"the period narrows", func(in *input) { in.Period = aws.Int32(300) }, []string{"a/low"}},
		"Statistic":    {"the statistic narrows", func(in *input) { in.Statistic = types.StatisticSum }, []string{}},
		"Unit":         {"an alarm without unit has none", func(in *input) { in.Unit = types.StandardUnitPercent }, []string{}},
		"Extended":     {"so has one without percentile", func(in *input) { in.ExtendedStatistic = aws.String("p90") }, []string{}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			in := input{
				Namespace: aws.String("AWS/ECS"), MetricName: aws.String("CPUUtilization"),
				Dimensions: []types.Dimension{{Name: aws.String("ClusterName"), Value: aws.String("c")}},
			}
			tc.narrow(&in)
			out, err := c.DescribeAlarmsForMetric(t.Context(), &in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, names(out.MetricAlarms)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
	_, err := c.DescribeAlarmsForMetric(t.Context(), &input{Namespace: aws.String(":"), MetricName: aws.String("x")})
	if code(err) != "ValidationError" {
		t.Errorf("a namespace follows its pattern here too: %v", err)
	}
}
