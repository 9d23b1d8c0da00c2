package scaling_test

import (
	"math"
	"testing"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
)

func TestTrackingCapacity(t *testing.T) {
	defaults := scaling.DefaultBehaviour()
	with := func(change func(*scaling.Behaviour)) scaling.Behaviour {
		b := defaults
		change(&b)
		return b
	}
	for _, c := range []struct {
		n              int32
		metric, target float64
		behaviour      scaling.Behaviour
		want           int32
		reason         string
	}{
		{4, 75, 50, defaults, 6, "half as much again"},
		{2, 30, 50, defaults, 2, "one alone would be above target"},
		{2, 25, 50, defaults, 1, "one alone is just at target"},
		{10, 45, 50, defaults, 9, "a product that is whole is not rounded up by an error of floating point"},
		{1, 130, 5, defaults, 26, "it scales out as far as the metric says"},
		{3, 0.7, 0.6, defaults, 4, "3.5 is rounded up"},
		{7, 0, 50, defaults, 0, "no load needs no capacity; the minimum is not its business"},
		{0, 80, 50, defaults, 1, "above target, zero becomes one"},
		{0, 40, 50, defaults, 0, "below target, zero stays"},
		{0, 180, 50, with(func(b *scaling.Behaviour) { b.FromZero = scaling.ToMetric }), 4, "as from one"},
		{0, 180, 50, with(func(b *scaling.Behaviour) { b.FromZero = scaling.Stay }), 0, "a proportion of nothing"},
		{10, 10, 50, with(func(b *scaling.Behaviour) { b.ScaleInPace = scaling.OneAtATime }), 9, "one at a time"},
		{10, 100, 50, with(func(b *scaling.Behaviour) { b.ScaleInPace = scaling.OneAtATime }), 20, "but not in scale-out"},
		{2_000_000_000, 1e300, 1, defaults, math.MaxInt32, "more than a capacity can be"},
		{5, math.Inf(1), 1, defaults, math.MaxInt32, "and even more"},
	} {
		if got := (scaling.Tracking{Target: c.target}).Capacity(c.n, c.metric, c.behaviour); got != c.want {
			t.Errorf("%d with %v for %v: got %d, want %d: %s", c.n, c.metric, c.target, got, c.want, c.reason)
		}
	}
}

func TestTrackingSpecialMetrics(t *testing.T) {
	b := scaling.DefaultBehaviour()
	throughput := scaling.Tracking{Target: 70, ConsumedPeriod: 60}
	if got := throughput.Capacity(1, 84, b); got != 2 {
		t.Errorf("got %d, want 2: 84 units a minute are 1.4 a second, twice what one unit gives at 70 %%", got)
	}
	if got := throughput.Capacity(100, 60*35, b); got != 50 {
		t.Errorf("got %d, want 50: half of the capacity does at 70 %%", got)
	}
	shards := scaling.Tracking{Target: 60, Shards: true}
	for _, c := range []struct {
		n      int32
		metric float64
		want   int32
		reason string
	}{
		{10, 61, 12, "a fifth at least"},
		{10, 90, 15, "or what the metric says"},
		{10, 50, 10, "not below three quarters of the target"},
		{10, 30, 5, "below them, it scales in"},
	} {
		if got := shards.Capacity(c.n, c.metric, b); got != c.want {
			t.Errorf("%d shards at %v: got %d, want %d: %s", c.n, c.metric, got, c.want, c.reason)
		}
	}
}

func step(t testing.TB, p autoscaling.Step) scaling.Step {
	t.Helper()
	s, err := scaling.NewStep(p)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// scaleOut and scaleIn are the policies of AWS's example with a threshold of
// 50.
var (
	scaleOut = autoscaling.Step{AdjustmentType: "PercentChangeInCapacity", Adjustments: []autoscaling.StepAdjustment{
		{LowerBound: new(0.0), UpperBound: new(10.0), Adjustment: 0},
		{LowerBound: new(10.0), UpperBound: new(20.0), Adjustment: 10},
		{LowerBound: new(20.0), Adjustment: 30},
	}}
	scaleIn = autoscaling.Step{AdjustmentType: "PercentChangeInCapacity", Adjustments: []autoscaling.StepAdjustment{
		{LowerBound: new(-10.0), UpperBound: new(0.0), Adjustment: 0},
		{LowerBound: new(-20.0), UpperBound: new(-10.0), Adjustment: -10},
		{UpperBound: new(-20.0), Adjustment: -30},
	}}
)

// The example of the Application Auto Scaling User Guide, "Step scaling
// policies".
func TestStepExample(t *testing.T) {
	b := scaling.DefaultBehaviour()
	out, in := step(t, scaleOut), step(t, scaleIn)
	n := int32(10)
	for _, c := range []struct {
		metric float64
		want   int32
		reason string
	}{
		{60, 11, "10 % of 10"},
		{70, 14, "30 % of 11 are 3.3, rounded to 3"},
		{40, 13, "10 % of 14 are 1.4, rounded to 1"},
		{30, 10, "30 % of 13 are 3.9, rounded to 3"},
	} {
		policy, above := out, true
		if c.metric < 50 {
			policy, above = in, false
		}
		adjustment, ok := policy.Adjustment(c.metric-50, above, b)
		if !ok {
			t.Fatalf("metric %v: no step", c.metric)
		}
		n = policy.Capacity(n, adjustment, b)
		if n != c.want {
			t.Fatalf("metric %v: got %d, want %d: %s", c.metric, n, c.want, c.reason)
		}
	}
}

func TestStepBounds(t *testing.T) {
	out, in := step(t, scaleOut), step(t, scaleIn)
	none := step(t, autoscaling.Step{AdjustmentType: "ChangeInCapacity", Adjustments: []autoscaling.StepAdjustment{{LowerBound: new(5.0), UpperBound: new(6.0), Adjustment: 1}}})
	defaults := scaling.DefaultBehaviour()
	byMetric, nearest := defaults, defaults
	byMetric.StepRule, nearest.UnmatchedStep = scaling.ByMetric, scaling.NearestStep
	for _, c := range []struct {
		policy     scaling.Step
		b          scaling.Behaviour
		difference float64
		above      bool
		want       int32
		ok         bool
		reason     string
	}{
		{out, defaults, 0, true, 0, true, "at the threshold of an alarm above it, the first step begins"},
		{out, defaults, 9.99, true, 0, true, "the upper bound is not of the step"},
		{out, defaults, 10, true, 10, true, "the lower bound is of the step"},
		{out, defaults, 1e9, true, 30, true, "no upper bound is infinity"},
		{in, defaults, 0, false, 0, true, "at the threshold of an alarm below it, the first step begins"},
		{in, defaults, -10, false, -10, true, "below, the upper bound is of the step"},
		{in, defaults, -20, false, -30, true, "and the lower is not"},
		{none, defaults, 7, true, 0, false, "no step is meant"},
		{none, defaults, 6, true, 0, false, "nor at its open end"},
		{in, byMetric, -10, true, -10, true, "a metric below the threshold decides, whatever the alarm compares for"},
		{in, defaults, -10, true, 0, true, "and does not by default"},
		{out, byMetric, 10, false, 10, true, "so does one above"},
		{out, byMetric, 0, true, 0, true, "at the threshold the alarm decides"},
		{in, byMetric, 0, false, 0, true, "in both directions"},
		{none, nearest, 7, true, 1, true, "the only step is the nearest"},
		{in, nearest, 3, false, 0, true, "above all steps the uppermost is"},
		{out, nearest, -3, true, 0, true, "and below them the lowest"},
	} {
		got, ok := c.policy.Adjustment(c.difference, c.above, c.b)
		if got != c.want || ok != c.ok {
			t.Errorf("%v above %v: got %d, %v, want %d, %v: %s", c.difference, c.above, got, ok, c.want, c.ok, c.reason)
		}
	}
}

func TestStepCapacity(t *testing.T) {
	defaults := scaling.DefaultBehaviour()
	never := defaults
	never.PercentOfZero = false
	for _, c := range []struct {
		kind          string
		n, adjustment int32
		magnitude     int32
		behaviour     scaling.Behaviour
		want          int32
		reason        string
	}{
		{"ChangeInCapacity", 10, 3, 0, defaults, 13, "three more"},
		{"ChangeInCapacity", 2, -3, 0, defaults, 0, "not below nothing"},
		{"ChangeInCapacity", math.MaxInt32, 3, 0, defaults, math.MaxInt32, "not above what there is"},
		{"ExactCapacity", 10, 4, 0, defaults, 4, "exactly four"},
		{"PercentChangeInCapacity", 10, 200, 0, defaults, 30, "the example of two policies"},
		{"PercentChangeInCapacity", 100, 0, 5, defaults, 100, "nothing has no sign, so the magnitude has no direction"},
		{"PercentChangeInCapacity", 127, 10, 0, defaults, 139, "12.7 is rounded to 12"},
		{"PercentChangeInCapacity", 67, 1, 0, defaults, 68, "0.67 is rounded to 1"},
		{"PercentChangeInCapacity", 58, -1, 0, defaults, 57, "-0.58 is rounded to -1"},
		{"PercentChangeInCapacity", 667, -1, 0, defaults, 661, "-6.67 is rounded to -6"},
		{"PercentChangeInCapacity", 4, 25, 2, defaults, 6, "25 % of 4 are 1, less than the magnitude of 2"},
		{"PercentChangeInCapacity", 4, -25, 2, defaults, 2, "and the same way down"},
		{"PercentChangeInCapacity", 0, 25, 0, defaults, 0, "a percentage of nothing"},
		{"PercentChangeInCapacity", 0, 25, 2, defaults, 2, "but with a magnitude"},
		{"PercentChangeInCapacity", 0, 25, 2, never, 0, "or not"},
	} {
		p := step(t, autoscaling.Step{AdjustmentType: c.kind, MinAdjustmentMagnitude: new(c.magnitude)})
		if got := p.Capacity(c.n, c.adjustment, c.behaviour); got != c.want {
			t.Errorf("%s %d of %d: got %d, want %d: %s", c.kind, c.adjustment, c.n, got, c.want, c.reason)
		}
	}
}

func TestAggregates(t *testing.T) {
	points := []float64{3, 1, 8, 4}
	for a, want := range map[scaling.Aggregate]float64{scaling.Average: 4, scaling.Latest: 4, scaling.Maximum: 8, scaling.Minimum: 1} {
		if got, ok := a.Of(points); !ok || got != want {
			t.Errorf("%s of %v: got %v, want %v", a, points, got, want)
		}
		if _, ok := a.Of(nil); ok {
			t.Errorf("%s of nothing is nothing", a)
		}
	}
}

func TestScaleOutCooldown(t *testing.T) {
	add := func(k int32) func(int32) int32 { return func(n int32) int32 { return n + k } }
	for _, credit := range []scaling.Credit{scaling.CreditFromBase, scaling.CreditFromChange} {
		var c scaling.Cooldown
		if got := c.ScaleOut(10, 0, credit, add(2)); got != 12 {
			t.Fatalf("got %d, want 12: no cooldown", got)
		}
		c.Started(scaling.Out, 10, 0)
		if got := c.ScaleOut(12, 10, credit, add(2)); got != 12 {
			t.Errorf("%s: got %d, want 12: the two are on their way", credit, got)
		}
		c.Completed(scaling.Out, 60, 300)
		if got := c.ScaleOut(12, 120, credit, add(3)); got != 13 {
			t.Errorf("%s: got %d, want 13: AWS's example, of three two are there", credit, got)
		}
		c.Started(scaling.Out, 12, 120)
		c.Completed(scaling.Out, 130, 300)
		if got := c.ScaleOut(13, 200, credit, add(5)); got != 15 {
			t.Errorf("%s: got %d, want 15: all that the cooldown added counts", credit, got)
		}
		if got := c.ScaleOut(13, 429, credit, add(3)); got != 13 {
			t.Errorf("%s: got %d, want 13: the cooldown holds until its end", credit, got)
		}
		if got := c.ScaleOut(13, 430, credit, add(3)); got != 16 {
			t.Errorf("%s: got %d, want 16: at its end it is over", credit, got)
		}
	}
}

func TestScaleInCooldown(t *testing.T) {
	var c scaling.Cooldown
	c.Started(scaling.In, 10, 0)
	if !c.ScalesIn(1000) {
		t.Error("a removal that is not completed holds back the next")
	}
	c.Completed(scaling.In, 1000, 300)
	if !c.ScalesIn(1299) || c.ScalesIn(1300) || c.NextChange(1000) != 1300 {
		t.Error("the cooldown holds for 300 seconds after completion")
	}
	c.Started(scaling.Out, 9, 1100)
	if c.ScalesIn(1101) {
		t.Error("a scale-out cancels the scale-in cooldown")
	}
	c.Abandoned(scaling.Out)
	if c.ScalesOut(1101) {
		t.Error("what failed has no cooldown")
	}
}

func TestTheLargestCapacityWins(t *testing.T) {
	a := scaling.Proposal{Policy: "a", Capacity: 13, Direction: scaling.Out}
	b := scaling.Proposal{Policy: "b", Capacity: 30, Direction: scaling.Out}
	if !b.Better(a) || a.Better(b) {
		t.Error("AWS's example: of 10 + 3 and 10 + 200 %, the latter")
	}
	c := scaling.Proposal{Policy: "c", Capacity: 30}
	if !b.Better(c) || c.Better(b) || b.Better(b) {
		t.Error("equals are told apart by name, so that order does not matter")
	}
}

func TestBounds(t *testing.T) {
	b := scaling.Bounds{Min: 2, Max: 10}
	for n, want := range map[int32]int32{0: 2, 2: 2, 5: 5, 10: 10, 11: 10} {
		if got := b.Clamp(n); got != want {
			t.Errorf("%d in 2..10: got %d, want %d", n, got, want)
		}
	}
	if got := (scaling.Bounds{Min: 1, Max: 40}).Raise(50, 10); got.Max != 55 {
		t.Errorf("got %d, want 55: AWS's example of a buffer", got.Max)
	}
	if got := (scaling.Bounds{Min: 1, Max: 40}).Raise(10, 10); got.Max != 40 {
		t.Errorf("got %d, want 40: a maximum is never lowered", got.Max)
	}
}

func FuzzTracking(f *testing.F) {
	f.Add(int32(4), 75.0, 50.0, int32(0), false, "proportional")
	f.Add(int32(0), 1.0, 0.0, int32(60), true, "one")
	f.Fuzz(func(t *testing.T, n int32, metric, target float64, period int32, shards bool, pace string) {
		b := scaling.DefaultBehaviour()
		b.ScaleInPace = scaling.ScaleInPace(pace)
		p := scaling.Tracking{Target: target, ConsumedPeriod: period, Shards: shards}
		got := p.Capacity(n, metric, b)
		if got < 0 {
			t.Errorf("%+v: %d at %v gives %d, which is no capacity", p, n, metric, got)
		}
		if got != p.Capacity(n, metric, b) {
			t.Errorf("%+v: same input, other output", p)
		}
		if n > 0 && n < 1e6 && period == 0 && !shards && b.ScaleInPace != scaling.OneAtATime && target > 1e-3 && target < 1e6 && metric >= 0 && metric < 1e6 && got < math.MaxInt32 {
			if float64(got) < float64(n)*metric/target*(1-1e-6) {
				t.Errorf("%+v: %d at %v gives %d, which is too little", p, n, metric, got)
			}
		}
	})
}

func FuzzStep(f *testing.F) {
	f.Add(uint8(2), int32(10), 12.0, true, int32(10), int32(2), -10.0, 20.0)
	f.Fuzz(func(t *testing.T, kind uint8, n int32, difference float64, above bool, adjustment, magnitude int32, lower, upper float64) {
		p, err := scaling.NewStep(autoscaling.Step{
			AdjustmentType:         []string{"ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity", "Other"}[kind%4],
			MinAdjustmentMagnitude: &magnitude,
			Adjustments: []autoscaling.StepAdjustment{
				{UpperBound: &lower, Adjustment: -adjustment}, {LowerBound: &lower, UpperBound: &upper, Adjustment: 0}, {LowerBound: &upper, Adjustment: adjustment},
			},
		})
		if err != nil {
			return
		}
		chosen, ok := p.Adjustment(difference, above, scaling.DefaultBehaviour())
		got := p.Capacity(max(0, n), chosen, scaling.DefaultBehaviour())
		if got < 0 {
			t.Errorf("%d with %d gives %d", n, chosen, got)
		}
		if !ok && chosen != 0 {
			t.Errorf("no step has no adjustment, got %d", chosen)
		}
	})
}

func FuzzCooldown(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4}, int32(5), int32(60))
	f.Fuzz(func(t *testing.T, events []byte, n, seconds int32) {
		n, seconds = max(0, n%1000), seconds%3600
		var c scaling.Cooldown
		for i, e := range events {
			now := int64(i) * 60
			k := int32(e / 8)
			decide := func(n int32) int32 { return n + k }
			for _, credit := range []scaling.Credit{scaling.CreditFromBase, scaling.CreditFromChange} {
				if got := c.ScaleOut(n, now, credit, decide); got < n || got > n+k {
					t.Fatalf("%s: from %d by %d gives %d: a cooldown never adds, nor removes", credit, n, k, got)
				}
			}
			d := scaling.Direction(1 + e%2)
			switch e % 8 / 2 {
			case 0:
				c.Started(d, n, now)
				n += int32(3 - 2*d)
			case 1:
				c.Completed(d, now, seconds)
			case 2:
				c.Abandoned(d)
			default:
				c.CancelScaleIn()
			}
			n = max(0, n)
		}
	})
}
