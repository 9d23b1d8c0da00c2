package admin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
)

// instances is the dimension that is meant when a variant of SageMaker is named
// and the other, of serverless ones, is not.
const instances = "sagemaker:variant:DesiredInstanceCount"

// complete finds the namespace and the dimension of a resource ID, where it leaves
// no choice. The error says what to write.
func complete(k Key) (Key, error) {
	if k.ResourceID == "" {
		return k, wrong("resourceId: it is missing; write what is scaled, such as endpoint/demo-endpoint/variant/AllTraffic")
	}
	var found []catalog.Dimension
	for _, d := range catalog.Dimensions() {
		if k.ServiceNamespace != "" && k.ServiceNamespace != d.Namespace || k.ScalableDimension != "" && k.ScalableDimension != d.Name {
			continue
		}
		if _, ok := d.ResourceID.Parse(k.ResourceID); ok {
			found = append(found, d)
		}
	}
	if i := slices.IndexFunc(found, func(d catalog.Dimension) bool { return d.Name == instances }); i >= 0 {
		found = found[i : i+1]
	}
	switch len(found) {
	case 0:
		return k, unknown(k)
	case 1:
		return Key{ServiceNamespace: found[0].Namespace, ResourceID: k.ResourceID, ScalableDimension: found[0].Name}, nil
	}
	names := make([]string, len(found))
	for i, d := range found {
		names[i] = d.Name
	}
	return k, wrong("scalableDimension: %s has several; write %s", k.ResourceID, strings.Join(names, " or "))
}

// unknown says why a key names nothing.
func unknown(k Key) error {
	if k.ServiceNamespace != "" {
		n, ok := catalog.LookupNamespace(k.ServiceNamespace)
		if !ok {
			return wrong("serviceNamespace: %q is unknown; write one of AWS's, such as sagemaker, ecs, dynamodb or rds", k.ServiceNamespace)
		}
		if k.ScalableDimension != "" {
			if _, err := k.Dimension(); err != nil {
				return wrong("%w", err)
			}
		}
		var formats []string
		for _, d := range n.Dimensions() {
			if !slices.Contains(formats, d.ResourceID.Format) {
				formats = append(formats, d.ResourceID.Format)
			}
		}
		return wrong("resourceId: %q does not name anything of %s; write %s", k.ResourceID, k.ServiceNamespace, strings.Join(formats, " or "))
	}
	return wrong("resourceId: %q does not name anything that can be scaled; write an ID such as endpoint/NAME/variant/NAME, service/CLUSTER/NAME or table/NAME", k.ResourceID)
}

// selects tells whether a query is about a resource.
func selects(query, k Key) bool {
	return (query.ServiceNamespace == "" || query.ServiceNamespace == k.ServiceNamespace) &&
		(query.ResourceID == "" || query.ResourceID == k.ResourceID) &&
		(query.ScalableDimension == "" || query.ScalableDimension == k.ScalableDimension)
}

// wrong is the error of a request that cannot be done.
func wrong(format string, args ...any) *Error {
	return &Error{Text: fmt.Errorf(format, args...).Error()}
}
