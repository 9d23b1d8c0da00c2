package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/setpoint-io/setpoint/internal/report"
	"github.com/setpoint-io/setpoint/internal/simulate"
	"github.com/setpoint-io/setpoint/internal/whatif"
)

type simulateOptions struct {
	inputs
	question whatif.Question
	aws      awsOptions
	format   format

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
	o.question.Bind(cmd.Flags())
	o.aws.bind(cmd)
	o.format.bind(cmd)
	o.bind(cmd)
	return cmd
}

func (o *simulateOptions) bind(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.svg, "svg", "", "write the picture to this file")
	f.StringVar(&o.html, "html", "", "write a report that needs no other file to this file")
	f.StringVar(&o.curve, "curve", "", "with --tune: write the picture of cost against overload to this file")
	f.IntVar(&o.width, "width", 1000, "width of pictures in pixels")
	f.IntVar(&o.activities, "activities", 12, "how many activities to show; -1: all")
	f.BoolVar(&o.assumptions, "assumptions", false, "list the rules that AWS documents, and the assumptions")
	f.Var(&o.sensitivity, "sensitivity", "run again with other assumptions: auto (traces of up to a month), always, never")
	cmd.MarkFlagsMutuallyExclusive("compare", "tune")
	cmd.MarkFlagsMutuallyExclusive("trace", "shape", "from-cloudwatch")
	cmd.MarkFlagsMutuallyExclusive("trace", "shape", "cloudwatch-metric")
	// The error is about a flag of another name.
	_ = cmd.RegisterFlagCompletionFunc("shape", cobra.FixedCompletions(whatif.ShapeNames(), cobra.ShellCompDirectiveNoFileComp))
}

func (o *simulateOptions) run(ctx context.Context, h host) error {
	if o.curve != "" && !o.question.Tunes() {
		return errors.New("--curve is a picture of --tune; write that too")
	}
	o.question.Manifests, o.question.Sensitivity = o.source(h), o.sensitivity.value
	s, err := o.question.Answer(ctx, whatif.Host{
		In: h.in, Now: h.now,
		Measured: func(ctx context.Context, l simulate.Load, since time.Duration, region string) (*simulate.Trace, error) {
			return o.measured(ctx, h, l, since, region)
		},
		Progress: func(what, unit string) (func(int, int), func()) {
			p := newProgress(h, what, unit)
			return p.show, p.clear
		},
	})
	if err != nil {
		return err
	}
	return o.write(h, s)
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
