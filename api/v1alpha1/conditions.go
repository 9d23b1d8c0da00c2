package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// The condition types that Setpoint writes. Those that begin with ACK are the
// ones of the ACK controllers and keep their meaning; Ready, Reconciling and
// Stalled are what kubectl wait, Flux and other tools that follow kstatus read.
const (
	// ConditionResourceSynced is True when AWS has what the object declares.
	ConditionResourceSynced = "ACK.ResourceSynced"
	// ConditionTerminal is True when trying again cannot help until somebody
	// changes the object.
	ConditionTerminal = "ACK.Terminal"
	// ConditionRecoverable is True when the last attempt failed and will be
	// repeated.
	ConditionRecoverable = "ACK.Recoverable"
	// ConditionReferencesResolved says whether the objects that the spec refers
	// to were found. Objects without references do not have it.
	ConditionReferencesResolved = "ACK.ReferencesResolved"
	// ConditionLateInitialized is True on scalable targets whose role is known.
	// The ACK controllers write the role into the spec; here it is in
	// status.roleARN.
	ConditionLateInitialized = "ACK.LateInitialized"
	// ConditionAdopted is True on objects that took over an AWS resource that
	// was there before them.
	ConditionAdopted = "ACK.Adopted"
	// ConditionAdvisory carries advice about an object that works.
	ConditionAdvisory = "ACK.Advisory"
	// ConditionIAMRoleSelected names the IAM role that an IAMRoleSelector chose.
	ConditionIAMRoleSelected = "ACK.IAMRoleSelected"
	// ConditionPaused is True while the object is paused. Its message says until
	// when and why.
	ConditionPaused = "Paused"
	// ConditionReady mirrors ConditionResourceSynced.
	ConditionReady = "Ready"
	// ConditionReconciling is True while a newer spec is being carried out or a
	// failed attempt will be repeated.
	ConditionReconciling = "Reconciling"
	// ConditionStalled is True when ConditionTerminal is.
	ConditionStalled = "Stalled"
)

// The annotations that steer Setpoint and that the ACK controllers have too.
const (
	// AnnotationRegion on an object or a namespace chooses the AWS Region.
	AnnotationRegion = "services.k8s.aws/region"
	// AnnotationDefaultRegion on a namespace chooses the AWS Region of objects
	// that do not choose their own.
	AnnotationDefaultRegion = "services.k8s.aws/default-region"
	// AnnotationOwnerAccountID on a namespace chooses the AWS account.
	AnnotationOwnerAccountID = "services.k8s.aws/owner-account-id"
	// AnnotationTeamID on a namespace chooses the IAM role of a team.
	AnnotationTeamID = "services.k8s.aws/team-id"
	// AnnotationEndpointURL on a namespace replaces the AWS endpoint.
	AnnotationEndpointURL = "services.k8s.aws/endpoint-url"
	// AnnotationDeletionPolicy on an object is "delete" or "retain".
	AnnotationDeletionPolicy = "services.k8s.aws/deletion-policy"
	// AnnotationNamespaceDeletionPolicy is AnnotationDeletionPolicy for all
	// objects of a namespace.
	AnnotationNamespaceDeletionPolicy = "applicationautoscaling.services.k8s.aws/deletion-policy"
	// AnnotationAdoptionPolicy on an object is "adopt" or "adopt-or-create".
	AnnotationAdoptionPolicy = "services.k8s.aws/adoption-policy"
	// AnnotationAdoptionFields on an object is a JSON object of strings that
	// says which AWS resource to adopt.
	AnnotationAdoptionFields = "services.k8s.aws/adoption-fields"
	// AnnotationAdopted is "true" on objects that were adopted. The controller
	// writes it.
	AnnotationAdopted = "services.k8s.aws/adopted"
	// AnnotationReadOnly on an object is "true" when AWS shall be read and never
	// written.
	AnnotationReadOnly = "services.k8s.aws/read-only"
)

// The annotations that only Setpoint has.
const (
	// AnnotationReconcileRequestedAt on an object asks for a full check now,
	// alarms included: any value that status.lastHandledReconcileAt does not
	// have. The current time is customary.
	AnnotationReconcileRequestedAt = "applicationautoscaling.services.k8s.aws/reconcile-requested-at"
	// AnnotationPause on an object or a namespace is "true", or a time as RFC
	// 3339 has it until which AWS is read and not written. "false" on an object
	// exempts it from the pause of its namespace.
	AnnotationPause = "applicationautoscaling.services.k8s.aws/pause"
	// AnnotationPauseReason next to AnnotationPause says why, for people.
	AnnotationPauseReason = "applicationautoscaling.services.k8s.aws/pause-reason"
	// AnnotationYield on an object lists fields of its spec, separated by commas,
	// that somebody else changes in AWS: they are sent when the AWS resource is
	// created, and neither compared nor changed afterwards.
	AnnotationYield = "applicationautoscaling.services.k8s.aws/yield"
)

// The values of AnnotationDeletionPolicy: what happens to the AWS resource when
// the object is deleted.
const (
	DeletionPolicyDelete = "delete"
	DeletionPolicyRetain = "retain"
)

// The values of AnnotationAdoptionPolicy: whether an AWS resource that exists
// already is taken over.
const (
	// AdoptionPolicyAdopt takes the spec from AWS and never creates.
	AdoptionPolicyAdopt = "adopt"
	// AdoptionPolicyAdoptOrCreate keeps the spec and creates what is not there.
	AdoptionPolicyAdoptOrCreate = "adopt-or-create"
)

// The finalizers that keep an object until what it declares is gone from AWS.
// They are those of the ACK controllers, so that objects made by either
// controller can be deleted by the other.
const (
	FinalizerScalableTarget  = "finalizers.applicationautoscaling.services.k8s.aws/ScalableTarget"
	FinalizerScalingPolicy   = "finalizers.applicationautoscaling.services.k8s.aws/ScalingPolicy"
	FinalizerScheduledAction = "finalizers.applicationautoscaling.services.k8s.aws/ScheduledAction"
)

// Condition is one statement about an object. Unlike metav1.Condition only type
// and status are required, because the ACK controllers leave out the others.
type Condition struct {
	// Name of the condition, such as Ready or ACK.ResourceSynced. Each name
	// occurs once.
	Type string `json:"type"`
	// True, False or Unknown.
	Status metav1.ConditionStatus `json:"status"`
	// When the status of the condition last changed. A repeated observation of
	// the same status does not move it.
	LastTransitionTime *metav1.Time `json:"lastTransitionTime,omitempty"`
	// One CamelCase word that says why the status is what it is.
	Reason *string `json:"reason,omitempty"`
	// A sentence for people, with the next step when something is to be done.
	Message *string `json:"message,omitempty"`
	// The metadata.generation that the condition was computed from.
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
}
