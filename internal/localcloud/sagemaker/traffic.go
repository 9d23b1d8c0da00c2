package sagemaker

import (
	"slices"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// A minute has slots of ten seconds, which is how often SageMaker publishes
// concurrent requests.
const (
	slots       = 6
	slotSeconds = 10
)

// flow is the traffic of a variant in a minute, and where the metrics go that
// become of it.
type flow struct {
	variant string
	kind    workKind
	ended   bool

	perMinute float64 // arrives steadily
	capacity  int32   // in service: instances, or provisioned concurrency
	cores     float64 // of an instance
	backlog   float64 // of an asynchronous endpoint: requests that wait

	since    int64          // until when the steady load is counted, Unix nanoseconds
	requests float64        // of the minute
	refused  float64        // of the minute: for want of capacity
	spread   [slots]float64 // of the minute: requests divided by the capacity at their time

	recorders []Recorder
}

// workKind is how a variant takes requests, which decides on its metrics.
type workKind int

const (
	onInstances workKind = iota
	serverless
	asynchronous
	onCopies // of an inference component
)

// Offer counts requests that arrive at a variant at a time of the minute that
// is under way, at the capacity that is in service now. It fails if the variant
// does not exist or was never in service.
func (s *Service) Offer(sc wire.Scope, endpoint, variant string, at time.Time, requests float64) error {
	f, err := s.flow(sc, endpoint, variant)
	if err != nil {
		return err
	}
	f.add(int(at.Unix()%60/slotSeconds), max(0, requests))
	return nil
}

// SetLoad lets so many requests a minute arrive steadily at a variant from now
// on. It fails as [Service.Offer] does.
func (s *Service) SetLoad(sc wire.Scope, endpoint, variant string, perMinute float64) error {
	f, err := s.flow(sc, endpoint, variant)
	Loads{s, f}.Set(perMinute)
	return err
}

// Loads is a variant or an inference component in service, for who sets its load
// again and again.
type Loads struct {
	service *Service
	flow    *flow
}

// Loads finds a variant or an inference component that is named as Application
// Auto Scaling does. The load of a component is not counted for its variant. It
// fails as [Service.Offer] does.
func (s *Service) Loads(sc wire.Scope, resourceID string) (Loads, error) {
	name, ok := strings.CutPrefix(resourceID, componentID)
	if !ok {
		endpoint, variant, _ := strings.Cut(strings.TrimPrefix(resourceID, "endpoint/"), "/variant/")
		f, err := s.flow(sc, endpoint, variant)
		return Loads{s, f}, err
	}
	c, err := s.findComponent(sc, name)
	switch {
	case err != nil:
		return Loads{}, err
	case c.flow == nil:
		return Loads{}, wire.Validation("The inference component %q is still being created.", name)
	}
	return Loads{s, c.flow}, nil
}

// Set lets so many requests a minute arrive steadily from now on. It returns
// false once the variant or component is gone, or was replaced.
func (l Loads) Set(perMinute float64) bool {
	if l.flow == nil || l.flow.ended {
		return false
	}
	l.flow.count(l.service.now().UnixNano())
	l.flow.perMinute = max(0, perMinute)
	return true
}

// Load returns how many requests a minute arrive steadily at a variant.
func (s *Service) Load(sc wire.Scope, endpoint, variant string) (perMinute float64, err error) {
	f, err := s.flow(sc, endpoint, variant)
	if err != nil {
		return 0, err
	}
	return f.perMinute, nil
}

// flow returns the traffic of a variant in service.
func (s *Service) flow(sc wire.Scope, endpoint, variant string) (*flow, error) {
	s.settle(s.now())
	e, err := s.find(sc, endpoint)
	if err != nil {
		return nil, err
	}
	if f := e.flow(variant); f != nil {
		return f, nil
	}
	if e.config == nil || e.status() == deleting {
		return nil, wire.Validation("Endpoint %s of account %s not found.", e.name, sc.Account)
	}
	return nil, noVariant(variant, e.config)
}

func (e *endpoint) flow(variant string) *flow {
	i := slices.IndexFunc(e.flows, func(f *flow) bool { return f.variant == variant })
	if i < 0 {
		return nil
	}
	return e.flows[i]
}

// serve notes what is in service after a change of an endpoint. A variant that
// was there before keeps its load.
func (s *Service) serve(sc wire.Scope, e *endpoint, now time.Time) {
	next := make([]*flow, len(e.variants))
	for i, v := range e.variants {
		kind := kindOf(e, v)
		f := e.flow(v.name())
		if f == nil || f.kind != kind {
			f = s.start(sc, e, v.name(), kind, f, now)
		}
		f.count(now.UnixNano())
		f.capacity, f.cores = v.current.instances, cores(value(v.spec.InstanceType))
		if v.current.serverless != nil {
			f.capacity = value(v.current.serverless.ProvisionedConcurrency)
		}
		next[i] = f
	}
	for _, f := range e.flows {
		f.ended = !slices.Contains(next, f)
	}
	e.flows = next
}

func kindOf(e *endpoint, v variant) workKind {
	switch {
	case v.current.serverless != nil:
		return serverless
	case len(e.config.input.AsyncInferenceConfig) > 0:
		return asynchronous
	default:
		return onInstances
	}
}

// start returns the traffic of a variant that begins to serve, with the load of
// what it replaces, if anything.
func (s *Service) start(sc wire.Scope, e *endpoint, variant string, kind workKind, old *flow, now time.Time) *flow {
	f := &flow{variant: variant, kind: kind, since: now.UnixNano(), recorders: s.recorders(sc, e.name, variant, kind)}
	if old != nil {
		f.perMinute = old.perMinute
	}
	s.add(f, now)
	return f
}

// add lets metrics be published of more traffic.
func (s *Service) add(f *flow, now time.Time) {
	if len(s.flows) == 0 {
		s.published = now.Truncate(time.Minute)
	}
	s.flows = append(s.flows, f)
}

// close ends the traffic of an endpoint.
func (e *endpoint) close() {
	for _, f := range e.flows {
		f.ended = true
	}
	e.flows = nil
}

// count adds what arrived steadily until a time.
func (f *flow) count(until int64) {
	const slot = int64(slotSeconds * time.Second)
	for f.since < until {
		end := min(until, f.since-f.since%slot+slot)
		if f.perMinute > 0 {
			f.add(int(f.since/slot%slots), f.perMinute*float64(end-f.since)/float64(time.Minute))
		}
		f.since = end
	}
}

func (f *flow) add(slot int, requests float64) {
	f.requests += requests
	if f.capacity > 0 {
		f.spread[slot] += requests / float64(f.capacity)
	} else {
		f.refused += requests
	}
}
