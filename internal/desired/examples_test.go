package desired_test

import (
	"errors"
	"io"
	"io/fs"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/yaml"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/examples"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/desired"
)

// People copy the examples, so the whole of each file is validated the way the
// controller does, with its references followed inside the folder.
func TestExamplesAreValid(t *testing.T) {
	paths, err := fs.Glob(examples.Files, "*/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("examples %v, %v", paths, err)
	}
	identities := map[string]autoscaling.Identity{}
	for _, path := range paths {
		for _, object := range objects(t, path) {
			if target, ok := object.(*v1alpha1.ScalableTarget); ok {
				identities[target.Name], _, _ = desired.Target(target)
			}
		}
	}
	for _, path := range paths {
		groups := map[autoscaling.Identity]*autoscaling.Desired{}
		for _, object := range objects(t, path) {
			for _, f := range declare(object, identities, groups) {
				t.Errorf("%s: %s %s: %s", path, f.Code, f.Field, f.Message)
			}
		}
		for id, group := range groups {
			for _, f := range autoscaling.Validate(id, *group) {
				t.Errorf("%s: %s %s: %s", path, f.Code, f.Field, f.Message)
			}
		}
	}
}

// declare adds an object to what is declared for its scalable target, and
// returns what is wrong with the object by itself.
func declare(object runtime.Object, identities map[string]autoscaling.Identity, groups map[autoscaling.Identity]*autoscaling.Desired) []autoscaling.Finding {
	follow := func(id autoscaling.Identity, ref *v1alpha1.Reference) (autoscaling.Identity, *autoscaling.Desired) {
		if ref != nil {
			id = identities[ref.From.Name]
		}
		if groups[id] == nil {
			groups[id] = &autoscaling.Desired{}
		}
		return id, groups[id]
	}
	switch o := object.(type) {
	case *v1alpha1.ScalableTarget:
		id, target, found := desired.Target(o)
		_, group := follow(id, nil)
		group.Target = &target
		return append(found, autoscaling.ValidateTarget(id, target.Target)...)
	case *v1alpha1.ScalingPolicy:
		id, policy, found := desired.Policy(o)
		id, group := follow(id, o.Spec.ResourceRef)
		group.Policies = append(group.Policies, autoscaling.DesiredPolicy{Policy: policy})
		return append(found, autoscaling.ValidatePolicy(id, policy)...)
	case *v1alpha1.ScheduledAction:
		id, action, found := desired.Action(o)
		id, group := follow(id, o.Spec.ResourceRef)
		group.Actions = append(group.Actions, autoscaling.DesiredAction{Action: action})
		return append(found, autoscaling.ValidateAction(id, action)...)
	}
	return nil
}

// objects reads the manifests of an example, refusing unknown fields.
func objects(t *testing.T, path string) []runtime.Object {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	decoder := serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
	file, err := examples.Files.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var all []runtime.Object
	documents := yaml.NewDocumentDecoder(file)
	for {
		buffer := make([]byte, 1<<16)
		n, err := documents.Read(buffer)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		object, _, err := decoder.Decode(buffer[:n], nil, nil)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		all = append(all, object)
	}
}
