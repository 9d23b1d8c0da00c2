package metricmath

import (
	"slices"
	"strconv"
	"strings"
)

// node is a part of a parsed expression.
type node interface {
	// offset is where the part begins in the text; of an operator, where the
	// operator is.
	offset() int
	// write prints the part. Parentheses come from the parts above.
	write(*strings.Builder)
	// binds is how strongly the part holds together, by the strengths of the
	// operators.
	binds() int
}

type at int

func (a at) offset() int { return int(a) }
func (a at) binds() int  { return atomic }

type (
	number struct {
		at
		value float64
	}
	// reference is the Id of another query.
	reference struct {
		at
		id string
	}
	// keyword is an uppercase word without arguments, such as REPEAT.
	keyword struct {
		at
		word string
	}
	text struct {
		at
		value string
	}
	negation struct {
		at
		operand node
	}
	operation struct {
		at
		operator    string
		left, right node
	}
	list struct {
		at
		items []node
	}
	call struct {
		at
		function string
		args     []node
	}
)

// The strengths of operators.
const (
	orStrength = iota + 1
	andStrength
	comparisonStrength
	sumStrength
	productStrength
	negationStrength
	powerStrength
	atomic
)

var strengths = map[string]int{
	"OR": orStrength, "AND": andStrength,
	"==": comparisonStrength, "!=": comparisonStrength, "<": comparisonStrength,
	"<=": comparisonStrength, ">": comparisonStrength, ">=": comparisonStrength,
	"+": sumStrength, "-": sumStrength, "*": productStrength, "/": productStrength, "^": powerStrength,
}

func (n negation) binds() int  { return negationStrength }
func (n operation) binds() int { return strengths[n.operator] }

func (n number) write(b *strings.Builder) { b.WriteString(strconv.FormatFloat(n.value, 'g', -1, 64)) }

func (n reference) write(b *strings.Builder) { b.WriteString(n.id) }

func (n keyword) write(b *strings.Builder) { b.WriteString(n.word) }

// write chooses the quotes that the text does not contain; it cannot contain
// both, because there is no escape.
func (n text) write(b *strings.Builder) {
	quote := byte('"')
	if strings.IndexByte(n.value, quote) >= 0 {
		quote = '\''
	}
	b.WriteByte(quote)
	b.WriteString(n.value)
	b.WriteByte(quote)
}

func (n negation) write(b *strings.Builder) {
	b.WriteByte('-')
	writeOperand(b, n.operand, negationStrength)
}

func (n operation) write(b *strings.Builder) {
	left, right := n.binds(), n.binds()+1
	if n.operator == "^" {
		// A power associates to the right, and its exponent may be negative.
		left, right = powerStrength+1, negationStrength
	}
	writeOperand(b, n.left, left)
	if n.operator == "^" {
		b.WriteByte('^')
	} else {
		b.WriteString(" " + n.operator + " ")
	}
	writeOperand(b, n.right, right)
}

// writeOperand puts parentheses around what holds less than the place needs.
func writeOperand(b *strings.Builder, n node, least int) {
	if n.binds() >= least {
		n.write(b)
		return
	}
	b.WriteByte('(')
	n.write(b)
	b.WriteByte(')')
}

func (n list) write(b *strings.Builder) {
	b.WriteByte('[')
	writeAll(b, n.items)
	b.WriteByte(']')
}

func (n call) write(b *strings.Builder) {
	b.WriteString(n.function)
	b.WriteByte('(')
	writeAll(b, n.args)
	b.WriteByte(')')
}

func writeAll(b *strings.Builder, nodes []node) {
	for i, n := range nodes {
		if i > 0 {
			b.WriteString(", ")
		}
		n.write(b)
	}
}

// Expression is a parsed expression.
type Expression struct{ root node }

// String prints the expression with the parentheses that it needs and single
// spaces. Parsing it gives the same expression.
func (e *Expression) String() string {
	var b strings.Builder
	e.root.write(&b)
	return b.String()
}

// IDs returns the Ids that the expression names, sorted, each once. What
// METRICS() stands for is not among them.
func (e *Expression) IDs() []string {
	var ids []string
	walk(e.root, func(n node) {
		if r, ok := n.(reference); ok {
			ids = append(ids, r.id)
		}
	})
	slices.Sort(ids)
	return slices.Compact(ids)
}

// walk visits a node and all below it.
func walk(n node, visit func(node)) {
	visit(n)
	switch n := n.(type) {
	case negation:
		walk(n.operand, visit)
	case operation:
		walk(n.left, visit)
		walk(n.right, visit)
	case list:
		for _, item := range n.items {
			walk(item, visit)
		}
	case call:
		for _, arg := range n.args {
			walk(arg, visit)
		}
	}
}
