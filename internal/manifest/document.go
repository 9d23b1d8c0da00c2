package manifest

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"

	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// Document is one Kubernetes object as it was written.
type Document struct {
	// Content is the object as JSON has it. It must not be changed.
	Content map[string]any
	// Object is the typed object; nil for other kinds, and where a field has a
	// value of the wrong type, which Mismatch then says.
	Object   v1alpha1.Object
	Mismatch error

	namespace string // where none is written
	origin    *origin
	node      *kyaml.Node
}

// Kind returns the kind as it is written.
func (d *Document) Kind() string { return text(d.Content["kind"]) }

// APIVersion returns group and version as they are written.
func (d *Document) APIVersion() string { return text(d.Content["apiVersion"]) }

// Name returns the name, or the prefix from which the API server makes one.
func (d *Document) Name() string {
	metadata, _ := d.Content["metadata"].(map[string]any)
	if name := text(metadata["name"]); name != "" {
		return name
	}
	return text(metadata["generateName"])
}

// Namespace returns the namespace as it is written, or else what [Set.Default] said,
// which may be nothing.
func (d *Document) Namespace() string {
	metadata, _ := d.Content["metadata"].(map[string]any)
	return cmp.Or(text(metadata["namespace"]), d.namespace)
}

// Position is a place in a file.
type Position struct {
	File   string // with slashes; "stdin" for standard input
	Built  bool   // File is a kustomization, and Line is one of what kustomize makes of it
	Line   int    // from 1
	Column int    // from 1; 0: not known
}

// String prints the position as compilers do, for editors to jump to.
func (p Position) String() string {
	file := p.File
	if p.Built {
		file += " (as built)"
	}
	return fmt.Sprintf("%s:%d", file, p.Line)
}

// origin is the place of a document.
type origin struct {
	source
	before int // lines before the document
	lines  int // of the document
}

// position is a line of the document. The YAML parser counts some characters
// as line breaks that no editor does, and may be one line too far at the end.
func (o *origin) position(line, column int) Position {
	return Position{File: o.file, Built: o.built, Line: o.before + min(max(1, line), o.lines), Column: column}
}

func (o *origin) at(node *kyaml.Node) Position { return o.position(node.Line, node.Column) }

// step is one step of a field's path: the name of a member, or an index or key
// in brackets.
var step = regexp.MustCompile(`\[([^\]]*)\]|([^.\[\]]+)`)

// At returns where a field is written, such as
// "spec.stepScalingPolicyConfiguration.stepAdjustments[1]". A field that is not
// written is where the innermost one around it is; the empty path is the
// document.
func (d *Document) At(field string) Position {
	node, at := d.node, d.node
	for _, match := range step.FindAllStringSubmatch(field, -1) {
		key, next := child(node, match[1], match[2])
		if next == nil {
			break
		}
		node, at = resolve(next), key
	}
	return d.origin.at(at)
}

// child returns a member of a node, and the node at which it begins.
func child(node *kyaml.Node, bracket, name string) (begin, value *kyaml.Node) {
	if node.Kind == kyaml.SequenceNode {
		i, err := strconv.Atoi(bracket)
		if err != nil || i < 0 || i >= len(node.Content) {
			return nil, nil
		}
		return node.Content[i], node.Content[i]
	}
	if name == "" {
		name = bracket
	}
	return entry(node, name)
}

// entry finds a key of a mapping, the last if there are several, and its value.
func entry(node *kyaml.Node, name string) (key, value *kyaml.Node) {
	if node.Kind != kyaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == name {
			key, value = node.Content[i], node.Content[i+1]
		}
	}
	return key, value
}

func value(node *kyaml.Node, name string) *kyaml.Node {
	_, v := entry(node, name)
	if v == nil {
		return nil
	}
	return resolve(v)
}

// root returns the node inside of a document node.
func root(node *kyaml.Node) *kyaml.Node {
	if node.Kind == kyaml.DocumentNode && len(node.Content) > 0 {
		return resolve(node.Content[0])
	}
	return node
}

// resolve follows an alias to what it stands for.
func resolve(node *kyaml.Node) *kyaml.Node {
	if node.Kind == kyaml.AliasNode && node.Alias != nil {
		return node.Alias
	}
	return node
}

// Entry returns where a key of a mapping is written, whatever characters the
// key has.
func (d *Document) Entry(field, key string) Position {
	node := d.node
	for _, match := range step.FindAllStringSubmatch(field, -1) {
		_, next := child(node, match[1], match[2])
		if next == nil {
			return d.At(field)
		}
		node = resolve(next)
	}
	if at, _ := entry(node, key); at != nil {
		return d.origin.at(at)
	}
	return d.At(field)
}
