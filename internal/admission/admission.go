// Package admission answers, without a cluster, what an API server would say
// to a new object: it runs the API server's own validators (structural schema,
// list types, CEL rules, metadata) over the CustomResourceDefinitions that
// Setpoint installs. Fields that the schema does not know, which the API server
// would drop or refuse depending on how it is asked, are refused, with the name
// that was probably meant.
//
// It takes the parts of the API server's library that validate, not those that
// serve: those would triple the size of a command line.
package admission

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	metavalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"

	"github.com/setpoint-io/setpoint/api/crds"
	"github.com/setpoint-io/setpoint/internal/autoscaling/spelling"
)

// The codes of refusals.
const (
	CodeMetadata     = "MetadataInvalid"
	CodeUnknownField = "UnknownField"
	CodeSchema       = "SchemaViolated"
	CodeRule         = "RuleViolated"
)

// Refusal is one reason for which the API server would not take an object.
type Refusal struct {
	Code    string
	Field   string // from the root of the object, such as "spec.minCapacity"
	Message string // what is wrong, and what to write instead
}

// Server knows the CustomResourceDefinitions. It is safe for concurrent use.
type Server struct {
	definitions map[string]definition // by kind
}

// definition is what validates one kind.
type definition struct {
	structural *schema.Structural
	schema     validation.SchemaValidator
	rules      *cel.Validator
}

// New compiles the embedded CustomResourceDefinitions.
func New() (*Server, error) {
	files, err := crds.All()
	if err != nil {
		return nil, err
	}
	s := &Server{definitions: map[string]definition{}}
	for _, file := range files {
		kind, d, err := compile(file.YAML)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file.Name, err)
		}
		s.definitions[kind] = d
	}
	return s, nil
}

func compile(text []byte) (kind string, d definition, err error) {
	crd := &apiextensionsv1.CustomResourceDefinition{}
	if err := yaml.UnmarshalStrict(text, crd); err != nil {
		return "", d, err
	}
	if len(crd.Spec.Versions) != 1 || crd.Spec.Versions[0].Schema == nil {
		return "", d, fmt.Errorf("want one version with a schema, got %d versions", len(crd.Spec.Versions))
	}
	props := &apiextensions.JSONSchemaProps{}
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(crd.Spec.Versions[0].Schema.OpenAPIV3Schema, props, nil); err != nil {
		return "", d, err
	}
	if d.structural, err = schema.NewStructural(props); err != nil {
		return "", d, err
	}
	if d.schema, _, err = validation.NewSchemaValidator(props); err != nil {
		return "", d, err
	}
	d.rules = cel.NewValidator(d.structural, true, celconfig.PerCallLimit)
	return crd.Spec.Names.Kind, d, nil
}

// Check returns the refusals of a new object of one of our kinds, ordered by
// field. The namespace may be missing: kubectl adds it. The status is not
// looked at, because the API server drops it.
func (s *Server) Check(ctx context.Context, object map[string]any) []Refusal {
	return s.CheckUpdate(ctx, object, nil)
}

// CheckUpdate returns the refusals of an object that shall replace another one of
// its kind, such as that a field cannot be changed; nil: it is new.
func (s *Server) CheckUpdate(ctx context.Context, object, old map[string]any) []Refusal {
	kind, _ := object["kind"].(string)
	d, ok := s.definitions[kind]
	if !ok {
		return nil
	}
	object = runtime.DeepCopyJSON(object)
	delete(object, "status")
	violations := validation.ValidateCustomResource(nil, object, d.schema)
	violations = append(violations, listtype.ValidateListSetsAndMaps(nil, d.structural, object)...)
	refusals := d.metadata(object)
	for _, r := range d.unknown(object) {
		// Inside of what should be something else, no field is known.
		within := func(v *field.Error) bool {
			return strings.HasPrefix(r.Field, v.Field+".") && v.Type == field.ErrorTypeTypeInvalid
		}
		if !slices.ContainsFunc(violations, within) {
			refusals = append(refusals, r)
		}
	}
	for _, v := range violations {
		refusals = append(refusals, Refusal{Code: CodeSchema, Field: v.Field, Message: d.inWords(v)})
	}
	if len(violations) == 0 { // the rules take the types for granted
		broken := d.broken(ctx, object, old)
		for _, v := range broken {
			refusals = append(refusals, Refusal{Code: CodeRule, Field: v.Field, Message: v.Detail})
		}
	}
	slices.SortStableFunc(refusals, func(a, b Refusal) int { return strings.Compare(a.Field, b.Field) })
	return refusals
}

// broken are the rules that an object breaks.
func (d definition) broken(ctx context.Context, object, old map[string]any) field.ErrorList {
	var before any // the rules tell a map that is nil from none
	if old != nil {
		before = old
	}
	broken, _ := d.rules.Validate(ctx, nil, d.structural, object, before, celconfig.RuntimeCELCostBudget)
	return broken
}

// metadata checks names, labels and annotations.
func (d definition) metadata(object map[string]any) []Refusal {
	path := field.NewPath("metadata")
	meta, found, unknown, err := objectmeta.GetObjectMetaWithOptions(object, objectmeta.ObjectMetaOptions{ReturnUnknownFieldPaths: true})
	switch {
	case err != nil:
		return []Refusal{{Code: CodeMetadata, Field: path.String(), Message: "the metadata cannot be read: " + err.Error()}}
	case !found || meta == nil:
		return []Refusal{{Code: CodeMetadata, Field: path.String(), Message: "metadata is missing: write metadata.name"}}
	}
	var refusals []Refusal
	for _, at := range unknown {
		refusals = append(refusals, Refusal{Code: CodeUnknownField, Field: at, Message: unknownField(at, metadataFields)})
	}
	if meta.Namespace == "" {
		meta.Namespace = "default"
	}
	for _, v := range metavalidation.ValidateObjectMeta(meta, true, metavalidation.NameIsDNSSubdomain, path) {
		refusals = append(refusals, Refusal{Code: CodeMetadata, Field: v.Field, Message: v.ErrorBody()})
	}
	return refusals
}

// unknown finds fields that the schema does not have.
func (d definition) unknown(object map[string]any) []Refusal {
	var refusals []Refusal
	paths := pruning.PruneWithOptions(runtime.DeepCopyJSON(object), d.structural, true,
		schema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})
	for _, at := range paths {
		refusals = append(refusals, Refusal{Code: CodeUnknownField, Field: at, Message: unknownField(at, d.siblings(at))})
	}
	return refusals
}

// inWords turns a violation of the schema into a sentence that says what to
// write.
func (d definition) inWords(v *field.Error) string {
	name := v.Field[strings.LastIndex(v.Field, ".")+1:]
	switch v.Type {
	case field.ErrorTypeRequired:
		return name + " is missing: write it" + hint(d.at(v.Field))
	case field.ErrorTypeNotSupported:
		message := v.ErrorBody()
		if nearest, ok := spelling.Nearest(fmt.Sprint(v.BadValue), enum(d.at(v.Field))); ok {
			message += "; did you mean " + nearest + "?"
		}
		return message
	case field.ErrorTypeTypeInvalid:
		if s := d.at(v.Field); s != nil {
			return fmt.Sprintf("%s is of the wrong type: write %s", name, typeInWords(s))
		}
	}
	return v.ErrorBody()
}
