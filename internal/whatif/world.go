package whatif

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/simulate"
)

// surroundings are what the flags say about the world around a target.
type surroundings struct {
	perUnit, price, keepBelow float64
	latency, delay, delayIn   time.Duration
	initial                   int32
	metrics                   []string

	flags *pflag.FlagSet
}

func (o *surroundings) bind(f *pflag.FlagSet) {
	f.Float64Var(&o.perUnit, "per-unit", 0, "requests per minute that one unit of capacity serves when it is fully used")
	f.DurationVar(&o.latency, "latency", 0, "how long a request takes, for metrics of concurrency")
	f.Float64Var(&o.price, "price", 0, "price of one unit of capacity for an hour")
	f.Float64Var(&o.keepBelow, "keep-below", 100, "utilization in percent above which there is overload")
	f.DurationVar(&o.delay, "delay", 0, "from asking for capacity to having it (default: by the service)")
	f.DurationVar(&o.delayIn, "delay-in", 0, "from asking to remove capacity to being rid of it")
	f.Int32Var(&o.initial, "initial", 0, "capacity at the start (default: what the first demand needs)")
	f.StringArrayVar(&o.metrics, "metric", nil, "how a metric, or that of a policy, follows from demand, as NAME=KIND; may be repeated")
	o.flags = f
}

// world is what the flags say about the world.
func (o *surroundings) world(id autoscaling.Identity) (simulate.World, error) {
	w := simulate.World{
		PerUnit: o.perUnit, Latency: o.latency, Price: o.price, KeepBelow: o.keepBelow, OutDelay: o.delay, InDelay: o.delayIn, Meanings: map[string]simulate.Meaning{},
	}
	if !(o.perUnit >= 0 && o.price >= 0 && o.keepBelow > 0 && o.delay >= 0 && o.delayIn >= 0 && o.latency >= 0 && o.initial >= 0) {
		return w, errors.New("--per-unit, --price, --latency, --delay, --delay-in and --initial cannot be negative, and --keep-below must be above 0")
	}
	if !o.flags.Changed("delay") {
		w.OutDelay = simulate.DefaultOutDelay(id.ScalableDimension)
	}
	if o.flags.Changed("initial") {
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
