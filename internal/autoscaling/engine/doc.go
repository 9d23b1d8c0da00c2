// Package engine runs one scalable target through time: its scheduled actions
// fire, its alarms are evaluated, its policies decide, capacity is asked for and
// arrives, and activities are written.
//
//	metrics ──► alarms ──► policies ──► capacity ──► resource ──► metrics
//	               scheduled actions, forecasts ──┘
//
// [Target.Advance] processes all events up to a time in their order, and at one
// time in this order: capacity that arrives, scheduled actions, forecasts,
// alarms, and then one decision over all policies that alarms invoked, so that
// the order of alarms does not matter. The same input gives the same output.
//
// Metrics come in through [Metrics], capacity goes out through [Resource], and
// what happens is told to an [Observer]. So a simulation, which computes metrics
// from a trace and plays the resource with a [Provisioner], and a local cloud,
// which stores metrics and has resources, drive the same engine. Who evaluates
// alarms elsewhere tells the target with [Target.Notify].
//
// Times without change are skipped: a target without alarms costs nothing, and
// one whose metrics say for how long they stay the same is looked at when they
// change.
//
// What AWS does not document is an option, listed by [BehaviourOptions].
package engine
