package controller

import (
	"os"
	"strings"
	"testing"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/awsapi"
)

// TestReferenceNamesEverything keeps the page that users look words up in
// complete.
func TestReferenceNamesEverything(t *testing.T) {
	page, err := os.ReadFile("../../docs/reference/objects.md")
	if err != nil {
		t.Fatal(err)
	}
	words := []string{
		reasonConflict, reasonForeign, reasonTarget, reasonReference, reasonInvalidInAWS, reasonScope, reasonNotThere, reasonAnnotation,
		reasonVanished, reasonUnadoptable, reasonPaused, eventAdopted, eventPaused, eventResumed,
		v1alpha1.ConditionAdopted, v1alpha1.ConditionPaused,
		v1alpha1.AnnotationAdoptionFields, v1alpha1.AnnotationAdopted,
		v1alpha1.AnnotationReconcileRequestedAt, v1alpha1.AnnotationPause, v1alpha1.AnnotationPauseReason, v1alpha1.AnnotationYield,
		eventCreated, eventUpdated, eventDeleted, eventRetained, eventDriftCorrected, eventReady, eventRecreated,
		string(codeUndeclared), string(codeOtherOwner), string(codeAlarmEdited),
		v1alpha1.ConditionReady, v1alpha1.ConditionResourceSynced, v1alpha1.ConditionTerminal, v1alpha1.ConditionStalled, v1alpha1.ConditionRecoverable,
		v1alpha1.ConditionReconciling, v1alpha1.ConditionReferencesResolved, v1alpha1.ConditionAdvisory,
		v1alpha1.AnnotationRegion, v1alpha1.AnnotationDefaultRegion, v1alpha1.AnnotationOwnerAccountID, v1alpha1.AnnotationTeamID, v1alpha1.AnnotationEndpointURL,
		v1alpha1.AnnotationDeletionPolicy, v1alpha1.AnnotationNamespaceDeletionPolicy, v1alpha1.AnnotationAdoptionPolicy, v1alpha1.AnnotationReadOnly,
		accountRoleMap, teamRoleMap, string(adviceTags), string(adviceNoTagging), v1alpha1.ConditionIAMRoleSelected, "%CONTROLLER_SERVICE%", "%CONTROLLER_VERSION%",
	}
	for _, kind := range []awsapi.Kind{awsapi.NotFound, awsapi.Conflict, awsapi.Throttled, awsapi.Denied, awsapi.Limit, awsapi.Unavailable, awsapi.Unknown} {
		words = append(words, string(kind))
	}
	for name := range templates {
		words = append(words, name)
	}
	for _, word := range words {
		if !strings.Contains(string(page), "`"+word+"`") {
			t.Errorf("docs/reference/objects.md does not explain %s", word)
		}
	}
}
