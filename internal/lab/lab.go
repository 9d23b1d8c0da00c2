// Package lab composes everything that runs on an empty machine: a Kubernetes
// API server with our CRDs, the local AWS, and the controller between the two,
// in one process. The parts know nothing of each other; they meet over HTTP as
// they would in production.
package lab

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/setpoint-io/setpoint/internal/awsapi"
	"github.com/setpoint-io/setpoint/internal/controlplane"
	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
	"github.com/setpoint-io/setpoint/internal/operator"
)

// Account and Region of the requests that the lab itself makes, and the
// namespace in which its controller looks for the roles of other accounts.
const (
	Account         = "000000000000"
	Region          = "us-west-2"
	SystemNamespace = "ack-system"
)

// The SageMaker endpoint of the guide, and its variant.
const (
	SeedEndpoint = "demo-endpoint"
	SeedVariant  = "AllTraffic"
)

// SeedEndpoints are the SageMaker endpoints that a lab starts with: one for
// each of the SageMaker examples.
func SeedEndpoints() []string {
	return []string{SeedEndpoint, SeedEndpoint + "-cpu", SeedEndpoint + "-hours", SeedEndpoint + "-steps"}
}

// Options configure a lab.
type Options struct {
	Dir          string // for the kubeconfig and the API server's state; default ".setpoint"
	KubeAddr     string // of the API server, on loopback; default "127.0.0.1:6443"
	CloudAddr    string // of the local AWS, on loopback; default "127.0.0.1:4566"
	ConsoleAddr  string // of the web console, on loopback; empty: there is none
	NoController bool   // leave the work to another controller
	NoSeed       bool   // start with an empty account
	Logger       *slog.Logger
	// KubeLogger is for the API server, which complains about much that passes
	// by itself; nil: it keeps silent. What stops it is in Start's or Stop's error.
	KubeLogger *slog.Logger

	// ConsoleHosts are names, besides those of loopback, under which browsers may ask
	// for the console, such as that of a proxy.
	ConsoleHosts []string

	// EndpointDelay is how long a SageMaker endpoint takes to become
	// InService. Default 5 seconds.
	EndpointDelay time.Duration
	// ProvisioningDelay is how long capacity takes to come or to go after it was
	// asked for, by the clock of the local AWS. Default: EndpointDelay.
	ProvisioningDelay time.Duration
	// Speed is how many times faster than ours the time of the local AWS passes.
	// Default 1.
	Speed float64
	// Assume is what the local AWS does where AWS documents nothing, each as
	// localcloud.Options.Assume takes it.
	Assume []string
	// Resync is the controller's period of the check for drift. Default 15
	// seconds: in a lab somebody is watching.
	Resync time.Duration
}

func (o *Options) setDefaults() {
	if o.Dir == "" {
		o.Dir = ".setpoint"
	}
	if o.KubeAddr == "" {
		o.KubeAddr = controlplane.DefaultAddr
	}
	if o.CloudAddr == "" {
		o.CloudAddr = "127.0.0.1:4566"
	}
	if o.EndpointDelay == 0 {
		o.EndpointDelay = 5 * time.Second
	}
	if o.Speed == 0 {
		o.Speed = 1
	}
	if o.Resync == 0 {
		o.Resync = 15 * time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
}

// Lab is a running lab.
type Lab struct {
	ControlPlane *controlplane.ControlPlane
	Cloud        *localcloud.Cloud
	Admin        *admin.Admin // of the cloud, at its URL
	CloudURL     string
	ConsoleURL   string // empty: there is none
	Kubeconfig   string // path

	stop     context.CancelFunc
	web      []*http.Server
	page     net.Listener // of the console, until it is served
	operator *operator.Operator
	done     chan error // what the operator ended with; closed when there is none
}

// Start starts a lab and returns when all of it is ready. It stops when the
// context ends or Stop is called.
func Start(ctx context.Context, o Options) (_ *Lab, err error) {
	o.setDefaults()
	useMemory()
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, err
	}
	log.SetLogger(logr.FromSlogHandler(o.Logger.Handler())) // controller-runtime's own log is one of the process
	ctx, cancel := context.WithCancel(ctx)
	l := &Lab{stop: cancel, Kubeconfig: filepath.Join(o.Dir, "kubeconfig"), done: make(chan error, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.Stop())
		}
	}()
	// A console that has no place is told before seconds are spent on the rest.
	if err := l.listenForConsole(ctx, o); err != nil {
		return nil, err
	}
	if err := l.startCloud(ctx, o); err != nil {
		return nil, err
	}
	l.ControlPlane, err = controlplane.Start(ctx, controlplane.Options{Addr: o.KubeAddr, Logger: o.KubeLogger})
	if err != nil {
		return nil, fmt.Errorf("the API server (--kube-addr %s): %w", o.KubeAddr, err)
	}
	if err := InstallCRDs(ctx, l.ControlPlane.RESTConfig()); err != nil {
		return nil, err
	}
	if err := l.startConsole(ctx, o); err != nil {
		return nil, err
	}
	if err := l.ControlPlane.WriteKubeconfig(l.Kubeconfig); err != nil {
		return nil, err
	}
	if o.NoController {
		close(l.done)
		return l, nil
	}
	return l, l.startController(ctx, o)
}

// startCloud serves the local AWS.
func (l *Lab) startCloud(ctx context.Context, o Options) error {
	options := localcloud.Options{
		Account: Account, Region: Region,
		EndpointDelay:     o.EndpointDelay,
		ProvisioningDelay: o.ProvisioningDelay,
		KeepCapacities:    true,
		Logger:            o.Logger.With("component", "cloud"),
	}
	for _, text := range o.Assume {
		if err := options.Assume(text); err != nil {
			return fmt.Errorf("--assume %s: %w", text, err)
		}
	}
	listener, err := listen(ctx, "the local AWS", "--cloud-addr", o.CloudAddr)
	if err != nil {
		return err
	}
	l.Cloud = localcloud.New(options)
	if err := l.Cloud.Clock().SetSpeed(o.Speed); err != nil {
		return errors.Join(err, listener.Close())
	}
	go l.Cloud.Run(ctx)
	l.Admin = admin.New(l.Cloud)
	l.CloudURL = "http://" + listener.Addr().String()
	l.serve(listener, l.Admin, o.Logger)
	if o.NoSeed {
		return nil
	}
	var endpoints []localcloud.Endpoint
	for _, name := range SeedEndpoints() {
		endpoints = append(endpoints, localcloud.Endpoint{Name: name, Variant: SeedVariant, Account: Account, Region: Region})
	}
	return l.Cloud.Seed(ctx, endpoints...)
}

// startController runs the operator as production would, with the local AWS
// behind AWS's own SDK.
func (l *Lab) startController(ctx context.Context, o Options) error {
	var err error
	l.operator, err = operator.New(operator.Options{
		Kubernetes:      l.ControlPlane.RESTConfig(),
		AWS:             awsapi.Options{Config: SDKConfig(l.CloudURL, Account, Region), Logger: o.Logger},
		SystemNamespace: SystemNamespace,
		Logger:          o.Logger.With("component", "controller"),
		MetricsAddr:     "0", HealthAddr: "0", Resync: o.Resync,
	})
	if err != nil {
		return err
	}
	go func() { l.done <- l.operator.Run(ctx) }()
	for l.operator.Ready() != nil {
		select {
		case err := <-l.done:
			return errors.Join(errors.New("the controller stopped"), err)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

// Done ends when a part of the lab stops by itself.
func (l *Lab) Done() <-chan struct{} { return l.ControlPlane.Done() }

// stopTimeout bounds the stop: nobody waits longer for a Ctrl-C.
const stopTimeout = 5 * time.Second

// Stop stops all parts: the controller first, then what it talks to.
func (l *Lab) Stop() error {
	l.stop()
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	var errs []error
	if l.operator != nil {
		select {
		case err := <-l.done:
			errs = append(errs, err)
		case <-ctx.Done():
			errs = append(errs, errors.New("the controller did not stop in time"))
		}
	}
	if l.ControlPlane != nil {
		errs = append(errs, l.ControlPlane.Stop(ctx))
	}
	if l.page != nil {
		errs = append(errs, l.page.Close())
	}
	for _, server := range l.web {
		errs = append(errs, server.Close())
	}
	return errors.Join(errs...)
}
