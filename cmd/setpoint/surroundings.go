package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/declared"
	"github.com/setpoint-io/setpoint/internal/placement"
)

// surroundings reads what decides about our objects besides themselves, as the
// controller watches it. Who may not read it gets a plan with a note: the
// objects themselves are the plan's matter.
type surroundings struct {
	client  dynamic.Interface
	setting declared.Surroundings
	notes   []string
}

// The resources that are read.
var (
	namespaces = schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}
	configMaps = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	referents  = map[autoscaling.Kind]schema.GroupVersionResource{
		declared.KindEndpoint: {Group: "sagemaker.services.k8s.aws", Version: "v1alpha1", Resource: "endpoints"},
		declared.KindRole:     {Group: "iam.services.k8s.aws", Version: "v1alpha1", Resource: "roles"},
	}
)

// fewNamespaces are read one by one, for which less rights are needed than for
// listing all.
const fewNamespaces = 3

func (s *surroundings) read(ctx context.Context, objects []v1alpha1.Object) error {
	names := map[string]bool{}
	wanted := map[declared.Ref]bool{} // a kind and a namespace
	for _, o := range objects {
		names[o.GetNamespace()] = true
		for _, ref := range declared.References(o) {
			if _, foreign := referents[ref.Kind]; foreign {
				wanted[declared.Ref{Kind: ref.Kind, Namespace: ref.Namespace}] = true
			}
		}
	}
	if err := s.readNamespaces(ctx, slices.Sorted(maps.Keys(names))); err != nil {
		return err
	}
	if err := s.readRoles(ctx); err != nil {
		return err
	}
	for in := range wanted {
		if err := s.list(ctx, referents[in.Kind], in.Namespace, metav1.ListOptions{}); err != nil {
			return err
		}
	}
	return nil
}

// readNamespaces reads the annotations of namespaces.
func (s *surroundings) readNamespaces(ctx context.Context, names []string) error {
	if len(names) > fewNamespaces {
		return s.list(ctx, namespaces, "", metav1.ListOptions{})
	}
	for _, name := range names {
		found, err := s.client.Resource(namespaces).Get(ctx, name, metav1.GetOptions{})
		switch {
		case apierrors.IsForbidden(err):
			s.note("the annotations of namespace %s, which may choose account and Region, are not known", name, err)
		case apierrors.IsNotFound(err):
		case err != nil:
			return err
		default:
			s.learn(found)
		}
	}
	return nil
}

// readRoles reads the maps of roles, if a namespace asks for another account.
// Which namespace is the controller's is not known here; the names are its own.
func (s *surroundings) readRoles(ctx context.Context) error {
	asked := func(annotations map[string]string) bool {
		return annotations[v1alpha1.AnnotationOwnerAccountID] != "" || annotations[v1alpha1.AnnotationTeamID] != ""
	}
	if !slices.ContainsFunc(slices.Collect(maps.Values(s.setting.Namespaces)), asked) {
		return nil
	}
	for _, name := range []string{placement.AccountRoleMap, placement.TeamRoleMap} {
		if err := s.list(ctx, configMaps, "", metav1.ListOptions{FieldSelector: "metadata.name=" + name}); err != nil {
			return err
		}
	}
	return nil
}

// list learns from all objects of a kind. A kind that is not installed has
// none.
func (s *surroundings) list(ctx context.Context, resource schema.GroupVersionResource, namespace string, o metav1.ListOptions) error {
	found, err := s.client.Resource(resource).Namespace(namespace).List(ctx, o)
	switch {
	case apierrors.IsNotFound(err):
		return nil
	case apierrors.IsForbidden(err):
		s.note("what %s say is not known", strings.TrimSuffix(resource.Resource+"."+resource.Group, "."), err)
		return nil
	case err != nil:
		return err
	}
	for i := range found.Items {
		s.learn(&found.Items[i])
	}
	return nil
}

func (s *surroundings) learn(u *unstructured.Unstructured) { s.setting.Learn(u.Object, "") }

func (s *surroundings) note(format, about string, err error) {
	s.notes = append(s.notes, fmt.Sprintf(format+": %v", about, err))
}
