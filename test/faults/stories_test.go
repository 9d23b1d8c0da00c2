package faults

import (
	"fmt"
	"maps"
	"time"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// A story is something that people do, told from a settled world on.
type story struct {
	reason  string
	prepare func(*world)
	act     func(*world)
}

var (
	alpha   = variant("alpha")
	beta    = variant("beta")
	foreign = variant("foreign")

	keyT = key{targetKind, "t"}
	keyP = key{policyKind, "p"}
	keyS = key{actionKind, "s"}
)

// some create what most stories begin with.
func some(w *world) {
	w.create(target("t", alpha, 1, 3), policy("p", "p", alpha, 50), action("s", "s", alpha, 2))
}

func bring(objects ...v1alpha1.Object) func(*world) {
	return func(w *world) { w.create(objects...) }
}

func drop(keys ...key) func(*world) {
	return func(w *world) { w.delete(keys...) }
}

// inTurn does several things, with time between them for the controller.
func inTurn(acts ...func(*world)) func(*world) {
	return func(w *world) {
		for _, act := range acts {
			act(w)
			w.pass(10 * time.Second)
		}
	}
}

// atOnce does several things without a pause.
func atOnce(acts ...func(*world)) func(*world) {
	return func(w *world) {
		for _, act := range acts {
			act(w)
		}
	}
}

// put puts something into AWS behind the controller's back.
func put(operation string, target identity, members map[string]any) func(*world) {
	return func(w *world) {
		in := target.members()
		maps.Copy(in, members)
		w.aws(target.place, operation, in)
	}
}

func register(id identity, minimum, maximum int) func(*world) {
	return put("RegisterScalableTarget", id, map[string]any{"MinCapacity": minimum, "MaxCapacity": maximum})
}

func putTracking(id identity, name string, value float64) func(*world) {
	return put("PutScalingPolicy", id, map[string]any{
		"PolicyName": name, "PolicyType": "TargetTrackingScaling",
		"TargetTrackingScalingPolicyConfiguration": map[string]any{
			"TargetValue": value, "PredefinedMetricSpecification": map[string]any{"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}},
	})
}

func putStep(id identity, name string, adjustment int) func(*world) {
	return put("PutScalingPolicy", id, map[string]any{
		"PolicyName": name, "PolicyType": "StepScaling",
		"StepScalingPolicyConfiguration": map[string]any{
			"AdjustmentType": "ChangeInCapacity", "StepAdjustments": []any{map[string]any{"MetricIntervalLowerBound": 0, "ScalingAdjustment": adjustment}}},
	})
}

func putAction(id identity, name string, minimum int) func(*world) {
	return put("PutScheduledAction", id, map[string]any{
		"ScheduledActionName": name, "Schedule": "at(2040-01-01T00:00:00)", "ScalableTargetAction": map[string]any{"MinCapacity": minimum},
	})
}

func takeAway(operation string, id identity, members map[string]any) func(*world) {
	return put(operation, id, members)
}

// foreigners puts things of others into AWS: a whole target, and a policy and
// an action under the target that our stories are about, if it is there. No drift
// follows from that.
func foreigners(w *world) {
	defer func(was bool) { w.meddled.Store(was) }(w.meddled.Load())
	atOnce(register(foreign, 1, 9), putTracking(foreign, "p", 11), putAction(foreign, "s", 4))(w)
	all, err := describe(w.cloud)
	w.must(err)
	if _, there := all["target "+alpha.String()]; there {
		atOnce(putStep(alpha, "others", 7), putAction(alpha, "others", 1))(w)
	}
	w.disown("target "+foreign.String(), "policy "+foreign.String()+" p", "action "+foreign.String()+" s",
		"policy "+alpha.String()+" others", "action "+alpha.String()+" others")
}

// disown notes that things in AWS, if they are there, are somebody else's.
func (w *world) disown(ids ...string) {
	all, err := describe(w.cloud)
	w.must(err)
	for _, id := range ids {
		if t, there := all[id]; there {
			w.own(t)
		}
	}
}

// own notes that a thing is somebody else's. Only tests write it; processes
// ask it, with the lock.
func (w *world) own(t thing) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.owned[t.id] = t
}

// goesWithTarget notes that AWS deletes what is under the target with it.
func goesWithTarget(w *world) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.owned, "policy "+alpha.String()+" others")
	delete(w.owned, "action "+alpha.String()+" others")
}

func setBounds(minimum, maximum int64) func(*world) {
	return func(w *world) {
		edit(w, keyT, func(o *v1alpha1.ScalableTarget) { o.Spec.MinCapacity, o.Spec.MaxCapacity = &minimum, &maximum })
	}
}

func setValue(k key, value float64) func(*world) {
	return func(w *world) {
		edit(w, k, func(o *v1alpha1.ScalingPolicy) { o.Spec.TargetTrackingScalingPolicyConfiguration.TargetValue = &value })
	}
}

func setActionMin(k key, minimum int64) func(*world) {
	return func(w *world) {
		edit(w, k, func(o *v1alpha1.ScheduledAction) { o.Spec.ScalableTargetAction.MinCapacity = &minimum })
	}
}

func setTags(tags ...v1alpha1.Tag) func(*world) {
	return func(w *world) {
		edit(w, keyT, func(o *v1alpha1.ScalableTarget) { o.Spec.Tags = tags })
	}
}

func setSuspended(s *v1alpha1.SuspendedState) func(*world) {
	return func(w *world) {
		edit(w, keyT, func(o *v1alpha1.ScalableTarget) { o.Spec.SuspendedState = s })
	}
}

func toSteps(w *world) {
	edit(w, keyP, func(o *v1alpha1.ScalingPolicy) {
		o.Spec.TargetTrackingScalingPolicyConfiguration, o.Spec.StepScalingPolicyConfiguration = nil, stepConfiguration(2)
		if o.Spec.PolicyType != nil { // it came from AWS
			o.Spec.PolicyType = new("StepScaling")
		}
	})
}

func annotate(k key, name, value string) func(*world) {
	return func(w *world) {
		w.must(w.kube.update(k, func(o v1alpha1.Object) {
			if value == "" {
				o.SetAnnotations(nil)
				return
			}
			o.SetAnnotations(map[string]string{name: value})
		}))
	}
}

func adopting[T v1alpha1.Object](obj T) T {
	return annotated(obj, v1alpha1.AnnotationAdoptionPolicy, v1alpha1.AdoptionPolicyAdoptOrCreate)
}

func stepsOf(k key, adjustment int64) func(*world) {
	return func(w *world) {
		edit(w, k, func(o *v1alpha1.ScalingPolicy) { o.Spec.StepScalingPolicyConfiguration = stepConfiguration(adjustment) })
	}
}

var tagA, tagB = v1alpha1.Tag{Key: "a", Value: "1"}, v1alpha1.Tag{Key: "b"}

var stories = map[string]story{
	"bring-up":                 {"target, policy and action come at once", nil, some},
	"bring-up, children first": {"policies and actions wait for their target", nil, inTurn(bring(policy("p", "p", alpha, 50), action("s", "s", alpha, 2)), bring(target("t", alpha, 1, 3)))},
	"bring-up by reference":    {"a reference is followed when its object comes", nil, inTurn(bring(byReference(policy("p", "p", alpha, 50), "t"), byReference(action("s", "s", alpha, 2), "t")), bring(target("t", alpha, 1, 3)))},
	"two targets":              {"targets do not disturb each other", nil, atOnce(some, bring(target("u", beta, 2, 4), stepPolicy("q", "p", beta, 1), action("v", "s", beta, 3)))},
	"edit target":              {"bounds follow", some, setBounds(2, 5)},
	"edit policy":              {"a policy follows", some, setValue(keyP, 60)},
	"edit action":              {"an action follows", some, setActionMin(keyS, 3)},
	"edit all":                 {"all follow", some, atOnce(setBounds(2, 5), setValue(keyP, 60), setActionMin(keyS, 3), setTags(tagA))},
	"edit in a row":            {"only the last edit counts", some, atOnce(setValue(keyP, 60), setValue(keyP, 61), setValue(keyP, 50), setValue(keyP, 62))},
	"tags":                     {"tags come, change and go", some, inTurn(setTags(tagA, tagB), setTags(tagB, v1alpha1.Tag{Key: "a", Value: "2"}), setTags(tagB), setTags())},
	"suspension and tags":      {"an edit and its opposite in a row leave nothing", some, atOnce(setSuspended(suspendedIn), setTags(tagA), setSuspended(nil), setTags())},
	"born with tags": {"what an object is born with is undone like what it gets later", nil, inTurn(func(w *world) {
		obj := target("t", alpha, 1, 3)
		obj.Spec.Tags, obj.Spec.SuspendedState = []v1alpha1.Tag{tagA}, suspendedIn
		w.create(obj, policy("p", "p", alpha, 50))
	}, atOnce(setSuspended(nil), setTags()))},
	"suspension":                 {"what was switched on and is mentioned no more is switched off", some, inTurn(setSuspended(&v1alpha1.SuspendedState{DynamicScalingInSuspended: new(true)}), setSuspended(nil))},
	"type change":                {"a policy is replaced", some, toSteps},
	"delete all at once":         {"one deregistration takes all along", some, atOnce(goesWithTarget, drop(keyT, keyP, keyS))},
	"delete policy":              {"only the policy goes", some, drop(keyP)},
	"delete action":              {"only the action goes", some, drop(keyS)},
	"delete and edit":            {"an edit of what is being deleted changes nothing", some, atOnce(setValue(keyP, 60), drop(keyP), setActionMin(keyS, 3))},
	"target comes back":          {"the children come back with their target", some, inTurn(atOnce(goesWithTarget, drop(keyT)), bring(target("t", alpha, 2, 4)))},
	"another target object":      {"the target may be declared by another object then", some, inTurn(atOnce(goesWithTarget, drop(keyT)), bring(target("other", alpha, 2, 4)))},
	"all come back":              {"a deleted set can be applied again", some, inTurn(atOnce(goesWithTarget, drop(keyT, keyP, keyS)), some)},
	"rename object":              {"another object takes the policy over", some, atOnce(bring(policy("q", "p", alpha, 50)), drop(keyP))},
	"rename object in turn":      {"an object that lost the claim takes over when the winner goes", some, inTurn(bring(policy("q", "p", alpha, 70)), drop(keyP))},
	"rename policy":              {"a new policy may take the metric of the one that goes", some, atOnce(drop(keyP), bring(policy("q", "q", alpha, 50)))},
	"second claim":               {"the second object does nothing", some, bring(policy("q", "p", alpha, 99), action("v", "s", alpha, 3))},
	"second claim goes":          {"the deletion of an object that lost the claim changes nothing in AWS", some, inTurn(bring(policy("q", "p", alpha, 99)), drop(key{policyKind, "q"}))},
	"second target object":       {"two objects for one target are not two targets", some, inTurn(bring(target("u", alpha, 2, 8)), atOnce(goesWithTarget, drop(keyT)))},
	"several policies":           {"children are independent", some, inTurn(bring(stepPolicy("q", "q", alpha, 1), stepPolicy("r", "r", alpha, 2)), atOnce(stepsOf(key{policyKind, "q"}, 3), drop(key{policyKind, "r"}), setValue(keyP, 51)))},
	"adoption":                   {"what is there is taken over on request", adoptees, bring(adopting(target("t", alpha, 1, 3)), adopting(policy("p", "p", alpha, 50)), adopting(action("s", "s", alpha, 2)))},
	"adoption on second thought": {"an annotation is an edit", adoptees, inTurn(some, atOnce(annotate(keyT, v1alpha1.AnnotationAdoptionPolicy, "adopt-or-create"), annotate(keyP, v1alpha1.AnnotationAdoptionPolicy, "adopt-or-create")))},
	"hands off":                  {"what is there is left alone", adoptees, some},
	"hands off, deleted":         {"the objects can go, and AWS keeps what it has", adoptees, inTurn(some, drop(keyT, keyP, keyS))},
	"retain":                     {"what shall stay stays, and can be adopted later", some, inTurn(retainAll, drop(keyT, keyP, keyS), bring(adopting(target("t", alpha, 2, 4)), adopting(policy("p", "p", alpha, 70))))},
	"drift":                      {"what others change is put right", some, atOnce(register(alpha, 3, 9), putTracking(alpha, "p", 99), putAction(alpha, "s", 5))},
	"others delete":              {"what others delete comes back", some, atOnce(takeAway("DeleteScalingPolicy", alpha, map[string]any{"PolicyName": "p"}), takeAway("DeleteScheduledAction", alpha, map[string]any{"ScheduledActionName": "s"}))},
	"others deregister":          {"a whole target comes back", some, atOnce(goesWithTarget, takeAway("DeregisterScalableTarget", alpha, nil))},
	"deleted at birth":           {"nothing is made for what is gone already", nil, atOnce(some, drop(keyT, keyP, keyS))},
	"deleted while it is held":   {"nothing is made for what goes while the controller looks at AWS", nil, deletedMidway},
	"finalizers stripped":        {"what is known to be ours is held again", some, atOnce(strip(keyT), strip(keyP), strip(keyS))},
	"forced deletion":            {"what a forced deletion left in AWS is not the next object's", some, forced},
	"adopt":                      {"specs come from AWS", adoptees, bring(adopter("t", ""), adopter("p", "p"), adopter("s", "s"))},
	"adopt with a spec":          {"AWS's values replace those of the specs", adoptees, bring(overwritten(target("t", alpha, 2, 3)), overwritten(policy("p", "p", alpha, 50)), overwritten(action("s", "s", alpha, 2)))},
	"adopt and edit":             {"an adopted spec is edited like any other", adopted, inTurn(setBounds(2, 5), setValue(keyP, 60), setActionMin(keyS, 3))},
	"adopt and change the type":  {"what is made anew on the way has not vanished", adopted, toSteps},
	"adopt and delete":           {"what was adopted is deleted like any other", adopted, inTurn(release, drop(keyP), drop(keyS), atOnce(goesWithTarget, drop(keyT)))},
	"adopt too early":            {"what appears later is adopted then", bring(adopter("t", ""), adopter("p", "p"), adopter("s", "s")), adoptees},
	"adopted and gone":           {"what was adopted is not made again", adopted, inTurn(release, atOnce(takeAway("DeleteScalingPolicy", alpha, map[string]any{"PolicyName": "p"}), takeAway("DeleteScheduledAction", alpha, map[string]any{"ScheduledActionName": "s"})))},
	"pause and resume":           {"edits wait for the end of the pause", some, inTurn(pauseAll, atOnce(setBounds(2, 5), setValue(keyP, 60), setActionMin(keyS, 3)), resumeAll)},
	"pause for a while":          {"a pause ends by itself", some, atOnce(pauseFor(5*time.Second), setBounds(2, 5), setValue(keyP, 60))},
	"pause and delete":           {"deletions wait for the end of the pause", some, inTurn(pauseAll, drop(keyT, keyP, keyS), atOnce(goesWithTarget, resumeAll))},
	"pause before the target": {"what is paused is not made when its target comes, and says so", bring(annotated(action("s", "s", alpha, 2), v1alpha1.AnnotationPause, "true")),
		bring(target("t", alpha, 1, 3))},
	"pause the target alone":    {"what is not paused goes on", some, inTurn(annotate(keyT, v1alpha1.AnnotationPause, "true"), atOnce(setBounds(2, 5), setValue(keyP, 60)), drop(keyS), annotate(keyT, "", ""))},
	"another endpoint":          {"what is in AWS does not follow an endpoint of another name, and what is there is not overwritten", chain, endpointIs("e", "beta")},
	"another endpoint, undone":  {"an endpoint that is itself again has its target", chain, inTurn(endpointIs("e", "beta"), setBounds(2, 5), endpointIs("e", "alpha"))},
	"another endpoint, deleted": {"what is deleted goes from where it is", chain, inTurn(endpointIs("e", ""), endpointIs("e", "beta"), drop(keyP), atOnce(goesWithTarget, drop(keyT, keyS)))},
	"another resource":          {"what is under a target that was retained does not follow its name", links, replaceTarget},
	"another resource, deleted": {"what is deleted goes from where it is", links, inTurn(replaceTarget, drop(keyP, keyS))},
	"another resource at last":  {"what went with its target may follow its reference", links, inTurn(atOnce(goesWithTarget, drop(keyT)), bring(target("t", beta, 2, 4)))},
	"others were faster":        {"what is gone already need not be deleted", some, atOnce(goesWithTarget, takeAway("DeregisterScalableTarget", alpha, nil), drop(keyT, keyP, keyS))},
}

// strip takes all finalizers off an object.
func strip(k key) func(*world) {
	return func(w *world) {
		w.must(w.kube.update(k, func(o v1alpha1.Object) { o.SetFinalizers(nil) }))
	}
}

// forced deletes objects without the controller and creates them again.
func forced(w *world) {
	w.disown("target "+alpha.String(), "policy "+alpha.String()+" p", "action "+alpha.String()+" s")
	atOnce(strip(keyT), strip(keyP), strip(keyS), drop(keyT, keyP, keyS), some)(w)
}

// deletedMidway deletes a target while its first read of AWS is under way.
func deletedMidway(w *world) {
	w.cloud.Faults().Delay("DescribeScalableTargets", 3*time.Second)
	w.create(target("t", alpha, 1, 3))
	time.Sleep(2 * time.Second)
	w.delete(keyT)
	w.cloud.Faults().Clear()
}

// adopter is an object that takes its spec from AWS; its kind is that of its
// name.
func adopter(name, inAWS string) v1alpha1.Object {
	fields := fmt.Sprintf(`"resourceID": %q, "serviceNamespace": %q, "scalableDimension": %q`, alpha.resource, alpha.namespace, alpha.dimension)
	obj := newObject(map[string]autoscaling.Kind{"t": targetKind, "p": policyKind, "s": actionKind}[name])
	switch name {
	case "p":
		fields += fmt.Sprintf(`, "policyName": %q`, inAWS)
	case "s":
		fields += fmt.Sprintf(`, "scheduledActionName": %q`, inAWS)
	}
	obj.SetName(name)
	obj.SetAnnotations(map[string]string{
		v1alpha1.AnnotationAdoptionPolicy: v1alpha1.AdoptionPolicyAdopt, v1alpha1.AnnotationAdoptionFields: "{" + fields + "}",
	})
	return obj
}

// overwritten is an object whose spec AWS's values replace.
func overwritten[T v1alpha1.Object](obj T) T {
	return annotated(obj, v1alpha1.AnnotationAdoptionPolicy, v1alpha1.AdoptionPolicyAdopt)
}

func adopted(w *world) {
	adoptees(w)
	w.create(adopter("t", ""), adopter("p", "p"), adopter("s", "s"))
}

// release notes that what was adopted is nobody else's any more.
func release(w *world) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range []string{"target " + alpha.String(), "policy " + alpha.String() + " p", "action " + alpha.String() + " s"} {
		delete(w.owned, id)
	}
}

func pauseAll(w *world) {
	for _, k := range []key{keyT, keyP, keyS} {
		annotate(k, v1alpha1.AnnotationPause, "true")(w)
	}
}

func pauseFor(d time.Duration) func(*world) {
	return func(w *world) {
		for _, k := range []key{keyT, keyP, keyS} {
			annotate(k, v1alpha1.AnnotationPause, time.Now().Add(d).Format(time.RFC3339))(w)
		}
	}
}

func resumeAll(w *world) {
	for _, k := range []key{keyT, keyP, keyS} {
		annotate(k, "", "")(w)
	}
}

// adoptees are things of others under the names of our objects.
func adoptees(w *world) {
	atOnce(register(alpha, 1, 8), putTracking(alpha, "p", 33), putAction(alpha, "s", 5))(w)
	w.disown("target "+alpha.String(), "policy "+alpha.String()+" p", "action "+alpha.String()+" s")
}

func retainAll(w *world) {
	for _, k := range []key{keyT, keyP, keyS} {
		annotate(k, v1alpha1.AnnotationDeletionPolicy, v1alpha1.DeletionPolicyRetain)(w)
	}
	w.disown("target "+alpha.String(), "policy "+alpha.String()+" p", "action "+alpha.String()+" s")
}

// The objects are deleted in each of the six orders, with time between them.
func init() {
	keys := []key{keyT, keyP, keyS}
	for i := range keys {
		for j := range keys {
			if i == j {
				continue
			}
			order := []key{keys[i], keys[j], keys[3-i-j]}
			var acts []func(*world)
			for _, k := range order {
				act := drop(k)
				if k == keyT {
					act = atOnce(goesWithTarget, act)
				}
				acts = append(acts, act)
			}
			stories[fmt.Sprintf("delete %s, %s, %s", order[0].name, order[1].name, order[2].name)] = story{"every order works", some, inTurn(acts...)}
		}
	}
}
