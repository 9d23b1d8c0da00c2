package appautoscaling_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
)

const badToken = "The NextToken value is not valid"

// service names the i-th of many ECS services.
func service(i int) id {
	out := ecs
	out.resource = fmt.Sprintf("service/production/web-%03d", i)
	return out
}

// fill registers n targets.
func (c *cloud) fill(n int) {
	c.t.Helper()
	for i := range n {
		c.must(service(i).register(1, 4))
	}
}

// describe reads one page of targets and returns the numbers of resource IDs
// and the token.
func (c *cloud) describe(in *aas.DescribeScalableTargetsInput) ([]string, *string) {
	c.t.Helper()
	in.ServiceNamespace = "ecs"
	out := c.must(in).(*aas.DescribeScalableTargetsOutput)
	var names []string
	for _, target := range out.ScalableTargets {
		names = append(names, (*target.ResourceId)[len("service/production/web-"):])
	}
	return names, out.NextToken
}

func TestPaging(t *testing.T) {
	checkFacts(t, []fact{
		{
			name:   "targets come in pages of 50",
			reason: "50 is the default and the most; the SDK's paginator sees every target once",
			check: func(t *testing.T, c *cloud) {
				c.fill(120)
				pages := aas.NewDescribeScalableTargetsPaginator(c.client, &aas.DescribeScalableTargetsInput{ServiceNamespace: "ecs"})
				var sizes []int
				seen := map[string]bool{}
				for pages.HasMorePages() {
					out, err := pages.NextPage(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					sizes = append(sizes, len(out.ScalableTargets))
					for _, target := range out.ScalableTargets {
						seen[*target.ResourceId] = true
					}
				}
				diff(t, "sizes of pages", []int{50, 50, 20}, sizes)
				if len(seen) != 120 {
					t.Errorf("%d different targets were seen, want 120", len(seen))
				}
			},
		},
		{
			name:   "policies come in pages of 10",
			reason: "the page limit of policies is 10, unlike that of the others",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4))
				for i := range 25 {
					c.must(ecs.step(fmt.Sprintf("p%02d", i), addOne()))
				}
				pages := aas.NewDescribeScalingPoliciesPaginator(c.client, &aas.DescribeScalingPoliciesInput{ServiceNamespace: "ecs"})
				var names []string
				for pages.HasMorePages() {
					out, err := pages.NextPage(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					if len(out.ScalingPolicies) > 10 {
						t.Errorf("a page has %d policies", len(out.ScalingPolicies))
					}
					for _, p := range out.ScalingPolicies {
						names = append(names, *p.PolicyName)
					}
				}
				if len(names) != 25 || !slices.IsSorted(names) {
					t.Errorf("the policies are %v", names)
				}
			},
		},
		{
			name:   "actions come in pages too",
			reason: "emulators tend to have no paging there",
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4))
				for i := range 51 {
					c.must(ecs.action(fmt.Sprint(i), "rate(1 hour)", bounds(1, 2)))
				}
				out := c.must(&aas.DescribeScheduledActionsInput{ServiceNamespace: "ecs"}).(*aas.DescribeScheduledActionsOutput)
				if len(out.ScheduledActions) != 50 || out.NextToken == nil {
					t.Errorf("the first page has %d actions and the token %v", len(out.ScheduledActions), out.NextToken)
				}
			},
		},
		{
			name:   "MaxResults",
			reason: "pages have what is asked for; the last one has no token",
			check: func(t *testing.T, c *cloud) {
				c.fill(3)
				names, token := c.describe(&aas.DescribeScalableTargetsInput{MaxResults: aws.Int32(2)})
				diff(t, "first page", []string{"000", "001"}, names)
				names, token = c.describe(&aas.DescribeScalableTargetsInput{MaxResults: aws.Int32(1), NextToken: token})
				diff(t, "second page", []string{"002"}, names)
				diff(t, "token", (*string)(nil), token)
			},
		},
		{
			name:   "deletion and creation between pages",
			reason: "a token continues after the last element seen, whether or not it is still there",
			check: func(t *testing.T, c *cloud) {
				c.fill(4)
				_, token := c.describe(&aas.DescribeScalableTargetsInput{MaxResults: aws.Int32(2)})
				early := service(0)
				early.resource = "service/production/web-000a"
				c.must(service(1).deregister(), service(0).deregister(), early.register(1, 4))
				names, _ := c.describe(&aas.DescribeScalableTargetsInput{NextToken: token})
				diff(t, "second page", []string{"002", "003"}, names)
			},
		},
		{
			name:   "bad tokens",
			reason: "a token that the service did not give is an InvalidNextTokenException",
			check: func(t *testing.T, c *cloud) {
				c.fill(1)
				for _, token := range []string{"", "1", "!", "AAAA", base64.RawURLEncoding.EncodeToString(make([]byte, 20))} {
					_, err := c.call(&aas.DescribeScalableTargetsInput{ServiceNamespace: "ecs", NextToken: aws.String(token)})
					wantError(t, err, "InvalidNextTokenException", badToken)
				}
			},
		},
		{
			name:   "a token is good for one question",
			reason: "changing filters, operation, Region or account while paging invalidates the token",
			check: func(t *testing.T, c *cloud) {
				c.fill(3)
				_, token := c.describe(&aas.DescribeScalableTargetsInput{MaxResults: aws.Int32(1)})
				for _, in := range []any{
					&aas.DescribeScalableTargetsInput{ServiceNamespace: "rds", NextToken: token},
					&aas.DescribeScalableTargetsInput{ServiceNamespace: "ecs", ResourceIds: []string{"service/production/web-002"}, NextToken: token},
					&aas.DescribeScalingPoliciesInput{ServiceNamespace: "ecs", NextToken: token},
				} {
					_, err := c.call(in)
					wantError(t, err, "InvalidNextTokenException", badToken)
				}
				_, err := send(c.as(account, "eu-west-1"), &aas.DescribeScalableTargetsInput{ServiceNamespace: "ecs", NextToken: token})
				wantError(t, err, "InvalidNextTokenException", badToken)
			},
		},
		{
			name:   "MaxResults out of range",
			reason: "1 to 50 is documented, and 1 to 10 for policies; that others are refused is our choice",
			check: func(t *testing.T, c *cloud) {
				for _, n := range []int32{0, -1, 51} {
					_, err := c.call(&aas.DescribeScalableTargetsInput{ServiceNamespace: "ecs", MaxResults: &n})
					bound := "greater than or equal to 1"
					if n > 1 {
						bound = "less than or equal to 50"
					}
					wantError(t, err, "ValidationException",
						fmt.Sprintf("1 validation error detected: Value '%d' at 'maxResults' failed to satisfy constraint: Member must have value %s", n, bound))
				}
				_, err := c.call(&aas.DescribeScalingPoliciesInput{ServiceNamespace: "ecs", MaxResults: aws.Int32(11)})
				wantError(t, err, "ValidationException",
					"1 validation error detected: Value '11' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 10")
			},
		},
		{
			name:      "MaxResults clamped",
			reason:    "the other choice",
			behaviour: appautoscaling.Behaviour{ClampMaxResults: true},
			check: func(t *testing.T, c *cloud) {
				c.fill(2)
				names, _ := c.describe(&aas.DescribeScalableTargetsInput{MaxResults: aws.Int32(-1)})
				diff(t, "page of -1", []string{"000"}, names)
				names, _ = c.describe(&aas.DescribeScalableTargetsInput{MaxResults: aws.Int32(99)})
				diff(t, "page of 99", []string{"000", "001"}, names)
			},
		},
		{
			name:      "oldest first",
			reason:    "AWS documents no order; one choice is that of creation",
			behaviour: appautoscaling.Behaviour{OldestFirst: true},
			check: func(t *testing.T, c *cloud) {
				for _, i := range []int{2, 0, 1} {
					c.must(service(i).register(1, 4))
				}
				names, token := c.describe(&aas.DescribeScalableTargetsInput{MaxResults: aws.Int32(2)})
				diff(t, "first page", []string{"002", "000"}, names)
				names, _ = c.describe(&aas.DescribeScalableTargetsInput{NextToken: token})
				diff(t, "second page", []string{"001"}, names)
			},
		},
		{
			name:      "policy names change",
			reason:    "reported once as an internal error instead of a bad token",
			behaviour: appautoscaling.Behaviour{PolicyNamesFault: true},
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4), ecs.step("p", addOne()), ecs.step("q", addOne()))
				in := &aas.DescribeScalingPoliciesInput{ServiceNamespace: "ecs", PolicyNames: []string{"p", "q"}, MaxResults: aws.Int32(1)}
				in.NextToken = c.must(in).(*aas.DescribeScalingPoliciesOutput).NextToken
				in.PolicyNames = []string{"p"}
				_, err := c.call(in)
				wantError(t, err, "InternalServiceException", "The policy names changed between two pages.")
				wantStatus(t, err, 500)
			},
		},
		{
			name:      "status of internal errors",
			reason:    "the API model gives none",
			behaviour: appautoscaling.Behaviour{PolicyNamesFault: true, InternalServiceStatus: 400},
			check: func(t *testing.T, c *cloud) {
				c.must(ecs.register(1, 4), ecs.step("p", addOne()), ecs.step("q", addOne()))
				in := &aas.DescribeScalingPoliciesInput{ServiceNamespace: "ecs", PolicyNames: []string{"p", "q"}, MaxResults: aws.Int32(1)}
				in.NextToken = c.must(in).(*aas.DescribeScalingPoliciesOutput).NextToken
				in.PolicyNames = []string{"p"}
				_, err := c.call(in)
				wantStatus(t, err, 400)
			},
		},
		{
			name:   "filters are exact",
			reason: "a prefix or a part of a name selects nothing",
			check: func(t *testing.T, c *cloud) {
				longer := ecs
				longer.resource += "-2"
				c.must(ecs.register(1, 4), longer.register(1, 4), ecs.step("p", addOne()), longer.step("pp", addOne()),
					ecs.action("a", "rate(1 hour)", bounds(1, 2)), longer.action("aa", "rate(1 hour)", bounds(1, 2)))
				if n := len(c.policies(ecs)) + len(c.actions(ecs)); n != 2 {
					t.Errorf("%d policies and actions, want one of each", n)
				}
				out := c.must(&aas.DescribeScalingPoliciesInput{ServiceNamespace: "ecs", PolicyNames: []string{"p", "x"}}).(*aas.DescribeScalingPoliciesOutput)
				diff(t, "resource IDs by policy name", []string{ecs.resource}, resourceIDs(out.ScalingPolicies))
				actions := c.must(&aas.DescribeScheduledActionsInput{ServiceNamespace: "ecs", ScheduledActionNames: []string{"aa"}}).(*aas.DescribeScheduledActionsOutput)
				if len(actions.ScheduledActions) != 1 || *actions.ScheduledActions[0].ResourceId != longer.resource {
					t.Errorf("actions by name are %v", actions.ScheduledActions)
				}
				targets := c.must(&aas.DescribeScalableTargetsInput{ServiceNamespace: "ecs", ResourceIds: []string{"service/production"}}).(*aas.DescribeScalableTargetsOutput)
				diff(t, "targets by a part of the ID", []types.ScalableTarget{}, targets.ScalableTargets)
			},
		},
		{
			name:   "an empty answer",
			reason: "the list is there and empty, and there is no NextToken member",
			check: func(t *testing.T, c *cloud) {
				for operation, want := range map[string]string{
					"DescribeScalableTargets":  `{"ScalableTargets":[]}`,
					"DescribeScalingPolicies":  `{"ScalingPolicies":[]}`,
					"DescribeScheduledActions": `{"ScheduledActions":[]}`,
				} {
					if status, body := c.post(operation, `{"ServiceNamespace":"ecs"}`); status != 200 || body != want {
						t.Errorf("the answer to %s is %d %s, want 200 %s", operation, status, body, want)
					}
				}
			},
		},
	})
}

func wantStatus(t *testing.T, err error, want int) {
	t.Helper()
	var response *smithyhttp.ResponseError
	if !errors.As(err, &response) || response.HTTPStatusCode() != want {
		t.Errorf("got %v, want HTTP status %d", err, want)
	}
}

func resourceIDs(policies []types.ScalingPolicy) []string {
	var ids []string
	for _, p := range policies {
		ids = append(ids, *p.ResourceId)
	}
	return ids
}
