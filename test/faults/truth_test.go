package faults

import (
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// generations are all specs that an object has had.
func (s *apiServer) generations(obj *v1alpha1.ScalableTarget) (all []*v1alpha1.ScalableTarget) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ch := range s.history {
		if was, ok := ch.after.(*v1alpha1.ScalableTarget); ok && was.UID == obj.UID {
			all = append(all, was)
		}
	}
	return all
}

// tagForeign puts a tag of somebody else on a target.
func (w *world) tagForeign(id identity, name, value string) {
	all, err := describe(w.cloud)
	w.must(err)
	t, there := all["target "+id.String()]
	if !there {
		return
	}
	w.aws(id.place, "TagResource", map[string]any{"ResourceARN": t.arn, "Tags": map[string]any{name: value}})
	if w.tagged[t.arn] == nil {
		w.tagged[t.arn] = map[string]string{}
	}
	w.tagged[t.arn][name] = value
}

// lostTags says which tags of others are not on their targets any more.
func (w *world) lostTags(all map[string]thing) (problems []string) {
	for _, t := range all {
		for name, value := range w.tagged[t.arn] {
			if t.tags[name] != value {
				problems = append(problems, fmt.Sprintf("the foreign tag %s of %s is %v", name, t.id, t.tags[name]))
			}
		}
	}
	return problems
}

// statusLies says what is not true in what statuses tell about AWS besides
// conditions. It takes a regular check to find out some of it.
func (w *world) statusLies() (lies []string) {
	all, err := describe(w.cloud)
	if err != nil {
		return []string{err.Error()}
	}
	for _, obj := range w.kube.list() {
		id, ok := w.awsID(obj)
		if !ok || obj.GetDeletionTimestamp() != nil || !is(obj, v1alpha1.ConditionReady, metav1.ConditionTrue) {
			continue
		}
		tell := func(format string, args ...any) {
			lies = append(lies, fmt.Sprintf("%s %s: ", keyOf(obj).kind, obj.GetName())+fmt.Sprintf(format, args...))
		}
		if drift := obj.GetStatus().LastDrift; drift != nil && !w.meddled.Load() {
			tell("it tells of drift, and nobody touched AWS: %+v", *drift)
		} else if drift != nil && drift.Replaced && !w.anew.Load() {
			tell("it tells that others made it anew, and nobody did: %+v", *drift)
		}
		switch o := obj.(type) {
		case *v1alpha1.ScalingPolicy:
			var names []string
			for _, alarm := range o.Status.Alarms {
				names = append(names, text(alarm.AlarmName))
			}
			slices.Sort(names)
			if !slices.Equal(names, all[id].alarms) {
				tell("its alarms are %q, and AWS has %q", names, all[id].alarms)
			}
			inCloudWatch := w.managedAlarms(placeOf(obj))
			for _, name := range names {
				if !slices.Contains(inCloudWatch, name) && !readOnly(obj) {
					tell("it is ready, and its alarm %s is not there", name)
				}
				if did := w.staysEdited(obj, name); did != "" {
					tell("it is ready, and its alarm %s was %s and stays so", name, did)
				}
			}
			if o.Status.AlarmCount == nil || int(*o.Status.AlarmCount) != len(all[id].alarms) {
				tell("its alarm count is not %d", len(all[id].alarms))
			}
		case *v1alpha1.ScalableTarget:
			if told, want := undeclaredIn(o), w.undeclared(id, all); !slices.Equal(told, want) {
				tell("it tells that nobody declares %q, and that is true of %q", told, want)
			}
			if o.Status.ScheduledBounds != nil && !w.scheduled(o, all[id]) {
				tell("it tells of bounds that no schedule set: %+v", *o.Status.ScheduledBounds)
			}
		}
	}
	return lies
}

func undeclaredIn(o *v1alpha1.ScalableTarget) (told []string) {
	if u := o.Status.Undeclared; u != nil {
		for _, name := range u.Policies {
			told = append(told, "policy "+name)
		}
		for _, name := range u.Actions {
			told = append(told, "action "+name)
		}
	}
	slices.Sort(told)
	return told
}

// undeclared is what AWS has under a target and no object names.
func (w *world) undeclared(target string, all map[string]thing) (names []string) {
	for id := range all {
		kind, rest, _ := strings.Cut(id, " ")
		name, under := strings.CutPrefix(rest, strings.TrimPrefix(target, "target ")+" ")
		if kind != "target" && under && len(w.claimants(id)) == 0 {
			names = append(names, kind+" "+name)
		}
	}
	slices.Sort(names)
	return names
}

// scheduled says that the bounds of a target are those that its status explains
// by schedules.
func (w *world) scheduled(o *v1alpha1.ScalableTarget, has thing) bool {
	for member, bound := range map[string]*v1alpha1.ScheduledBound{"MinCapacity": o.Status.ScheduledBounds.Min, "MaxCapacity": o.Status.ScheduledBounds.Max} {
		if bound != nil && has.body[member] != float64(bound.Value) {
			return false
		}
	}
	return true
}
