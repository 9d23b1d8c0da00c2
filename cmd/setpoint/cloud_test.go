package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
)

const demoVariant = "endpoint/demo-endpoint/variant/AllTraffic"

// output is what a command that is running has printed.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// runningCloud is a local AWS that setpoint cloud runs.
type runningCloud struct {
	*testing.T
	url      string
	out, err *output
	stop     func() int
}

var announced = regexp.MustCompile(`ready at (http://\S+)\. Ctrl-C`)

// startCloud runs setpoint cloud on a free port until the test ends, or stop is
// called, which returns the exit code.
func startCloud(t *testing.T, args ...string) *runningCloud {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	c := &runningCloud{T: t, out: &output{}, err: &output{}}
	done := make(chan int, 1)
	go func() {
		args := append([]string{"cloud", "--addr", "127.0.0.1:0"}, args...)
		done <- run(ctx, "setpoint", args, host{in: strings.NewReader(""), out: c.out, err: c.err, now: time.Now})
	}()
	c.stop = sync.OnceValue(func() int { cancel(); return <-done })
	t.Cleanup(func() { c.stop() })
	for {
		if match := announced.FindStringSubmatch(c.out.String()); match != nil {
			c.url = match[1]
			return c
		}
		select {
		case code := <-done:
			done <- code
			t.Fatalf("setpoint cloud %s ended with %d: %s", strings.Join(args, " "), code, c.err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// does runs setpoint cloud with arguments, which has to succeed.
func (c *runningCloud) does(args ...string) string {
	c.Helper()
	got := setpoint(c.T, "", append([]string{"cloud"}, append(args, "--endpoint", c.url)...)...)
	if got.code != exitOK {
		c.Fatalf("setpoint cloud %s: exit %d\n%s%s", strings.Join(args, " "), got.code, got.out, got.err)
	}
	return got.out
}

// state reads the state as JSON.
func (c *runningCloud) state() admin.State {
	c.Helper()
	var s admin.State
	if err := json.Unmarshal([]byte(c.does("state", "-o", "json")), &s); err != nil {
		c.Fatal(err)
	}
	return s
}

func TestCloudFromStartToStop(t *testing.T) {
	c := startCloud(t, "--with-endpoint", "demo-endpoint", "--region", "eu-west-1", "--account", "111122223333")
	for _, want := range []string{"export AWS_ENDPOINT_URL=" + c.url + " AWS_REGION=eu-west-1", "AWS_ACCESS_KEY_ID=111122223333", "nothing is kept", "endpoint/demo-endpoint/variant/AllTraffic"} {
		if !strings.Contains(c.out.String(), want) {
			t.Errorf("it says what to type: no %q in\n%s", want, c.out)
		}
	}
	if c.err.String() != "" {
		t.Errorf("on loopback there is nothing to warn of: %s", c.err)
	}
	s := c.state()
	if len(s.Places) != 1 || s.Places[0].Account != "111122223333" || s.Places[0].Region != "eu-west-1" || len(s.Places[0].Resources) != 1 {
		t.Errorf("the endpoint is where the flags say: %+v", s.Places)
	}
	// Who listens to events must not keep it from stopping, and neither must who
	// waits for an answer that never comes.
	c.does("faults", "timeout", "DescribeAlarms")
	for _, request := range []string{"GET /_setpoint/events HTTP/1.1\r\nHost: x\r\n\r\n", "GET /?Action=DescribeAlarms&Version=2010-08-01 HTTP/1.1\r\nHost: x\r\n\r\n"} {
		connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(c.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		if _, err := connection.Write([]byte(request)); err != nil {
			t.Fatal(err)
		}
	}
	if code := c.stop(); code != exitOK || c.err.String() != "" || !strings.HasSuffix(c.out.String(), "has stopped.\n") {
		t.Errorf("it stops cleanly: exit %d, %s%s", code, c.out, c.err)
	}
	if got := setpoint(t, "", "cloud", "state", "--endpoint", c.url); got.code != exitTrouble || !strings.Contains(got.err, "start one with setpoint cloud") {
		t.Errorf("when nobody answers, it says what to do: exit %d, %s", got.code, got.err)
	}
}

func TestCloudCannotStart(t *testing.T) {
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, c := range []struct {
		reason string
		args   []string
		want   string
	}{
		{"a port that is taken", []string{"--addr", taken.Addr().String()}, "write another port"},
		{"an address without a port", []string{"--addr", "localhost"}, "write host:port"},
		{"an account is 12 digits", []string{"--account", "me"}, "write its 12 digits"},
		{"a Region has a name", []string{"--region", ""}, "--region is empty"},
		{"time does not run backwards", []string{"--speed", "-1"}, "write a number greater than 0"},
		{"nor do delays", []string{"--provisioning-delay", "-1s"}, "such as 60s"},
		{"an assumption is one of those that there are", []string{"--assume", "sagemaker.quota=1"}, "--assume sagemaker.quota=1: behaviour"},
		{"an endpoint has a name", []string{"--with-endpoint", "no name"}, "--with-endpoint: the endpoint"},
		{"a verb that does not exist", []string{"stat"}, "unknown command"},
	} {
		got := setpoint(t, "", append([]string{"cloud"}, c.args...)...)
		if got.code != exitTrouble || !strings.Contains(got.err, c.want) {
			t.Errorf("%s: exit %d, want %q in %s", c.reason, got.code, c.want, got.err)
		}
	}
}

// A local AWS that is kept goes on where it was, with the flags that it began
// with.
func TestCloudIsKept(t *testing.T) {
	kept := filepath.Join(t.TempDir(), "cloud")
	args := []string{"--persist", kept, "--with-endpoint", "demo-endpoint", "--account", "111122223333", "--region", "us-east-1", "--speed", "0", "--assume", "highAlarmPeriods=2", "--assume", "appautoscaling.variantFloor=1"}
	c := startCloud(t, args...)
	if !strings.Contains(c.out.String(), "everything is kept in "+kept) {
		t.Errorf("it says so: %s", c.out)
	}
	c.track()
	c.does("traffic", "set", demoVariant, "--shape", "constant", "--rate", "200")
	c.does("clock", "--advance", "4m30s", "--speed", "30", "--pause")
	before := c.state()
	other := setpoint(t, "", "cloud", "--addr", "127.0.0.1:0", "--persist", kept)
	if other.code != exitTrouble || !strings.Contains(other.err, "another setpoint cloud") {
		t.Errorf("two processes cannot keep one file: exit %d, %s", other.code, other.err)
	}
	if code := c.stop(); code != exitOK {
		t.Fatalf("exit %d: %s", code, c.err)
	}
	for _, flag := range []string{"--account=222233334444", "--region=eu-west-1", "--provisioning-delay=1h", "--seed=1", "--assume=highAlarmPeriods=3"} {
		got := setpoint(t, "", "cloud", "--addr", "127.0.0.1:0", "--persist", kept, flag)
		if got.code != exitTrouble || !strings.Contains(got.err, "leave the flag out, or name another file") {
			t.Errorf("%s is another beginning: exit %d, %s", flag, got.code, got.err)
		}
	}
	c = startCloud(t, "--persist", kept)
	after := c.state()
	if !before.Clock.Time.Equal(after.Clock.Time) || after.Clock != before.Clock {
		t.Errorf("the clock goes on where it was: %+v became %+v", before.Clock, after.Clock)
	}
	if diff := cmp.Diff(before.Places, after.Places); diff != "" {
		t.Errorf("everything is as it was (-before +after):\n%s", diff)
	}
	c.does("clock", "--advance", "10m")
	if out := c.does("state"); !strings.Contains(out, "Setting desired instance count to 3") {
		t.Errorf("and goes on:\n%s", out)
	}
	c.stop()
	appended(t, kept, `{"at":"2026-`)
	c = startCloud(t, append(args, "--speed", "1")...)
	if !strings.Contains(c.err.String(), "was cut off after 12 bytes, and is dropped") || c.state().Clock.Speed != 1 {
		t.Errorf("the same command line serves for all starts, and what is lost is told: %s", c.err)
	}
	c.does("reset")
	c.stop()
	if c = startCloud(t, "--persist", kept); len(c.state().Places) != 0 {
		t.Errorf("a reset empties the file: %+v", c.state().Places)
	}
	c.stop()
	appended(t, kept, "x\n")
	if got := setpoint(t, "", "cloud", "--addr", "127.0.0.1:0", "--persist", kept); got.code != exitTrouble || !strings.Contains(got.err, "remove that line and all after it") {
		t.Errorf("what cannot be read is not guessed: exit %d, %s", got.code, got.err)
	}
	unborn := filepath.Join(t.TempDir(), "cloud")
	if got := setpoint(t, "", "cloud", "--addr", "127.0.0.1:0", "--persist", unborn, "--with-endpoint", "no name"); got.code != exitTrouble {
		t.Errorf("exit %d", got.code)
	}
	if _, err := os.Stat(unborn); err == nil {
		t.Error("what could not begin leaves no file")
	}
}

// appended adds text to a file.
func appended(t *testing.T, name, text string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestCloudWarnsOfStrangers(t *testing.T) {
	c := startCloud(t, "--addr", "0.0.0.0:0")
	if !strings.Contains(c.err.String(), "authenticates nobody") || !strings.Contains(c.url, "127.0.0.1") {
		t.Errorf("whoever reaches it can use it: %s\n%s", c.err, c.out)
	}
}

func TestCloudVerbs(t *testing.T) {
	c := startCloud(t, "--with-endpoint", "demo-endpoint", "--speed", "0")
	recording := file(t, "2026-03-02T10:00:00Z,60\n2026-03-02T10:01:00Z,90\n")
	spec := file(t, `{"type":"constant","rate":7}`)
	for _, step := range []struct {
		reason, args string
		want         []string
	}{
		{"the clock stands still from the start", "clock", []string{"UTC, stands still"}},
		{"it runs again", "clock --resume --speed 60", []string{"60 times as fast"}},
		{"and stands", "clock --pause", []string{"stands still"}},
		{"it can be moved", "clock --advance 15m -o json", []string{`"speed": 60`, `"paused": true`}},
		{"there is no traffic to begin with", "traffic", []string{"No traffic."}},
		{"a wave", "traffic set " + demoVariant + " --shape wave --low 100 --high 1500 --period 24h", []string{"TRAFFIC AT", demoVariant, "wave"}},
		{"a spike upon a base, with noise", "traffic set " + demoVariant + " --shape spike --rate 3000 --duration 10m --every 1h --base 200 --noise 0.1 --start 2026-03-02T10:00:00Z", []string{"noise of sum of constant + spike"}},
		{"a recording", "traffic set " + demoVariant + " --loop --replay " + recording, []string{"replay   60"}},
		{"what is not there yet, all of it", "traffic set table/orders --scalable-dimension dynamodb:table:ReadCapacityUnits --spec " + spec, []string{"constant   7"}},
		{"the state shows it", "state " + demoVariant, []string{"stands still", "0 requests", "Account 000000000000, Region us-east-1", "InService", "replay"}},
		{"one is ended", "traffic off " + demoVariant, []string{"Traffic at " + demoVariant + " has ended."}},
		{"all are ended", "traffic off --all", []string{"table/orders has ended"}},
		{"there are no faults to begin with", "faults", []string{"No faults."}},
		{"throttling", "faults throttle PutScalingPolicy --rate 5 --burst 10", []string{"throttle", "PutScalingPolicy", "5 a second, 10 at once"}},
		{"latency", "faults latency --delay 10ms --for 1h --id slow", []string{"slow", "latency", "10ms, for 1h"}},
		{"errors", "faults error RegisterScalableTarget --code LimitExceededException --times 3", []string{"LimitExceededException (400), 3 more"}},
		{"timeouts", "faults timeout PutScalingPolicy --after --times 1", []string{"timeout", "after the effect, 1 more"}},
		{"dropped connections", `faults drop --before --service CloudWatch`, []string{"drop", "CloudWatch"}},
		{"late metrics", "faults metric-delay 2m", []string{"metricDelay", "2m0s"}},
		{"faults are part of the state", "state", []string{"slow", "metricDelay"}},
		{"one is cleared", "faults clear slow", []string{"Ended: 1."}},
		{"all are cleared", "faults clear", []string{"Ended: 5."}},
		{"nothing is declared to begin with", "resources", []string{"No resources are declared."}},
		{"a resource is declared", "resources set cluster:my-cluster --service-namespace rds --capacity 2 --quota 5", []string{"cluster:my-cluster", "rds:cluster:ReadReplicaCount"}},
		{"and listed", "resources", []string{"cluster:my-cluster"}},
		{"and removed", "resources remove cluster:my-cluster --service-namespace rds", []string{"cluster:my-cluster is removed."}},
		{"everything goes", "reset", []string{"are gone"}},
		{"and nothing is left", "state", []string{"Nothing was found."}},
	} {
		out := c.does(strings.Fields(step.args)...)
		for _, want := range step.want {
			if !strings.Contains(out, want) {
				t.Errorf("%s: setpoint cloud %s: no %q in\n%s", step.reason, step.args, want, out)
			}
		}
	}
}

func TestCloudVerbsSayWhatToWrite(t *testing.T) {
	c := startCloud(t)
	stranger := startStranger(t)
	for _, step := range []struct{ reason, args, want string }{
		{"a shape", "traffic set x --shape square", "write constant, wave, ramp or spike"},
		{"what the admin API refuses", "traffic set " + demoVariant + " --shape wave --low 1", "traffic.high: it is missing"},
		{"a flag of another shape", "traffic set " + demoVariant + " --shape wave --low 1 --high 2 --rate 1", "a wave has no such member"},
		{"a recording that is none", "traffic set " + demoVariant + " --replay main.go", "traffic.csv: line 2"},
		{"traffic that is none", "traffic set " + demoVariant + " --spec main.go", "main.go: the traffic cannot be read"},
		{"one way to describe traffic", "traffic set " + demoVariant, "[shape replay spec]"},
		{"a start that is no time", "traffic set " + demoVariant + " --shape ramp --start noon", "such as 2026"},
		{"all traffic is not ended by mistake", "traffic off", "--all"},
		{"an operation that there is", "faults drop RegisterScalableTargets", "did you mean RegisterScalableTarget?"},
		{"a rate", "faults throttle", "rate: write how many calls"},
		{"a duration", "faults metric-delay long", "such as 2m"},
		{"a capacity", "resources set x", "capacity"},
		{"an advance", "clock --advance -1m", "such as 15m"},
		{"an endpoint that is none", "clock --endpoint :", "is no URL of a local AWS"},
		{"an endpoint of something else", "clock --endpoint " + stranger, "is no local AWS of setpoint"},
	} {
		args := strings.Fields("cloud " + step.args)
		if !strings.Contains(step.args, "--endpoint") {
			args = append(args, "--endpoint", c.url)
		}
		got := setpoint(t, "", args...)
		if got.code != exitTrouble || !strings.Contains(got.err, step.want) {
			t.Errorf("%s: setpoint cloud %s: exit %d, want %q in %s", step.reason, step.args, got.code, step.want, got.err)
		}
	}
}

// startStranger serves what is no local AWS.
func startStranger(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	return server.URL
}

func TestCloudIsFoundByTheEnvironment(t *testing.T) {
	c := startCloud(t, "--with-endpoint", "demo-endpoint")
	t.Setenv("AWS_ENDPOINT_URL", c.url+"/")
	if got := setpoint(t, "", "cloud", "state"); got.code != exitOK || !strings.Contains(got.out, "demo-endpoint") {
		t.Errorf("the AWS CLI's variable is ours too: exit %d, %s%s", got.code, got.out, got.err)
	}
}

// aws runs the AWS CLI with the variables that setpoint cloud has printed, or
// leaves it when the machine has none.
func (c *runningCloud) aws(args ...string) (string, bool) {
	c.Helper()
	command, err := exec.LookPath("aws")
	if err != nil {
		return "", false
	}
	cmd := exec.CommandContext(c.Context(), command, args...)
	cmd.Env = append(os.Environ(), "AWS_PAGER=", "AWS_CONFIG_FILE="+os.DevNull, "AWS_EC2_METADATA_DISABLED=true")
	cmd.Env = append(cmd.Env, regexp.MustCompile(`AWS_[A-Z_]+=\S+`).FindAllString(c.out.String(), -1)...)
	text, err := cmd.CombinedOutput()
	if err != nil {
		c.Fatalf("aws %s: %v\n%s", strings.Join(args, " "), err, text)
	}
	return string(text), true
}

// track registers the variant of the guide, with a policy, by the AWS CLI if the
// machine has it.
func (c *runningCloud) track() {
	c.Helper()
	const policy = `{"TargetValue":70,"PredefinedMetricSpecification":{"PredefinedMetricType":"SageMakerVariantInvocationsPerInstance"}}`
	of := []string{"--service-namespace", "sagemaker", "--scalable-dimension", "sagemaker:variant:DesiredInstanceCount", "--resource-id", demoVariant}
	_, ok := c.aws(append([]string{"application-autoscaling", "register-scalable-target", "--min-capacity", "1", "--max-capacity", "4"}, of...)...)
	if ok {
		c.aws(append([]string{
			"application-autoscaling", "put-scaling-policy", "--policy-name", "invocations", "--policy-type", "TargetTrackingScaling",
			"--target-tracking-scaling-policy-configuration", policy,
		}, of...)...)
		return
	}
	client := applicationautoscaling.New(applicationautoscaling.Options{Region: "us-east-1", BaseEndpoint: &c.url, Credentials: credentials.NewStaticCredentialsProvider("local", "local", "")})
	_, err := client.RegisterScalableTarget(c.Context(), &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: "sagemaker", ResourceId: aws.String(demoVariant), ScalableDimension: "sagemaker:variant:DesiredInstanceCount", MinCapacity: aws.Int32(1), MaxCapacity: aws.Int32(4),
	})
	if err != nil {
		c.Fatal(err)
	}
	_, err = client.PutScalingPolicy(c.Context(), &applicationautoscaling.PutScalingPolicyInput{
		PolicyName: aws.String("invocations"), PolicyType: "TargetTrackingScaling",
		ServiceNamespace: "sagemaker", ResourceId: aws.String(demoVariant), ScalableDimension: "sagemaker:variant:DesiredInstanceCount",
		TargetTrackingScalingPolicyConfiguration: &types.TargetTrackingScalingPolicyConfiguration{
			TargetValue:                   aws.Float64(70),
			PredefinedMetricSpecification: &types.PredefinedMetricSpecification{PredefinedMetricType: types.MetricTypeSageMakerVariantInvocationsPerInstance},
		},
	})
	if err != nil {
		c.Fatal(err)
	}
}

// TestCloudScales lets traffic come at the endpoint of the guide and watches it
// scale.
func TestCloudScales(t *testing.T) {
	c := startCloud(t, "--with-endpoint", "demo-endpoint", "--speed", "0", "--provisioning-delay", "60s")
	c.track()
	c.does("traffic", "set", demoVariant, "--shape", "constant", "--rate", "200")
	c.does("clock", "--advance", "15m")
	shown := c.does("state")
	for _, want := range []string{"PutScalingPolicy 1", "InService   3         3         1     4     1", "ALARM", "> 70", "Setting desired instance count to 3", "constant"} {
		if !strings.Contains(shown, want) {
			t.Errorf("200 requests a minute are three instances at a target of 70: no %q in\n%s", want, shown)
		}
	}
	if out, ok := c.aws("application-autoscaling", "describe-scaling-activities", "--service-namespace", "sagemaker", "--output", "text", "--query", "ScalingActivities[].Description"); ok && !strings.Contains(out, "Setting desired instance count to 3") {
		t.Errorf("the AWS CLI tells the same: %s", out)
	}
}

// A policy whose metric never comes cannot act, and whoever looks is told.
func TestCloudSaysWhatNothingPuts(t *testing.T) {
	c := startCloud(t, "--speed", "0")
	client := applicationautoscaling.New(applicationautoscaling.Options{Region: "us-east-1", BaseEndpoint: &c.url, Credentials: credentials.NewStaticCredentialsProvider("local", "local", "")})
	web := aws.String("service/shop/web")
	if _, err := client.RegisterScalableTarget(t.Context(), &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: "ecs", ResourceId: web, ScalableDimension: "ecs:service:DesiredCount", MinCapacity: aws.Int32(1), MaxCapacity: aws.Int32(4),
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.PutScalingPolicy(t.Context(), &applicationautoscaling.PutScalingPolicyInput{
		PolicyName: aws.String("cpu"), PolicyType: "TargetTrackingScaling", ServiceNamespace: "ecs", ResourceId: web, ScalableDimension: "ecs:service:DesiredCount",
		TargetTrackingScalingPolicyConfiguration: &types.TargetTrackingScalingPolicyConfiguration{
			TargetValue: aws.Float64(50), PredefinedMetricSpecification: &types.PredefinedMetricSpecification{PredefinedMetricType: types.MetricTypeECSServiceAverageCPUUtilization},
		},
	}); err != nil {
		t.Fatal(err)
	}
	const line = "Nothing puts AWS/ECS CPUUtilization, so that the policy cpu of service/shop/web cannot act: send traffic to the resource, or put the metric with PutMetricData."
	c.does("clock", "--advance", "4m")
	if out := c.does("state"); strings.Contains(out, "Nothing puts") {
		t.Errorf("it may still come:\n%s", out)
	}
	c.does("clock", "--advance", "2m")
	if out := c.does("state"); strings.Count(out, line) != 1 {
		t.Errorf("it does not come, which is told once for both alarms:\n%s", out)
	}
}
