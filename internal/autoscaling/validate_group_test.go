package autoscaling

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// together declares a target with policies and actions.
func together(target Target, policies []Policy, actions ...Action) Desired {
	d := Desired{Target: &DesiredTarget{Target: target}}
	for _, p := range policies {
		d.Policies = append(d.Policies, DesiredPolicy{Policy: p})
	}
	for _, a := range actions {
		d.Actions = append(d.Actions, DesiredAction{Action: a})
	}
	return d
}

func renamed(p Policy, name string) Policy {
	p.Name = name
	return p
}

func onlyMin(name string, v int32) Action {
	return morning(func(a *Action) { a.Name, a.MinCapacity, a.MaxCapacity = name, &v, nil })
}

func onlyMax(name string, v int32) Action {
	return morning(func(a *Action) { a.Name, a.MinCapacity, a.MaxCapacity = name, nil, &v })
}

func TestValidateTogether(t *testing.T) {
	first := renamed(predefined(invocations, 70), "a")
	second := renamed(predefined(invocations, 50, func(c *TargetTracking) { c.DisableScaleIn = new(true) }), "b")
	other := renamed(math1(func([]MetricQuery) {}), "c")
	reordered := renamed(customized(func(m *CustomizedMetric) { m.Dimensions = []Dimension{{"x", "1"}, {"y", "2"}} }), "e")
	ordered := renamed(customized(func(m *CustomizedMetric) { m.Dimensions = []Dimension{{"y", "2"}, {"x", "1"}} }), "d")
	absent := together(capacity(1, 4), []Policy{first, second})
	absent.Policies[0].Absent = true
	manyPolicies, manyActions := together(capacity(1, 4), nil), together(capacity(1, 4), nil)
	for i := range 51 {
		manyPolicies.Policies = append(manyPolicies.Policies, DesiredPolicy{Policy: renamed(steps(func(*Step) {}), fmt.Sprint(i))})
	}
	for i := range 201 {
		manyActions.Actions = append(manyActions.Actions, DesiredAction{Action: morning(func(a *Action) { a.Name = fmt.Sprint(i) })})
	}
	zero := predefined("ECSServiceAverageCPUUtilization", 70)
	for _, tc := range []struct {
		dimension string
		desired   Desired
		want      []string
		reason    string
	}{
		{instances, together(capacity(1, 4), []Policy{first, other}, morning(func(*Action) {})), nil, "the usual"},
		{instances, Desired{}, nil, "nothing at all"},
		{instances, together(capacity(1, 4), []Policy{second, first}), []string{"MetricDuplicate policies[b]." + tt}, "the same metric, whatever the target value"},
		{instances, absent, nil, "what shall not exist does not count"},
		{instances, together(capacity(1, 4), []Policy{ordered, reordered}), []string{"MetricDuplicate policies[e]." + tt}, "the order of dimensions means nothing"},
		{instances, together(capacity(1, 4), []Policy{first, first}), []string{"NameDuplicate policies[a].policyName"}, "the same name"},
		{instances, together(capacity(1, 9), nil, morning(func(*Action) {}), morning(func(*Action) {})), []string{"NameDuplicate actions[morning].scheduledActionName"}, "the same name"},
		{instances, manyPolicies, []string{"PoliciesTooMany policies[9].policyName"}, "50 policies"},
		{instances, manyActions, []string{"ActionsTooMany actions[99].scheduledActionName"}, "200 actions"},

		{instances, together(capacity(1, 4), nil, onlyMin("up", 4)), nil, "within the target's maximum"},
		{instances, together(capacity(1, 4), nil, onlyMin("up", 5)), []string{"ActionNeverApplies actions[up].scalableTargetAction.minCapacity"}, "above the target's maximum"},
		{instances, together(capacity(2, 4), nil, onlyMax("down", 1)), []string{"ActionNeverApplies actions[down].scalableTargetAction.maxCapacity"}, "below the target's minimum"},
		{instances, together(capacity(1, 4), nil, onlyMin("up", 5), onlyMax("more", 9)), []string{"ActionMayNotApply actions[up].scalableTargetAction.minCapacity"}, "another action may have raised the maximum"},
		{instances, together(capacity(1, 4), nil, onlyMin("up", 3), onlyMax("down", 2)), []string{
			"ActionMayNotApply actions[up].scalableTargetAction.minCapacity", "ActionMayNotApply actions[down].scalableTargetAction.maxCapacity"}, "each may find the bound of the other"},
		{instances, together(Target{MinCapacity: new(int32(1))}, nil, onlyMin("up", 5), morning(func(a *Action) { a.Name, a.MaxCapacity = "low", new(int32(3)) })), []string{"ActionMayNotApply actions[up].scalableTargetAction.minCapacity"}, "the maximum in AWS is not known"},

		{ecs, together(Target{RoleARN: role}, []Policy{predictive(func(*Predictive) {})}), []string{"PredictiveNeedsServiceLinkedRole policies[policy].predictiveScalingPolicyConfiguration"}, "no role of your own"},
		{ecs, together(Target{}, []Policy{predictive(func(*Predictive) {})}), nil, "the service-linked role"},

		{ecs, together(capacity(0, 4), []Policy{zero}), []string{"NoWayOutOfZero minCapacity"}, "no tasks, no metric"},
		{ecs, together(capacity(1, 4), []Policy{zero}), nil, "always a task"},
		{ecs, together(capacity(0, 4), nil), nil, "somebody else scales"},
		{ecs, together(capacity(0, 4), []Policy{zero, renamed(steps(func(*Step) {}), "wake")}), nil, "an alarm wakes it"},
		{ecs, together(capacity(0, 4), []Policy{customized(func(*CustomizedMetric) {})}), nil, "the metric may be there at zero"},
		{ecs, together(capacity(0, 4), []Policy{zero}, onlyMin("morning", 1)), nil, "a schedule wakes it"},
		{ecs, together(capacity(0, 4), []Policy{predefined("ECSServiceAverageCPUUtilization", 70, func(c *TargetTracking) { c.DisableScaleIn = new(true) })}), nil, "it never goes to zero"},
	} {
		check(t, tc.reason, tc.reason, Validate(at(t, tc.dimension), tc.desired), tc.want...)
	}
}

// TestEveryRuleIsTested looks for the codes in the expectations of this
// package's tests: they are the only string literals that begin with one.
func TestEveryRuleIsTested(t *testing.T) {
	files, err := filepath.Glob("validate*_test.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no test files: %v", err)
	}
	expected := map[string]bool{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				code, _, _ := strings.Cut(strings.Trim(lit.Value, `"`), " ")
				expected[code] = true
			}
			return true
		})
	}
	seen := map[Code]bool{}
	for _, r := range Rules() {
		if seen[r.Code] {
			t.Errorf("the rule %s is listed twice", r.Code)
		}
		seen[r.Code] = true
		if r.Title == "" || r.Source == "" || r.Severity != Error && r.Severity != Warning {
			t.Errorf("the rule %s is incomplete", r.Code)
		}
		if !expected[string(r.Code)] {
			t.Errorf("no test expects the rule %s", r.Code)
		}
	}
}

// TestManyActionsAreValidatedAtOnce: what is found about each action must not
// take a look at all others, nor tell of all of them.
func TestManyActionsAreValidatedAtOnce(t *testing.T) {
	const n = 50_000
	actions := make([]Action, n)
	for i := range actions {
		if actions[i] = onlyMin(strconv.Itoa(i), int32(n+i)); i%2 == 0 {
			actions[i] = onlyMax(strconv.Itoa(i), int32(i))
		}
	}
	found := Validate(at(t, instances), together(capacity(1, 4), nil, actions...))
	for _, f := range found {
		if len(f.Message) > 200 {
			t.Fatalf("the message has %d bytes: %.300s", len(f.Message), f.Message)
		}
	}
	if len(found) < n/2 {
		t.Errorf("%d findings about %d actions, half of which set bounds that cross those of the others", len(found), n)
	}
}

func FuzzValidate(f *testing.F) {
	seed := func(id Identity, target Target, p Policy, a Action) {
		text, err := json.Marshal(together(target, []Policy{p, p}, a, a))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(id.ServiceNamespace, id.ResourceID, id.ScalableDimension, string(text))
	}
	soon := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	seed(at(f, instances), capacity(1, 4), predefined(invocations, 70), morning(func(*Action) {}))
	seed(at(f, ecs), Target{RoleARN: role, Tags: map[string]string{"aws:a": "b"}}, predictive(func(*Predictive) {}), morning(func(a *Action) { a.Start = &soon }))
	seed(at(f, kafka), capacity(-1, -2), math1(func([]MetricQuery) {}), onlyMin("x", 9))
	seed(at(f, emr), capacity(5, 4), steps(func(*Step) {}), onlyMax("x", 0))
	seed(at(f, ecs), capacity(1, 4), predictive(func(c *Predictive) { c.Metrics[0].PredefinedPair.Type = "TotalALBRequestCount" }), morning(func(*Action) {}))
	seed(at(f, instances), capacity(1, 4), math1(func(q []MetricQuery) { q[0].Stat.Stat = "TM(9%:x)" }), morning(func(*Action) {}))
	f.Add("", "", "", "{}")
	f.Fuzz(func(t *testing.T, namespace, resource, dimension, text string) {
		var d Desired
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			return
		}
		id := Identity{ServiceNamespace: namespace, ResourceID: resource, ScalableDimension: dimension}
		findings := Validate(id, d)
		if d.Target != nil {
			findings = append(findings, ValidateTarget(id, d.Target.Target)...)
		}
		for _, p := range d.Policies {
			findings = append(findings, ValidatePolicy(id, p.Policy)...)
		}
		for _, a := range d.Actions {
			findings = append(findings, ValidateAction(id, a.Action)...)
		}
		for _, found := range findings {
			checkForm(t, found)
		}
	})
}
