package autoscaling

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestEditedAlarms(t *testing.T) {
	made := map[string]string{"threshold": "60", "evaluationPeriods": "3"}
	edited := map[string]string{"threshold": "90", "evaluationPeriods": "3", "treatMissingData": "breaching"}
	for name, c := range map[string]struct {
		reason string
		policy Policy
		known  []Alarm
		now    Alarm
		want   []FieldChange
	}{
		"as made":      {"nothing was edited", tracking("p", 60), []Alarm{{Name: "high", Settings: made}}, Alarm{Name: "high", Settings: maps.Clone(made)}, nil},
		"edited":       {"every edited setting is named", tracking("p", 60), []Alarm{{Name: "high", Settings: made}}, Alarm{Name: "high", Settings: edited}, []FieldChange{{"alarm high threshold", "90", "60"}, {"alarm high treatMissingData", "breaching", ""}}},
		"reset":        {"a setting that is a default now was edited too", tracking("p", 60), []Alarm{{Name: "high", Settings: edited}}, Alarm{Name: "high", Settings: made}, []FieldChange{{"alarm high threshold", "60", "90"}, {"alarm high treatMissingData", "", "breaching"}}},
		"replaced":     {"AWS made another alarm, which is how it is", tracking("p", 60), []Alarm{{Name: "old", Settings: made}}, Alarm{Name: "high", Settings: edited}, nil},
		"unseen":       {"the first look has nothing to compare with", tracking("p", 60), nil, Alarm{Name: "high", Settings: edited}, nil},
		"no look":      {"who did not look knows nothing", tracking("p", 60), []Alarm{{Name: "high", Settings: made}}, Alarm{Name: "high"}, nil},
		"not recorded": {"a name alone is not a record", tracking("p", 60), []Alarm{{Name: "high"}}, Alarm{Name: "high", Settings: edited}, nil},
		"gone":         {"of what is gone only that is told", tracking("p", 60), []Alarm{{Name: "high", Settings: made}}, Alarm{Name: "high", Problem: "is missing", Settings: edited}, []FieldChange{{"alarm high", "is missing", "made anew"}}},
		"user's own":   {"the alarms of a step policy are the user's to edit", stepPolicy("p"), []Alarm{{Name: "high", Settings: made}}, Alarm{Name: "high", Settings: edited}, nil},
	} {
		observed := Observed{Target: registered(1, 2), Policies: []ObservedPolicy{{Policy: c.policy, ARN: "arn:p", Alarms: []Alarm{c.now}}}}
		plan := Diff(variant, Desired{Policies: []DesiredPolicy{{Policy: c.policy, Alarms: c.known}}}, observed, noon)
		var got []FieldChange
		for _, change := range plan.Changes {
			got = append(got, change.Fields...)
		}
		if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s (-want +got)\n%s", name, c.reason, diff)
		}
	}
}

// The thresholds of DynamoDB's alarms follow the capacity of the table.
func TestThresholdsThatFollowTheCapacity(t *testing.T) {
	known := []Alarm{{Name: "high", Settings: map[string]string{"threshold": "42", "period": "60"}}}
	now := Alarm{Name: "high", Settings: map[string]string{"threshold": "84", "period": "300"}}
	if got, want := alarmEdits("dynamodb", known, now), []FieldChange{{"alarm high period", "300", "60"}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v: AWS may change the threshold, and nothing else", got, want)
	}
}

func TestStillEdited(t *testing.T) {
	corrected := []FieldChange{{"alarm high threshold", "90", "60"}, {"alarm low treatMissingData", "", "ignore"}, {"targetValue", "1", "2"}}
	for name, c := range map[string]struct {
		reason string
		alarms []Alarm
		want   []string
	}{
		"made anew":     {"other alarms are as AWS made them", []Alarm{{Name: "new", Settings: map[string]string{"threshold": "90"}}}, nil},
		"as it was":     {"the put undid the edit", []Alarm{{Name: "high", Settings: map[string]string{"threshold": "60"}}}, nil},
		"as edited":     {"the put changed nothing", []Alarm{{Name: "high", Settings: map[string]string{"threshold": "90"}}}, []string{"high"}},
		"still removed": {"a setting that is missing is a setting too", []Alarm{{Name: "low", Settings: map[string]string{}}}, []string{"low"}},
		"no look":       {"who did not look knows nothing", []Alarm{{Name: "low"}}, nil},
	} {
		if got := StillEdited(corrected, c.alarms); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q: %s", name, got, c.want, c.reason)
		}
	}
}

func FuzzEditedAlarms(f *testing.F) {
	f.Add("threshold", "60", "90", "period", "60")
	f.Add("", "", "", "", "x")
	f.Fuzz(func(t *testing.T, setting, was, is, other, value string) {
		known := Alarm{Name: "high", Settings: map[string]string{setting: was, other: value}}
		now := Alarm{Name: "high", Settings: map[string]string{setting: is}}
		edits := alarmEdits(variant.ServiceNamespace, []Alarm{known}, now)
		if len(alarmEdits(variant.ServiceNamespace, []Alarm{now}, now)) != 0 || len(alarmEdits(variant.ServiceNamespace, []Alarm{known}, known)) != 0 {
			t.Fatal("an alarm differs from itself")
		}
		if back := alarmEdits(variant.ServiceNamespace, []Alarm{now}, known); len(back) != len(edits) {
			t.Fatalf("%v one way, %v the other", edits, back)
		}
		if got := StillEdited(edits, []Alarm{now}); (len(got) > 0) != (len(edits) > 0) {
			t.Fatalf("%v were not undone, and StillEdited says %q", edits, got)
		}
		if got := StillEdited(edits, []Alarm{known}); len(got) > 0 {
			t.Fatalf("%v were undone, and StillEdited says %q", edits, got)
		}
	})
}

// AWS may list only the alarms that CloudWatch has.
func TestAlarmsThatAreListedNoMore(t *testing.T) {
	two := []Alarm{{Name: "high"}, {Name: "low"}}
	missing := func(name string) FieldChange { return FieldChange{"alarm " + name, "is missing", "made anew"} }
	for name, c := range map[string]struct {
		reason   string
		policy   Policy
		known    []Alarm
		unhealed []Alarm
		now      []Alarm
		want     []FieldChange
	}{
		"one":         {"a policy without its alarm scales nothing", tracking("p", 60), two, nil, two[:1], []FieldChange{missing("low")}},
		"all":         {"that goes for all of them", tracking("p", 60), two, nil, nil, []FieldChange{missing("high"), missing("low")}},
		"replaced":    {"AWS puts new alarms in the place of old ones", tracking("p", 60), two, nil, []Alarm{{Name: "a"}, {Name: "b"}}, nil},
		"more":        {"more than before are AWS's business", tracking("p", 60), two, nil, append(two[:2:2], Alarm{Name: "c"}), nil},
		"no check":    {"passes that do not compare alarms do not compare their number", tracking("p", 60), nil, nil, nil, nil},
		"user's own":  {"the alarms of a step policy come and go", stepPolicy("p"), two, nil, nil, nil},
		"not healed":  {"what a put did not heal is not put for ever", tracking("p", 60), two, []Alarm{{Name: "high", Problem: "x"}}, []Alarm{{Name: "high", Problem: "x"}, {Name: "low"}}, nil},
		"worse":       {"another problem is another matter", tracking("p", 60), two, []Alarm{{Name: "high", Problem: "x"}}, []Alarm{{Name: "high", Problem: "y"}, {Name: "low"}}, []FieldChange{{"alarm high", "y", "made anew"}}},
		"another one": {"an alarm that was made since may be healed", tracking("p", 60), two, []Alarm{{Name: "old", Problem: "x"}}, []Alarm{{Name: "high", Problem: "x"}, {Name: "low"}}, []FieldChange{{"alarm high", "x", "made anew"}}},
	} {
		observed := Observed{Target: registered(1, 2), Policies: []ObservedPolicy{{Policy: c.policy, ARN: "arn:p", Alarms: c.now}}}
		plan := Diff(variant, Desired{Policies: []DesiredPolicy{{Policy: c.policy, Alarms: c.known, Unhealed: c.unhealed}}}, observed, noon)
		var got []FieldChange
		for _, change := range plan.Changes {
			got = append(got, change.Fields...)
		}
		if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s (-want +got)\n%s", name, c.reason, diff)
		}
	}
}

func TestUnhealed(t *testing.T) {
	corrected := []FieldChange{{"alarm high", "is missing", "made anew"}, {"alarm low threshold", "90", "60"}, {"targetValue", "1", "2"}}
	if got, want := Unhealed(corrected), []Alarm{{Name: "high", Problem: "is missing"}}; !cmp.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
