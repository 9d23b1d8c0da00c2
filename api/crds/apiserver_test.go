package crds_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apiextensions-apiserver/pkg/registry/customresource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"

	"github.com/setpoint-io/setpoint/api/crds"
)

// strategy is what an API server does with an object before it stores it.
type strategy interface {
	Validate(ctx context.Context, obj runtime.Object) field.ErrorList
	ValidateUpdate(ctx context.Context, obj, old runtime.Object) field.ErrorList
}

// apiServer validates objects with the code of the API server, by kind.
type apiServer struct {
	strategies  map[string]strategy
	structurals map[string]*structuralschema.Structural
}

// definitions returns the embedded CustomResourceDefinitions, as the API server
// reads them, by kind.
func definitions(t testing.TB) map[string]*apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	files, err := crds.All()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*apiextensionsv1.CustomResourceDefinition{}
	for _, file := range files {
		crd := &apiextensionsv1.CustomResourceDefinition{}
		if err := yaml.UnmarshalStrict(file.YAML, crd); err != nil {
			t.Fatalf("%s: %v", file.Name, err)
		}
		apiextensionsv1.SetDefaults_CustomResourceDefinition(crd)
		apiextensionsv1.SetDefaults_CustomResourceDefinitionSpec(&crd.Spec)
		all[crd.Spec.Names.Kind] = crd
	}
	return all
}

// newAPIServer installs the embedded CustomResourceDefinitions.
func newAPIServer(t testing.TB) apiServer {
	t.Helper()
	server := apiServer{strategies: map[string]strategy{}, structurals: map[string]*structuralschema.Structural{}}
	for kind, crd := range definitions(t) {
		props := &apiextensions.JSONSchemaProps{}
		if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(crd.Spec.Versions[0].Schema.OpenAPIV3Schema, props, nil); err != nil {
			t.Fatal(err)
		}
		structural, err := structuralschema.NewStructural(props)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		validator, _, err := validation.NewSchemaValidator(props)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		statusProps := props.Properties["status"]
		statusValidator, _, err := validation.NewSchemaValidator(&statusProps)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		server.structurals[kind] = structural
		server.strategies[kind] = customresource.NewStrategy(nil, true, schema.GroupVersionKind{Group: crd.Spec.Group, Version: "v1alpha1", Kind: kind},
			validator, statusValidator, structural, &apiextensions.CustomResourceSubresourceStatus{}, nil, nil)
	}
	return server
}

// create returns why the API server refuses the manifest, a line per reason,
// and empty text when it takes it. Unknown fields are refused and the namespace
// is added, as by kubectl.
func (s apiServer) create(t testing.TB, manifest string) string {
	t.Helper()
	obj := parse(t, manifest)
	if obj.GetNamespace() == "" {
		obj.SetNamespace("default")
	}
	if refused := s.unknown(t, obj); refused != "" {
		return refused
	}
	return lines(s.strategy(t, obj).Validate(t.Context(), obj))
}

// update returns why the API server refuses to replace one object by another.
func (s apiServer) update(t testing.TB, from, to string) string {
	t.Helper()
	old, obj := parse(t, from), parse(t, to)
	if refused := s.unknown(t, obj); refused != "" {
		return refused
	}
	return lines(s.strategy(t, obj).ValidateUpdate(t.Context(), obj, old))
}

func (s apiServer) strategy(t testing.TB, obj *unstructured.Unstructured) strategy {
	t.Helper()
	found, ok := s.strategies[obj.GetKind()]
	if !ok {
		t.Fatalf("no CustomResourceDefinition for kind %q", obj.GetKind())
	}
	return found
}

func (s apiServer) unknown(t testing.TB, obj *unstructured.Unstructured) string {
	t.Helper()
	structural, ok := s.structurals[obj.GetKind()]
	if !ok {
		t.Fatalf("no CustomResourceDefinition for kind %q", obj.GetKind())
	}
	fields := pruning.PruneWithOptions(obj.DeepCopy().Object, structural, true,
		structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})
	if len(fields) == 0 {
		return ""
	}
	return "unknown field: " + strings.Join(fields, ", ")
}

func parse(t testing.TB, manifest string) *unstructured.Unstructured {
	t.Helper()
	obj := &unstructured.Unstructured{}
	asJSON, err := yaml.YAMLToJSONStrict([]byte(manifest))
	if err != nil {
		t.Fatalf("%v in\n%s", err, manifest)
	}
	if err := obj.UnmarshalJSON(asJSON); err != nil {
		t.Fatalf("%v in\n%s", err, manifest)
	}
	return obj
}

func lines(errs field.ErrorList) string {
	var text strings.Builder
	for _, err := range errs {
		fmt.Fprintln(&text, err)
	}
	return text.String()
}
