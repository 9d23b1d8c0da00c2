package admin

import (
	"context"
	"time"
)

// Clock tells the time in the cloud.
func (a *Admin) Clock() Clock {
	clock := a.cloud.Clock()
	speed, paused := clock.Setting()
	return Clock{Time: clock.Now(), Speed: speed, Paused: paused}
}

// The bounds of an advance.
const (
	day        = 24 * time.Hour
	maxAdvance = 366 * day
	// stride is how much time passes before somebody who has given up is noticed.
	stride = time.Hour
)

// SetClock changes the clock. An advance ends early with the context; the error of
// the context says so. Other errors say what to write.
func (a *Admin) SetClock(ctx context.Context, change ClockChange) (Clock, error) {
	advance := time.Duration(change.Advance)
	if advance < 0 || advance > maxAdvance {
		return Clock{}, wrong("advance: %s is not possible; time goes on, by at most %d days at once: write a duration such as 15m", advance, maxAdvance/day)
	}
	speed, paused := a.cloud.Clock().Setting()
	if change.Speed != nil {
		if speed = *change.Speed; speed == 0 {
			return Clock{}, wrong(`speed: a clock that stands still is paused; write {"paused": true}`)
		}
	}
	if change.Paused != nil {
		paused = *change.Paused
	}
	if change.Speed != nil || change.Paused != nil {
		if err := a.cloud.Clock().Set(speed, paused); err != nil {
			return Clock{}, wrong("speed: %w", err)
		}
	}
	for ; advance > 0; advance -= stride {
		if err := ctx.Err(); err != nil {
			return a.Clock(), err
		}
		a.cloud.Advance(min(advance, stride))
	}
	a.changes.Add(1)
	return a.Clock(), nil
}
