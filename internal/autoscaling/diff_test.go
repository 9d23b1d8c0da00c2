package autoscaling

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var (
	variant = Identity{"sagemaker", "endpoint/demo/variant/AllTraffic", "sagemaker:variant:DesiredInstanceCount"}
	noon    = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
)

const linkedRole = "arn:aws:iam::123456789012:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"

// registered is a target as AWS describes it.
func registered(lower, upper int32) *ObservedTarget {
	return &ObservedTarget{ARN: "arn:target", MinCapacity: lower, MaxCapacity: upper, RoleARN: linkedRole, CreationTime: noon.Add(-48 * time.Hour)}
}

func bounds(lower, upper int32) *DesiredTarget {
	return &DesiredTarget{Target: Target{MinCapacity: &lower, MaxCapacity: &upper}}
}

func tracking(name string, value float64) Policy {
	return Policy{Name: name, Type: TargetTrackingScaling, TargetTracking: &TargetTracking{
		TargetValue: &value, Predefined: &PredefinedMetric{Type: "SageMakerVariantInvocationsPerInstance"},
	}}
}

func stepPolicy(name string) Policy {
	return Policy{Name: name, Type: StepScaling, Step: &Step{
		AdjustmentType: "ChangeInCapacity", Adjustments: []StepAdjustment{{LowerBound: new(0.0), Adjustment: 1}},
	}}
}

func inAWS(policies ...Policy) []ObservedPolicy {
	out := make([]ObservedPolicy, 0, len(policies))
	for _, p := range policies {
		out = append(out, ObservedPolicy{Policy: p, ARN: "arn:" + p.Name, Alarms: []Alarm{{Name: "high-" + p.Name}, {Name: "low-" + p.Name}}})
	}
	return out
}

func declared(policies ...Policy) []DesiredPolicy {
	out := make([]DesiredPolicy, 0, len(policies))
	for _, p := range policies {
		out = append(out, DesiredPolicy{Policy: p})
	}
	return out
}

// line prints a change as the tables below write it.
func line(c Change) string {
	s := string(c.Op)
	if c.Name != "" {
		s += " " + c.Name
	}
	for _, f := range c.Fields {
		s += fmt.Sprintf(" %s:%s>%s", f.Field, f.From, f.To)
	}
	return s
}

func lines(plan Plan) []string {
	var out []string
	for _, c := range plan.Changes {
		out = append(out, line(c))
	}
	return out
}

func TestDiff(t *testing.T) {
	morning := ObservedAction{Action: Action{Name: "morning", Schedule: "cron(0 8 * * ? *)", MinCapacity: new(int32(20))}, CreationTime: noon.Add(-48 * time.Hour)}
	cases := map[string]struct {
		reason   string
		desired  Desired
		observed Observed
		want     []string
		missing  bool
	}{
		"create all": {
			reason:  "AWS refuses policies and actions of a target that is not registered, so the target comes first",
			desired: Desired{Target: bounds(1, 2), Policies: declared(tracking("p", 60)), Actions: []DesiredAction{{Action: Action{Name: "a", Schedule: "rate(1 hour)", MinCapacity: new(int32(1))}}}},
			want: []string{
				"RegisterScalableTarget minCapacity:>1 maxCapacity:>2",
				"PutScalingPolicy p policyType:>TargetTrackingScaling targetTrackingScalingPolicyConfiguration.targetValue:>60 targetTrackingScalingPolicyConfiguration.predefinedMetricSpecification.predefinedMetricType:>SageMakerVariantInvocationsPerInstance",
				"PutScheduledAction a schedule:>rate(1 hour) scalableTargetAction.minCapacity:>1",
			},
		},
		"nothing differs": {
			reason:   "nothing is sent when AWS has what is declared",
			desired:  Desired{Target: bounds(1, 2), Policies: declared(tracking("p", 60))},
			observed: Observed{Target: registered(1, 2), Policies: inAWS(tracking("p", 60))},
		},
		"only what differs": {
			reason:   "an update of the target sends the member that differs and leaves the other alone",
			desired:  Desired{Target: bounds(1, 4)},
			observed: Observed{Target: registered(1, 2)},
			want:     []string{"RegisterScalableTarget maxCapacity:2>4"},
		},
		"linked role reported": {
			reason:   "a role that AWS swaps for its service-linked role is no difference: sending it again changes nothing",
			desired:  Desired{Target: &DesiredTarget{Target: Target{RoleARN: "arn:aws:iam::123456789012:role/mine"}}},
			observed: Observed{Target: registered(1, 2)},
		},
		"suspension": {
			reason:   "whether AWS keeps a switch that is left out is not documented, so all three are sent when one differs",
			desired:  Desired{Target: &DesiredTarget{Target: Target{Suspended: Suspension{DynamicScalingIn: new(true)}}}},
			observed: Observed{Target: &ObservedTarget{Suspended: ObservedSuspension{ScheduledScaling: true}}},
			want:     []string{"RegisterScalableTarget suspendedState.dynamicScalingInSuspended:false>true"},
		},
		"undeclared switch": {
			reason:   "a switch that nobody declares is whatever AWS has",
			desired:  Desired{Target: &DesiredTarget{}},
			observed: Observed{Target: &ObservedTarget{Suspended: ObservedSuspension{DynamicScalingOut: true}}},
		},
		"tags": {
			reason:   "tags go by operations of their own, and tags of others stay",
			desired:  Desired{Target: &DesiredTarget{Target: Target{Tags: map[string]string{"team": "ml", "env": "prod"}, RemovedTags: []string{"old", "never"}}}},
			observed: Observed{Target: &ObservedTarget{ARN: "arn:target", Tags: map[string]string{"env": "dev", "old": "1", "foreign": "x"}}},
			want:     []string{"TagResource tags[env]:dev>prod tags[team]:>ml", "UntagResource tags[old]:1>"},
		},
		"cooldown default": {
			reason: "AWS echoes no default, so an explicit default and an omitted member are the same",
			desired: Desired{Target: bounds(1, 2), Policies: declared(func() Policy {
				p := tracking("p", 60)
				p.TargetTracking.ScaleInCooldown = new(int32(300))
				p.TargetTracking.DisableScaleIn = new(false)
				return p
			}())},
			observed: Observed{Target: registered(1, 2), Policies: inAWS(tracking("p", 60))},
		},
		"cooldown removed": {
			reason:  "a cooldown that was removed from the manifest goes back to the default",
			desired: Desired{Target: bounds(1, 2), Policies: declared(tracking("p", 60))},
			observed: Observed{Target: registered(1, 2), Policies: inAWS(func() Policy {
				p := tracking("p", 60)
				p.TargetTracking.ScaleInCooldown = new(int32(700))
				return p
			}())},
			want: []string{"PutScalingPolicy p targetTrackingScalingPolicyConfiguration.scaleInCooldown:700>"},
		},
		"alarm gone": {
			reason:  "a policy without its alarm scales nothing, so it is put again, which makes the alarms anew",
			desired: Desired{Target: bounds(1, 2), Policies: declared(tracking("p", 60))},
			observed: Observed{Target: registered(1, 2), Policies: []ObservedPolicy{{
				Policy: tracking("p", 60), Alarms: []Alarm{{Name: "high", Problem: "is missing"}, {Name: "low"}},
			}}},
			want: []string{"PutScalingPolicy p alarm high:is missing>made anew"},
		},
		"type changes": {
			reason:   "AWS documents no change of the policy type in place, so the policy is replaced",
			desired:  Desired{Target: bounds(1, 2), Policies: declared(stepPolicy("p"))},
			observed: Observed{Target: registered(1, 2), Policies: inAWS(tracking("p", 60))},
			want: []string{
				"DeleteScalingPolicy p",
				"PutScalingPolicy p policyType:TargetTrackingScaling>StepScaling stepScalingPolicyConfiguration.adjustmentType:>ChangeInCapacity stepScalingPolicyConfiguration.stepAdjustments[0..+∞]:>+1 targetTrackingScalingPolicyConfiguration.targetValue:60> targetTrackingScalingPolicyConfiguration.predefinedMetricSpecification.predefinedMetricType:SageMakerVariantInvocationsPerInstance>",
			},
		},
		"rename": {
			reason:   "two policies may not name one metric even for a moment, so the old one goes first",
			desired:  Desired{Target: bounds(1, 2), Policies: append(declared(tracking("new", 60)), DesiredPolicy{Policy: Policy{Name: "old"}, Absent: true})},
			observed: Observed{Target: registered(1, 2), Policies: inAWS(tracking("old", 60))},
			want: []string{
				"DeleteScalingPolicy old",
				"PutScalingPolicy new policyType:>TargetTrackingScaling targetTrackingScalingPolicyConfiguration.targetValue:>60 targetTrackingScalingPolicyConfiguration.predefinedMetricSpecification.predefinedMetricType:>SageMakerVariantInvocationsPerInstance",
			},
		},
		"everything goes": {
			reason:   "one deregistration takes policies and actions along",
			desired:  Desired{Target: &DesiredTarget{Absent: true}, Policies: []DesiredPolicy{{Policy: Policy{Name: "p"}, Absent: true}}},
			observed: Observed{Target: registered(1, 2), Policies: inAWS(tracking("p", 60))},
			want:     []string{"DeregisterScalableTarget"},
		},
		"target goes, policy stays declared": {
			reason:   "the policy goes with the target and waits for another one",
			desired:  Desired{Target: &DesiredTarget{Absent: true}, Policies: declared(tracking("p", 60))},
			observed: Observed{Target: registered(1, 2), Policies: inAWS(tracking("p", 60))},
			want:     []string{"DeregisterScalableTarget"},
			missing:  true,
		},
		"policy without target": {
			reason:  "AWS would refuse the policy, so it is not sent",
			desired: Desired{Policies: declared(tracking("p", 60))},
			missing: true,
		},
		"policy on a foreign target": {
			reason:   "a target that somebody else registered is good enough for a policy",
			desired:  Desired{Policies: declared(tracking("p", 70))},
			observed: Observed{Target: registered(1, 2), Policies: inAWS(tracking("p", 60), tracking("other", 1))},
			want:     []string{"PutScalingPolicy p targetTrackingScalingPolicyConfiguration.targetValue:60>70"},
		},
		"delete what is gone": {
			reason:   "what AWS does not have needs no deletion",
			desired:  Desired{Policies: []DesiredPolicy{{Policy: Policy{Name: "p"}, Absent: true}}, Actions: []DesiredAction{{Action: Action{Name: "a"}, Absent: true}}},
			observed: Observed{Target: registered(1, 2)},
		},
		"bounds set by a schedule": {
			reason:   "a scheduled action set the lower bound, so it is not drift",
			desired:  Desired{Target: bounds(2, 40)},
			observed: Observed{Target: registered(20, 40), Actions: []ObservedAction{morning}},
		},
		"bounds edited under a schedule": {
			reason:   "an edit of the manifest wins over what a schedule set",
			desired:  Desired{Target: &DesiredTarget{Target: Target{MinCapacity: new(int32(3)), MaxCapacity: new(int32(40))}, PinMin: true, PinMax: true}},
			observed: Observed{Target: registered(20, 40), Actions: []ObservedAction{morning}},
			want:     []string{"RegisterScalableTarget minCapacity:20>3"},
		},
		"bounds set by hand": {
			reason:   "no schedule explains 7, so it is drift",
			desired:  Desired{Target: bounds(2, 40)},
			observed: Observed{Target: registered(7, 40), Actions: []ObservedAction{morning}},
			want:     []string{"RegisterScalableTarget minCapacity:7>2"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			plan := Diff(variant, c.desired, c.observed, noon)
			if diff := cmp.Diff(c.want, lines(plan), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s\n(-want +got)\n%s", c.reason, diff)
			}
			if plan.TargetMissing != c.missing {
				t.Errorf("%s: TargetMissing is %v", c.reason, plan.TargetMissing)
			}
		})
	}
}

// TestOrderAndDefaultsAreNoDifference: AWS returns lists in another order and
// may spell out defaults, and a put for that would be repeated for ever.
func TestOrderAndDefaultsAreNoDifference(t *testing.T) {
	metric := func(dimensions ...Dimension) *MetricStat {
		return &MetricStat{Stat: "Sum", Namespace: "n", MetricName: "m", Dimensions: dimensions}
	}
	custom := func(c CustomizedMetric) Policy {
		p := tracking("p", 60)
		p.TargetTracking.Predefined, p.TargetTracking.Customized = nil, &c
		return p
	}
	steps := func(change func(*Step), adjustments ...StepAdjustment) Policy {
		p := stepPolicy("p")
		p.Step.Adjustments = adjustments
		change(p.Step)
		return p
	}
	low, high := StepAdjustment{LowerBound: new(0.0), UpperBound: new(10.0), Adjustment: 1}, StepAdjustment{LowerBound: new(10.0), Adjustment: 2}
	a, b := Dimension{"a", "1"}, Dimension{"b", "2"}
	for reason, c := range map[string]struct{ declared, inAWS Policy }{
		"dimensions have no order": {custom(CustomizedMetric{MetricName: "m", Dimensions: []Dimension{a, b}}), custom(CustomizedMetric{MetricName: "m", Dimensions: []Dimension{b, a}})},
		"neither have metrics of metric math, nor their dimensions": {
			custom(CustomizedMetric{Metrics: []MetricQuery{{ID: "e", Expression: "m*2"}, {ID: "m", Stat: metric(a, b), ReturnData: new(false)}}}),
			custom(CustomizedMetric{Metrics: []MetricQuery{{ID: "m", Stat: metric(b, a), ReturnData: new(false)}, {ID: "e", Expression: "m*2", ReturnData: new(true)}}})},
		"steps are ordered by their bounds": {steps(func(*Step) {}, high, low), steps(func(*Step) {}, low, high)},
		"defaults of target tracking: no switch is off, and cooldowns of SageMaker are 300 seconds": {tracking("p", 60), func() Policy {
			p := tracking("p", 60)
			p.TargetTracking.DisableScaleIn, p.TargetTracking.ScaleInCooldown, p.TargetTracking.ScaleOutCooldown = new(false), new(int32(300)), new(int32(300))
			return p
		}()},
		"defaults of steps": {steps(func(*Step) {}, low, high), steps(func(s *Step) {
			s.Cooldown, s.MetricAggregationType = new(int32(300)), "Average"
		}, low, high)},
	} {
		for _, pair := range [][2]Policy{{c.declared, c.inAWS}, {c.inAWS, c.declared}} {
			plan := Diff(variant, Desired{Target: bounds(1, 2), Policies: declared(pair[0])}, Observed{Target: registered(1, 2), Policies: inAWS(pair[1])}, noon)
			if len(plan.Changes) > 0 {
				t.Errorf("%s: %q", reason, lines(plan))
			}
		}
	}
}

// TestEditsOfAnActionKeepItsTimes: AWS deletes the times that a request leaves
// out (AWS API: PutScheduledAction).
func TestEditsOfAnActionKeepItsTimes(t *testing.T) {
	was := Action{Name: "a", Schedule: "rate(1 hour)", Start: new(noon), End: new(noon.Add(time.Hour)), MinCapacity: new(int32(1))}
	is := was
	is.MinCapacity = new(int32(2))
	plan := Diff(variant, Desired{Target: bounds(1, 2), Actions: []DesiredAction{{Action: is}}}, Observed{Target: registered(1, 2), Actions: []ObservedAction{{Action: was}}}, noon)
	if len(plan.Changes) != 1 || len(plan.Changes[0].Fields) != 1 || cmp.Diff(is, *plan.Changes[0].Action) != "" {
		t.Errorf("%+v", plan.Changes)
	}
}

func TestDiffExplainsScheduledBounds(t *testing.T) {
	evening := ObservedAction{Action: Action{Name: "evening", Schedule: "cron(0 18 * * ? *)", Timezone: "UTC", MinCapacity: new(int32(2))}, CreationTime: noon.Add(-72 * time.Hour)}
	morning := ObservedAction{Action: Action{Name: "morning", Schedule: "cron(0 8 * * ? *)", MinCapacity: new(int32(20))}, CreationTime: noon.Add(-72 * time.Hour)}
	plan := Diff(variant, Desired{Target: bounds(1, 40)}, Observed{Target: registered(20, 40), Actions: []ObservedAction{morning, evening}}, noon)
	want := &ScheduledBounds{Min: &ScheduledBound{Value: 20, Base: 1, Action: "morning", Since: noon.Add(-4 * time.Hour)}}
	if diff := cmp.Diff(want, plan.Bounds); diff != "" {
		t.Errorf("the last firing before noon was at 08:00 (-want +got)\n%s", diff)
	}
}

func TestSchedulesFireByTheClockOfAWS(t *testing.T) {
	evening := ObservedAction{Action: Action{Name: "evening", Schedule: "cron(0 18 * * ? *)", MinCapacity: new(int32(2))}, CreationTime: noon.Add(-time.Hour)}
	observed := Observed{Target: registered(2, 40), Actions: []ObservedAction{evening}, At: noon.Add(7 * time.Hour)}
	if plan := Diff(variant, Desired{Target: bounds(1, 40)}, observed, noon); len(plan.Changes) != 0 {
		t.Errorf("it is 19:00 where the action fired, whatever our clock says, and yet the bounds are undone: %+v", plan.Changes)
	}
}

func TestDiffSendsTimezoneWhenItIsRemoved(t *testing.T) {
	desired := Desired{Target: bounds(1, 2), Actions: []DesiredAction{{Action: Action{Name: "a", Schedule: "cron(0 8 * * ? *)", MinCapacity: new(int32(1))}}}}
	observed := Observed{Target: registered(1, 2), Actions: []ObservedAction{{Action: Action{Name: "a", Schedule: "cron(0 8 * * ? *)", Timezone: "Europe/Berlin", MinCapacity: new(int32(1))}}}}
	plan := Diff(variant, desired, observed, noon)
	if len(plan.Changes) != 1 || plan.Changes[0].Action.Timezone != "UTC" {
		t.Errorf("AWS keeps a time zone that is left out, so UTC must be sent: %+v", plan.Changes)
	}
}

// perform makes the changes of a plan on what AWS has, by AWS's rules as far as
// Diff relies on them.
func perform(t *testing.T, o Observed, plan Plan) Observed {
	t.Helper()
	for _, c := range plan.Changes {
		switch c.Op {
		case OpRegisterTarget:
			if o.Target == nil {
				o.Target = &ObservedTarget{ARN: "arn:target", RoleARN: linkedRole, Tags: maps.Clone(c.Target.Tags)}
				if o.Target.Tags == nil {
					o.Target.Tags = map[string]string{}
				}
			} else if c.Target.Tags != nil {
				t.Fatal("AWS refuses tags in an update")
			}
			register(o.Target, *c.Target)
		case OpTagTarget:
			maps.Copy(o.Target.Tags, c.Tags)
		case OpUntagTarget:
			for _, k := range c.TagKeys {
				delete(o.Target.Tags, k)
			}
		case OpDeregisterTarget:
			o = Observed{}
		case OpPutPolicy:
			mustHaveTarget(t, o, c)
			o.Policies = slices.DeleteFunc(slices.Clone(o.Policies), func(p ObservedPolicy) bool {
				if p.Name == c.Name && p.Type != c.Policy.Type {
					t.Fatal("a policy changed its type in place")
				}
				return p.Name == c.Name
			})
			o.Policies = append(o.Policies, ObservedPolicy{Policy: *c.Policy})
		case OpDeletePolicy:
			o.Policies = slices.DeleteFunc(slices.Clone(o.Policies), func(p ObservedPolicy) bool { return p.Name == c.Name })
		case OpPutAction:
			mustHaveTarget(t, o, c)
			put := *c.Action
			if was := o.Action(c.Name); was != nil && put.Timezone == "" {
				put.Timezone = was.Timezone
			}
			o.Actions = slices.DeleteFunc(slices.Clone(o.Actions), func(a ObservedAction) bool { return a.Name == c.Name })
			o.Actions = append(o.Actions, ObservedAction{Action: put})
		case OpDeleteAction:
			o.Actions = slices.DeleteFunc(slices.Clone(o.Actions), func(a ObservedAction) bool { return a.Name == c.Name })
		}
	}
	return o
}

func mustHaveTarget(t *testing.T, o Observed, c Change) {
	t.Helper()
	if o.Target == nil {
		t.Fatalf("%s without a registered target", line(c))
	}
}

func register(have *ObservedTarget, want Target) {
	if want.MinCapacity != nil {
		have.MinCapacity = *want.MinCapacity
	}
	if want.MaxCapacity != nil {
		have.MaxCapacity = *want.MaxCapacity
	}
	set := func(have *bool, want *bool) {
		*have = want != nil && *want // the stricter of the two possible rules: an omitted switch is reset
	}
	if want.Suspended != (Suspension{}) {
		set(&have.Suspended.DynamicScalingIn, want.Suspended.DynamicScalingIn)
		set(&have.Suspended.DynamicScalingOut, want.Suspended.DynamicScalingOut)
		set(&have.Suspended.ScheduledScaling, want.Suspended.ScheduledScaling)
	}
}

// randomPolicy and the others below draw from few values, so that the declared
// and the observed side often meet.
func randomPolicy(r *rand.Rand) Policy {
	name := string(rune('a' + r.IntN(4)))
	if r.IntN(3) == 0 {
		p := stepPolicy(name)
		p.Step.Cooldown = maybe(r, int32(300), int32(60))
		return p
	}
	p := tracking(name, float64(50+10*r.IntN(2)))
	p.TargetTracking.ScaleInCooldown = maybe(r, int32(300), int32(60))
	p.TargetTracking.DisableScaleIn = maybe(r, true, false)
	return p
}

func maybe[T any](r *rand.Rand, values ...T) *T {
	if i := r.IntN(len(values) + 1); i < len(values) {
		return &values[i]
	}
	return nil
}

func randomAction(r *rand.Rand) Action {
	return Action{
		Name:        string(rune('a' + r.IntN(3))),
		Schedule:    []string{"rate(1 hour)", "cron(0 8 * * ? *)"}[r.IntN(2)],
		Timezone:    []string{"", "UTC", "Europe/Berlin"}[r.IntN(3)],
		Start:       maybe(r, noon, noon.Add(time.Hour)),
		MinCapacity: maybe(r, int32(1), int32(2)),
	}
}

func randomDesired(r *rand.Rand) Desired {
	var d Desired
	if r.IntN(4) > 0 {
		d.Target = bounds(int32(r.IntN(3)), int32(3+r.IntN(3)))
		d.Target.Suspended = Suspension{DynamicScalingIn: maybe(r, true, false), ScheduledScaling: maybe(r, true, false)}
		d.Target.Tags = map[string]string{string(rune('a' + r.IntN(3))): "x"}
		d.Target.Absent = r.IntN(6) == 0
	}
	for _, name := range []string{"a", "b", "c"} {
		if r.IntN(2) == 0 {
			p := randomPolicy(r)
			p.Name = name
			d.Policies = append(d.Policies, DesiredPolicy{Policy: p, Absent: r.IntN(4) == 0})
		}
		if r.IntN(2) == 0 {
			a := randomAction(r)
			a.Name = name
			d.Actions = append(d.Actions, DesiredAction{Action: a, Absent: r.IntN(4) == 0})
		}
	}
	return d
}

func randomObserved(r *rand.Rand) Observed {
	if r.IntN(3) == 0 {
		return Observed{}
	}
	o := Observed{Target: registered(int32(r.IntN(3)), int32(3+r.IntN(3)))}
	o.Target.Tags = map[string]string{"a": "y", "foreign": "z"}
	for _, name := range []string{"a", "b", "d"} {
		if r.IntN(2) == 0 {
			p := randomPolicy(r)
			p.Name = name
			o.Policies = append(o.Policies, ObservedPolicy{Policy: p})
		}
		if r.IntN(2) == 0 {
			a := randomAction(r)
			a.Name = name
			o.Actions = append(o.Actions, ObservedAction{Action: a, CreationTime: noon})
		}
	}
	return o
}

// Two plans must be enough from every state, and must leave alone what nobody
// declares. One is enough unless it changes the scheduled action that explained
// the bounds.
func checkConvergence(t *testing.T, seed uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0))
	desired, before := randomDesired(r), randomObserved(r)
	after := perform(t, before, Diff(variant, desired, before, noon))
	after = perform(t, after, Diff(variant, desired, after, noon))
	if again := Diff(variant, desired, after, noon); len(again.Changes) > 0 {
		t.Fatalf("seed %d: after the plan was performed there is still %q to do", seed, lines(again))
	}
	if after.Target == nil {
		return
	}
	if was := before.Policy("d"); was != nil && cmp.Diff(was, after.Policy("d")) != "" {
		t.Fatalf("seed %d: a policy that nobody declares was changed", seed)
	}
	if was := before.Action("d"); was != nil && cmp.Diff(was, after.Action("d")) != "" {
		t.Fatalf("seed %d: an action that nobody declares was changed", seed)
	}
	if before.Target != nil && after.Target.Tags["foreign"] != "z" {
		t.Fatalf("seed %d: a tag of somebody else was changed", seed)
	}
}

func TestDiffConverges(t *testing.T) {
	for seed := range uint64(5000) {
		checkConvergence(t, seed)
	}
}

func FuzzDiffConverges(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(checkConvergence)
}
