package appautoscaling

import (
	"cmp"
	"net/http"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
)

// Behaviour is everything that AWS does not document and that was not, or not
// reliably, seen of the real service, but for how targets scale, which is
// engine.Behaviour. The zero value is the most likely behaviour; each field says
// how likely and what else is possible.
type Behaviour struct {
	// RegisterDelay is how long a new scalable target stays unseen by every
	// operation but RegisterScalableTarget. AWS documents "a brief delay until
	// the operation achieves eventual consistency" and not how long. Updates
	// are seen at once.
	RegisterDelay time.Duration
	// UpdateDuration is how long an accepted change of a target, its policies
	// or its actions counts as pending, so that another change of the same
	// target is answered with ConcurrentUpdateException. AWS documents the
	// exception and not the duration.
	UpdateDuration time.Duration
	// RequireResource refuses scalable targets whose resource does not exist in
	// the local cloud, as AWS does for all it knows. By default only SageMaker's
	// have to exist: what is tried out often has ECS services, DynamoDB tables
	// and resources of other services in its names alone. Those appear when they
	// are registered, with the minimum as their capacity.
	RequireResource bool

	// ReplaceSuspendedState lets a SuspendedState with some of its three flags
	// reset the others to false. By default they keep their value, which is
	// how controllers in the field understand AWS's "any parameters that you
	// don't specify are not changed".
	ReplaceSuspendedState bool
	// IgnoreCustomRole keeps the service-linked role whatever RoleARN says,
	// where there is one. AWS documents that it "uses a service-linked role"
	// there, but also an error of predictive scaling for targets that have
	// another role; by default the role that was given is kept.
	IgnoreCustomRole bool
	// IgnoreInferred accepts what only inferred facts of the catalog forbid: a
	// predefined metric type that the namespace has but perhaps not for this
	// dimension, a minimum capacity below a floor that is not documented, and in
	// predictive scaling any predefined type for the load and the scaling metric.
	IgnoreInferred bool
	// VariantFloor is the least MinCapacity of a SageMaker endpoint variant's
	// instance count. The SageMaker guide says 1 (except for asynchronous
	// endpoints), the reference of Application Auto Scaling says 0, which is
	// the default.
	VariantFloor int32
	// StableIDs derives the IDs in the ARNs of a target, its policies and its
	// actions from account, Region and identity, so that a target has the same
	// ARN again after it was deregistered. By default they are random, as the
	// form of AWS's suggests.
	StableIDs bool

	// StrictPolicyUpdate makes the update of a policy carry all that a new
	// policy needs: the configuration, and in it the adjustment type and steps,
	// or a metric. By default what is omitted is kept; AWS's reference calls
	// them required for new policies only.
	StrictPolicyUpdate bool
	// AllowPolicyTypeChange lets PutScalingPolicy change the type of a policy
	// in place. CloudFormation documents such updates without replacement, but
	// the service was reported to refuse them.
	AllowPolicyTypeChange bool
	// DynamoDBTargetMin is the least target value for DynamoDB utilization; 0
	// means 10, which was measured. The DynamoDB guide says 20.
	DynamoDBTargetMin float64
	// ListExistingAlarms lists of a target tracking policy's managed alarms only
	// those that CloudWatch still has. By default all that were made are listed.
	// AWS documents that it reads the alarms of policies from CloudWatch, by the
	// example of a step policy, and not whether it does so for its own.
	ListExistingAlarms bool
	// DeregisterKeepsAlarms leaves the managed alarms of a target that is
	// deregistered. AWS documents that it deletes alarms that are no longer
	// needed, and not when.
	DeregisterKeepsAlarms bool

	// StrictActionUpdate makes the update of a scheduled action carry Schedule
	// and ScalableTargetAction. By default they are kept when omitted ("specify
	// the parameters that you want to change").
	StrictActionUpdate bool
	// MergeTargetAction keeps the bound that a ScalableTargetAction does not
	// name. By default the pair is replaced.
	MergeTargetAction bool
	// AllowEmptyPeriod accepts a StartTime that equals EndTime. Only that
	// StartTime must not be later was measured.
	AllowEmptyPeriod bool
	// RejectPastAt refuses at() expressions in the past. AWS documents nothing.
	RejectPastAt bool

	// ClampMaxResults takes the nearest of 1 and the page limit for a
	// MaxResults outside of them. By default it is a ValidationException. AWS
	// documents the range and not the reaction.
	ClampMaxResults bool
	// OldestFirst lists in order of creation. By default lists are ordered by
	// resource ID, dimension and name; AWS documents no order.
	OldestFirst bool
	// PolicyNamesFault answers InternalServiceException when PolicyNames change
	// while paging, as was reported once. By default that is a bad token like
	// any other.
	PolicyNamesFault bool

	// InternalServiceStatus is the HTTP status of InternalServiceException; 0
	// means 500, as the protocol has it for faults of the service. The API model
	// gives no status.
	InternalServiceStatus int
	// ForgetRunActions deletes one-time scheduled actions once their time has
	// come. By default they stay listed, as they were put; AWS documents nothing.
	ForgetRunActions bool

	// Quotas are the account's limits.
	Quotas Quotas
}

// Quotas are limits per account and Region. Zero means AWS's default.
type Quotas struct {
	// Targets is how many scalable targets of one namespace there may be.
	Targets int
	// Policies is how many step and target tracking policies a target may have.
	Policies int
	// Actions is how many scheduled actions a target may have.
	Actions int
	// Steps is how many step adjustments a policy may have.
	Steps int
	// Tags is how many tags a target may have. AWS does not state this one.
	Tags int
}

func (b Behaviour) withDefaults() Behaviour {
	b.InternalServiceStatus = cmp.Or(b.InternalServiceStatus, http.StatusInternalServerError)
	q := &b.Quotas
	q.Policies = cmp.Or(q.Policies, catalog.MaxPoliciesPerTarget)
	q.Actions = cmp.Or(q.Actions, catalog.MaxActionsPerTarget)
	q.Steps = cmp.Or(q.Steps, catalog.MaxStepsPerPolicy)
	q.Tags = cmp.Or(q.Tags, catalog.MaxTagsPerTarget)
	return b
}
