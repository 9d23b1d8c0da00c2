package declared

import (
	"cmp"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/placement"
)

// Place is where in AWS something is. What is not known is empty.
type Place struct {
	Account  string // 12 digits
	Region   string // such as us-west-2
	Endpoint string // URL of Application Auto Scaling, where it is not AWS's
	// Role is the ARN of the role by which the controller enters an account
	// that is not its own.
	Role string
	// Team is what the namespace says instead of an account, where the map from
	// teams to accounts is not known.
	Team string
}

// Surroundings is what decides about objects besides themselves. The zero value
// knows of nothing.
type Surroundings struct {
	// Home is where objects belong about which nothing is said.
	Home Place
	// Namespaces are the annotations of namespaces, by name.
	Namespaces map[string]map[string]string
	// Roles are the ConfigMaps of roles by which other accounts are entered, by
	// the name of the ConfigMap; one that is missing is not known.
	Roles map[string]map[string]string
	// Referents are the objects of other kinds to which ours refer.
	Referents map[Ref]Referent
	// Complete says that what is not in the setting is nowhere: it is that of a
	// cluster, and not of some manifests.
	Complete bool
}

// place returns where in AWS an object belongs, as the controller decides it. A
// problem is why the controller does not act on the object.
func (s Surroundings) place(o v1alpha1.Object) (at Place, problem string) {
	settings := placement.Settings{
		Own: placement.Scope{Account: s.Home.Account, Region: s.Home.Region}, Roles: s.Roles, Outside: true,
	}
	p := settings.Place(placement.Of(o), placement.Namespace{Annotations: s.Namespaces[o.GetNamespace()]})
	return Place{Account: p.Account, Region: p.Region, Endpoint: p.Endpoint, Role: p.RoleARN, Team: p.Team}, p.Problem
}

// The kinds of other ACK controllers that our objects refer to.
const (
	KindEndpoint autoscaling.Kind = "Endpoint"
	KindRole     autoscaling.Kind = "Role"
)

// foreignGroups are the API groups of those kinds.
var foreignGroups = map[autoscaling.Kind]string{KindEndpoint: "sagemaker.services.k8s.aws", KindRole: "iam.services.k8s.aws"}

// Referent is an object of another kind to which ours refer.
type Referent struct {
	Endpoint string // name of a SageMaker Endpoint in AWS
	Status   string // of it, such as "InService"
	ARN      string // of an IAM Role
	Terminal string // message of its terminal condition; empty: it has none
}

// referentOf reads an object; ok is false for a kind to which ours do not refer.
func referentOf(content map[string]any) (ref Ref, r Referent, ok bool) {
	u := unstructured.Unstructured{Object: content}
	kind := autoscaling.Kind(text(content, "kind"))
	group, _, _ := strings.Cut(text(content, "apiVersion"), "/")
	if foreignGroups[kind] == "" || foreignGroups[kind] != group {
		return Ref{}, Referent{}, false
	}
	r = Referent{
		Endpoint: text(content, "spec", "endpointName"), Status: text(content, "status", "endpointStatus"),
		ARN: text(content, "status", "ackResourceMetadata", "arn"),
	}
	conditions, _, _ := unstructured.NestedSlice(u.Object, "status", "conditions")
	for _, c := range conditions {
		if condition, _ := c.(map[string]any); condition["type"] == v1alpha1.ConditionTerminal && condition["status"] == "True" {
			r.Terminal = cmp.Or(text(condition, "message"), "it has no message")
		}
	}
	return Ref{kind, text(content, "metadata", "namespace"), text(content, "metadata", "name")}, r, true
}

func text(content map[string]any, fields ...string) string {
	s, _, _ := unstructured.NestedString(content, fields...)
	return s
}

// Learn takes over what an object of another kind, as JSON has it, says about
// ours: the annotations of a namespace, the roles of other accounts, a SageMaker
// Endpoint, an IAM Role. Where it does not name its namespace, it is in the one
// that is given.
func (s *Surroundings) Learn(content map[string]any, namespace string) {
	name := text(content, "metadata", "name")
	switch version, kind := text(content, "apiVersion"), text(content, "kind"); {
	case version == "v1" && kind == "Namespace":
		annotations, _, _ := unstructured.NestedStringMap(content, "metadata", "annotations")
		s.Namespaces = with(s.Namespaces, name, placement.NamespaceAnnotations(name, annotations))
	case version == "v1" && kind == "ConfigMap" && (name == placement.AccountRoleMap || name == placement.TeamRoleMap):
		roles, _, _ := unstructured.NestedStringMap(content, "data")
		for key, role := range roles {
			s.Roles = with(s.Roles, name, with(s.Roles[name], key, role))
		}
	default:
		if ref, r, ok := referentOf(content); ok {
			ref.Namespace = cmp.Or(ref.Namespace, namespace)
			s.Referents = with(s.Referents, ref, r)
		}
	}
}

func with[K comparable, V any](m map[K]V, key K, value V) map[K]V {
	if m == nil {
		m = map[K]V{}
	}
	m[key] = value
	return m
}

// References returns the objects that an object refers to, of any kind.
func References(o v1alpha1.Object) []Ref {
	var refs []Ref
	if target := ReferenceOf(o); target != nil {
		refs = append(refs, *target)
	}
	if t, ok := o.(*v1alpha1.ScalableTarget); ok {
		for _, r := range []*Ref{endpointOf(t), roleOf(t)} {
			if r != nil {
				refs = append(refs, *r)
			}
		}
	}
	return refs
}

func endpointOf(t *v1alpha1.ScalableTarget) *Ref {
	if t.Spec.SageMakerEndpointRef == nil {
		return nil
	}
	from := t.Spec.SageMakerEndpointRef.From
	return &Ref{KindEndpoint, cmp.Or(from.Namespace, t.Namespace), from.Name}
}

func roleOf(t *v1alpha1.ScalableTarget) *Ref {
	if t.Spec.RoleRef == nil || t.Spec.RoleRef.From == nil {
		return nil
	}
	from := t.Spec.RoleRef.From
	return &Ref{KindRole, cmp.Or(from.Namespace, t.Namespace), from.Name}
}

// follow fills in what a target leaves to objects of other kinds, and notes
// for what it waits.
func (s Surroundings) follow(m *Member, id *autoscaling.Identity) {
	t, ok := m.Object.(*v1alpha1.ScalableTarget)
	if !ok {
		return
	}
	if ref := endpointOf(t); ref != nil {
		id.ResourceID = ""
		r, waits := s.referent(*ref, "sageMakerEndpointRef")
		if r.Endpoint != "" {
			id.ResourceID = "endpoint/" + r.Endpoint + "/variant/" + t.Spec.SageMakerEndpointRef.VariantName
		}
		if id.Complete() {
			m.Elsewhere = nil
		} else {
			m.Elsewhere = ref
		}
		m.Waits = cmp.Or(waits, s.inService(m, *ref, r))
	}
	if ref := roleOf(t); ref != nil {
		r, waits := s.referent(*ref, "roleRef")
		if waits == "" && r.ARN == "" && s.Complete {
			waits = fmt.Sprintf("waits for %s, to which roleRef refers: it has no ARN yet", *ref)
		}
		m.Target.RoleARN = cmp.Or(r.ARN, m.Target.RoleARN)
		m.Waits = cmp.Or(m.Waits, waits)
		if r.ARN == "" {
			m.RoleFrom = ref
		}
	}
}

// referent returns an object that is referred to, or why it cannot be used.
func (s Surroundings) referent(ref Ref, field string) (r Referent, waits string) {
	r, found := s.Referents[ref]
	switch {
	case !found && s.Complete:
		waits = fmt.Sprintf("waits for %s, to which %s refers: there is no such object, or the kind %s.%s is not installed", ref, field, ref.Kind, foreignGroups[ref.Kind])
	case r.Terminal != "":
		waits = fmt.Sprintf("waits for %s, to which %s refers: it is in terminal condition: %s", ref, field, r.Terminal)
	}
	return r, waits
}

// inService says why a variant cannot be registered yet. Only new registrations
// wait for the endpoint to be in service.
func (s Surroundings) inService(m *Member, ref Ref, r Referent) string {
	switch {
	case !s.Complete:
		return ""
	case r.Endpoint == "":
		return fmt.Sprintf("waits for %s, to which sageMakerEndpointRef refers: it has no spec.endpointName", ref)
	case m.Object.GetStatus().ACKResourceMetadata == nil && r.Status != "InService":
		return fmt.Sprintf("waits for %s to be InService; its status is %s", ref, cmp.Or(r.Status, "not known yet"))
	}
	return ""
}
