package persist_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
	"github.com/setpoint-io/setpoint/internal/localcloud/persist"
)

// first is the first line of a file.
const first = `{"format":"setpoint local cloud","version":1,"account":"111122223333","region":"eu-west-1","provisioningDelay":"5m0s","seed":7,"start":"2026-03-02T10:00:00Z"}` + "\n"

func written(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cloud")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// load opens a file and makes its cloud.
func load(path string) (cloud *localcloud.Cloud, file *persist.File, dropped int, err error) {
	file, err = persist.Open(path)
	if err == nil {
		cloud, dropped, err = file.Load(context.Background(), begin, quiet(), nil)
	}
	return cloud, file, dropped, err
}

func TestFilesThatAreRefused(t *testing.T) {
	const seed = `{"at":"2026-03-02T10:00:00Z","seed":[{"name":"a"}]}` + "\n"
	for _, c := range []struct{ reason, text, want string }{
		{"what is not ours is left alone", "# my notes\n", "is no file of setpoint cloud, and is left alone"},
		{"also if it is JSON", `{"a":1}` + "\n", "is no file of setpoint cloud"},
		{"also if it has one line that does not end", `{"format":"setpoint local cloud"`, "is no file of setpoint cloud"},
		{"another version means other things", strings.Replace(first, `"version":1`, `"version":2,"more":true`, 1), "has version 2 of the format, and this setpoint reads version 1; use the setpoint that wrote it"},
		{"a member of this version that it does not have", strings.Replace(first, `"seed":7`, `"seed":7,"more":true`, 1), `line 1: json: unknown field "more"`},
		{"without a seed there is no replay", strings.Replace(first, `"seed":7`, `"seed":0`, 1), "line 1: the seed is 0"},
		{"a line that is none", first + "{]\n", "line 2: invalid character"},
		{"two objects in a line", first + "{\"at\":\"2026-03-02T10:00:00Z\"} {}\n", "line 2: there is more"},
		{"a change of another kind", first + `{"at":"2026-03-02T10:00:00Z","undo":true}` + "\n", `line 2: json: unknown field "undo"`},
		{"time does not go back", first + `{"at":"2026-03-02T09:00:00Z"}` + "\n", "line 2: 2026-03-02T09:00:00Z is before 2026-03-02T10:00:00Z"},
		{"nor years ahead", first + `{"at":"2036-03-02T09:00:00Z"}` + "\n", "is years after"},
		{"a call that is refused now", first + `{"at":"2026-03-02T10:00:00Z","account":"111122223333","region":"eu-west-1","call":{"service":"SageMaker","operation":"DeleteModel","json":{"ModelName":"x"}}}` + "\n", "line 2: DeleteModel was possible and is not any more"},
		{"a call that is possible now", first + `{"at":"2026-03-02T10:00:00Z","account":"111122223333","region":"eu-west-1","call":{"service":"SageMaker","operation":"ListModels","failed":true}}` + "\n", "ListModels was refused and is not any more"},
		{"a service that is not there", first + `{"at":"2026-03-02T10:00:00Z","call":{"service":"S3","operation":"ListBuckets"}}` + "\n", `there is no service "S3"`},
		{"two inputs", first + `{"at":"2026-03-02T10:00:00Z","call":{"service":"SageMaker","operation":"ListModels","json":{},"query":"a=b"}}` + "\n", "two protocols"},
		{"an endpoint that is there already", first + seed + seed, "line 3: the endpoint"},
		{"a speed that a clock cannot have", first + `{"at":"2026-03-02T10:00:00Z","mark":{"speed":-1}}` + "\n", "write a number greater than 0"},
		{"a mark is no change", first + `{"at":"2026-03-02T10:00:00Z","reset":true,"mark":{"speed":1}}` + "\n", "there is a mark and a change"},
	} {
		path := written(t, c.text)
		_, file, _, err := load(path)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v does not say %q", c.reason, err, c.want)
		}
		if file != nil {
			_ = file.Close()
		}
		if text, _ := os.ReadFile(path); string(text) != c.text {
			t.Errorf("%s: it was changed: %s", c.reason, text)
		}
	}
}

// The process, or the machine, ended while it wrote.
func TestALineThatIsCutOff(t *testing.T) {
	w := open(t, filepath.Join(t.TempDir(), "cloud"))
	w.track()
	w.must(w.file.Close())
	text, err := os.ReadFile(w.path)
	w.must(err)
	lines := strings.SplitAfter(strings.TrimSuffix(string(text), "\n"), "\n")
	policy := strings.Join(lines[:4], "")
	for n := len(policy) - len(lines[3]); n < len(policy); n += 37 {
		path := written(t, string(text[:n]))
		_, file, dropped, err := load(path)
		if err != nil {
			t.Fatalf("cut at %d: %v", n, err)
		}
		w.must(file.Close())
		if want := n - (len(policy) - len(lines[3])); dropped != want {
			t.Errorf("cut at %d: %d bytes dropped, want %d", n, dropped, want)
		}
		again := open(t, path)
		if targets := again.admin.State(admin.StateQuery{}).Places[0].Targets; len(targets) != 1 || len(targets[0].Policies) != 0 {
			t.Errorf("cut at %d: %+v: there is what was before the policy", n, targets)
		}
	}
}

func TestOneProcessHasAFile(t *testing.T) {
	w := open(t, filepath.Join(t.TempDir(), "cloud"))
	if _, err := persist.Open(w.path); err == nil || !strings.Contains(err.Error(), "another setpoint cloud that is running") {
		t.Errorf("two would write two lives into one file: %v", err)
	}
	w.restarted()
}

func TestResetBeginsAnew(t *testing.T) {
	w := open(t, filepath.Join(t.TempDir(), "cloud"))
	w.track()
	w.advance(10 * time.Minute)
	_, err := w.admin.PutFault(admin.Fault{Type: admin.Drop, Service: "DynamoDB"})
	w.must(err)
	w.admin.Reset()
	w.advance(time.Minute + time.Second)
	w.must(w.cloud.Seed(t.Context(), localcloud.Endpoint{}))
	w.track()
	after := w.restarted()
	text, err := os.ReadFile(w.path)
	w.must(err)
	if lines := strings.Count(string(text), "\n"); lines != 5 { // the beginning, the endpoint, target and policy, and a mark
		t.Errorf("what was before the reset is gone, also from the file:\n%s", text)
	}
	if len(after.admin.Faults()) != 0 {
		t.Errorf("so are faults: %+v", after.admin.Faults())
	}
	w.same("after a reset", after)
}

func TestFaultsAndClockAreKept(t *testing.T) {
	w := open(t, filepath.Join(t.TempDir(), "cloud"))
	w.must(w.cloud.Clock().Set(60, true))
	for _, f := range []admin.Fault{
		{ID: "slow", Type: admin.Latency, Operation: "CreateTable", Delay: admin.Duration(time.Hour)},
		{ID: "some", Type: admin.Throttle, Rate: aws.Float64(1000)},
		{ID: "error", Type: admin.Failure, Operation: "CreateTable", Code: "C", Message: "m", Status: 503, AfterEffect: true, Times: 3},
		{ID: "hang", Type: admin.Timeout, Operation: "CreateTable", For: admin.Duration(time.Hour)},
		{ID: "over", Type: admin.Drop, Operation: "CreateTable", For: admin.Duration(time.Millisecond)},
	} {
		_, err := w.admin.PutFault(f)
		w.must(err)
	}
	before := w.admin.Faults()
	time.Sleep(2 * time.Millisecond)
	w.must(w.file.Close())
	cloud, file, _, err := load(w.path)
	w.must(err)
	defer file.Close()
	if speed, paused := cloud.Clock().Setting(); speed != 60 || !paused {
		t.Errorf("the clock has speed %v, paused %v", speed, paused)
	}
	after := admin.New(cloud).Faults()
	if len(after) != 4 {
		t.Fatalf("those whose time is over are gone: %+v", after)
	}
	for i, f := range after {
		if left := time.Duration(f.For); f.Type == admin.Timeout && (left <= 0 || left > time.Hour) {
			t.Errorf("it ends when it would have ended: %s", left)
		}
		f.For, before[i].For = 0, 0
		if fmt.Sprint(f) == "" || f.ID != before[i].ID || f.Type != before[i].Type || f.Message != before[i].Message || f.Times != before[i].Times || f.AfterEffect != before[i].AfterEffect {
			t.Errorf("%+v became %+v", before[i], f)
		}
	}
}

// A cloud of which nothing is asked writes how late it is, so that a crash does
// not set it back far.
func TestMarks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cloud")
	synctest.Test(t, func(t *testing.T) {
		cloud, file, _, err := load(path)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- file.Run(ctx) }()
		marks := func() int {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			return strings.Count(string(text), `"mark"`)
		}
		for _, c := range []struct {
			reason string
			do     func()
			after  time.Duration
			want   int
		}{
			{"the first tells how the clock runs", nil, 1500 * time.Millisecond, 1},
			{"while time passes there is one a minute", nil, 10 * time.Minute, 11},
			{"a clock that is set is told soon", func() { _ = cloud.Clock().Set(60, false) }, 1500 * time.Millisecond, 12},
			{"an advance, too", func() { cloud.Advance(time.Hour) }, 1500 * time.Millisecond, 13},
			{"a pause, too", func() { _ = cloud.Clock().Set(60, true) }, 1500 * time.Millisecond, 14},
			{"a clock that stands still has nothing to tell", nil, time.Hour, 14},
			{"faults are told", func() { cloud.Faults().Put(localcloud.Fault{Operation: "CreateTable", Latency: time.Second}) }, 1500 * time.Millisecond, 15},
		} {
			if c.do != nil {
				c.do()
			}
			time.Sleep(c.after)
			if got := marks(); got != c.want {
				t.Errorf("%s: %d marks, want %d", c.reason, got, c.want)
			}
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		now := cloud.Clock().Now()
		if err := file.Close(); err != nil {
			t.Error(err)
		}
		again, file, _, err := load(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := again.Clock().Now(); !got.Equal(now) {
			t.Errorf("the clock goes on at %s, not %s", got, now)
		}
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	})
}

// FuzzFile reads anything: it is refused with a sentence, or it is a life that can
// be lived once more with the same end.
func FuzzFile(f *testing.F) {
	for _, seed := range []string{
		"",
		first,
		first + `{"at":"2026-03-02T10:00:00Z","seed":[{"name":"a"}]}` + "\n" + `{"at":"2026-03-02T10:09:00.5Z","mark":{"speed":60,"paused":true,"faults":[{"id":"x","operation":"*","latency":5}]}}` + "\n",
		first + `{"at":"2026-03-02T10:00:00Z","account":"111122223333","region":"eu-west-1","call":{"service":"CloudWatch","operation":"PutMetricData","query":"Action=PutMetricData&Namespace=N&MetricData.member.1.MetricName=Q&MetricData.member.1.Value=3"}}` + "\n",
		first + `{"at":"2026-03-02T10:00:00Z","account":"111122223333","region":"eu-west-1","call":{"service":"SageMaker","operation":"CreateModel","json":{"ModelName":"m","ExecutionRoleArn":"arn:aws:iam::111122223333:role/x"}}}` + "\n" + `{"at":"2026-`,
		first + `{"at":"2026-03-02T10:00:00Z","attach":{"serviceNamespace":"ecs","resourceId":"service/a/b","scalableDimension":"ecs:service:DesiredCount","traffic":{"type":"constant","rate":5}}}` + "\n" + `{"at":"2026-03-02T10:01:00Z","metricDelay":"2m"}` + "\n",
		first + `{"at":"2026-03-02T10:00:00Z","declare":{"serviceNamespace":"rds","resourceId":"cluster:c","scalableDimension":"rds:cluster:ReadReplicaCount","capacity":2}}` + "\n" + `{"at":"2026-03-02T10:00:00Z","invoked":{"resourceId":"x","requests":3}}` + "\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, `"csv"`) || !strings.HasPrefix(text, first) && strings.HasPrefix(text, first[:40]) {
			return // a beginning at another time is a long life
		}
		for line := range strings.Lines(text) {
			if _, at, found := strings.Cut(line, `"at":"`); found && !strings.HasPrefix(at, "2026-03-02T1") {
				return // so is one that goes on for months
			}
		}
		path := filepath.Join(t.TempDir(), "cloud")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cloud, file, _, err := load(path)
		if err != nil {
			if file != nil {
				_ = file.Close()
			}
			return
		}
		if err := cloud.Clock().SetSpeed(0); err != nil {
			t.Fatal(err)
		}
		before := seen(t, cloud)
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		cloud, file, dropped, err := load(path)
		if err != nil || dropped != 0 {
			t.Fatalf("%q cannot be read any more: %v", text, err)
		}
		if after := seen(t, cloud); after != before {
			t.Errorf("%q: %s became %s", text, before, after)
		}
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	})
}

// seen is what there is in a cloud.
func seen(t *testing.T, cloud *localcloud.Cloud) string {
	state := admin.New(cloud).State(admin.StateQuery{})
	text, err := json.Marshal(state.Places)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
