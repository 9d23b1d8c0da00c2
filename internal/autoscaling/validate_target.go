package autoscaling

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
)

var targetChecks = []func(*report, subject, Target){
	checkTargetCapacity,
	checkRole,
	checkTags,
}

func checkTargetCapacity(r *report, s subject, t Target) {
	r.capacity(s, t.MinCapacity, t.MaxCapacity)
	if t.MinCapacity != nil && t.MaxCapacity != nil && *t.MinCapacity > *t.MaxCapacity {
		r.add(TargetMinAboveMax, "minCapacity", "minCapacity %d is above maxCapacity %d: lower the one or raise the other",
			*t.MinCapacity, *t.MaxCapacity)
	}
}

// capacity checks bounds against what the dimension accepts. The bounds of
// targets and those of scheduled actions are subject to the same limits.
func (r *report) capacity(s subject, minimum, maximum *int32) {
	if minimum != nil && *minimum < 0 {
		r.add(CapacityNegative, "minCapacity", "minCapacity is %d, and no capacity is negative: write 0 or more", *minimum)
		minimum = nil
	}
	if maximum != nil && *maximum < 0 {
		r.add(CapacityNegative, "maxCapacity", "maxCapacity is %d, and no capacity is negative: write 0 or more", *maximum)
		maximum = nil
	}
	if !s.known {
		return
	}
	d := s.dimension
	if minimum != nil && *minimum < d.MinCapacityFloor {
		if d.Inferred.Has(catalog.FactMinCapacity) {
			r.add(MinCapacityProbablyTooLow, "minCapacity", "minCapacity is %d, and %s probably needs at least %d",
				*minimum, d.Name, d.MinCapacityFloor)
		} else {
			r.add(MinCapacityTooLow, "minCapacity", "minCapacity is %d, and %s needs at least %d: write %d or more",
				*minimum, d.Name, d.MinCapacityFloor, d.MinCapacityFloor)
		}
	}
	if maximum != nil && d.MaxCapacityCeiling > 0 && *maximum > d.MaxCapacityCeiling {
		r.add(MaxCapacityTooHigh, "maxCapacity", "maxCapacity is %d, and %s allows at most %d: write %d or less",
			*maximum, d.Name, d.MaxCapacityCeiling, d.MaxCapacityCeiling)
	}
	r.sageMakerCapacity(d.Name, minimum, maximum)
}

// serverlessConcurrency is the most provisioned concurrency of a serverless
// endpoint (SageMaker API: ProductionVariantServerlessConfig).
const serverlessConcurrency = 200

func (r *report) sageMakerCapacity(dimension string, minimum, maximum *int32) {
	switch dimension {
	case "sagemaker:variant:DesiredInstanceCount":
		if minimum != nil && *minimum == 0 {
			r.add(SageMakerMinCapacityZero, "minCapacity",
				"minCapacity is 0, which works for asynchronous endpoints only: write 1 for a real-time endpoint, or let inference components scale to zero")
		}
	case "sagemaker:variant:DesiredProvisionedConcurrency":
		if minimum != nil && *minimum == 0 {
			r.add(ServerlessConcurrencyOutOfRange, "minCapacity", "minCapacity is 0, and provisioned concurrency of a serverless endpoint is at least 1")
		}
		if maximum != nil && *maximum > serverlessConcurrency {
			r.add(ServerlessConcurrencyOutOfRange, "maxCapacity", "maxCapacity is %d, and provisioned concurrency of a serverless endpoint is at most %d",
				*maximum, serverlessConcurrency)
		}
	}
}

var roleARN = regexp.MustCompile(`^arn:[^:\s]+:iam::[0-9]{12}:role/\S+$`)

func checkRole(r *report, s subject, t Target) {
	const field = "roleARN"
	if t.RoleARN != "" && !roleARN.MatchString(t.RoleARN) {
		r.add(RoleARNMalformed, field, "%s is not the ARN of an IAM role: write it like arn:aws:iam::123456789012:role/my-role", shown(t.RoleARN))
		return
	}
	switch {
	case !s.known:
	case s.namespace.RoleRequired() && t.RoleARN == "":
		r.add(RoleARNRequired, field, "%s has no service-linked role, so Application Auto Scaling needs one of yours: write its ARN",
			s.namespace.Title)
	case !s.namespace.RoleRequired() && t.RoleARN != "" && !catalog.IsServiceLinkedRole(t.RoleARN):
		r.add(RoleARNIgnored, field, "%s is scaled with the service-linked role AWSServiceRoleForApplicationAutoScaling_%s, not with this role: remove it",
			s.namespace.Title, s.namespace.RoleSuffix)
	}
}

// The limits of tags (AWS API: TagResource).
const (
	maxTagKeyLength   = 128
	maxTagValueLength = 256
)

func checkTags(r *report, _ subject, t Target) {
	const field = "tags"
	if n := len(t.Tags); n > catalog.MaxTagsPerTarget {
		r.add(TagsTooMany, field, "there are %d tags, a resource can have %d", n, catalog.MaxTagsPerTarget)
	}
	for _, key := range slices.Sorted(maps.Keys(t.Tags)) {
		if n := utf8.RuneCountInString(key); n < 1 || n > maxTagKeyLength {
			r.add(TagKeyBadLength, field, "the key of a tag has 1 to %d characters, %s has %d", maxTagKeyLength, shown(key), n)
		}
		if strings.HasPrefix(strings.ToLower(key), "aws:") {
			r.add(TagKeyReserved, field, "tags whose key begins with aws: belong to AWS: choose another key than %s", shown(key))
		}
		if n := utf8.RuneCountInString(t.Tags[key]); n > maxTagValueLength {
			r.add(TagValueTooLong, field, "the value of the tag %s has %d characters, %d are allowed", shown(key), n, maxTagValueLength)
		}
	}
}
