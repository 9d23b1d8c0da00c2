package whatif

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/setpoint-io/setpoint/internal/manifest"
	"github.com/setpoint-io/setpoint/internal/simulate"
)

// demand is what the flags say about where the demand comes from.
type demand struct {
	file, timeColumn, valueColumn, timezone string
	requests, perMinute                     bool
	interval                                time.Duration

	shape             string
	base, peak, noise float64
	length            time.Duration
	start             string

	cloudwatch bool
	metric     string
	since      time.Duration

	scale float64
}

func (o *demand) bind(f *pflag.FlagSet) {
	f.StringVar(&o.file, "trace", "", "CSV file with demand, or - for standard input")
	f.StringVar(&o.timeColumn, "time-column", "", "column of the CSV file with the time")
	f.StringVar(&o.valueColumn, "value-column", "", "column of the CSV file with the demand")
	f.StringVar(&o.timezone, "timezone", "", "zone of times in the CSV file that name none (default UTC)")
	f.BoolVar(&o.requests, "requests", false, "each row of the CSV file is one request")
	f.BoolVar(&o.perMinute, "per-minute", false, "values of the CSV file, or of --cloudwatch-metric, are requests per minute, not requests of the interval")
	f.DurationVar(&o.interval, "interval", 0, "interval over which rows of the CSV file add up (default: the usual distance of two rows)")
	var names []string
	for _, s := range simulate.Shapes() {
		names = append(names, s.Name+" ("+s.Text+")")
	}
	f.StringVar(&o.shape, "shape", "", "demand that is made: "+strings.Join(names, "; "))
	f.Float64Var(&o.base, "base", 0, "with --shape: the least demand in requests per minute")
	f.Float64Var(&o.peak, "peak", 1000, "with --shape: the greatest")
	f.Float64Var(&o.noise, "noise", 0.05, "with --shape: by which part a minute may differ from the shape")
	f.DurationVar(&o.length, "length", 0, "with --shape: how long")
	f.StringVar(&o.start, "start", "", "with --shape: when it begins, such as 2026-03-02 (default: this week's Monday, UTC)")
	f.BoolVar(&o.cloudwatch, "from-cloudwatch", false, "take the demand that CloudWatch has measured")
	f.StringVar(&o.metric, "cloudwatch-metric", "", "with --from-cloudwatch: the metric with the demand, as Namespace=AWS/SQS,MetricName=NumberOfMessagesSent,QueueName=jobs,Stat=Sum (default: by the policies, or the invocations that the service counts)")
	f.DurationVar(&o.since, "since", 14*24*time.Hour, "with --from-cloudwatch: how far back")
	f.Float64Var(&o.scale, "scale", 1, "multiplies the demand")
}

// ShapeNames are the values of --shape.
func ShapeNames() []string {
	var names []string
	for _, s := range simulate.Shapes() {
		names = append(names, s.Name)
	}
	return names
}

// trace reads, makes or asks for the demand.
func (q *Question) trace(ctx context.Context, h Host, o simulate.Options, region string) (*simulate.Trace, error) {
	var (
		t   *simulate.Trace
		err error
	)
	switch {
	case q.file != "":
		t, err = q.readTrace(h)
	case q.shape != "":
		t, err = q.makeTrace(h)
	case q.cloudwatch || q.metric != "":
		t, err = q.measured(ctx, h, o, region)
	default:
		return nil, errors.New("there is no demand: give a CSV file with --trace, one of the built-in shapes with --shape, or --from-cloudwatch")
	}
	if err != nil {
		return nil, err
	}
	if !(q.scale > 0) {
		return nil, fmt.Errorf("--scale %v is not possible; write a number above 0", q.scale)
	}
	t.Scale(q.scale)
	return t, nil
}

func (o *demand) readTrace(h Host) (*simulate.Trace, error) {
	zone, err := time.LoadLocation(o.timezone)
	if err != nil {
		return nil, fmt.Errorf("--timezone: %w", err)
	}
	in, name := h.In, "standard input"
	if o.file != manifest.Stdin {
		file, err := os.Open(o.file)
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }() // it was only read
		in, name = file, o.file
	}
	t, err := simulate.ReadCSV(in, simulate.CSVOptions{
		Source: name, Time: o.timeColumn, Value: o.valueColumn, Requests: o.requests, PerMinute: o.perMinute, Interval: o.interval, Location: zone,
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w (--time-column, --value-column, --requests and --interval say how to read it)", name, err)
	}
	return t, nil
}

func (o *demand) makeTrace(h Host) (*simulate.Trace, error) {
	now := h.Now().UTC().Truncate(24 * time.Hour)
	start := now.AddDate(0, 0, -(int(now.Weekday())+6)%7)
	if o.start != "" {
		var err error
		if start, err = time.Parse(time.DateOnly, o.start); err != nil {
			if start, err = time.Parse(time.RFC3339, o.start); err != nil {
				return nil, fmt.Errorf("--start %s is no date; write one such as 2026-03-02 or 2026-03-02T08:00:00Z", o.start)
			}
		}
	}
	return simulate.Shape{Name: o.shape, Base: o.base, Peak: max(o.peak, o.base), Noise: o.noise, Start: start, Length: o.length}.Trace()
}

// measured asks for the demand that a target had: the metric that is named, or
// that of its policy before it is divided by the capacity.
func (q *Question) measured(ctx context.Context, h Host, o simulate.Options, region string) (*simulate.Trace, error) {
	if q.since < time.Hour {
		return nil, fmt.Errorf("--since %v is too short; write an hour or more", q.since)
	}
	if h.Measured == nil {
		return nil, errors.New("there is no AWS to ask here; give the demand with --trace or --shape")
	}
	load, err := q.load(o)
	if err != nil {
		return nil, err
	}
	return h.Measured(ctx, load, q.since, region)
}

// load is the metric with the demand.
func (o *demand) load(options simulate.Options) (simulate.Load, error) {
	if o.metric == "" {
		load, err := simulate.LoadMetric(options)
		return load, advised(err)
	}
	load, err := simulate.ParseLoad(o.metric, o.perMinute)
	if err != nil {
		return load, fmt.Errorf("--cloudwatch-metric: %w", err)
	}
	return load, nil
}
