package dynamodb

import (
	"fmt"
	"maps"
	"slices"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

type tag struct {
	Key   *string
	Value *string
}

// Limits of tags (AWS API: TagResource).
const (
	maxTags     = 50
	maxTagKey   = 128
	maxTagValue = 256
)

func checkTags(c *wire.Constraints, tags []tag) {
	for i, t := range tags {
		at := fmt.Sprintf("tags.%d.member", i+1)
		c.Require(at+".key", t.Key != nil)
		c.Require(at+".value", t.Value != nil)
		if t.Key != nil {
			c.Length(at+".key", *t.Key, 1, maxTagKey)
		}
		if t.Value != nil {
			c.Length(at+".value", *t.Value, 0, maxTagValue)
		}
	}
}

func checkARN(c *wire.Constraints, arn *string) {
	c.Require("resourceArn", arn != nil)
	if arn != nil {
		c.Length("resourceArn", *arn, 1, maxResourceARN)
	}
}

const maxResourceARN = 1283

type tagInput struct {
	ResourceArn *string
	Tags        []tag
}

func (in tagInput) check(c *wire.Constraints) {
	checkARN(c, in.ResourceArn)
	c.Require("tags", in.Tags != nil)
	checkTags(c, in.Tags)
}

type untagInput struct {
	ResourceArn *string
	TagKeys     []string
}

func (in untagInput) check(c *wire.Constraints) {
	checkARN(c, in.ResourceArn)
	c.Require("tagKeys", in.TagKeys != nil)
}

type listTagsInput struct{ ResourceArn *string }

func (in listTagsInput) check(c *wire.Constraints) { checkARN(c, in.ResourceArn) }

type listTagsOutput struct{ Tags []tag }

// tagged returns the table that an ARN names.
func (s *Service) tagged(sc wire.Scope, given string) (*table, error) {
	t := s.region(sc).tables[tableName(given)]
	if t == nil || arn(sc, t.name()) != given {
		return nil, &wire.Error{Code: "ResourceNotFoundException", Message: "Requested resource not found: ResourceArn: " + given + " not found"}
	}
	return t, nil
}

// tag adds tags to those that a table has.
func (t *table) tag(given []tag) error {
	next := maps.Clone(t.tags)
	if next == nil {
		next = map[string]string{}
	}
	for _, g := range given {
		next[*g.Key] = *g.Value
	}
	if len(next) > maxTags {
		return invalid("A table can have at most %d tags", maxTags)
	}
	t.tags = next
	return nil
}

func (s *Service) tagResource(sc wire.Scope, in tagInput) (any, error) {
	t, err := s.tagged(sc, *in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return nil, t.tag(in.Tags)
}

func (s *Service) untagResource(sc wire.Scope, in untagInput) (any, error) {
	t, err := s.tagged(sc, *in.ResourceArn)
	if err != nil {
		return nil, err
	}
	for _, key := range in.TagKeys {
		delete(t.tags, key)
	}
	return nil, nil
}

// listTags lists all tags in one page: there are no more than fit one.
func (s *Service) listTags(sc wire.Scope, in listTagsInput) (any, error) {
	t, err := s.tagged(sc, *in.ResourceArn)
	if err != nil {
		return nil, err
	}
	out := &listTagsOutput{Tags: []tag{}}
	for _, key := range slices.Sorted(maps.Keys(t.tags)) {
		out.Tags = append(out.Tags, tag{new(key), new(t.tags[key])})
	}
	return out, nil
}
