package desired_test

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/desired"
	"github.com/setpoint-io/setpoint/test/pages"
)

// Where annotations stand.
const (
	onObject    = "object"
	onNamespace = "namespace"
	onBoth      = "object, namespace"
)

type annotationRow struct{ name, on, values, means string }

var steering = []annotationRow{
	{v1alpha1.AnnotationRegion, onBoth, "a Region", "where new AWS resources are made; the object's comes before the namespace's, which comes before `default-region`, which comes before the flag `--aws-region`"},
	{v1alpha1.AnnotationDefaultRegion, onNamespace, "a Region", "for objects without the above"},
	{v1alpha1.AnnotationOwnerAccountID, onNamespace, "an account ID", "the account; the role to assume is looked up in the ConfigMap `ack-role-account-map`: see [accounts and Regions](objects.md#accounts-and-regions)"},
	{v1alpha1.AnnotationTeamID, onNamespace, "any", "the role is looked up in `ack-role-team-map`; it comes before the account ID. Needs the [feature gate](flags.md#feature-gates) `TeamLevelCARM`"},
	{v1alpha1.AnnotationEndpointURL, onNamespace, "a URL", "endpoint of Application Auto Scaling; comes before the flag `--aws-endpoint-url`"},
	{v1alpha1.AnnotationDeletionPolicy, onObject, "`delete`, `retain`", "what becomes of the AWS resource when the object is deleted; comes before the namespace's, which comes before the flag `--deletion-policy`"},
	{v1alpha1.AnnotationNamespaceDeletionPolicy, onNamespace, "`delete`, `retain`", "the same for objects that do not say"},
	{v1alpha1.AnnotationReadOnly, onObject, "`true`, `false`", "look, never write; no finalizer"},
	{v1alpha1.AnnotationAdoptionPolicy, onObject, "`adopt`, `adopt-or-create`", "take over what AWS has under that name: see [adoption](objects.md#adoption)"},
	{v1alpha1.AnnotationAdoptionFields, onObject, "a JSON object of strings", "what `adopt` takes over"},
	{v1alpha1.AnnotationAdopted, onObject, "`true`", "the controller writes it: the object took something over"},
	{v1alpha1.AnnotationReconcileRequestedAt, onObject, "any, usually the time", "a new value asks for a full check now, alarms included; when it is done, `status.lastHandledReconcileAt` has the same value"},
	{v1alpha1.AnnotationPause, onBoth, "`true`, `false`, a time such as `2026-11-27T18:00:00Z`", "AWS is read and not written, until somebody removes it or the time comes; the object's comes before the namespace's, unless its time is over: see [pauses](objects.md#pauses)"},
	{v1alpha1.AnnotationPauseReason, onBoth, "any", "next to `pause`: why, for the `Paused` condition"},
	{v1alpha1.AnnotationYield, onObject, "fields of the spec, with commas between them", "somebody else changes them in AWS: see [fields that others change](objects.md#fields-that-others-change)"},
}

// TestPageAnnotations explains each annotation, and finds out by trying
// what happens to values that mean nothing.
func TestPageAnnotations(t *testing.T) {
	constants := pages.Parse(t, "../../api/v1alpha1").Constants("Annotation", "")
	explained := map[string]bool{}
	var rows [][]string
	for _, r := range steering {
		explained[r.name] = true
		rows = append(rows, []string{pages.Code(r.name), r.on, r.values, refusal(r), r.means})
	}
	for name, annotation := range constants {
		if !explained[annotation] {
			t.Errorf("%s (v1alpha1.%s) is not explained: add it to the table", annotation, name)
		}
	}
	if len(constants) != len(steering) {
		t.Errorf("the table has %d annotations, the API %d", len(steering), len(constants))
	}
	pages.Check(t, "reference/annotations.md", "annotations", pages.Table([]string{"Annotation", "On", "Values", "Other values are", "Means"}, rows))
}

// refusal says what a value does that means nothing.
func refusal(r annotationRow) string {
	nonsense := map[string]string{r.name: "no such thing"}
	object := &v1alpha1.ScalableTarget{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{v1alpha1.AnnotationAdoptionPolicy: v1alpha1.AdoptionPolicyAdopt}}}
	if r.name != v1alpha1.AnnotationAdoptionFields {
		object.Annotations = nil
	}
	if strings.Contains(r.on, onObject) {
		if object.Annotations == nil {
			object.Annotations = map[string]string{}
		}
		object.Annotations[r.name] = nonsense[r.name]
		nonsense = nil
	}
	for _, p := range desired.LifeOf(object, nonsense, false).Problems {
		if p.Annotation == r.name {
			return "refused: `AnnotationInvalid`"
		}
	}
	if r.name == v1alpha1.AnnotationEndpointURL || r.name == v1alpha1.AnnotationOwnerAccountID || r.name == v1alpha1.AnnotationTeamID {
		return "refused: `AccountOrRegionUnusable`"
	}
	return ""
}
