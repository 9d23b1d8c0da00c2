package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/declared"
	"github.com/setpoint-io/setpoint/internal/manifest"
	"github.com/setpoint-io/setpoint/internal/report"
	"github.com/setpoint-io/setpoint/internal/simulate"
)

// peak is the most that the simulated weeks ask for, in requests a minute: more
// than one instance serves within the target of the guide's policy.
const peak = 110

// simulateWeeks writes what `setpoint simulate` would write about a file, and
// prints the report's path.
func simulateWeeks(file string) action {
	return func(_ context.Context, d *demo) error {
		file := strings.ReplaceAll(file, "$EXAMPLES", d.files)
		page := filepath.Join(d.dir, "simulation.html")
		d.command(fmt.Sprintf("setpoint simulate -f %s --shape weekly --peak %d --html %s", file, peak, page))
		s, err := simulated(file)
		if err != nil {
			return err
		}
		var text strings.Builder
		short := *s
		short.Sensitivity, short.SensitivityTried = nil, 0 // the page has it
		if err := short.WriteTable(&text, report.TextOptions{Activities: 3}); err != nil {
			return err
		}
		d.answer(text.String())
		if err := os.MkdirAll(d.dir, 0o700); err != nil {
			return err
		}
		out, err := os.Create(page)
		if err != nil {
			return err
		}
		if err := errors.Join(s.WriteHTML(out), out.Close()); err != nil {
			return err
		}
		if full, err := filepath.Abs(page); err == nil {
			page = full
		}
		fmt.Fprintf(d.out, "\n  The report, with pictures: %s\n", d.bold(page))
		return nil
	}
}

func simulated(file string) (*report.Simulation, error) {
	setting, err := settingOf(file)
	if err != nil {
		return nil, err
	}
	monday := time.Now().UTC().Truncate(24 * time.Hour)
	monday = monday.AddDate(0, 0, -(int(monday.Weekday())+6)%7)
	trace, err := simulate.Shape{Name: "weekly", Peak: peak, Noise: 0.05, Start: monday}.Trace()
	if err != nil {
		return nil, err
	}
	options := simulate.Options{
		Setting: setting, Trace: trace,
		World: simulate.World{KeepBelow: 100, OutDelay: simulate.DefaultOutDelay(setting.Identity.ScalableDimension)},
	}
	s := simulate.Describe(options)
	run, err := simulate.Run(options)
	if err != nil {
		return nil, err
	}
	s.Runs = append(s.Runs, *run)
	if s.Derivations, err = simulate.Derivations(options); err != nil {
		return nil, err
	}
	s.Rules = simulate.Rules(options)
	if s.Sensitivity, s.SensitivityTried, err = simulate.Sensitivity(options); err != nil {
		return nil, err
	}
	s.Finish()
	return s, nil
}

// settingOf reads a file that declares one scalable target.
func settingOf(file string) (simulate.Setting, error) {
	set, err := manifest.Read(manifest.Source{Files: []string{file}})
	if err != nil {
		return simulate.Setting{}, err
	}
	var objects []v1alpha1.Object
	for _, d := range set.Documents {
		objects = append(objects, d.Object)
	}
	groups := declared.Gather(objects, declared.Surroundings{})
	if len(groups) != 1 {
		return simulate.Setting{}, fmt.Errorf("%s declares %d scalable targets, not one", file, len(groups))
	}
	return simulate.SettingOf(filepath.Base(file), groups[0].Identity, groups[0].Desired())
}
