package scaling

// Bounds are MinCapacity and MaxCapacity of a scalable target.
type Bounds struct{ Min, Max int32 }

// Clamp returns the capacity within the bounds that is nearest to n.
func (b Bounds) Clamp(n int32) int32 { return min(max(n, b.Min), b.Max) }

// With returns the bounds with those replaced that are given.
func (b Bounds) With(minimum, maximum *int32) Bounds {
	if minimum != nil {
		b.Min = *minimum
	}
	if maximum != nil {
		b.Max = *maximum
	}
	return b
}

// Valid reports whether the bounds can be.
func (b Bounds) Valid() bool { return b.Min <= b.Max }

// Raise returns the maximum that a forecast raises, with a buffer in percent of
// the forecast: a forecast of 50 with a buffer of 10 makes 55 of 40 (AWS API:
// PredictiveScalingPolicyConfiguration). The maximum is never lowered.
func (b Bounds) Raise(forecast float64, buffer int32) Bounds {
	b.Max = max(b.Max, ceil(forecast*(100+float64(buffer))/100))
	return b
}

// Proposal is the capacity that a policy asks for, before it is clamped.
type Proposal struct {
	Policy    string
	Alarm     string
	Capacity  int32
	Direction Direction
}

// Better reports whether p wins over q. The largest capacity does, for
// scale-out and scale-in alike (Application Auto Scaling User Guide: "Multiple
// scaling policies"). Which of equals does is not documented by AWS and only
// shows in the cause of the activity; the names decide, so that order does not
// matter.
func (p Proposal) Better(q Proposal) bool {
	switch {
	case p.Capacity != q.Capacity:
		return p.Capacity > q.Capacity
	case p.Policy != q.Policy:
		return p.Policy < q.Policy
	default:
		return p.Alarm < q.Alarm
	}
}

// CapacityOf returns the capacity that a forecast needs, rounded up.
func CapacityOf(forecast float64) int32 { return ceil(forecast) }
