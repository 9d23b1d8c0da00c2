// Package controller reconciles scalable targets.
//
// Its unit of work is the scalable target, not the Kubernetes object: one
// work-queue key ([Group]) stands for one target, and every ScalableTarget,
// ScalingPolicy and ScheduledAction that names this target is converged in the
// same pass, in AWS's order, by one worker. Ordering, serialised writes and
// the detection of two objects that claim one thing follow from that.
//
// One pass ([Reconciler.Reconcile]): gather the objects of the group, settle
// who declares what, validate, observe AWS (batched with other passes), diff,
// apply the plan, and write the status of each object, once and only if it
// changed. Steps record what they found on the objects' outcomes; only
// status.go turns outcomes into conditions.
package controller
