package controlplane

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// DefaultAddr is where the API server listens when Options.Addr is empty: the port kubectl users know.
const DefaultAddr = "127.0.0.1:6443"

// DefaultName names the control plane in the kubeconfig when Options.Name is empty.
const DefaultName = "setpoint-lab"

// serverGrace bounds the wait for the API server: it normally leaves in about a second, and one that
// hangs must not hold etcd and the port for longer than a user waits after Ctrl-C.
const serverGrace = 3 * time.Second

// readyPoll is the pause between two questions whether the API server is ready.
const readyPoll = 20 * time.Millisecond

// started guards the process-wide state of the libraries (feature gates, versions, metrics), which a
// second API server in the same process would register again.
var started atomic.Bool

// ErrAlreadyStarted is returned by Start when the process has started a control plane before, even one
// that has stopped: the libraries keep process-wide state that cannot be reset.
var ErrAlreadyStarted = errors.New("one control plane per process: this process has already started one; " +
	"share it and isolate by namespace, or run another process")

// Options says where a control plane listens and keeps its data. The zero value listens on DefaultAddr
// and keeps its data in a temporary directory.
type Options struct {
	// Dir holds etcd's data, its socket and the admin's token. It is created, with mode 0700. A given
	// directory survives Stop, and a later process can continue from it. When empty, a temporary
	// directory is used and deleted by Stop.
	Dir string
	// Addr is the loopback address of the API server, "host:port". Port 0 takes any free port. When
	// empty, DefaultAddr.
	Addr string
	// Logger receives the warnings and errors of the API server and etcd; their chatter arrives at debug
	// level. When nil, nothing is logged.
	Logger *slog.Logger
	// Name names cluster, user and context in the kubeconfig. When empty, DefaultName.
	Name string
}

// ControlPlane is a running API server with its etcd. Its methods may be called from any goroutine.
type ControlPlane struct {
	name string
	url  string
	cred *credentials

	cancel context.CancelFunc
	done   chan struct{}
	err    error // written before done is closed
}

// Start runs an API server and etcd in this process and returns when the API server is ready and the
// default namespace exists. Cancelling ctx, also after Start has returned, stops both.
//
// Only one control plane can be started per process, see ErrAlreadyStarted; errors about the options
// (address, directory) do not count as a start. Start takes over klog, the process-wide log of the
// Kubernetes libraries, and directs it to Options.Logger; call it before other Kubernetes clients run.
func Start(ctx context.Context, opts Options) (*ControlPlane, error) {
	listener, err := listenLoopback(ctx, opts.Addr)
	if err != nil {
		return nil, err
	}
	state, err := openState(opts.Dir)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	if !started.CompareAndSwap(false, true) {
		return nil, errors.Join(ErrAlreadyStarted, listener.Close(), state.close())
	}
	name := opts.Name
	if name == "" {
		name = DefaultName
	}
	logs := newLogs(opts.Logger)
	logs.install()
	cp := &ControlPlane{name: name, url: "https://" + listener.Addr().String(), done: make(chan struct{})}
	if err := cp.start(ctx, &parts{listener: listener, state: state, logs: logs}); err != nil {
		return nil, err
	}
	return cp, nil
}

// start brings up the parts one after the other. On an error it takes down what is up.
func (c *ControlPlane) start(ctx context.Context, p *parts) error {
	var err error
	if c.cred, err = newCredentials(p.listener.Addr().(*net.TCPAddr).IP); err != nil {
		return errors.Join(err, p.shutdown())
	}
	p.db, err = guard(p.logs, func() (*database, error) { return startEtcd(ctx, p.state.path, p.logs) })
	if err != nil {
		return errors.Join(err, p.shutdown())
	}
	// The server gets a context of its own, so that it is always stopped by shutdown and in order.
	serverCtx, stopServer := context.WithCancel(context.WithoutCancel(ctx))
	p.stopServer = stopServer
	server := &server{listener: p.listener, db: p.db, dir: p.state.path, cred: c.cred}
	p.server, err = guard(p.logs, func() (<-chan error, error) { return server.run(serverCtx) })
	if err != nil {
		return errors.Join(err, p.shutdown())
	}
	runCtx, cancel := context.WithCancel(ctx)
	c.cancel = cancel
	go c.supervise(runCtx, p)
	if err := c.waitReady(runCtx); err != nil {
		cancel()
		<-c.done
		if c.err != nil && ctx.Err() == nil {
			return c.err // waiting was cut short by this failure
		}
		return errors.Join(err, c.err)
	}
	return nil
}

// waitReady returns when the API server answers that it is ready and the default namespace exists.
func (c *ControlPlane) waitReady(ctx context.Context) error {
	client, err := kubernetes.NewForConfig(c.RESTConfig())
	if err != nil {
		return fmt.Errorf("waiting for the API server: %w", err)
	}
	for {
		_, err := client.Discovery().RESTClient().Get().AbsPath("/readyz").DoRaw(ctx)
		if err == nil {
			_, err = client.CoreV1().Namespaces().Get(ctx, metav1.NamespaceDefault, metav1.GetOptions{})
		}
		if err == nil {
			return nil
		}
		select {
		case <-time.After(readyPoll):
		case <-ctx.Done():
			return fmt.Errorf("waiting for the API server to become ready: %w", ctx.Err())
		}
	}
}

// supervise waits for the end, wanted or not, and takes the parts down.
func (c *ControlPlane) supervise(ctx context.Context, p *parts) {
	defer close(c.done)
	defer c.cancel()
	var err error
	select {
	case <-ctx.Done():
	case err = <-p.server:
		p.server = nil
		err = errors.Join(errors.New("the API server stopped although nobody asked"), err)
	case <-p.db.stopped():
		err = errors.New("etcd stopped although nobody asked")
	case err = <-p.logs.fatal:
		err = fmt.Errorf("the control plane failed: %w", err)
	}
	c.err = errors.Join(err, p.shutdown())
}

// Stop stops the control plane and waits until it is gone or ctx ends. Calling it again is harmless.
func (c *ControlPlane) Stop(ctx context.Context) error {
	c.cancel()
	select {
	case <-c.done:
		return c.err
	case <-ctx.Done():
		return fmt.Errorf("waiting for the control plane to stop: %w", ctx.Err())
	}
}

// Done is closed when the control plane has stopped, by request or by failure; Err then tells which.
func (c *ControlPlane) Done() <-chan struct{} { return c.done }

// Wait blocks until the control plane has stopped and returns Err.
func (c *ControlPlane) Wait() error {
	<-c.done
	return c.err
}

// Err is nil while the control plane runs and after a clean stop; otherwise it says why the control plane
// stopped although nobody asked, or what went wrong while stopping.
func (c *ControlPlane) Err() error {
	select {
	case <-c.done:
		return c.err
	default:
		return nil
	}
}

// URL is the address of the API server, for example "https://127.0.0.1:6443".
func (c *ControlPlane) URL() string { return c.url }

// RESTConfig returns a new client configuration of the administrator (group system:masters), without
// client-side rate limit: the server is this process.
func (c *ControlPlane) RESTConfig() *rest.Config {
	return &rest.Config{
		Host:            c.url,
		BearerToken:     c.cred.token,
		TLSClientConfig: rest.TLSClientConfig{CAData: c.cred.caPEM},
		QPS:             -1,
	}
}

// parts is what a control plane consists of. Those that are not up yet, or not up any more, are nil.
type parts struct {
	listener   net.Listener
	state      *stateDir
	logs       *logs
	db         *database
	stopServer context.CancelFunc
	server     <-chan error
}

// shutdown stops the API server, then etcd, then deletes the data: each needs the next one to leave in
// peace.
func (p *parts) shutdown() error {
	p.logs.stopping.Store(true)
	if p.stopServer != nil {
		p.stopServer()
	}
	var errs []error
	if p.server != nil {
		select {
		case err := <-p.server:
			errs = append(errs, err)
		case <-time.After(serverGrace):
			errs = append(errs, fmt.Errorf("the API server did not stop within %s", serverGrace))
		}
	}
	if p.db != nil {
		errs = append(errs, p.db.close())
	}
	if err := p.listener.Close(); !errors.Is(err, net.ErrClosed) {
		errs = append(errs, err)
	}
	return errors.Join(append(errs, p.state.close())...)
}
