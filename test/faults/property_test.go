package faults

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// holds checks the property of the package.
func (w *world) holds() {
	w.Helper()
	for _, problem := range w.verdict() {
		w.Error(problem)
	}
	if w.Failed() {
		w.Log(w.report())
	}
}

// verdict says in what the property does not hold: now, and that it stays.
func (w *world) verdict() []string {
	before, versions, events := len(w.written()), w.memory.latest(), w.eventCount()
	w.pass(3 * resync)
	problems := append(w.problems(), w.statusLies()...)
	if now := w.written(); len(now) > before {
		problems = append(problems, fmt.Sprintf("the controller does not come to rest: %q", now[before:]))
	}
	w.mu.Lock()
	problems = append(problems, w.untruths...)
	w.mu.Unlock()
	if w.memory.latest() != versions {
		problems = append(problems, "objects are still written")
	}
	if n := w.eventCount() - events; n > 0 {
		problems = append(problems, fmt.Sprintf("%d events although nothing happens any more", n))
	}
	return problems
}

// checkClaim notes when an object is told, be it for a moment, that what it
// made is somebody else's.
func (w *world) checkClaim(obj v1alpha1.Object) {
	id, ok := w.awsID(obj)
	if !ok || reasonOf(obj) != "AlreadyExists" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, foreign := w.owned[id]; !foreign {
		w.untruths = append(w.untruths, fmt.Sprintf("%s %s was told that %s is not its own", keyOf(obj).kind, obj.GetName(), id))
	}
}

// checkReady notes when an object is ready, be it for a moment, and does not say
// what it has in AWS, or becomes ready, and AWS has nothing of it.
func (w *world) checkReady(before, after v1alpha1.Object) {
	if known := after.GetStatus().ACKResourceMetadata; is(after, v1alpha1.ConditionReady, metav1.ConditionTrue) && (known == nil || text(known.ARN) == "") {
		w.mu.Lock()
		w.untruths = append(w.untruths, fmt.Sprintf("%s %s is ready, and its status has no ARN", keyOf(after).kind, after.GetName()))
		w.mu.Unlock()
	}
	id, ok := w.awsID(after)
	if !ok || w.meddled.Load() || is(before, v1alpha1.ConditionReady, metav1.ConditionTrue) || !is(after, v1alpha1.ConditionReady, metav1.ConditionTrue) {
		return
	}
	if _, there := w.unharmed()[id]; !there {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.untruths = append(w.untruths, fmt.Sprintf("%s %s becomes ready, and AWS has no %s", keyOf(after).kind, after.GetName(), id))
	}
}

// report tells what there is, for people.
func (w *world) report() string {
	var b strings.Builder
	for _, obj := range w.kube.list() {
		fmt.Fprintf(&b, "%s %s deleting=%t held=%t\n", keyOf(obj).kind, obj.GetName(), obj.GetDeletionTimestamp() != nil, len(obj.GetFinalizers()) > 0)
		if c := condition(obj, v1alpha1.ConditionReady); c != nil {
			fmt.Fprintf(&b, "    Ready=%s %s: %s\n", c.Status, reasonOf(obj), text(c.Message))
		}
	}
	all, err := describe(w.cloud)
	if err != nil {
		return err.Error()
	}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		_, foreign := w.owned[id]
		fmt.Fprintf(&b, "AWS: %s foreign=%t\n", id, foreign)
	}
	fmt.Fprintf(&b, "writes: %q\n", w.written())
	return b.String()
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// problems says in what the world differs from what it should be.
func (w *world) problems() []string {
	all, err := describe(w.cloud)
	if err != nil {
		return []string{err.Error()}
	}
	j := judge{world: w, all: all, claimed: map[string]bool{}, kept: map[string]bool{}, wanted: map[string][]v1alpha1.Object{}}
	for _, obj := range w.kube.list() {
		j.object(obj)
	}
	j.claims()
	j.things()
	j.problems = append(j.problems, w.lostTags(all)...)
	slices.Sort(j.problems)
	return j.problems
}

// A judge compares what there is with what there should be.
type judge struct {
	*world
	all      map[string]thing
	claimed  map[string]bool // by an object that is ready
	kept     map[string]bool // by an object that is told to have it, or that leaves it as it is
	wanted   map[string][]v1alpha1.Object
	problems []string
}

func (j *judge) add(format string, args ...any) {
	j.problems = append(j.problems, fmt.Sprintf(format, args...))
}

// object judges what an object says about itself.
func (j *judge) object(obj v1alpha1.Object) {
	who := fmt.Sprintf("%s %s", keyOf(obj).kind, obj.GetName())
	id, ok := j.awsID(obj)
	if obj.GetDeletionTimestamp() != nil {
		if ok {
			j.kept[id], j.wanted[id] = true, append(j.wanted[id], obj)
		}
		if !j.paused(obj) || reasonOf(obj) != "Paused" {
			j.add("%s is not released", who)
		}
		return
	}
	for _, problem := range statusProblems(obj) {
		j.add("%s: %s", who, problem)
	}
	ready := is(obj, v1alpha1.ConditionReady, metav1.ConditionTrue)
	if !ok {
		if ready {
			j.add("%s is ready though its reference leads nowhere", who)
		}
		return
	}
	j.wanted[id] = append(j.wanted[id], obj)
	switch {
	case ready && readOnly(obj):
		j.kept[id] = j.kept[id] || held(obj)
		if has := j.all[id]; has.id == "" || has.arn != text(obj.GetStatus().ACKResourceMetadata.ARN) {
			j.add("%s is ready, and what it looks at is not there", who)
		}
	case ready:
		if j.claimed[id] {
			j.add("%s and another object are ready for %s", who, id)
		}
		j.claimed[id] = true
		if !held(obj) && !j.paused(obj) {
			j.add("%s is ready and not held", who)
		}
		for _, problem := range j.differences(obj, j.all[id]) {
			j.add("%s is ready, but %s", who, problem)
		}
	default:
		if problem := j.untrue(obj, id, j.all); problem != "" {
			j.add("%s: %s", who, problem)
		}
		j.kept[id] = j.kept[id] || reasonOf(obj) == "ReferenceMoved" || reasonOf(obj) == "Paused" || declaredWrong(obj) && held(obj)
	}
}

// claims looks for what nobody does though somebody should.
func (j *judge) claims() {
	for id, objects := range j.wanted {
		_, registered := j.all[targetOf(id)]
		_, foreign := j.owned[id]
		waits := slices.ContainsFunc(objects, func(obj v1alpha1.Object) bool {
			return reasonOf(obj) == "RefusedByAWS" || reasonOf(obj) == "NotInAWS" || reasonOf(obj) == "Paused" || readOnly(obj) || declaredWrong(obj)
		})
		if !j.claimed[id] && !foreign && !waits && (registered || strings.HasPrefix(id, "target ")) {
			j.add("nobody is ready for %s", id)
		}
	}
}

// things judges what AWS has, and what it should have still.
func (j *judge) things() {
	for id, t := range j.all {
		was, foreign := j.owned[id]
		switch {
		case j.claimed[id]:
		case !foreign && !j.kept[id]:
			j.add("AWS has %s, which nobody declares", id)
		case foreign && !cmp.Equal(j.settled(was), j.settled(t)):
			j.add("the foreign %s was changed: %s", id, cmp.Diff(j.settled(was), j.settled(t)))
		case foreign && was.arn != t.arn:
			j.add("the foreign %s was made anew", id)
		}
	}
	for id := range j.kept {
		for _, obj := range j.wanted[id] {
			if _, there := j.all[id]; !there && reasonOf(obj) == "ReferenceMoved" {
				j.add("%s is gone, which an object is told to have", id)
			}
		}
	}
	for id, t := range j.owned {
		if _, there := j.all[id]; !there && (t.under == "" || t.under == j.all[targetOf(id)].arn) {
			j.add("the foreign %s is gone", id)
		}
	}
}

// settled is what only people change: bounds are what scheduled actions set,
// too.
func (w *world) settled(t thing) map[string]any {
	if !w.fires() || kindOf(t.id) != "target" {
		return t.body
	}
	return without(t.body, [][]string{{"MinCapacity"}, {"MaxCapacity"}})
}

// declaredWrong says that the object is refused for what it says.
func declaredWrong(obj v1alpha1.Object) bool {
	return is(obj, v1alpha1.ConditionStalled, metav1.ConditionTrue) && reasonOf(obj) != "AlreadyDeclared" && reasonOf(obj) != "AlreadyExists"
}

func targetOf(id string) string {
	parts := strings.SplitN(id, " ", 5)
	return strings.Join(append([]string{"target"}, parts[1:4]...), " ")
}

// identityOf resolves what an object says about its scalable target.
func (w *world) identityOf(obj v1alpha1.Object) (identity, bool) {
	if len(asMap(specOf(obj))) == 0 {
		return identity{}, false // it is still to be taken from AWS
	}
	id, found := w.leadsTo(obj)
	if bound := obj.GetStatus().BoundTo; bound != nil && (!found || len(obj.GetFinalizers()) > 0) {
		// What it declared while the reference led there is still there.
		return identity{placeOf(obj), bound.ServiceNamespace, bound.ResourceID, bound.ScalableDimension}, true
	}
	return id, found
}

// awsID names what an object stands for in AWS.
func (w *world) awsID(obj v1alpha1.Object) (string, bool) {
	target, ok := w.identityOf(obj)
	if !ok {
		return "", false
	}
	switch o := obj.(type) {
	case *v1alpha1.ScalingPolicy:
		return fmt.Sprintf("policy %s %s", target, o.Spec.PolicyName), true
	case *v1alpha1.ScheduledAction:
		return fmt.Sprintf("action %s %s", target, o.Spec.ScheduledActionName), true
	}
	return "target " + target.String(), true
}

// differences says in what AWS differs from what a ready object declares.
func (w *world) differences(obj v1alpha1.Object, has thing) []string {
	if has.id == "" {
		return []string{"it is not in AWS"}
	}
	var problems []string
	if arn := text(obj.GetStatus().ACKResourceMetadata.ARN); arn != has.arn {
		problems = append(problems, fmt.Sprintf("its ARN is %s, not %s", has.arn, arn))
	}
	if target, ok := obj.(*v1alpha1.ScalableTarget); ok {
		return append(problems, w.targetDiffers(target, has)...)
	}
	id, _ := w.identityOf(obj)
	theirs := yielded(obj)
	if want, is := without(reference(w.T, obj, id), theirs), without(has.body, theirs); !reflect.DeepEqual(want, is) {
		problems = append(problems, "AWS has something else (-declared +AWS)\n"+cmp.Diff(want, is))
	}
	return problems
}

// untrue says why the reason of an object that is not ready is not true.
func (w *world) untrue(obj v1alpha1.Object, id string, all map[string]thing) string {
	_, there := all[id]
	_, foreign := w.owned[id]
	_, registered := all[targetOf(id)]
	switch reason := reasonOf(obj); {
	case reason == "AlreadyExists" && !(there && foreign):
		return "AWS has nothing foreign under its name"
	case reason == "AlreadyExists" && obj.GetAnnotations()[v1alpha1.AnnotationAdoptionPolicy] == v1alpha1.AdoptionPolicyAdoptOrCreate:
		return "it shall take over what is there"
	case reason == "TargetNotRegistered" && registered:
		return "the target that it waits for is registered"
	case (reason == "NotInAWS" || reason == "AdoptedResourceGone") && there:
		return "what it adopts is in AWS"
	case reason == "Paused" && (condition(obj, v1alpha1.ConditionPaused) == nil || !w.paused(obj)):
		return "it is not paused"
	case reason == "ReferenceMoved" && w.leadsBack(obj):
		return "its reference leads where it always did"
	case reason == "AlreadyDeclared" && len(w.claimants(id)) < 2:
		return "no other object declares the same"
	case is(obj, v1alpha1.ConditionRecoverable, metav1.ConditionTrue):
		return "it failed, and nothing is wrong any more"
	case reason == "":
		return "it is not ready, and nothing says why"
	}
	return ""
}

func (w *world) claimants(id string) (objects []v1alpha1.Object) {
	for _, obj := range w.kube.list() {
		if other, ok := w.awsID(obj); ok && other == id {
			objects = append(objects, obj)
		}
	}
	return objects
}

func condition(obj v1alpha1.Object, conditionType string) *v1alpha1.Condition {
	for i, c := range obj.GetStatus().Conditions {
		if c.Type == conditionType {
			return &obj.GetStatus().Conditions[i]
		}
	}
	return nil
}

func is(obj v1alpha1.Object, conditionType string, status metav1.ConditionStatus) bool {
	c := condition(obj, conditionType)
	return c != nil && c.Status == status
}

// reasonOf is why an object is not ready.
func reasonOf(obj v1alpha1.Object) string {
	for _, t := range []string{v1alpha1.ConditionStalled, v1alpha1.ConditionReconciling} {
		if c := condition(obj, t); c != nil {
			return text(c.Reason)
		}
	}
	return ""
}

// statusProblems checks what every status must keep, whatever it says:
// kstatus, Argo CD, Flux and users of the ACK controller rely on it.
func statusProblems(obj v1alpha1.Object) (problems []string) {
	add := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	s := obj.GetStatus()
	at := map[string]int{}
	for i, c := range s.Conditions {
		if _, twice := at[c.Type]; twice {
			add("condition %s occurs twice", c.Type)
		}
		at[c.Type] = i
		if c.LastTransitionTime.IsZero() {
			add("condition %s has no lastTransitionTime", c.Type)
		}
		if c.ObservedGeneration != obj.GetGeneration() {
			add("condition %s is about generation %d, not %d", c.Type, c.ObservedGeneration, obj.GetGeneration())
		}
	}
	ready := is(obj, v1alpha1.ConditionReady, metav1.ConditionTrue)
	if _, ok := at[v1alpha1.ConditionReady]; !ok {
		add("there is no Ready condition")
	}
	if ready != is(obj, v1alpha1.ConditionResourceSynced, metav1.ConditionTrue) {
		add("Ready does not mirror ACK.ResourceSynced")
	}
	if terminal, ok := at[v1alpha1.ConditionTerminal]; ok && terminal > at[v1alpha1.ConditionReady] {
		add("ACK.Terminal comes after Ready")
	}
	if is(obj, v1alpha1.ConditionTerminal, metav1.ConditionTrue) != is(obj, v1alpha1.ConditionStalled, metav1.ConditionTrue) {
		add("Stalled does not mirror ACK.Terminal")
	}
	if s.ObservedGeneration != obj.GetGeneration() {
		add("observedGeneration is %d, generation %d", s.ObservedGeneration, obj.GetGeneration())
	}
	if !ready {
		return problems
	}
	for _, bad := range []string{v1alpha1.ConditionStalled, v1alpha1.ConditionReconciling, v1alpha1.ConditionRecoverable} {
		if _, ok := at[bad]; ok {
			add("it is ready and has the condition %s", bad)
		}
	}
	if s.ACKResourceMetadata == nil || text(s.ACKResourceMetadata.ARN) == "" {
		add("it is ready and has no ARN")
		s.ACKResourceMetadata = &v1alpha1.ResourceMetadata{}
	}
	if s.CreationTime == nil || s.LastModifiedTime == nil || s.LastModifiedTime.Before(s.CreationTime) {
		add("creationTime %v, lastModifiedTime %v", s.CreationTime, s.LastModifiedTime)
	}
	return problems
}
