// Command rulesdoc writes the reference of the rules of validation into the file
// that its argument names.
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/validation"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: rulesdoc FILE")
		os.Exit(2)
	}
	if err := os.WriteFile(os.Args[1], []byte(document(validation.Rules())), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, "rulesdoc:", err)
		os.Exit(1)
	}
}

// sections are the parts of the document, by what rules are about.
var sections = []struct {
	kind  autoscaling.Kind
	title string
}{
	{"", "All kinds, and how objects go together"},
	{autoscaling.KindTarget, "ScalableTarget"},
	{autoscaling.KindPolicy, "ScalingPolicy"},
	{autoscaling.KindAction, "ScheduledAction"},
}

func document(rules []autoscaling.Rule) string {
	var b strings.Builder
	b.WriteString(`<!-- Written by go generate from the rules themselves (internal/validation). Do not edit. -->

# Rules

What [` + "`setpoint validate`" + `](cli.md) looks for. The codes are stable. The controller applies the rules
of AWS too and shows the code as the reason of the object's conditions.

An error would be refused, or could not work. A warning would be accepted, but is probably not meant.
`)
	for _, section := range sections {
		fmt.Fprintf(&b, "\n## %s\n\n| Code | Severity | What is wrong | Source |\n| --- | --- | --- | --- |\n", section.title)
		for _, r := range rules {
			if r.Kind == section.kind {
				fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.Code, r.Severity, r.Title, r.Source)
			}
		}
	}
	return b.String()
}
