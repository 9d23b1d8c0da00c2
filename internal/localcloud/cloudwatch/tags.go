package cloudwatch

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

type tag struct {
	Key   string
	Value string
}

// maxTags is the limit of tags on an alarm (AWS API: TagResource).
const maxTags = 50

func (m *model) tags(tags []tag) {
	for i, t := range tags {
		path := fmt.Sprintf("tags.%d.member.", i+1)
		m.Length(path+"key", t.Key, 1, 128)
		m.Length(path+"value", t.Value, 0, 256)
	}
}

func checkTags(in *putInput) error {
	if len(in.Tags) > maxTags {
		return tooManyTags()
	}
	return checkTagKeys(in.Tags)
}

func checkTagKeys(tags []tag) error {
	for _, t := range tags {
		if strings.HasPrefix(t.Key, "aws:") {
			return invalidValue("The tag key " + t.Key + " is not allowed: keys that begin with aws: are reserved for AWS.")
		}
	}
	return nil
}

func tooManyTags() *wire.Error {
	return invalidValue(fmt.Sprintf("A resource can have at most %d tags.", maxTags))
}

func (a *Alarm) tag(tags []tag) {
	for _, t := range tags {
		a.tags[t.Key] = t.Value
	}
}

type tagInput struct {
	ResourceARN *string
	Tags        []tag
	TagKeys     []string
}

type listTagsOutput struct {
	Tags []tag
}

func (s *Service) listTagsForResource(r *wire.Request) (any, error) {
	var in tagInput
	a, err := s.tagged(r, &in)
	if err != nil {
		return nil, err
	}
	out := listTagsOutput{Tags: []tag{}}
	for _, key := range slices.Sorted(maps.Keys(a.tags)) {
		out.Tags = append(out.Tags, tag{Key: key, Value: a.tags[key]})
	}
	return out, nil
}

func (s *Service) tagResource(r *wire.Request) (any, error) {
	var in tagInput
	a, err := s.tagged(r, &in)
	if err != nil {
		return nil, err
	}
	var m model
	m.Require("tags", in.Tags != nil)
	m.tags(in.Tags)
	if err := m.Err(); err != nil {
		return nil, err
	}
	if err := checkTagKeys(in.Tags); err != nil {
		return nil, err
	}
	after := maps.Clone(a.tags)
	for _, t := range in.Tags {
		after[t.Key] = t.Value
	}
	if len(after) > maxTags {
		return nil, tooManyTags()
	}
	a.tags = after
	return struct{}{}, nil
}

func (s *Service) untagResource(r *wire.Request) (any, error) {
	var in tagInput
	a, err := s.tagged(r, &in)
	if err != nil {
		return nil, err
	}
	var m model
	m.Require("tagKeys", in.TagKeys != nil)
	if err := m.Err(); err != nil {
		return nil, err
	}
	for _, key := range in.TagKeys {
		delete(a.tags, key)
	}
	return struct{}{}, nil
}

// tagged decodes the input of a tag operation and finds the alarm it names.
func (s *Service) tagged(r *wire.Request, in *tagInput) (*Alarm, error) {
	if err := r.Decode(in); err != nil {
		return nil, err
	}
	var m model
	m.Require("resourceARN", in.ResourceARN != nil)
	if in.ResourceARN != nil {
		m.Length("resourceARN", *in.ResourceARN, 1, 1024)
	}
	if err := m.Err(); err != nil {
		return nil, err
	}
	// arn:partition:cloudwatch:region:account:alarm:name, and names may have colons.
	parts := strings.SplitN(*in.ResourceARN, ":", 7)
	if len(parts) != 7 || parts[0] != "arn" || parts[2] != "cloudwatch" || parts[5] != "alarm" {
		return nil, invalidValue("The value " + *in.ResourceARN + " of ResourceARN is not the ARN of an alarm; the local cloud has no other taggable resources of CloudWatch.")
	}
	a := s.store(r.Scope).alarms[parts[6]]
	if a == nil || a.AlarmArn != *in.ResourceARN {
		return nil, resourceNotFound(*in.ResourceARN)
	}
	return a, nil
}

func resourceNotFound(arn string) *wire.Error {
	text := "Unknown resource: " + arn
	return &wire.Error{
		Code:    "ResourceNotFoundException",
		Message: text,
		Status:  http.StatusNotFound,
		Members: map[string]any{"Message": text, "ResourceType": "alarm", "ResourceId": arn},
	}
}
