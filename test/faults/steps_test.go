package faults

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// draw returns a random step without its pause.
func draw(r *rand.Rand) step {
	switch n := r.IntN(100); {
	case n < 27:
		return drawCreate(r, pick(r, targetKind, policyKind, actionKind))
	case n < 41:
		return drawEdit(r)
	case n < 53:
		return drawLife(r)
	case n < 55:
		return drawAnnotation(r)
	case n < 63:
		k := drawKey(r)
		return about(k, fmt.Sprint("delete ", k), func(w *world) { _ = w.kube.delete(k) })
	case n < 77:
		return drawMeddling(r)
	case n < 91:
		return drawFault(r)
	case n < 96:
		a := accident{1 + r.IntN(6), pick(r, killedBefore, killedAfter, answerLost)}
		return step{what: fmt.Sprint("accident ", a), do: func(w *world) { w.plan(a) }}
	}
	return step{what: "restart", do: (*world).restart}
}

// about is a step about an object. Only the API server in memory has the second
// namespace.
func about(k key, what string, do func(*world)) step {
	return step{what: what, do: do, memory: k.namespace() != namespace}
}

// The objects of random histories: two of the targets are the same one. All
// occur in both namespaces.
var (
	targetNames = map[string]identity{"t0": alpha, "t1": alpha, "t2": beta}
	policyNames = []string{"p0", "p1", "p2", "p3"}
	actionNames = []string{"s0", "s1", "s2"}
)

func drawKey(r *rand.Rand) key {
	return drawKeyOf(r, pick(r, targetKind, policyKind, actionKind))
}

func drawKeyOf(r *rand.Rand, kind autoscaling.Kind) key {
	prefix := pick(r, "", "", "", "", "", partnerPrefix)
	switch kind {
	case targetKind:
		return key{kind, prefix + pick(r, "t0", "t1", "t2")}
	case policyKind:
		return key{kind, prefix + pick(r, policyNames...)}
	}
	return key{kind, prefix + pick(r, actionNames...)}
}

func drawCreate(r *rand.Rand, kind autoscaling.Kind) step {
	obj := drawObject(r, kind)
	s := about(keyOf(obj), fmt.Sprintf("create %s %v %v", keyOf(obj), asMap(specOf(obj)), obj.GetAnnotations()), func(w *world) { _ = w.kube.create(obj) })
	if a, ok := obj.(*v1alpha1.ScheduledAction); ok && r.IntN(2) == 0 {
		in := drawFiring(r)
		s.memory, s.what = true, fmt.Sprintf("%s, which fires %s", s.what, in)
		s.do = func(w *world) {
			a := clone(a)
			in.schedule(w, &a.Spec)
			_ = w.kube.create(a)
		}
	}
	for _, leads := range []string{v1alpha1.AnnotationRegion, v1alpha1.AnnotationDeletionPolicy, v1alpha1.AnnotationReadOnly} {
		s.memory = s.memory || obj.GetAnnotations()[leads] != ""
	}
	return s
}

func drawObject(r *rand.Rand, kind autoscaling.Kind) v1alpha1.Object {
	k := drawKeyOf(r, kind)
	prefix, name := "", k.name
	if k.namespace() == partnerNamespace {
		prefix, name = partnerPrefix, strings.TrimPrefix(name, partnerPrefix)
	}
	id, reference := pick(r, alpha, alpha, beta), pick(r, "", "", "t0", "t2")
	var obj v1alpha1.Object
	switch k.kind {
	case targetKind:
		obj = target(k.name, targetNames[name], int64(r.IntN(3)), int64(4+r.IntN(3)))
	case policyKind:
		p := policy(k.name, pick(r, "a", "b"), id, 1)
		drawConfiguration(r, p)
		if reference != "" {
			p = byReference(p, prefix+reference)
		}
		obj = p
	default:
		a := action(k.name, pick(r, "m", "n"), id, int64(1+r.IntN(3)))
		if reference != "" {
			a = byReference(a, prefix+reference)
		}
		obj = a
	}
	obj.SetAnnotations(drawAnnotations(r, k.kind))
	return obj
}

// drawAnnotations are those that an object is born with.
func drawAnnotations(r *rand.Rand, kind autoscaling.Kind) map[string]string {
	annotations := map[string]string{}
	switch r.IntN(20) {
	case 0, 1, 2, 3:
		annotations[v1alpha1.AnnotationAdoptionPolicy] = v1alpha1.AdoptionPolicyAdoptOrCreate
	case 4:
		annotations[v1alpha1.AnnotationAdoptionPolicy] = v1alpha1.AdoptionPolicyAdopt
	}
	if r.IntN(12) == 0 {
		annotations[v1alpha1.AnnotationRegion] = abroad.region
	}
	switch r.IntN(16) {
	case 0:
		annotations[v1alpha1.AnnotationDeletionPolicy] = v1alpha1.DeletionPolicyRetain
	case 1:
		annotations[v1alpha1.AnnotationReadOnly] = "true"
	case 2:
		annotations[v1alpha1.AnnotationYield] = drawYield(r, kind)
	}
	return annotations
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
	return about(k, fmt.Sprint("edit ", k), func(w *world) {
		_ = w.kube.update(k, func(obj v1alpha1.Object) {
			own := rand.New(rand.NewPCG(number, 0))
			switch o := obj.(type) {
			case *v1alpha1.ScalableTarget:
				drawTargetEdit(own, &o.Spec)
			case *v1alpha1.ScalingPolicy:
				drawConfiguration(own, o)
			case *v1alpha1.ScheduledAction:
				drawActionEdit(own, w, &o.Spec)
			}
		})
	})
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

func drawActionEdit(r *rand.Rand, w *world, s *v1alpha1.ScheduledActionSpec) {
	minimum := int64(1 + r.IntN(3))
	s.ScalableTargetAction.MinCapacity = &minimum
	s.Timezone = pick(r, nil, new("Europe/Berlin"))
	if in := drawFiring(r); w.real == nil && r.IntN(3) == 0 {
		in.schedule(w, s)
	}
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
