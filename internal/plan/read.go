package plan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/awsapi"
	"github.com/setpoint-io/setpoint/internal/declared"
	"github.com/setpoint-io/setpoint/internal/report"
)

// The rights without which a plan says less and is still right.
const (
	rightToReadTags     = "application-autoscaling:" + operationOfTags
	rightToReadEndpoint = "sagemaker:DescribeEndpoint"
)

// operationOfTags reads the tags of one target.
const operationOfTags = "ListTagsForResource"

// surveyed is how old a survey may be for a plan to be made of it: as old as it
// gets while the plan is made.
const surveyed = time.Hour

// survey reads in advance what several targets of a Region share. What it could
// not read is read again for each target, where an error has its place.
func (o Options) survey(ctx context.Context, groups []declared.Group) {
	targets := map[declared.Place][]autoscaling.Identity{}
	for _, g := range groups {
		if g.Complete() && o.elsewhere(g.Place) == "" {
			targets[g.Place] = append(targets[g.Place], g.Identity)
		}
	}
	var surveys sync.WaitGroup
	for at, ids := range targets {
		surveys.Go(func() { _ = o.Open(at).Survey(ctx, ids) })
	}
	surveys.Wait()
}

// observe reads the target. The tags of one that may be somebody else's tell
// whose it is; nothing but that needs them, so it goes without if they cannot be
// read.
func (t *targetPlan) observe(ctx context.Context, aws AWS) (err error) {
	q := t.query()
	declares := q.Tags
	q.Tags = q.Tags || slices.ContainsFunc(t.members, mayBeForeign)
	t.observed, err = aws.Observe(ctx, q)
	var api *awsapi.Error
	if !q.Tags || declares || !errors.As(err, &api) || api.Operation != operationOfTags {
		return err
	}
	why := api.Error()
	if t.deny(err) != "" {
		why = rightToReadTags + " is missing"
	}
	t.unread = append(t.unread, "who else manages it was not read: "+why)
	q.Tags = false
	t.observed, err = aws.Observe(ctx, q)
	return err
}

// query asks for all children of the target, to tell which of them nobody
// declares, and for the alarms of those that are declared.
func (t *targetPlan) query() awsapi.Query {
	q := awsapi.Query{Identity: t.group.Identity, AllPolicies: true, AllActions: true, Alarms: true, MaxAge: surveyed}
	for _, m := range t.members {
		q.Tags = q.Tags || len(m.Target.Tags)+len(m.Target.RemovedTags) > 0
		if m.Kind == autoscaling.KindPolicy && m.AWS != "" {
			q.Policies = append(q.Policies, m.AWS)
		}
	}
	return q
}

// mayBeForeign says that what a member names may be somebody else's in AWS.
func mayBeForeign(m *declared.Member) bool { return !m.Held() && !m.Life.ReadOnly }

// readCapacity reads what the resource has, to say what it would become.
func (t *targetPlan) readCapacity(ctx context.Context, aws AWS) {
	capacity, err := aws.Capacity(ctx, t.group.Identity)
	switch {
	case err == nil:
		t.observed.Capacity = capacity
	case t.deny(err) != "":
		t.unread = append(t.unread, "the capacity of the resource was not read: "+rightToReadEndpoint+" is missing")
	default:
		t.unread = append(t.unread, "the capacity of the resource was not read: "+err.Error())
	}
}

// deny notes the right that is missing, if that is what an error says, and
// returns it.
func (t *targetPlan) deny(err error) string {
	var api *awsapi.Error
	if !errors.As(err, &api) || api.MissingRight() == "" {
		return ""
	}
	t.denied = append(t.denied, api)
	return api.MissingRight()
}

// failed notes that AWS could not be read.
func (t *targetPlan) failed(err error) {
	t.result.Error = &report.PlanError{Kind: string(awsapi.KindOf(err)), Message: err.Error(), IAMAction: t.deny(err)}
	t.unknown()
}

// right says what a policy has to allow for a call that was denied. The
// Describe operations of Application Auto Scaling and CloudWatch are allowed
// for all resources or for none (AWS Service Authorization Reference).
func right(err *awsapi.Error, g declared.Group) report.MissingRight {
	r := report.MissingRight{Action: err.MissingRight(), Resource: "*"}
	account := g.Place.Account
	if account == "" {
		account = "*"
	}
	switch r.Action {
	case rightToReadTags:
		r.Resource = fmt.Sprintf("arn:%s:application-autoscaling:%s:%s:scalable-target/*", partition(g.Place.Region), g.Place.Region, account)
	case rightToReadEndpoint:
		endpoint, _, _ := strings.Cut(strings.TrimPrefix(g.ResourceID, "endpoint/"), "/")
		r.Resource = fmt.Sprintf("arn:%s:sagemaker:%s:%s:endpoint/%s", partition(g.Place.Region), g.Place.Region, account, strings.ToLower(endpoint))
	}
	return r
}

// partition returns the partition of a Region (AWS General Reference).
func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}
