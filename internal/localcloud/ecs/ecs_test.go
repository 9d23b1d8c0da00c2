package ecs_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch"
	"github.com/setpoint-io/setpoint/internal/localcloud/ecs"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

const (
	account = "123456789012"
	region  = "eu-west-1"
	prefix  = "arn:aws:ecs:eu-west-1:123456789012:"
)

// birth is when every cloud of a test begins.
var birth = time.Date(2026, time.March, 2, 10, 0, 0, 0, time.UTC)

// lab is a local cloud behind HTTP, with a clock that its test moves.
type lab struct {
	*sdk.Client
	t      *testing.T
	cloud  *localcloud.Cloud
	url    string
	scaler *aas.Client
}

func newLab(t *testing.T, b appautoscaling.Behaviour) *lab {
	t.Helper()
	l := &lab{t: t}
	l.cloud = localcloud.New(localcloud.Options{Now: func() time.Time { return birth }, EndpointDelay: time.Minute, AppAutoScaling: b})
	server := httptest.NewServer(l.cloud)
	t.Cleanup(server.Close)
	l.url = server.URL
	c := credentials.NewStaticCredentialsProvider(account, "secret", "")
	l.Client = sdk.New(sdk.Options{BaseEndpoint: &l.url, Region: region, Retryer: aws.NopRetryer{}, Credentials: c})
	l.scaler = aas.New(aas.Options{BaseEndpoint: &l.url, Region: region, Retryer: aws.NopRetryer{}, Credentials: c})
	return l
}

// host creates the cluster "production" with the service "web".
func (l *lab) host(tasks int32) {
	l.t.Helper()
	if _, err := l.CreateCluster(l.t.Context(), &sdk.CreateClusterInput{ClusterName: aws.String("production")}); err != nil {
		l.t.Fatal(err)
	}
	if _, err := l.CreateService(l.t.Context(), service("web", tasks)); err != nil {
		l.t.Fatal(err)
	}
}

func service(name string, tasks int32) *sdk.CreateServiceInput {
	return &sdk.CreateServiceInput{
		Cluster: aws.String("production"), ServiceName: &name, TaskDefinition: aws.String("web"), DesiredCount: &tasks,
		Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("shop")}},
	}
}

// state prints the service "web".
func (l *lab) state() string {
	l.t.Helper()
	out, err := l.DescribeServices(l.t.Context(), &sdk.DescribeServicesInput{Cluster: aws.String("production"), Services: []string{"web"}})
	if err != nil || len(out.Services) != 1 {
		l.t.Fatalf("%+v, %v", out, err)
	}
	s := out.Services[0]
	return fmt.Sprintf("%s desired %d running %d pending %d %s", *s.Status, s.DesiredCount, s.RunningCount, s.PendingCount, s.Deployments[0].RolloutState)
}

func (l *lab) is(reason, want string) {
	l.t.Helper()
	if got := l.state(); got != want {
		l.t.Errorf("%s: got %s, want %s", reason, got, want)
	}
}

// refused checks the error of a call.
func refused(t *testing.T, err error, code, message string) {
	t.Helper()
	var got smithy.APIError
	if !errors.As(err, &got) || got.ErrorCode() != code || got.ErrorMessage() != message {
		t.Errorf("got %v, want %s: %s", err, code, message)
	}
}

func TestService(t *testing.T) {
	l := newLab(t, appautoscaling.Behaviour{})
	l.host(2)
	l.is("tasks are pending at first", "ACTIVE desired 2 running 0 pending 2 IN_PROGRESS")
	l.cloud.Advance(time.Minute)
	l.is("and run after the delay", "ACTIVE desired 2 running 2 pending 0 COMPLETED")
	if _, err := l.UpdateService(t.Context(), &sdk.UpdateServiceInput{Cluster: aws.String("production"), Service: aws.String("web"), DesiredCount: aws.Int32(5)}); err != nil {
		t.Fatal(err)
	}
	l.is("what is desired shows at once", "ACTIVE desired 5 running 2 pending 3 IN_PROGRESS")
	l.cloud.Advance(30 * time.Second)
	updated, err := l.UpdateService(t.Context(), &sdk.UpdateServiceInput{
		Cluster: aws.String(prefix + "cluster/production"), Service: aws.String(prefix + "service/production/web"), DesiredCount: aws.Int32(1),
		TaskDefinition: aws.String("web:7"), EnableExecuteCommand: aws.Bool(true),
	})
	if err != nil || *updated.Service.TaskDefinition != prefix+"task-definition/web:7" || !updated.Service.EnableExecuteCommand {
		t.Errorf("cluster and service can be named by ARN, and settings change: %+v, %v", updated, err)
	}
	l.is("an update while another is under way is taken", "ACTIVE desired 1 running 2 pending 0 IN_PROGRESS")
	l.cloud.Advance(time.Minute)
	l.is("and the last one counts", "ACTIVE desired 1 running 1 pending 0 COMPLETED")

	remove := &sdk.DeleteServiceInput{Cluster: aws.String("production"), Service: aws.String("web")}
	_, err = l.DeleteService(t.Context(), remove)
	refused(t, err, "InvalidParameterException", "The service cannot be stopped while it is scaled above 0.")
	remove.Force = aws.Bool(true)
	if out, err := l.DeleteService(t.Context(), remove); err != nil || *out.Service.Status != "DRAINING" {
		t.Errorf("a service drains while its tasks stop: %+v, %v", out, err)
	}
	_, err = l.CreateService(t.Context(), service("web", 1))
	refused(t, err, "InvalidParameterException", "Creation of service was not idempotent.")
	_, err = l.UpdateService(t.Context(), &sdk.UpdateServiceInput{Cluster: aws.String("production"), Service: aws.String("web")})
	refused(t, err, "ServiceNotActiveException", "Service was not ACTIVE.")
	_, err = l.DeleteService(t.Context(), remove)
	refused(t, err, "ServiceNotActiveException", "Service was not ACTIVE.")
	l.cloud.Advance(time.Minute)
	l.is("and can still be described when it is gone", "INACTIVE desired 0 running 0 pending 0 COMPLETED")
	if _, err := l.CreateService(t.Context(), service("web", 1)); err != nil {
		t.Errorf("its name is free then: %v", err)
	}
}

func TestShape(t *testing.T) {
	l := newLab(t, appautoscaling.Behaviour{})
	l.host(1)
	body := func(operation, input string) string {
		r := httptest.NewRequest(http.MethodPost, l.url, strings.NewReader(input))
		r.Header.Set("Content-Type", "application/x-amz-json-1.1")
		r.Header.Set("X-Amz-Target", ecs.Target+"."+operation)
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+account+"/20260302/"+region+"/ecs/aws4_request, SignedHeaders=host, Signature=0")
		w := httptest.NewRecorder()
		localcloud.New(localcloud.Options{}).ServeHTTP(w, r)
		return w.Body.String()
	}
	if got, want := body("CreateCluster", `{}`), `{"cluster":{"clusterArn":"`+prefix+`cluster/default","clusterName":"default","status":"ACTIVE",`+
		`"registeredContainerInstancesCount":0,"runningTasksCount":0,"pendingTasksCount":0,"activeServicesCount":0,"statistics":[],"tags":[],`+
		`"settings":[{"name":"containerInsights","value":"disabled"}],"capacityProviders":[],"defaultCapacityProviderStrategy":[]}}`; got != want {
		t.Errorf("a cluster without a name is the default one:\n got %s\nwant %s", got, want)
	}
	if got, want := body("ListServices", `{"cluster":"x"}`), `{"__type":"ClusterNotFoundException","message":"Cluster not found."}`; got != want {
		t.Errorf("errors have their text in message: %s", got)
	}
	out, err := l.DescribeServices(t.Context(), &sdk.DescribeServicesInput{
		Cluster: aws.String("production"), Services: []string{"web", "nothing"}, Include: []types.ServiceField{types.ServiceFieldTags},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := types.Service{
		ServiceArn: aws.String(prefix + "service/production/web"), ServiceName: aws.String("web"), ClusterArn: aws.String(prefix + "cluster/production"),
		Status: aws.String("ACTIVE"), DesiredCount: 1, PendingCount: 1, LaunchType: "EC2", TaskDefinition: aws.String(prefix + "task-definition/web:1"),
		LoadBalancers: []types.LoadBalancer{}, ServiceRegistries: []types.ServiceRegistry{}, Events: []types.ServiceEvent{},
		PlacementConstraints: []types.PlacementConstraint{}, PlacementStrategy: []types.PlacementStrategy{},
		DeploymentConfiguration: &types.DeploymentConfiguration{MaximumPercent: aws.Int32(200), MinimumHealthyPercent: aws.Int32(100)},
		CreatedAt:               &birth, SchedulingStrategy: "REPLICA", PropagateTags: "NONE",
		Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("shop")}},
		Deployments: []types.Deployment{{
			Id: aws.String("ecs-svc/0000000000000000001"), Status: aws.String("PRIMARY"), TaskDefinition: aws.String(prefix + "task-definition/web:1"),
			DesiredCount: 1, PendingCount: 1, CreatedAt: &birth, UpdatedAt: &birth, LaunchType: "EC2", RolloutState: "IN_PROGRESS",
		}},
	}
	ignore := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".noSmithyDocumentSerde" }, cmp.Ignore())
	if d := cmp.Diff([]types.Service{want}, out.Services, ignore); d != "" {
		t.Errorf("a service (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]types.Failure{{Arn: aws.String(prefix + "service/production/nothing"), Reason: aws.String("MISSING")}}, out.Failures, ignore); d != "" {
		t.Errorf("a missing one is a failure, not an error (-want +got):\n%s", d)
	}
}

func TestListServices(t *testing.T) {
	l := newLab(t, appautoscaling.Behaviour{})
	l.host(0)
	for i := range 11 {
		if _, err := l.CreateService(t.Context(), service(fmt.Sprintf("job-%02d", i), 0)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.DeleteService(t.Context(), &sdk.DeleteServiceInput{Cluster: aws.String("production"), Service: aws.String("job-03")}); err != nil {
		t.Fatal(err)
	}
	var pages []int
	var last string
	for p := sdk.NewListServicesPaginator(l, &sdk.ListServicesInput{Cluster: aws.String("production")}); p.HasMorePages(); {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, len(out.ServiceArns))
		last = out.ServiceArns[len(out.ServiceArns)-1]
	}
	if d := cmp.Diff([]int{10, 1}, pages); d != "" || last != prefix+"service/production/web" {
		t.Errorf("pages are of ten, without what is deleted; the last is %s (-want +got):\n%s", last, d)
	}
	if out, err := l.ListServices(t.Context(), &sdk.ListServicesInput{Cluster: aws.String("production"), LaunchType: "FARGATE"}); err != nil || len(out.ServiceArns) != 0 {
		t.Errorf("none is on Fargate: %v, %v", out, err)
	}
}

func TestRefusals(t *testing.T) {
	l := newLab(t, appautoscaling.Behaviour{})
	l.host(1)
	ctx := t.Context()
	create := func(change func(*sdk.CreateServiceInput)) error {
		in := service("api", 1)
		change(in)
		_, err := l.CreateService(ctx, in)
		return err
	}
	token := aws.String("t")
	for range 2 {
		if err := create(func(in *sdk.CreateServiceInput) { in.ServiceName, in.ClientToken = aws.String("once"), token }); err != nil {
			t.Errorf("a client token makes the creation idempotent: %v", err)
		}
	}
	const invalid = "InvalidParameterException"
	for _, c := range []struct {
		reason, code, message string
		err                   error
	}{
		{"a cluster has to exist", "ClusterNotFoundException", "Cluster not found.", create(func(in *sdk.CreateServiceInput) { in.Cluster = nil })},
		{"names have letters, digits, _ and -", invalid, "Invalid service name: up to 255 letters, digits, underscores and hyphens are allowed.", create(func(in *sdk.CreateServiceInput) { in.ServiceName = aws.String("a b") })},
		{"a service runs something", invalid, "TaskDefinition can not be blank.", create(func(in *sdk.CreateServiceInput) { in.TaskDefinition = nil })},
		{"a number of tasks is needed", invalid, "desiredCount is required if schedulingStrategy is REPLICA or isn't specified.", create(func(in *sdk.CreateServiceInput) { in.DesiredCount = nil })},
		{"and not negative", invalid, "desiredCount must be at least 0.", create(func(in *sdk.CreateServiceInput) { in.DesiredCount = aws.Int32(-1) })},
		{"daemons are not implemented and said so", invalid, "The local cloud has no services with the scheduling strategy DAEMON, because they cannot be scaled; use REPLICA.",
			create(func(in *sdk.CreateServiceInput) { in.SchedulingStrategy = "DAEMON" })},
		{"a service has to exist", "ServiceNotFoundException", "Service not found.", second(l.UpdateService(ctx, &sdk.UpdateServiceInput{Cluster: aws.String("production"), Service: aws.String("x")}))},
		{"also to be deleted", "ServiceNotFoundException", "Service not found.", second(l.DeleteService(ctx, &sdk.DeleteServiceInput{Cluster: aws.String("production"), Service: aws.String("x")}))},
		{"nothing cannot be described", invalid, "Services cannot be empty.", second(l.DescribeServices(ctx, &sdk.DescribeServicesInput{Cluster: aws.String("production"), Services: []string{}}))},
		{"nor too much", invalid, "At most 10 services can be described at once.", second(l.DescribeServices(ctx, &sdk.DescribeServicesInput{Cluster: aws.String("production"), Services: make([]string, 11)}))},
		{"pages have a size", invalid, "maxResults must be between 1 and 100.", second(l.ListServices(ctx, &sdk.ListServicesInput{Cluster: aws.String("production"), MaxResults: aws.Int32(101)}))},
		{"tokens are the service's", invalid, "Invalid token in nextToken.", second(l.ListServices(ctx, &sdk.ListServicesInput{Cluster: aws.String("production"), NextToken: aws.String("x")}))},
		{"clusters have names too", invalid, "Invalid cluster name: up to 255 letters, digits, underscores and hyphens are allowed.", second(l.CreateCluster(ctx, &sdk.CreateClusterInput{ClusterName: aws.String("a/b")}))},
	} {
		t.Run(c.reason, func(t *testing.T) { refused(t, c.err, c.code, c.message) })
	}
}

func second[T any](_ T, err error) error { return err }

func TestScaling(t *testing.T) {
	register := func(id string) *aas.RegisterScalableTargetInput {
		return &aas.RegisterScalableTargetInput{
			ServiceNamespace: "ecs", ResourceId: &id, ScalableDimension: "ecs:service:DesiredCount", MinCapacity: aws.Int32(2), MaxCapacity: aws.Int32(4),
		}
	}
	l := newLab(t, appautoscaling.Behaviour{RequireResource: true})
	l.host(1)
	if _, err := l.scaler.RegisterScalableTarget(t.Context(), register("service/production/web")); err != nil {
		t.Fatal(err)
	}
	l.is("the capacity is brought into bounds", "ACTIVE desired 2 running 0 pending 2 IN_PROGRESS")
	_, err := l.scaler.RegisterScalableTarget(t.Context(), register("service/production/api"))
	refused(t, err, "ValidationException", "ECS service doesn't exist: service/production/api")
	_, err = l.scaler.RegisterScalableTarget(t.Context(), register("service/staging/web"))
	refused(t, err, "ValidationException", "ECS service doesn't exist: service/staging/web")

	lenient := newLab(t, appautoscaling.Behaviour{})
	if _, err := lenient.scaler.RegisterScalableTarget(t.Context(), register("service/production/api")); err != nil {
		t.Errorf("by default a service need not be in the local cloud: %v", err)
	}
}

func TestUtilization(t *testing.T) {
	now := birth
	var put []string
	s := ecs.New(ecs.Options{
		Now: func() time.Time { return now }, Delay: 90 * time.Second, TaskRate: 100,
		Labels: func(_ wire.Scope, resourceID string) []string {
			return map[string][]string{"service/c/s": {"app/a/1/targetgroup/b/2", "no label"}}[resourceID]
		},
		Record: func(sc wire.Scope, o cloudwatch.Observation) {
			at := o.At.Format("15:04")
			if o.Fine {
				at = o.At.Format("15:04:05")
			}
			put = append(put, strings.TrimSpace(fmt.Sprintf("%s %s %s %v %v of %v %s", sc.Account, at, o.Metric.MetricName, o.Metric.Dimensions, o.Sample.Sum/o.Sample.Count, o.Sample.Count, o.Unit)))
		},
	})
	scope := wire.Scope{Account: account, Region: region, AccessKey: account}
	handle := func(operation, input string) {
		t.Helper()
		if _, err := s.Handle(t.Context(), wire.NewRequest(scope, operation, json.RawMessage(input))); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := s.Next(); ok {
		t.Error("nothing happens without a service")
	}
	handle("CreateCluster", `{"clusterName":"c"}`)
	handle("CreateService", `{"cluster":"c","serviceName":"s","taskDefinition":"t","desiredCount":2}`)
	if err := s.SetLoad(scope, "service/c/s", 120); err != nil {
		t.Fatal(err)
	}
	if err := s.SetLoad(scope, "service/c/x", 120); err == nil {
		t.Error("a service without existence has no load")
	}
	for minute := range 4 {
		if at, ok := s.Next(); !ok || !at.Equal(birth.Add(time.Duration(minute+1)*time.Minute)) {
			t.Fatalf("metrics are put at full minutes: %s", at)
		}
		now = birth.Add(time.Duration(minute+1) * time.Minute)
		s.Happen()
		if minute == 2 {
			if err := s.SetLoad(scope, "service/c/s", 1000); err != nil {
				t.Fatal(err)
			}
		}
	}
	var want []string
	utilization := func(at string, processors, memory float64) {
		for i, name := range []string{"CPUUtilization", "MemoryUtilization"} {
			want = append(want, fmt.Sprintf("%s %s %s [{ClusterName c} {ServiceName s}] %v of 2 Percent", account, at, name, [2]float64{processors, memory}[i]))
		}
	}
	balanced := func(at string, requests, each float64) {
		for i, name := range []string{"RequestCount", "RequestCountPerTarget"} {
			want = append(want, fmt.Sprintf("%s %s %s [{LoadBalancer app/a/1} {TargetGroup targetgroup/b/2}] %v of %v", account, at, name, [2]float64{1, each}[i], requests))
		}
	}
	// Nothing for 10:00, when no task ran, and a half of the next minute.
	utilization("10:01", 60, 66)
	utilization("10:01:20", 60, 66)
	utilization("10:01:40", 60, 66)
	balanced("10:01", 120, 0.5)
	for _, minute := range []struct {
		at                           string
		requests, processors, memory float64
	}{{"10:02", 120, 60, 66}, {"10:03", 1000, 100, 90}} {
		utilization(minute.at, minute.processors, minute.memory)
		for _, second := range []string{":00", ":20", ":40"} {
			utilization(minute.at+second, minute.processors, minute.memory)
		}
		balanced(minute.at, minute.requests, 0.5)
	}
	if d := cmp.Diff(want, put); d != "" {
		t.Errorf("two tasks share the load and are busy at most wholly (-want +got):\n%s", d)
	}
}

// TestCommandLine drives the aws command when there is one, and the SDK, which
// speaks the same protocol, when not.
func TestCommandLine(t *testing.T) {
	l := newLab(t, appautoscaling.Behaviour{})
	l.host(1)
	command, err := exec.LookPath("aws")
	if err != nil {
		l.is("the SDK sees the service", "ACTIVE desired 1 running 0 pending 1 IN_PROGRESS")
		return
	}
	run := func(arguments ...string) string {
		cmd := exec.CommandContext(t.Context(), command, append(arguments, "--endpoint-url", l.url, "--region", region, "--output", "text")...)
		cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID="+account, "AWS_SECRET_ACCESS_KEY=s", "AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true", "AWS_MAX_ATTEMPTS=1")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%v: %v", arguments, err)
		}
		return strings.TrimSpace(string(out))
	}
	if got := run("ecs", "update-service", "--cluster", "production", "--service", "web", "--desired-count", "3", "--query", "service.desiredCount"); got != "3" {
		t.Errorf("the command updates a service: %s", got)
	}
	if got := run("ecs", "describe-services", "--cluster", "production", "--services", "web", "--query", "services[].[serviceName,status,desiredCount,runningCount]"); got != "web\tACTIVE\t3\t0" {
		t.Errorf("the command describes it: %s", got)
	}
}

// FuzzHandle sends one body to every operation. Whatever it is, the answer is
// an AWS error or can be encoded.
func FuzzHandle(f *testing.F) {
	const setup = `{"cluster":"c","serviceName":"s","taskDefinition":"t","desiredCount":1,"tags":[],"loadBalancers":null}`
	for _, seed := range []string{
		setup, `{}`, `null`, `[]`, `{"cluster":1}`, `{"cluster":"c","service":"s","desiredCount":-1,"force":true}`,
		`{"cluster":"c","services":["s","x"],"include":["TAGS"]}`, `{"cluster":"c","maxResults":1,"nextToken":"after:a"}`, `{"clusterName":"c"}`,
	} {
		f.Add([]byte(seed))
	}
	scope := wire.Scope{Account: account, Region: region}
	f.Fuzz(func(t *testing.T, body []byte) {
		if !json.Valid(body) {
			return // refused before the service sees it
		}
		now := birth
		s := ecs.New(ecs.Options{Now: func() time.Time { return now }, Delay: time.Minute})
		for _, step := range [][2]string{{"CreateCluster", `{"clusterName":"c"}`}, {"CreateService", setup}} {
			if _, err := s.Handle(t.Context(), wire.NewRequest(scope, step[0], json.RawMessage(step[1]))); err != nil {
				t.Fatal(err)
			}
		}
		for _, operation := range []string{"CreateCluster", "CreateService", "DescribeServices", "UpdateService", "ListServices", "DeleteService", "DescribeServices", "Unknown"} {
			out, err := s.Handle(t.Context(), wire.NewRequest(scope, operation, json.RawMessage(body)))
			var known *wire.Error
			if err != nil && !errors.As(err, &known) {
				t.Errorf("%s: %v is no AWS error", operation, err)
			}
			if _, err := json.Marshal(out); err != nil {
				t.Errorf("%s: %v", operation, err)
			}
		}
		now = now.Add(3 * time.Minute)
		s.Happen()
	})
}
