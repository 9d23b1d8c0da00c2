package controller

import (
	"context"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// The kinds of other ACK controllers that our objects refer to.
const (
	kindEndpoint autoscaling.Kind = "Endpoint"
	kindRole     autoscaling.Kind = "Role"
)

var foreignKinds = map[autoscaling.Kind]schema.GroupVersionKind{
	kindEndpoint: {Group: "sagemaker.services.k8s.aws", Version: "v1alpha1", Kind: "Endpoint"},
	kindRole:     {Group: "iam.services.k8s.aws", Version: "v1alpha1", Kind: "Role"},
}

// lookForReferents is the pause between looks whether a kind that our objects
// refer to can be watched: its CRD may be installed at any time.
const lookForReferents = 3 * time.Second

// watchReferents watches the foreign kinds as soon as one of our objects refers
// to them and the API server serves them. Most clusters have neither.
func (r *Reconciler) watchReferents(mgr manager.Manager, c controller.TypedController[Group]) source.TypedFunc[Group] {
	return func(ctx context.Context, _ queue) error {
		go func() {
			for len(r.watched()) < len(foreignKinds) {
				for kind := range foreignKinds {
					if err := r.watchReferent(ctx, mgr, c, kind); err != nil {
						r.log.Error("watching what our objects refer to", "kind", kind, "error", err)
					}
				}
				select {
				case <-ctx.Done():
					return
				case <-time.After(lookForReferents):
				}
			}
		}()
		return nil
	}
}

func (r *Reconciler) watchReferent(ctx context.Context, mgr manager.Manager, c controller.TypedController[Group], kind autoscaling.Kind) error {
	if slices.Contains(r.watched(), kind) || !r.groups.refersTo(kind) {
		return nil
	}
	gvk := foreignKinds[kind]
	mapping, err := mgr.GetRESTMapper().RESTMapping(gvk.GroupKind(), gvk.Version)
	if err != nil {
		return client.IgnoreNotFound(ignoreNoMatch(err)) // not installed
	}
	if r.options.MayRead != nil {
		if may, err := r.options.MayRead(ctx, mapping.Resource.GroupResource()); err != nil || !may {
			return err
		}
	}
	obj := &unstructured.Unstructured{}
	obj.SetGroupVersionKind(gvk)
	if err := c.Watch(source.TypedKind(mgr.GetCache(), obj, r.referentHandler(kind))); err != nil {
		return err
	}
	r.setWatched(kind)
	return nil
}

func ignoreNoMatch(err error) error {
	if meta.IsNoMatchError(err) {
		return nil
	}
	return err
}

func (r *Reconciler) watched() []autoscaling.Kind {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.referents)
}

func (r *Reconciler) setWatched(kind autoscaling.Kind) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.referents = append(r.referents, kind)
}

// referentHandler enqueues the groups of the objects that refer to a foreign
// object, whatever changed about it: they need its status.
func (r *Reconciler) referentHandler(kind autoscaling.Kind) handler.TypedEventHandler[*unstructured.Unstructured, Group] {
	put := func(obj *unstructured.Unstructured, q queue) {
		name, _, _ := unstructured.NestedString(obj.Object, "spec", "endpointName")
		add(q, false, r.groups.putReferent(ObjectRef{kind, client.ObjectKeyFromObject(obj)}, name)...)
	}
	return handler.TypedFuncs[*unstructured.Unstructured, Group]{
		CreateFunc: func(_ context.Context, e event.TypedCreateEvent[*unstructured.Unstructured], q queue) {
			put(e.Object, q)
		},
		UpdateFunc: func(_ context.Context, e event.TypedUpdateEvent[*unstructured.Unstructured], q queue) {
			put(e.ObjectNew, q)
		},
		DeleteFunc: func(_ context.Context, e event.TypedDeleteEvent[*unstructured.Unstructured], q queue) {
			add(q, false, r.groups.putReferent(ObjectRef{kind, client.ObjectKeyFromObject(e.Object)}, "")...)
		},
	}
}

// strayReference says that a reference leads to another namespace.
func (m *member) strayReference() string {
	for _, to := range m.naming.refs() {
		if to.Namespace != m.ref.Namespace {
			return fmt.Sprintf("the reference to %s leads to another namespace, which --enable-cross-namespace=false forbids: refer to an object in namespace %s", to, m.ref.Namespace)
		}
	}
	return ""
}

// codeCrossNamespace is ACK's, for advice and for refusals alike.
const codeCrossNamespace autoscaling.Code = "CrossNamespaceOptInRequired"

// crossings advises about references that lead to another namespace, as the ACK
// controllers do.
func (m *member) crossings() []autoscaling.Finding {
	var advice []autoscaling.Finding
	for _, to := range m.naming.refs() {
		if to.Namespace != m.ref.Namespace {
			advice = append(advice, autoscaling.Finding{Code: codeCrossNamespace, Severity: autoscaling.Warning, Message: fmt.Sprintf(
				"the reference to %s leads to another namespace, which takes --enable-cross-namespace=true", to)})
		}
	}
	return advice
}

// referents are the foreign objects that a pass needs, as read.
type referents map[ObjectRef]*unstructured.Unstructured

// readReferents reads what the members refer to. What is not there is nil.
func (r *Reconciler) readReferents(ctx context.Context, p *pass) error {
	watched := r.watched()
	for _, m := range p.members {
		for _, ref := range m.naming.refs() {
			_, foreign := foreignKinds[ref.Kind]
			switch {
			case !r.options.watches(ref.Namespace):
				r.readUnwatched(ctx, p, ref)
			case foreign && slices.Contains(watched, ref.Kind):
				if err := p.readReferent(ctx, r.objects.reader, ref); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// readUnwatched reads an object in a namespace that is not watched. That does
// for a role; what says which scalable target an object is about has to be seen
// whenever it changes.
func (r *Reconciler) readUnwatched(ctx context.Context, p *pass, ref ObjectRef) {
	const watchIt = "have the controller watch it by --watch-namespace"
	if ref.Kind != kindRole {
		p.unread[ref] = fmt.Sprintf("the controller does not watch namespace %s: %s, or refer to an object in a namespace that it watches", ref.Namespace, watchIt)
		return
	}
	if err := p.readReferent(ctx, r.live, ref); err != nil {
		p.unread[ref] = fmt.Sprintf("the controller does not watch namespace %s and cannot read it there: %v; grant it get of that kind, or %s", ref.Namespace, err, watchIt)
	}
}

// readReferent reads an object of another controller, if it is there.
func (p *pass) readReferent(ctx context.Context, from client.Reader, ref ObjectRef) error {
	obj := &unstructured.Unstructured{}
	obj.SetGroupVersionKind(foreignKinds[ref.Kind])
	err := from.Get(ctx, ref.NamespacedName, obj)
	if err == nil {
		p.referents[ref] = obj
	}
	return client.IgnoreNotFound(ignoreNoMatch(err))
}

// resolve says what a member still waits for before it can declare anything:
// nothing, when the message is empty. A role that is found is added to the
// declaration.
func (p *pass) resolve(m *member) (message string) {
	if ref := m.naming.target; ref != nil && !p.group.Identity.Complete() {
		if why := p.unread[*ref]; why != "" {
			return fmt.Sprintf("waiting for %s, to which resourceRef refers: %s", ref, why)
		}
		return fmt.Sprintf("waiting for %s, to which resourceRef refers: there is no such object, or the controller was told by --reconcile-resources to leave its kind alone", ref)
	}
	if ref := m.naming.endpoint; ref != nil {
		if why := p.waitsForEndpoint(*ref); why != "" {
			return why
		}
	}
	if ref := m.naming.role; ref != nil {
		role, why := p.referent(*ref, "roleRef")
		if why != "" {
			return why
		}
		arn, _, _ := unstructured.NestedString(role.Object, "status", "ackResourceMetadata", "arn")
		if arn == "" {
			return fmt.Sprintf("waiting for %s, to which roleRef refers: it has no ARN yet; its own conditions say why", ref)
		}
		m.declared.target.RoleARN = arn
		m.declared.findings = slices.DeleteFunc(m.declared.findings, func(f autoscaling.Finding) bool { return f.Code == autoscaling.RoleARNRequired })
	}
	return ""
}

// waitsForEndpoint says why a variant cannot be registered yet. Only new
// registrations wait for the endpoint to be in service: an endpoint that is
// being updated keeps its targets.
func (p *pass) waitsForEndpoint(ref ObjectRef) string {
	endpoint, why := p.referent(ref, "sageMakerEndpointRef")
	if why != "" {
		return why
	}
	if !p.group.Identity.Complete() {
		return fmt.Sprintf("waiting for %s, to which sageMakerEndpointRef refers: it has no spec.endpointName; write it there", ref)
	}
	for _, m := range p.members {
		if m.ref.Kind == autoscaling.KindTarget && m.obj.GetStatus().ACKResourceMetadata != nil {
			return ""
		}
	}
	status, _, _ := unstructured.NestedString(endpoint.Object, "status", "endpointStatus")
	if status != "InService" {
		if status == "" {
			status = "not known yet"
		}
		return fmt.Sprintf("waiting for %s to be InService; its status is %s, and only an endpoint in service can be registered", ref, status)
	}
	return ""
}

// currentCapacity is what an Endpoint object tells about the variant that a
// target scales. Nobody else in the cluster knows it.
func (p *pass) currentCapacity(m *member) *int64 {
	if m.naming.endpoint == nil || p.referents[*m.naming.endpoint] == nil || p.group.ScalableDimension != instanceCount {
		return nil
	}
	variants, _, _ := unstructured.NestedSlice(p.referents[*m.naming.endpoint].Object, "status", "productionVariants")
	for _, v := range variants {
		variant, _ := v.(map[string]any)
		if count, ok := variant["currentInstanceCount"].(int64); ok && variant["variantName"] == m.naming.variant {
			return &count
		}
	}
	return nil
}

// instanceCount is the dimension whose unit is the instance.
const instanceCount = "sagemaker:variant:DesiredInstanceCount"

// referent returns an object that is referred to, or why it cannot be used.
func (p *pass) referent(ref ObjectRef, field string) (*unstructured.Unstructured, string) {
	obj := p.referents[ref]
	if why := p.unread[ref]; why != "" {
		return nil, fmt.Sprintf("waiting for %s, to which %s refers: %s", ref, field, why)
	}
	if obj == nil {
		return nil, fmt.Sprintf("waiting for %s, to which %s refers: there is no such object, or the kind %s is not installed, or the controller may not list and watch it; create it, correct the reference, or grant that",
			ref, field, foreignKinds[ref.Kind].GroupKind())
	}
	if message, broken := terminal(obj); broken {
		return nil, fmt.Sprintf("waiting for %s, to which %s refers: it is in terminal condition, which has to be repaired there: %v", ref, field, message)
	}
	return obj, ""
}

// terminal says whether an object of another controller is in terminal
// condition, and with which message.
func terminal(obj *unstructured.Unstructured) (message any, broken bool) {
	if obj == nil {
		return nil, false
	}
	conditions, _, _ := unstructured.NestedSlice(obj.Object, "status", "conditions")
	for _, c := range conditions {
		condition, _ := c.(map[string]any)
		if condition["type"] == v1alpha1.ConditionTerminal && condition["status"] == "True" {
			return condition["message"], true
		}
	}
	return nil, false
}

// refersToBroken says that an object to which a member refers, its scalable target
// or one of another controller, will not become usable by itself.
func (p *pass) refersToBroken(m *member) bool {
	return slices.ContainsFunc(m.naming.refs(), func(ref ObjectRef) bool {
		if _, broken := terminal(p.referents[ref]); broken {
			return true
		}
		return slices.ContainsFunc(p.members, func(t *member) bool { return t.ref == ref && t.outcome.state == refused })
	})
}
