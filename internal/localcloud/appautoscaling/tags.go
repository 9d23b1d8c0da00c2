package appautoscaling

import (
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Constraints of the API's model.
const (
	maxARN      = 1011
	maxTagKey   = 128
	maxTagValue = 256
	maxTagKeys  = 200
	arnModel    = `^arn:.+:application-autoscaling:.+:[0-9]+:scalable-target\/[a-zA-Z0-9-]+$`
)

var arnPattern = regexp.MustCompile(`^arn:.+:application-autoscaling:.+:[0-9]+:scalable-target/[a-zA-Z0-9-]+$`)

type arnMember struct{ ResourceARN *string }

func (m arnMember) check(c *wire.Constraints) {
	c.Require("resourceARN", m.ResourceARN != nil)
	if m.ResourceARN != nil {
		c.Length("resourceARN", *m.ResourceARN, 1, maxARN)
		c.Pattern("resourceARN", *m.ResourceARN, arnModel, arnPattern)
	}
}

type listTagsInput struct{ arnMember }

type listTagsOutput struct{ Tags map[string]string }

type tagInput struct {
	arnMember
	Tags map[string]string
}

func (in tagInput) check(c *wire.Constraints) {
	in.arnMember.check(c)
	c.Require("tags", in.Tags != nil)
	checkTags(c, in.Tags)
}

type untagInput struct {
	arnMember
	TagKeys []string
}

func (in untagInput) check(c *wire.Constraints) {
	in.arnMember.check(c)
	c.Require("tagKeys", in.TagKeys != nil)
	c.Size("tagKeys", in.TagKeys, 0, maxTagKeys)
	for i, key := range in.TagKeys {
		c.Length(element("tagKeys", i), key, 1, maxTagKey)
	}
}

func checkTags(c *wire.Constraints, tags map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		c.Length("tags."+key+".key", key, 1, maxTagKey)
		c.Length("tags."+key+".member", tags[key], 0, maxTagValue)
	}
}

func (s *Service) listTagsForResource(sc wire.Scope, in listTagsInput) (any, error) {
	t, err := s.byARN(sc, *in.ResourceARN)
	if err != nil {
		return nil, err
	}
	tags := maps.Clone(t.tags)
	if tags == nil {
		tags = map[string]string{}
	}
	return &listTagsOutput{tags}, nil
}

func (s *Service) tagResource(sc wire.Scope, in tagInput) (any, error) {
	t, err := s.byARN(sc, *in.ResourceARN)
	if err != nil {
		return nil, err
	}
	if err := refuseSystemTags(maps.Keys(in.Tags)); err != nil {
		return nil, err
	}
	tags := maps.Clone(in.Tags)
	for key, value := range t.tags {
		if _, replaced := tags[key]; !replaced {
			tags[key] = value
		}
	}
	if limit := s.behaviour.Quotas.Tags; len(tags) > limit {
		return nil, tooManyTags(*in.ResourceARN, limit)
	}
	t.tags = tags
	return nil, nil
}

func (s *Service) untagResource(sc wire.Scope, in untagInput) (any, error) {
	t, err := s.byARN(sc, *in.ResourceARN)
	if err != nil {
		return nil, err
	}
	if err := refuseSystemTags(slices.Values(in.TagKeys)); err != nil {
		return nil, err
	}
	for _, key := range in.TagKeys {
		delete(t.tags, key)
	}
	return nil, nil
}

// byARN finds a target of the caller's account and Region.
func (s *Service) byARN(sc wire.Scope, arn string) (*target, error) {
	t := s.region(sc).byID[arn[strings.LastIndex(arn, "/")+1:]]
	if t == nil || !s.visible(t) || targetARN(sc, t) != arn {
		return nil, resourceNotFound(arn)
	}
	return t, nil
}

// refuseSystemTags refuses keys that AWS keeps for itself.
func refuseSystemTags(keys iter.Seq[string]) error {
	for key := range keys {
		if strings.HasPrefix(strings.ToLower(key), "aws:") {
			return wire.Validation("Caller is an end user and not allowed to mutate system tags")
		}
	}
	return nil
}
