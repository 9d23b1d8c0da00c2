package plan_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/awsapi"
	"github.com/setpoint-io/setpoint/internal/declared"
	"github.com/setpoint-io/setpoint/internal/plan"
)

// untagged is an AWS that does not tell the tags of targets.
type untagged struct {
	observed
	err error
}

func (u untagged) Observe(ctx context.Context, q awsapi.Query) (autoscaling.Observed, error) {
	if q.Tags {
		return autoscaling.Observed{}, u.err
	}
	return u.observed.Observe(ctx, q)
}

func TestOwners(t *testing.T) {
	const (
		spec    = "spec: {" + identity + ", minCapacity: 2, maxCapacity: 20}\n"
		tagged  = "spec: {" + identity + ", minCapacity: 2, maxCapacity: 20, tags: [{key: managed-by, value: terraform}]}\n"
		policy  = "spec: {policyName: p, " + identity + ", stepScalingPolicyConfiguration: {adjustmentType: ChangeInCapacity, stepAdjustments: [{metricIntervalLowerBound: 0, scalingAdjustment: 1}]}}\n"
		held    = "name: t, finalizers: [finalizers.applicationautoscaling.services.k8s.aws/ScalableTarget]"
		adopter = `name: t, annotations: {services.k8s.aws/adoption-policy: adopt}`
	)
	stack := map[string]string{"aws:cloudformation:stack-name": "web-prod"}
	terraform := map[string]string{"managed-by": "terraform"}
	ack := map[string]string{"services.k8s.aws/namespace": "shop", "services.k8s.aws/controller-version": "v1"}
	for _, c := range []struct {
		reason         string
		tags           map[string]string
		min            int32 // in AWS
		cluster        bool
		metadata, rest string // of the target
		want, never    string // notes of the target
		children       string // notes of the policy
	}{
		{"a stack has it, and would undo the change", stack, 1, false, "name: t", spec, "CloudFormation stack web-prod", "", "CloudFormation stack web-prod"},
		{"so it has what is as declared", stack, 2, false, "name: t", spec, "adopt-or-create; it probably belongs to CloudFormation stack web-prod", "", "CloudFormation stack web-prod"},
		{"what the manifest declares itself tells of nobody else", terraform, 1, false, "name: t", tagged, "unless the controller made it", "Terraform", "unless the controller made it"},
		{"a controller's tags may be those of the one that will act", ack, 1, false, "name: t", spec, "an ACK or Setpoint controller made it for an object in its namespace shop", "another", "namespace shop"},
		{"and are no news about what is as declared", ack, 2, false, "name: t", spec, "", "namespace shop", "namespace shop"},
		{"what gives its spec away has an owner, too", terraform, 1, false, adopter, spec, "it probably belongs to Terraform", "", ""},
		{"in a cluster the target is held, and its tags are known", ack, 2, true, held, spec + "status: {lastApplied: {minCapacity: 2, maxCapacity: 20, defaultTags: [services.k8s.aws/controller-version, services.k8s.aws/namespace]}}\n", "", "namespace shop", "left alone"},
	} {
		aws := observed{autoscaling.Observed{
			Target:   &autoscaling.ObservedTarget{ARN: "arn:t", MinCapacity: c.min, MaxCapacity: 20, Tags: c.tags},
			Policies: []autoscaling.ObservedPolicy{{Policy: autoscaling.Policy{Name: "p", Type: autoscaling.TargetTrackingScaling}}},
		}}
		objects := []v1alpha1.Object{read(t, &v1alpha1.ScalableTarget{}, c.metadata, c.rest), read(t, &v1alpha1.ScalingPolicy{}, "name: p", policy)}
		groups := declared.Gather(objects, declared.Surroundings{Home: home})
		p := plan.Make(t.Context(), groups, plan.Options{Open: aws.open, Home: home, Now: noon, FromCluster: c.cluster})
		target, child := p.Targets[0].Objects[0], p.Targets[0].Objects[1]
		notes := strings.Join(target.Notes, "; ")
		if !strings.Contains(notes, c.want) || c.never != "" && strings.Contains(notes, c.never) {
			t.Errorf("%s: %s %q, want %q and not %q", c.reason, target.Action, notes, c.want, c.never)
		}
		notes = strings.Join(child.Notes, "; ")
		if !strings.Contains(notes, c.children) || c.cluster && strings.Contains(notes, "namespace shop") {
			t.Errorf("%s: the policy: %s %q, want %q", c.reason, child.Action, notes, c.children)
		}
	}
}

// Whose something is only adds words, so that no trouble with it spoils a plan.
func TestOwnersUnread(t *testing.T) {
	there := observed{autoscaling.Observed{Target: &autoscaling.ObservedTarget{ARN: "arn:t", MinCapacity: 1, MaxCapacity: 20}}}
	for _, c := range []struct {
		reason string
		err    error
		note   string
		failed bool
	}{
		{"a right is missing", &awsapi.Error{Operation: "ListTagsForResource", Code: "AccessDeniedException"}, "application-autoscaling:ListTagsForResource is missing", false},
		{"AWS is slow", &awsapi.Error{Operation: "ListTagsForResource", Code: "ThrottlingException", Message: "Rate exceeded"}, "was not read: ListTagsForResource: ThrottlingException", false},
		{"what the plan is made of is another matter", &awsapi.Error{Operation: "DescribeScalingPolicies", Code: "ThrottlingException"}, "", true},
		{"so is an error of nowhere", errors.New("no route to host"), "", true},
	} {
		aws := untagged{there, c.err}
		target := read(t, &v1alpha1.ScalableTarget{}, "name: t", "spec: {"+identity+", minCapacity: 2, maxCapacity: 20}\n")
		p := plan.Make(t.Context(), declared.Gather([]v1alpha1.Object{target}, declared.Surroundings{Home: home}), plan.Options{
			Open: func(declared.Place) plan.AWS { return aws }, Home: home, Now: noon,
		})
		if notes := strings.Join(p.Targets[0].Objects[0].Notes, "; "); !strings.Contains(notes, c.note) || (p.Targets[0].Error != nil) != c.failed {
			t.Errorf("%s: notes %q, error %+v; want %q, failed %t", c.reason, notes, p.Targets[0].Error, c.note, c.failed)
		}
	}
}
