package controller

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// codeOtherOwner is the reason of the advice about a resource that was taken
// over from somebody who still manages it.
const codeOtherOwner autoscaling.Code = "OtherOwner"

// findOwners finds out whose the counterparts are that are somebody else's, or
// were before they were adopted, as far as the tags of the scalable target say.
// The tags are read only then.
func (p *pass) findOwners(ctx context.Context, aws AWS) {
	if p.observed.Target == nil {
		return
	}
	tags := p.observed.Target.Tags
	strange := func(m *member) bool { return m.outcome.state == refused && m.outcome.reason == reasonForeign }
	if slices.ContainsFunc(p.members, func(m *member) bool { return strange(m) || m.replaced }) {
		tags = p.readTags(ctx, aws)
	}
	for _, m := range p.members {
		switch {
		case strange(m):
			m.outcome = foreign(m, p.ownerOf(tags))
		case tags != nil && m.active() && !m.deleting() && p.asksOwner(m) && p.isThere(m):
			owner := p.ownerOf(tags).String()
			m.owner = &owner
		}
	}
}

// ownerOf reads the tags of the target, but for those that its own object
// declares: they say nothing about anybody else.
func (p *pass) ownerOf(tags map[string]string) autoscaling.Owner {
	others := maps.Clone(tags)
	for _, m := range p.members {
		if m.ref.Kind == autoscaling.KindTarget && m.held() {
			maps.DeleteFunc(others, func(key, _ string) bool { _, own := m.declared.target.Tags[key]; return own })
		}
	}
	return autoscaling.OwnerOf(others)
}

// ownership says in words whose something foreign is.
func ownership(m *member, owner autoscaling.Owner) string {
	tagged := "its tags say"
	if m.ref.Kind != autoscaling.KindTarget {
		tagged = "the tags of the scalable target say"
	}
	if owner.Tool == autoscaling.ToolUnknown {
		return "It was simply there before; no tag says whose it is"
	}
	return fmt.Sprintf("It probably belongs to %s, as %s", owner, tagged)
}

// asksOwner says that it matters for an adopted object who else manages its
// counterpart: when it is taken over, and later as long as there is somebody.
func (p *pass) asksOwner(m *member) bool {
	s := m.obj.GetStatus()
	return m.life.Adopts() && !p.created && (m.replaced || !m.held() || s.ACKResourceMetadata == nil || p.check && s.OtherOwner != nil)
}

// writeOwner notes who else manages what was adopted, and advises to settle
// it.
func (m *member) writeOwner() {
	s := m.obj.GetStatus()
	if !m.life.Adopts() {
		s.OtherOwner = nil
		return
	}
	switch {
	case m.owner == nil: // not asked
	case *m.owner == "":
		s.OtherOwner = nil
	default:
		s.OtherOwner = m.owner
	}
	if s.OtherOwner != nil {
		m.outcome.advice = append(m.outcome.advice, autoscaling.Finding{Code: codeOtherOwner, Severity: autoscaling.Warning, Message: fmt.Sprintf(
			"%s was taken over as asked, but %s manages it too, as the tags of the scalable target say: each of the two undoes what the other does. Remove it there without deleting it, and then remove the tags", m.inWords(), *s.OtherOwner)})
	}
}
