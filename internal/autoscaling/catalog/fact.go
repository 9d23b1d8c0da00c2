package catalog

import "slices"

// Fact names one kind of fact of an entry, to mark it as inferred.
type Fact string

// The facts that can be marked as inferred.
const (
	FactMinCapacity       Fact = "minimum capacity"
	FactPredefinedMetrics Fact = "predefined metrics of the dimension"
	FactActivityNoun      Fact = "wording of scaling activities"
	FactMetric            Fact = "CloudWatch metric"
	FactDimensions        Fact = "CloudWatch dimensions"
	FactStatistic         Fact = "statistic"
	FactAlarms            Fact = "settings of the managed alarms"
)

// Inferred lists the facts of an entry that AWS does not document.
type Inferred []Fact

// Has reports whether f is among the inferred facts.
func (i Inferred) Has(f Fact) bool { return slices.Contains(i, f) }
