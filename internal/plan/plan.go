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
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/awsapi"
	"github.com/setpoint-io/setpoint/internal/declared"
	"github.com/setpoint-io/setpoint/internal/desired"
	"github.com/setpoint-io/setpoint/internal/placement"
	"github.com/setpoint-io/setpoint/internal/report"
)

// AWS reads scalable targets. Calls that run at the same time share requests.
type AWS interface {
	Observe(ctx context.Context, q awsapi.Query) (autoscaling.Observed, error)
	// Survey reads whole service namespaces in advance, where that takes fewer
	// calls than reading these targets one by one.
	Survey(ctx context.Context, targets []autoscaling.Identity) error
	// Capacity returns what the resource of a scalable target has; nil: its
	// service is not asked.
	Capacity(ctx context.Context, id autoscaling.Identity) (*autoscaling.Capacity, error)
}

// Options configure a plan.
type Options struct {
	// Open returns AWS in another Region than that of Home, or behind another
	// endpoint, with the credentials of Home. It may be called by several
	// goroutines.
	Open func(declared.Place) AWS
	// Home is where the credentials belong and what is read unless an object
	// says otherwise. The account may be unknown.
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
	o.survey(ctx, groups)
	for i := range groups {
		reads.Go(func() {
			t := targetPlan{options: o, group: &groups[i], members: groups[i].Active()}
			t.make(ctx)
			mu.Lock()
			defer mu.Unlock()
			p.Targets[i] = t.result
			for _, err := range t.denied {
				p.Missing(right(err, groups[i]))
			}
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

type targetPlan struct {
	options  Options
	group    *declared.Group
	members  []*declared.Member // that take part
	foreign  []*declared.Member // whose counterpart in AWS is somebody else's
	vanished []*declared.Member // whose adopted counterpart is not in AWS any more
	observed autoscaling.Observed
	plan     autoscaling.Plan
	unread   []string        // what could not be read and is not needed
	denied   []*awsapi.Error // calls for which a right is missing
	result   report.TargetPlan
}

// make plans one scalable target.
func (t *targetPlan) make(ctx context.Context) {
	o, g := t.options, t.group
	if !g.Complete() {
		t.unresolved()
		return
	}
	t.result.Target = &report.Target{ServiceNamespace: g.ServiceNamespace, ResourceID: g.ResourceID, ScalableDimension: g.ScalableDimension}
	if g.Place.Region != o.Home.Region {
		t.result.Region = g.Place.Region
	}
	if elsewhere := o.elsewhere(g.Place); elsewhere != "" {
		t.unknown(elsewhere)
		return
	}
	aws := o.Open(g.Place)
	if err := t.observe(ctx, aws); err != nil {
		t.failed(err)
		return
	}
	if o.FromCluster {
		t.respectForeign()
	} else {
		t.unpin()
	}
	t.respectVanished()
	t.diff()
	if slices.ContainsFunc(t.plan.Changes, func(c autoscaling.Change) bool { return c.Op == autoscaling.OpRegisterTarget }) {
		t.readCapacity(ctx, aws)
		t.diff()
	}
	for _, m := range slices.SortedStableFunc(slices.Values(g.Members), compareKinds) {
		t.result.Objects = append(t.result.Objects, t.object(m))
	}
	t.undeclared()
}

// compareKinds puts the target before what hangs under it.
func compareKinds(a, b *declared.Member) int {
	order := []autoscaling.Kind{autoscaling.KindTarget, autoscaling.KindPolicy, autoscaling.KindAction}
	return cmp.Compare(slices.Index(order, a.Kind), slices.Index(order, b.Kind))
}

// unpin lets bounds that a scheduled action set stand: a manifest does not
// tell whether its bounds were edited since they were applied.
func (t *targetPlan) unpin() {
	for _, m := range t.members {
		m.Target.PinMin, m.Target.PinMax = false, false
	}
}

// respectForeign takes out the members whose counterpart was in AWS before the
// object was, as the controller does. One that goes leaves it there.
func (t *targetPlan) respectForeign() {
	t.members = slices.DeleteFunc(t.members, func(m *declared.Member) bool {
		arn, there := t.counterpart(m)
		retaken := desired.Replaced(m.Object, m.Life, arn) && desired.CedesReplaced(m.Object, m.Life) && t.ownerOf().Tool != autoscaling.ToolUnknown
		foreign := there && (m.Foreign(arn) || retaken)
		if foreign && !m.Deleting() {
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
	if t.deregisters() {
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

// unknown plans objects about which AWS cannot be asked.
func (t *targetPlan) unknown(notes ...string) {
	for _, m := range t.group.Members {
		o := t.named(m)
		o.Action, o.Notes = report.ActionUnknown, notes
		t.refuse(m, &o)
		t.result.Objects = append(t.result.Objects, o)
	}
}

// elsewhere says in which account a group is that is not that of the
// credentials. Other accounts are not entered: a plan works with the rights of
// whoever makes it.
func (o Options) elsewhere(at declared.Place) string {
	switch {
	case at.Team != "":
		return fmt.Sprintf("is in the account of team %s, which the controller knows by its ConfigMap %s: plan it with credentials of that account, such as --profile", at.Team, placement.TeamRoleMap)
	case o.Home.Account == "" || at.Account == o.Home.Account:
		return ""
	case at.Role != "":
		return fmt.Sprintf("is in account %s, which the controller enters by the role %s, and %s is read: plan it with credentials of that account, such as --profile", at.Account, at.Role, o.Home.Account)
	}
	return fmt.Sprintf("is in account %s, and %s is read: plan it with credentials of that account, such as --profile", at.Account, o.Home.Account)
}

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
		case m.Elsewhere != nil:
			o.Notes = []string{fmt.Sprintf("which scalable target is meant is not known: %s, to which sageMakerEndpointRef refers, is not among the documents: give its file too", m.Elsewhere)}
		case t.options.FromCluster && m.Refers != nil:
			o.Action = report.ActionWait
			o.Notes = []string{fmt.Sprintf("waits for %s, to which resourceRef refers: which scalable target it means is not known yet", m.Refers)}
		case m.Refers != nil:
			o.Notes = []string{fmt.Sprintf("which scalable target is meant is left to %s, which does not say it", m.Refers)}
		}
		t.wait(m, &o)
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
	if m.Problem != "" {
		o.Notes = append(o.Notes, m.Problem)
	}
	if m.Rival != nil {
		o.Notes = append(o.Notes, fmt.Sprintf("%s declares the same already: delete one of the two", m.Rival.Ref))
	}
	for _, p := range m.Life.Blocks(m.Deleting()) {
		o.Notes = append(o.Notes, p.String())
	}
	for _, f := range m.Findings {
		if f.Severity == autoscaling.Error {
			o.Notes = append(o.Notes, inWords(f))
		}
	}
	for _, f := range m.Refusals {
		o.Notes = append(o.Notes, inWords(f))
	}
	return true
}

func inWords(f autoscaling.Finding) string {
	return strings.TrimPrefix(f.Field+": "+f.Message, ": ") + " [" + string(f.Code) + "]"
}

// wait notes for what a member waits, if it does.
func (t *targetPlan) wait(m *declared.Member, o *report.ObjectPlan) bool {
	if m.Deleting() || m.Waits == "" {
		return false
	}
	o.Action, o.Notes = report.ActionWait, []string{m.Waits}
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
