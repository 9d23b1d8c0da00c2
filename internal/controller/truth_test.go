package controller

import (
	"strings"
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

func TestClock(t *testing.T) {
	now := time.Date(2026, 3, 4, 9, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		reason string
		at     time.Time
		want   string
	}{
		{"today needs no date", now.Add(-90 * time.Minute), "08:00"},
		{"today is today in UTC", now.Add(-90 * time.Minute).In(time.FixedZone("X", 12*3600)), "08:00"},
		{"yesterday needs one", now.Add(-10 * time.Hour), "2026-03-03 23:30 UTC"},
		{"so does the same day of another year", now.AddDate(-1, 0, 0), "2025-03-04 09:30 UTC"},
	} {
		if got := clock(c.at, now); got != c.want {
			t.Errorf("%s: %q, want %q", c.reason, got, c.want)
		}
	}
}

func TestBoundsInWords(t *testing.T) {
	now := time.Date(2026, 3, 4, 9, 30, 0, 0, time.UTC)
	p := &pass{now: now, bounds: &autoscaling.ScheduledBounds{
		Min: &autoscaling.ScheduledBound{Value: 20, Base: 2, Action: "morning", Since: now.Add(-90 * time.Minute)},
		Max: &autoscaling.ScheduledBound{Value: 40, Base: 8, Action: "eve", Since: now.Add(-10 * time.Hour)},
	}}
	want := "; min 20 since 08:00, set by morning; base 2; max 40 since 2026-03-03 23:30 UTC, set by eve; base 8"
	if got := p.boundsInWords(&member{ref: ObjectRef{Kind: autoscaling.KindTarget}}); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := p.boundsInWords(&member{ref: ObjectRef{Kind: autoscaling.KindPolicy}}); got != "" {
		t.Errorf("a policy has no bounds, but says %q", got)
	}
}

// syncedObject is an object that AWS had everything of in its generation.
func syncedObject[T v1alpha1.Object](obj T) T {
	obj.SetGeneration(3)
	obj.GetStatus().SyncedGeneration = 3
	return obj
}

func TestWhatIsDrift(t *testing.T) {
	put := autoscaling.Change{Op: autoscaling.OpRegisterTarget, Verb: autoscaling.Update, Fields: []autoscaling.FieldChange{{Field: "minCapacity", From: "9", To: "1"}}}
	role := autoscaling.Change{Op: autoscaling.OpRegisterTarget, Verb: autoscaling.Update, Fields: []autoscaling.FieldChange{{Field: "roleARN", From: "arn:old", To: "arn:new"}}}
	excused := put
	excused.Because = "scheduled action morning, which set it, is gone"
	replaced := []autoscaling.Change{{Op: autoscaling.OpDeletePolicy, Verb: autoscaling.Delete}, {Op: autoscaling.OpPutPolicy, Verb: autoscaling.Create}}
	target := func(change func(*v1alpha1.ScalableTarget)) v1alpha1.Object {
		o := syncedObject(&v1alpha1.ScalableTarget{})
		if change != nil {
			change(o)
		}
		return o
	}
	byReference := func(role string) v1alpha1.Object {
		return target(func(o *v1alpha1.ScalableTarget) { o.Spec.RoleRef, o.Status.RoleARN = &v1alpha1.Reference{}, &role })
	}
	yielded := target(func(o *v1alpha1.ScalableTarget) { o.Status.Yielded = []string{"minCapacity"} })
	both := put
	both.Fields = append([]autoscaling.FieldChange{{Field: "maxCapacity", From: "8", To: "9"}}, put.Fields...)
	for name, c := range map[string]struct {
		reason  string
		before  v1alpha1.Object
		changes []autoscaling.Change
		drift   int
		gone    bool
	}{
		"drift":             {"AWS had it as declared, so others did it", target(nil), []autoscaling.Change{put}, 1, false},
		"edit":              {"the object is of a new generation", target(func(o *v1alpha1.ScalableTarget) { o.Status.SyncedGeneration = 2 }), []autoscaling.Change{put}, 0, false},
		"never synced":      {"what did not work yet is made now", target(func(o *v1alpha1.ScalableTarget) { o.Status.SyncedGeneration = 0 }), []autoscaling.Change{put}, 0, false},
		"action is gone":    {"nobody touched the bounds", target(nil), []autoscaling.Change{excused}, 0, false},
		"role moved":        {"the object that roleRef names has another ARN", byReference("arn:old"), []autoscaling.Change{role}, 0, false},
		"role was edited":   {"AWS has another role than it had", byReference("arn:older"), []autoscaling.Change{role}, 1, false},
		"gone":              {"it is made anew", syncedObject(&v1alpha1.ScalingPolicy{}), []autoscaling.Change{{Op: autoscaling.OpPutPolicy, Verb: autoscaling.Create}}, 1, true},
		"replaced":          {"it had another type, and was there", syncedObject(&v1alpha1.ScalingPolicy{}), replaced, 1, false},
		"taken back":        {"somebody removed the annotation that left the field to others", yielded, []autoscaling.Change{put}, 0, false},
		"was read-only":     {"what was only looked at is declared now", target(func(o *v1alpha1.ScalableTarget) { o.Status.Yielded = []string{"spec"} }), []autoscaling.Change{both}, 0, false},
		"partly taken back": {"of two fields one was left to others and is not any more", yielded, []autoscaling.Change{both}, 1, false},
	} {
		m := &member{before: c.before, known: c.before, obj: c.before.DeepCopyObject().(v1alpha1.Object), outcome: outcome{changes: c.changes}}
		(&pass{}).writeDrift(m)
		found := m.obj.GetStatus().LastDrift
		if got := m.drift(); len(got) != c.drift || (found != nil) != (c.drift > 0) || found != nil && found.Gone != c.gone {
			t.Errorf("%s: %v and %+v: %s", name, got, found, c.reason)
		}
	}
}

// TestWhatStaysSynced is about trouble after which a difference is known to be the
// work of others.
func TestWhatStaysSynced(t *testing.T) {
	deleted := []autoscaling.Change{{Op: autoscaling.OpDeletePolicy, Verb: autoscaling.Delete}}
	for name, c := range map[string]struct {
		reason string
		out    outcome
		there  bool
		want   int64
	}{
		"synced":          {"AWS has this generation", outcome{state: synced}, true, 3},
		"failed":          {"an attempt that fails takes nothing away", outcome{state: failed}, true, 2},
		"failed halfway":  {"we took it away ourselves to make it anew", outcome{state: failed, changes: deleted}, false, 0},
		"refused by AWS":  {"what AWS refuses, it has as before", outcome{state: refused, reason: reasonInvalidInAWS}, true, 2},
		"refused":         {"somebody else may declare it meanwhile", outcome{state: refused, reason: reasonConflict}, true, 0},
		"no target":       {"the target took it along", outcome{state: waiting, reason: reasonTarget}, false, 0},
		"paused":          {"a pause only looks on", outcome{state: waiting, reason: reasonPaused}, true, 2},
		"paused and gone": {"it may have gone with its target", outcome{state: waiting, reason: reasonPaused}, false, 0},
	} {
		obj := syncedObject(&v1alpha1.ScalableTarget{})
		obj.Status.SyncedGeneration = 2
		p := &pass{}
		if c.there {
			p.observed.Target = &autoscaling.ObservedTarget{}
		}
		if got := p.syncedGeneration(&member{ref: ObjectRef{Kind: autoscaling.KindTarget}, obj: obj, outcome: c.out}); got != c.want {
			t.Errorf("%s: %d, want %d: %s", name, got, c.want, c.reason)
		}
	}
}

func TestAlarmsThatStayEdited(t *testing.T) {
	obj := &v1alpha1.ScalingPolicy{}
	obj.Status.LastDrift = &v1alpha1.Drift{Fields: []v1alpha1.DriftedField{{Field: "alarm high threshold", Observed: "90", Declared: "60"}}}
	for _, c := range []struct {
		reason, threshold string
		want              bool
	}{
		{"AWS put it right", "60", false},
		{"AWS left it so, which nobody would see otherwise", "90", true},
	} {
		obj.Status.Alarms = []v1alpha1.Alarm{{AlarmName: new("high"), Configuration: map[string]string{"threshold": c.threshold}}}
		m := &member{obj: obj, before: obj, known: obj}
		(&pass{}).adviseAboutAlarms(m, obj)
		if got := len(m.outcome.advice) == 1 && strings.Contains(m.outcome.advice[0].Message, "alarm high was edited"); got != c.want {
			t.Errorf("%s: advice %+v", c.reason, m.outcome.advice)
		}
	}
}

func TestFirstSightOfAlarms(t *testing.T) {
	first := map[string]string{"threshold": "60"}
	known := alarms([]autoscaling.Alarm{{Name: "high", Settings: first}}, nil)
	for _, c := range []struct {
		reason string
		seen   autoscaling.Alarm
		want   string
	}{
		{"the first sight stays", autoscaling.Alarm{Name: "high", Settings: map[string]string{"threshold": "90"}}, "60"},
		{"who did not look forgets nothing", autoscaling.Alarm{Name: "high"}, "60"},
		{"another alarm is seen first", autoscaling.Alarm{Name: "new", Settings: map[string]string{"threshold": "90"}}, "90"},
		{"another alarm that nobody looked at is not known", autoscaling.Alarm{Name: "new"}, ""},
	} {
		if got := alarms([]autoscaling.Alarm{c.seen}, known)[0].Configuration["threshold"]; got != c.want {
			t.Errorf("%s: %q, want %q", c.reason, got, c.want)
		}
	}
}

func TestManyNamesAreCounted(t *testing.T) {
	var u v1alpha1.UndeclaredResources
	for range 13 {
		u.Policies = append(u.Policies, "p")
	}
	if got := namesInWords(u); !strings.HasSuffix(got, ", 3 more (see status.undeclared)") {
		t.Errorf("13 names are printed as %s", got)
	}
}
