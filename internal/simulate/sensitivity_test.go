package simulate_test

import (
	"slices"
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/simulate"
)

// What nobody has measured or said is varied, as what AWS does not document is;
// what somebody has said is not.
func TestSensitivityToTheWorld(t *testing.T) {
	given, declared := simulate.World{PerUnit: 200, Initial: new(int32(3))}, simulate.World{}
	settled, err := simulate.Options{Setting: invocations(100, 2, 20), Trace: lasting(60, 400, 900, 100)}.Settled()
	if err != nil {
		t.Fatal(err)
	}
	slow := simulate.World{InDelay: 20 * time.Minute, OutDelay: 4 * time.Minute, PerUnit: 200, Initial: new(int32(2))}
	for _, c := range []struct {
		reason string
		world  simulate.World
		want   []string // those that change the summary
		tried  int      // beside what AWS does not document
	}{
		{"what a unit serves is guessed, and the initial capacity is chosen", declared, []string{"initial capacity 4 → 20", "initial capacity 4 → 2", "delay out 0s → 5m0s", "one unit serves 200 → 400"}, 8},
		{"both are given, so only the delays are not sure", given, []string{"delay out 0s → 1m0s", "delay out 0s → 5m0s"}, 4},
		{"delays are tried as half and as twice", slow, []string{"delay in 20m0s → 10m0s", "delay in 20m0s → 40m0s", "delay out 4m0s → 2m0s", "delay out 4m0s → 8m0s"}, 4},
		{"what was settled for another setting is still a guess", settled.World, []string{"one unit serves 200 → 400"}, 8},
	} {
		o := simulate.Options{Setting: invocations(100, 2, 20), Trace: lasting(60, 400, 900, 100), World: c.world}
		found, tried, err := simulate.Sensitivity(o)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range found {
			got = append(got, s.Name+" "+s.From+" → "+s.To)
		}
		for _, want := range c.want {
			if !slices.Contains(got, want) {
				t.Errorf("%s: no %q among %q", c.reason, want, got)
			}
		}
		for _, b := range engine.BehaviourOptions() {
			tried -= len(b.Alternatives)
		}
		if tried != c.tried {
			t.Errorf("%s: got %d trials beside the assumptions about AWS, want %d", c.reason, tried, c.tried)
		}
	}
}
