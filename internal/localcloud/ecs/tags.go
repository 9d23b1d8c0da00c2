package ecs

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

type tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Limits of tags (AWS API: TagResource).
const (
	maxTags     = 50
	maxTagKey   = 128
	maxTagValue = 256
)

// tagged returns tags with others added to them.
func tagged(tags map[string]string, given []tag) (map[string]string, error) {
	next := map[string]string{}
	maps.Copy(next, tags)
	for _, t := range given {
		if n := utf8.RuneCountInString(t.Key); n < 1 || n > maxTagKey || utf8.RuneCountInString(t.Value) > maxTagValue {
			return nil, invalidParameter(fmt.Sprintf("A tag has a key of 1 to %d characters and a value of up to %d.", maxTagKey, maxTagValue))
		}
		next[t.Key] = t.Value
	}
	if len(next) > maxTags {
		return nil, invalidParameter(fmt.Sprintf("A resource can have at most %d tags.", maxTags))
	}
	return next, nil
}

// listed returns tags by their keys.
func listed(tags map[string]string) []tag {
	out := []tag{}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, tag{key, tags[key]})
	}
	return out
}

type tagInput struct {
	ResourceArn *string  `json:"resourceArn"`
	Tags        []tag    `json:"tags"`
	TagKeys     []string `json:"tagKeys"`
}

type listTagsOutput struct {
	Tags []tag `json:"tags"`
}

func (s *Service) listTags(sc wire.Scope, in tagInput) (any, error) {
	tags, err := s.tagsOf(sc, value(in.ResourceArn))
	if err != nil {
		return nil, err
	}
	return &listTagsOutput{listed(*tags)}, nil
}

func (s *Service) tagResource(sc wire.Scope, in tagInput) (any, error) {
	tags, err := s.tagsOf(sc, value(in.ResourceArn))
	if err != nil {
		return nil, err
	}
	next, err := tagged(*tags, in.Tags)
	if err != nil {
		return nil, err
	}
	*tags = next
	return nil, nil
}

func (s *Service) untagResource(sc wire.Scope, in tagInput) (any, error) {
	tags, err := s.tagsOf(sc, value(in.ResourceArn))
	if err != nil {
		return nil, err
	}
	for _, key := range in.TagKeys {
		delete(*tags, key)
	}
	return nil, nil
}

// tagsOf finds the tags of what an ARN names: a cluster, a service or a task
// definition.
func (s *Service) tagsOf(sc wire.Scope, given string) (*map[string]string, error) {
	prefix := strings.TrimSuffix(arn(sc, "", ""), "/")
	kind, name, _ := strings.Cut(strings.TrimPrefix(given, prefix), "/")
	switch kind {
	case "cluster":
		if c := s.region(sc).clusters[name]; c != nil {
			return &c.tags, nil
		}
		return nil, clusterNotFound()
	case "service":
		clusterName, serviceName, _ := strings.Cut(name, "/")
		if _, v, err := s.service(sc, &clusterName, &serviceName); err == nil {
			return &v.tags, nil
		}
	case "task-definition":
		if d := s.definition(sc, name); d != nil {
			return &d.tags, nil
		}
	default:
		return nil, invalidParameter("Invalid resource ARN: the local cloud has clusters, services and task definitions, in the form of ARN with their cluster.")
	}
	return nil, invalidParameter("The specified resource could not be found. Specify a valid resource and try again.")
}
