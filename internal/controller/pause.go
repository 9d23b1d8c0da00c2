package controller

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// withhold finds what would be changed in AWS for paused members, and takes
// those out of the pass for which there is something: AWS is not what they
// declare, and stays so. The others are told the truth like any member. Their
// target may be among what the pass is about to do for members that are not paused.
func (p *pass) withhold(todo autoscaling.Plan) {
	observed := p.observed
	if slices.ContainsFunc(todo.Changes, autoscaling.Change.Registers) {
		observed.Target = &autoscaling.ObservedTarget{}
	}
	plan := autoscaling.Diff(p.group.Identity, p.desired(suspended), observed, p.now)
	if p.bounds == nil {
		p.bounds = plan.Bounds
	}
	changes := map[*member][]string{}
	for _, c := range plan.Changes {
		if m := p.memberOf(c.Kind, c.Name); m != nil {
			changes[m] = append(changes[m], string(c.Verb)+" "+inWords(c))
		}
	}
	for m, words := range changes {
		m.outcome.state, m.outcome.reason = waiting, reasonPaused
		m.outcome.message = m.pauseInWords() + "; AWS differs from what is declared, and is left as it is: " + strings.Join(words, "; ") + "; " + m.endsPause()
	}
}

// hang holds the deletion of a paused member.
func (m *member) hang() {
	m.outcome = outcome{state: waiting, reason: reasonPaused, message: m.pauseInWords() + "; the object is deleted when the pause ends; " + m.endsPause()}
}

// pauseInWords says until when a member is paused, and why.
func (m *member) pauseInWords() string {
	text := "paused"
	if m.pause.Namespace {
		text += " with its namespace"
	}
	if !m.pause.Until.IsZero() {
		text += " until " + m.pause.Until.Format(time.RFC3339)
	}
	if m.pause.Reason != "" {
		text += " (" + m.pause.Reason + ")"
	}
	return text
}

// endsPause says how to end the pause of a member.
func (m *member) endsPause() string {
	where := "the object"
	if m.pause.Namespace {
		where = "its namespace"
	}
	return fmt.Sprintf("to go on now, remove the annotation %s from %s", v1alpha1.AnnotationPause, where)
}

// pauseEnds is how long it takes until the first pause of a member ends by
// itself; 0: none does.
func (p *pass) pauseEnds() time.Duration {
	var first time.Duration
	for _, m := range p.members {
		if !m.paused || m.pause.Until.IsZero() {
			continue
		}
		if left := m.pause.Until.Sub(p.now); first == 0 || left < first {
			first = left
		}
	}
	return first
}
