package metricmath

import "strings"

const (
	// maxLength bounds an expression (AWS API: MetricDataQuery).
	maxLength = 2048
	// maxDepth bounds nesting. AWS documents no bound.
	maxDepth = 200
)

// Parse reads an expression. The error is an *[Error].
func Parse(expression string) (*Expression, error) {
	root, err := parse(expression)
	if err != nil {
		return nil, err
	}
	return &Expression{root: root}, nil
}

func parse(expression string) (node, *Error) {
	if len(expression) > maxLength {
		return nil, errorAt(maxLength, "an expression has at most %d characters", maxLength)
	}
	p := &parser{lexer: lexer{text: expression}}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.token.kind == nameToken && p.token.text == "SELECT" {
		return nil, errorAt(p.token.at, "Metrics Insights queries (SELECT) are not evaluated")
	}
	root, err := p.expression(orStrength)
	if err != nil {
		return nil, err
	}
	if p.token.kind != endToken {
		return nil, p.unexpected("an operator or the end of the expression")
	}
	return root, nil
}

// parser reads by precedence climbing.
type parser struct {
	lexer lexer
	token token // the next one
	depth int
}

func (p *parser) advance() *Error {
	var err *Error
	p.token, err = p.lexer.next()
	return err
}

func (p *parser) is(kind tokenKind, text string) bool {
	return p.token.kind == kind && p.token.text == text
}

func (p *parser) unexpected(want string) *Error {
	if p.token.kind == endToken {
		return errorAt(p.token.at, "the expression ends where %s is expected", want)
	}
	return errorAt(p.token.at, "%q is found where %s is expected", p.token.text, want)
}

// expression reads operators that are at least as strong as given.
func (p *parser) expression(least int) (node, *Error) {
	if p.depth++; p.depth > maxDepth {
		return nil, errorAt(p.token.at, "the expression is nested more than %d levels deep", maxDepth)
	}
	defer func() { p.depth-- }()
	left, err := p.unary()
	if err != nil {
		return nil, err
	}
	for p.token.kind == operatorToken && strengths[p.token.text] >= least {
		operator := p.token
		if err := p.advance(); err != nil {
			return nil, err
		}
		next := strengths[operator.text] + 1
		if operator.text == "^" {
			next = negationStrength
		}
		right, err := p.expression(next)
		if err != nil {
			return nil, err
		}
		left = operation{at: at(operator.at), operator: operator.text, left: left, right: right}
	}
	return left, nil
}

// unary reads a minus and what it negates, or a primary.
func (p *parser) unary() (node, *Error) {
	if !p.is(operatorToken, "-") {
		return p.primary()
	}
	where := p.token.at
	if err := p.advance(); err != nil {
		return nil, err
	}
	operand, err := p.expression(negationStrength)
	if err != nil {
		return nil, err
	}
	return negation{at: at(where), operand: operand}, nil
}

func (p *parser) primary() (node, *Error) {
	t := p.token
	where := at(t.at)
	switch {
	case t.kind == numberToken:
		return number{at: where, value: t.number}, p.advance()
	case t.kind == idToken:
		if err := p.advance(); err != nil {
			return nil, err
		}
		if p.is(punctuatorToken, "(") {
			return nil, errorAt(t.at, "%s is no function; functions are in uppercase", t.text)
		}
		return reference{at: where, id: t.text}, nil
	case t.kind == stringToken:
		return text{at: where, value: t.text}, p.advance()
	case t.kind == nameToken:
		return p.named()
	case p.is(punctuatorToken, "("):
		return p.parenthesized()
	case p.is(punctuatorToken, "["):
		items, err := p.items("]")
		if err == nil && len(items) == 0 {
			err = errorAt(t.at, "an array has at least one time series")
		}
		return list{at: where, items: items}, err
	}
	return nil, p.unexpected("a number, an Id or a function")
}

func (p *parser) parenthesized() (node, *Error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	inner, err := p.expression(orStrength)
	if err != nil {
		return nil, err
	}
	if !p.is(punctuatorToken, ")") {
		return nil, p.unexpected(`")"`)
	}
	return inner, p.advance()
}

// named reads a function with its arguments, or a keyword.
func (p *parser) named() (node, *Error) {
	name := p.token
	if reason, refused := notEvaluated[name.text]; refused {
		return nil, errorAt(name.at, "the function %s is not evaluated: %s", name.text, reason)
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if !p.is(punctuatorToken, "(") {
		if !keywords[name.text] {
			return nil, errorAt(name.at, "%s has no meaning here; Ids begin with a lowercase letter and functions have parentheses", name.text)
		}
		return keyword{at: at(name.at), word: name.text}, nil
	}
	if _, known := functions[name.text]; !known {
		return nil, errorAt(name.at, "CloudWatch has no function %s; it has %s", name.text, strings.Join(functionNames, ", "))
	}
	args, err := p.items(")")
	return call{at: at(name.at), function: name.text, args: args}, err
}

// items reads a list in brackets or parentheses, from the opening one on.
func (p *parser) items(closing string) ([]node, *Error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	var items []node
	for !p.is(punctuatorToken, closing) {
		if len(items) > 0 {
			if !p.is(punctuatorToken, ",") {
				return nil, p.unexpected(`"," or "` + closing + `"`)
			}
			if err := p.advance(); err != nil {
				return nil, err
			}
		}
		item, err := p.expression(orStrength)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, p.advance()
}
