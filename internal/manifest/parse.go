package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/yaml"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling/spelling"
)

// The codes of problems.
const (
	CodeUnreadable     = "ManifestUnreadable"
	CodeKindUnknown    = "KindUnknown"
	CodeDuplicateField = "DuplicateField"
)

// Problem is a document, or a part of one, that cannot be read.
type Problem struct {
	Position
	Code    string
	Message string // what is wrong, and what to write instead
}

func (s *Set) problem(at Position, code, format string, args ...any) {
	s.Problems = append(s.Problems, Problem{Position: at, Code: code, Message: fmt.Sprintf(format, args...)})
}

func (s *Set) parse(from source, text []byte) {
	text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	if line, what := unreadable(text); what != "" {
		s.problem(Position{File: from.file, Built: from.built, Line: line}, CodeUnreadable, "%s", what)
		return
	}
	for _, lineBreak := range []string{"\r\n", "\r"} { // YAML means the same by all three
		text = bytes.ReplaceAll(text, []byte(lineBreak), []byte("\n"))
	}
	for _, c := range split(text) {
		s.parseChunk(from, c)
	}
}

func (s *Set) parseChunk(from source, c chunk) {
	var node kyaml.Node
	err := kyaml.NewDecoder(bytes.NewReader(c.text)).Decode(&node)
	if node.Kind == 0 && err != nil && strings.TrimSpace(string(c.text)) == "" || onlyComments(c.text) {
		return
	}
	origin := &origin{source: from, before: c.lines, lines: bytes.Count(c.text, []byte("\n")) + 1}
	if err != nil {
		line, message := yamlFault(err)
		s.problem(origin.position(line, 0), CodeUnreadable, "this is not YAML: %s%s", message, tabHint(c.text, line))
		return
	}
	// The values are read as the API server's clients do, which is YAML 1.1;
	// the nodes are for the positions.
	asJSON, err := yaml.YAMLToJSON(c.text)
	if err != nil {
		line, message := yamlFault(err)
		s.problem(origin.position(line, 0), CodeUnreadable, "this is not YAML: %s", message)
		return
	}
	var content any
	if err := utiljson.Unmarshal(asJSON, &content); err != nil {
		s.problem(origin.position(1, 0), CodeUnreadable, "this has no form in JSON: %v", err)
		return
	}
	if content != nil {
		s.add(origin, root(&node), content)
	}
}

// unreadable says why a text is none, and in which line.
func unreadable(text []byte) (line int, what string) {
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		return 1, "this is UTF-16: save it as UTF-8"
	}
	if bytes.IndexByte(text[:min(len(text), binaryPrefix)], 0) >= 0 {
		return 1, "this is a binary file: name files with YAML or JSON"
	}
	if utf8.Valid(text) {
		return 0, ""
	}
	line = 1
	for part := range bytes.Lines(text) {
		if !utf8.Valid(part) {
			break
		}
		line++
	}
	return line, "this is not UTF-8: save it as UTF-8"
}

// binaryPrefix is how much of a file is looked at to tell whether it is binary.
const binaryPrefix = 8000

func onlyComments(text []byte) bool {
	for line := range bytes.Lines(text) {
		if trimmed := bytes.TrimSpace(line); len(trimmed) > 0 && trimmed[0] != '#' {
			return false
		}
	}
	return true
}

// tabHint tells what YAML parsers do not: that a line is indented with a tab.
func tabHint(text []byte, line int) string {
	lines := bytes.Split(text, []byte("\n"))
	if line > len(lines) {
		return ""
	}
	at := lines[line-1]
	if indent := at[:len(at)-len(bytes.TrimLeft(at, " \t"))]; bytes.IndexByte(indent, '\t') >= 0 {
		return ": indent with spaces instead of tabs"
	}
	return ""
}

// lineInText finds the line in the text of a YAML error: the parsers have no
// error type with a position.
var lineInText = regexp.MustCompile(`line (\d+)`)

// yamlFault takes the line out of the text of a YAML error. It is 1 if the
// text has none.
func yamlFault(err error) (line int, message string) {
	message = err.Error()
	for _, prefix := range []string{"error converting YAML to JSON: ", "yaml: "} {
		message = strings.TrimPrefix(message, prefix)
	}
	match := lineInText.FindStringSubmatchIndex(message)
	if match == nil {
		return 1, message
	}
	line, err = strconv.Atoi(message[match[2]:match[3]])
	if err != nil || line < 1 {
		return 1, message
	}
	return line, strings.TrimPrefix(strings.TrimPrefix(message[:match[0]]+message[match[1]:], ": "), "unmarshal errors:\n  : ")
}

// add files a document by its kind.
func (s *Set) add(from *origin, node *kyaml.Node, content any) {
	fields, ok := content.(map[string]any)
	if !ok {
		s.problem(from.at(node), CodeUnreadable, "this is no Kubernetes object: write apiVersion, kind and metadata")
		return
	}
	s.duplicates(from, node, "")
	d := &Document{Content: fields, origin: from, node: node}
	gvk := schema.FromAPIVersionAndKind(text(fields["apiVersion"]), text(fields["kind"]))
	if items, ok := fields["items"].([]any); ok && strings.HasSuffix(gvk.Kind, "List") {
		s.addItems(from, node, items)
		return
	}
	if gvk.Group != v1alpha1.GroupVersion.Group {
		if meant := meantOurs(gvk); meant != "" {
			s.problem(d.At("apiVersion"), CodeKindUnknown, "%s", meant)
			return
		}
		s.Others = append(s.Others, d)
		return
	}
	object, err := newObject(gvk)
	if err != nil {
		s.problem(d.At("kind"), CodeKindUnknown, "%v", err)
		return
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(fields, object); err != nil {
		d.Mismatch = err
	} else {
		d.Object = object
	}
	s.Documents = append(s.Documents, d)
}

func (s *Set) addItems(from *origin, node *kyaml.Node, items []any) {
	list := value(node, "items")
	for i, item := range items {
		at := node
		if list != nil && i < len(list.Content) {
			at = list.Content[i]
		}
		s.add(from, resolve(at), item)
	}
}

// kinds are ours.
var kinds = []string{"ScalableTarget", "ScalingPolicy", "ScheduledAction"}

// meantOurs says what is wrong with a document of another group that was
// probably meant to be one of ours: it would be skipped as somebody else's.
func meantOurs(gvk schema.GroupVersionKind) string {
	if !slices.Contains(kinds, gvk.Kind) {
		return ""
	}
	if gvk.Version == "" {
		return fmt.Sprintf("apiVersion is missing: write %s", v1alpha1.GroupVersion)
	}
	if gvk.Group == "" {
		return fmt.Sprintf("a %s is of another apiVersion than %q: write %s", gvk.Kind, gvk.Version, v1alpha1.GroupVersion)
	}
	if _, near := spelling.Nearest(gvk.Group, []string{v1alpha1.GroupVersion.Group}); near {
		return fmt.Sprintf("there is no API group %s: write %s", gvk.Group, v1alpha1.GroupVersion)
	}
	return ""
}

func newObject(gvk schema.GroupVersionKind) (v1alpha1.Object, error) {
	if gvk.GroupVersion() != v1alpha1.GroupVersion {
		return nil, fmt.Errorf("there is no version %q of the group %s: write %s", gvk.Version, gvk.Group, v1alpha1.GroupVersion)
	}
	switch gvk.Kind {
	case "ScalableTarget":
		return &v1alpha1.ScalableTarget{}, nil
	case "ScalingPolicy":
		return &v1alpha1.ScalingPolicy{}, nil
	case "ScheduledAction":
		return &v1alpha1.ScheduledAction{}, nil
	case "":
		return nil, errors.New("kind is missing: write ScalableTarget, ScalingPolicy or ScheduledAction")
	}
	if meant, ok := spelling.Nearest(gvk.Kind, kinds); ok {
		return nil, fmt.Errorf("there is no kind %q in %s: did you mean %s?", gvk.Kind, v1alpha1.GroupVersion, meant)
	}
	return nil, fmt.Errorf("there is no kind %q in %s: write ScalableTarget, ScalingPolicy or ScheduledAction", gvk.Kind, v1alpha1.GroupVersion)
}

// duplicates finds keys that are written twice in one mapping. Of two values
// the last would silently win.
func (s *Set) duplicates(from *origin, node *kyaml.Node, path string) {
	switch node.Kind {
	case kyaml.MappingNode:
		seen := map[string]int{}
		for i := 0; i+1 < len(node.Content); i += 2 {
			key, at := node.Content[i], from.at(node.Content[i])
			field := strings.TrimPrefix(path+"."+key.Value, ".")
			if first, twice := seen[key.Value]; twice {
				s.problem(at, CodeDuplicateField, "%s is written twice, first in line %d: remove one of them", field, first)
			} else {
				seen[key.Value] = at.Line
			}
			s.duplicates(from, node.Content[i+1], field)
		}
	case kyaml.SequenceNode:
		for i, item := range node.Content {
			s.duplicates(from, item, fmt.Sprintf("%s[%d]", path, i))
		}
	}
}

func text(v any) string {
	s, _ := v.(string)
	return s
}
