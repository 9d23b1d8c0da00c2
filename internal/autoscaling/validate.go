package autoscaling

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
)

// ValidateTarget checks what is declared for a scalable target, by itself.
func ValidateTarget(id Identity, t Target) []Finding {
	var r report
	s := r.identity(id)
	for _, check := range targetChecks {
		check(&r, s, t)
	}
	return r.found
}

// ValidatePolicy checks a scaling policy by itself.
func ValidatePolicy(id Identity, p Policy) []Finding {
	var r report
	s := r.identity(id)
	for _, check := range policyChecks {
		check(&r, s, p)
	}
	return r.found
}

// ValidateAction checks a scheduled action by itself.
func ValidateAction(id Identity, a Action) []Finding {
	var r report
	s := r.identity(id)
	for _, check := range actionChecks {
		check(&r, s, a)
	}
	return r.found
}

// report collects findings. The severity of a finding is that of its rule.
type report struct {
	prefix string
	found  []Finding
}

// add reports a finding about a field below the current one; an empty field
// means the current one itself.
func (r *report) add(code Code, field, format string, args ...any) {
	r.found = append(r.found, Finding{
		Code:     code,
		Severity: severities[code],
		Field:    strings.TrimSuffix(r.prefix+field, "."),
		Message:  fmt.Sprintf(format, args...),
	})
}

// in runs checks of what is below a field.
func (r *report) in(field string, checks func()) {
	outer := r.prefix
	r.prefix = outer + field + "."
	checks()
	r.prefix = outer
}

// subject is the scalable target that is validated, with what AWS knows about
// its kind. Where the kind is not known, or not consistent, known is false, and
// the checks that need it stay silent: the identity has been reported already.
type subject struct {
	id        Identity
	known     bool
	dimension catalog.Dimension
	namespace catalog.Namespace
}

// The API's limits for the text of an identity (AWS API: ResourceIdMaxLen1600).
const maxResourceIDLength = 1600

// identity checks which scalable target is meant.
func (r *report) identity(id Identity) subject {
	s := subject{id: id}
	for _, part := range []struct{ field, value, hint string }{
		{"serviceNamespace", id.ServiceNamespace, "sagemaker"},
		{"resourceID", id.ResourceID, "endpoint/demo/variant/AllTraffic"},
		{"scalableDimension", id.ScalableDimension, "sagemaker:variant:DesiredInstanceCount"},
	} {
		if part.value == "" {
			r.add(IdentityIncomplete, part.field, "%s is missing: write which resource is meant, such as %s", part.field, part.hint)
		}
	}
	r.namespace(&s)
	r.dimension(&s)
	if id.ResourceID != "" {
		r.resourceID(s)
	}
	return s
}

func (r *report) namespace(s *subject) {
	name := s.id.ServiceNamespace
	n, ok := catalog.LookupNamespace(name)
	if ok {
		s.namespace = n
		return
	}
	if name != "" {
		suggestion, _ := catalog.SuggestNamespace(name)
		r.add(ServiceNamespaceUnknown, "serviceNamespace", "there is no service namespace %s: %s",
			shown(name), instead(suggestion, namespaceNames()))
	}
}

func (r *report) dimension(s *subject) {
	name := s.id.ScalableDimension
	if name == "" {
		return
	}
	d, ok := catalog.LookupDimension(name)
	switch {
	case !ok:
		suggestion, _ := catalog.SuggestDimension(name)
		r.add(ScalableDimensionUnknown, "scalableDimension", "there is no scalable dimension %s: %s",
			shown(name), instead(suggestion, dimensionNames(s.namespace)))
	case s.namespace.Name == "":
		// The namespace is missing or wrong, which has been said.
	case d.Namespace != s.namespace.Name:
		r.add(ScalableDimensionForeign, "scalableDimension", "%s belongs to the service namespace %s, not to %s: write %s, or serviceNamespace %s",
			name, d.Namespace, s.namespace.Name, anyOf(dimensionNames(s.namespace)), d.Namespace)
	default:
		s.known, s.dimension = true, d
	}
}

func (r *report) resourceID(s subject) {
	const field = "resourceID"
	id := s.id.ResourceID
	if n := utf8.RuneCountInString(id); n > maxResourceIDLength {
		r.add(ResourceIDTooLong, field, "the resource ID has %d characters, %d are allowed", n, maxResourceIDLength)
		return
	}
	if i := strings.IndexFunc(id, isForbidden); i >= 0 || !utf8.ValidString(id) {
		r.add(ResourceIDBadCharacter, field, "the resource ID contains a control character: remove it from %s", shown(id))
		return
	}
	if !s.known {
		return
	}
	grammar := s.dimension.ResourceID
	parts, ok := grammar.Parse(id)
	if !ok {
		r.add(ResourceIDMalformed, field, "%s is not of the form %s, which %s asks for: write it like %s",
			shown(id), grammar.Format, s.dimension.Name, grammar.Example)
		return
	}
	if s.dimension.Namespace == "lambda" && parts["qualifier"] == "$LATEST" {
		r.add(LambdaQualifierUnsupported, field, "$LATEST cannot have provisioned concurrency: publish a version or make an alias, and write function:%s:<version or alias>",
			parts["function-name"])
	}
}

// isForbidden reports the characters that the API excludes from identities:
// control characters other than tab and line breaks, and surrogates and
// non-characters, which are not valid text anyway.
func isForbidden(c rune) bool {
	return c < ' ' && c != '\t' && c != '\r' && c != '\n' || c == '\uFFFE' || c == '\uFFFF'
}

func namespaceNames() []string {
	var names []string
	for _, n := range catalog.Namespaces() {
		names = append(names, n.Name)
	}
	return names
}

// dimensionNames lists the dimensions of a namespace; of all if it is not
// known.
func dimensionNames(n catalog.Namespace) []string {
	dimensions := n.Dimensions()
	if n.Name == "" {
		dimensions = catalog.Dimensions()
	}
	var names []string
	for _, d := range dimensions {
		names = append(names, d.Name)
	}
	return names
}

// instead words what to write: the suggestion if there is one, else the list.
func instead(suggestion string, allowed []string) string {
	if suggestion != "" {
		return "did you mean " + suggestion + "?"
	}
	return "write " + anyOf(allowed)
}

// anyOf joins alternatives: "a", "a or b", "one of a, b, c".
func anyOf(names []string) string {
	switch len(names) {
	case 0:
		return "nothing"
	case 1:
		return names[0]
	case 2:
		return names[0] + " or " + names[1]
	default:
		return "one of " + strings.Join(names, ", ")
	}
}

// shown quotes a text that a user wrote, and shortens it if it is long.
func shown(s string) string {
	const most = 80
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
