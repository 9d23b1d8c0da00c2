package alarm

import (
	"fmt"
	"math"
	"strings"
)

// State is the state of an alarm (AWS API: StateValue).
type State string

// The three states of an alarm.
const (
	OK               State = "OK"
	Alarm            State = "ALARM"
	InsufficientData State = "INSUFFICIENT_DATA"
)

// Comparison is how a datapoint breaches (AWS API: ComparisonOperator). Those
// of anomaly detection are not here: their threshold is a band.
type Comparison string

// The comparison operators of static thresholds.
const (
	GreaterThanThreshold          Comparison = "GreaterThanThreshold"
	GreaterThanOrEqualToThreshold Comparison = "GreaterThanOrEqualToThreshold"
	LessThanThreshold             Comparison = "LessThanThreshold"
	LessThanOrEqualToThreshold    Comparison = "LessThanOrEqualToThreshold"
)

// Above reports whether a breach lies above the threshold.
func (c Comparison) Above() bool {
	return c == GreaterThanThreshold || c == GreaterThanOrEqualToThreshold
}

// Breaches reports whether a value breaches the threshold.
func (c Comparison) Breaches(value, threshold float64) bool {
	switch c {
	case GreaterThanThreshold:
		return value > threshold
	case GreaterThanOrEqualToThreshold:
		return value >= threshold
	case LessThanThreshold:
		return value < threshold
	case LessThanOrEqualToThreshold:
		return value <= threshold
	default:
		return false
	}
}

// words is the comparison as reasons say it.
func (c Comparison) words() string {
	switch c {
	case GreaterThanThreshold:
		return "greater than"
	case GreaterThanOrEqualToThreshold:
		return "greater than or equal to"
	case LessThanThreshold:
		return "less than"
	default:
		return "less than or equal to"
	}
}

// Treatment is what becomes of missing datapoints (AWS API: TreatMissingData).
type Treatment string

// The treatments of missing data. The empty string is Missing.
const (
	Missing      Treatment = "missing"
	Ignore       Treatment = "ignore"
	Breaching    Treatment = "breaching"
	NotBreaching Treatment = "notBreaching"
)

// word is the treatment as reasons say it.
func (t Treatment) word() string {
	if t == Breaching {
		return "Breaching"
	}
	return "NonBreaching"
}

// Definition is what decides the state of an alarm (AWS API: PutMetricAlarm).
// Which metric it watches is the business of its [Source].
type Definition struct {
	Comparison        Comparison
	Threshold         float64
	Period            int32     // seconds: 10, 20, 30 or a multiple of 60
	EvaluationPeriods int32     // N
	DatapointsToAlarm int32     // M; 0: not set, which is N
	TreatMissingData  Treatment // empty: missing

	// For StateReasonData only. Statistic is empty for metric math.
	Statistic string
	Unit      string
}

// Limits of the window (AWS API: PutMetricAlarm).
const (
	day  = 24 * 60 * 60
	week = 7 * day
)

// Validate says what CloudWatch would not accept.
func (d Definition) Validate() error {
	switch d.Comparison {
	case GreaterThanThreshold, GreaterThanOrEqualToThreshold, LessThanThreshold, LessThanOrEqualToThreshold:
	default:
		return fmt.Errorf("ComparisonOperator %q is not supported; write one of %s", d.Comparison,
			strings.Join([]string{string(GreaterThanThreshold), string(GreaterThanOrEqualToThreshold), string(LessThanThreshold), string(LessThanOrEqualToThreshold)}, ", "))
	}
	switch d.TreatMissingData {
	case "", Missing, Ignore, Breaching, NotBreaching:
	default:
		return fmt.Errorf("TreatMissingData %q is unknown; write missing, ignore, breaching or notBreaching", d.TreatMissingData)
	}
	if d.Period != 10 && d.Period != 20 && d.Period != 30 && (d.Period <= 0 || d.Period%60 != 0) {
		return fmt.Errorf("period %d is not possible; write 10, 20, 30 or a multiple of 60 seconds", d.Period)
	}
	if d.EvaluationPeriods < 1 {
		return fmt.Errorf("EvaluationPeriods %d is not possible; write 1 or more", d.EvaluationPeriods)
	}
	if d.DatapointsToAlarm < 0 || d.DatapointsToAlarm > d.EvaluationPeriods {
		return fmt.Errorf("DatapointsToAlarm %d is not possible; write 1 to %d (EvaluationPeriods), or leave it out", d.DatapointsToAlarm, d.EvaluationPeriods)
	}
	if span := d.span(); span > week || d.Period < 3600 && span > day {
		return fmt.Errorf("%d periods of %d seconds are too long; write at most one day in all, or at most a week with periods of an hour or more", d.EvaluationPeriods, d.Period)
	}
	if math.IsNaN(d.Threshold) || math.IsInf(d.Threshold, 0) {
		return fmt.Errorf("threshold %v is not a number; write a finite one", d.Threshold)
	}
	return nil
}

func (d Definition) span() int64 { return int64(d.Period) * int64(d.EvaluationPeriods) }

// required returns M, the number of breaching datapoints that it takes.
func (d Definition) required() int {
	if d.DatapointsToAlarm > 0 {
		return int(d.DatapointsToAlarm)
	}
	return int(d.EvaluationPeriods)
}

// Step returns the time between two evaluations in seconds: 10 for periods
// below a minute, an hour if all periods together are longer than a day, and
// otherwise a minute, by which the window then slides, however long the period
// is (Amazon CloudWatch User Guide: "Alarm evaluation").
func (d Definition) Step() int64 {
	switch {
	case d.Period < 60:
		return 10
	case d.span() > day:
		return 3600
	default:
		return 60
	}
}
