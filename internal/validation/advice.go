package validation

import (
	"fmt"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/declared"
)

// consoleName is the name of the policy that the SageMaker console shows and
// edits, the one that it makes itself. It was seen there; AWS does not document
// that policies of other names are left out.
const consoleName = "SageMakerEndpointInvocationScalingPolicy"

// consoleAdvice is about the name of the only invocations policy of a SageMaker
// variant. Any name scales as well, so it is no finding.
func consoleAdvice(group declared.Group, m *declared.Member) []string {
	follows := 0
	for _, other := range group.Members {
		if other.Kind == autoscaling.KindPolicy && other.AWS == consoleName {
			return nil
		}
		if onInvocations(other) {
			follows++
		}
	}
	if !onInvocations(m) || follows != 1 || m.AWS == "" {
		return nil
	}
	return []string{fmt.Sprintf("the SageMaker console shows the policy only if policyName is %s", consoleName)}
}

func onInvocations(m *declared.Member) bool {
	t := m.Policy.TargetTracking
	return t != nil && t.Predefined != nil && t.Predefined.Type == "SageMakerVariantInvocationsPerInstance"
}
