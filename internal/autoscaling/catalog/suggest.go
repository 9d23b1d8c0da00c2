package catalog

import (
	"strings"

	"github.com/setpoint-io/setpoint/internal/autoscaling/spelling"
)

// SuggestNamespace returns the service namespace that was probably meant by a
// name that is none. It knows the names that the services are sold under.
func SuggestNamespace(name string) (string, bool) {
	if ns, ok := serviceNames[strings.ToLower(name)]; ok {
		return ns, true
	}
	candidates := make([]string, len(namespaces))
	for i, n := range namespaces {
		candidates[i] = n.Name
	}
	return spelling.Nearest(name, candidates)
}

// SuggestDimension returns the scalable dimension that was probably meant by a
// name that is none.
func SuggestDimension(name string) (string, bool) {
	candidates := make([]string, len(dimensions))
	for i, d := range dimensions {
		candidates[i] = d.Name
	}
	return spelling.Nearest(name, candidates)
}

// SuggestMetric returns the predefined metric type that was probably meant by a
// name that is none.
func SuggestMetric(name string) (string, bool) {
	candidates := make([]string, len(metrics))
	for i, m := range metrics {
		candidates[i] = m.Type
	}
	return spelling.Nearest(name, candidates)
}

// serviceNames are the names by which people know services whose namespace is
// called otherwise.
var serviceNames = map[string]string{
	"aurora":    "rds",
	"emr":       "elasticmapreduce",
	"keyspaces": "cassandra",
	"msk":       "kafka",
	"redis":     "elasticache",
	"spot":      "ec2",
	"spotfleet": "ec2",
	"custom":    "custom-resource",
}
