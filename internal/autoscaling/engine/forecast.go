package engine

import (
	"math"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
)

// Values of PredictiveScalingPolicyConfiguration.
const (
	forecastAndScale    = "ForecastAndScale"
	increaseMaxCapacity = "IncreaseMaxCapacity"
	defaultBuffer       = 300 // seconds, of SchedulingBufferTime
	hour                = 3600
)

// predictive is a predictive scaling policy at work. An hour's forecast holds
// from a buffer before the hour until its end.
type predictive struct {
	scales bool
	raises bool
	buffer int64 // seconds
	extra  int32 // percent
	next   int64 // when an hour's forecast begins or ends to hold, or is tried again
	floor  int32 // what holds now
}

// newPredictive looks at the forecast of the current hour at once.
func newPredictive(p autoscaling.Predictive, now int64) *predictive {
	made := &predictive{
		scales: p.Mode == forecastAndScale,
		raises: p.MaxCapacityBreachBehavior == increaseMaxCapacity,
		buffer: defaultBuffer,
		next:   now,
	}
	if p.SchedulingBufferTime != nil {
		made.buffer = int64(*p.SchedulingBufferTime)
	}
	if p.MaxCapacityBuffer != nil {
		made.extra = *p.MaxCapacityBuffer
	}
	if !made.scales {
		made.next = never
	}
	return made
}

// hourOf returns the start of the hour.
func hourOf(at int64) int64 { return at / hour * hour }

// plan finds when the forecast that holds changes next.
func (p *predictive) plan(now int64) {
	p.next = min(hourOf(now)+hour, hourOf(now+p.buffer)+hour-p.buffer)
}

// foresee scales out to the forecasts that are due. Predictive scaling never
// scales in (Application Auto Scaling User Guide: "Predictive scaling").
func (t *Target) foresee(now int64) {
	for _, p := range t.policies {
		if p.predictive != nil && p.predictive.next <= now {
			t.foreseeOne(p, now)
		}
	}
}

// reconsiderForecasts looks at the forecasts at once that hold now.
func (t *Target) reconsiderForecasts() {
	for _, p := range t.policies {
		if p.predictive != nil && p.predictive.scales {
			p.predictive.next = t.now
		}
	}
	t.planActions()
}

func (t *Target) foreseeOne(p *policy, now int64) {
	f := p.predictive
	f.plan(now)
	if t.forecast == nil || t.behaviour.SuspensionStopsForecasts && t.suspended.DynamicScalingOut {
		t.changed = t.changed || f.floor != 0
		f.floor = 0
		return
	}
	before := f.floor
	f.floor = 0
	for _, at := range [2]int64{hourOf(now), hourOf(now + f.buffer)} {
		capacity, ok := t.forecast.Capacity(p.name, time.Unix(at, 0).UTC())
		if !ok || math.IsNaN(capacity) || capacity <= 0 {
			continue
		}
		if f.raises && t.raised(capacity, f.extra) {
			t.setBounds(t.bounds.Raise(capacity, f.extra), now)
		}
		f.floor = max(f.floor, scaling.CapacityOf(capacity))
	}
	t.changed = t.changed || f.floor != before
	status := t.resource.Status(instant(now))
	wanted := t.bounds.Clamp(f.floor)
	if wanted <= status.Desired {
		return
	}
	if status.Unscalable != "" {
		f.next = min(f.next, now+60)
		return
	}
	t.scale(now, status.Desired, wanted, scaling.Forecasted(p.name), nil)
}

// raised reports whether a forecast raises the maximum: when it exceeds it or,
// with the buffer, comes close.
func (t *Target) raised(capacity float64, extra int32) bool {
	if t.behaviour.RaiseMaxWhenClose {
		return capacity*(100+float64(extra))/100 > float64(t.bounds.Max)
	}
	return capacity > float64(t.bounds.Max)
}

// forecastFloor is the capacity below which no policy scales in: of a forecast
// and the other policies the maximum wins.
func (t *Target) forecastFloor() int32 {
	floor := int32(0)
	for _, p := range t.policies {
		if p.predictive != nil {
			floor = max(floor, t.bounds.Clamp(p.predictive.floor))
		}
	}
	return floor
}

// PredictedCapacity returns the capacity that is forecast for this time, within the
// bounds. It returns false if no policy scales by a forecast.
func (t *Target) PredictedCapacity() (int32, bool) {
	found, predicted := false, int32(0)
	for _, p := range t.policies {
		if p.predictive != nil && p.predictive.floor > 0 {
			found, predicted = true, max(predicted, t.bounds.Clamp(p.predictive.floor))
		}
	}
	return predicted, found
}
