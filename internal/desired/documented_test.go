package desired

import (
	"os"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// The ACK controllers do not document the members of adoption-fields. Here the
// reference names every one, and its example is one that works.
func TestAdoptionFieldsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/reference/objects.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n### Adoption\n")
	section, _, _ = strings.Cut(section, "\n### ")
	text, rest, found := strings.Cut(section, "```yaml\n")
	if !found {
		t.Fatal("the part about adoption has no example")
	}
	for _, member := range []string{fieldResourceID, fieldServiceNamespace, fieldDimension, nameField(autoscaling.KindPolicy), nameField(autoscaling.KindAction)} {
		if !strings.Contains(text, "`"+member+"`") {
			t.Errorf("the part about adoption does not name %s", member)
		}
	}
	example, _, _ := strings.Cut(rest, "```")
	var policy v1alpha1.ScalingPolicy
	if err := yaml.UnmarshalStrict([]byte(example), &policy); err != nil {
		t.Fatal(err)
	}
	adoption, problems := AdoptionOf(&policy)
	if len(problems) > 0 || !adoption.FromAWS || !adoption.Complete() || adoption.Name != "cpu" {
		t.Errorf("the example is read as %+v, %v", adoption, problems)
	}
}
