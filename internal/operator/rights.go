package operator

import (
	"context"
	"errors"
	"fmt"
	"slices"

	authorizationv1 "k8s.io/api/authorization/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	services "github.com/setpoint-io/setpoint/api/services/v1alpha1"
	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/controller"
)

// A resource is what a right is about; an empty namespace means all.
type resource struct{ group, name, namespace string }

func (r resource) String() string {
	if r.namespace == "" {
		return r.name + " in all namespaces"
	}
	return r.name + " in namespace " + r.namespace
}

// limit makes do with the rights that the controller has. Without those to our
// own objects nothing can be done. An install that is confined to a namespace
// has none to Namespace objects, which belong to the cluster, and may have none
// to the ConfigMaps; it works without what they would say. A cache that may
// not read waits for ever, so the rights are looked at first.
func (s starter) limit(ctx context.Context, o *controller.Options) error {
	watched := s.options.Namespaces
	if len(watched) == 0 {
		watched = []string{""}
	}
	for _, namespace := range watched {
		for kind, plural := range plurals {
			if o.Kinds != nil && !slices.Contains(o.Kinds, kind) {
				continue
			}
			if err := s.mustRead(ctx, resource{v1alpha1.GroupVersion.Group, plural, namespace}); err != nil {
				return err
			}
		}
	}
	readable, err := s.mayRead(ctx, resource{name: "namespaces"})
	if err != nil {
		return err
	}
	if o.Selectors {
		selectors, err := s.mayRead(ctx, resource{group: services.GroupVersion.Group, name: "iamroleselectors"})
		if err == nil && !(readable && selectors) {
			err = errors.New("--feature-gates=IAMRoleSelector=true needs the right to list and watch iamroleselectors and namespaces: grant it by a ClusterRole")
		}
		if err != nil {
			return err
		}
	}
	if !readable {
		if err := s.limitNamespaces(ctx, o); err != nil {
			return err
		}
	}
	if o.SystemNamespace == "" {
		return nil
	}
	roles := resource{name: "configmaps", namespace: o.SystemNamespace}
	if readable, err = s.mayRead(ctx, roles); err != nil || readable {
		return err
	}
	s.options.Logger.Warn("the roles of other accounts may not be read, so that everything stays in the controller's own account; "+
		"to change that, grant get, list and watch of what is missing and restart; --enable-carm=false says that it is meant", "missing", roles.String())
	o.NoRoles = "the controller may not read " + roles.String() + ", where the roles of accounts are: grant it get, list and watch there and restart it"
	o.SystemNamespace = ""
	return nil
}

// limitNamespaces makes do without the right to watch Namespace objects.
func (s starter) limitNamespaces(ctx context.Context, o *controller.Options) (err error) {
	o.GetNamespaces, err = s.mayGetNamespaces(ctx)
	if err != nil || o.GetNamespaces {
		return err
	}
	o.NoNamespaces = true
	s.options.Logger.Warn("namespaces may not be read: their annotations (account, Region, endpoint, deletion policy) count for nothing, and the flags decide; " +
		"to change that, grant get of each watched namespace by a Role in it, or get, list and watch of all by a ClusterRole, and restart")
	return nil
}

// plurals are the names of our kinds in URLs and in RBAC.
var plurals = map[autoscaling.Kind]string{
	autoscaling.KindTarget: "scalabletargets",
	autoscaling.KindPolicy: "scalingpolicies",
	autoscaling.KindAction: "scheduledactions",
}

func (s starter) mustRead(ctx context.Context, r resource) error {
	readable, err := s.mayRead(ctx, r)
	if err == nil && !readable {
		err = fmt.Errorf("the controller may not list and watch %s: grant it, or confine the controller to other namespaces with --watch-namespace", r)
	}
	return err
}

// mayReadEverywhere says whether a resource may be read in all watched
// namespaces.
func (s starter) mayReadEverywhere(ctx context.Context, r schema.GroupResource) (bool, error) {
	watched := s.options.Namespaces
	if len(watched) == 0 {
		watched = []string{""}
	}
	for _, namespace := range watched {
		if may, err := s.mayRead(ctx, resource{r.Group, r.Resource, namespace}); err != nil || !may {
			return false, err
		}
	}
	return true, nil
}

// mayRead says whether a cache of the resource can be filled.
func (s starter) mayRead(ctx context.Context, r resource) (bool, error) {
	for _, verb := range []string{"list", "watch"} {
		may, err := s.may(ctx, authorizationv1.ResourceAttributes{Namespace: r.namespace, Verb: verb, Group: r.group, Resource: r.name})
		if err != nil || !may {
			return false, err
		}
	}
	return true, nil
}

// mayGetNamespaces says whether each of the watched namespaces may be read by name.
// A Role in a namespace can grant that.
func (s starter) mayGetNamespaces(ctx context.Context) (bool, error) {
	for _, namespace := range s.options.Namespaces {
		may, err := s.may(ctx, authorizationv1.ResourceAttributes{Namespace: namespace, Verb: "get", Resource: "namespaces", Name: namespace})
		if err != nil || !may {
			return false, err
		}
	}
	return len(s.options.Namespaces) > 0, nil
}

// may asks the API server what we may do.
func (s starter) may(ctx context.Context, what authorizationv1.ResourceAttributes) (bool, error) {
	review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &what}}
	if err := s.manager.GetClient().Create(ctx, review); err != nil {
		return false, fmt.Errorf("asking the API server what we may do: %w", err)
	}
	return review.Status.Allowed, nil
}
