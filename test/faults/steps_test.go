package faults

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// draw returns a random step without its pause.
func draw(r *rand.Rand) step {
	switch n := r.IntN(100); {
	case n < 30:
		return drawCreate(r)
	case n < 45:
		return drawEdit(r)
	case n < 48:
		k, d := drawKey(r), time.Duration(1+r.IntN(100))*time.Second
		return step{what: fmt.Sprint("pause ", k, " for ", d), do: func(w *world) {
			_ = w.kube.update(k, func(obj v1alpha1.Object) {
				annotations := map[string]string{}
				maps.Copy(annotations, obj.GetAnnotations())
				annotations[v1alpha1.AnnotationPause] = time.Now().Add(w.lasts(d)).Format(time.RFC3339)
				obj.SetAnnotations(annotations)
			})
		}}
	case n < 51:
		return drawAnnotation(r)
	case n < 60:
		k := drawKey(r)
		return step{what: fmt.Sprint("delete ", k), do: func(w *world) { _ = w.kube.delete(k) }}
	case n < 72:
		return drawMeddling(r)
	case n < 90:
		return drawFault(r)
	case n < 96:
		a := accident{1 + r.IntN(6), pick(r, killedBefore, killedAfter, answerLost)}
		return step{what: fmt.Sprint("accident ", a), do: func(w *world) { w.plan(a) }}
	}
	return step{what: "restart", do: (*world).restart}
}

// The objects of random histories: two of the targets are the same one.
var (
	targetNames = map[string]identity{"t0": alpha, "t1": alpha, "t2": beta}
	policyNames = []string{"p0", "p1", "p2", "p3"}
	actionNames = []string{"s0", "s1", "s2"}
)

func drawKey(r *rand.Rand) key {
	switch r.IntN(3) {
	case 0:
		return key{targetKind, pick(r, "t0", "t1", "t2")}
	case 1:
		return key{policyKind, pick(r, policyNames...)}
	}
	return key{actionKind, pick(r, actionNames...)}
}

func drawCreate(r *rand.Rand) step {
	obj := drawObject(r)
	return step{what: fmt.Sprintf("create %s %v", keyOf(obj), asMap(specOf(obj))), do: func(w *world) { _ = w.kube.create(obj) }}
}

func drawObject(r *rand.Rand) v1alpha1.Object {
	k := drawKey(r)
	id, reference := pick(r, alpha, alpha, beta), pick(r, "", "", "t0", "t2")
	var obj v1alpha1.Object
	switch k.kind {
	case targetKind:
		obj = target(k.name, targetNames[k.name], int64(r.IntN(3)), int64(4+r.IntN(3)))
	case policyKind:
		p := policy(k.name, pick(r, "a", "b"), id, 1)
		drawConfiguration(r, p)
		if reference != "" {
			p = byReference(p, reference)
		}
		obj = p
	default:
		a := action(k.name, pick(r, "m", "n"), id, int64(1+r.IntN(3)))
		if reference != "" {
			a = byReference(a, reference)
		}
		obj = a
	}
	switch r.IntN(20) {
	case 0, 1, 2, 3:
		obj.SetAnnotations(map[string]string{v1alpha1.AnnotationAdoptionPolicy: v1alpha1.AdoptionPolicyAdoptOrCreate})
	case 4:
		obj.SetAnnotations(map[string]string{v1alpha1.AnnotationAdoptionPolicy: v1alpha1.AdoptionPolicyAdopt})
	}
	return obj
}

// drawConfiguration gives a policy one of its possible configurations. Two
// policies of one target never track the same metric.
func drawConfiguration(r *rand.Rand, p *v1alpha1.ScalingPolicy) {
	s := &p.Spec
	s.TargetTrackingScalingPolicyConfiguration, s.StepScalingPolicyConfiguration = nil, nil
	if r.IntN(2) == 0 {
		s.StepScalingPolicyConfiguration = stepConfiguration(int64(1 + r.IntN(5)))
		return
	}
	value := float64(1 + r.IntN(5))
	s.TargetTrackingScalingPolicyConfiguration = &v1alpha1.TargetTrackingConfiguration{
		TargetValue: &value,
		CustomizedMetricSpecification: &v1alpha1.CustomizedMetric{
			MetricName: new(s.PolicyName), Namespace: new("N"), Statistic: new("Average"),
		},
	}
	if r.IntN(2) == 0 {
		s.TargetTrackingScalingPolicyConfiguration.ScaleInCooldown = new(int64(r.IntN(3)))
	}
}

func drawEdit(r *rand.Rand) step {
	k := drawKey(r)
	number := r.Uint64()
	return step{what: fmt.Sprint("edit ", k), do: func(w *world) {
		_ = w.kube.update(k, func(obj v1alpha1.Object) {
			own := rand.New(rand.NewPCG(number, 0))
			switch o := obj.(type) {
			case *v1alpha1.ScalableTarget:
				drawTargetEdit(own, &o.Spec)
			case *v1alpha1.ScalingPolicy:
				drawConfiguration(own, o)
			case *v1alpha1.ScheduledAction:
				minimum := int64(1 + own.IntN(3))
				o.Spec.ScalableTargetAction.MinCapacity = &minimum
				o.Spec.Timezone = pick(own, nil, new("Europe/Berlin"))
			}
		})
	}}
}

func drawTargetEdit(r *rand.Rand, s *v1alpha1.ScalableTargetSpec) {
	switch r.IntN(3) {
	case 0:
		s.MinCapacity, s.MaxCapacity = new(int64(r.IntN(3))), new(int64(4+r.IntN(3)))
	case 1:
		s.Tags = pick(r, nil, []v1alpha1.Tag{tagA}, []v1alpha1.Tag{tagA, tagB})
	case 2:
		s.SuspendedState = pick(r, nil, &v1alpha1.SuspendedState{DynamicScalingInSuspended: new(true)},
			&v1alpha1.SuspendedState{ScheduledScalingSuspended: new(true)})
	}
}

// drawAnnotation asks for a check of an object.
func drawAnnotation(r *rand.Rand) step {
	k, value := drawKey(r), fmt.Sprint(r.Uint64())
	return step{what: fmt.Sprint("ask for a check of ", k), do: func(w *world) {
		_ = w.kube.update(k, func(obj v1alpha1.Object) {
			annotations := map[string]string{}
			maps.Copy(annotations, obj.GetAnnotations())
			annotations[v1alpha1.AnnotationReconcileRequestedAt] = value
			obj.SetAnnotations(annotations)
		})
	}}
}

// drawMeddling changes AWS behind the controller's back.
func drawMeddling(r *rand.Rand) step {
	id, value := pick(r, alpha, alpha, beta), 10+r.IntN(5)
	name, actionName := pick(r, "a", "b"), pick(r, "m", "n")
	switch r.IntN(9) {
	case 7:
		return step{what: "a foreign tag on " + id.String(), do: func(w *world) {
			w.calmly(func() { w.tagForeign(id, "theirs", fmt.Sprint(value)) })
		}}
	case 8:
		which := r.IntN(4)
		return step{what: fmt.Sprint("delete alarm ", which), do: func(w *world) {
			w.calmly(func() {
				if names := w.managedAlarms(); which < len(names) {
					w.deleteAlarms(names[which])
				}
			})
		}}
	case 0:
		return meddle("register", "target "+id.String(), register(id, 0, value))
	case 1:
		return meddle("put", "policy "+id.String()+" "+name, putStep(id, name, value))
	case 2:
		return meddle("put", "action "+id.String()+" "+actionName, putAction(id, actionName, value))
	case 3:
		return meddle("delete", "policy "+id.String()+" "+name, takeAway("DeleteScalingPolicy", id, map[string]any{"PolicyName": name}))
	case 4:
		return meddle("delete", "action "+id.String()+" "+actionName, takeAway("DeleteScheduledAction", id, map[string]any{"ScheduledActionName": actionName}))
	case 5:
		return meddle("deregister", "target "+id.String(), takeAway("DeregisterScalableTarget", id, nil))
	}
	return step{what: "something foreign under " + id.String(), do: func(w *world) { w.settleForeign(id) }}
}

// meddle changes something that is in AWS. AWS would refuse to make a step
// policy of a target tracking one.
func meddle(what, id string, act func(*world)) step {
	return step{what: what + " " + id, do: func(w *world) {
		w.calmly(func() {
			all, err := describe(w.cloud)
			w.must(err)
			if t, there := all[id]; there && !(what == "put" && t.body["PolicyType"] == "TargetTrackingScaling") {
				act(w)
			}
		})
	}}
}

// settleForeign puts a policy and an action of somebody else under a target.
func (w *world) settleForeign(id identity) {
	w.calmly(func() {
		all, err := describe(w.cloud)
		w.must(err)
		under, there := all["target "+id.String()]
		if !there {
			return
		}
		atOnce(putStep(id, "others", 7), putAction(id, "others", 1))(w)
		ids := []string{"policy " + id.String() + " others", "action " + id.String() + " others"}
		w.disown(ids...)
		for _, id := range ids {
			t := w.owned[id]
			t.under = under.arn
			w.own(t)
		}
	})
}

// calmly does something without AWS's faults, which are for the controller.
func (w *world) calmly(do func()) {
	w.cloud.Faults().Clear()
	do()
	for _, again := range w.faults {
		again(w.cloud.Faults())
	}
}

// breaks lets AWS fail until calm.
func breaks(what string, how func(*localcloud.Faults)) step {
	return step{what: what, do: func(w *world) {
		w.faults = append(w.faults, how)
		how(w.cloud.Faults())
	}}
}

// The errors of AWS in random histories; nil closes the connection.
var errorsOfAWS = map[string]*wire.Error{
	"throttling":  {Code: "ThrottlingException", Message: "Rate exceeded"},
	"internal":    {Code: "InternalServiceException", Message: "internal error", Status: http.StatusInternalServerError},
	"concurrent":  {Code: "ConcurrentUpdateException", Message: "You already have a pending update to an Auto Scaling resource."},
	"denied":      {Code: "AccessDeniedException", Message: "not authorized"},
	"no answer":   nil,
	"unavailable": {Code: "ServiceUnavailable", Message: "try later", Status: http.StatusServiceUnavailable},
}

func drawFault(r *rand.Rand) step {
	operation := pick(r, localcloud.AnyOperation, localcloud.AnyOperation, "RegisterScalableTarget", "DeregisterScalableTarget", "PutScalingPolicy",
		"DeleteScalingPolicy", "PutScheduledAction", "DeleteScheduledAction", "DescribeScalableTargets", "DescribeScalingPolicies", "TagResource")
	name := pick(r, slices.Sorted(maps.Keys(errorsOfAWS))...)
	times, after := 1+r.IntN(6), r.IntN(2) == 0
	switch r.IntN(6) {
	case 0:
		return breaks("AWS throttles", func(f *localcloud.Faults) { f.Throttle(2, 3) })
	case 1:
		return step{what: "AWS is slow: " + operation, do: func(w *world) {
			breaks("", func(f *localcloud.Faults) { f.Delay(operation, w.lasts(30*time.Second)) }).do(w)
		}}
	case 2:
		chance, number := r.IntN(60), r.Uint64()
		return step{what: fmt.Sprintf("the API server fails in %d%%", chance), memory: true, do: func(w *world) {
			own := rand.New(rand.NewPCG(number, 0))
			w.loseCalls(func() loss {
				if own.IntN(100) >= chance {
					return lostNothing
				}
				return pick(own, lostBefore, lostAfter)
			})
		}}
	case 3:
		return step{what: "faults end", do: (*world).calm}
	}
	fault := localcloud.Fault{Operation: operation, Error: errorsOfAWS[name], Times: times, AfterEffect: after}
	if name == "no answer" && times > 3 {
		fault.Hang, name = true, "no answer, ever"
	}
	return breaks(fmt.Sprintf("%s: %s, %d times, after the effect: %t", operation, name, times, after), func(f *localcloud.Faults) { f.Inject(fault) })
}
