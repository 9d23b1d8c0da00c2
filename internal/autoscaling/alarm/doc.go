// Package alarm evaluates CloudWatch metric alarms as CloudWatch documents it:
// M of N datapoints of a sliding window, the four treatments of missing data,
// the three states, and the words in which AWS gives the reason.
//
// An [Evaluator] is an alarm at work. It reads its metric through a small
// interface, [Source], one datapoint a step, keeps the window in a ring with
// running counts, and allocates nothing while the state stays as it is: a
// simulated year is half a million steps. What a single metric and what metric
// math yields is the same to it: one value for each period.
//
// Time is an argument. What AWS does not document is in [Behaviour].
package alarm
