// Package plan says what objects would change in AWS before a controller does
// it. It reads AWS and compares by the same [autoscaling.Diff] whose result the
// controller executes, and settles before that what the controller settles: who
// owns what, and what is left alone.
//
// Objects of a cluster carry the controller's finalizer and status, which tell
// what in AWS is theirs. Manifests do not. For them, what AWS has under a
// declared name is taken to be theirs, and a note says what the controller will
// want to know.
package plan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/awsapi"
	"github.com/setpoint-io/setpoint/internal/declared"
	"github.com/setpoint-io/setpoint/internal/report"
)

// AWS reads scalable targets. Calls that run at the same time share requests.
type AWS interface {
	Observe(ctx context.Context, q awsapi.Query) (autoscaling.Observed, error)
}

// Options configure a plan.
type Options struct {
	AWS AWS
	// Home is the account and Region that AWS reads. The account may be
	// unknown.
	Home declared.Place
	Now  time.Time
	// FromCluster says that the objects are those of a cluster, with what the
	// controller wrote on them.
	FromCluster bool
	// Locate says where an object was written.
	Locate func(*declared.Member) report.Location
	// Progress is told how many targets are read, of all. It may be called by
	// several goroutines, one at a time.
	Progress func(done, all int)
}

// Make plans groups of objects. What cannot be read is in the plan.
func Make(ctx context.Context, groups []declared.Group, o Options) *report.Plan {
	p := &report.Plan{Account: o.Home.Account, Region: o.Home.Region, Targets: make([]report.TargetPlan, len(groups))}
	var (
		reads sync.WaitGroup
		mu    sync.Mutex
		done  int
	)
	for i := range groups {
		reads.Go(func() {
			t := o.target(ctx, &groups[i])
			mu.Lock()
			defer mu.Unlock()
			p.Targets[i] = t
			done++
			if o.Progress != nil {
				o.Progress(done, len(groups))
			}
		})
	}
	reads.Wait()
	p.Finish()
	return p
}

// target plans one scalable target.
func (o Options) target(ctx context.Context, g *declared.Group) report.TargetPlan {
	t := targetPlan{options: o, group: g, members: g.Active()}
	if !g.Complete() {
		t.unresolved()
		return t.result
	}
	t.result.Target = &report.Target{ServiceNamespace: g.ServiceNamespace, ResourceID: g.ResourceID, ScalableDimension: g.ScalableDimension}
	if elsewhere := o.elsewhere(g.Place); elsewhere != "" {
		t.unknown(elsewhere)
		return t.result
	}
	observed, err := o.AWS.Observe(ctx, t.query())
	if err != nil {
		t.failed(err)
		return t.result
	}
	t.observed = observed
	if o.FromCluster {
		t.respectForeign()
	} else {
		t.unpin()
	}
	t.respectVanished()
	t.diff()
	for _, m := range g.Members {
		t.result.Objects = append(t.result.Objects, t.object(m))
	}
	t.undeclared()
	return t.result
}

type targetPlan struct {
	options  Options
	group    *declared.Group
	members  []*declared.Member // that take part
	foreign  []*declared.Member // whose counterpart in AWS is somebody else's
	vanished []*declared.Member // whose adopted counterpart is not in AWS any more
	observed autoscaling.Observed
	plan     autoscaling.Plan
	result   report.TargetPlan
}

// query asks for all children of the target, to tell which of them nobody
// declares, and for the alarms of those that are declared.
func (t *targetPlan) query() awsapi.Query {
	q := awsapi.Query{Identity: t.group.Identity, AllPolicies: true, AllActions: true, Alarms: true}
	for _, m := range t.members {
		q.Tags = q.Tags || len(m.Target.Tags)+len(m.Target.RemovedTags) > 0
		if m.Kind == autoscaling.KindPolicy && m.AWS != "" {
			q.Policies = append(q.Policies, m.AWS)
		}
	}
	return q
}

// unpin lets bounds that a scheduled action set stand: a manifest does not
// tell whether its bounds were edited since they were applied.
func (t *targetPlan) unpin() {
	for _, m := range t.members {
		m.Target.PinBounds = false
	}
}

// respectForeign takes out the members whose counterpart was in AWS before the
// object was, as the controller does.
func (t *targetPlan) respectForeign() {
	t.members = slices.DeleteFunc(t.members, func(m *declared.Member) bool {
		arn, there := t.counterpart(m)
		foreign := there && !m.Deleting() && !m.Life.ReadOnly && !m.Held() && !m.Life.Adopts() && (arn == "" || arn != m.KnownARN())
		if foreign {
			t.foreign = append(t.foreign, m)
		}
		return foreign
	})
}

// counterpart returns the ARN of what AWS has under the name of a member, and
// whether there is something.
func (t *targetPlan) counterpart(m *declared.Member) (arn string, there bool) {
	switch m.Kind {
	case autoscaling.KindPolicy:
		if seen := t.observed.Policy(m.AWS); seen != nil {
			return seen.ARN, true
		}
	case autoscaling.KindAction:
		if seen := t.observed.Action(m.AWS); seen != nil {
			return seen.ARN, true
		}
	default:
		if seen := t.observed.Target; seen != nil {
			return seen.ARN, true
		}
	}
	return "", false
}

// undeclared lists what AWS has under the target and no object names. When the
// target is deregistered it goes too, which is among the consequences.
func (t *targetPlan) undeclared() {
	if slices.ContainsFunc(t.plan.Changes, func(c autoscaling.Change) bool { return c.Op == autoscaling.OpDeregisterTarget }) {
		return
	}
	named := func(kind autoscaling.Kind, name string) bool {
		return slices.ContainsFunc(t.result.Objects, func(o report.ObjectPlan) bool { return o.Kind == string(kind) && o.AWSName == name })
	}
	for _, p := range t.observed.Policies {
		if !named(autoscaling.KindPolicy, p.Name) {
			t.result.Undeclared = append(t.result.Undeclared, report.Undeclared{Kind: string(autoscaling.KindPolicy), Name: p.Name})
		}
	}
	for _, a := range t.observed.Actions {
		if !named(autoscaling.KindAction, a.Name) {
			t.result.Undeclared = append(t.result.Undeclared, report.Undeclared{Kind: string(autoscaling.KindAction), Name: a.Name})
		}
	}
}

// failed notes that AWS could not be read.
func (t *targetPlan) failed(err error) {
	e := &report.PlanError{Kind: string(awsapi.KindOf(err)), Message: err.Error()}
	var api *awsapi.Error
	if errors.As(err, &api) && refusals[api.Code] {
		e.IAMAction = "application-autoscaling:" + api.Operation
	}
	t.result.Error = e
	t.unknown()
}

// unknown plans objects about which AWS cannot be asked.
func (t *targetPlan) unknown(notes ...string) {
	for _, m := range t.group.Members {
		o := t.named(m)
		o.Action, o.Notes = report.ActionUnknown, notes
		t.refuse(m, &o)
		t.result.Objects = append(t.result.Objects, o)
	}
}

// elsewhere says where a group is that is not where AWS is read.
func (o Options) elsewhere(at declared.Place) string {
	switch {
	case at.Region != o.Home.Region:
		return fmt.Sprintf("is in Region %s, and %s is read: plan it with --region %s", at.Region, o.Home.Region, at.Region)
	case o.Home.Account != "" && at.Account != o.Home.Account:
		return fmt.Sprintf("is in account %s, and %s is read: plan it with credentials of that account", at.Account, o.Home.Account)
	}
	return ""
}

// refusals are the codes by which AWS says that the caller lacks a right, and
// not that its credentials are no good (AWS API: common errors).
var refusals = map[string]bool{"AccessDenied": true, "AccessDeniedException": true, "NotAuthorized": true}

// unresolved plans objects whose scalable target is not known.
func (t *targetPlan) unresolved() {
	for _, m := range t.group.Members {
		o := t.named(m)
		o.Action = report.ActionUnknown
		switch {
		case m.Dangling && t.options.FromCluster:
			o.Action = report.ActionWait
			o.Notes = []string{fmt.Sprintf("waits for %s, to which resourceRef refers: there is no such object", m.Refers)}
		case m.Dangling:
			o.Notes = []string{fmt.Sprintf("%s, to which resourceRef refers, is not among the documents: give its file too", m.Refers)}
		default:
			o.Notes = []string{"which scalable target is meant is not known: it is left to an object of another kind"}
		}
		t.refuse(m, &o)
		t.result.Objects = append(t.result.Objects, o)
	}
}

// refuse notes why the controller would not act on a member, if it would not.
func (t *targetPlan) refuse(m *declared.Member, o *report.ObjectPlan) bool {
	if m.Deleting() || !m.Refused() {
		return false
	}
	o.Action, o.Notes = report.ActionRefused, nil
	if m.Rival != nil {
		o.Notes = append(o.Notes, fmt.Sprintf("%s declares the same already: delete one of the two", m.Rival.Ref))
	}
	for _, p := range m.Life.Blocks(m.Deleting()) {
		o.Notes = append(o.Notes, p.String())
	}
	for _, f := range m.Findings {
		if f.Severity == autoscaling.Error {
			o.Notes = append(o.Notes, strings.TrimPrefix(f.Field+": "+f.Message, ": ")+" ["+string(f.Code)+"]")
		}
	}
	return true
}

func (t *targetPlan) named(m *declared.Member) report.ObjectPlan {
	o := report.ObjectPlan{Object: report.Object{Kind: string(m.Kind), Namespace: m.Namespace, Name: m.Name}, AWSName: m.AWS}
	if t.options.Locate != nil {
		o.Location = t.options.Locate(m)
	}
	return o
}

// adoption is how an object takes over what is in AWS already.
const adoption = v1alpha1.AnnotationAdoptionPolicy + "=adopt-or-create"
