package plan_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/awsapi"
	"github.com/setpoint-io/setpoint/internal/declared"
	"github.com/setpoint-io/setpoint/internal/plan"
	"github.com/setpoint-io/setpoint/internal/report"
)

// observed is an AWS that has the same for every target.
type observed struct{ autoscaling.Observed }

func (o observed) Observe(context.Context, awsapi.Query) (autoscaling.Observed, error) {
	return o.Observed, nil
}

func (observed) Survey(context.Context, []autoscaling.Identity) error { return nil }

func (observed) Capacity(context.Context, autoscaling.Identity) (*autoscaling.Capacity, error) {
	return nil, nil
}

func (o observed) open(declared.Place) plan.AWS { return o }

var (
	home = declared.Place{Account: "123456789012", Region: "eu-west-1"}
	noon = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)
)

const identity = "resourceID: service/c/s, scalableDimension: 'ecs:service:DesiredCount', serviceNamespace: ecs"

func read(t *testing.T, into v1alpha1.Object, metadata, rest string) v1alpha1.Object {
	t.Helper()
	if err := yaml.Unmarshal([]byte("metadata: {"+metadata+"}\n"+rest), into); err != nil {
		t.Fatal(err)
	}
	return into
}

// TestActions is about what manifests and clusters tell apart; the differences
// themselves are those of autoscaling.Diff.
func TestActions(t *testing.T) {
	const (
		adopter = `name: t, annotations: {services.k8s.aws/adoption-policy: adopt, services.k8s.aws/adoption-fields: '{"resourceID": "service/c/s", "serviceNamespace": "ecs"}'}`

		held   = "name: t, finalizers: [finalizers.applicationautoscaling.services.k8s.aws/ScalableTarget]"
		spec   = "spec: {" + identity + ", minCapacity: 2, maxCapacity: 20}\n"
		paused = ", annotations: {applicationautoscaling.services.k8s.aws/pause: '2026-11-23T18:00:00Z', applicationautoscaling.services.k8s.aws/pause-reason: release}"
		edited = "status: {lastApplied: {minCapacity: 1, maxCapacity: 20}}\n"
		same   = "status: {lastApplied: {minCapacity: 2, maxCapacity: 20}}\n"
	)
	registered := &autoscaling.ObservedTarget{ARN: "arn:t", MinCapacity: 8, MaxCapacity: 20, Tags: map[string]string{}}
	morning := autoscaling.ObservedAction{
		Action:       autoscaling.Action{Name: "morning", Schedule: "cron(0 8 * * ? *)", MinCapacity: new(int32(8))},
		CreationTime: noon.AddDate(0, -1, 0),
	}
	scheduled := observed{autoscaling.Observed{Target: registered, Actions: []autoscaling.ObservedAction{morning}}}
	for _, c := range []struct {
		reason   string
		aws      observed
		cluster  bool
		metadata string
		rest     string
		want     report.Action
		note     string
	}{
		{"a manifest does not tell whether bounds that a schedule set were edited: they stay", scheduled, false, "name: t", spec, report.ActionNone, "set by scheduled action morning (declared: 2)"},
		{"an object does: they were not", scheduled, true, held, spec + same, report.ActionNone, "set by scheduled action morning"},
		{"they were", scheduled, true, held, spec + edited, report.ActionUpdate, ""},
		{"without a schedule the bounds are drift", observed{autoscaling.Observed{Target: registered}}, false, "name: t", spec, report.ActionUpdate, "adoption-policy=adopt-or-create"},
		{"what an object of a cluster did not make is left alone", observed{autoscaling.Observed{Target: registered}}, true, "name: t", spec, report.ActionRefused, "adopt-or-create"},
		{"unless it knew it before it lost its finalizer", observed{autoscaling.Observed{Target: registered}}, true, "name: t", spec + "status: {ackResourceMetadata: {arn: 'arn:t', ownerAccountID: '123456789012', region: eu-west-1}}\n", report.ActionUpdate, ""},
		{"a target that goes takes what nobody declares along", scheduled, true, held + ", deletionTimestamp: '2026-01-01T00:00:00Z'", spec, report.ActionDelete, ""},
		{"unless it is retained", scheduled, true, held + ", deletionTimestamp: '2026-01-01T00:00:00Z', annotations: {services.k8s.aws/deletion-policy: retain}", spec, report.ActionNone, "stays in AWS"},
		{"an object that only looks changes nothing", observed{autoscaling.Observed{Target: registered}}, true, "name: t, annotations: {services.k8s.aws/read-only: 'true'}", spec, report.ActionNone, "never written"},
		{"an adopter takes its spec from what is there", observed{autoscaling.Observed{Target: registered}}, true, adopter, "", report.ActionAdopt, "taken from AWS"},
		{"a manifest of one tells the same", observed{autoscaling.Observed{Target: registered}}, false, adopter, "", report.ActionAdopt, "taken from AWS"},
		{"an adopter waits for what is not there", observed{}, true, adopter, "", report.ActionWait, "AWS does not have it"},
		{"an adopter with a spec has it overwritten", observed{autoscaling.Observed{Target: registered}}, true, "name: t, annotations: {services.k8s.aws/adoption-policy: adopt}", spec, report.ActionAdopt, "taken from AWS"},
		{"an adopter that does not say what to adopt does nothing", observed{autoscaling.Observed{Target: registered}}, true, "name: t, annotations: {services.k8s.aws/adoption-policy: adopt}", "", report.ActionRefused, "adoption-fields"},
		{"what was adopted is not made again", observed{}, true, held + ", annotations: {services.k8s.aws/adopted: 'true'}", spec, report.ActionRefused, "services.k8s.aws/adopted"},
		{"unless its policy says that it may be", observed{}, true, held + ", annotations: {services.k8s.aws/adopted: 'true', services.k8s.aws/adoption-policy: adopt-or-create}", spec, report.ActionCreate, ""},
		{"a paused object waits", observed{autoscaling.Observed{Target: registered}}, true, held + paused, spec + same, report.ActionWait, "paused until 2026-11-23T18:00:00Z (release)"},
		{"its deletion too", observed{autoscaling.Observed{Target: registered}}, true, held + paused + ", deletionTimestamp: '2026-01-01T00:00:00Z'", spec + same, report.ActionWait, "paused"},
		{"what is yielded is not compared", observed{autoscaling.Observed{Target: registered}}, true, held + ", annotations: {applicationautoscaling.services.k8s.aws/yield: minCapacity}", spec + same, report.ActionNone, "left to others, as the annotation asks: minCapacity"},
		{"another account cannot be read from here", scheduled, true, held, spec + "status: {ackResourceMetadata: {ownerAccountID: '210987654321', region: eu-west-1}}\n", report.ActionUnknown, "account 210987654321"},
	} {
		groups := declared.Gather([]v1alpha1.Object{read(t, &v1alpha1.ScalableTarget{}, c.metadata, c.rest)}, declared.Surroundings{Home: home})
		p := plan.Make(t.Context(), groups, plan.Options{Open: c.aws.open, Home: home, Now: noon, FromCluster: c.cluster})
		o := p.Targets[0].Objects[0]
		if o.Action != c.want || !strings.Contains(strings.Join(o.Notes, "; "), c.note) {
			t.Errorf("%s: %s %q, want %s %q", c.reason, o.Action, o.Notes, c.want, c.note)
		}
		if left := len(p.Targets[0].Undeclared) > 0; left && o.Action == report.ActionDelete {
			t.Errorf("%s: what goes with the target is said to be left alone: %v", c.reason, p.Targets[0].Undeclared)
		}
	}
}

func TestWithoutItsTarget(t *testing.T) {
	action := read(t, &v1alpha1.ScheduledAction{}, "name: a",
		"spec: {scheduledActionName: a, schedule: rate(1 day), scalableTargetAction: {minCapacity: 1, maxCapacity: 2}, "+identity+"}\n")
	p := plan.Make(t.Context(), declared.Gather([]v1alpha1.Object{action}, declared.Surroundings{Home: home}), plan.Options{Open: observed{}.open, Home: home, Now: noon})
	if o := p.Targets[0].Objects[0]; o.Action != report.ActionWait || !p.Summary.Changes() || p.Summary.Trouble() {
		t.Errorf("an action waits for its target, which is a change to come: %+v, %+v", o, p.Summary)
	}
}
