package appautoscaling_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/smithy-go"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

const (
	account = "123456789012"
	region  = "us-west-2"
)

// birth is when every cloud of a test begins.
var birth = time.Date(2026, time.March, 2, 10, 0, 0, 123e6, time.UTC)

// cloud is the service behind HTTP, with the services around it faked.
type cloud struct {
	t         *testing.T
	mu        sync.Mutex // the one lock of the local cloud
	now       time.Time
	service   *appautoscaling.Service
	alarms    *fakeAlarms
	resources *fakeResources
	url       string
	client    *aas.Client
}

func newCloud(t *testing.T, b appautoscaling.Behaviour) *cloud {
	t.Helper()
	return newCloudWith(t, appautoscaling.Options{Behaviour: b})
}

func newCloudWith(t *testing.T, o appautoscaling.Options) *cloud {
	t.Helper()
	c := &cloud{t: t, now: birth, alarms: &fakeAlarms{}, resources: &fakeResources{known: map[string]*engine.Status{}}}
	o.Now, o.Alarms, o.Resources = func() time.Time { return c.now }, c.alarms, c.resources
	c.service = appautoscaling.New(o)
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.url = server.URL
	c.client = c.as(account, region)
	return c
}

// ServeHTTP dispatches as the local cloud does: the access key is the account.
func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call, err := wire.Read(r)
	var out any
	if err == nil && call.Target != appautoscaling.Target {
		err = fmt.Errorf("the request is for %q", call.Target)
	}
	if err == nil {
		s := wire.Scope{Account: call.Credential.AccessKey, Region: call.Credential.Region, AccessKey: call.Credential.AccessKey}
		c.mu.Lock()
		out, err = c.service.Handle(r.Context(), call.Request(s))
		c.mu.Unlock()
	}
	call.Answer(appautoscaling.API, out, err).Write(w)
}

// as returns a client of an account in a Region.
func (c *cloud) as(account, region string) *aas.Client {
	return aas.New(aas.Options{
		BaseEndpoint: aws.String(c.url),
		Region:       region,
		Credentials:  credentials.NewStaticCredentialsProvider(account, "secret", ""),
		Retryer:      aws.NopRetryer{},
		HTTPClient:   direct{c},
	})
}

func (c *cloud) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// call sends an input of any operation with the SDK.
func (c *cloud) call(in any) (any, error) { return send(c.client, in) }

func send(client *aas.Client, in any) (any, error) {
	ctx := context.Background()
	switch in := in.(type) {
	case *aas.RegisterScalableTargetInput:
		return client.RegisterScalableTarget(ctx, in)
	case *aas.DeregisterScalableTargetInput:
		return client.DeregisterScalableTarget(ctx, in)
	case *aas.DescribeScalableTargetsInput:
		return client.DescribeScalableTargets(ctx, in)
	case *aas.PutScalingPolicyInput:
		return client.PutScalingPolicy(ctx, in)
	case *aas.DescribeScalingPoliciesInput:
		return client.DescribeScalingPolicies(ctx, in)
	case *aas.DeleteScalingPolicyInput:
		return client.DeleteScalingPolicy(ctx, in)
	case *aas.PutScheduledActionInput:
		return client.PutScheduledAction(ctx, in)
	case *aas.DescribeScheduledActionsInput:
		return client.DescribeScheduledActions(ctx, in)
	case *aas.DeleteScheduledActionInput:
		return client.DeleteScheduledAction(ctx, in)
	case *aas.ListTagsForResourceInput:
		return client.ListTagsForResource(ctx, in)
	case *aas.TagResourceInput:
		return client.TagResource(ctx, in)
	case *aas.UntagResourceInput:
		return client.UntagResource(ctx, in)
	case *aas.DescribeScalingActivitiesInput:
		return client.DescribeScalingActivities(ctx, in)
	case *aas.GetPredictiveScalingForecastInput:
		return client.GetPredictiveScalingForecast(ctx, in)
	}
	return nil, fmt.Errorf("the test does not know %T", in)
}

// must sends inputs that have to succeed and returns the last answer.
func (c *cloud) must(inputs ...any) any {
	c.t.Helper()
	var out any
	for _, in := range inputs {
		var err error
		if out, err = c.call(in); err != nil {
			c.t.Fatalf("%T: %v", in, err)
		}
	}
	return out
}

// post sends a body as it is, for what the SDK would not send, and returns
// status and body of the answer.
func (c *cloud) post(operation, body string) (int, string) {
	c.t.Helper()
	r, err := http.NewRequest(http.MethodPost, c.url, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", appautoscaling.Target+"."+operation)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+account+"/20260302/"+region+"/application-autoscaling/aws4_request, SignedHeaders=host, Signature=0")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// target returns the one target with an identity.
func (c *cloud) target(i id) types.ScalableTarget {
	c.t.Helper()
	out := c.must(&aas.DescribeScalableTargetsInput{
		ServiceNamespace: i.namespace, ResourceIds: []string{i.resource}, ScalableDimension: i.dimension,
	}).(*aas.DescribeScalableTargetsOutput)
	if len(out.ScalableTargets) != 1 {
		c.t.Fatalf("%d scalable targets, want 1", len(out.ScalableTargets))
	}
	return out.ScalableTargets[0]
}

// policies returns the policies of a target.
func (c *cloud) policies(i id) []types.ScalingPolicy {
	c.t.Helper()
	return c.must(&aas.DescribeScalingPoliciesInput{
		ServiceNamespace: i.namespace, ResourceId: &i.resource, ScalableDimension: i.dimension,
	}).(*aas.DescribeScalingPoliciesOutput).ScalingPolicies
}

// actions returns the scheduled actions of a target.
func (c *cloud) actions(i id) []types.ScheduledAction {
	c.t.Helper()
	return c.must(&aas.DescribeScheduledActionsInput{
		ServiceNamespace: i.namespace, ResourceId: &i.resource, ScalableDimension: i.dimension,
	}).(*aas.DescribeScheduledActionsOutput).ScheduledActions
}

// wantError fails the test unless err is the AWS error with this code and text.
func wantError(t *testing.T, err error, code, message string) {
	t.Helper()
	var got smithy.APIError
	if !errors.As(err, &got) {
		t.Fatalf("error %v, want %s: %s", err, code, message)
	}
	if got.ErrorCode() != code || got.ErrorMessage() != message {
		t.Errorf("error\n %s: %s\nwant\n %s: %s", got.ErrorCode(), got.ErrorMessage(), code, message)
	}
}

// quote encodes a text as JSON does.
func quote(t *testing.T, text string) string {
	t.Helper()
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

// explain prints the reason of a case if the case fails.
func explain(t *testing.T, reason string) {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the reason for this case: %s", reason)
		}
	})
}

// fakeAlarms keeps alarms and writes down what it was asked, in order.
type fakeAlarms struct {
	log     []string
	managed []appautoscaling.Alarm
	actions map[string][]string // of the alarms of users, by name
}

func (f *fakeAlarms) Check(appautoscaling.Alarm) error { return nil }

func (f *fakeAlarms) Reach(wire.Scope, string) error { return nil }

func (f *fakeAlarms) PutManaged(s wire.Scope, a appautoscaling.Alarm) {
	f.log = append(f.log, "put "+a.Name)
	f.managed = append(f.managed, a)
}

func (f *fakeAlarms) Delete(_ wire.Scope, names []string) {
	for _, name := range names {
		f.log = append(f.log, "delete "+name)
	}
	f.managed = slices.DeleteFunc(f.managed, func(a appautoscaling.Alarm) bool { return slices.Contains(names, a.Name) })
}

func (f *fakeAlarms) WithAction(s wire.Scope, actionARN string) []appautoscaling.AlarmRef {
	var refs []appautoscaling.AlarmRef
	for name, actions := range f.actions {
		if slices.Contains(actions, actionARN) {
			refs = append(refs, appautoscaling.AlarmRef{Name: name, ARN: "arn:aws:cloudwatch:" + s.Region + ":" + s.Account + ":alarm:" + name})
		}
	}
	slices.SortFunc(refs, func(a, b appautoscaling.AlarmRef) int { return cmp.Compare(a.Name, b.Name) })
	return refs
}

func (f *fakeAlarms) RemoveAction(_ wire.Scope, actionARN string) {
	for name, actions := range f.actions {
		f.actions[name] = slices.DeleteFunc(actions, func(a string) bool { return a == actionARN })
	}
}

// names returns the names of the managed alarms.
func (f *fakeAlarms) names() []string {
	var names []string
	for _, a := range f.managed {
		names = append(names, a.Name)
	}
	return names
}

// fakeResources has capacities by resource ID. What is not there is not local.
type fakeResources struct {
	known   map[string]*engine.Status
	missing error // answered for what is not there
	set     []int32
	setErr  error
}

func inService(n int32) *engine.Status {
	return &engine.Status{Desired: n, Running: n, Settled: true}
}

func busy(n int32) *engine.Status {
	return &engine.Status{Desired: n, Running: n, Unscalable: "It is busy."}
}

func (f *fakeResources) Resource(_ wire.Scope, id autoscaling.Identity) (appautoscaling.Resource, error) {
	if f.known[id.ResourceID] == nil {
		return nil, f.missing
	}
	return fakeResource{f, id.ResourceID}, nil
}

func (f *fakeResources) StandIn(_ wire.Scope, id autoscaling.Identity, capacity int32) appautoscaling.Resource {
	f.known[id.ResourceID] = inService(capacity)
	return fakeResource{f, id.ResourceID}
}

type fakeResource struct {
	of *fakeResources
	id string
}

func (r fakeResource) Status(time.Time) engine.Status { return *r.of.known[r.id] }

func (r fakeResource) NextChange(time.Time) (time.Time, bool) { return time.Time{}, false }

func (r fakeResource) Scale(_ time.Time, n int32) error {
	r.of.set = append(r.of.set, n)
	if r.of.setErr == nil {
		r.of.known[r.id] = inService(n)
	}
	return r.of.setErr
}

// direct is an HTTP client without a network, so that no test depends on what
// happens to its connections on a busy machine.
type direct struct{ http.Handler }

func (d direct) Do(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	d.ServeHTTP(answer, r)
	return answer.Result(), nil
}
