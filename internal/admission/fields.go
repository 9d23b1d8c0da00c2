package admission

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"

	"github.com/setpoint-io/setpoint/internal/autoscaling/spelling"
)

// metadataFields are those that people write; the others are the API server's.
var metadataFields = []string{"annotations", "finalizers", "generateName", "labels", "name", "namespace", "ownerReferences"}

// index is an index of a list in a field's path.
var index = regexp.MustCompile(`\[[^\]]*\]`)

// at returns the schema of a field, or nil.
func (d definition) at(path string) *schema.Structural {
	s := d.structural
	for part := range strings.SplitSeq(path, ".") {
		name := index.ReplaceAllString(part, "")
		property, ok := s.Properties[name]
		if !ok {
			return nil
		}
		s = &property
		for range len(index.FindAllString(part, -1)) {
			if s.Items == nil {
				return nil
			}
			s = s.Items
		}
	}
	return s
}

// siblings returns the names that could stand where the last one of the path
// stands.
func (d definition) siblings(path string) []string {
	s := d.structural
	if dot := strings.LastIndex(path, "."); dot >= 0 {
		s = d.at(path[:dot])
	}
	if s == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(s.Properties))
}

func unknownField(path string, known []string) string {
	name := path[strings.LastIndex(path, ".")+1:]
	switch suggestion, ok := spelling.Nearest(name, known); {
	case ok:
		return fmt.Sprintf("there is no field %s: did you mean %s?", name, suggestion)
	case len(known) == 0:
		return fmt.Sprintf("there is no field %s: remove it", name)
	}
	return fmt.Sprintf("there is no field %s: write one of %s", name, strings.Join(known, ", "))
}

// hint explains a field by the first sentence of its documentation.
func hint(s *schema.Structural) string {
	if s == nil || s.Description == "" {
		return ""
	}
	sentence, _, _ := strings.Cut(strings.Join(strings.Fields(s.Description), " "), ". ")
	return " (" + strings.TrimSuffix(sentence, ".") + ")"
}

func enum(s *schema.Structural) []string {
	if s == nil || s.ValueValidation == nil {
		return nil
	}
	var values []string
	for _, v := range s.ValueValidation.Enum {
		if text, ok := v.Object.(string); ok {
			values = append(values, text)
		}
	}
	return values
}

// typeInWords says what a value of the schema looks like.
func typeInWords(s *schema.Structural) string {
	switch s.Type {
	case "integer":
		return "a whole number, without quotes"
	case "number":
		return "a number, without quotes"
	case "boolean":
		return "true or false, without quotes"
	case "array":
		return "a list"
	case "object":
		names := slices.Sorted(maps.Keys(s.Properties))
		return "a mapping with " + strings.Join(names, ", ")
	case "string":
		return "a text; quote it if it looks like a number"
	}
	return "a value of type " + s.Type
}
