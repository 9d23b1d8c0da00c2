package localcloud

import (
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/resources"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// CapacityPoint is what a scalable target has from a time on.
type CapacityPoint struct {
	At time.Time
	appautoscaling.Capacity
}

// maxPoints is how many changes of a target's capacity are remembered.
const maxPoints = 2000

// capacities remember what targets had. They look at every full minute, after
// all else has happened, which is as exact as metrics are.
type capacities struct {
	now     func() time.Time
	changed func(func(wire.Scope, autoscaling.Identity, appautoscaling.Capacity)) // since it was called last
	of      map[wire.Scope]map[resources.Key][]CapacityPoint
	next    time.Time
	asked   bool // to remember
}

var _ process = (*capacities)(nil)

func (c *capacities) Next() (time.Time, bool) { return c.next, c.asked }

func (c *capacities) Happen() {
	if !c.asked || c.now().Before(c.next) {
		return
	}
	c.next = c.now().Truncate(time.Minute).Add(time.Minute)
	c.look()
}

// look notes what has changed since it last looked.
func (c *capacities) look() {
	at := c.now()
	c.changed(func(s wire.Scope, id autoscaling.Identity, has appautoscaling.Capacity) {
		if c.of[s] == nil {
			c.of[s] = map[resources.Key][]CapacityPoint{}
		}
		points := c.of[s][resources.Key(id)]
		if n := len(points); n > 0 && points[n-1].Capacity == has {
			return
		}
		if len(points) == maxPoints {
			points = points[1:]
		}
		c.of[s][resources.Key(id)] = append(points, CapacityPoint{at, has})
	})
}

// between returns what a target had from one time until another. The first point
// is what it had at the beginning, if that is known.
func (c *capacities) between(s wire.Scope, key resources.Key, from, to time.Time) []CapacityPoint {
	if c.asked {
		c.look()
	}
	var list []CapacityPoint
	for _, p := range c.of[s][key] {
		switch {
		case p.At.After(to):
		case p.At.After(from):
			list = append(list, p)
		default:
			p.At = from
			list = append(list[:0], p)
		}
	}
	return list
}
