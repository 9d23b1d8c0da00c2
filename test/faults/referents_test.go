package faults

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/placement"
)

// endpointKind is that of the objects of another controller to which targets
// refer. The API server keeps them apart; their watch is a perfect one.
var endpointKind = schema.GroupVersionKind{Group: "sagemaker.services.k8s.aws", Version: "v1alpha1", Kind: "Endpoint"}

const endpointObjects = autoscaling.Kind("Endpoint")

// restMapper knows the kinds of others.
func restMapper() meta.RESTMapper {
	m := meta.NewDefaultRESTMapper(nil)
	m.Add(endpointKind, meta.RESTScopeNamespace)
	return m
}

// endpoint returns an Endpoint object, or nil.
func (s *apiServer) endpoint(name string) *unstructured.Unstructured {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.endpoints[name]; e != nil {
		return e.DeepCopy()
	}
	return nil
}

// endpointIs lets an Endpoint object name an endpoint in AWS; empty: it goes.
func endpointIs(name, inAWS string) func(*world) {
	return func(w *world) {
		var is *unstructured.Unstructured
		if inAWS != "" {
			is = &unstructured.Unstructured{Object: map[string]any{
				"spec": map[string]any{"endpointName": inAWS}, "status": map[string]any{"endpointStatus": "InService"},
			}}
			is.SetGroupVersionKind(endpointKind)
			is.SetNamespace(namespace)
			is.SetName(name)
		}
		w.memory.mu.Lock()
		was := w.memory.endpoints[name]
		delete(w.memory.endpoints, name)
		if is != nil {
			w.memory.endpoints[name] = is
		}
		w.memory.mu.Unlock()
		w.process.cache.mu.Lock()
		h := w.process.cache.handlers[endpointObjects]
		w.process.cache.mu.Unlock()
		switch {
		case h == nil: // nobody watches yet
		case is == nil:
			h.OnDelete(was)
		case was == nil:
			h.OnAdd(is.DeepCopy(), false)
		default:
			h.OnUpdate(was, is.DeepCopy())
		}
	}
}

// byEndpoint lets a target take its resource from an Endpoint object.
func byEndpoint(obj *v1alpha1.ScalableTarget, name string) *v1alpha1.ScalableTarget {
	obj.Spec.ResourceID = nil
	obj.Spec.SageMakerEndpointRef = &v1alpha1.SageMakerEndpointReference{From: v1alpha1.ObjectReference{Name: name}, VariantName: "AllTraffic"}
	return obj
}

// leadsTo is what the references of an object say now.
func (w *world) leadsTo(obj v1alpha1.Object) (identity, bool) {
	spec := asMap(specOf(obj))
	if ref, ok := spec["resourceRef"].(map[string]any); ok {
		to := w.kube.get(key{"ScalableTarget", ref["from"].(map[string]any)["name"].(string)})
		if to == nil {
			return identity{}, false
		}
		id, found := w.identityOf(to)
		id.place = placeOf(obj)
		return id, found
	}
	member := func(name string) string { s, _ := spec[name].(string); return s }
	id := identity{placeOf(obj), member("serviceNamespace"), member("resourceID"), member("scalableDimension")}
	if ref, ok := spec["sageMakerEndpointRef"].(map[string]any); ok {
		e := w.kube.endpoint(ref["from"].(map[string]any)["name"].(string))
		if e == nil {
			return identity{}, false
		}
		name, _, _ := unstructured.NestedString(e.Object, "spec", "endpointName")
		id.resource = fmt.Sprintf("endpoint/%s/variant/%s", name, ref["variantName"])
	}
	return id, true
}

// others put a target with a policy and an action of our names under beta.
func others(w *world) {
	atOnce(register(beta, 1, 8), putTracking(beta, "p", 77), putAction(beta, "s", 5))(w)
	w.disown("target "+beta.String(), "policy "+beta.String()+" p", "action "+beta.String()+" s")
}

// chain is a target by an endpoint, and what is under it by the target.
func chain(w *world) {
	others(w)
	endpointIs("e", "alpha")(w)
	w.create(byEndpoint(target("t", alpha, 1, 3), "e"), byReference(policy("p", "p", alpha, 50), "t"), byReference(action("s", "s", alpha, 2), "t"))
}

// links are what is under a target by reference.
func links(w *world) {
	w.create(target("t", alpha, 1, 3), byReference(policy("p", "p", alpha, 50), "t"), byReference(action("s", "s", alpha, 2), "t"))
}

// replaceTarget deletes the target's object alone and makes one of its name for
// another resource, under which there is something of others already.
func replaceTarget(w *world) {
	w.disown("target " + alpha.String())
	inTurn(annotate(keyT, v1alpha1.AnnotationDeletionPolicy, v1alpha1.DeletionPolicyRetain), drop(keyT),
		bring(target("t", beta, 2, 4)))(w)
	atOnce(putStep(beta, "p", 7), putAction(beta, "q", 1))(w)
	w.disown("policy "+beta.String()+" p", "action "+beta.String()+" q")
}

// others are the objects of a kind that is not ours.
func (s *apiServer) others(kind autoscaling.Kind) (all []any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch kind {
	case endpointObjects:
		for _, e := range s.endpoints {
			all = append(all, e.DeepCopy())
		}
	case namespaceObjects:
		for _, name := range []string{namespace, partnerNamespace} {
			all = append(all, s.namespace(name))
		}
	case configMaps:
		all = append(all, &corev1.ConfigMap{
			ObjectMeta: metav1.ObjectMeta{Namespace: systemNamespace, Name: placement.AccountRoleMap},
			Data:       map[string]string{partner.account: "arn:aws:iam::" + partner.account + ":role/setpoint"},
		})
	}
	return all
}

// leadsBack says that the references of an object lead to what it is bound to.
func (w *world) leadsBack(obj v1alpha1.Object) bool {
	id, found := w.leadsTo(obj)
	bound, tied := w.identityOf(obj)
	return !found || !tied || id == bound
}
