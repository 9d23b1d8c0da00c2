package catalog

// Quotas and defaults that hold for every namespace (Application Auto Scaling
// User Guide, "Quotas for Application Auto Scaling"). The number of scalable
// targets differs by service: see [Namespace].
const (
	MaxPoliciesPerTarget = 50  // step and target tracking policies; fixed
	MaxActionsPerTarget  = 200 // scheduled actions; fixed
	MaxStepsPerPolicy    = 20  // step adjustments; can be raised
	MaxMetricMathBytes   = 50 * 1024

	// MaxTagsPerTarget is AWS's general limit; the documentation of
	// Application Auto Scaling does not state one.
	MaxTagsPerTarget = 50

	// DefaultStepCooldown is the cooldown of a step scaling policy that sets
	// none, in seconds (AWS API: StepScalingPolicyConfiguration).
	DefaultStepCooldown = 300
)
