package desired

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
)

// Adoption is how an object takes over what is in AWS already.
type Adoption struct {
	// Policy is adopt or adopt-or-create; empty: the object takes nothing over.
	Policy string
	// Identity is the scalable target that adoption-fields names. It is empty
	// where they are left out, because the spec says it.
	autoscaling.Identity
	// Name is that of the policy or scheduled action in AWS. It may be empty:
	// the only one of the scalable target is meant.
	Name string
	// FromAWS says that the spec is still to be taken from AWS.
	FromAWS bool
}

// AdoptionOf reads the annotations about adoption. They are looked at until the
// object has taken something over, or made something itself.
func AdoptionOf(o v1alpha1.Object) (Adoption, []AnnotationProblem) {
	policy, ok := o.GetAnnotations()[v1alpha1.AnnotationAdoptionPolicy]
	wrong := func(annotation, format string, args ...any) (Adoption, []AnnotationProblem) {
		return Adoption{}, []AnnotationProblem{{Annotation: annotation, Message: fmt.Sprintf(format, args...)}}
	}
	switch {
	case !ok:
		return Adoption{}, nil
	case policy == v1alpha1.AdoptionPolicyAdoptOrCreate && Empty(o):
		return wrong(v1alpha1.AnnotationAdoptionPolicy, "%s needs a spec to create something from: write spec, or %s with the annotation %s",
			policy, v1alpha1.AdoptionPolicyAdopt, v1alpha1.AnnotationAdoptionFields)
	case policy == v1alpha1.AdoptionPolicyAdoptOrCreate:
		return Adoption{Policy: policy}, nil
	case policy != v1alpha1.AdoptionPolicyAdopt:
		return wrong(v1alpha1.AnnotationAdoptionPolicy, "%q means nothing: write %s or %s", policy, v1alpha1.AdoptionPolicyAdopt, v1alpha1.AdoptionPolicyAdoptOrCreate)
	}
	taken := Held(o) || strings.EqualFold(o.GetAnnotations()[v1alpha1.AnnotationAdopted], "true")
	a := Adoption{Policy: policy, FromAWS: Empty(o) || !taken}
	if !a.FromAWS {
		return a, nil
	}
	text, ok := o.GetAnnotations()[v1alpha1.AnnotationAdoptionFields]
	if !ok && !Empty(o) {
		return a, nil
	}
	fields, problem := adoptionFields(KindOf(o), text)
	if problem == "" {
		a.Identity, a.Name, problem = fields.read(KindOf(o))
	}
	if problem != "" {
		return wrong(v1alpha1.AnnotationAdoptionFields, "%s", problem)
	}
	return a, nil
}

// Empty says that the object has no spec.
func Empty(o v1alpha1.Object) bool {
	switch o := o.(type) {
	case *v1alpha1.ScalableTarget:
		return reflect.ValueOf(o.Spec).IsZero()
	case *v1alpha1.ScalingPolicy:
		return reflect.ValueOf(o.Spec).IsZero()
	case *v1alpha1.ScheduledAction:
		return reflect.ValueOf(o.Spec).IsZero()
	}
	return false
}

// The members of adoption-fields. They are those of the ACK controllers.
const (
	fieldResourceID       = "resourceID"
	fieldServiceNamespace = "serviceNamespace"
	fieldDimension        = "scalableDimension"
)

type fieldMap map[string]string

// nameField is the member that names what the object stands for below the
// scalable target.
func nameField(kind autoscaling.Kind) string {
	switch kind {
	case autoscaling.KindPolicy:
		return "policyName"
	case autoscaling.KindAction:
		return "scheduledActionName"
	default:
		return "" // a scalable target has no name
	}
}

// adoptionFields reads the annotation.
func adoptionFields(kind autoscaling.Kind, text string) (fields fieldMap, problem string) {
	known := []string{fieldResourceID, fieldServiceNamespace, fieldDimension}
	if name := nameField(kind); name != "" {
		known = append(known, name)
	}
	example := `{"resourceID": "service/production/web", "serviceNamespace": "ecs"}`
	var members map[string]any
	if err := json.Unmarshal([]byte(text), &members); err != nil {
		return nil, fmt.Sprintf("%q is no JSON object of strings: write for example %s", text, example)
	}
	fields = fieldMap{}
	for _, member := range slices.Sorted(maps.Keys(members)) {
		value, ok := members[member].(string)
		switch {
		case !slices.Contains(known, member):
			return nil, fmt.Sprintf("a %s has no member %q: write %s", kind, member, strings.Join(known, ", "))
		case !ok:
			return nil, fmt.Sprintf("%s is no string: write for example %s", member, example)
		}
		fields[member] = value
	}
	for _, member := range []string{fieldResourceID, fieldServiceNamespace} {
		if fields[member] == "" {
			return nil, fmt.Sprintf("%s is missing: write for example %s", member, example)
		}
	}
	return fields, ""
}

// read returns what the fields name.
func (f fieldMap) read(kind autoscaling.Kind) (id autoscaling.Identity, name, problem string) {
	id = autoscaling.Identity{ServiceNamespace: f[fieldServiceNamespace], ResourceID: f[fieldResourceID], ScalableDimension: f[fieldDimension]}
	if id.ScalableDimension == "" {
		id.ScalableDimension, problem = onlyDimension(id)
	} else if !strings.HasPrefix(id.ScalableDimension, id.ServiceNamespace+":") {
		problem = fmt.Sprintf("scalableDimension %s is none of serviceNamespace %s: write the part of scalableDimension before its first colon as serviceNamespace",
			id.ScalableDimension, id.ServiceNamespace)
	}
	if problem != "" {
		return autoscaling.Identity{}, "", problem
	}
	return id, f[nameField(kind)], ""
}

// onlyDimension is the scalable dimension of a resource that has only one. Of
// several, AWS's first would be a guess: a DynamoDB table is scaled in two.
func onlyDimension(id autoscaling.Identity) (dimension, problem string) {
	namespace, ok := catalog.LookupNamespace(id.ServiceNamespace)
	if !ok {
		return "", fmt.Sprintf("serviceNamespace %q is not known here, so scalableDimension cannot be left out: write it", id.ServiceNamespace)
	}
	var all []string
	for _, d := range namespace.Dimensions() {
		if _, fits := d.ResourceID.Parse(id.ResourceID); fits {
			all = append(all, d.Name)
		}
	}
	switch len(all) {
	case 0:
		return "", fmt.Sprintf("%s has no resource of the form of %q: write resourceID as AWS prescribes it, or scalableDimension", id.ServiceNamespace, id.ResourceID)
	case 1:
		return all[0], ""
	}
	return "", fmt.Sprintf("%s can be scaled in several dimensions: write scalableDimension with one of %s", id.ResourceID, strings.Join(all, ", "))
}
