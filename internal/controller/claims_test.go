package controller

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/placement"
)

// One scalable target may be reached in several ways. Who works on it by one of
// them is woken by what happens to the objects of the others.
func TestGroupsOfOneTargetKnowEachOther(t *testing.T) {
	g := newGroups(settings{Settings: placement.Settings{Own: Scope{Account: "1", Region: "r"}}})
	in := func(namespace string, obj v1alpha1.Object) v1alpha1.Object {
		obj.SetNamespace(namespace)
		return obj
	}
	for name, annotation := range map[string]string{"by": v1alpha1.AnnotationEndpointURL + " https://vpce.test", "far": v1alpha1.AnnotationDefaultRegion + " s"} {
		key, value, _ := strings.Cut(annotation, " ")
		g.putNamespace(name, &placement.Namespace{Annotations: map[string]string{key: value}})
	}
	here, other, far := targetObject("t", "service/a/b"), in("by", targetObject("t", "service/a/b")), in("far", targetObject("t", "service/a/b"))
	g.put(here)
	g.put(far)
	g.put(targetObject("u", "service/a/c"))
	touched, _ := g.put(other)
	mine, theirs := g.groupOf[refOf(here)], g.groupOf[refOf(other)]
	if mine == theirs || len(touched) != 2 || touched[0] != theirs || touched[1] != mine {
		t.Fatalf("the arrival of a rival wakes %v", touched)
	}
	if got := g.rivals(mine); !slices.Equal(got, []ObjectRef{refOf(other)}) {
		t.Errorf("the rivals are %v, but another Region or target is another thing", got)
	}
	if touched := g.remove(refOf(other)); !slices.Contains(touched, mine) || len(g.rivals(mine)) > 0 {
		t.Errorf("when a rival goes, %v are woken", touched)
	}
}

func TestOfTwoObjectsInTwoGroupsOneDeclares(t *testing.T) {
	young, old := metav1.NewTime(then.Add(time.Hour)), then
	candidate := func(name string, created metav1.Time, held, readOnly bool) *member {
		obj := policyObject("p", "service/a/b")
		obj.Name, obj.CreationTimestamp = name, created
		if held {
			claim(obj)
		}
		m := &member{ref: refOf(obj), obj: obj, before: obj, known: obj, name: "p", naming: namingOf(obj)}
		m.life.ReadOnly = readOnly
		return m
	}
	for _, c := range []struct {
		reason      string
		mine, rival *member
		want        bool // mine does
	}{
		{"the older one does", candidate("mine", old, false, false), candidate("rival", young, false, false), true},
		{"the younger one does not", candidate("mine", young, false, false), candidate("rival", old, false, false), false},
		{"unless something was made for it", candidate("mine", young, true, false), candidate("rival", old, false, false), true},
		{"to look is no claim", candidate("mine", young, false, true), candidate("rival", old, true, false), true},
	} {
		c.rival.rival = true
		p := &pass{group: Group{Identity: autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: "service/a/b", ScalableDimension: "ecs:service:DesiredCount"}}, members: []*member{c.mine}, rivals: []*member{c.rival}}
		p.settle()
		if told := c.mine.outcome.reason == reasonConflict; told == c.want || told && !strings.Contains(c.mine.outcome.message, "ScalingPolicy ns/rival declares") {
			t.Errorf("%s: %s %s", c.reason, c.mine.outcome.reason, c.mine.outcome.message)
		}
		if c.rival.outcome.state != pending {
			t.Errorf("%s: the pass has a verdict on the object of another group", c.reason)
		}
	}
}

func TestPassesOfOneTargetTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		id := autoscaling.Identity{ServiceNamespace: "ecs", ResourceID: "service/a/b", ScalableDimension: "ecs:service:DesiredCount"}
		one, other := Group{Scope: Scope{Account: "1"}, Identity: id}, Group{Scope: Scope{Account: "1", RoleARN: "r"}, Identity: id}
		var turns turns
		must := func(group Group) func() {
			t.Helper()
			leave, err := turns.take(t.Context(), group)
			if err != nil {
				t.Fatal(err)
			}
			return leave
		}
		leave := must(one)
		must(Group{Scope: Scope{Account: "2"}, Identity: id})() // another account does not wait
		lone := Group{Lone: ObjectRef{Kind: autoscaling.KindPolicy}}
		must(lone)
		must(lone)() // what names no target neither
		came := make(chan time.Time)
		go func() {
			defer must(other)()
			came <- time.Now()
		}()
		time.Sleep(time.Minute)
		left := time.Now()
		leave()
		if at := <-came; at.Before(left) {
			t.Errorf("two passes worked on one target: the second began %s before the end of the first", left.Sub(at))
		}
		synctest.Wait()
		defer must(one)()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := turns.take(ctx, other); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("who is stopped does not wait any more: %v", err)
		}
		if len(turns.taken) != 1 {
			t.Errorf("turns that ended are kept: %v", turns.taken)
		}
	})
}
