package appautoscaling

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/localcloud/ledger"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// place is one account in one Region: nothing is shared between two of them.
type place struct{ account, region string }

// region is what one account has in one Region.
type region struct {
	targets map[identity]*target
	created int // how many things were created, which orders them
	// registered counts the targets by namespace.
	registered map[string]int
	invoked    map[string]*Invoked // by the actions of alarms
	byID       map[string]*target  // by the ID in its ARN
	sorted     []*target           // by namespace and key; nil: anew
	activities ledger.Ledger[resource, *activity]
}

// resource is what targets of several dimensions may scale.
type resource struct{ namespace, resourceID string }

// identity is what tells scalable targets apart.
type identity struct{ namespace, resourceID, dimension string }

// String is how error messages name a target.
func (i identity) String() string {
	return fmt.Sprintf("service namespace: %s, resource ID: %s, scalable dimension: %s", i.namespace, i.resourceID, i.dimension)
}

// target is a scalable target with all that is under it.
type target struct {
	identity
	key       string // orders the targets of a namespace
	sequence  int
	id        string // in its own ARN
	childID   string // in the ARNs of its policies and actions
	min, max  int32
	roleARN   string
	suspended suspended
	tags      map[string]string
	created   time.Time
	busyUntil time.Time // a change is pending until then
	policies  map[string]*policy
	actions   map[string]*action

	scope    wire.Scope
	engine   *engine.Target
	resource Resource            // of the engine
	seen     Capacity            // by who watches capacities
	next     time.Time           // of the next event
	position int                 // in the queue; -1: nothing is going to happen
	open     map[int64]*activity // under way, by the engine's number
	gone     bool                // deregistered, and followed while something is under way
	// What happened in one step.
	told     []engine.Notification
	touched  bool
	rescaled bool // the capacity changed, or seems to have
}

// inOrder returns the policies in the order of their names, so that what is
// done to all of them is always done alike.
func (t *target) inOrder() []*policy {
	return slices.SortedFunc(maps.Values(t.policies), func(a, b *policy) int { return cmp.Compare(a.name, b.name) })
}

type suspended struct{ in, out, scheduled bool }

// policy is a scaling policy. A configuration is replaced, never changed, so
// answers can share it.
type policy struct {
	sequence  int
	name      string
	createdBy string // in the action of its managed alarms
	action    string // of the alarms that invoke it
	created   time.Time
	config    policyConfig
	// Of target tracking: the managed alarms, and the capacity that they were
	// made for.
	alarms      []alarmMember
	managed     []managed
	provisioned int32

	forecasts *forecasts // of predictive scaling
}

// policyConfig is the type of a policy and the one configuration that belongs
// to it.
type policyConfig struct {
	policyType string
	step       *stepConfig
	tracking   *trackingConfig
	predictive *predictiveConfig
}

// action is a scheduled action.
type action struct {
	sequence   int
	name       string
	created    time.Time // when it was first put
	put        time.Time // when it was last put
	schedule   string
	timezone   *string
	start, end *wire.Time
	bounds     *targetAction
}

// region returns the state of the caller's account and Region.
func (s *Service) region(sc wire.Scope) *region {
	key := place{sc.Account, sc.Region}
	if s.latest.region != nil && s.latest.place == key {
		return s.latest.region
	}
	r := s.regions[key]
	if r == nil {
		r = &region{
			targets:    map[identity]*target{},
			registered: map[string]int{},
			invoked:    map[string]*Invoked{},
			byID:       map[string]*target{},
		}
		s.regions[key] = r
	}
	s.latest.place, s.latest.region = key, r
	return r
}

// add keeps a new target.
func (r *region) add(t *target) {
	r.targets[t.identity], r.byID[t.id] = t, t
	r.registered[t.namespace]++
	r.sorted = nil
}

// remove takes out a target.
func (r *region) remove(t *target) {
	delete(r.targets, t.identity)
	delete(r.byID, t.id)
	r.registered[t.namespace]--
	r.sorted = nil
}

// inOrder returns all targets by namespace and key. The list is not to be changed.
func (r *region) inOrder() []*target {
	if r.sorted == nil {
		r.sorted = slices.SortedFunc(maps.Values(r.targets), func(a, b *target) int {
			return cmp.Or(strings.Compare(a.namespace, b.namespace), strings.Compare(a.key, b.key))
		})
	}
	return r.sorted
}

// of returns the targets of a namespace, in order.
func (r *region) of(namespace string) []*target {
	byNamespace := func(t *target, namespace string) int { return strings.Compare(t.namespace, namespace) }
	all := r.inOrder()
	first, _ := slices.BinarySearchFunc(all, namespace, byNamespace)
	after, _ := slices.BinarySearchFunc(all, namespace+"\x00", byNamespace)
	return all[first:after]
}

// next returns the number of the next thing that is created.
func (r *region) next() int {
	r.created++
	return r.created
}

// visible reports whether a target is seen by operations other than its
// registration.
func (s *Service) visible(t *target) bool {
	return !s.now().Before(t.created.Add(s.behaviour.RegisterDelay))
}

// find returns the target if it is visible, else nil.
func (s *Service) find(sc wire.Scope, id identity) *target {
	t := s.region(sc).targets[id]
	if t == nil || !s.visible(t) {
		return nil
	}
	return t
}

// idle refuses a change while another one of the same target is pending.
func (s *Service) idle(t *target) error {
	if s.now().Before(t.busyUntil) {
		return concurrentUpdate()
	}
	return nil
}

// changed notes that a change of the target was accepted.
func (s *Service) changed(t *target) { t.busyUntil = s.now().Add(s.behaviour.UpdateDuration) }

// newIDs returns the IDs of a new target: the one in its own ARN, 36 letters
// and digits, and the UUID that its policies and actions share.
func (s *Service) newIDs(sc wire.Scope, id identity) (own, children string) {
	newID := func(string) uuid.UUID { return s.newID() }
	if s.behaviour.StableIDs {
		newID = func(kind string) uuid.UUID {
			name := strings.Join([]string{kind, sc.Account, sc.Region, id.namespace, id.resourceID, id.dimension}, "\n")
			return uuid.NewSHA1(uuid.NameSpaceURL, []byte(name))
		}
	}
	hex := func(kind string) string { return strings.ReplaceAll(newID(kind).String(), "-", "") }
	const length = 36
	return (hex("target") + hex("target, continued"))[:length], newID("children").String()
}

// resolve finds the dimension of an identity and checks that its three parts
// fit each other.
func resolve(id identity) (catalog.Dimension, error) {
	d, ok := catalog.LookupDimension(id.dimension)
	if !ok || d.Namespace != id.namespace {
		return d, unsupportedIdentity()
	}
	parts, ok := d.ResourceID.Parse(id.resourceID)
	if !ok {
		return d, unsupportedIdentity()
	}
	if id.namespace == "lambda" && parts["qualifier"] == "$LATEST" {
		return d, wire.Validation("$LATEST is not a supported qualifier for Auto Scaling")
	}
	return d, nil
}
