package appautoscaling_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
)

// tags returns the tags of the target with this ARN.
func (c *cloud) tags(arn *string) map[string]string {
	c.t.Helper()
	return c.must(&aas.ListTagsForResourceInput{ResourceARN: arn}).(*aas.ListTagsForResourceOutput).Tags
}

func TestTags(t *testing.T) {
	unknown := "arn:aws:application-autoscaling:us-west-2:123456789012:scalable-target/" + strings.Repeat("0", 36)
	checkFacts(t, []fact{
		{
			name:   "life of tags",
			reason: "given at registration, added and replaced by TagResource, removed by UntagResource; keys are case-sensitive",
			check: func(t *testing.T, c *cloud) {
				in := ecs.register(1, 4)
				in.Tags = map[string]string{"team": "shop", "stage": "test"}
				arn := c.must(in).(*aas.RegisterScalableTargetOutput).ScalableTargetARN
				c.must(&aas.TagResourceInput{ResourceARN: arn, Tags: map[string]string{"stage": "prod", "Team": ""}},
					&aas.UntagResourceInput{ResourceARN: arn, TagKeys: []string{"team", "never"}})
				diff(t, "tags", map[string]string{"stage": "prod", "Team": ""}, c.tags(arn))
			},
		},
		{
			name:   "no tags",
			reason: "the map is there and empty",
			check: func(t *testing.T, c *cloud) {
				arn := c.must(ecs.register(1, 4)).(*aas.RegisterScalableTargetOutput).ScalableTargetARN
				if _, body := c.post("ListTagsForResource", `{"ResourceARN":"`+*arn+`"}`); body != `{"Tags":{}}` {
					t.Errorf("the answer is %s", body)
				}
			},
		},
		{
			name:   "unknown target",
			reason: "the tag operations have an error of their own, which names the resource",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4))
				for _, in := range []any{
					&aas.ListTagsForResourceInput{ResourceARN: &unknown},
					&aas.TagResourceInput{ResourceARN: &unknown, Tags: map[string]string{"a": "b"}},
					&aas.UntagResourceInput{ResourceARN: &unknown, TagKeys: []string{"a"}},
				} {
					_, err := c.call(in)
					var missing *types.ResourceNotFoundException
					if !errors.As(err, &missing) || missing.ResourceName == nil || *missing.ResourceName != unknown {
						t.Errorf("%T: %v, want a ResourceNotFoundException of %s", in, err, unknown)
					}
				}
			},
		},
		{
			name:   "a policy cannot be tagged",
			reason: "only scalable targets can; the ARN of a policy has not the form that is asked for",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4))
				arn := c.must(ecs.step("p", addOne())).(*aas.PutScalingPolicyOutput).PolicyARN
				_, err := c.call(&aas.TagResourceInput{ResourceARN: arn, Tags: map[string]string{"a": "b"}})
				wantError(t, err, "ValidationException", "1 validation error detected: Value '"+*arn+"' at 'resourceARN' failed to satisfy constraint: "+
					`Member must satisfy regular expression pattern: ^arn:.+:application-autoscaling:.+:[0-9]+:scalable-target\/[a-zA-Z0-9-]+$`)
			},
		},
		{
			name:   "too many tags",
			reason: "50 is AWS's general limit; replacing values needs no room",
			check: func(t *testing.T, c *cloud) {
				arn := c.must(ecs.register(1, 4)).(*aas.RegisterScalableTargetOutput).ScalableTargetARN
				many := map[string]string{}
				for i := range 50 {
					many[fmt.Sprint(i)] = ""
				}
				c.must(&aas.TagResourceInput{ResourceARN: arn, Tags: many}, &aas.TagResourceInput{ResourceARN: arn, Tags: many})
				_, err := c.call(&aas.TagResourceInput{ResourceARN: arn, Tags: map[string]string{"one more": ""}})
				var tooMany *types.TooManyTagsException
				if !errors.As(err, &tooMany) || tooMany.ResourceName == nil || *tooMany.ResourceName != *arn {
					t.Errorf("the error is %v, want a TooManyTagsException of %s", err, *arn)
				}
				many["one more"] = ""
				in := variant.register(1, 4)
				in.Tags = many
				_, err = c.call(in)
				wantError(t, err, "ValidationException", "A scalable target can have at most 50 tags.")
			},
		},
		{
			name:   "system tags",
			reason: "AWS keeps keys that begin with aws:",
			check: func(t *testing.T, c *cloud) {
				arn := c.must(ecs.register(1, 4)).(*aas.RegisterScalableTargetOutput).ScalableTargetARN
				for _, in := range []any{
					&aas.TagResourceInput{ResourceARN: arn, Tags: map[string]string{"aws:x": ""}},
					&aas.UntagResourceInput{ResourceARN: arn, TagKeys: []string{"AWS:x"}},
				} {
					_, err := c.call(in)
					wantError(t, err, "ValidationException", "Caller is an end user and not allowed to mutate system tags")
				}
			},
		},
		{
			name:      "an unseen target",
			reason:    "a target that is not seen yet has no tags to list",
			behaviour: appautoscaling.Behaviour{RegisterDelay: 1e9},
			check: func(t *testing.T, c *cloud) {
				arn := c.must(ecs.register(1, 4)).(*aas.RegisterScalableTargetOutput).ScalableTargetARN
				_, err := c.call(&aas.ListTagsForResourceInput{ResourceARN: arn})
				wantError(t, err, "ResourceNotFoundException", "The scalable target "+*arn+" does not exist.")
				c.advance(1e9)
				diff(t, "tags", map[string]string{}, c.tags(arn))
			},
		},
	})
}
