package declared_test

import (
	"strings"
	"testing"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/declared"
	"github.com/setpoint-io/setpoint/internal/desired"
)

// What has something in AWS stays with it, wherever its references lead
// meanwhile, and the command line says so as the controller does.
func TestWhatIsBoundDoesNotFollow(t *testing.T) {
	const (
		dimension  = "scalableDimension: 'sagemaker:variant:DesiredInstanceCount', serviceNamespace: sagemaker"
		byEndpoint = "sageMakerEndpointRef: {from: {name: e}, variantName: v}, minCapacity: 1, maxCapacity: 2, " + dimension
		byTarget   = "scheduledActionName: a, resourceRef: {from: {name: t}}, schedule: 'at(2040-01-01T00:00:00)', scalableTargetAction: {minCapacity: 1}"
		endpoint   = "{apiVersion: sagemaker.services.k8s.aws/v1alpha1, kind: Endpoint, metadata: {name: e, namespace: shop}, spec: {endpointName: is}}"
		was, is    = "endpoint/was/variant/v", "endpoint/is/variant/v"
	)
	for _, c := range []struct {
		reason  string
		bound   string // empty: to nothing
		held    bool
		want    string
		refused bool
	}{
		{"it has something elsewhere", was, true, was, true},
		{"it is where its reference leads", is, true, is, false},
		{"nothing was made for it", was, false, is, false},
		{"it was never bound", "", true, is, false},
	} {
		other := target("name: t, namespace: shop", "resourceID: "+is+", minCapacity: 1, maxCapacity: 2, "+dimension)
		for _, objects := range [][]v1alpha1.Object{
			{target("name: t, namespace: shop", byEndpoint)},
			{action("name: a, namespace: shop", byTarget), other},
		} {
			o := objects[0]
			if c.bound != "" {
				o.GetStatus().BoundTo = &v1alpha1.ScalableTargetIdentity{ServiceNamespace: "sagemaker", ResourceID: c.bound, ScalableDimension: "sagemaker:variant:DesiredInstanceCount"}
			}
			if c.held {
				o.SetFinalizers([]string{desired.Finalizer(desired.KindOf(o))})
			}
			g := declared.Gather(objects, learn(t, declared.Surroundings{Home: home}, endpoint))[0]
			m := g.Members[0]
			if g.ResourceID != c.want || m.Refused() != c.refused || c.refused && !strings.Contains(m.Problem, "now leads to sagemaker "+is) {
				t.Errorf("%s: %s is with %s, problem %q, %v", c.reason, m.Ref, g.Identity, m.Problem, m.Findings)
			}
		}
	}
}
