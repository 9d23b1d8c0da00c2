package test

import (
	"go/ast"
	"strings"
	"testing"
)

// regressions are the defects of the ACK controller, and the traps of its kind, that
// this one must not have, each with the tests that keep it so. Tests are named as
// package.Test.
var regressions = []struct{ protects, tests string }{
	{"an edit of what an object is about leaves nothing behind in AWS", "e2e.TestIdentitiesCannotBeEdited"},
	{"there are scheduled actions", "e2e.TestScheduledActionsOfTheOldSchema faults.TestFiringsAreToldFromDrift"},
	{"predictive scaling, metric math and tags reach AWS, and no field of the SDK is forgotten", "faults.TestWhatTheACKControllerLeavesOutReachesAWS faults.TestNoFieldIsForgotten"},
	{"drift is found within minutes, spread out, at once when asked for, and not while paused", "e2e.TestDriftIsPutRight controller.TestChecksAreSpreadOut e2e.TestCheckOnRequest e2e.TestPause"},
	{"annotations, namespaces, role maps and referenced objects take effect at once", "e2e.TestChangesAroundAnObjectTakeEffectAtOnce controller.TestWhatDecidesAboutObjectsWakesThem"},
	{"what is looked for in vain is told", "faults.TestWhatIsLookedForInVainIsTold"},
	{"a move to another Region or account is told, and nothing is made twice", "faults.TestMovesToAnotherRegionAreTold e2e.TestNothingIsMadeTwiceWhenTheControllerMoves"},
	{"what is terminal ends with its cause, an annotation included", "faults.TestTerminalEndsWithItsCause"},
	{"what AWS finds invalid is not sent again and again", "faults.TestWhatAWSFindsInvalidIsTriedOncePerCheck"},
	{"nothing is written where nothing changes", "e2e.TestSteadyStateIsSilent"},
	{"lastTransitionTime moves with the status, and the list is never emptied", "faults.TestTransitionTimesMoveWithTheStatusAlone"},
	{"each endpoint has a client of its own", "e2e.TestEndpointOfANamespaceIsItsOwn controller.TestEndpointsDoNotShareAClient"},
	{"roles are assumed at STS, whatever the endpoint of the service", "awsapi.TestEndpoints"},
	{"annotations of namespaces count without roles of other accounts, and in one namespace", "e2e.TestNamespaceAnnotationsCountWithoutCARM e2e.TestAnnotationsOfItsNamespaceCount"},
	{"roles are known before the first reconcile", "e2e.TestSelectorsAreKnownBeforeTheFirstReconcile e2e.TestAccountsAreKnownBeforeTheFirstReconcile"},
	{"the condition of a selected role hides no other", "controller.TestSelectedRolesHideNoReferences"},
	{"the role is not written into the spec", "faults.TestFirstStatusHasTheARNAndTheSpecStays faults.TestObjectsOfTheACKControllerAreTakenOver"},
	{"a role that AWS replaces is not sent for ever", "faults.TestRoleThatAWSReplacesIsSentOnce"},
	{"a suspension that is removed ends", "faults.TestRemovedSuspensionsResume"},
	{"failed creations do not put the finalizer on and off", "faults.TestFailedCreationsWriteTheObjectOnce"},
	{"a mistyped deletion policy is an error", "faults.TestMistypedDeletionPoliciesRetainNothing"},
	{"FieldExports follow their objects, and wait where they must", "e2e.TestFieldExport e2e.TestFieldExportsThatWait"},
	{"errors are counted by HTTP status", "awsapi.TestErrorsAreCountedByHTTPStatus"},
	{"objects have columns, events and observedGeneration", "e2e.TestObjectsTellHowTheyAre"},
	{"no right is broader than needed", "chart.TestNoRightIsBroad chart.TestRightsToSecrets test.TestTheIAMPolicyAllowsWhatIsCalled"},
	{"the controller starts without AWS, and says when it is not ready", "e2e.TestStartsBeforeAWSAnswers"},
	{"several replicas have one leader", "chart.TestSeveralReplicasHaveOneLeader chart.TestWithoutLeaderElectionPodsAreReplaced"},
	{"adoption does not guess the dimension", "faults.TestAdoptionTakesNoneOfTwoDimensions"},
	{"adoption-fields is documented", "desired.TestAdoptionFieldsAreDocumented"},
	{"the rights of one namespace are enough for it", "e2e.TestWorksWithTheRightsOfOneNamespace chart.TestRightsInNamespaces"},
	{"accounts have external IDs", "e2e.TestAccountsHaveExternalIDs awsapi.TestExternalIDGoesWithTheRole"},
	{"of two objects for one AWS resource one works, also when they come at once", "e2e.TestTwoObjectsAtOnce e2e.TestTwoObjectsForOnePolicy"},

	{"what was made though its creation failed is not somebody else's", "e2e.TestLostAnswerIsNotAForeignTarget faults.TestTimedOutWritesAreOurs"},
	{"defaults of AWS and the order of lists are no difference", "autoscaling.TestOrderAndDefaultsAreNoDifference"},
	{"an empty value of the chart sets no variable", "chart.TestEmptyValuesSetNoVariables"},
	{"a foreground deletion leaves nothing in AWS", "e2e.TestForegroundDeletion"},
	{"an edit of an action keeps its times", "autoscaling.TestEditsOfAnActionKeepItsTimes"},
	{"tags are not sent on an update of a target", "awsapi.TestTagsAreSentOnCreationOnly"},
	{"what goes with its target is known to be gone", "e2e.TestTargetDeletedFirst faults.TestWhatWentWithItsTargetIsNotAskedFor"},
	{"equal names on two dimensions are told apart", "awsapi.TestEqualNamesOnTwoDimensions"},
	{"a policy waits for its target instead of failing", "e2e.TestPolicyWaitsForItsTarget"},
	{"updates that AWS is busy with, and throttling that hides in another error, never show", "e2e.TestPassingTroubleNeverShows"},
	{"target tracking policies scale in only when all of them would", "engine.TestSeveralPolicies"},
	{"what others made anew is told", "faults.TestWhatOthersMadeAnewIsTold faults.TestWhatOthersTookBackIsTheirs"},
}

// TestEveryDefectHasItsTest finds a regression whose test was renamed or is gone.
func TestEveryDefectHasItsTest(t *testing.T) {
	tests := map[string]bool{}
	for _, file := range goFiles(t) {
		for _, d := range file.syntax.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && file.test && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") {
				tests[strings.TrimSuffix(file.syntax.Name.Name, "_test")+"."+f.Name.Name] = true
			}
		}
	}
	for _, r := range regressions {
		for name := range strings.FieldsSeq(r.tests) {
			if !tests[name] {
				t.Errorf("that %s is kept by %s, which does not exist", r.protects, name)
			}
		}
	}
}
