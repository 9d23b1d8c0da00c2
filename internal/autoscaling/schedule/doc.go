// Package schedule understands the schedules of scheduled actions: at(...),
// rate(...) and cron(...) (AWS API: PutScheduledAction). It parses them, says
// what is wrong with those that do not parse and what to write instead, and
// computes when they fire, in a time zone and between a start and an end.
//
// Cron expressions follow the reference of Amazon EventBridge, to which
// Application Auto Scaling refers. Where that reference excludes something it is
// refused here; where it is silent (lists with L or W, ranges that wrap around
// the end of the week) it is accepted.
//
// AWS does not document what happens to local times that a change of the clocks
// skips or repeats, nor when rate(...) without a start time fires first. The
// choices are named in [Options].
//
// Computing is by calendar, not by trying minutes: the next matching wall clock
// time is found field by field, and mapped to an instant by the rule in force in
// the zone. An expression that never fires, such as the 30th of February, is
// found out at the end of its calendar, the year 2199.
package schedule
