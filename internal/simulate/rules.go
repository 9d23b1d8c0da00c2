package simulate

import (
	"slices"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/report"
)

const (
	trackingGuide   = "Application Auto Scaling User Guide: Target tracking scaling policies"
	cooldownGuide   = "Application Auto Scaling User Guide: Define cooldown periods"
	policiesGuide   = "Application Auto Scaling User Guide: Multiple scaling policies"
	stepGuide       = "Application Auto Scaling User Guide: Step scaling policies"
	scheduleGuide   = "Application Auto Scaling User Guide: Scheduled scaling"
	alarmGuide      = "Amazon CloudWatch User Guide: Alarm evaluation"
	missingGuide    = "Amazon CloudWatch User Guide: Configuring how CloudWatch alarms treat missing data"
	simulationsOwn  = "Setpoint: the model of the simulation"
	simulationInput = "Setpoint: measure your own and give it"
)

// documented are the rules that AWS documents.
var documented = []report.Rule{
	{Name: "scale-out above target", Meaning: "Target tracking scales out only when its metric is above the target, and as far as the metric says.", Source: trackingGuide},
	{Name: "rounding", Meaning: "Capacity is rounded up, so that scale-out adds enough and scale-in does not take too much.", Source: trackingGuide},
	{Name: "scale-in that would overshoot", Meaning: "There is no scale-in that would likely bring the metric back above target.", Source: trackingGuide},
	{Name: "scale-out cooldown", Meaning: "It begins when the scale-out is complete; what was added counts towards the next scale-out.", Source: cooldownGuide},
	{Name: "scale-in cooldown", Meaning: "It begins when the scale-in is complete and blocks further ones; a scale-out ends it.", Source: cooldownGuide},
	{Name: "several policies", Meaning: "Any policy scales out; all target tracking policies must agree to scale in; the largest capacity wins.", Source: policiesGuide},
	{Name: "steps", Meaning: "The step that holds the difference from the alarm's threshold applies; percentages are rounded as the guide's examples are.", Source: stepGuide},
	{Name: "scheduled actions", Meaning: "They set bounds at once, whatever cooldowns say, and the capacity moves into them.", Source: scheduleGuide},
	{Name: "alarms", Meaning: "Each is evaluated every minute (every ten seconds for shorter periods), and invokes its policies every minute while in ALARM.", Source: alarmGuide},
	{Name: "missing data", Meaning: "M of N datapoints and the four treatments of missing data, by the guide's tables.", Source: missingGuide},
	{Name: "an endpoint that is updating", Meaning: "A SageMaker endpoint takes no other change meanwhile.", Source: "Amazon SageMaker Developer Guide: automatic scaling"},
	{Name: "invocations per instance", Meaning: "Each request counts as one divided by the instances in service.", Source: "Amazon SageMaker Developer Guide: Monitor with CloudWatch"},
}

// Rules lists what a run rests on: what AWS documents, what it does not (with
// the value that holds in this run), and what the model assumes of the world.
func Rules(o Options) []report.Rule {
	list := slices.Clone(documented)
	for i := range list {
		list[i].Documented = true
	}
	behaviour := engine.DefaultBehaviour()
	if o.Behaviour != nil {
		behaviour = *o.Behaviour
	}
	for _, b := range engine.BehaviourOptions() {
		value, _ := behaviour.Get(b.Name)
		list = append(list, report.Rule{Name: b.Name, Meaning: b.Meaning + " AWS documents: " + b.Documented, Value: value, Source: b.Source})
	}
	assume := func(name, meaning, value, source string) {
		list = append(list, report.Rule{Name: name, Meaning: meaning, Value: value, Source: source})
	}
	assume("even demand", "Demand is even within a step of the trace, and spread evenly over the units.", "", simulationsOwn)
	assume("demand is independent", "Clients neither retry nor stay away because of what happens.", "", simulationsOwn)
	assume("refused or queued", "What is more than the capacity can serve is refused; only metrics of a backlog take it as waiting.", "", simulationsOwn)
	assume("capacity is linear", "Twice the units serve twice the requests, and utilization is proportional to demand, up to 100 percent.", "", simulationsOwn)
	assume("capacity-hours", "Capacity is paid from asking for it until it is gone.", "", simulationsOwn)
	assume("delay out", "From asking for capacity to having it. Only of a SageMaker endpoint a figure was found published: 7 minutes.", o.World.OutDelay.String(), simulationInput)
	assume("delay in", "The same for removing.", o.World.InDelay.String(), simulationInput)
	if w, err := newWorld(&o); err == nil && w.perUnit > 0 && w.origin != Given {
		assume("one unit serves", "Derived: by the service's definition of a unit or, from a target that counts requests, as twice the target, because Amazon's guide advises to begin with a target of half of what an instance can.", number(w.perUnit)+" requests per minute", "Amazon SageMaker Developer Guide: Load testing your autoscaling configuration")
	}
	if o.World.Initial == nil {
		assume("initial capacity", "The run begins with what the first demand needs.", "", simulationsOwn)
	}
	return append(list, o.Trace.Assumed...)
}

// delays are what a delay is also tried as: half and twice.
func delays(d time.Duration) []time.Duration {
	if d == 0 {
		return []time.Duration{time.Minute, 5 * time.Minute}
	}
	return []time.Duration{(d / 2).Truncate(time.Second), d * 2}
}
