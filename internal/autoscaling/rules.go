package autoscaling

import "slices"

// Rule is one rule of validation, for documentation.
type Rule struct {
	Code     Code
	Severity Severity
	Kind     Kind   // what the rule is about; empty: several kinds
	Title    string // what is wrong, in a few words
	Source   string // the AWS document that has the rule
}

// Rules returns all rules of validation.
func Rules() []Rule { return slices.Clone(rules) }

// severities is what findings take their severity from.
var severities = func() map[Code]Severity {
	m := make(map[Code]Severity, len(rules))
	for _, r := range rules {
		m[r.Code] = r.Severity
	}
	return m
}()

// The codes of the rules.
const (
	// Which scalable target is meant. These apply to all three kinds.
	IdentityIncomplete         Code = "IdentityIncomplete"
	ServiceNamespaceUnknown    Code = "ServiceNamespaceUnknown"
	ScalableDimensionUnknown   Code = "ScalableDimensionUnknown"
	ScalableDimensionForeign   Code = "ScalableDimensionForeign"
	ResourceIDMalformed        Code = "ResourceIDMalformed"
	ResourceIDBadCharacter     Code = "ResourceIDBadCharacter"
	ResourceIDTooLong          Code = "ResourceIDTooLong"
	LambdaQualifierUnsupported Code = "LambdaQualifierUnsupported"

	// Capacities, of targets and of scheduled actions.
	CapacityNegative                Code = "CapacityNegative"
	MinCapacityTooLow               Code = "MinCapacityTooLow"
	MinCapacityProbablyTooLow       Code = "MinCapacityProbablyTooLow"
	MaxCapacityTooHigh              Code = "MaxCapacityTooHigh"
	SageMakerMinCapacityZero        Code = "SageMakerMinCapacityZero"
	ServerlessConcurrencyOutOfRange Code = "ServerlessConcurrencyOutOfRange"

	// Scalable targets.
	TargetMinAboveMax Code = "TargetMinAboveMax"
	RoleARNRequired   Code = "RoleARNRequired"
	RoleARNMalformed  Code = "RoleARNMalformed"
	RoleARNIgnored    Code = "RoleARNIgnored"
	TagsTooMany       Code = "TagsTooMany"
	TagKeyReserved    Code = "TagKeyReserved"
	TagKeyBadLength   Code = "TagKeyBadLength"
	TagValueTooLong   Code = "TagValueTooLong"

	// Scaling policies of any type.
	PolicyNameInvalid          Code = "PolicyNameInvalid"
	PolicyTypeMissing          Code = "PolicyTypeMissing"
	PolicyTypeUnknown          Code = "PolicyTypeUnknown"
	PolicyTypeUnsupported      Code = "PolicyTypeUnsupported"
	PolicyConfigurationMissing Code = "PolicyConfigurationMissing"
	PolicyConfigurationForeign Code = "PolicyConfigurationForeign"
	CooldownNegative           Code = "CooldownNegative"

	// Target tracking.
	TargetValueMissing           Code = "TargetValueMissing"
	TargetValueInvalid           Code = "TargetValueInvalid"
	TargetValueOutOfRange        Code = "TargetValueOutOfRange"
	TargetValueAboveWhole        Code = "TargetValueAboveWhole"
	TargetValueLooksLikeFraction Code = "TargetValueLooksLikeFraction"
	ScaleInNeverHappens          Code = "ScaleInNeverHappens"

	// Metrics.
	MetricMissing             Code = "MetricMissing"
	MetricAmbiguous           Code = "MetricAmbiguous"
	MetricTypeUnknown         Code = "MetricTypeUnknown"
	MetricUnsupported         Code = "MetricUnsupported"
	MetricProbablyUnsupported Code = "MetricProbablyUnsupported"
	ResourceLabelMissing      Code = "ResourceLabelMissing"
	ResourceLabelMalformed    Code = "ResourceLabelMalformed"
	ResourceLabelUnused       Code = "ResourceLabelUnused"
	CustomMetricUnsupported   Code = "CustomMetricUnsupported"
	CustomMetricIncomplete    Code = "CustomMetricIncomplete"
	CustomMetricAmbiguous     Code = "CustomMetricAmbiguous"
	StatisticUnknown          Code = "StatisticUnknown"
	StatisticBoundsInvalid    Code = "StatisticBoundsInvalid"
	DimensionIncomplete       Code = "DimensionIncomplete"
	MetricMathUnsupported     Code = "MetricMathUnsupported"
	MetricMathTooLarge        Code = "MetricMathTooLarge"
	QueryIDInvalid            Code = "QueryIDInvalid"
	QueryIDDuplicate          Code = "QueryIDDuplicate"
	QueryAmbiguous            Code = "QueryAmbiguous"
	QueryReturnsNotOne        Code = "QueryReturnsNotOne"
	QueryExpressionTooLong    Code = "QueryExpressionTooLong"
	QueryReferenceUnknown     Code = "QueryReferenceUnknown"
	QueryMetricIncomplete     Code = "QueryMetricIncomplete"

	// Step scaling.
	AdjustmentTypeInvalid         Code = "AdjustmentTypeInvalid"
	StepsMissing                  Code = "StepsMissing"
	StepsTooMany                  Code = "StepsTooMany"
	StepUnbounded                 Code = "StepUnbounded"
	StepBoundInvalid              Code = "StepBoundInvalid"
	StepBoundsReversed            Code = "StepBoundsReversed"
	StepsOverlap                  Code = "StepsOverlap"
	StepsGap                      Code = "StepsGap"
	StepsLowestMissing            Code = "StepsLowestMissing"
	StepsHighestMissing           Code = "StepsHighestMissing"
	StepExactCapacityNegative     Code = "StepExactCapacityNegative"
	MinAdjustmentMagnitudeUnused  Code = "MinAdjustmentMagnitudeUnused"
	MinAdjustmentMagnitudeInvalid Code = "MinAdjustmentMagnitudeInvalid"
	MetricAggregationUnknown      Code = "MetricAggregationUnknown"

	// Predictive scaling.
	PredictiveMetricCount           Code = "PredictiveMetricCount"
	PredictiveMetricMissing         Code = "PredictiveMetricMissing"
	PredictiveMetricAmbiguous       Code = "PredictiveMetricAmbiguous"
	PredictiveMetricForeign         Code = "PredictiveMetricForeign"
	PredictiveMetricProbablyForeign Code = "PredictiveMetricProbablyForeign"
	PredictiveModeUnknown           Code = "PredictiveModeUnknown"
	PredictiveOnlyForecasts         Code = "PredictiveOnlyForecasts"
	SchedulingBufferOutOfRange      Code = "SchedulingBufferOutOfRange"
	BreachBehaviorUnknown           Code = "BreachBehaviorUnknown"
	MaxCapacityBufferMissing        Code = "MaxCapacityBufferMissing"
	MaxCapacityBufferUnused         Code = "MaxCapacityBufferUnused"
	MaxCapacityBufferOutOfRange     Code = "MaxCapacityBufferOutOfRange"

	// Scheduled actions.
	ActionNameInvalid    Code = "ActionNameInvalid"
	ActionUnsupported    Code = "ActionUnsupported"
	ActionEmpty          Code = "ActionEmpty"
	ActionMinAboveMax    Code = "ActionMinAboveMax"
	ScheduleMissing      Code = "ScheduleMissing"
	ScheduleInvalid      Code = "ScheduleInvalid"
	ScheduleNeverFires   Code = "ScheduleNeverFires"
	TimezoneUnknown      Code = "TimezoneUnknown"
	TimezoneUnused       Code = "TimezoneUnused"
	ActionEndBeforeStart Code = "ActionEndBeforeStart"

	// All that is declared for one scalable target.
	NameDuplicate                    Code = "NameDuplicate"
	MetricDuplicate                  Code = "MetricDuplicate"
	PoliciesTooMany                  Code = "PoliciesTooMany"
	ActionsTooMany                   Code = "ActionsTooMany"
	ActionNeverApplies               Code = "ActionNeverApplies"
	ActionMayNotApply                Code = "ActionMayNotApply"
	PredictiveNeedsServiceLinkedRole Code = "PredictiveNeedsServiceLinkedRole"
	NoWayOutOfZero                   Code = "NoWayOutOfZero"
)

var rules = []Rule{
	// Which scalable target is meant. These apply to all three kinds.
	{IdentityIncomplete, Error, "", "A part of the identity is missing", "AWS API: RegisterScalableTarget"},
	{ServiceNamespaceUnknown, Error, "", "There is no such service namespace", "AWS API: RegisterScalableTarget"},
	{ScalableDimensionUnknown, Error, "", "There is no such scalable dimension", "AWS API: RegisterScalableTarget"},
	{ScalableDimensionForeign, Error, "", "The scalable dimension belongs to another service namespace", "AWS API: RegisterScalableTarget"},
	{ResourceIDMalformed, Error, "", "The resource ID has not the form that the dimension asks for", "AWS API: RegisterScalableTarget"},
	{ResourceIDBadCharacter, Error, "", "The resource ID contains a control character", "AWS API: RegisterScalableTarget"},
	{ResourceIDTooLong, Error, "", "The resource ID is longer than 1600 characters", "AWS API: RegisterScalableTarget"},
	{LambdaQualifierUnsupported, Error, "", "Provisioned concurrency cannot belong to $LATEST", "AWS API: RegisterScalableTarget"},

	// Capacities, of targets and of scheduled actions.
	{CapacityNegative, Error, "", "A capacity is negative", "AWS API: RegisterScalableTarget"},
	{MinCapacityTooLow, Error, "", "The minimum is below what the dimension accepts", "answer of the service; not documented by AWS"},
	{MinCapacityProbablyTooLow, Warning, "", "The minimum is below what the dimension probably accepts", "not documented by AWS"},
	{MaxCapacityTooHigh, Error, "", "The maximum is above what the dimension accepts", "answer of the service; not documented by AWS"},
	{SageMakerMinCapacityZero, Warning, "", "A SageMaker variant may go to zero instances", "SageMaker Developer Guide: autoscale an asynchronous endpoint"},
	{ServerlessConcurrencyOutOfRange, Warning, "", "Provisioned concurrency of a serverless endpoint lies between 1 and 200", "SageMaker API: ProductionVariantServerlessConfig"},

	// Scalable targets.
	{TargetMinAboveMax, Error, KindTarget, "The minimum is above the maximum", "AWS API: RegisterScalableTarget"},
	{RoleARNRequired, Error, KindTarget, "The service has no service-linked role, so a role is needed", "AWS API: RegisterScalableTarget"},
	{RoleARNMalformed, Error, KindTarget, "The role is not the ARN of an IAM role", "AWS API: RegisterScalableTarget"},
	{RoleARNIgnored, Warning, KindTarget, "The service uses its service-linked role instead of the given one", "AWS API: RegisterScalableTarget"},
	{TagsTooMany, Error, KindTarget, "There are more tags than a resource can have", "AWS General Reference: tagging; not documented by AWS for scalable targets"},
	{TagKeyReserved, Error, KindTarget, "A tag key begins with aws:", "AWS General Reference: tagging"},
	{TagKeyBadLength, Error, KindTarget, "A tag key is empty or too long", "AWS API: TagResource"},
	{TagValueTooLong, Error, KindTarget, "A tag value is too long", "AWS API: TagResource"},

	// Scaling policies of any type.
	{PolicyNameInvalid, Error, KindPolicy, "The policy has no usable name", "AWS API: PutScalingPolicy"},
	{PolicyTypeMissing, Error, KindPolicy, "The policy type is missing", "AWS API: PutScalingPolicy"},
	{PolicyTypeUnknown, Error, KindPolicy, "There is no such policy type", "AWS API: PutScalingPolicy"},
	{PolicyTypeUnsupported, Error, KindPolicy, "The dimension does not support policies of this type", "AWS API: PutScalingPolicy"},
	{PolicyConfigurationMissing, Error, KindPolicy, "The configuration that belongs to the policy type is missing", "AWS API: PutScalingPolicy"},
	{PolicyConfigurationForeign, Error, KindPolicy, "There is a configuration that belongs to another policy type", "AWS API: PutScalingPolicy"},
	{CooldownNegative, Error, KindPolicy, "A cooldown is negative", "AWS API: TargetTrackingScalingPolicyConfiguration"},

	// Target tracking.
	{TargetValueMissing, Error, KindPolicy, "The target value is missing", "AWS API: TargetTrackingScalingPolicyConfiguration"},
	{TargetValueInvalid, Error, KindPolicy, "The target value is not a positive number", "AWS API: TargetTrackingScalingPolicyConfiguration"},
	{TargetValueOutOfRange, Error, KindPolicy, "The target value is outside of what the metric accepts", "answer of the service; not documented by AWS"},
	{TargetValueAboveWhole, Warning, KindPolicy, "The target value is above 100 percent", "Application Auto Scaling User Guide: predefined metrics"},
	{TargetValueLooksLikeFraction, Warning, KindPolicy, "The target value of a percentage looks like a fraction", "Application Auto Scaling User Guide: predefined metrics"},
	{ScaleInNeverHappens, Warning, KindPolicy, "The dimension never scales in, whatever disableScaleIn says", "Application Auto Scaling User Guide: Amazon MSK"},

	// Metrics.
	{MetricMissing, Error, KindPolicy, "No metric is given", "AWS API: TargetTrackingScalingPolicyConfiguration"},
	{MetricAmbiguous, Error, KindPolicy, "Both a predefined and a customized metric are given", "AWS API: TargetTrackingScalingPolicyConfiguration"},
	{MetricTypeUnknown, Error, KindPolicy, "There is no such predefined metric", "AWS API: PredefinedMetricSpecification"},
	{MetricUnsupported, Error, KindPolicy, "The dimension does not have this predefined metric", "AWS API: PredefinedMetricSpecification"},
	{MetricProbablyUnsupported, Warning, KindPolicy, "The dimension probably does not have this predefined metric", "not documented by AWS"},
	{ResourceLabelMissing, Error, KindPolicy, "The metric needs a resource label", "AWS API: PredefinedMetricSpecification"},
	{ResourceLabelMalformed, Error, KindPolicy, "The resource label has not the form that AWS asks for", "AWS API: PredefinedMetricSpecification"},
	{ResourceLabelUnused, Error, KindPolicy, "The metric takes no resource label", "AWS API: PredefinedMetricSpecification"},
	{CustomMetricUnsupported, Error, KindPolicy, "The dimension accepts no customized metrics", "answer of the service; not documented by AWS"},
	{CustomMetricIncomplete, Error, KindPolicy, "A customized metric lacks a member", "AWS API: CustomizedMetricSpecification"},
	{CustomMetricAmbiguous, Error, KindPolicy, "A customized metric is given both by name and by metric math", "AWS API: CustomizedMetricSpecification"},
	{StatisticUnknown, Error, KindPolicy, "There is no such statistic", "AWS API: CustomizedMetricSpecification"},
	{StatisticBoundsInvalid, Error, KindPolicy, "A statistic of a part of the values does not say of which", "CloudWatch User Guide: statistics definitions"},
	{DimensionIncomplete, Error, KindPolicy, "A CloudWatch dimension lacks its name or value, or is too long", "AWS API: MetricDimension"},
	{MetricMathUnsupported, Warning, KindPolicy, "The service probably does not support metric math", "Application Auto Scaling User Guide: metric math, edition of 2023"},
	{MetricMathTooLarge, Warning, KindPolicy, "The metric math is probably larger than a request can be", "Application Auto Scaling User Guide: quotas"},
	{QueryIDInvalid, Error, KindPolicy, "The id of an entry is not usable in expressions", "AWS API: TargetTrackingMetricDataQuery"},
	{QueryIDDuplicate, Error, KindPolicy, "Two entries have the same id", "AWS API: TargetTrackingMetricDataQuery"},
	{QueryAmbiguous, Error, KindPolicy, "An entry is not exactly one of expression and metric", "AWS API: TargetTrackingMetricDataQuery"},
	{QueryReturnsNotOne, Error, KindPolicy, "Not exactly one entry returns data", "AWS API: TargetTrackingMetricDataQuery"},
	{QueryExpressionTooLong, Error, KindPolicy, "An expression is longer than 2048 characters", "AWS API: TargetTrackingMetricDataQuery"},
	{QueryReferenceUnknown, Error, KindPolicy, "An expression uses an id that no entry has", "AWS API: TargetTrackingMetricDataQuery"},
	{QueryMetricIncomplete, Error, KindPolicy, "The metric of an entry lacks a member", "AWS API: TargetTrackingMetricStat"},

	// Step scaling.
	{AdjustmentTypeInvalid, Error, KindPolicy, "The adjustment type is missing or unknown", "AWS API: StepScalingPolicyConfiguration"},
	{StepsMissing, Error, KindPolicy, "There is no step adjustment", "AWS API: StepScalingPolicyConfiguration"},
	{StepsTooMany, Warning, KindPolicy, "There are more step adjustments than the default quota", "Application Auto Scaling User Guide: quotas"},
	{StepUnbounded, Error, KindPolicy, "A step has no bound at all", "AWS API: StepAdjustment"},
	{StepBoundInvalid, Error, KindPolicy, "A bound of a step is not a finite number", "AWS API: StepAdjustment"},
	{StepBoundsReversed, Error, KindPolicy, "The upper bound of a step is not above its lower bound", "AWS API: StepAdjustment"},
	{StepsOverlap, Error, KindPolicy, "Two steps overlap", "AWS API: StepAdjustment"},
	{StepsGap, Error, KindPolicy, "There is a gap between two steps", "AWS API: StepAdjustment"},
	{StepsLowestMissing, Error, KindPolicy, "Steps go below the threshold, but not all the way", "AWS API: StepAdjustment"},
	{StepsHighestMissing, Error, KindPolicy, "Steps go above the threshold, but not all the way", "AWS API: StepAdjustment"},
	{StepExactCapacityNegative, Error, KindPolicy, "A step sets a negative capacity", "AWS API: StepAdjustment"},
	{MinAdjustmentMagnitudeUnused, Error, KindPolicy, "minAdjustmentMagnitude goes with PercentChangeInCapacity only", "AWS API: StepScalingPolicyConfiguration"},
	{MinAdjustmentMagnitudeInvalid, Error, KindPolicy, "minAdjustmentMagnitude is not positive", "AWS API: StepScalingPolicyConfiguration"},
	{MetricAggregationUnknown, Error, KindPolicy, "There is no such metric aggregation", "AWS API: StepScalingPolicyConfiguration"},

	// Predictive scaling.
	{PredictiveMetricCount, Error, KindPolicy, "There is not exactly one metric specification", "AWS API: PredictiveScalingPolicyConfiguration"},
	{PredictiveMetricMissing, Error, KindPolicy, "Load or scaling metric is missing", "AWS API: PredictiveScalingMetricSpecification"},
	{PredictiveMetricAmbiguous, Error, KindPolicy, "A metric is given in more than one way", "AWS API: PredictiveScalingMetricSpecification"},
	{PredictiveMetricForeign, Error, KindPolicy, "The predefined metric is not a metric pair", "answer of the service; not documented by AWS"},
	{PredictiveMetricProbablyForeign, Warning, KindPolicy, "The predefined metric is probably none of the load, or of the scaling", "not documented by AWS"},
	{PredictiveModeUnknown, Error, KindPolicy, "There is no such mode", "AWS API: PredictiveScalingPolicyConfiguration"},
	{PredictiveOnlyForecasts, Warning, KindPolicy, "No mode is given, so the policy only forecasts", "AWS API: PredictiveScalingPolicyConfiguration"},
	{SchedulingBufferOutOfRange, Error, KindPolicy, "The scheduling buffer is not between 0 and 3600 seconds", "AWS API: PredictiveScalingPolicyConfiguration"},
	{BreachBehaviorUnknown, Error, KindPolicy, "There is no such behavior at the maximum capacity", "AWS API: PredictiveScalingPolicyConfiguration"},
	{MaxCapacityBufferMissing, Error, KindPolicy, "IncreaseMaxCapacity needs a buffer", "AWS API: PredictiveScalingPolicyConfiguration"},
	{MaxCapacityBufferUnused, Error, KindPolicy, "The buffer goes with IncreaseMaxCapacity only", "AWS API: PredictiveScalingPolicyConfiguration"},
	{MaxCapacityBufferOutOfRange, Error, KindPolicy, "The buffer is not between 0 and 100 percent", "AWS API: PredictiveScalingPolicyConfiguration"},

	// Scheduled actions.
	{ActionNameInvalid, Error, KindAction, "The scheduled action has no usable name", "AWS API: PutScheduledAction"},
	{ActionUnsupported, Error, KindAction, "The dimension does not support scheduled scaling", "Application Auto Scaling User Guide: Amazon MSK"},
	{ActionEmpty, Error, KindAction, "The scheduled action sets no capacity", "answer of the service; not documented by AWS"},
	{ActionMinAboveMax, Error, KindAction, "The scheduled action sets the minimum above the maximum", "answer of the service; not documented by AWS"},
	{ScheduleMissing, Error, KindAction, "The schedule is missing", "AWS API: PutScheduledAction"},
	{ScheduleInvalid, Error, KindAction, "The schedule cannot be read", "AWS API: PutScheduledAction; EventBridge User Guide: cron expressions reference"},
	{ScheduleNeverFires, Warning, KindAction, "The schedule never fires", "AWS API: PutScheduledAction"},
	{TimezoneUnknown, Error, KindAction, "There is no such time zone", "AWS API: PutScheduledAction"},
	{TimezoneUnused, Warning, KindAction, "A rate does not depend on the time zone", "AWS API: PutScheduledAction"},
	{ActionEndBeforeStart, Error, KindAction, "The end is not after the start", "answer of the service; not documented by AWS"},

	// All that is declared for one scalable target.
	{NameDuplicate, Error, "", "A name is used twice", "AWS API: PutScalingPolicy"},
	{MetricDuplicate, Error, "", "Two target tracking policies follow the same metric", "Application Auto Scaling User Guide: target tracking"},
	{PoliciesTooMany, Error, "", "There are more policies than a target can have", "Application Auto Scaling User Guide: quotas"},
	{ActionsTooMany, Error, "", "There are more scheduled actions than a target can have", "Application Auto Scaling User Guide: quotas"},
	{ActionNeverApplies, Error, "", "The bounds would always cross when the scheduled action runs", "Application Auto Scaling User Guide: scheduled scaling"},
	{ActionMayNotApply, Warning, "", "The bounds may cross when the scheduled action runs", "Application Auto Scaling User Guide: scheduled scaling"},
	{PredictiveNeedsServiceLinkedRole, Error, "", "Predictive scaling does not work with a role of your own", "Application Auto Scaling User Guide: predictive scaling"},
	{NoWayOutOfZero, Warning, "", "The target can go to zero, and nothing brings it back", "AWS API: RegisterScalableTarget"},
}
