package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/report"
	"github.com/setpoint-io/setpoint/internal/simulate"
)

type simulateOptions struct {
	inputs
	traceOptions
	worldOptions
	format format

	resource    string
	alarms      []string
	behaviour   []string
	compare     []string
	tune        bool
	policy      string
	candidates  int
	maxOverload float64

	svg, html   string
	curve       string
	width       int
	activities  int
	assumptions bool
	sensitivity format
}

func simulateCommand(h host) *cobra.Command {
	o := simulateOptions{format: newFormat("table", "json"), sensitivity: newFormat("auto", "always", "never")}
	cmd := &cobra.Command{
		Use:   "simulate (-f FILE | -k DIR) (--trace FILE | --shape NAME | --from-cloudwatch) [flags]",
		Short: "Run a scalable target over a trace of demand, without AWS",
		Long: `Runs a scalable target with its policies and scheduled actions over a trace of
demand, by the rules of Application Auto Scaling and of CloudWatch alarms, and
shows what would have happened: when there was too little, what it costs, every
activity in AWS's words, and a picture of all of it.

The trace is a CSV file with a time and a value column at any interval, or with
one row per request; a built-in shape; or what CloudWatch has of the target.

What one unit of capacity serves (--per-unit), how long it takes to arrive
(--delay) and what it costs (--price) are yours to say. Rules that AWS documents
and assumptions where it does not are told apart (--assumptions), and so is how
much the result depends on the latter (--sensitivity).

--compare runs other manifests over the same trace. --tune searches target value,
cooldowns and bounds for the least cost that keeps a service level.

Exit codes: 0 done, 2 the question could not be answered.`,
		Example: `  # A week of daily demand
  setpoint simulate -f examples/sagemaker/hosting-autoscaling-predefined.yaml --shape weekly --peak 200

  # Measured demand, and a picture
  setpoint simulate -f examples/ecs/target-tracking.yaml --trace requests.csv --per-unit 600 --svg picture.svg

  # Two settings side by side
  setpoint simulate -f now.yaml --compare idea.yaml --trace requests.csv --per-unit 600 --price 0.23 --html report.html

  # The cheapest setting with at most ten minutes of overload
  setpoint simulate -f now.yaml --trace requests.csv --per-unit 600 --price 0.23 --tune --max-overload-minutes 10`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), h) },
	}
	o.inputs.bind(cmd)
	o.traceOptions.bind(cmd)
	o.worldOptions.bind(cmd)
	o.format.bind(cmd)
	o.bind(cmd)
	return cmd
}

func (o *simulateOptions) bind(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.resource, "resource", "", "resource ID of the scalable target, where the manifests have several")
	f.StringSliceVar(&o.alarms, "alarm", nil, "JSON file with alarms of step scaling policies, as aws cloudwatch put-metric-alarm --cli-input-json takes it")
	f.StringArrayVar(&o.behaviour, "assume", nil, "another assumption about AWS, as NAME=VALUE; --assumptions lists them")
	f.StringSliceVar(&o.compare, "compare", nil, "file or directory with manifests to run over the same trace (may be repeated)")
	f.BoolVar(&o.tune, "tune", false, "search for the least cost that keeps the service level")
	f.StringVar(&o.policy, "policy", "", "with --tune: the target tracking policy, where there are several")
	f.IntVar(&o.candidates, "candidates", 200, "with --tune: how many settings to try at most")
	f.Float64Var(&o.maxOverload, "max-overload-minutes", 0, "with --tune: how many minutes of overload may be")
	f.StringVar(&o.svg, "svg", "", "write the picture to this file")
	f.StringVar(&o.html, "html", "", "write a report that needs no other file to this file")
	f.StringVar(&o.curve, "curve", "", "with --tune: write the picture of cost against overload to this file")
	f.IntVar(&o.width, "width", 1000, "width of pictures in pixels")
	f.IntVar(&o.activities, "activities", 12, "how many activities to show; -1: all")
	f.BoolVar(&o.assumptions, "assumptions", false, "list the rules that AWS documents, and the assumptions")
	f.Var(&o.sensitivity, "sensitivity", "run again with other assumptions: auto (traces of up to a month), always, never")
	cmd.MarkFlagsMutuallyExclusive("compare", "tune")
}

func (o *simulateOptions) run(ctx context.Context, h host) error {
	base, documents, err := o.setting(h, o.inputs)
	if err != nil {
		return err
	}
	world, err := o.world(base.Identity)
	if err != nil {
		return err
	}
	trace, err := o.trace(ctx, h, base, documents, world)
	if err != nil {
		return err
	}
	behaviour, err := o.assumed()
	if err != nil {
		return err
	}
	options := simulate.Options{Setting: base, World: world, Trace: trace, Behaviour: behaviour}
	s, err := o.simulate(h, options)
	if err != nil {
		return advised(err)
	}
	if o.curve != "" && !o.tune {
		return errors.New("--curve is a picture of --tune; write that too")
	}
	if o.tune {
		if err := o.search(h, s, options, documents); err != nil {
			return advised(err)
		}
	}
	s.Finish()
	return o.write(h, s)
}

// simulate runs the settings and looks at what they rest on.
func (o *simulateOptions) simulate(h host, options simulate.Options) (*report.Simulation, error) {
	s := simulate.Describe(options)
	settings, err := o.compared(h, options.Setting)
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
		if err := o.add(h, s, settled); err != nil {
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
func (o *simulateOptions) add(h host, s *report.Simulation, options simulate.Options) error {
	progress := newProgress(h, "simulating", "parts")
	options.Progress = progress.show
	run, err := simulate.Run(options)
	progress.clear()
	if err != nil {
		return err
	}
	if o.sensitivity.value == "always" || o.sensitivity.value == "auto" && options.Trace.Length() <= simulate.QuickSensitivity {
		progress := newProgress(h, "trying other assumptions", "runs")
		options.Progress = progress.show
		run.Sensitivity, run.SensitivityTried, err = simulate.Sensitivity(options)
		progress.clear()
	}
	s.Add(*run)
	return err
}

// compared returns a setting and those to run beside it, each from what one
// --compare names.
func (o *simulateOptions) compared(h host, base simulate.Setting) ([]simulate.Setting, error) {
	settings := []simulate.Setting{base}
	for _, name := range o.compare {
		other, _, err := o.setting(h, inputs{files: []string{name}, recursive: o.recursive})
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
	return settings, nil
}

func (o *simulateOptions) search(h host, s *report.Simulation, options simulate.Options, documents documents) error {
	progress := newProgress(h, "tuning", "settings")
	options.Progress = progress.show
	tuning, err := simulate.Tune(options, simulate.TuneOptions{Policy: o.policy, Candidates: o.candidates, MaxOverload: o.maxOverload})
	progress.clear()
	if err != nil {
		return err
	}
	s.Tuning = tuning
	if tuning.Manifest, err = documents.tuned(tuning.Policy, tuning.Best); err != nil {
		return err
	}
	if options, err = options.Settled(); err != nil { // as what is declared has it
		return err
	}
	options.Setting = options.Setting.With(tuning.Policy, tuning.Best)
	options.Setting.Name = "tuned"
	return o.add(h, s, options)
}

func (o *simulateOptions) write(h host, s *report.Simulation) error {
	for _, file := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{o.svg, func(w io.Writer) error { return s.WriteSVG(w, o.width) }},
		{o.curve, func(w io.Writer) error { return s.WriteCurve(w, o.width) }},
		{o.html, s.WriteHTML},
	} {
		if err := writeFile(h, file.name, file.write); err != nil {
			return err
		}
	}
	if o.format.value == "json" {
		return s.WriteJSON(h.out)
	}
	return s.WriteTable(h.out, report.TextOptions{Style: h.style(), Width: h.columns(), Activities: o.activities, Rules: o.assumptions})
}

// writeFile writes a file, if it has a name.
func writeFile(h host, name string, write func(io.Writer) error) error {
	if name == "" {
		return nil
	}
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := errors.Join(write(file), file.Close()); err != nil {
		return err
	}
	fmt.Fprintf(h.err, "%s written\n", name)
	return nil
}

// assumed is the behaviour with what --assume says.
func (o *simulateOptions) assumed() (*engine.Behaviour, error) {
	b := engine.DefaultBehaviour()
	for _, text := range o.behaviour {
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

// advised adds to an error which flag helps.
func advised(err error) error {
	var (
		missing   *simulate.MissingError
		underived *simulate.UnderivedError
		alarm     *simulate.NoAlarmError
		load      *simulate.NoLoadError
	)
	switch {
	case errors.As(err, &missing) && missing.What == simulate.Latency:
		return fmt.Errorf("%w; write --latency, such as --latency 200ms", err)
	case errors.As(err, &missing):
		return fmt.Errorf("%w; write --per-unit with the requests per minute that one unit serves when it is fully used", err)
	case errors.As(err, &underived):
		name := "NAME"
		if len(underived.Names) > 0 && underived.Names[0] != "" {
			name = underived.Names[0]
		}
		return fmt.Errorf("%w; say how with --metric %s=KIND, such as demand-per-unit, utilization, backlog-per-unit, column:NAME or column:NAME/capacity", err, name)
	case errors.As(err, &load):
		return fmt.Errorf("%w; name it with --cloudwatch-metric, such as Namespace=AWS/ApplicationELB,MetricName=RequestCount,LoadBalancer=app/web/50dc6c495c0c9188,Stat=Sum", err)
	case errors.As(err, &alarm):
		return fmt.Errorf("%w; give its alarm with --alarm FILE, JSON as aws cloudwatch put-metric-alarm --cli-input-json takes it, or describe-alarms answers it", err)
	}
	return err
}

// worldOptions are the flags about the world around a target.
type worldOptions struct {
	perUnit, price, keepBelow float64
	latency, delay, delayIn   time.Duration
	initial                   int32
	metrics                   []string

	flags *cobra.Command
}

func (o *worldOptions) bind(cmd *cobra.Command) {
	f := cmd.Flags()
	f.Float64Var(&o.perUnit, "per-unit", 0, "requests per minute that one unit of capacity serves when it is fully used")
	f.DurationVar(&o.latency, "latency", 0, "how long a request takes, for metrics of concurrency")
	f.Float64Var(&o.price, "price", 0, "price of one unit of capacity for an hour")
	f.Float64Var(&o.keepBelow, "keep-below", 100, "utilization in percent above which there is overload")
	f.DurationVar(&o.delay, "delay", 0, "from asking for capacity to having it (default: by the service)")
	f.DurationVar(&o.delayIn, "delay-in", 0, "from asking to remove capacity to being rid of it")
	f.Int32Var(&o.initial, "initial", 0, "capacity at the start (default: what the first demand needs)")
	f.StringArrayVar(&o.metrics, "metric", nil, "how a metric, or that of a policy, follows from demand, as NAME=KIND; may be repeated")
	o.flags = cmd
}
