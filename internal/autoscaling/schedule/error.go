package schedule

import (
	"fmt"
	"strings"
)

// Error says what is wrong with an expression, where, and what to write
// instead.
type Error struct {
	Expression string // as given
	Offset     int    // of what is wrong, in bytes
	Text       string // what is wrong; empty if something is missing there
	Problem    string // a sentence without its full stop
	Suggestion string // an expression to write instead; empty if none can be derived

	// candidate becomes the suggestion if it parses.
	candidate string
}

// Error prints all of it in one line.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "schedule %q: %s", e.Expression, e.Problem)
	if e.Text != "" && e.Text != e.Expression {
		fmt.Fprintf(&b, " (%q at character %d)", e.Text, e.Offset+1)
	}
	if e.Suggestion != "" {
		fmt.Fprintf(&b, "; write %s", e.Suggestion)
	}
	return b.String()
}

// token is a piece of an expression that knows where it stands.
type token struct {
	text   string
	offset int
}

// fault is an Error without the expression around it.
func (t token) fault(format string, args ...any) *Error {
	return &Error{Offset: t.offset, Text: t.text, Problem: fmt.Sprintf(format, args...)}
}

// cut splits a token at the first separator.
func (t token) cut(sep string) (before, after token, found bool) {
	b, a, found := strings.Cut(t.text, sep)
	return token{b, t.offset}, token{a, t.offset + len(b) + len(sep)}, found
}

// split splits a token at every separator.
func (t token) split(sep string) []token {
	var parts []token
	for {
		before, after, found := t.cut(sep)
		parts = append(parts, before)
		if !found {
			return parts
		}
		t = after
	}
}

// fields splits a token at white space.
func (t token) fields() []token {
	var parts []token
	rest := t
	for {
		trimmed := strings.TrimLeft(rest.text, " \t\r\n\v\f")
		rest = token{trimmed, rest.offset + len(rest.text) - len(trimmed)}
		if rest.text == "" {
			return parts
		}
		end := strings.IndexAny(rest.text, " \t\r\n\v\f")
		if end < 0 {
			end = len(rest.text)
		}
		parts = append(parts, token{rest.text[:end], rest.offset})
		rest = token{rest.text[end:], rest.offset + end}
	}
}
