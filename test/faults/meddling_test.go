package faults

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// drawMeddling changes AWS behind the controller's back.
func drawMeddling(r *rand.Rand) step {
	at := pick(r, place{}, place{}, place{}, place{}, abroad, partner)
	s := drawMeddlingIn(r, at)
	s.memory = s.memory || at != place{}
	return s
}

func drawMeddlingIn(r *rand.Rand, at place) step {
	id, value := pick(r, alpha, alpha, beta).in(at), 10+r.IntN(5)
	name, actionName := pick(r, "a", "b"), pick(r, "m", "n")
	which := r.IntN(2)
	switch r.IntN(13) {
	case 0:
		return meddle("register", "target "+id.String(), register(id, 4, value)) // a minimum that no schedule sets
	case 1:
		return meddle("put", "policy "+id.String()+" "+name, putStep(id, name, value))
	case 2:
		return meddle("put", "action "+id.String()+" "+actionName, putAction(id, actionName, value))
	case 3:
		return meddle("delete", "policy "+id.String()+" "+name, takeAway("DeleteScalingPolicy", id, map[string]any{"PolicyName": name}))
	case 4:
		return meddle("delete", "action "+id.String()+" "+actionName, takeAway("DeleteScheduledAction", id, map[string]any{"ScheduledActionName": actionName}))
	case 5:
		return meddle("deregister", "target "+id.String(), takeAway("DeregisterScalableTarget", id, nil))
	case 6:
		return step{what: "a foreign tag on " + id.String(), do: func(w *world) {
			w.calmly(func() { w.tagForeign(id, "theirs", fmt.Sprint(value)) })
		}}
	case 7:
		return meddleWithAlarm(fmt.Sprint("delete alarm ", at, which), at, which, func(w *world, name string) { w.deleteAlarms(at, name) })
	case 8:
		return meddleWithAlarm(fmt.Sprint("edit alarm ", at, which), at, which, func(w *world, name string) { w.editAlarm(at, name) })
	case 9:
		return meddleWithAlarm(fmt.Sprint("silence alarm ", at, which), at, which, func(w *world, name string) { w.silenceAlarm(at, name) })
	case 10:
		return meddle("make anew", "target "+id.String(), makeAnew(takeAway("DeregisterScalableTarget", id, nil), register(id, 4, value)))
	case 11:
		return meddle("make anew", "policy "+id.String()+" "+name, makeAnew(takeAway("DeleteScalingPolicy", id, map[string]any{"PolicyName": name}), putStep(id, name, value)))
	}
	in := drawFiring(r)
	return step{what: fmt.Sprintf("something foreign under %s, which fires %s", id, in), memory: true, do: func(w *world) { w.settleForeign(id, in) }}
}

func meddleWithAlarm(what string, at place, which int, act func(*world, string)) step {
	return step{what: what, do: func(w *world) {
		w.calmly(func() {
			if names := w.managedAlarms(at); which < len(names) {
				act(w, names[which])
			}
		})
	}}
}

// meddle changes something that is in AWS. AWS would refuse to make a step
// policy of a target tracking one. What is somebody else's is from then on as it
// is then.
func meddle(what, id string, act func(*world)) step {
	return step{what: what + " " + id, do: func(w *world) {
		w.calmly(func() {
			all, err := describe(w.cloud)
			w.must(err)
			if t, there := all[id]; !there || what == "put" && t.body["PolicyType"] == "TargetTrackingScaling" {
				return
			}
			act(w)
			w.reown(id)
		})
	}}
}

// makeAnew deletes something and makes it again, for which it may be told that it
// was replaced.
func makeAnew(acts ...func(*world)) func(*world) {
	return func(w *world) {
		w.anew.Store(true)
		atOnce(acts...)(w)
	}
}

// reown notes how something of somebody else is after they changed it.
func (w *world) reown(id string) {
	all, err := describe(w.cloud)
	w.must(err)
	w.mu.Lock()
	defer w.mu.Unlock()
	was, foreign := w.owned[id]
	if !foreign {
		return
	}
	has, there := all[id]
	if !there {
		delete(w.owned, id)
		return
	}
	has.under = was.under
	w.owned[id] = has
}

// settleForeign puts a policy and an action of somebody else under a target.
func (w *world) settleForeign(id identity, in firing) {
	w.calmly(func() {
		all, err := describe(w.cloud)
		w.must(err)
		under, there := all["target "+id.String()]
		if !there {
			return
		}
		atOnce(putStep(id, "others", 7), put("PutScheduledAction", id, map[string]any{
			"ScheduledActionName": "others", "Schedule": in.at(w), "ScalableTargetAction": map[string]any{"MinCapacity": 1},
		}))(w)
		ids := []string{"policy " + id.String() + " others", "action " + id.String() + " others"}
		w.disown(ids...)
		for _, id := range ids {
			t := w.owned[id]
			t.under = under.arn
			w.own(t)
		}
	})
}

// kindOf is the first word of the name of a thing.
func kindOf(id string) string {
	kind, _, _ := strings.Cut(id, " ")
	return kind
}
