package simulate

import (
	"math"

	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
)

// stretch is a capacity from a time on.
type stretch struct {
	at               int64
	running, desired int32
}

// history is the capacity over time. Who asks for times that go on finds them
// without searching.
type history struct {
	stretches []stretch
	cursor    int
}

func newHistory(capacity int32) *history {
	return &history{stretches: []stretch{{math.MinInt64, capacity, capacity}}}
}

func (h *history) note(c engine.CapacityChange) {
	at := c.At.Unix()
	last := &h.stretches[len(h.stretches)-1]
	if last.at == at {
		last.running, last.desired = c.Running, c.Desired
		return
	}
	h.stretches = append(h.stretches, stretch{at, c.Running, c.Desired})
}

// seek moves the cursor to the stretch that holds a time.
func (h *history) seek(at int64) int {
	i := h.cursor
	for i > 0 && h.stretches[i].at > at {
		i--
	}
	for i+1 < len(h.stretches) && h.stretches[i+1].at <= at {
		i++
	}
	h.cursor = i
	return i
}

// until returns the end of a stretch, or an earlier time.
func (h *history) until(i int, to int64) int64 {
	if i+1 < len(h.stretches) {
		return min(to, h.stretches[i+1].at)
	}
	return to
}
