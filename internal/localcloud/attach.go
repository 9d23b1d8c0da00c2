package localcloud

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
	"github.com/setpoint-io/setpoint/internal/localcloud/parallel"
	"github.com/setpoint-io/setpoint/internal/localcloud/resources"
	"github.com/setpoint-io/setpoint/internal/localcloud/sagemaker"
	"github.com/setpoint-io/setpoint/internal/localcloud/traffic"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Attachment is traffic that arrives at a resource: at a variant or an inference
// component of SageMaker, at a service of ECS, and, in capacity units, at a
// table or an index of DynamoDB, of which the dimension says whether it is read
// or written.
type Attachment struct {
	resources.Key
	Begin   time.Time    `json:"begin"`
	Traffic traffic.Spec `json:"traffic"`
	// Rate is what arrives in a minute now.
	Rate float64 `json:"rate"`
	// Problem says why nothing arrives, for example that the resource does not
	// exist yet. It is tried again every minute.
	Problem string `json:"problem,omitempty"`
}

// Attach lets traffic arrive at a resource from now on, instead of what arrived
// there before. The resource need not exist yet. Errors say what to write.
func (c *Cloud) Attach(s wire.Scope, key resources.Key, spec traffic.Spec) (Attachment, error) {
	if !slices.Contains([]string{"sagemaker", "ecs", "dynamodb"}, key.ServiceNamespace) {
		return Attachment{}, fmt.Errorf("serviceNamespace: traffic cannot be attached to %q; write sagemaker, ecs or dynamodb, and put metrics of others with PutMetricData", key.ServiceNamespace)
	}
	if _, err := key.Dimension(); err != nil {
		return Attachment{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.change()
	what := ChangeTraffic{key, spec}
	it, err := c.attach(c.place(s), what)
	if err == nil {
		c.tell(c.place(s), Change{Attach: &what})
	}
	return it, err
}

// attach is Attach. The lock is held.
func (c *Cloud) attach(at wire.Scope, t ChangeTraffic) (Attachment, error) {
	generator, err := t.Traffic.Build(c.present)
	if err != nil {
		return Attachment{}, err
	}
	it := &attached{Attachment: Attachment{Key: t.Key, Begin: c.present, Traffic: t.Traffic}, place: at, generator: generator}
	c.services.traffic.attach(it, c.present)
	return it.Attachment, nil
}

// Attachments lists the traffic of an account in a Region, ordered by the names
// of its resources.
func (c *Cloud) Attachments(s wire.Scope) []Attachment {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.catchUp()
	return c.services.traffic.list(c.place(s))
}

// Detach ends traffic. The error is that there is none.
func (c *Cloud) Detach(s wire.Scope, key resources.Key) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.change()
	err := c.detach(c.place(s), key)
	if err == nil {
		c.tell(c.place(s), Change{Detach: &key})
	}
	return err
}

// detach is Detach. The lock is held.
func (c *Cloud) detach(at wire.Scope, key resources.Key) error {
	it := c.services.traffic.of[at][key]
	if it == nil {
		return fmt.Errorf("no traffic is attached to %s", key)
	}
	c.services.traffic.detach(it)
	// A resource that does not exist any more has no load either.
	it.Rate = 0
	_ = c.services.offer(it)
	return nil
}

// place is whose traffic it is: a scope without the key of a caller.
func (c *Cloud) place(s wire.Scope) wire.Scope {
	s = c.defaults(s)
	return c.enter(wire.Scope{Account: s.Account, Region: s.Region})
}

// enter remembers that there may be something in a place, which it returns.
func (c *Cloud) enter(place wire.Scope) wire.Scope {
	if _, known := c.services.places[place]; !known {
		c.services.places[place] = struct{}{}
	}
	return place
}

// offer lets traffic arrive at its resource, at its rate.
func (s *services) offer(it *attached) (err error) {
	switch it.ServiceNamespace {
	case "ecs":
		return s.ecs.SetLoad(it.place, it.ResourceID, it.Rate)
	case "dynamodb":
		return s.dynamodb.SetLoad(it.place, it.ResourceID, it.ScalableDimension, it.Rate)
	}
	if !it.loads.Set(it.Rate) {
		it.loads, err = s.sagemaker.Loads(it.place, it.ResourceID)
		it.loads.Set(it.Rate)
	}
	return err
}

// attachments offers traffic at every full minute.
type attachments struct {
	offer func(*attached) error
	of    map[wire.Scope]map[resources.Key]*attached
	all   []*attached
	next  time.Time
	now   func() time.Time
}

// list returns the traffic of a place, ordered by the names of its resources.
func (a *attachments) list(at wire.Scope) []Attachment {
	list := []Attachment{}
	for _, it := range a.of[at] {
		list = append(list, it.Attachment)
	}
	slices.SortFunc(list, func(a, b Attachment) int { return strings.Compare(a.String(), b.String()) })
	return list
}

type attached struct {
	Attachment
	generator traffic.Generator
	loads     sagemaker.Loads // found before, to be quick
	place     wire.Scope
}

var _ process = (*attachments)(nil)

func (a *attachments) attach(it *attached, now time.Time) {
	of := a.of[it.place]
	if of == nil {
		of = map[resources.Key]*attached{}
		a.of[it.place] = of
	}
	for _, key := range it.sameResource() {
		if old := of[key]; old != nil {
			a.detach(old)
		}
	}
	of[it.Key], a.all = it, append(a.all, it)
	if a.next.IsZero() {
		a.next = now.Truncate(time.Minute).Add(time.Minute)
	}
	it.Rate = it.generator.Rate(now)
	a.arrive(it)
}

func (a *attachments) detach(it *attached) {
	delete(a.of[it.place], it.Key)
	a.all = slices.DeleteFunc(a.all, func(other *attached) bool { return other == it })
}

// sameResource returns the keys of what has the same traffic. A variant of SageMaker
// has one, by whichever dimension it is scaled.
func (it *attached) sameResource() []resources.Key {
	if it.ServiceNamespace != "sagemaker" {
		return []resources.Key{it.Key}
	}
	var keys []resources.Key
	namespace, _ := catalog.LookupNamespace(it.ServiceNamespace)
	for _, dimension := range namespace.Dimensions() {
		keys = append(keys, resources.Key{ServiceNamespace: it.ServiceNamespace, ResourceID: it.ResourceID, ScalableDimension: dimension.Name})
	}
	return keys
}

// arrive lets traffic arrive at its rate.
func (a *attachments) arrive(it *attached) {
	it.Problem = ""
	if err := a.offer(it); err != nil {
		it.Problem = err.Error()
	}
}

func (a *attachments) Next() (time.Time, bool) { return a.next, !a.next.IsZero() }

// Happen lets the traffic of the minute arrive, at the same time where it is known
// already to what.
func (a *attachments) Happen() {
	if a.next.IsZero() || a.now().Before(a.next) {
		return
	}
	others := parallel.Map(len(a.all), func(from, to int) []*attached {
		var others []*attached
		for _, it := range a.all[from:to] {
			if it.Rate = it.generator.Rate(a.next); !it.loads.Set(it.Rate) {
				others = append(others, it)
			}
		}
		return others
	})
	for _, it := range slices.Concat(others...) {
		a.arrive(it)
	}
	a.next = a.next.Add(time.Minute)
}
