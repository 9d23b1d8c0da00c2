package catalog

import "strings"

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
	return nearest(name, candidates)
}

// SuggestDimension returns the scalable dimension that was probably meant by a
// name that is none.
func SuggestDimension(name string) (string, bool) {
	candidates := make([]string, len(dimensions))
	for i, d := range dimensions {
		candidates[i] = d.Name
	}
	return nearest(name, candidates)
}

// SuggestMetric returns the predefined metric type that was probably meant by a
// name that is none.
func SuggestMetric(name string) (string, bool) {
	candidates := make([]string, len(metrics))
	for i, m := range metrics {
		candidates[i] = m.Type
	}
	return nearest(name, candidates)
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

// nearest returns the candidate with the smallest edit distance to name,
// ignoring case, if it is near enough to be a slip: at most one edit in three
// characters.
func nearest(name string, candidates []string) (string, bool) {
	const longest = 128 // no name is longer, and the distance is quadratic
	if len(name) > longest {
		return "", false
	}
	best, bestDistance := "", len(name)/3+1
	for _, c := range candidates {
		if d := distance(strings.ToLower(name), strings.ToLower(c)); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best, best != ""
}

// distance is the Levenshtein distance of two strings, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitute := diagonal
			if a[i] != b[j] {
				substitute++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitute, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
