package autoscaling

import "fmt"

// Capacity is what a resource has of what is scaled, as its own service says
// it.
type Capacity struct {
	Holder  string // such as "variant AllTraffic"
	Unit    string // what is counted, such as "instance"
	Units   string // more of them
	Desired int32  // what the resource is on the way to
	Current int32  // what it has now
}

// Enforced returns what a capacity becomes when bounds are registered: one that
// is outside of them moves to the nearest (AWS documentation: register a
// scalable target).
func Enforced(capacity, lower, upper int32) int32 {
	return max(lower, min(capacity, upper))
}

// enforcement says what the registration of bounds does to the capacity. A
// bound that is not known is nil, a capacity that was not read too.
func enforcement(c *Capacity, lower, upper *int32) string {
	if lower == nil || upper == nil || c == nil {
		return ""
	}
	has := fmt.Sprintf("%s has %s", c.Holder, c.counted(c.Current))
	if c.Current != c.Desired {
		has += fmt.Sprintf(", on the way to %d", c.Desired)
	}
	if after := Enforced(c.Desired, *lower, *upper); after != c.Desired {
		return fmt.Sprintf("%s; it would become %d", has, after)
	}
	return fmt.Sprintf("%s, which is within %d..%d and stays", has, *lower, *upper)
}

func (c Capacity) counted(n int32) string {
	if n == 1 {
		return "1 " + c.Unit
	}
	return fmt.Sprintf("%d %s", n, c.Units)
}
