package engine

import (
	"fmt"
	"strings"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
)

// Assumed is something that AWS does not document and that decides nothing: words
// that people read, facts of the catalog, orders that only show. It has no option.
type Assumed struct {
	Name   string // what it is about
	Fact   string // what it is taken to be
	Source string // what that rests on
}

const (
	inferred = "Inferred."
	emulator = "A third-party emulator."
)

// AssumedWords lists the words of activities that AWS does not document.
func AssumedWords() []Assumed {
	w := scaling.Wording{Noun: "desired count", Namespace: "ecs"}
	five := new(int32(5))
	return []Assumed{
		{"a scheduled action with a minimum alone", "Setting " + scaling.BoundsText(five, nil), "Inferred from the words for both bounds."},
		{"a scheduled action with a maximum alone", "Setting " + scaling.BoundsText(nil, five), "Inferred from the words for both bounds."},
		{"a scale-out by a forecast", scaling.Forecasted("policy"), inferred},
		{"a change that another overrode", w.ChangedLater(5, 7), "A part of it was seen; the rest is a third-party emulator's."},
		{"a change that was not fulfilled in time", w.NotFulfilled(5), inferred},
		{"an alarm that knows nothing", "Insufficient Data: 3 datapoints were unknown.", inferred},
	}
}

// AssumedOrders lists what is decided one way where AWS documents none and only
// the words of an activity, or the moment of it, would differ.
func AssumedOrders() []Assumed {
	return []Assumed{
		{"policies that ask for the same capacity", "The activity names the first by name.", inferred},
		{"actions that are due at one time", "They run by name.", inferred},
		{"a percentile", "It is the smallest value that at least so many percent of the values do not exceed.", inferred},
		{"the status of AlreadyAtDesiredCapacity", "The activity is Successful, those of other reasons are Failed.", emulator},
		{"replicas that scaling did not add", "A scale-in ends at them; one that would only remove such is recorded as AlreadyAtDesiredCapacity.", "The rule is documented of Aurora; the reason is inferred."},
		{"the model of a forecast", "The same hours of past days and weeks and the mean day, weighted by how well each forecast the last days: see [the forecast](forecast.md).", "AWS documents what goes in and comes out; the model is our own."},
		{"the metrics behind a predefined pair", "Load is the Sum, and the scaling metric the Average, of the metric that target tracking has; for load balancers RequestCount and RequestCountPerTarget.", inferred},
		{"a load without a metric of capacity", "The load of an hour that one unit bears is the target value.", inferred},
		{"a proportion that is nearly whole", "It counts as whole within a billionth: 10·45/50 is 9.", inferred},
	}
}

// AssumedFacts lists the facts of the catalog that AWS does not document.
func AssumedFacts() []Assumed {
	var list []Assumed
	for _, d := range catalog.Dimensions() {
		for _, f := range d.Inferred {
			list = append(list, Assumed{d.Name, fmt.Sprintf("%s: %s", f, dimensionFact(d, f)), factSources[f]})
		}
	}
	for _, m := range catalog.Metrics() {
		for _, f := range m.Inferred {
			if f == catalog.FactAlarms || f == catalog.FactStatistic && m.Period < 60 {
				continue // options
			}
			list = append(list, Assumed{m.Type, fmt.Sprintf("%s: %s", f, metricFact(m, f)), factSources[f]})
		}
	}
	return list
}

// factSources are what facts of the catalog rest on that are marked as inferred.
var factSources = map[catalog.Fact]string{
	catalog.FactMinCapacity:       "The API reference lists where 0 is accepted, and not this one.",
	catalog.FactPredefinedMetrics: "The service compares with a list for each dimension, which was measured for DynamoDB tables only; inferred from the names.",
	catalog.FactActivityNoun:      "Inferred from the words that were seen of ECS, DynamoDB and SageMaker.",
	catalog.FactMetric:            "The guide of the service that is scaled; that of Application Auto Scaling has no row for it.",
	catalog.FactDimensions:        "Inferred from what the service publishes.",
	catalog.FactStatistic:         "Inferred from the statistics that are valid.",
}

func dimensionFact(d catalog.Dimension, f catalog.Fact) string {
	switch f {
	case catalog.FactMinCapacity:
		return fmt.Sprint(d.MinCapacityFloor)
	case catalog.FactPredefinedMetrics:
		return strings.Join(d.PredefinedMetrics, ", ")
	default:
		return d.ActivityNoun
	}
}

func metricFact(m catalog.Metric, f catalog.Fact) string {
	switch f {
	case catalog.FactMetric:
		return m.Namespace + " " + m.Name
	case catalog.FactDimensions:
		return strings.Join(m.DimensionNames(), ", ")
	default:
		return m.Statistic
	}
}
