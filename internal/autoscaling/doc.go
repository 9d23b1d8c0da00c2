// Package autoscaling is the domain of Setpoint: scalable targets with the
// scaling policies and scheduled actions that AWS keeps under them.
//
// A scalable target is the aggregate. AWS stores policies and actions under a
// target, deletes them with it, and refuses two writes to it at once, so
// everything here is about one target at a time: what somebody declares for it
// ([Desired]), what AWS has for it ([Observed]), whether the declaration makes
// sense ([Validate]), and which AWS calls lead from one to the other ([Diff]).
//
// The package is pure: no I/O, no clock, no AWS SDK, no Kubernetes. The
// controller executes the plan that Diff returns; the command line prints the
// same plan.
package autoscaling
