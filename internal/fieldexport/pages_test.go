package fieldexport

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/test/pages"
)

// reasons explains the words of conditions. Terminal and passing say as which
// kind of problem the code has them.
var reasons = []struct {
	reason            string
	terminal, passing bool
	means, todo       string
}{
	{reasonExported, false, false, "the value is where it belongs", "nothing"},
	{reasonSource, false, true, "the object that is read is not there", "create it, or correct `spec.from.resource`"},
	{reasonSynced, false, true, "AWS does not have what the object that is read declares", "see why that object is not `Ready`"},
	{reasonUnread, false, true, "the kind of the object that is read is not installed, or `--reconcile-resources` does not name it", "install the CRD, or let the controller work on the kind"},
	{reasonNothing, false, true, "the path leads to nothing yet", "nothing, or correct `spec.from.path`"},
	{reasonTarget, false, true, "the ConfigMap or Secret is not there", "create it; a FieldExport does not"},
	{reasonRefused, false, true, "the API server does not take the value, for example because the ConfigMap is immutable", "what the message says"},
	{reasonDenied, false, true, "the controller may not read or write the target", "allow it to get and patch the target; the chart's `fieldExport.secrets` does for Secrets"},
	{reasonKind, true, false, "there is no such kind to read", "write ScalableTarget, ScalingPolicy or ScheduledAction"},
	{reasonPath, true, true, "the path is not allowed, fails, or takes too long", "correct `spec.from.path`; see [FieldExport](objects.md#fieldexport)"},
	{reasonValue, true, false, "the path leads to an object or a list", "go on to a member, or append `| tojson`"},
	{reasonAddress, true, false, "the kind, name or key cannot be written", "correct `spec.to`"},
	{reasonCrossNamespace, true, false, "the target is in another namespace", "where it is refused: export to the FieldExport's own namespace, or set `--enable-cross-namespace`"},
	{reasonReserved, true, false, "the target is in a namespace of Kubernetes or of the controller", "export to another namespace, or create the FieldExport in that one"},
}

func TestPageReasons(t *testing.T) {
	inCode := slices.Sorted(maps.Values(pages.Parse(t, ".").Constants("reason", "")))
	var rows [][]string
	var explained []string
	for _, r := range reasons {
		explained = append(explained, r.reason)
		var of []string
		look := func(v verdict) {
			for _, c := range v.conditions(nil, metav1.Time{}) {
				if c.Reason != nil && *c.Reason == r.reason && !slices.Contains(of, c.Type) && c.Type != "ACK.ResourceSynced" {
					of = append(of, c.Type)
				}
			}
		}
		if r.terminal {
			look(verdict{problem: &problem{terminal: true, reason: r.reason}})
		}
		if r.passing {
			look(verdict{problem: &problem{reason: r.reason}})
		}
		look(verdict{advice: "x"})
		rows = append(rows, []string{pages.Code(r.reason), pages.Code(of...), r.means, r.todo})
	}
	slices.Sort(explained)
	if !slices.Equal(inCode, explained) {
		t.Errorf("the code has the reasons %q, explained are %q", inCode, explained)
	}
	pages.Check(t, "reference/conditions.md", "reasons of FieldExport", pages.Table([]string{"Reason", "Of", "Means", "What to do"}, rows))
}

func TestPageEvents(t *testing.T) {
	inCode := pages.Parse(t, ".").Constants("event", "")
	rows := [][]string{
		{pages.Code(eventExported), corev1.EventTypeNormal, "the value is where it belongs; the note says where", "nothing"},
		{pages.Code(eventFailed), corev1.EventTypeWarning, "the value cannot be exported, or is not any more; the note says why", "what the note says; its [reason](conditions.md#fieldexport) is in `Ready`"},
	}
	if len(inCode) != len(rows) {
		t.Errorf("the code has the events %v, explained are %d", inCode, len(rows))
	}
	pages.Check(t, "reference/events.md", "events of FieldExport", pages.Table([]string{"Event", "Type", "Means", "What to do"}, rows))
}

// TestFunctionsAreListed keeps the list of what a path may use complete.
func TestFunctionsAreListed(t *testing.T) {
	page, err := os.ReadFile("../../docs/reference/objects.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "## FieldExport")
	for _, word := range functions {
		if !strings.Contains(section, "`"+word+"`") {
			t.Errorf("docs/reference/objects.md does not explain %s", word)
		}
	}
}
