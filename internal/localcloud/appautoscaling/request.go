package appautoscaling

import (
	"regexp"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// identityMembers are the three members that name a scalable target.
type identityMembers struct {
	ServiceNamespace  *string
	ResourceID        *string `json:"ResourceId"`
	ScalableDimension *string
}

func (m identityMembers) check(c *wire.Constraints) {
	checkNamespace(c, m.ServiceNamespace)
	requireText(c, "resourceId", m.ResourceID)
	c.Require("scalableDimension", m.ScalableDimension != nil)
	checkDimension(c, m.ScalableDimension)
}

// identity returns the identity of checked members.
func (m identityMembers) identity() identity {
	return identity{*m.ServiceNamespace, *m.ResourceID, *m.ScalableDimension}
}

type registerInput struct {
	identityMembers
	MinCapacity    *int32
	MaxCapacity    *int32
	RoleARN        *string
	SuspendedState *suspendedState
	Tags           map[string]string
}

type suspendedState struct {
	DynamicScalingInSuspended  *bool
	DynamicScalingOutSuspended *bool
	ScheduledScalingSuspended  *bool
}

func (in registerInput) check(c *wire.Constraints) {
	in.identityMembers.check(c)
	checkText(c, "roleARN", in.RoleARN)
	checkTags(c, in.Tags)
}

type deregisterInput struct{ identityMembers }

type putPolicyInput struct {
	PolicyName *string
	identityMembers
	PolicyType                               *string
	StepScalingPolicyConfiguration           *stepConfig
	TargetTrackingScalingPolicyConfiguration *trackingConfig
	PredictiveScalingPolicyConfiguration     *predictiveConfig
}

func (in putPolicyInput) check(c *wire.Constraints) {
	c.Require("policyName", in.PolicyName != nil)
	if in.PolicyName != nil {
		c.Length("policyName", *in.PolicyName, 1, maxPolicyName)
		c.Pattern("policyName", *in.PolicyName, `\p{Print}+`, policyNamePattern)
	}
	in.identityMembers.check(c)
	checkEnum(c, "policyType", in.PolicyType, stepScaling, targetTracking, predictiveScaling)
	in.StepScalingPolicyConfiguration.check(c, "stepScalingPolicyConfiguration")
	in.TargetTrackingScalingPolicyConfiguration.check(c, "targetTrackingScalingPolicyConfiguration")
	in.PredictiveScalingPolicyConfiguration.check(c, "predictiveScalingPolicyConfiguration")
}

type deletePolicyInput struct {
	PolicyName *string
	identityMembers
}

func (in deletePolicyInput) check(c *wire.Constraints) {
	requireText(c, "policyName", in.PolicyName)
	in.identityMembers.check(c)
}

type putActionInput struct {
	ScheduledActionName *string
	identityMembers
	Schedule             *string
	Timezone             *string
	StartTime            *wire.Time
	EndTime              *wire.Time
	ScalableTargetAction *targetAction
}

// targetAction is ScalableTargetAction, in requests and answers.
type targetAction struct {
	MinCapacity *int32 `json:",omitempty"`
	MaxCapacity *int32 `json:",omitempty"`
}

func (in putActionInput) check(c *wire.Constraints) {
	c.Require("scheduledActionName", in.ScheduledActionName != nil)
	if in.ScheduledActionName != nil {
		c.Length("scheduledActionName", *in.ScheduledActionName, 1, maxActionName)
		c.Pattern("scheduledActionName", *in.ScheduledActionName, actionNameModel, actionNamePattern)
	}
	in.identityMembers.check(c)
	checkText(c, "schedule", in.Schedule)
	checkText(c, "timezone", in.Timezone)
}

type deleteActionInput struct {
	ScheduledActionName *string
	identityMembers
}

func (in deleteActionInput) check(c *wire.Constraints) {
	requireText(c, "scheduledActionName", in.ScheduledActionName)
	in.identityMembers.check(c)
}

// Constraints of the API's model.
const (
	maxText       = 1600 // ResourceIdMaxLen1600
	maxNames      = 50   // ResourceIdsMaxLen1600
	maxPolicyName = 256
	maxActionName = 256

	// As AWS's messages show them.
	textModel       = `[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*`
	actionNameModel = `(?!((^[ ]+.*)|(.*([\u0000-\u001f]|[\u007f-\u009f]|[:/|])+.*)|(.*[ ]+$))).+`
)

var (
	textPattern       = regexp.MustCompile(`^[\t\n\r\x{20}-\x{D7FF}\x{E000}-\x{FFFD}\x{10000}-\x{10FFFF}]*$`)
	policyNamePattern = regexp.MustCompile(`^[[:print:]]+$`)
	// RE2 has no lookahead: a name has none of the forbidden characters and
	// neither begins nor ends with a space.
	actionNamePattern = regexp.MustCompile(`^[^\x{00}-\x{1f}\x{7f}-\x{9f}:/| ]([^\x{00}-\x{1f}\x{7f}-\x{9f}:/|]*[^\x{00}-\x{1f}\x{7f}-\x{9f}:/| ])?$`)
)

func checkNamespace(c *wire.Constraints, namespace *string) {
	c.Require("serviceNamespace", namespace != nil)
	checkEnum(c, "serviceNamespace", namespace, namespaceNames...)
}

func checkDimension(c *wire.Constraints, dimension *string) {
	checkEnum(c, "scalableDimension", dimension, dimensionNames...)
}

// namespaceNames, dimensionNames and metricTypes are enumerations of the API.
var namespaceNames, dimensionNames, metricTypes = enumerations()

// dimensionsIn are the dimensions of each namespace.
var dimensionsIn = func() map[string][]string {
	by := map[string][]string{}
	for _, d := range catalog.Dimensions() {
		by[d.Namespace] = append(by[d.Namespace], d.Name)
	}
	return by
}()

func enumerations() (namespaces, dimensions, metrics []string) {
	for _, n := range catalog.Namespaces() {
		namespaces = append(namespaces, n.Name)
	}
	for _, d := range catalog.Dimensions() {
		dimensions = append(dimensions, d.Name)
	}
	for _, m := range catalog.Metrics() {
		metrics = append(metrics, m.Type)
	}
	return namespaces, dimensions, metrics
}

func checkEnum(c *wire.Constraints, member string, value *string, set ...string) {
	if value != nil {
		c.Enum(member, *value, set...)
	}
}

// requireText checks a required member of the model's common text type.
func requireText(c *wire.Constraints, member string, value *string) {
	c.Require(member, value != nil)
	checkText(c, member, value)
}

func checkText(c *wire.Constraints, member string, value *string) {
	if value != nil {
		c.Length(member, *value, 1, maxText)
		c.Pattern(member, *value, textModel, textPattern)
	}
}

// checkNames checks a filter that lists names.
func checkNames(c *wire.Constraints, member string, names []string) {
	c.Size(member, names, 0, maxNames)
	for i, name := range names {
		checkText(c, element(member, i), &name)
	}
}
