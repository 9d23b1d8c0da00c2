package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// marks are what an action begins with in a table, as in a diff.
var marks = map[Action]string{
	ActionCreate: "+", ActionUpdate: "~", ActionReplace: "±", ActionDelete: "-", ActionAdopt: "@",
	ActionNone: " ", ActionWait: "…", ActionRefused: "!", ActionUnknown: "?",
}

func (s Style) action(a Action) string {
	text := fmt.Sprintf("%s %-7s", marks[a], a)
	switch a {
	case ActionCreate, ActionAdopt:
		return s.green(text)
	case ActionUpdate, ActionWait:
		return s.yellow(text)
	case ActionReplace, ActionDelete, ActionRefused, ActionUnknown:
		return s.red(text)
	default:
		return s.faint(text)
	}
}

// WriteTable writes the plan for a terminal.
func (p *Plan) WriteTable(w io.Writer, s Style) error {
	out := &printer{w: w}
	for i, t := range p.Targets {
		if i > 0 {
			out.printf("\n")
		}
		out.printf("%s\n", s.bold(t.title()))
		if t.Error != nil {
			out.printf("  %s\n", s.red(t.Error.text()))
		}
		for _, o := range t.Objects {
			out.printf("  %s %s%s\n", s.action(o.Action), o.Object, o.inAWS())
			for _, line := range o.tree() {
				out.printf("              %s\n", line)
			}
			for _, c := range o.Consequences {
				out.printf("              %s %s\n", s.yellow("!"), c)
			}
			for _, n := range o.Notes {
				out.printf("              %s\n", n)
			}
		}
		for _, u := range t.Undeclared {
			out.printf("  %s\n", s.faint(fmt.Sprintf("  not declared here, left alone: %s", u)))
		}
	}
	if len(p.MissingRights) > 0 {
		out.printf("\n%s\n%s\n", s.bold("Rights are missing. This IAM policy grants them:"), p.policy())
	}
	return out.err
}

// text is the error with the right that is missing.
func (e PlanError) text() string {
	if e.IAMAction != "" {
		return e.Message + "; the right that is missing: " + e.IAMAction
	}
	return e.Message
}

// change is old → new; of what is created there is no old.
func (f FieldChange) change(a Action) string {
	if a == ActionCreate {
		return f.To
	}
	const unset = "(not set)"
	return cmp.Or(f.From, unset) + " → " + cmp.Or(f.To, unset)
}

// String prints it for people.
func (u Undeclared) String() string {
	if u.Kind == "ScheduledAction" {
		return "scheduled action " + u.Name
	}
	return "scaling policy " + u.Name
}

// WriteMarkdown writes the plan for a pull request. What is as declared is
// folded away.
func (p *Plan) WriteMarkdown(w io.Writer) error {
	out := &printer{w: w}
	out.printf("### Setpoint plan\n\n%s\n", p.Headline())
	var same []ObjectPlan
	for _, t := range p.Targets {
		if same = append(same, t.unchanged()...); !t.differs() {
			continue
		}
		out.printf("\n#### %s\n\n", code(t.title()))
		if t.Error != nil {
			out.printf("> **Not read:** %s\n\n", escape(t.Error.text()))
		}
		out.printf("| | Object | Change | Consequences |\n|---|---|---|---|\n")
		for _, o := range t.Objects {
			if o.Action != ActionNone {
				out.printf("| **%s** | %s | %s | %s |\n", o.Action, code(o.Object.String()), o.cells(), escape(strings.Join(slices.Concat(o.Consequences, o.Notes), "; ")))
			}
		}
		for _, u := range t.Undeclared {
			out.printf("| left alone | %s | not declared here | |\n", code(u.String()))
		}
	}
	if len(p.MissingRights) > 0 {
		out.printf("\nRights are missing. This IAM policy grants them:\n\n```json\n%s\n```\n", p.policy())
	}
	for _, n := range p.Notes {
		out.printf("\n> %s\n", escape(n))
	}
	if len(same) > 0 {
		out.printf("\n<details><summary>%s as declared</summary>\n\n", Counted(len(same), "object"))
		for _, o := range same {
			out.printf("- %s\n", strings.TrimSuffix(code(o.Object.String())+": "+escape(strings.Join(o.Notes, "; ")), ": "))
		}
		out.printf("\n</details>\n")
	}
	return out.err
}

func (t TargetPlan) unchanged() []ObjectPlan {
	return slices.DeleteFunc(slices.Clone(t.Objects), func(o ObjectPlan) bool { return o.Action != ActionNone })
}

// differs says whether there is something to tell about the target.
func (t TargetPlan) differs() bool {
	return t.Error != nil || len(t.Undeclared) > 0 || len(t.unchanged()) < len(t.Objects)
}

func (o ObjectPlan) cells() string {
	cells := make([]string, len(o.Fields))
	for i, f := range o.Fields {
		cells[i] = code(f.Field) + ": " + escape(f.change(o.Action))
	}
	return strings.Join(cells, "<br>")
}

// code sets text in a table cell as code.
func code(text string) string {
	return "`" + strings.NewReplacer("`", "'", "|", "\\|", "\n", " ").Replace(text) + "`"
}

// escape keeps text from being read as markup.
func escape(text string) string {
	return strings.NewReplacer("\\", "\\\\", "|", "\\|", "<", "&lt;", "*", "\\*", "_", "\\_", "`", "\\`", "\n", " ").Replace(text)
}

// Headline says in one line where, and what would happen.
func (p *Plan) Headline() string {
	where := strings.TrimPrefix(p.Account+"/"+p.Region, "/")
	if where == "" {
		return p.Summary.String()
	}
	return where + ": " + p.Summary.String()
}

// String counts what would happen, in words.
func (s PlanSummary) String() string {
	var parts []string
	for _, c := range []struct {
		n    int
		word string
	}{
		{s.Create, "to create"}, {s.Update, "to update"}, {s.Replace, "to replace"}, {s.Delete, "to delete"}, {s.Adopt, "to adopt"},
		{s.Wait, "waiting for the scalable target"}, {s.Refused, "refused"}, {s.Unknown, "unknown"},
		{s.None, "as declared"}, {s.Undeclared, "not declared here, left alone"},
	} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.word))
		}
	}
	if len(parts) == 0 {
		return "nothing to plan"
	}
	return strings.Join(parts, ", ")
}
