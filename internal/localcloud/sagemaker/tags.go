package sagemaker

import (
	"maps"
	"slices"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

func checkResourceARN(c *wire.Constraints, arn *string) {
	c.Require("resourceArn", arn != nil)
	if arn != nil {
		c.Length("resourceArn", *arn, 0, maxResourceARN)
		c.Pattern("resourceArn", *arn, resourceARNModel, resourceARNPattern)
	}
}

type addTagsInput struct {
	ResourceArn *string
	Tags        []tag
}

func (in addTagsInput) check(c *wire.Constraints) {
	checkResourceARN(c, in.ResourceArn)
	c.Require("tags", in.Tags != nil)
	checkTags(c, in.Tags)
}

type listTagsInput struct{ ResourceArn *string }

func (in listTagsInput) check(c *wire.Constraints) { checkResourceARN(c, in.ResourceArn) }

type deleteTagsInput struct {
	ResourceArn *string
	TagKeys     []string
}

func (in deleteTagsInput) check(c *wire.Constraints) {
	checkResourceARN(c, in.ResourceArn)
	c.Require("tagKeys", in.TagKeys != nil)
	if in.TagKeys != nil {
		c.Size("tagKeys", in.TagKeys, 1, maxTags)
	}
}

type tagsOutput struct{ Tags []tag }

// setTags gives a new resource its tags. Every resource that exists has an
// entry, so that its ARN is known.
func (r *region) setTags(arn string, tags []tag) {
	r.tags[arn] = map[string]string{}
	for _, t := range tags {
		r.tags[arn][*t.Key] = *t.Value
	}
}

// tagsOf returns the tags of a resource that exists.
func (s *Service) tagsOf(sc wire.Scope, arn string) (map[string]string, error) {
	tags := s.region(sc).tags[arn]
	if tags == nil {
		return nil, wire.Validation("The resource %q does not exist.", arn)
	}
	return tags, nil
}

func (s *Service) addTags(sc wire.Scope, in addTagsInput) (any, error) {
	tags, err := s.tagsOf(sc, *in.ResourceArn)
	if err != nil {
		return nil, err
	}
	next := maps.Clone(tags)
	for _, t := range in.Tags {
		next[*t.Key] = *t.Value
	}
	if len(next) > maxTags {
		return nil, wire.Validation("A resource can have at most %d tags.", maxTags)
	}
	s.region(sc).tags[*in.ResourceArn] = next
	return describeTags(next), nil
}

// listTags answers all tags in one page: there are no more than fit one.
func (s *Service) listTags(sc wire.Scope, in listTagsInput) (any, error) {
	tags, err := s.tagsOf(sc, *in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return describeTags(tags), nil
}

func (s *Service) deleteTags(sc wire.Scope, in deleteTagsInput) (any, error) {
	tags, err := s.tagsOf(sc, *in.ResourceArn)
	if err != nil {
		return nil, err
	}
	for _, key := range in.TagKeys {
		delete(tags, key)
	}
	return nil, nil
}

func describeTags(tags map[string]string) *tagsOutput {
	out := &tagsOutput{Tags: []tag{}}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		text := tags[key]
		out.Tags = append(out.Tags, tag{&key, &text})
	}
	return out
}
