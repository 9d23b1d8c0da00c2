// Package whatif answers what declared objects would have done over a demand: it
// holds what the flags of setpoint simulate mean, and turns manifests and a trace
// into a report. The command and the demo of the lab ask by the same flags, so
// that what the demo prints is what anybody can run.
package whatif

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/manifest"
	"github.com/setpoint-io/setpoint/internal/report"
	"github.com/setpoint-io/setpoint/internal/simulate"
)

// Question is what is asked. [Question.Bind] gives it its flags.
type Question struct {
	Manifests manifest.Source
	// Sensitivity is "always" or "never"; otherwise it depends on the length of
	// the trace.
	Sensitivity string

	demand
	surroundings
	resource    string
	alarms      []string
	behaviour   []string
	compare     []string
	tune        bool
	policy      string
	candidates  int
	maxOverload float64
}

// Host is what an answer takes from where it is asked.
type Host struct {
	In  io.Reader // what - stands for
	Now func() time.Time
	// Measured reads what was measured of a load in so much time; nil where
	// nobody asks for it.
	Measured func(ctx context.Context, l simulate.Load, since time.Duration, region string) (*simulate.Trace, error)
	// Progress begins to tell how far something has come; nil: nobody is told.
	Progress func(what, unit string) (show func(done, all int), end func())
}

func (h Host) progress(what, unit string) (show func(done, all int), end func()) {
	if h.Progress == nil {
		return nil, func() {}
	}
	return h.Progress(what, unit)
}

// Bind makes flags of what can be asked, but for the manifests and the
// sensitivity.
func (q *Question) Bind(f *pflag.FlagSet) {
	q.demand.bind(f)
	q.surroundings.bind(f)
	f.StringVar(&q.resource, "resource", "", "resource ID of the scalable target, where the manifests have several")
	f.StringSliceVar(&q.alarms, "alarm", nil, "JSON file with alarms of step scaling policies, as aws cloudwatch put-metric-alarm --cli-input-json takes it")
	f.StringArrayVar(&q.behaviour, "assume", nil, "another assumption about AWS, as NAME=VALUE; --assumptions lists them")
	f.StringSliceVar(&q.compare, "compare", nil, "file or directory with manifests to run over the same trace (may be repeated)")
	f.BoolVar(&q.tune, "tune", false, "search for the least cost that keeps the service level")
	f.StringVar(&q.policy, "policy", "", "with --tune: the target tracking policy, where there are several")
	f.IntVar(&q.candidates, "candidates", 200, "with --tune: how many settings to try at most")
	f.Float64Var(&q.maxOverload, "max-overload-minutes", 0, "with --tune: how many minutes of overload may be")
}

// Tunes says that a better setting is looked for.
func (q *Question) Tunes() bool { return q.tune }

// Answer runs what is asked.
func (q *Question) Answer(ctx context.Context, h Host) (*report.Simulation, error) {
	base, documents, err := q.setting(q.Manifests)
	if err != nil {
		return nil, err
	}
	options := simulate.Options{Setting: base}
	if options.World, err = q.world(base.Identity); err != nil {
		return nil, err
	}
	if options.Behaviour, err = q.assumed(); err != nil {
		return nil, err
	}
	if options.Trace, err = q.trace(ctx, h, options, documents.group.Place.Region); err != nil {
		return nil, err
	}
	s, err := q.simulate(h, options)
	if err != nil {
		return nil, advised(err)
	}
	if q.tune {
		if err := q.search(h, s, options, documents); err != nil {
			return nil, advised(err)
		}
	}
	s.Finish()
	return s, nil
}

// simulate runs the settings and looks at what they rest on.
func (q *Question) simulate(h Host, options simulate.Options) (*report.Simulation, error) {
	s := simulate.Describe(options)
	settings, err := q.compared(options.Setting)
	if err != nil {
		return nil, err
	}
	// What one unit serves must not differ, where it follows from a target.
	settled, err := options.Settled()
	if err != nil {
		return nil, err
	}
	for _, setting := range settings {
		settled.Setting = setting
		if err := q.add(h, s, settled); err != nil {
			return nil, err
		}
	}
	if s.Derivations, err = simulate.Derivations(options); err != nil {
		return nil, err
	}
	s.Rules = simulate.Rules(options)
	return s, nil
}

// add runs a setting, looks at what the run rests on, and adds both to a report.
func (q *Question) add(h Host, s *report.Simulation, options simulate.Options) error {
	show, end := h.progress("simulating", "parts")
	options.Progress = show
	run, err := simulate.Run(options)
	end()
	if err != nil {
		return err
	}
	if q.Sensitivity == "always" || q.Sensitivity != "never" && options.Trace.Length() <= simulate.QuickSensitivity {
		show, end := h.progress("trying other assumptions", "runs")
		options.Progress = show
		run.Sensitivity, run.SensitivityTried, err = simulate.Sensitivity(options)
		end()
	}
	s.Add(*run)
	return err
}

// compared returns a setting and those to run beside it, each from what one
// --compare names.
func (q *Question) compared(base simulate.Setting) ([]simulate.Setting, error) {
	settings := []simulate.Setting{base}
	for _, name := range q.compare {
		other, _, err := q.setting(manifest.Source{Files: []string{name}, Recursive: q.Manifests.Recursive, Stdin: q.Manifests.Stdin})
		if err != nil {
			return nil, err
		}
		if other.Identity.ScalableDimension != base.Identity.ScalableDimension {
			return nil, fmt.Errorf("%s and %s are of different dimensions, so that their capacities do not compare", base.Identity, other.Identity)
		}
		if slices.ContainsFunc(settings, func(s simulate.Setting) bool { return s.Name == other.Name }) {
			other.Name = name // files in several folders may have one name
		}
		settings = append(settings, other)
	}
	if len(q.alarms) > 0 && !slices.ContainsFunc(settings, simulate.Setting.Steps) {
		return nil, errors.New("--alarm: none of the settings has a step scaling policy, which is all that these alarms invoke; leave --alarm out")
	}
	return settings, nil
}

func (q *Question) search(h Host, s *report.Simulation, options simulate.Options, d documents) error {
	show, end := h.progress("tuning", "settings")
	options.Progress = show
	tuning, err := simulate.Tune(options, simulate.TuneOptions{Policy: q.policy, Candidates: q.candidates, MaxOverload: q.maxOverload})
	end()
	if err != nil {
		return err
	}
	s.Tuning = tuning
	if tuning.Manifest, err = d.tuned(tuning.Policy, tuning.Best); err != nil {
		return err
	}
	if options, err = options.Settled(); err != nil { // as what is declared has it
		return err
	}
	options.Setting = options.Setting.With(tuning.Policy, tuning.Best)
	options.Setting.Name = "tuned"
	return q.add(h, s, options)
}

// assumed is the behaviour with what --assume says.
func (q *Question) assumed() (*engine.Behaviour, error) {
	b := engine.DefaultBehaviour()
	for _, text := range q.behaviour {
		name, value, err := engine.Assumption(text)
		if err == nil {
			err = b.Set(name, value)
		}
		if err != nil {
			return nil, fmt.Errorf("--assume %s: %w", text, err)
		}
	}
	return &b, nil
}
