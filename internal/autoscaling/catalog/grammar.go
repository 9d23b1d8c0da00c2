package catalog

import (
	"regexp"
	"strings"
)

// Grammar is the form of the resource IDs of a dimension.
//
// AWS documents the forms by example (AWS API: RegisterScalableTarget); the
// exact patterns are ours, and rather too wide than too narrow.
type Grammar struct {
	Format  string // for people: what varies stands in angle brackets
	Example string // an ID of that form
	re      *regexp.Regexp
}

// Parse splits a resource ID into what varies in it, by the names in Format
// ("endpoint-name"). It returns false if id has not this form.
func (g Grammar) Parse(id string) (map[string]string, bool) {
	m := g.re.FindStringSubmatch(id)
	if m == nil {
		return nil, false
	}
	parts := make(map[string]string, len(m))
	for i, name := range g.re.SubexpNames() {
		if name != "" {
			parts[strings.ReplaceAll(name, "_", "-")] = m[i]
		}
	}
	return parts, true
}

// Pattern returns the anchored RE2 pattern of the resource IDs.
func (g Grammar) Pattern() string { return g.re.String() }

// grammar builds a Grammar from a format in which every <name> stands for the
// expression given for it, in order of appearance.
func grammar(format, example string, parts ...string) Grammar {
	var b strings.Builder
	b.WriteString("^")
	rest := format
	for _, part := range parts {
		before, after, _ := strings.Cut(rest, "<")
		name, tail, _ := strings.Cut(after, ">")
		b.WriteString(regexp.QuoteMeta(before))
		// RE2 group names are words, hence no hyphens.
		b.WriteString("(?P<" + strings.ReplaceAll(name, "-", "_") + ">" + part + ")")
		rest = tail
	}
	b.WriteString(regexp.QuoteMeta(rest) + "$")
	return Grammar{Format: format, Example: example, re: regexp.MustCompile(b.String())}
}

// Expressions for the parts of resource IDs.
const (
	segment       = `[^/\s]+`
	region        = `[^:/\s]+`
	account       = `[0-9]{12}`
	partition     = `[^:/\s]+`
	tableName     = `[A-Za-z0-9_.-]{3,255}`              // DynamoDB: CreateTable
	sagemakerName = `[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}` // SageMaker: CreateEndpoint, CreateInferenceComponent
	clusterName   = `[A-Za-z][A-Za-z0-9-]*`              // RDS and Neptune: CreateDBCluster
)

// Forms that several dimensions share.
var (
	dynamoDBTable = grammar("table/<table-name>", "table/orders", tableName)
	dynamoDBIndex = grammar("table/<table-name>/index/<index-name>", "table/orders/index/by-customer", tableName, tableName)
	keyspaceTable = grammar("keyspace/<keyspace-name>/table/<table-name>", "keyspace/shop/table/orders", segment, segment)
	dbCluster     = grammar("cluster:<cluster-name>", "cluster:orders", clusterName)
	endpoint      = grammar("endpoint/<endpoint-name>/variant/<variant-name>", "endpoint/demo/variant/AllTraffic", sagemakerName, sagemakerName)
	replication   = grammar("replication-group/<group-name>", "replication-group/sessions", segment)
)
