package autoscaling

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
)

// target plans the registration of the target, its update, and its tags.
func (d *differ) target() {
	want := d.desired.Target
	if want == nil {
		return
	}
	if d.observed.Target == nil {
		t := want.Target
		d.add(Change{Op: OpRegisterTarget, Verb: Create, Kind: KindTarget, Target: &t, Fields: newTargetFields(t),
			Consequences: []string{cmp.Or(enforcement(d.observed.Capacity, t.MinCapacity, t.MaxCapacity),
				"if the capacity of the resource is outside the bounds, AWS moves it to the nearest one")}})
		return
	}
	d.updateTarget(want, d.observed.Target)
	d.tags(want, d.observed.Target)
}

func newTargetFields(t Target) []FieldChange {
	var l fieldList
	l.number("minCapacity", t.MinCapacity)
	l.number("maxCapacity", t.MaxCapacity)
	l.text("roleARN", t.RoleARN)
	l.in("suspendedState", func() {
		l.flag("dynamicScalingInSuspended", t.Suspended.DynamicScalingIn, false)
		l.flag("dynamicScalingOutSuspended", t.Suspended.DynamicScalingOut, false)
		l.flag("scheduledScalingSuspended", t.Suspended.ScheduledScaling, false)
	})
	_, _, tags := tagChanges(t, nil)
	return append(compareFields(nil, madeAnew(l.fields)), tags...)
}

// updateTarget sends only what differs: AWS leaves the rest alone, and sending
// a role needs the right to pass it.
func (d *differ) updateTarget(want *DesiredTarget, have *ObservedTarget) {
	update := Change{Op: OpRegisterTarget, Verb: Update, Kind: KindTarget, Target: &Target{}}
	bounds, undone := d.bounding(want, have), []string{}
	differs := func(field string, want *int32, have int32, pinned bool, pick func(ScheduledBounds) *ScheduledBound) bool {
		if want == nil || *want == have {
			return false
		}
		var (
			by   *ScheduledBound
			gone string
		)
		if !pinned {
			by, gone = bounds.explain(have, pick)
		}
		if by != nil {
			d.explain(field, by, *want)
			return false
		}
		update.Fields = append(update.Fields, FieldChange{field, strconv.Itoa(int(have)), strconv.Itoa(int(*want))})
		if gone != "" {
			undone = append(undone, gone)
		}
		return true
	}
	if differs("minCapacity", want.MinCapacity, have.MinCapacity, want.PinMin, minOf) {
		update.Target.MinCapacity = want.MinCapacity
	}
	if differs("maxCapacity", want.MaxCapacity, have.MaxCapacity, want.PinMax, maxOf) {
		update.Target.MaxCapacity = want.MaxCapacity
	}
	if roleDiffers(d.id.ServiceNamespace, want.RoleARN, have.RoleARN) {
		update.Target.RoleARN = want.RoleARN
		update.Fields = append(update.Fields, FieldChange{"roleARN", have.RoleARN, want.RoleARN})
	}
	if suspended, fields := suspensionChange(want.Suspended, have.Suspended); len(fields) > 0 {
		update.Target.Suspended = suspended
		update.Fields = append(update.Fields, fields...)
	}
	if len(update.Fields) == 0 {
		return
	}
	lower, upper := orElse(update.Target.MinCapacity, have.MinCapacity), orElse(update.Target.MaxCapacity, have.MaxCapacity)
	update.Consequences = []string{cmp.Or(enforcement(d.observed.Capacity, &lower, &upper),
		fmt.Sprintf("AWS checks the capacity of the resource against the bounds again and moves it if it is outside %d..%d", lower, upper))}
	if len(update.Fields) == len(undone) {
		update.Because = fmt.Sprintf("scheduled action %s, which set it, is gone", strings.Join(slices.Compact(undone), ", "))
	}
	d.add(update)
}

func (d *differ) explain(field string, b *ScheduledBound, base int32) {
	if d.plan.Bounds == nil {
		d.plan.Bounds = &ScheduledBounds{}
	}
	explained := *b
	explained.Base = base
	if field == "minCapacity" {
		d.plan.Bounds.Min = &explained
	} else {
		d.plan.Bounds.Max = &explained
	}
}

func orElse(p *int32, def int32) int32 {
	if p != nil {
		return *p
	}
	return def
}

// roleDiffers is false where AWS uses a service-linked role whatever the
// caller asks for: sending the role again would never close the difference.
func roleDiffers(namespace, want, have string) bool {
	if want == "" || want == have {
		return false
	}
	ns, ok := catalog.LookupNamespace(namespace)
	return !ok || ns.RoleRequired() || !catalog.IsServiceLinkedRole(have)
}

// suspensionChange returns all three switches when a declared one differs.
// Whether AWS keeps or resets a switch that is left out is not documented, so
// none is left out.
func suspensionChange(want Suspension, have ObservedSuspension) (Suspension, []FieldChange) {
	full := Suspension{DynamicScalingIn: &have.DynamicScalingIn, DynamicScalingOut: &have.DynamicScalingOut, ScheduledScaling: &have.ScheduledScaling}
	var fields []FieldChange
	set := func(name string, want *bool, slot **bool) {
		if want == nil || *want == **slot {
			return
		}
		fields = append(fields, FieldChange{"suspendedState." + name, strconv.FormatBool(**slot), strconv.FormatBool(*want)})
		*slot = want
	}
	set("dynamicScalingInSuspended", want.DynamicScalingIn, &full.DynamicScalingIn)
	set("dynamicScalingOutSuspended", want.DynamicScalingOut, &full.DynamicScalingOut)
	set("scheduledScalingSuspended", want.ScheduledScaling, &full.ScheduledScaling)
	return full, fields
}

// tags plans TagResource and UntagResource: AWS refuses tags in an update of
// an existing target (AWS API: RegisterScalableTarget).
func (d *differ) tags(want *DesiredTarget, have *ObservedTarget) {
	if have.Tags == nil {
		return
	}
	set, remove, fields := tagChanges(want.Target, have.Tags)
	if len(set) > 0 {
		d.add(Change{Op: OpTagTarget, Verb: Update, Kind: KindTarget, TargetARN: have.ARN, Tags: set, Fields: fields[:len(set)]})
	}
	if len(remove) > 0 {
		d.add(Change{Op: OpUntagTarget, Verb: Update, Kind: KindTarget, TargetARN: have.ARN, TagKeys: remove, Fields: fields[len(set):]})
	}
}
