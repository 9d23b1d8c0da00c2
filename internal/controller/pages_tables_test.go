package controller

import (
	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/awsapi"
)

// What the words of the controller mean, for the reference. A word that is in
// the code and not here, or the other way round, fails the tests.

type conditionRow struct{ condition, means, todo, readBy string }

var conditionRows = []conditionRow{
	{
		v1alpha1.ConditionReady, "True: AWS has what the object declares. False: it has not",
		"read its message: it says what is wrong and what to do", "people, `kubectl wait`, Argo CD, Flux",
	},
	{v1alpha1.ConditionResourceSynced, "as `Ready`; Unknown where an attempt failed", "as for `Ready`", "what was written for the ACK controllers; FieldExport"},
	{
		v1alpha1.ConditionTerminal, "True: trying again cannot help until somebody changes something",
		"change what the message names; the next pass follows at once", "Argo CD",
	},
	{v1alpha1.ConditionStalled, "as `ACK.Terminal`", "as for `ACK.Terminal`", "Flux, kstatus"},
	{
		v1alpha1.ConditionRecoverable, "True: the last attempt failed and is repeated",
		"what its reason says in [errors of AWS](errors.md); it disappears with the first attempt that works", "what was written for the ACK controllers",
	},
	{
		v1alpha1.ConditionReconciling, "True: the object waits, or a failed attempt is repeated",
		"if it stays longer than a few minutes, what its reason says below", "Flux, kstatus",
	},
	{
		v1alpha1.ConditionReferencesResolved,
		"True: what the spec refers to was found. Unknown: it was not, yet. False: it is broken, or in another namespace without leave. Absent: there are no references, or it did not come to look at them",
		"create or repair the object that the message names", "people",
	},
	{
		v1alpha1.ConditionLateInitialized, "True: AWS has told the role of a ScalableTarget, which is in `status.roleARN`",
		"nothing", "what was written for the ACK controllers",
	},
	{
		v1alpha1.ConditionAdopted, "True: the object took over what was in AWS before it. False: that is not in AWS any more. Absent: the object made its own",
		"where it is False: see `AdoptedResourceGone` below", "people",
	},
	{v1alpha1.ConditionIAMRoleSelected, "True: an IAMRoleSelector chose the role; the message names both", "nothing", "people"},
	{
		v1alpha1.ConditionPaused, "True: AWS is not written for the object; the message says until when and why",
		"to end the pause, remove the annotation `applicationautoscaling.services.k8s.aws/pause` from the object or its namespace", "people",
	},
	{v1alpha1.ConditionAdvisory, "True: the object works, and something about it is probably not meant", "what its reason says in [advice](#advice)", "people"},
}

// reasonRow explains a reason of objects that are not ready. Wakes is what has
// them looked at before their time.
type reasonRow struct{ reason, means, todo, wakes string }

var waitingRows = []reasonRow{
	{
		reasonTarget, "a policy or an action needs its scalable target, and that is not registered",
		"apply a ScalableTarget with the same `resourceID`, `scalableDimension` and `serviceNamespace`. Where there is one, the message says why it is not registered",
		"when the target is registered",
	},
	{
		reasonReference, "`resourceRef`, `sageMakerEndpointRef` or `roleRef` leads nowhere yet, or into a namespace that `--watch-namespace` leaves out, or the endpoint is not InService",
		"create or repair the object that the message names, or have its namespace watched", "when that object changes",
	},
	{
		reasonNotThere, "the object is read-only or adopts, and AWS does not have what it names",
		"create it in AWS; or have it created: `adopt-or-create` with a spec, or no `read-only`", "when the object changes",
	},
	{
		reasonPaused, "the pause holds something: the message says what would be done",
		"nothing, or remove the annotation `pause`", "when the pause ends",
	},
}

var refusedRows = []reasonRow{
	{
		reasonConflict, "an older object declares the same thing; this one does nothing",
		"delete one of the two, or give one another name in AWS", "when either object changes",
	},
	{
		reasonForeign, "AWS has it, but not from this object; the message says whose it is, as far as the tags of the scalable target tell",
		"annotate the object with `services.k8s.aws/adoption-policy: adopt-or-create`, or choose another name; see [adoption](objects.md#adoption)",
		"when the object changes",
	},
	{
		reasonVanished, "what was adopted is not in AWS any more, and is not made again",
		"remove the annotation `services.k8s.aws/adopted` to have it made, or delete the object", "when the object changes",
	},
	{
		reasonUnadoptable, "AWS has what the API server refuses as spec, so it cannot be adopted",
		"change it in AWS, or write the spec and `adopt-or-create`", "when the object changes",
	},
	{
		reasonAnnotation, "an annotation has a value that means nothing, or asks for a feature that is turned off",
		"write what the message says; see [annotations](annotations.md)", "when the object or its namespace changes",
	},
	{
		reasonScope, "the role of the account is missing, several IAMRoleSelectors select the object, the endpoint is no URL, or the AWS resource is in another account or Region than what is said now",
		"what the message says; see [accounts and Regions](objects.md#accounts-and-regions)", "when the object, its namespace, a ConfigMap of roles or an IAMRoleSelector changes",
	},
	{
		reasonCrossNamespace, "a reference leads to another namespace, and the controller runs with `--enable-cross-namespace=false`",
		"refer to an object in the same namespace, from a new object where the reference cannot be changed", "when the object changes",
	},
	{
		reasonMoved, "what `resourceRef` or `sageMakerEndpointRef` leads to has become another scalable target, and the object has something in AWS under the one that it was; the message names both",
		"undo that change, or delete the object and create it again", "when that object changes",
	},
	{
		reasonInvalidInAWS, "AWS finds the request invalid; the message begins with AWS's",
		"change what AWS names, in the spec or in AWS", "when the object changes",
	},
}

// failedRows are failures that are not AWS's; those are kinds of errors.
var failedRows = []reasonRow{
	{
		reasonKubernetes, "the API server does not accept a write to the object, so nothing is done in AWS for it; the other objects of the scalable target go on",
		"change the admission webhook or the policy that the message names", "when the object changes",
	},
}

type goodRow struct{ reason, means string } // there is nothing to do

var goodRows = []goodRow{
	{"Synced", "AWS has what the object declares. The message explains bounds that a schedule set, and names fields that are left to others"},
	{"Resolved", "all references are resolved"},
	{"Adopted", "the object took over what was in AWS before it"},
	{"Selected", "an IAMRoleSelector chose the role"},
	{eventPaused, "the object is paused"},
}

type adviceRow struct {
	code        autoscaling.Code
	means, todo string
}

var adviceRows = []adviceRow{
	{codeUndeclared, "AWS has policies or scheduled actions under the scalable target that no object declares, and that take part in the scaling; they are left alone", "declare them with `adopt-or-create`, or delete them in AWS"},
	{codeCrossNamespace, "a reference leads to another namespace, which `--enable-cross-namespace=false` would forbid", "nothing, or refer to an object in the same namespace"},
	{codeOtherOwner, "the resource was adopted, and the tags of the scalable target say that another tool manages it too", "remove it there without deleting it, then remove the tags"},
	{codeAlarmEdited, "an alarm of the policy was edited, and a put of the policy did not make AWS replace it", "delete the alarm in CloudWatch; the next check has AWS make it anew"},
	{codeAlarmBroken, "an alarm of the policy is missing or does not start it, and a put of the policy did not make AWS replace it", "delete the policy in AWS; the next check makes it anew, with its alarms"},
	{codeNoAlarms, "no CloudWatch alarm starts the policy, as the regular check has found", "of a step policy: make an alarm whose action is the ARN of the policy; of a target tracking policy: delete it in AWS, and the next check makes it anew"},
	{adviceTags, "AWS refuses the [default tags](objects.md#default-tags); the object works without them", "what the message says, mostly grant `application-autoscaling:TagResource`"},
	{adviceTeam, "the namespace has an annotation `team-id`, and the feature gate `TeamLevelCARM` is off, so the object is where it would be without", "turn the gate on before objects are in AWS, or remove the annotation"},
	{adviceNoTagging, "the scalable target is so old that it has no ARN, so AWS cannot tag it", "deregister it in AWS; it is registered again at once, with what is under it"},
}

type kindRow struct {
	kind        awsapi.Kind
	means, todo string
}

var kindRows = []kindRow{
	{
		awsapi.Denied, "a right is missing, or the credentials are no good",
		"grant what AWS names ([rights](../how-to/iam.md)), or repair the controller's credentials",
	},
	{awsapi.Invalid, "AWS finds the request invalid", "change what AWS names, in the spec or in AWS"},
	{awsapi.Limit, "a quota is used up", "have it raised in Service Quotas, or remove something that uses it"},
	{awsapi.Throttled, "too many calls in the account and Region, by whomever", "nothing; if it lasts: [AWS throttles](../how-to/troubleshoot.md#aws-throttles)"},
	{awsapi.Conflict, "AWS is busy with another update of the same scalable target", "nothing; if it lasts, look who else writes the target"},
	{awsapi.NotFound, "the thing, or the target that it belongs to, went away in between", "nothing: what is gone is made again, or waited for"},
	{
		awsapi.Unavailable, "AWS did not answer, or not usefully",
		"see whether the controller reaches the host in the message (network policy, proxy, VPC endpoint, DNS), then look at the AWS Health Dashboard",
	},
	{awsapi.Unknown, "none of the above can be told", "read the log of the controller, which has the whole error"},
}

type eventRow struct{ event, means, todo string }

var eventRows = []eventRow{
	{eventCreated, "something was created in AWS; the note names its fields", "nothing"},
	{eventUpdated, "something was changed in AWS; the note has the old and the new values, and what else happened because of it", "nothing"},
	{eventDeleted, "something was deleted in AWS; the note names what went with it", "nothing"},
	{eventRetained, "the object is deleted, and its AWS resource stays", "nothing, or delete it in AWS: nobody manages it any more"},
	{
		eventDriftCorrected, "something was changed behind the controller's back and is put right; the note has both values, or says that all of it was gone",
		"if it comes again, find out who: [drift keeps coming back](../how-to/troubleshoot.md#drift-keeps-coming-back)",
	},
	{
		eventAlarm, "alarms of a target tracking policy were missing, silenced or edited; the policy was put again, and AWS made them anew",
		"if it comes again, find out who: [drift keeps coming back](../how-to/troubleshoot.md#drift-keeps-coming-back)",
	},
	{
		eventReplaced, "somebody deleted the resource in AWS and made it anew under its name, and no tag gives it to anybody (or the object adopts); it counts as the object's, and is brought to what that declares",
		"find out who; if it is theirs now, delete the object with `services.k8s.aws/deletion-policy: retain`",
	},
	{
		eventRecreated, "of a ScalableTarget: the target was gone from AWS, and with it what the note names; what objects declare is made anew",
		"declare what the note calls lost, if it is needed; AWS deregisters a target when its resource is deleted",
	},
	{eventReady, "an object that was not ready is", "nothing"},
	{eventAdopted, "the object took over what was in AWS before it", "nothing"},
	{eventPaused, "a pause began", "nothing; its condition `Paused` says until when"},
	{eventResumed, "a pause ended", "nothing"},
}

// examples are queries with the metrics of objects.
var examples = map[string]string{
	"setpoint_events_dropped_total":                 "rate(setpoint_events_dropped_total[5m]) > 0",
	"setpoint_resource_drift_total":                 "sum by (kind) (increase(setpoint_resource_drift_total[1h]))",
	"setpoint_resource_last_sync_timestamp_seconds": "time() - max by (kind, namespace, name) (setpoint_resource_last_sync_timestamp_seconds)",
	"setpoint_resource_ready":                       "min by (kind, namespace, name) (setpoint_resource_ready) == 0",
	"setpoint_resources":                            `sum by (kind) (setpoint_resources{ready!="True"})`,
	"setpoint_target_capacity":                      `max by (namespace, name) (setpoint_target_capacity{bound="max"})`,
}
