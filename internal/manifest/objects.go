package manifest

import (
	"fmt"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// Default puts the objects that name no namespace into the given one.
func (s *Set) Default(namespace string) {
	for _, d := range s.Documents {
		d.namespace = namespace
		if d.Object != nil && d.Object.GetNamespace() == "" {
			d.Object.SetNamespace(namespace)
		}
	}
}

// Objects returns the objects of a set, or an error about the first that is none.
// Those that name no namespace are of the given one.
func (s *Set) Objects(namespace string) ([]v1alpha1.Object, error) {
	if len(s.Problems) > 0 {
		first := s.Problems[0]
		return nil, fmt.Errorf("%s: %s (setpoint validate tells all that is wrong)", first.Position, first.Message)
	}
	s.Default(namespace)
	var objects []v1alpha1.Object
	for _, d := range s.Documents {
		if d.Object == nil {
			return nil, fmt.Errorf("%s: %w (setpoint validate tells more)", d.At(""), d.Mismatch)
		}
		objects = append(objects, d.Object)
	}
	return objects, nil
}
