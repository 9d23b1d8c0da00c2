package faults

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// A write is a request by which a program changes AWS.
type write struct {
	by        string // the program
	operation string
	id        string // of the thing, as describe names it; of tags: the ARN
	call      string // of the AWS SDK, which asks again where no answer comes in time
}

// programs are the processes of the controller in a world.
type programs struct {
	*world
	server    *server
	namespace string
	names     []string // of the controllers that are started anew when they die
	flags     []string // of theirs

	mu        sync.Mutex
	running   map[string]*program // by name
	asked     map[string]int      // requests to AWS, by program
	writes    []write
	checks    int // for drift, of all programs
	checkedAt time.Time
	planned   accident
	since     int                        // writes since the accident was planned
	onWrite   func(nth int, by *program) // after each effect, before its answer
}

// A program is one process of the controller, or dead.
type program struct {
	name  string
	cmd   *exec.Cmd
	log   bytes.Buffer
	aws   *httptest.Server // AWS as it sees it
	ended chan struct{}
}

// inReality is a world of real processes; no controller runs in it yet.
func inReality(t *testing.T, s *server) *world {
	t.Helper()
	namespace := strings.ToLower(strings.NewReplacer("/", "-", "=", "-", "_", "-").Replace(t.Name()))
	w := &world{
		T: t, cloud: newCloud(t), kube: newRealCluster(t, s, namespace), faster: 50,
		kubeFault: func() loss { return lostNothing }, owned: map[string]thing{}, tagged: map[string]map[string]string{},
		edited: map[string][]types.UID{}, silenced: map[string]bool{},
	}
	w.real = &programs{world: w, server: s, namespace: namespace, running: map[string]*program{}, asked: map[string]int{}}
	return w
}

// period is how often real programs check for drift.
const period = 2 * time.Second

// start starts a controller. Its name is only ours.
func (p *programs) start(name string, flags ...string) *program {
	p.Helper()
	built, err := controllerProgram()
	p.must(err)
	c := &program{name: name, ended: make(chan struct{})}
	c.aws = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.serve(c, w, r) }))
	c.cmd = exec.Command(built, append([]string{
		"--aws-region", region, "--aws-endpoint-url", c.aws.URL, "--aws-identity-endpoint-url", c.aws.URL, "--allow-unsafe-aws-endpoint-urls",
		"--watch-namespace", p.namespace, "--leader-election-namespace", p.namespace, "--metrics-addr=0", "--healthz-addr=0", "--log-level=warn",
		fmt.Sprintf("--reconcile-default-resync-seconds=%d", period/time.Second), "--http-client-timeout=2s",
	}, flags...)...)
	c.cmd.Env = append(os.Environ(), "KUBECONFIG="+p.server.kubeconfig, "AWS_ACCESS_KEY_ID="+account, "AWS_SECRET_ACCESS_KEY=secret", "AWS_ENDPOINT_URL="+c.aws.URL)
	c.cmd.Stdout, c.cmd.Stderr = &c.log, &c.log
	p.must(c.cmd.Start())
	go func() {
		defer close(c.ended)
		_ = c.cmd.Wait()
	}()
	p.mu.Lock()
	p.running[name] = c
	p.mu.Unlock()
	p.Cleanup(func() {
		c.signal(syscall.SIGKILL)
		<-c.ended
		c.aws.Close()
		if p.Failed() {
			p.Logf("the log of %s:\n%s", name, c.log.String())
		}
	})
	return c
}

func (c *program) signal(s syscall.Signal) { _ = c.cmd.Process.Signal(s) }

// alone starts the one controller of a world without leader election.
func (p *programs) alone() {
	p.names, p.flags = []string{"controller"}, []string{"--enable-leader-election=false"}
	p.reincarnate()
}

// together starts two controllers, of which one leads.
func (p *programs) together() {
	p.names = []string{"first", "second"}
	p.reincarnate()
}

// restart kills the controller that wrote last and starts another.
func (p *programs) restart() {
	name := p.names[0]
	if writes := p.written(); len(writes) > 0 {
		name = writes[len(writes)-1].by
	}
	p.mu.Lock()
	c := p.running[name]
	p.mu.Unlock()
	c.signal(syscall.SIGKILL)
	<-c.ended
	p.reincarnate()
}

// reincarnate starts each controller that has died, or was never started.
func (p *programs) reincarnate() {
	for _, name := range p.names {
		p.mu.Lock()
		c := p.running[name]
		p.mu.Unlock()
		if c == nil || c.hasEnded() {
			p.start(name, p.flags...)
		}
	}
}

func (c *program) hasEnded() bool {
	select {
	case <-c.ended:
		return true
	default:
		return false
	}
}

func (p *programs) plan(a accident) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.planned, p.since = a, 0
}

// serve is AWS as a program sees it: what goes by is written down, and what is
// planned happens.
func (p *programs) serve(c *program, w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the program died over it
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	_, operation, scaling := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	operation = cmp.Or(operation, path.Base(r.URL.Path))
	p.mu.Lock()
	p.asked[c.name]++
	p.mu.Unlock()
	if operation == "DescribeScalableTargets" {
		p.checking()
	}
	if operation == "/" || isRead(operation) { // STS is asked at the root, and who one is
		p.cloud.ServeHTTP(w, r)
		return
	}
	made := write{by: c.name, operation: operation, call: r.Header.Get("Amz-Sdk-Invocation-Id")}
	if scaling {
		made.id = named(operation, body)
	}
	p.mu.Lock()
	p.writes = append(p.writes, made)
	p.since++
	nth, happens, then := len(p.writes), mishap(""), p.onWrite
	if p.since == p.planned.write {
		happens = p.planned.what
	}
	p.mu.Unlock()
	if happens == killedBefore {
		c.signal(syscall.SIGKILL)
		<-c.ended
		return
	}
	if happens == "" {
		p.cloud.ServeHTTP(w, r) // what it answers leaves when this returns
	} else {
		p.cloud.ServeHTTP(httptest.NewRecorder(), r)
	}
	if then != nil {
		then(nth, c)
	}
	switch happens {
	case killedAfter:
		c.signal(syscall.SIGKILL)
		<-c.ended
	case answerLost:
		panic(http.ErrAbortHandler)
	}
}

// named is what a write is about.
func named(operation string, body []byte) string {
	var in struct {
		ServiceNamespace, ResourceID, ScalableDimension string
		PolicyName, ScheduledActionName, ResourceARN    string
	}
	_ = json.Unmarshal(body, &in) // names of members are found in any case
	if in.ResourceARN != "" {
		return in.ResourceARN
	}
	kind := "target"
	switch {
	case strings.HasSuffix(operation, "Policy"):
		kind = "policy"
	case strings.HasSuffix(operation, "Action"):
		kind = "action"
	}
	return strings.TrimSpace(strings.Join([]string{kind, in.ServiceNamespace, in.ResourceID, in.ScalableDimension, in.PolicyName + in.ScheduledActionName}, " "))
}

// written are all writes to AWS so far.
func (p *programs) written() []write {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.writes)
}

// once checks that nothing was made more often than people asked for it. A call
// that the SDK repeats on a slow machine is one.
func (p *programs) once(most map[string]int) {
	p.Helper()
	calls := map[write]bool{}
	for _, w := range p.written() {
		calls[w] = true
	}
	times := map[write]int{}
	for w := range calls {
		w.by, w.call = "", ""
		times[w]++
	}
	for w, n := range times {
		if n > most[w.operation] {
			p.Errorf("%d times %s of %s", n, w.operation, w.id)
		}
	}
}

// versions tell whether anything is written to the objects.
func (p *programs) versions() string {
	var b strings.Builder
	for _, obj := range p.kube.list() {
		fmt.Fprintln(&b, keyOf(obj), obj.GetUID(), obj.GetResourceVersion())
	}
	return b.String()
}

// comesRight waits until the property of the package holds, and stays so for
// some checks for drift in which nothing is written.
func (p *programs) comesRight() {
	p.Helper()
	p.isRight()
	eventually(p, "the controller comes to rest", p.rests)
	for _, problem := range append(p.problems(), p.statusLies()...) {
		p.Error("it does not stay so: ", problem)
	}
}

// isRight waits until the property holds.
func (p *programs) isRight() {
	p.Helper()
	eventually(p, "the world comes right", func() error {
		if problems := append(p.problems(), p.statusLies()...); len(problems) > 0 {
			return errors.New(strings.Join(problems, "\n") + "\n" + p.report())
		}
		return nil
	})
}

// rests says what is written during a few checks for drift.
func (p *programs) rests() error {
	p.Helper()
	writes, versions := len(p.written()), p.versions()
	p.checked(3)
	if now := p.written(); len(now) > writes {
		return fmt.Errorf("AWS is still written: %+v", now[writes:])
	}
	if now := p.versions(); now != versions {
		return fmt.Errorf("objects are still written:\n%s\nare now\n%s", versions, now)
	}
	return nil
}

// checked waits until AWS has been asked for all targets so many times more.
// Where no object is left, nobody asks.
func (p *programs) checked(times int) {
	p.Helper()
	if len(p.kube.list()) == 0 {
		return
	}
	checks := func() int {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.checks
	}
	until := checks() + times
	eventually(p, "the controller checks for drift", func() error {
		if n := checks(); n < until {
			return fmt.Errorf("%d checks more", until-n)
		}
		return nil
	})
}

// checking counts a request of a check for drift. One check may take several,
// and the next one comes no sooner than after most of a period.
func (p *programs) checking() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); now.Sub(p.checkedAt) > period/2 {
		p.checks, p.checkedAt = p.checks+1, now
	}
}
