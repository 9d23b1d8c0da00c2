package faults

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestOutcomesThatCannotBeNoted lets the API server take no status while things
// are edited, or put right. AWS is written as if it did, and once it does, the
// statuses tell of that. CloudWatch takes a while to show new alarms, so that the
// passes that follow would take them for missing.
func TestOutcomesThatCannotBeNoted(t *testing.T) {
	unanswered := func(w *world) { w.loseCalls(func() loss { return lostBefore }) }
	refused := func(w *world) {
		status := func(_ key, status bool) bool { return status }
		w.refuse.Store(&status)
	}
	for name, act := range map[string]func(*world){
		"edits":           atOnce(setBounds(2, 5), setValue(keyP, 60), setActionMin(keyS, 3), setTags(tagA)),
		"another type":    toSteps,
		"one of two goes": atOnce(bring(target("u", alpha, 1, 4)), drop(keyT)),
		"new":             bring(action("new", "new", alpha, 3)),
		"deleted":         drop(keyP, keyS),
		"bounds drift":    register(alpha, 1, 9),
		"a policy drifts": putTracking(alpha, "p", 77),
		"a policy gone":   takeAway("DeleteScalingPolicy", alpha, map[string]any{"PolicyName": "p"}),
		"a target gone":   takeAway("DeregisterScalableTarget", alpha, nil),
		"alarms gone":     func(w *world) { w.deleteAlarms(place{}, w.managedAlarms(place{})...) },
	} {
		t.Run(name, func(t *testing.T) {
			want, drift := unnoted(t, act, func(*world) {})
			if len(want) == 0 {
				t.Fatal("AWS was not written")
			}
			for how, loses := range map[string]func(*world){"unanswered": unanswered, "refused": refused} {
				t.Run(how, func(t *testing.T) {
					got, told := unnoted(t, act, loses)
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("writes to AWS (-noted +not noted):\n%s", diff)
					}
					if diff := cmp.Diff(drift, told); diff != "" {
						t.Errorf("what is told of drift (-noted +not noted):\n%s", diff)
					}
				})
			}
		})
	}
}

// unnoted counts the writes to AWS for what happens in a settled world in which
// the API server loses something for some minutes, and the fields that were put
// right, by object, as the statuses have it in the end.
func unnoted(t *testing.T, act, loses func(*world)) (writes map[string]int, drift map[key]int) {
	t.Helper()
	inWorld(t, func(w *world) { w.alarmsAppear = 3 * time.Second }, func(w *world) {
		some(w)
		w.settle()
		before := len(w.written())
		loses(w)
		act(w)
		w.pass(5 * resync)
		w.loseCalls(func() loss { return lostNothing })
		w.refuse.Store(nil)
		w.pass(10 * resync)
		w.holds()
		writes, drift = map[string]int{}, map[key]int{}
		for _, what := range w.written()[before:] {
			if !strings.HasPrefix(what, "write ") {
				writes[what]++
			}
		}
		for _, obj := range w.kube.list() {
			if d := obj.GetStatus().LastDrift; d != nil {
				drift[keyOf(obj)] = len(d.Fields)
			}
		}
	})
	return writes, drift
}
