package metricmath

import "fmt"

// Error says what is wrong with an expression, and where.
type Error struct {
	ID     string // of the query; empty when an expression was parsed alone
	Offset int    // bytes from the beginning of the expression
	Text   string // what is wrong and what to write instead
}

func (e *Error) Error() string {
	if e.ID == "" {
		return fmt.Sprintf("position %d: %s", e.Offset+1, e.Text)
	}
	return fmt.Sprintf("expression %s, position %d: %s", e.ID, e.Offset+1, e.Text)
}

func errorAt(offset int, format string, args ...any) *Error {
	return &Error{Offset: offset, Text: fmt.Sprintf(format, args...)}
}
