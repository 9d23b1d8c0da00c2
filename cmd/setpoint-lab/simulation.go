package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/setpoint-io/setpoint/internal/report"
	"github.com/setpoint-io/setpoint/internal/whatif"
)

// simulation is the command that the demo shows, and runs: by the flags of
// setpoint simulate, as far as the demo needs them.
type simulation struct {
	question   whatif.Question
	activities int
	html       string
}

// parse reads what follows "setpoint simulate".
func (s *simulation) parse(args []string) error {
	f := pflag.NewFlagSet("setpoint simulate", pflag.ContinueOnError)
	s.question.Bind(f)
	f.StringSliceVarP(&s.question.Manifests.Files, "filename", "f", nil, "")
	f.IntVar(&s.activities, "activities", 12, "")
	f.StringVar(&s.html, "html", "", "")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return fmt.Errorf("%q is no flag", f.Args())
	}
	return nil
}

// simulateWeeks runs setpoint simulate, with a report into $DIR, and prints the
// report's path.
func simulateWeeks(line string) action {
	return func(ctx context.Context, d *demo) error {
		args := strings.Fields(line)
		for i, arg := range args {
			args[i] = strings.ReplaceAll(strings.ReplaceAll(arg, "$EXAMPLES", d.files), "$DIR", d.dir)
		}
		d.command("setpoint simulate " + strings.Join(args, " "))
		var s simulation
		if err := s.parse(args); err != nil {
			return err
		}
		result, err := s.question.Answer(ctx, whatif.Host{Now: time.Now})
		if err != nil {
			return err
		}
		var text strings.Builder
		if err := result.WriteTable(&text, report.TextOptions{Activities: s.activities}); err != nil {
			return err
		}
		d.answer(text.String())
		return d.page(result, s.html)
	}
}

// page writes a report.
func (d *demo) page(s *report.Simulation, name string) error {
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return err
	}
	out, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := errors.Join(s.WriteHTML(out), out.Close()); err != nil {
		return err
	}
	if full, err := filepath.Abs(name); err == nil {
		name = full
	}
	fmt.Fprintf(d.out, "\n  The report, with pictures: %s\n", d.bold(name))
	return nil
}
