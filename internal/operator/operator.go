// Package operator wires the controller into a program: Kubernetes and AWS
// clients, health, metrics and leader election. The production binary, the lab
// and the tests all run the same [Operator].
package operator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"

	services "github.com/setpoint-io/setpoint/api/services/v1alpha1"
	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/awsapi"
	"github.com/setpoint-io/setpoint/internal/controller"
	"github.com/setpoint-io/setpoint/internal/fieldexport"
)

// LeaderElectionID is the name of the Lease. It is that of the ACK controller,
// so that the two never run at the same time.
const LeaderElectionID = "ack-applicationautoscaling.services.k8s.aws"

// Options configure an Operator.
type Options struct {
	Kubernetes *rest.Config
	AWS        awsapi.Options // of the controller's own account and Region
	Logger     *slog.Logger

	MetricsAddr string // where /metrics is served; "0" turns it off
	HealthAddr  string // where /healthz and /readyz are served; "0" turns them off

	LeaderElection          bool
	LeaderElectionNamespace string   // default: the namespace the program runs in
	Namespaces              []string // watched namespaces; none means all

	Selector labels.Selector // of our objects and FieldExports; nil means all

	// Kinds are those to work on; nil: all.
	Kinds []autoscaling.Kind
	// SystemNamespace is where the ConfigMaps with the roles of other accounts
	// are; empty: --enable-carm=false.
	SystemNamespace string
	// OwnNamespace is the controller's own, into which no FieldExport of another
	// namespace writes. Default: SystemNamespace.
	OwnNamespace  string
	Selectors     bool // see controller.Options
	ServiceRoles  bool // see controller.Options
	TeamRoles     bool // see controller.Options
	NoAdoption    bool // see controller.Options
	NoReadOnly    bool // see controller.Options
	Retain        bool // see controller.Options
	SameNamespace bool // see controller.Options and fieldexport.Options
	NoFieldExport bool // leave FieldExports alone

	// Tags are put on every scalable target, below those of its spec.
	Tags Tags

	EventQPS     float64 // see controller.Options, as EventBurst
	EventBurst   int
	MetricsLimit int // see controller.Options; metrics go where those of AWS go

	Concurrency int           // see controller.Options
	Resync      time.Duration // see controller.Options
}

// Tags are tags for every scalable target, as [ParseTags] reads them.
type Tags = controller.DefaultTags

// ParseTags reads tags that are written key=value for a controller of that
// version. Values may hold the templates of the ACK controllers, such as
// %K8S_NAMESPACE%. What is left out is told in sentences that say what to write
// instead.
func ParseTags(list []string, version string) (tags Tags, skipped []string) {
	return controller.ParseDefaultTags(list, version)
}

// Operator is the whole program but for its flags.
type Operator struct {
	options  Options
	aws      *awsapi.API
	budgets  sync.Map // *awsapi.Budget by controller.Scope without its role
	manager  manager.Manager
	notReady atomic.Pointer[string] // why; nil when ready
}

// New prepares an operator. It makes no AWS request.
func New(o Options) (*Operator, error) {
	scheme := runtime.NewScheme()
	if err := errors.Join(corev1.AddToScheme(scheme), eventsv1.AddToScheme(scheme), v1alpha1.AddToScheme(scheme), services.AddToScheme(scheme), authorizationv1.AddToScheme(scheme)); err != nil {
		return nil, err
	}
	// The client's own limit would be the bottleneck; the API server has its
	// flow control.
	kubernetes := rest.CopyConfig(o.Kubernetes)
	kubernetes.QPS = -1
	unique := true
	options := manager.Options{
		Scheme:                 scheme,
		Logger:                 logr.FromSlogHandler(o.Logger.Handler()),
		Cache:                  cacheOptions(o),
		Metrics:                server.Options{BindAddress: o.MetricsAddr},
		HealthProbeBindAddress: o.HealthAddr,
		// Tests start several operators in one process.
		Controller: config.Controller{SkipNameValidation: &unique},
	}
	var lead *lead
	if o.LeaderElection {
		var err error
		if lead, err = newLead(kubernetes, o.LeaderElectionNamespace); err != nil {
			return nil, fmt.Errorf("setting up the leader election: %w", err)
		}
		lead.elect(&options)
		kubernetes, o.AWS.MayWrite = lead.guard(kubernetes), lead.held
	}
	mgr, err := manager.New(kubernetes, options)
	if err != nil {
		return nil, fmt.Errorf("setting up the controller manager: %w", err)
	}
	if lead != nil {
		lead.events.manager = mgr
	}
	op := &Operator{options: o, manager: mgr, aws: awsapi.New(o.AWS)}
	op.wait("the operator has not started")
	err = errors.Join(
		mgr.AddHealthzCheck("ping", healthz.Ping),
		mgr.AddReadyzCheck("ready", op.ready),
		mgr.Add(starter{op}),
		op.addFieldExport(),
	)
	return op, err
}

// addFieldExport adds what carries out FieldExports. It is apart from the
// controller: it needs no AWS, and nothing waits for its kind.
func (op *Operator) addFieldExport() error {
	o := op.options
	if o.NoFieldExport {
		return nil
	}
	var kinds []string
	for _, kind := range o.Kinds {
		kinds = append(kinds, string(kind))
	}
	return fieldexport.AddTo(op.manager, fieldexport.Options{
		Kinds: kinds, Events: op.manager.GetEventRecorder("setpoint"),
		Selector: o.Selector, SystemNamespace: cmp.Or(o.OwnNamespace, o.SystemNamespace), SameNamespace: o.SameNamespace, Logger: o.Logger, Resync: o.Resync,
	})
}

// cacheOptions keeps what we read small: our objects in the watched namespaces,
// and of the ConfigMaps of the cluster only those of the system namespace.
func cacheOptions(o Options) cache.Options {
	c := cache.Options{
		DefaultTransform: cache.TransformStripManagedFields(),
		ByObject: map[client.Object]cache.ByObject{
			&corev1.ConfigMap{}: {Namespaces: map[string]cache.Config{o.SystemNamespace: {}}},
		},
	}
	if o.Selector != nil && !o.Selector.Empty() { // asks the API server for the kinds, which may not be installed yet
		for _, obj := range ours(o.Kinds) {
			c.ByObject[obj] = cache.ByObject{Label: o.Selector}
		}
	}
	for _, name := range o.Namespaces {
		if c.DefaultNamespaces == nil {
			c.DefaultNamespaces = map[string]cache.Config{}
		}
		c.DefaultNamespaces[name] = cache.Config{}
	}
	return c
}

// ours is one object of each of the kinds; nil kinds are all.
func ours(kinds []autoscaling.Kind) []client.Object {
	var objects []client.Object
	for _, k := range []struct {
		kind autoscaling.Kind
		obj  client.Object
	}{
		{autoscaling.KindTarget, &v1alpha1.ScalableTarget{}},
		{autoscaling.KindPolicy, &v1alpha1.ScalingPolicy{}},
		{autoscaling.KindAction, &v1alpha1.ScheduledAction{}},
	} {
		if kinds == nil || slices.Contains(kinds, k.kind) {
			objects = append(objects, k.obj)
		}
	}
	return objects
}

// Run works until the context ends.
func (op *Operator) Run(ctx context.Context) error {
	defer op.aws.Close()
	return op.manager.Start(ctx)
}

// Ready says whether the operator can do its work: its caches are filled and
// AWS has told who we are.
func (op *Operator) Ready() error {
	if why := op.notReady.Load(); why != nil {
		return errors.New(*why)
	}
	return nil
}

func (op *Operator) ready(*http.Request) error { return op.Ready() }

func (op *Operator) wait(why string) { op.notReady.Store(&why) }

// starter starts the controller once the AWS identity is known, in standby
// replicas too; only the controller itself waits for the lead.
type starter struct{ *Operator }

// NeedLeaderElection implements manager.LeaderElectionRunnable.
func (starter) NeedLeaderElection() bool { return false }

// retryStart is the pause between attempts to start.
const retryStart = 3 * time.Second

// Start implements manager.Runnable. It tries until it succeeds: AWS and the
// CRDs may come later than we do.
func (s starter) Start(ctx context.Context) error {
	for {
		err := s.start(ctx)
		if err == nil {
			return nil
		}
		s.wait(err.Error())
		s.options.Logger.Error("not ready yet", "error", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(retryStart):
		}
	}
}

func (s starter) start(ctx context.Context) error {
	account, err := s.aws.Account(ctx)
	if err != nil {
		return fmt.Errorf("asking AWS who we are: %w", err)
	}
	s.budgets.Store(controller.Scope{Account: account.ID, Region: account.Region}, s.aws.Budget())
	o := s.controllerOptions(ctx, account)
	if err := s.limit(ctx, &o); err != nil {
		return err
	}
	for _, obj := range ours(s.options.Kinds) {
		if _, err := s.manager.GetCache().GetInformer(ctx, obj); err != nil {
			if meta.IsNoMatchError(err) {
				return fmt.Errorf("the CRDs of applicationautoscaling.services.k8s.aws are not installed: %w", err)
			}
			return fmt.Errorf("reading our objects: %w", err)
		}
	}
	if s.options.Selectors {
		if _, err := s.manager.GetCache().GetInformer(ctx, &services.IAMRoleSelector{}); err != nil {
			return fmt.Errorf("reading the IAMRoleSelectors, which --feature-gates=IAMRoleSelector=true needs: %w", err)
		}
	}
	if err := controller.AddTo(s.manager, o); err != nil {
		return err
	}
	s.notReady.Store(nil)
	s.options.Logger.Info("ready", "account", account.ID, "region", account.Region, "caller", account.CallerARN)
	return nil
}

func (s starter) controllerOptions(ctx context.Context, account awsapi.Account) controller.Options {
	o := controller.Options{
		AWS:             s.aws,
		Account:         account,
		Open:            func(scope controller.Scope) (controller.AWS, func()) { return s.open(ctx, scope) },
		Kinds:           s.options.Kinds,
		Namespaces:      s.options.Namespaces,
		SystemNamespace: s.options.SystemNamespace,
		ServiceRoles:    s.options.ServiceRoles,
		TeamRoles:       s.options.TeamRoles,
		Selectors:       s.options.Selectors,
		NoAdoption:      s.options.NoAdoption,
		NoReadOnly:      s.options.NoReadOnly,
		Tags:            s.options.Tags,
		Retain:          s.options.Retain,
		SameNamespace:   s.options.SameNamespace,
		Events:          s.manager.GetEventRecorder("setpoint"),
		Logger:          s.options.Logger,
		Registerer:      s.options.AWS.Registerer,
		EventQPS:        s.options.EventQPS,
		EventBurst:      s.options.EventBurst,
		MetricsLimit:    s.options.MetricsLimit,
		Concurrency:     s.options.Concurrency,
		Resync:          s.options.Resync,
	}
	o.MayRead = s.mayReadEverywhere
	if o.SystemNamespace == "" {
		o.NoRoles = "--enable-carm=false keeps the controller in its own account: enable it"
	}
	return o
}

// open returns AWS in another account, Region or endpoint, with what is known
// of our own otherwise, and what closes it. It is closed when the context ends,
// too. AWS counts the requests of an account in a Region, so all roles by which
// one is entered have one budget, which outlives them.
func (s starter) open(ctx context.Context, scope controller.Scope) (aws controller.AWS, closeIt func()) {
	o := s.options.AWS
	o.Region, o.RoleARN = scope.Region, scope.RoleARN
	o.ExternalID = cmp.Or(scope.ExternalID, o.ExternalID)
	if scope.Endpoint != "" {
		o.Endpoint = scope.Endpoint
	}
	way := scope
	way.RoleARN = ""
	budget, _ := s.budgets.LoadOrStore(way, awsapi.NewBudget(o.RatePerSecond, o.Burst, o.Logger))
	o.Budget = budget.(*awsapi.Budget)
	api := awsapi.New(o)
	forget := context.AfterFunc(ctx, api.Close)
	return api, func() {
		forget()
		api.Close()
	}
}
