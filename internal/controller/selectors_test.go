package controller

import (
	"slices"
	"strings"
	"testing"

	"github.com/setpoint-io/setpoint/internal/placement"
)

const otherRole = "arn:aws:iam::111122223333:role/setpoint"

// TestSelectorsWakeWhatTheySelect: a change of a selector touches what it
// selected before and what it selects now, and nothing else.
func TestSelectorsWakeWhatTheySelect(t *testing.T) {
	g := newGroups(settings{Settings: placement.Settings{Own: Scope{Account: "000000000000", Region: "r"}, Selectors: map[string]placement.Selector{}}})
	red, blue := targetObject("red", "service/a/red"), targetObject("blue", "service/a/blue")
	red.Labels, blue.Labels = map[string]string{"tier": "red"}, map[string]string{"tier": "blue"}
	g.put(red)
	g.put(blue)
	about := func(groups []Group, name string) bool {
		return slices.ContainsFunc(groups, func(g Group) bool { return strings.HasSuffix(g.ResourceID, name) })
	}
	for _, step := range []struct {
		reason  string
		touched []Group
		red     bool
		blue    bool
	}{
		{"a new selector", g.putSelector(placement.Selector{Name: "s", Version: "1", Role: otherRole, Labels: map[string]string{"tier": "red"}}), true, false},
		{"the same again", g.putSelector(placement.Selector{Name: "s", Version: "1", Role: otherRole, Labels: map[string]string{"tier": "red"}}), false, false},
		{"it selects another", g.putSelector(placement.Selector{Name: "s", Version: "2", Role: otherRole, Labels: map[string]string{"tier": "blue"}}), true, true},
		{"it is gone", g.removeSelector("s"), false, true},
	} {
		if about(step.touched, "red") != step.red || about(step.touched, "blue") != step.blue {
			t.Errorf("%s: touched %v", step.reason, step.touched)
		}
	}
}
