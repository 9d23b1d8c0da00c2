package faults

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	"github.com/setpoint-io/setpoint/internal/awsapi"
	"github.com/setpoint-io/setpoint/internal/controller"
)

const (
	account = "123456789012"
	region  = "us-west-2"
	resync  = time.Minute // of most worlds
)

// An accident is what happens at a process's n-th write. Zero: nothing.
type accident struct {
	write int
	what  mishap
}

type mishap string

const (
	killedBefore mishap = "killed before" // the write takes effect
	killedAfter  mishap = "killed after"  // the write took effect
	answerLost   mishap = "answer lost"   // the write took effect, and the process does not know
)

// process is one run of the controller, from its start to its end or death.
type process struct {
	world  *world
	ctx    context.Context
	cancel context.CancelFunc
	ended  chan struct{}
	cache  *watchCache
	turn   chan struct{} // held while a write is made; a mutex would stop the bubble's clock

	mu      sync.Mutex
	planned accident
	writes  int // since the accident was planned
	dead    bool
}

var errDead = errors.New("the process is dead")

// start runs the controller, wired as the operator does it.
func (w *world) start() {
	ctx, cancel := context.WithCancel(context.Background())
	p := &process{world: w, ctx: ctx, cancel: cancel, ended: make(chan struct{}), turn: make(chan struct{}, 1)}
	w.process = p
	api := p.aws(controller.Scope{Account: account, Region: region})
	c := newWatchCache(p)
	p.cache = c
	m := &processManager{client: processClient{p: p, cache: c}, cache: c}
	err := controller.AddTo(m, controller.Options{
		AWS: api, Account: awsapi.Account{ID: account, Partition: "aws", Region: region},
		Open: p.open, SystemNamespace: systemNamespace, MayRead: w.mayRead,
		Events: recorder{w}, Logger: slog.New(slog.DiscardHandler), Concurrency: w.concurrency, Resync: w.resync,
	})
	if err != nil {
		w.Fatal(err)
	}
	c.start(ctx, w.memory, w.watch)
	go func() {
		defer close(p.ended)
		var runs sync.WaitGroup
		for _, r := range m.runnables {
			runs.Go(func() {
				if err := r.Start(ctx); err != nil {
					w.Errorf("the controller does not start: %v", err)
				}
			})
		}
		runs.Wait()
		api.Close()
	}()
}

// aws is AWS in a scope as the process has it: it gets into every account.
func (p *process) aws(scope controller.Scope) *awsapi.API {
	return awsapi.New(awsapi.Options{
		Config: aws.Config{
			Region: scope.Region, HTTPClient: p, RetryMaxAttempts: p.world.attempts,
			Credentials: credentials.NewStaticCredentialsProvider(scope.Account, "secret", ""),
		},
		Endpoint: "http://aws.test", Logger: slog.New(slog.DiscardHandler),
	})
}

func (p *process) open(scope controller.Scope) (controller.AWS, func()) {
	api := p.aws(scope)
	forget := context.AfterFunc(p.ctx, api.Close)
	return api, func() {
		forget()
		api.Close()
	}
}

// stop ends the process in order.
func (w *world) stop() {
	w.process.cancel()
	<-w.process.ended
}

// restart ends the process and starts another.
func (w *world) restart() {
	if w.real != nil {
		w.real.restart()
		return
	}
	w.stop()
	w.start()
}

// plan says what happens at the n-th write from now on.
func (w *world) plan(a accident) {
	if w.real != nil {
		w.real.plan(a)
		return
	}
	w.process.plan(a)
}

// reincarnate starts a new process if the last one is dead.
func (w *world) reincarnate() {
	if !w.process.isDead() {
		return
	}
	<-w.process.ended
	if act := w.whileDead; act != nil {
		w.whileDead = nil
		act(w)
	}
	w.start()
}

func (p *process) isDead() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dead
}

func (p *process) plan(a accident) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.planned, p.writes = a, 0
}

func (p *process) kill() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dead = true
	p.cancel()
	return errDead
}

// write makes one write, unless the process is dead or dies before it.
func (p *process) write(what string, effect func()) error {
	p.turn <- struct{}{}
	defer func() { <-p.turn }()
	if p.isDead() {
		return errDead
	}
	p.mu.Lock()
	p.writes++
	happens := mishap("")
	if p.writes == p.planned.write {
		happens = p.planned.what
	}
	p.mu.Unlock()
	p.world.wrote(what)
	if happens == killedBefore {
		return p.kill()
	}
	effect()
	switch happens {
	case killedAfter:
		return p.kill()
	case answerLost:
		return io.ErrUnexpectedEOF
	}
	return nil
}

// Do implements aws.HTTPClient: it is the network between process and AWS.
func (p *process) Do(r *http.Request) (*http.Response, error) {
	if p.isDead() {
		return nil, errDead
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	switch p.world.suffers(callerPlace(r), body) {
	case hangs:
		<-r.Context().Done()
		return nil, r.Context().Err()
	case fails:
		return failure(), nil
	}
	_, operation, json := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if !json {
		operation = path.Base(r.URL.Path) // CloudWatch speaks CBOR
	}
	answer := &answer{ResponseRecorder: httptest.NewRecorder()}
	ctx, cancel := context.WithTimeout(r.Context(), 20*time.Second)
	defer cancel()
	serve := func() { p.world.answers(operation).ServeHTTP(answer, r.WithContext(ctx)) }
	if isRead(operation) {
		serve()
	} else if err := p.write(operation, func() {
		p.world.checkChange(operation, callerPlace(r), body)
		serve()
	}); err != nil {
		return nil, err
	}
	if answer.closed {
		return nil, io.ErrUnexpectedEOF
	}
	return answer.Result(), nil
}

func isRead(operation string) bool {
	return strings.HasPrefix(operation, "Describe") || strings.HasPrefix(operation, "List") || strings.HasPrefix(operation, "Get")
}

// answer is a response whose connection can be closed.
type answer struct {
	*httptest.ResponseRecorder
	closed bool
}

// Hijack implements http.Hijacker.
func (a *answer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	a.closed = true
	ours, theirs := net.Pipe()
	_ = theirs.Close()
	return ours, nil, nil
}

// processManager gives the controller what it asks of a manager.
type processManager struct {
	manager.Manager // what it does not implement is not there
	client          client.Client
	cache           cache.Cache
	runnables       []manager.Runnable
}

func (m *processManager) GetClient() client.Client    { return m.client }
func (m *processManager) GetAPIReader() client.Reader { return liveReader{m.client.(processClient)} }
func (m *processManager) GetCache() cache.Cache       { return m.cache }
func (m *processManager) GetLogger() logr.Logger      { return logr.Discard() }
func (m *processManager) GetRESTMapper() meta.RESTMapper {
	return restMapper()
}

func (m *processManager) GetControllerOptions() config.Controller {
	unique := true
	return config.Controller{SkipNameValidation: &unique}
}

func (m *processManager) Add(r manager.Runnable) error {
	m.runnables = append(m.runnables, r)
	return nil
}

// recorder keeps events.
type recorder struct{ w *world }

func (r recorder) Eventf(_, _ runtime.Object, _, reason, _, note string, args ...any) {
	r.w.announced(reason + ": " + fmt.Sprintf(note, args...))
}
