package controller

import (
	"fmt"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/desired"
)

// adviceTeam is about the annotation team-id while TeamLevelCARM is off.
const adviceTeam autoscaling.Code = "TeamIgnored"

// gateProblems are the annotations of the object that ask for what a feature
// gate has turned off. To ignore them would create what was meant to be adopted,
// and write what was meant to be looked at. Objects that have what they declare
// do not adopt any more.
func (o *Options) gateProblems(m *member) []desired.AnnotationProblem {
	var problems []desired.AnnotationProblem
	if o.NoAdoption && m.life.Adoption.Policy != "" && !m.held() && !m.life.Adopted {
		problems = append(problems, turnedOff(v1alpha1.AnnotationAdoptionPolicy, "ResourceAdoption"))
	}
	if o.NoReadOnly && m.life.ReadOnly {
		problems = append(problems, turnedOff(v1alpha1.AnnotationReadOnly, "ReadOnlyResources"))
	}
	return problems
}

func turnedOff(annotation, gate string) desired.AnnotationProblem {
	return desired.AnnotationProblem{Annotation: annotation, Message: fmt.Sprintf(
		"it is not available, because the controller runs with --feature-gates=%s=false: remove the annotation, or turn the feature on", gate)}
}
