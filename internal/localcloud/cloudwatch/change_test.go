package cloudwatch_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch"
)

func TestDeleteAlarms(t *testing.T) {
	cases := map[string]struct {
		reason  string
		options cloudwatch.Behaviour
		delete  []string
		code    string
		left    []string
	}{
		"Existing": {"what exists is deleted", cloudwatch.Behaviour{}, []string{"a/high", "bare"}, "", []string{"a/low", "b/math"}},
		"Partly": {
			"wrong names do not keep correct names from being deleted, but they are an error",
			cloudwatch.Behaviour{}, []string{"nobody", "bare"}, "ResourceNotFound", []string{"a/high", "a/low", "b/math"},
		},
		"Ignored": {
			"by option wrong names are no error",
			cloudwatch.Behaviour{DeleteIgnoresMissing: true}, []string{"nobody", "bare", "bare"}, "", []string{"a/high", "a/low", "b/math"},
		},
		"None": {"no names delete nothing", cloudwatch.Behaviour{}, []string{}, "", []string{"a/high", "a/low", "b/math", "bare"}},
		"Many": {
			"a hundred names at most, or nothing is deleted",
			cloudwatch.Behaviour{}, append(make([]string, 100), "bare"), "ValidationError", []string{"a/high", "a/low", "b/math", "bare"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, localcloud.Options{CloudWatch: tc.options})
			c := l.client(account, region)
			for _, alarm := range []string{"bare", "a/low", "b/math", "a/high"} {
				put(t, c, cpuAlarm(alarm))
			}
			_, err := c.DeleteAlarms(t.Context(), &sdk.DeleteAlarmsInput{AlarmNames: tc.delete})
			if code(err) != tc.code {
				t.Errorf("%s: got %v, want %q", tc.reason, err, tc.code)
			}
			var notFound *types.ResourceNotFound
			if tc.code == "ResourceNotFound" && (!errors.As(err, &notFound) || !strings.Contains(notFound.ErrorMessage(), "nobody")) {
				t.Errorf("%s: the SDK knows the error by its type, and it names who is missing: %v", tc.reason, err)
			}
			out, err := c.DescribeAlarms(t.Context(), &sdk.DescribeAlarmsInput{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.left, names(out.MetricAlarms)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
			}
		})
	}
}

func TestDeletedAlarmStartsAnew(t *testing.T) {
	_, c := fleet(t)
	if _, err := c.DeleteAlarms(t.Context(), &sdk.DeleteAlarmsInput{AlarmNames: []string{"a/high"}}); err != nil {
		t.Fatal(err)
	}
	put(t, c, cpuAlarm("a/high"))
	if a := describe(t, c, "a/high"); a.StateValue != types.StateValueInsufficientData || *a.StateReason != "Unchecked: Initial alarm creation" {
		t.Errorf("an alarm that was deleted and put again is a new one: %s %s", a.StateValue, *a.StateReason)
	}
}

func TestSetAlarmState(t *testing.T) {
	l := newLab(t, localcloud.Options{})
	c := l.client(account, region)
	put(t, c, cpuAlarm("a"))
	start := l.now
	steps := []struct {
		reason       string
		state        types.StateValue
		transitioned time.Time
	}{
		{"another state is a transition", types.StateValueAlarm, start.Add(time.Second)},
		{"the same state is written, but is no transition", types.StateValueAlarm, start.Add(time.Second)},
		{"back is a transition again", types.StateValueOk, start.Add(3 * time.Second)},
	}
	for i, step := range steps {
		l.now = l.now.Add(time.Second)
		reason := fmt.Sprint("because ", i)
		if _, err := c.SetAlarmState(t.Context(), &sdk.SetAlarmStateInput{AlarmName: aws.String("a"), StateValue: step.state, StateReason: &reason}); err != nil {
			t.Fatal(err)
		}
		a := describe(t, c, "a")
		if a.StateValue != step.state || *a.StateReason != reason || a.StateReasonData != nil ||
			!a.StateUpdatedTimestamp.Equal(l.now) || !a.StateTransitionedTimestamp.Equal(step.transitioned) || !a.AlarmConfigurationUpdatedTimestamp.Equal(start) {
			t.Errorf("%s: %+v", step.reason, a)
		}
	}
}

func TestSetAlarmStateRefuses(t *testing.T) {
	_, c := fleet(t)
	valid := func() *sdk.SetAlarmStateInput {
		return &sdk.SetAlarmStateInput{AlarmName: aws.String("bare"), StateValue: types.StateValueOk, StateReason: aws.String("r")}
	}
	cases := map[string]struct {
		reason string
		spoil  func(*sdk.SetAlarmStateInput)
		code   string
	}{
		"Unknown": {"the alarm must exist", func(in *sdk.SetAlarmStateInput) { in.AlarmName = aws.String("x") }, "ResourceNotFound"},
		"State":   {"states are an enumeration", func(in *sdk.SetAlarmStateInput) { in.StateValue = "ODD" }, "ValidationError"},
		"Reason":  {"a reason is bounded", func(in *sdk.SetAlarmStateInput) { in.StateReason = aws.String(strings.Repeat("r", 1024)) }, "ValidationError"},
		"Data":    {"the reason's data are JSON", func(in *sdk.SetAlarmStateInput) { in.StateReasonData = aws.String("{") }, "InvalidFormat"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			in := valid()
			tc.spoil(in)
			if _, err := c.SetAlarmState(t.Context(), in); code(err) != tc.code {
				t.Errorf("%s: got %v, want %s", tc.reason, err, tc.code)
			}
		})
	}
}

func TestAlarmActions(t *testing.T) {
	_, c := fleet(t)
	if _, err := c.DisableAlarmActions(t.Context(), &sdk.DisableAlarmActionsInput{AlarmNames: []string{"bare", "nobody"}}); err != nil {
		t.Fatal(err)
	}
	if *describe(t, c, "bare").ActionsEnabled || !*describe(t, c, "a/low").ActionsEnabled {
		t.Error("the actions of the named alarm are disabled, and no others; an unknown name is passed over")
	}
	if _, err := c.EnableAlarmActions(t.Context(), &sdk.EnableAlarmActionsInput{AlarmNames: []string{"bare"}}); err != nil {
		t.Fatal(err)
	}
	if !*describe(t, c, "bare").ActionsEnabled {
		t.Error("the actions are enabled again")
	}
}

func TestTags(t *testing.T) {
	l := newLab(t, localcloud.Options{})
	c := l.client(account, region)
	in := cpuAlarm("a:b/c")
	in.Tags = []types.Tag{{Key: aws.String("b"), Value: aws.String("1")}, {Key: aws.String("a"), Value: aws.String("")}}
	put(t, c, in)
	arn := describe(t, c, "a:b/c").AlarmArn
	expect := func(reason string, want ...string) {
		t.Helper()
		out, err := c.ListTagsForResource(t.Context(), &sdk.ListTagsForResourceInput{ResourceARN: arn})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, tag := range out.Tags {
			got = append(got, *tag.Key+"="+*tag.Value)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", reason, diff)
		}
	}
	expect("tags of the creation are kept, and a name may have colons", "a=", "b=1")
	_, err := c.TagResource(t.Context(), &sdk.TagResourceInput{ResourceARN: arn, Tags: []types.Tag{
		{Key: aws.String("b"), Value: aws.String("2")}, {Key: aws.String("c"), Value: aws.String("3")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	expect("tags are added, and a key that exists gets the new value", "a=", "b=2", "c=3")
	if _, err := c.UntagResource(t.Context(), &sdk.UntagResourceInput{ResourceARN: arn, TagKeys: []string{"a", "nobody", "c"}}); err != nil {
		t.Fatal(err)
	}
	expect("tags are removed by key", "b=2")

	many := make([]types.Tag, 50)
	for i := range many {
		many[i] = types.Tag{Key: aws.String(fmt.Sprint("k", i)), Value: aws.String("")}
	}
	_, err = c.TagResource(t.Context(), &sdk.TagResourceInput{ResourceARN: arn, Tags: many})
	if code(err) != "InvalidParameterValue" {
		t.Errorf("fifty tags at most, those there are included: %v", err)
	}
	expect("too many tags change nothing", "b=2")
	for reason, bad := range map[string]string{
		"ResourceNotFoundException": strings.Replace(*arn, "a:b", "x:b", 1),
		"InvalidParameterValue":     "arn:aws:cloudwatch::111122223333:dashboard/d",
		"ValidationError":           "",
	} {
		_, err := c.ListTagsForResource(t.Context(), &sdk.ListTagsForResourceInput{ResourceARN: &bad})
		if code(err) != reason {
			t.Errorf("%q: got %v, want %s", bad, err, reason)
		}
		var typed *types.ResourceNotFoundException
		if reason == "ResourceNotFoundException" && (!errors.As(err, &typed) || *typed.ResourceId != bad || typed.ErrorMessage() == "") {
			t.Errorf("the SDK knows the error by its type, with its members: %v", err)
		}
	}
}
