package sagemaker

import (
	"fmt"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// kind is a kind of resource: as ARNs and as messages name it.
type kind struct{ arn, words string }

var (
	modelKind    = kind{"model", "model"}
	configKind   = kind{"endpoint-config", "endpoint configuration"}
	endpointKind = kind{"endpoint", "endpoint"}
	// The words of inference components are by analogy.
	componentKind = kind{"inference-component", "inference component"}
)

// The texts of these three were seen.

func (s *Service) notFound(sc wire.Scope, k kind, name string) error {
	return wire.Validation("Could not find %s %q.", k.words, s.arn(sc, k.arn, name))
}

func (s *Service) exists(sc wire.Scope, k kind, name string) error {
	return wire.Validation("Cannot create already existing %s %q.", k.words, s.arn(sc, k.arn, name))
}

func (s *Service) inProgress(sc wire.Scope, name string) error {
	return wire.Validation("Cannot update in-progress endpoint %q.", s.arn(sc, endpointKind.arn, name))
}

// limitExceeded is the answer where instances would exceed the account's quota
// (AWS API: ResourceLimitExceeded; the text is the documented one).
func limitExceeded(instanceType string, limit, used, delta int64) error {
	return &wire.Error{
		Code: "ResourceLimitExceeded",
		Message: fmt.Sprintf("The account-level service limit '%s for endpoint usage' is %d Instances, with current utilization of %d Instances "+
			"and a request delta of %d Instances. Please use AWS Service Quotas to request an increase for this quota. "+
			"If AWS Service Quotas is not available, contact AWS support to request an increase for this quota.", instanceType, limit, used, delta),
	}
}
