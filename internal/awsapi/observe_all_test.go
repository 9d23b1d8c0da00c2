package awsapi

import (
	"slices"
	"testing"
)

// Who asks for all children gets also those that nobody names, whichever way of
// reading is chosen.
func TestAllChildrenAreRead(t *testing.T) {
	for _, c := range []struct {
		reason string
		asked  int // of the targets that are registered
	}{
		{"one target is read by resource", 1},
		{"many targets are read by a scan", 60},
	} {
		f := newFake()
		ids := f.register("ecs", 60, []string{"cpu", "by-hand"}, []string{"night", "weekend"})[:c.asked]
		a := newTestAPI(t, f)
		queries := queriesFor(ids, []string{"cpu"}, nil)
		for i := range queries {
			queries[i].AllPolicies, queries[i].AllActions = true, true
		}
		for i, o := range observeAll(t, a, queries) {
			if o.err != nil {
				t.Fatal(o.err)
			}
			var names []string
			for _, p := range o.Policies {
				names = append(names, p.Name)
			}
			for _, s := range o.Actions {
				names = append(names, s.Name)
			}
			if want := []string{"by-hand", "cpu", "night", "weekend"}; !slices.Equal(names, want) {
				t.Errorf("%s: %s has %v, want %v", c.reason, queries[i].Identity, names, want)
			}
		}
	}
}

func TestAllPoliciesThatCannotBeReadAreAnError(t *testing.T) {
	f := newFake()
	id := f.register("ecs", 1, nil, nil)[0]
	f.refuse = func(operation string, _ object) *refusal {
		if operation == "DescribeScalingPolicies" {
			return &refusal{400, "AccessDeniedException", "no"}
		}
		return nil
	}
	_, err := newTestAPI(t, f).Observe(t.Context(), Query{Identity: id, AllPolicies: true})
	if KindOf(err) != Denied {
		t.Errorf("without the right to read policies there is no answer about all of them, but got %v", err)
	}
	if _, err := newTestAPI(t, f).Observe(t.Context(), Query{Identity: id, Actions: []string{"night"}}); err != nil {
		t.Errorf("who asks for no policies does not need the right to read them: %v", err)
	}
	if a, b := (Query{Identity: id, AllPolicies: true}).key(), (Query{Identity: id}).key(); a == b {
		t.Error("who asks for all policies must not share the answer of who asks for none")
	}
}
