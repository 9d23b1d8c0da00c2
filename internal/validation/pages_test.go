package validation_test

import (
	"testing"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/validation"
	"github.com/setpoint-io/setpoint/test/pages"
)

func TestPageRules(t *testing.T) {
	for part, kind := range map[string]autoscaling.Kind{
		"rules of all kinds": "", "rules of targets": autoscaling.KindTarget, "rules of policies": autoscaling.KindPolicy, "rules of actions": autoscaling.KindAction,
	} {
		var rows [][]string
		for _, r := range validation.Rules() {
			if r.Kind == kind {
				rows = append(rows, []string{pages.Code(string(r.Code)), string(r.Severity), r.Title, r.Source})
			}
		}
		pages.Check(t, "reference/rules.md", part, pages.Table([]string{"Code", "Severity", "What is wrong", "Source"}, rows))
	}
}
