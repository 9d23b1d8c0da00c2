// Package scaling holds the decisions of Application Auto Scaling as pure
// functions: how much capacity a target tracking or a step scaling policy asks
// for, what cooldowns let through, which of several policies wins, which alarms
// the service manages, and in which words it records what it did.
//
// Nothing here remembers anything but [Cooldown], which is a value that its
// owner keeps. The owner is the engine.
//
// AWS documents principles more often than formulas. What it does not document
// is in [Behaviour], by name.
package scaling
