package manifest

import (
	"fmt"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// Objects returns the objects of a set, or an error about the first that is none.
// Those that name no namespace are of the given one.
func (s *Set) Objects(namespace string) ([]v1alpha1.Object, error) {
	if len(s.Problems) > 0 {
		first := s.Problems[0]
		return nil, fmt.Errorf("%s: %s (setpoint validate tells all that is wrong)", first.Position, first.Message)
	}
	var objects []v1alpha1.Object
	for _, d := range s.Documents {
		if d.Object == nil {
			return nil, fmt.Errorf("%s: %w (setpoint validate tells more)", d.At(""), d.Mismatch)
		}
		if d.Object.GetNamespace() == "" {
			d.Object.SetNamespace(namespace)
		}
		objects = append(objects, d.Object)
	}
	return objects, nil
}
