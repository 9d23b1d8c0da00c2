package report

import (
	"fmt"
	"io"
)

// Style says how text is set off. The zero value is plain text.
type Style struct{ Color bool }

func (s Style) in(code, text string) string {
	if !s.Color {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s Style) bold(text string) string   { return s.in("1", text) }
func (s Style) faint(text string) string  { return s.in("2", text) }
func (s Style) red(text string) string    { return s.in("31", text) }
func (s Style) green(text string) string  { return s.in("32", text) }
func (s Style) yellow(text string) string { return s.in("33", text) }

// printer remembers the first error, so that text can be written line by line
// and the error looked at once.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}
