// Package localcloud is an AWS that runs in the process: Application Auto
// Scaling, and of CloudWatch, DynamoDB, ECS, SageMaker and STS what it touches. It is one
// http.Handler at one endpoint for all services, with its state in memory.
//
// It is evidence about AWS. It answers as AWS documents or was seen to answer,
// in the protocol of the client and with the errors of the real services, and
// knows nothing of the controller that is tested against it. Where AWS does not
// document a behaviour, the services have a named option. What it does not
// implement it refuses, naming the operation.
//
// A request is recognised by package wire, routed to a service, and handled
// while one lock is held, so that a change that spans services (a scaling
// policy and its alarms) is seen by others as one. [Faults] make the cloud slow,
// failing or throttled; the [Journal] counts what it was asked.
//
// The cloud lives by its [Clock], which [Cloud.Advance] moves at once and which
// can be fast or stand still. What falls due happens in the order of time, at the
// latest when somebody asks; [Cloud.Run] lets it happen also when nobody does.
// At a full minute SageMaker publishes the metrics of the minute that has
// passed, then the functions given to [Cloud.EachMinute] say what traffic comes,
// then scalable targets and alarms have their turn. Traffic comes in by
// [Cloud.SetLoad], as requests a minute, or one by one by the Offer method of
// package sagemaker's Service.
//
// A cloud is deterministic: what becomes of it follows from its options, with a
// seed, and from each [Change] and its time. So what it was told by
// Options.Changed makes, replayed, the same cloud again.
package localcloud

import (
	"encoding/binary"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch"
	"github.com/setpoint-io/setpoint/internal/localcloud/dynamodb"
	"github.com/setpoint-io/setpoint/internal/localcloud/ecs"
	"github.com/setpoint-io/setpoint/internal/localcloud/resources"
	"github.com/setpoint-io/setpoint/internal/localcloud/sagemaker"
	"github.com/setpoint-io/setpoint/internal/localcloud/sts"
	"github.com/setpoint-io/setpoint/internal/localcloud/traffic"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// The identity of requests that are not signed or whose key names no account.
const (
	DefaultAccount = "000000000000"
	DefaultRegion  = "us-east-1"
)

// Options configure a [Cloud]. The zero value works.
type Options struct {
	// Account owns requests whose access key names no account: neither a
	// 12-digit account ID nor the key of an assumed role. Default:
	// DefaultAccount.
	Account string
	// Region is the Region of requests that are not signed. Default:
	// DefaultRegion.
	Region string
	// Now is what the clock of the cloud follows (see [Cloud.Clock]): it dates
	// resources, and what takes time takes it by that clock. Default: time.Now.
	Now func() time.Time
	// EndpointDelay is how long a SageMaker endpoint takes to be in service
	// after it was created or updated.
	EndpointDelay time.Duration
	// ProvisioningDelay is how long capacity takes to come or to go after it was
	// asked for. Default: EndpointDelay.
	ProvisioningDelay time.Duration
	// TaskRate is how many requests a minute keep a task of an ECS service wholly
	// busy. Default: ecs.DefaultTaskRate.
	TaskRate float64
	// Seed makes the IDs in ARNs, names of alarms and activities follow from what
	// happens, so that the same requests at the same times have the same answers.
	// 0: they are random.
	Seed uint64
	// Start is what the clock shows at the beginning. Default: what Now shows.
	Start time.Time
	// Paused lets the clock stand still from the beginning.
	Paused bool
	// KeepCapacities remembers what scalable targets had, for charts.
	KeepCapacities bool
	// Changed is told of everything that changes the cloud from outside, in order,
	// while the cloud is locked; see [Change]. Default: nobody is.
	Changed func(Change)
	// JournalSize is how many calls the journal keeps in full. Default: 10000.
	JournalSize int
	// Logger gets failures of the cloud itself as errors and each call at debug
	// level. Default: slog.Default.
	Logger *slog.Logger

	// What AWS does not document, by service. The zero values are the most
	// likely behaviours.
	AppAutoScaling appautoscaling.Behaviour
	CloudWatch     cloudwatch.Behaviour
	SageMaker      sagemaker.Behaviour
	// Scaling is how alarms are evaluated and targets scale where AWS does not
	// document it; engine.BehaviourOptions lists the possibilities. Default:
	// engine.DefaultBehaviour.
	Scaling *engine.Behaviour
	// Workload is what requests cost the models of SageMaker endpoints.
	Workload sagemaker.Workload
}

func (o Options) withDefaults() Options {
	if o.Account == "" {
		o.Account = DefaultAccount
	}
	if o.Region == "" {
		o.Region = DefaultRegion
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.ProvisioningDelay == 0 {
		o.ProvisioningDelay = o.EndpointDelay
	}
	if o.Scaling == nil {
		o.Scaling = new(engine.DefaultBehaviour())
	}
	if o.JournalSize <= 0 {
		o.JournalSize = 10_000
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return o
}

// ids returns what makes IDs.
func (o Options) ids() func() uuid.UUID {
	if o.Seed == 0 {
		return uuid.New
	}
	var seed [32]byte
	binary.LittleEndian.PutUint64(seed[:], o.Seed)
	source := rand.NewChaCha8(seed)
	return func() uuid.UUID {
		// A generator of this kind never fails.
		return uuid.Must(uuid.NewRandomFromReader(source))
	}
}

// Cloud is the local cloud.
type Cloud struct {
	options Options
	faults  *Faults
	journal *Journal
	clock   *Clock
	// wall is the clock of the clients, which measures what they feel and
	// expires what they cache. It differs from the cloud's when that is fast.
	wall func() time.Time

	mu        sync.Mutex // guards what follows, and all state behind it
	services  *services
	minutes   minutes
	present   time.Time // what the services take for the present
	version   atomic.Uint64
	arrived   arrivals
	taken     int // IDs
	replaying bool
}

// services are the services of the cloud. A reset replaces them.
type services struct {
	appautoscaling *appautoscaling.Service
	cloudwatch     *cloudwatch.Service
	sagemaker      *sagemaker.Service
	ecs            *ecs.Service
	dynamodb       *dynamodb.Service
	declared       *resources.Registry
	sts            *sts.Service
	// processes are what happens by itself, in the order in which it does at
	// one time.
	processes  []process
	traffic    *attachments
	capacities *capacities
	places     map[wire.Scope]struct{} // of which there may be something
}

// New returns a cloud without resources.
func New(o Options) *Cloud {
	o = o.withDefaults()
	c := &Cloud{
		options: o,
		faults:  newFaults(time.Now),
		journal: newJournal(o.JournalSize),
		clock:   startClock(o.Now),
		wall:    time.Now,
	}
	if !o.Start.IsZero() {
		c.clock.set(o.Start)
	}
	c.clock.paused = o.Paused
	c.minutes.cloud = c
	c.present = c.clock.Now()
	c.services = c.newServices()
	return c
}

// Faults injects latency, errors and throttling.
func (c *Cloud) Faults() *Faults { return c.faults }

// SetMetricDelay lets metrics be seen only so long after they are put, by the
// cloud's clock; 0 ends that. What can be seen then, is seen at once.
func (c *Cloud) SetMetricDelay(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.change()
	c.services.cloudwatch.SetMetricDelay(d)
	c.tell(wire.Scope{}, Change{MetricDelay: new(traffic.Duration(d))})
}

// MetricDelay returns how long after they are put metrics can be seen.
func (c *Cloud) MetricDelay() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.services.cloudwatch.MetricDelay()
}

// Journal tells what the cloud was asked.
func (c *Cloud) Journal() *Journal { return c.journal }

// Reset removes all resources and sessions of all accounts. Faults and the
// journal stay: they are not AWS's.
func (c *Cloud) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.services = c.newServices()
	c.version.Add(1)
	c.tell(wire.Scope{}, Change{Reset: true})
}

// newServices connects the services. Application Auto Scaling and SageMaker
// need each other: one scales the variants of the other, which asks whether
// they are registered.
func (c *Cloud) newServices() *services {
	const namespace = "sagemaker"
	now := func() time.Time { return c.present }
	s := &services{places: map[wire.Scope]struct{}{}}
	ids := c.options.ids()
	newID := func() uuid.UUID {
		c.taken++
		return ids()
	}
	var invoked func(wire.Scope, string)
	if c.options.Changed != nil {
		invoked = c.arrive
	}
	s.cloudwatch = cloudwatch.New(cloudwatch.Options{
		Now: now, Policies: policies{s}, Alarm: &c.options.Scaling.Alarm, Behaviour: c.options.CloudWatch,
	})
	s.sts = sts.New(sts.Options{Now: c.wall})
	s.sagemaker = sagemaker.New(sagemaker.Options{
		Now:               now,
		Delay:             c.options.EndpointDelay,
		ProvisioningDelay: c.options.ProvisioningDelay,
		Metrics:           metrics{s.cloudwatch},
		Workload:          c.options.Workload,
		Registered: func(scope wire.Scope, resourceID string) bool {
			return s.appautoscaling.Registered(scope, namespace, resourceID)
		},
		Deregister: func(scope wire.Scope, prefix string) {
			s.appautoscaling.DeregisterPrefix(scope, namespace, prefix)
		},
		Invoked:   invoked,
		NewID:     newID,
		Behaviour: c.options.SageMaker,
	})
	s.ecs = ecs.New(ecs.Options{Now: now, Delay: c.options.ProvisioningDelay, TaskRate: c.options.TaskRate, Record: s.cloudwatch.Record, Labels: func(sc wire.Scope, resourceID string) []string {
		return s.appautoscaling.Labels(sc, "ecs", resourceID)
	}})
	s.dynamodb = dynamodb.New(dynamodb.Options{Now: now, Delay: c.options.ProvisioningDelay, Record: s.cloudwatch.Record})
	s.declared = resources.New(resources.Options{Now: now, Delay: c.options.ProvisioningDelay})
	s.appautoscaling = appautoscaling.New(appautoscaling.Options{
		Now: now, Alarms: alarms{s.cloudwatch, c.reach}, Metrics: metrics{s.cloudwatch},
		Resources: scaled{s.sagemaker, s.ecs, s.dynamodb, s.declared, c.options.AppAutoScaling.RequireResource},
		NewID:     newID, Engine: c.options.Scaling, Behaviour: c.options.AppAutoScaling,
	})
	s.traffic = &attachments{now: now, offer: s.offer, of: map[wire.Scope]map[resources.Key]*attached{}}
	s.capacities = &capacities{
		now: now, changed: s.appautoscaling.NewCapacities, asked: c.options.KeepCapacities, next: c.present.Truncate(time.Minute),
		of: map[wire.Scope]map[resources.Key][]CapacityPoint{},
	}
	s.processes = []process{s.sagemaker, s.ecs, s.dynamodb, s.traffic, &c.minutes, s.appautoscaling, s.cloudwatch, s.capacities}
	return s
}
