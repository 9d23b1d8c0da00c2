package alarm

import "time"

// Behaviour is what CloudWatch does not document about the evaluation of
// alarms.
type Behaviour struct {
	// ExtraDatapoints is by how many datapoints the evaluation range is longer
	// than EvaluationPeriods. CloudWatch documents that it retrieves more than
	// that and that the number depends on period and resolution; its one
	// example has 5 for 3.
	ExtraDatapoints int
	// MetricDelay is how long after the end of its period a datapoint enters
	// evaluation. CloudWatch documents no figure; in published notifications
	// the newest period ended 34 to 95 seconds before the evaluation. It is
	// rounded up to evaluations. Alarms that are evaluated hourly have no delay:
	// CloudWatch documents that they look at data up to the last full hour.
	MetricDelay time.Duration
}

// DefaultBehaviour returns the most likely behaviour.
func DefaultBehaviour() Behaviour {
	return Behaviour{ExtraDatapoints: 2, MetricDelay: time.Minute}
}
