package simulate_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/report"
	"github.com/setpoint-io/setpoint/internal/simulate"
)

// tunable is a day of demand that a service of up to 20 tasks bears.
func tunable(t *testing.T, actions ...autoscaling.Action) simulate.Options {
	s := tracking("ECSServiceAverageCPUUtilization", 50)
	s.Actions = actions
	return simulate.Options{
		Setting: s, World: simulate.World{PerUnit: 200, OutDelay: 2 * time.Minute, Price: 1},
		Trace: shaped(t, simulate.Shape{Name: "daily", Base: 100, Peak: 1000, Noise: 0.1, Length: 24 * time.Hour}),
	}
}

func tune(t *testing.T, o simulate.Options, want simulate.TuneOptions) *report.Tuning {
	t.Helper()
	tuned, err := simulate.Tune(o, want)
	if err != nil {
		t.Fatal(err)
	}
	return tuned
}

// A maximum below what a scheduled action asks for would let the action fail, and
// be the cheaper for it.
func TestTuneKeepsTheSchedule(t *testing.T) {
	o := tunable(t, autoscaling.Action{Name: "day", Schedule: "cron(0 8 * * ? *)", MinCapacity: new(int32(8))},
		autoscaling.Action{Name: "night", Schedule: "cron(0 20 * * ? *)", MinCapacity: new(int32(1)), MaxCapacity: new(int32(12))})
	tuned := tune(t, o, simulate.TuneOptions{Candidates: 200, MaxOverload: 60})
	lowest := slices.MinFunc(tuned.All, func(a, b report.Candidate) int { return int(a.MaxCapacity - b.MaxCapacity) })
	if lowest.MaxCapacity != 8 {
		t.Errorf("no maximum below the 8 of an action is tried, and 8 is: got %d", lowest.MaxCapacity)
	}
	for _, c := range tuned.All {
		if c.MinCapacity > 12 || c.FailedActions > 0 {
			t.Errorf("no action fails because of the bounds that are tried: got %+v", c)
		}
	}
	o.Setting = o.Setting.With(tuned.Policy, tuned.Best)
	if r := run(t, o); r.Summary.Failed > 0 || r.Summary.MostCapacity < 8 {
		t.Errorf("with what is found there are 8 by day, as the action asks for: got %d failed, at most %d", r.Summary.Failed, r.Summary.MostCapacity)
	}
	notes := strings.Join(tuned.Notes, "\n")
	for _, want := range []string{"set minCapacity too (day: 8, night: 1)", "set maxCapacity too (night: 12)"} {
		if !strings.Contains(notes, want) {
			t.Errorf("the schedule sets bounds that are tuned, and that is said: no %q in %q", want, notes)
		}
	}
	if tuned := tune(t, tunable(t), simulate.TuneOptions{Candidates: 20}); len(tuned.Notes) > 0 {
		t.Errorf("without schedule there is nothing to say: got %q", tuned.Notes)
	}
}

// An action also fails while the endpoint is busy with another change. A setting
// with which that happens more often is not taken, however cheap.
func TestTuneDoesNotLetActionsFail(t *testing.T) {
	o := simulate.Options{
		Setting: invocations(160, 1, 20), World: simulate.World{PerUnit: 200, OutDelay: 10 * time.Minute, Price: 1},
		Trace: shaped(t, simulate.Shape{Name: "daily", Base: 100, Peak: 1500, Noise: 0.2, Length: 24 * time.Hour}),
	}
	o.Setting.Actions = []autoscaling.Action{{Name: "floor", Schedule: "rate(45 minutes)", MinCapacity: new(int32(2))}}
	tuned := tune(t, o, simulate.TuneOptions{Candidates: 120, MaxOverload: 30})
	cheaper := 0
	for _, c := range tuned.All {
		if c.Breaks != (c.FailedActions > tuned.Declared.FailedActions) || c.Breaks && c.Keeps {
			t.Errorf("what fails more often than with what is declared breaks the schedule and keeps no level: %+v", c)
		}
		if c.Breaks && c.OverloadMinutes <= 30 && c.CapacityHours < tuned.Best.CapacityHours {
			cheaper++
		}
	}
	if tuned.Best.Breaks || slices.ContainsFunc(tuned.Frontier, func(c report.Candidate) bool { return c.Breaks }) {
		t.Errorf("what is found breaks nothing: got %+v", tuned.Best)
	}
	if cheaper == 0 {
		t.Error("there are cheaper settings that do, or the test tells nothing")
	}
}

// Few candidates see the whole range, and some of them are left to refine what
// the others found.
func TestTuneSpreadsItsCandidates(t *testing.T) {
	o := tunable(t)
	tuned := tune(t, o, simulate.TuneOptions{Candidates: 20, MaxOverload: 10})
	if tuned.Candidates != 20 {
		t.Errorf("all candidates are used: got %d", tuned.Candidates)
	}
	targets, minima, cooldowns := map[float64]bool{}, map[int32]bool{}, map[[2]int32]bool{}
	for _, c := range tuned.All[1:13] { // after what is declared
		targets[c.TargetValue], minima[c.MinCapacity], cooldowns[[2]int32{c.ScaleOutCooldown, c.ScaleInCooldown}] = true, true, true
	}
	if len(targets) != 7 || !targets[30] || !targets[90] || len(minima) < 2 || len(cooldowns) != 3 {
		t.Errorf("the first of them have every target, minimum and cooldown of the grid: got %v, %v, %v", targets, minima, cooldowns)
	}
	for _, c := range tuned.All[13:] {
		if c.TargetValue == 30 {
			t.Errorf("the others are around the best: got %+v", c)
		}
	}
	seen := map[report.Candidate]bool{}
	for _, c := range tune(t, o, simulate.TuneOptions{Candidates: 200, MaxOverload: 10}).All {
		if seen[c] {
			t.Errorf("nothing is tried twice: got %+v", c)
		}
		seen[c] = true
	}
	if len(seen) != 200 {
		t.Errorf("what the grid and the best one leave goes to the curve: got %d of 200 candidates", len(seen))
	}
}
