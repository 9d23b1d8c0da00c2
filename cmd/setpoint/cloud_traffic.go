package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
	"github.com/setpoint-io/setpoint/internal/localcloud/traffic"
)

func cloudTrafficCommand(h host) *cobra.Command {
	c := newCloudClient(h)
	var p place
	cmd := &cobra.Command{
		Use:   "traffic",
		Short: "Show the traffic that arrives at what a local AWS hosts, send some or end it",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return show(cmd.Context(), c, http.MethodGet, "traffic", p.query(""), nil, drawTraffic)
		},
	}
	c.bind(cmd)
	p.bind(cmd)
	cmd.AddCommand(trafficSetCommand(h), trafficOffCommand(h))
	return cmd
}

func trafficOffCommand(h host) *cobra.Command {
	c := newCloudClient(h)
	var p place
	var all bool
	cmd := &cobra.Command{
		Use:     "off (RESOURCE-ID | --all)",
		Short:   "End traffic",
		Example: "  setpoint cloud traffic off endpoint/demo-endpoint/variant/AllTraffic",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if all == (len(args) == 1) {
				return errors.New("say of which resource by its ID, or --all")
			}
			return show(cmd.Context(), c, http.MethodDelete, "traffic", p.query(first(args)), nil, func(t *table, ended []admin.Traffic) {
				for _, it := range ended {
					t.line("Traffic at %s has ended.", it.ResourceID)
				}
			})
		},
	}
	c.bind(cmd)
	p.bind(cmd)
	cmd.Flags().BoolVar(&all, "all", false, "end all traffic, or all in the account, Region, namespace and dimension that are given")
	return cmd
}

func drawTraffic(t *table, list []admin.Traffic) {
	if len(list) == 0 {
		t.line("No traffic.")
		return
	}
	t.row("TRAFFIC AT", "SHAPE", "REQUESTS/MINUTE", "SINCE", "PROBLEM")
	for _, it := range list {
		t.row(it.ResourceID, shapeOf(it.Traffic), number(it.Rate), clockTime(it.Begin), orDash(it.Problem))
	}
}

// shapeOf says what traffic is, in a word or a few.
func shapeOf(s traffic.Spec) string {
	if len(s.Of) == 0 {
		return string(s.Type)
	}
	var parts []string
	for _, part := range s.Of {
		parts = append(parts, shapeOf(part))
	}
	return string(s.Type) + " of " + strings.Join(parts, " + ")
}

// trafficFlags are the flags that describe traffic. They are named as the members
// of traffic.Spec, so that its errors are about flags too.
type trafficFlags struct {
	place
	shape, peak, start, replay, spec       string
	rate, low, high, from, to, noise, base float64
	period, after, duration, every         time.Duration
	seed                                   uint64
	loop                                   bool
	cmd                                    *cobra.Command
}

// shapes are the shapes that --shape takes.
var shapes = []string{string(traffic.Constant), string(traffic.Wave), string(traffic.Ramp), string(traffic.Spike)}

func trafficSetCommand(h host) *cobra.Command {
	c := newCloudClient(h)
	f := trafficFlags{}
	cmd := &cobra.Command{
		Use:   "set RESOURCE-ID (--shape SHAPE | --replay FILE | --spec FILE) [flags]",
		Short: "Let traffic arrive at a resource, instead of what arrives there",
		Long: `Lets traffic arrive at a variant or an inference component of SageMaker, a service
of ECS, or a table or an index of DynamoDB (in capacity units), from now on and
instead of what arrives there. Rates are in requests a minute. The resource need
not exist yet.`,
		Example: `  # Up and down, every day
  setpoint cloud traffic set endpoint/demo-endpoint/variant/AllTraffic --shape wave --low 100 --high 1500 --period 24h --noise 0.1

  # A spike of ten minutes every hour, upon 200 requests a minute
  setpoint cloud traffic set endpoint/demo-endpoint/variant/AllTraffic --shape spike --rate 3000 --duration 10m --every 1h --base 200

  # As it was: rows of time,requests a minute, or one row for each request
  setpoint cloud traffic set service/shop/web --replay trace.csv --loop

  # Capacity units of a table
  setpoint cloud traffic set table/orders --scalable-dimension dynamodb:table:ReadCapacityUnits --shape constant --rate 6000`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			spec, err := f.traffic(h)
			if err != nil {
				return err
			}
			body := admin.Traffic{Home: f.home(), Key: f.key(args[0]), Traffic: spec}
			return show(cmd.Context(), c, http.MethodPut, "traffic", nil, body, func(t *table, made admin.Traffic) { drawTraffic(t, []admin.Traffic{made}) })
		},
	}
	c.bind(cmd)
	f.bind(cmd)
	return cmd
}

func (f *trafficFlags) bind(cmd *cobra.Command) {
	f.cmd = cmd
	f.place.bind(cmd)
	s := cmd.Flags()
	s.StringVar(&f.shape, "shape", "", "constant, wave, ramp or spike")
	s.StringVar(&f.replay, "replay", "", "CSV file to replay, or - for standard input")
	s.StringVar(&f.spec, "spec", "", "JSON file with the traffic as the admin API takes it, or - for standard input")
	s.Float64Var(&f.rate, "rate", 0, "of a constant, and of a spike while it lasts")
	s.Float64Var(&f.low, "low", 0, "of a wave: the least")
	s.Float64Var(&f.high, "high", 0, "of a wave: the greatest")
	s.StringVar(&f.peak, "peak", "", "of a wave: the time of day when it is highest, in UTC (default 12:00)")
	s.DurationVar(&f.period, "period", 0, "of a wave: from one peak to the next (default 24h)")
	s.Float64Var(&f.from, "from", 0, "of a ramp: before it")
	s.Float64Var(&f.to, "to", 0, "of a ramp: after it")
	s.DurationVar(&f.duration, "duration", 0, "of a ramp or a spike: how long it takes")
	s.DurationVar(&f.every, "every", 0, "of a spike: repeat it so often (default: once)")
	s.DurationVar(&f.after, "after", 0, "of a ramp, a spike or a replay: begin so much later")
	s.StringVar(&f.start, "start", "", "of a ramp, a spike or a replay: begin at a time, such as 2026-03-02T10:00:00Z")
	s.BoolVar(&f.loop, "loop", false, "of a replay: begin again at its end")
	s.Float64Var(&f.base, "base", 0, "add so many requests a minute, all the time")
	s.Float64Var(&f.noise, "noise", 0, "standard deviation of a minute from what it would be; 0.1 is ten percent")
	s.Uint64Var(&f.seed, "noise-seed", 0, "choose among the noises")
	cmd.MarkFlagsMutuallyExclusive("shape", "replay", "spec")
	cmd.MarkFlagsOneRequired("shape", "replay", "spec")
	// The errors are about flags of other names.
	_ = cmd.RegisterFlagCompletionFunc("shape", cobra.FixedCompletions(shapes, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.MarkFlagFilename("replay", "csv")
	_ = cmd.MarkFlagFilename("spec", "json")
}

// traffic is what the flags describe.
func (f *trafficFlags) traffic(h host) (traffic.Spec, error) {
	switch {
	case f.spec != "":
		return f.read(h)
	case f.replay == "" && !slices.Contains(shapes, f.shape):
		return traffic.Spec{}, fmt.Errorf("--shape %q is none; write constant, wave, ramp or spike, or name a recording with --replay", f.shape)
	}
	s := traffic.Spec{
		Type: traffic.Type(f.shape), Peak: f.peak, Period: traffic.Duration(f.period), After: traffic.Duration(f.after),
		Duration: traffic.Duration(f.duration), Every: traffic.Duration(f.every), Loop: f.loop,
		Rate: f.given("rate", f.rate), Low: f.given("low", f.low), High: f.given("high", f.high), From: f.given("from", f.from), To: f.given("to", f.to),
	}
	if f.start != "" {
		start, err := time.Parse(time.RFC3339, f.start)
		if err != nil {
			return s, fmt.Errorf("--start %q is no time; write one such as 2026-03-02T10:00:00Z", f.start)
		}
		s.Start = &start
	}
	if f.replay != "" {
		text, err := readInput(h, f.replay)
		if err != nil {
			return s, err
		}
		s.Type, s.CSV = traffic.Replayed, string(text)
	}
	if base := f.given("base", f.base); base != nil {
		s = traffic.Spec{Type: traffic.Sum, Of: []traffic.Spec{{Type: traffic.Constant, Rate: base}, s}}
	}
	if noise := f.given("noise", f.noise); noise != nil {
		s = traffic.Spec{Type: traffic.Noise, Deviation: noise, Seed: f.seed, Of: []traffic.Spec{s}}
	}
	return s, nil
}

// given is the value of a flag that is there, also if it is 0.
func (f *trafficFlags) given(name string, value float64) *float64 {
	if !f.cmd.Flags().Changed(name) {
		return nil
	}
	return &value
}

// read reads traffic from JSON.
func (f *trafficFlags) read(h host) (traffic.Spec, error) {
	text, err := readInput(h, f.spec)
	if err != nil {
		return traffic.Spec{}, err
	}
	s, err := traffic.Parse(text)
	if err != nil {
		return s, fmt.Errorf("%s: %w", f.spec, err)
	}
	return s, nil
}

// readInput reads a file, or standard input.
func readInput(h host, name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(h.in)
	}
	return os.ReadFile(name)
}
