package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/declared"
	"github.com/setpoint-io/setpoint/internal/manifest"
	"github.com/setpoint-io/setpoint/internal/report"
	"github.com/setpoint-io/setpoint/internal/simulate"
)

// traceOptions are the flags that say where the demand comes from.
type traceOptions struct {
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
	aws        awsOptions

	scale float64
}

func (o *traceOptions) bind(cmd *cobra.Command) {
	f := cmd.Flags()
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
	o.aws.bind(cmd)
	f.Float64Var(&o.scale, "scale", 1, "multiplies the demand")
	cmd.MarkFlagsMutuallyExclusive("trace", "shape", "from-cloudwatch")
	cmd.MarkFlagsMutuallyExclusive("trace", "shape", "cloudwatch-metric")
	_ = cmd.RegisterFlagCompletionFunc("shape", cobra.FixedCompletions(shapeNames(), cobra.ShellCompDirectiveNoFileComp))
}

func shapeNames() []string {
	var names []string
	for _, s := range simulate.Shapes() {
		names = append(names, s.Name)
	}
	return names
}

// trace reads or makes the demand.
func (o *simulateOptions) trace(ctx context.Context, h host, setting simulate.Setting, d documents, world simulate.World) (*simulate.Trace, error) {
	var (
		t   *simulate.Trace
		err error
	)
	switch {
	case o.file != "":
		t, err = o.readTrace(h)
	case o.shape != "":
		t, err = o.makeTrace(h)
	case o.cloudwatch || o.metric != "":
		t, err = o.measured(ctx, h, setting, d.group.Place.Region, world)
	default:
		return nil, errors.New("there is no demand: give a CSV file with --trace, one of the built-in shapes with --shape, or --from-cloudwatch")
	}
	if err != nil {
		return nil, err
	}
	if !(o.scale > 0) {
		return nil, fmt.Errorf("--scale %v is not possible; write a number above 0", o.scale)
	}
	t.Scale(o.scale)
	return t, nil
}

func (o *traceOptions) readTrace(h host) (*simulate.Trace, error) {
	zone, err := time.LoadLocation(o.timezone)
	if err != nil {
		return nil, fmt.Errorf("--timezone: %w", err)
	}
	in, name := h.in, "standard input"
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

func (o *traceOptions) makeTrace(h host) (*simulate.Trace, error) {
	now := h.now().UTC().Truncate(24 * time.Hour)
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

// world is what the flags say about the world.
func (o *worldOptions) world(id autoscaling.Identity) (simulate.World, error) {
	w := simulate.World{
		PerUnit: o.perUnit, Latency: o.latency, Price: o.price, KeepBelow: o.keepBelow, OutDelay: o.delay, InDelay: o.delayIn, Meanings: map[string]simulate.Meaning{},
	}
	if !(o.perUnit >= 0 && o.price >= 0 && o.keepBelow > 0 && o.delay >= 0 && o.delayIn >= 0 && o.latency >= 0 && o.initial >= 0) {
		return w, errors.New("--per-unit, --price, --latency, --delay, --delay-in and --initial cannot be negative, and --keep-below must be above 0")
	}
	if !o.flags.Flags().Changed("delay") {
		w.OutDelay = simulate.DefaultOutDelay(id.ScalableDimension)
	}
	if o.flags.Flags().Changed("initial") {
		w.Initial = &o.initial
	}
	for _, text := range o.metrics {
		name, kind, ok := strings.Cut(text, "=")
		if !ok {
			return w, fmt.Errorf("--metric %s: write NAME=KIND", text)
		}
		meaning, err := simulate.ParseMeaning(kind)
		if err != nil {
			return w, fmt.Errorf("--metric %s: %w", name, err)
		}
		w.Meanings[name] = meaning
	}
	return w, nil
}

// documents are the manifests of one scalable target.
type documents struct {
	set   *manifest.Set
	group declared.Group
}

// setting reads manifests that declare one scalable target.
func (o *simulateOptions) setting(h host, from inputs) (simulate.Setting, documents, error) {
	var none simulate.Setting
	set, err := from.read(h)
	if err != nil {
		return none, documents{}, err
	}
	objects, err := objectsOf(set, "")
	if err != nil {
		return none, documents{}, err
	}
	group, err := choose(declared.Gather(objects, declared.Surroundings{}), o.resource)
	if err != nil {
		return none, documents{}, err
	}
	for _, m := range group.Members {
		if err := acted(m); err != nil {
			return none, documents{}, fmt.Errorf("%s: %w", m.Ref, err)
		}
	}
	s, err := simulate.SettingOf(nameOf(from), group.Identity, group.Desired())
	if err != nil {
		return none, documents{}, err
	}
	for _, name := range o.alarms {
		file, err := os.Open(name)
		if err != nil {
			return none, documents{}, err
		}
		alarms, err := simulate.ReadAlarms(file, s.Policies)
		_ = file.Close() // it was only read
		if err != nil {
			return none, documents{}, fmt.Errorf("%s: %w", name, err)
		}
		s.Alarms = append(s.Alarms, alarms...)
	}
	return s, documents{set, group}, nil
}

// acted returns an error if the controller would not act on an object: what was
// simulated would be less than what is declared.
func acted(m *declared.Member) error {
	for _, f := range m.Findings {
		if f.Severity == autoscaling.Error {
			return fmt.Errorf("%s (setpoint validate tells all that is wrong)", f.Message)
		}
	}
	switch problems := m.Life.Blocks(m.Deleting()); {
	case m.Deleting():
		return errors.New("it is being deleted; leave it out")
	case m.Rival != nil:
		return fmt.Errorf("%s declares the same already; leave one of the two out, or name its file with --compare to run it beside the other", m.Rival.Ref)
	case m.Dangling:
		return fmt.Errorf("it refers to %s, which is not among the manifests; add its file, or leave this object out", m.Refers)
	case len(problems) > 0:
		return errors.New(problems[0].String())
	case m.Problem != "":
		return errors.New(m.Problem)
	case m.Waits != "":
		return fmt.Errorf("the controller would wait: %s", m.Waits)
	case m.Life.ReadOnly:
		return errors.New("it only looks at AWS and declares nothing; leave the annotation " + v1alpha1.AnnotationReadOnly + " out")
	case m.Life.Adoption.FromAWS:
		return errors.New("it takes what it declares from AWS, so that nothing is here to simulate; write its spec, or leave it out")
	}
	return nil
}

// nameOf is a short name for what was read.
func nameOf(from inputs) string {
	var names []string
	for _, file := range from.files {
		names = append(names, strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)))
	}
	if len(names) == 0 {
		return filepath.Base(from.kustomize)
	}
	return strings.Join(names, ", ")
}

// choose finds the scalable target that is meant. Unless it is named, an object
// that belongs to none might be meant to belong to it.
func choose(groups []declared.Group, resource string) (declared.Group, error) {
	var found []declared.Group
	var names []string
	for _, g := range groups {
		if g.Complete() {
			names = append(names, g.ResourceID)
		}
		if g.Complete() && (resource == "" || resource == g.ResourceID) {
			found = append(found, g)
		}
	}
	switch {
	case len(found) == 0 && resource != "":
		return declared.Group{}, fmt.Errorf("the manifests declare no scalable target %s; they have: %s", resource, strings.Join(names, ", "))
	case len(found) == 0:
		return declared.Group{}, errors.New("the manifests declare no scalable target with its identity; add the ScalableTarget that the others refer to")
	case len(found) > 1:
		return declared.Group{}, fmt.Errorf("the manifests declare %d scalable targets; name one with --resource: %s", len(found), strings.Join(names, ", "))
	}
	for _, g := range groups {
		if resource == "" && !g.Complete() {
			m := g.Members[0]
			return declared.Group{}, fmt.Errorf("%s: %w", m.Ref, cmp.Or(acted(m), errors.New("it does not say to which scalable target it belongs; leave it out, or name the target that is meant with --resource")))
		}
	}
	return found[0], nil
}

// objectsOf returns the objects of a set, or an error about the first that is none.
func objectsOf(set *manifest.Set, namespace string) ([]v1alpha1.Object, error) {
	if len(set.Problems) > 0 {
		first := set.Problems[0]
		return nil, fmt.Errorf("%s: %s (setpoint validate tells all that is wrong)", first.Position, first.Message)
	}
	var objects []v1alpha1.Object
	for _, d := range set.Documents {
		if d.Object == nil {
			return nil, fmt.Errorf("%s: %w (setpoint validate tells more)", d.At(""), d.Mismatch)
		}
		if d.Object.GetNamespace() == "" {
			d.Object.SetNamespace(namespace)
		}
		objects = append(objects, d.Object)
	}
	return objects, nil
}

// tuned returns the objects that a candidate changes, as YAML to apply.
func (d documents) tuned(policy string, c report.Candidate) (string, error) {
	var parts []string
	for _, m := range d.group.Active() {
		content, err := copied(d.set.Documents[m.Index].Content)
		if err != nil {
			return "", err
		}
		spec, _ := content["spec"].(map[string]any)
		switch {
		case spec == nil:
			continue
		case m.Kind == autoscaling.KindTarget:
			spec["minCapacity"], spec["maxCapacity"] = c.MinCapacity, c.MaxCapacity
		case m.Kind == autoscaling.KindPolicy && m.AWS == policy:
			configuration, _ := spec["targetTrackingScalingPolicyConfiguration"].(map[string]any)
			if configuration == nil {
				continue
			}
			configuration["targetValue"] = c.TargetValue
			configuration["scaleOutCooldown"], configuration["scaleInCooldown"] = c.ScaleOutCooldown, c.ScaleInCooldown
		default:
			continue
		}
		text, err := yaml.Marshal(content)
		if err != nil {
			return "", err
		}
		parts = append(parts, string(text))
	}
	return strings.Join(parts, "---\n"), nil
}

// copied is a deep copy.
func copied(content map[string]any) (map[string]any, error) {
	text, err := yaml.Marshal(content)
	if err != nil {
		return nil, err
	}
	var again map[string]any
	return again, yaml.Unmarshal(text, &again)
}
