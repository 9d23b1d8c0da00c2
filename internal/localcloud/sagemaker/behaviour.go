package sagemaker

// Behaviour is what AWS does not document, or what depends on the account. The
// zero value is the most likely behaviour of an account with ample quotas.
type Behaviour struct {
	// DenyDeregister plays a caller who may not call DeregisterScalableTarget:
	// endpoints with a registered variant cannot be deleted. AWS documents the
	// rule, and the text was seen.
	DenyDeregister bool
	// InstanceQuota is how many instances of one type all endpoints of an
	// account and Region can have together; 0 means no limit. Real accounts
	// have a quota for each type.
	InstanceQuota int32
	// AllowZeroInstances accepts a desired count of 0 for every instance
	// variant. By default only variants of asynchronous endpoints, and those
	// whose managed instance scaling begins at 0, can have it: the SageMaker
	// guide says that others need one instance at least.
	AllowZeroInstances bool
	// AllowSeveralCapacities accepts capacities for several variants in one
	// UpdateEndpointWeightsAndCapacities. AWS documents "capacity of one
	// variant" and not what happens otherwise; the default is to refuse.
	AllowSeveralCapacities bool
	// VariantsWhileCreating describes the variants of an endpoint that is still
	// being created. By default, as was seen, they are not among its members,
	// only in the summary of the pending deployment.
	VariantsWhileCreating bool
	// LowercaseARNs writes names in ARNs in lower case, as SageMaker was seen
	// to do in its first years. By default names keep their case.
	LowercaseARNs bool
}
