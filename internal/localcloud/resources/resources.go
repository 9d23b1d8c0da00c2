// Package resources are the things that Application Auto Scaling scales and
// whose service is not in the local cloud, such as Aurora clusters or Lambda
// functions: each a number, declared by who runs the cloud, that follows what is
// asked of it after a delay. One also stands in for what is scaled and was never
// made.
//
// A resource is named as its scalable target is, by namespace, resource ID and
// dimension; the catalog says which there are and what their IDs look like. What
// is declared twice is changed. What is declared of replicas of Aurora and Neptune
// is not removed by scaling, which takes away only what it added.
//
// A Registry has no lock. Its owner calls it under its own.
package resources

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Key names a resource (AWS API: RegisterScalableTarget).
type Key struct {
	ServiceNamespace  string `json:"serviceNamespace"`
	ResourceID        string `json:"resourceId"`
	ScalableDimension string `json:"scalableDimension"`
}

func (k Key) String() string {
	return k.ServiceNamespace + " " + k.ResourceID + " " + k.ScalableDimension
}

// Declaration says what a resource is.
type Declaration struct {
	Key
	// Capacity is what the resource shall have, in the unit of its dimension.
	Capacity int32 `json:"capacity"`
	// Quota is how much it can have; 0: no limit.
	Quota int32 `json:"quota,omitempty"`
}

// Resource is a resource as it is now.
type Resource struct {
	Declaration       // Capacity is what was last asked for
	Running     int32 `json:"running"`
	Settled     bool  `json:"settled"` // what was asked for is running
}

// Options are what a registry is made of.
type Options struct {
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Delay is how long capacity takes to come or to go, for resources that are
	// declared. The capacity at the first declaration is there at once.
	Delay time.Duration
}

// Registry is the declared resources of all accounts.
type Registry struct {
	now      func() time.Time
	delay    time.Duration
	accounts map[place]map[Key]*declared
}

type place struct{ account, region string }

type declared struct {
	quota    int32
	kept     int32 // declared, and of a dimension of which scaling removes only what it added
	capacity *engine.Provisioner
}

// New returns a registry without resources.
func New(o Options) *Registry {
	r := &Registry{now: o.Now, delay: o.Delay, accounts: map[place]map[Key]*declared{}}
	if r.now == nil {
		r.now = time.Now
	}
	return r
}

// own says how resources come to be whose service is in the local cloud.
var own = map[string]string{
	"dynamodb":  "create a table with CreateTable of DynamoDB",
	"ecs":       "create a service with CreateService of ECS",
	"sagemaker": "create an endpoint or an inference component with CreateEndpoint or CreateInferenceComponent of SageMaker",
}

// Dimension checks a key whose namespace is known by the catalog and returns its
// scalable dimension. The error says what to write.
func (k Key) Dimension() (catalog.Dimension, error) {
	namespace, _ := catalog.LookupNamespace(k.ServiceNamespace)
	var names []string
	for _, dim := range namespace.Dimensions() {
		names = append(names, dim.Name)
	}
	dim, ok := catalog.LookupDimension(k.ScalableDimension)
	if !ok || dim.Namespace != k.ServiceNamespace {
		return dim, fmt.Errorf("scalableDimension: %q is not of the namespace %s; write %s", k.ScalableDimension, k.ServiceNamespace, strings.Join(names, " or "))
	}
	if _, ok := dim.ResourceID.Parse(k.ResourceID); !ok {
		return dim, fmt.Errorf("resourceId: %q does not name %s; write %s, such as %s", k.ResourceID, dim.Capacity, dim.ResourceID.Format, dim.ResourceID.Example)
	}
	return dim, nil
}

// Validate checks a declaration by the catalog. The error says what to write.
func (d Declaration) Validate() error {
	if instead, ok := own[d.ServiceNamespace]; ok {
		return fmt.Errorf("serviceNamespace: %s is in the local cloud: %s", d.ServiceNamespace, instead)
	}
	if _, ok := catalog.LookupNamespace(d.ServiceNamespace); !ok {
		return fmt.Errorf("serviceNamespace: %q is unknown; write one of %s", d.ServiceNamespace, strings.Join(namespaces(), ", "))
	}
	dim, err := d.Dimension()
	if err != nil {
		return err
	}
	switch ceiling := dim.MaxCapacityCeiling; {
	case d.Capacity < 0:
		return fmt.Errorf("capacity: %d is not possible; write 0 or more", d.Capacity)
	case ceiling > 0 && d.Capacity > ceiling:
		return fmt.Errorf("capacity: there can be at most %d %s, not %d", ceiling, dim.Capacity, d.Capacity)
	case d.Quota < 0:
		return fmt.Errorf("quota: %d is not possible; write 0 for no limit, or how much capacity there can be", d.Quota)
	case d.Quota > 0 && d.Capacity > d.Quota:
		return fmt.Errorf("capacity: %d is more than the quota of %d; write less, or another quota", d.Capacity, d.Quota)
	}
	return nil
}

// namespaces are those whose resources are declared.
func namespaces() []string {
	var names []string
	for _, n := range catalog.Namespaces() {
		if _, ok := own[n.Name]; !ok {
			names = append(names, n.Name)
		}
	}
	return names
}

// Declare makes a resource, or changes the capacity of one that exists, which
// takes its time. A new quota holds from then on.
func (r *Registry) Declare(sc wire.Scope, d Declaration) (Resource, error) {
	if err := d.Validate(); err != nil {
		return Resource{}, err
	}
	it := r.appear(sc, d.Key, d.Capacity)
	if err := it.capacity.Scale(r.now(), d.Capacity); err != nil {
		return Resource{}, err
	}
	it.quota = d.Quota
	if dim, _ := d.Dimension(); dim.KeepsOthers {
		it.kept = d.Capacity
	}
	return r.resource(d.Key, it), nil
}

// StandIn lets a resource exist that nobody declared, with a capacity to begin
// with, also one whose service is in the local cloud and that is not made there.
func (r *Registry) StandIn(sc wire.Scope, key Key, capacity int32) engine.Resource {
	r.appear(sc, key, capacity)
	return scaled{r, sc, key}
}

// appear returns a resource, which has a capacity if it is new.
func (r *Registry) appear(sc wire.Scope, key Key, capacity int32) *declared {
	all := r.of(sc)
	if all == nil {
		all = map[Key]*declared{}
		r.accounts[place{sc.Account, sc.Region}] = all
	}
	it := all[key]
	if it == nil {
		it = &declared{capacity: engine.NewProvisioner(engine.Provisioning{Capacity: capacity, OutDelay: r.delay, InDelay: r.delay})}
		all[key] = it
	}
	return it
}

// Resources lists what an account has in a Region, ordered by its names.
func (r *Registry) Resources(sc wire.Scope) []Resource {
	list := []Resource{}
	for key, it := range r.of(sc) {
		list = append(list, r.resource(key, it))
	}
	slices.SortFunc(list, func(a, b Resource) int { return strings.Compare(a.String(), b.String()) })
	return list
}

// Remove removes a resource. The error is that there is none.
func (r *Registry) Remove(sc wire.Scope, key Key) error {
	if r.of(sc)[key] == nil {
		return fmt.Errorf("the resource %s is not declared", key)
	}
	delete(r.of(sc), key)
	return nil
}

func (r *Registry) of(sc wire.Scope) map[Key]*declared {
	return r.accounts[place{sc.Account, sc.Region}]
}

func (r *Registry) resource(key Key, it *declared) Resource {
	s := it.capacity.Status(r.now())
	return Resource{Declaration{key, s.Desired, it.quota}, s.Running, s.Settled}
}

// Resource returns a declared resource as what Application Auto Scaling scales,
// nil if it is not declared.
func (r *Registry) Resource(sc wire.Scope, key Key) engine.Resource {
	if r.of(sc)[key] == nil {
		return nil
	}
	return scaled{r, sc, key}
}

// scaled is the resource that has a key, which may be another one after a while.
type scaled struct {
	registry *Registry
	scope    wire.Scope
	key      Key
}

func (s scaled) find() (*declared, bool) {
	it, ok := s.registry.of(s.scope)[s.key]
	return it, ok
}

func (s scaled) removed() string { return "The resource " + s.key.ResourceID + " was removed." }

// Status returns the capacity, of which there is none when the resource was
// removed.
func (s scaled) Status(now time.Time) engine.Status {
	it, ok := s.find()
	if !ok {
		return engine.Status{Settled: true, Unscalable: s.removed()}
	}
	status := it.capacity.Status(now)
	status.Kept = it.kept
	return status
}

// Scale asks for a capacity. The reason of a refusal is in the words of the local
// cloud.
func (s scaled) Scale(now time.Time, n int32) error {
	it, ok := s.find()
	if !ok {
		return &engine.RefusalError{Reason: s.removed()}
	}
	if limit := cmp.Or(it.quota, n); n > limit {
		return &engine.RefusalError{Reason: fmt.Sprintf("The quota is %d, with a current capacity of %d and a request for %d.",
			limit, it.capacity.Status(now).Desired, n)}
	}
	return it.capacity.Scale(now, n)
}

// NextChange returns when capacity arrives next.
func (s scaled) NextChange(now time.Time) (time.Time, bool) {
	it, ok := s.find()
	if !ok {
		return time.Time{}, false
	}
	return it.capacity.NextChange(now)
}
