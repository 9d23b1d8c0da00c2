package console

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
)

// Input is what a page is made of.
type Input struct {
	Query Query
	// Wall is the time on the wall, by which Kubernetes dates its objects.
	Wall  time.Time
	State admin.State
	// Activities and History are those of the target that Look finds. The activities
	// are the latest, or those of a stretch of the past that is looked at, the latest
	// first.
	Activities []admin.Activity
	History    admin.History
	// HistoryProblem and ObjectsProblem are why there is no history and no list of
	// objects, for people.
	HistoryProblem, ObjectsProblem string
	Objects                        []v1alpha1.Object
	// Drawn is the chart, if it was drawn a moment ago and need not be drawn again.
	Drawn *Chart
}

// How much is listed. The page is for watching; the command lines list all.
const (
	maxTargets    = 100
	maxIdle       = 30
	maxActivities = 40
	maxObjects    = 60
)

// Look finds the target that a query is about: the one it names, or else the first
// that has policies, or else the first.
func Look(s admin.State, q Query) (Key, admin.Target, bool) {
	var best Key
	var found *admin.Target
	for _, p := range s.Places {
		for _, t := range p.Targets {
			key := Key{p.Home, t.Key}
			if key == q.Target {
				return key, t, true
			}
			if found == nil || len(found.Policies) == 0 && len(t.Policies) > 0 {
				best, found = key, &t
			}
		}
	}
	if found == nil {
		return Key{}, admin.Target{}, false
	}
	return best, *found, true
}

// Build makes the page. It is a pure function of its input.
func Build(in Input) Page {
	key, target, found := Look(in.State, in.Query)
	in.Query.Target = key
	p := Page{Account: key.Account, Region: key.Region, Clock: clock(in.State.Clock)}
	if !found && len(in.State.Places) > 0 {
		p.Account, p.Region = in.State.Places[0].Account, in.State.Places[0].Region
	}
	for _, f := range in.State.Faults {
		p.Faults = append(p.Faults, Fault{ID: f.ID, Text: faultWords(f)})
	}
	p.Calls = Calls{Services: admin.Services(), Operations: admin.Operations()}
	v := view{in: in, now: in.State.Clock.Time}
	for _, place := range in.State.Places {
		p.Targets = append(p.Targets, v.rows(place, len(in.State.Places) > 1)...)
		p.Idle = append(p.Idle, v.idle(place)...)
	}
	p.Filter = filter(in.Query, len(p.Targets), len(p.Idle))
	unwanted := func(r Row) bool { return !in.Query.lists(r) }
	p.Targets, p.Unlisted = first(slices.DeleteFunc(p.Targets, unwanted), maxTargets)
	p.Idle, p.UnlistedIdle = first(slices.DeleteFunc(p.Idle, unwanted), maxIdle)
	p.Objects = v.objects(key)
	if !found {
		p.Traffic.Now = "There is no scalable target to send traffic to."
		return p
	}
	at := slices.IndexFunc(in.State.Places, func(p admin.Place) bool { return p.Home == key.Home })
	v.place, v.target = in.State.Places[at], target
	p.Target = v.detail()
	p.Traffic = v.traffic()
	return p
}

// manyTargets is from how many targets on it helps to choose among them.
const manyTargets = 8

func filter(q Query, targets, idle int) Filter {
	f := Filter{Text: q.Filter, All: targets, Rest: map[string]string{}, Shown: targets >= manyTargets || idle > maxIdle || q.Filter != ""}
	q.Filter = ""
	for name, values := range q.values() {
		f.Rest[name] = values[0]
	}
	return f
}

func first[T any](list []T, n int) (head []T, more int) {
	if len(list) <= n {
		return list, 0
	}
	return list[:n], len(list) - n
}

// speeds are the choices of the clock.
var speeds = []Speed{
	{Text: "Pause", Title: "Pause the clock", Body: `{"paused":true}`},
	{Text: "1×", Title: "Real time", Body: `{"speed":1,"paused":false}`},
	{Text: "60×", Title: "60 times faster: a minute in a second", Body: `{"speed":60,"paused":false}`},
	{Text: "600×", Title: "600 times faster: an hour in six seconds", Body: `{"speed":600,"paused":false}`},
}

func clock(c admin.Clock) Clock {
	current := map[float64]int{1: 1, 60: 2, 600: 3}
	at, ok := current[c.Speed]
	if c.Paused {
		at, ok = 0, true
	}
	out := Clock{Time: c.Time.UTC(), Speeds: slices.Clone(speeds)}
	if ok {
		out.Speeds[at].Current = true
	} else {
		out.Other = number(c.Speed) + "×"
	}
	return out
}

// view builds the parts of a page. Place and target are those that are looked at.
type view struct {
	in     Input
	now    time.Time
	place  admin.Place
	target admin.Target
}

// rows lists the targets of a place.
func (v view) rows(p admin.Place, named bool) []Row {
	alarms := map[admin.Key][]admin.Alarm{}
	for _, a := range p.Alarms {
		if a.Target != nil {
			alarms[*a.Target] = append(alarms[*a.Target], a)
		}
	}
	rows := make([]Row, len(p.Targets))
	for i, t := range p.Targets {
		rows[i] = v.row(Key{p.Home, t.Key}, t, alarms[t.Key])
		if named {
			rows[i].Kind += " · " + p.Account + " · " + p.Region
		}
	}
	return rows
}

func (v view) row(key Key, t admin.Target, alarms []admin.Alarm) Row {
	kind, unit := kindOf(t.ScalableDimension)
	r := Row{
		Key: key.String(), Href: v.in.Query.of(key).href(), Name: nameOf(t.ResourceID), Kind: kind,
		Current: key == v.in.Query.Target,
		Gauge:   Gauge{Running: t.Current, Desired: t.Desired, Min: t.MinCapacity, Max: t.MaxCapacity, Unit: unit},
		Status:  targetStatus(t, alarms),
	}
	for _, p := range t.Policies {
		if l := level(p, alarms); l.Known {
			r.Metric = l.Value + " of " + l.Target
			break
		}
	}
	return r
}

// targetStatus says in two words how a target does.
func targetStatus(t admin.Target, alarms []admin.Alarm) Status {
	high := slices.ContainsFunc(alarms, func(a admin.Alarm) bool { return a.State == "ALARM" && isHigh(a) })
	low := slices.ContainsFunc(alarms, func(a admin.Alarm) bool { return a.State == "ALARM" && !isHigh(a) })
	silent := !slices.ContainsFunc(alarms, func(a admin.Alarm) bool { return a.State != "INSUFFICIENT_DATA" })
	switch {
	case t.Desired > t.Current:
		return Status{Busy, "Scaling out"}
	case t.Desired < t.Current:
		return Status{Busy, "Scaling in"}
	case !t.Settled || t.Unscalable != "":
		return Status{Busy, "Updating"}
	case high && t.Desired >= t.MaxCapacity:
		return Status{Bad, "Overloaded"}
	case high:
		return Status{Bad, "In alarm"}
	case len(t.Policies) == 0:
		return Status{Quiet, "No policy"}
	case silent:
		return Status{Unknown, "No data"}
	case low && t.Desired <= t.MinCapacity:
		return Status{Good, "At rest"}
	default:
		return Status{Good, "On target"}
	}
}

// level is the metric of a target tracking policy against its target: the latest
// datapoint of the alarm that watches for too much.
func level(p admin.Policy, alarms []admin.Alarm) Level {
	if p.TargetValue == nil {
		return Level{}
	}
	for _, a := range alarms {
		if !slices.Contains(p.Alarms, a.Name) || !isHigh(a) || len(a.Datapoints) == 0 {
			continue
		}
		if a.Threshold != *p.TargetValue {
			continue // it watches something else, such as units, of which the target is a part
		}
		value, target := a.Datapoints[len(a.Datapoints)-1].Value, *p.TargetValue
		l := Level{Known: true, Value: number(value), Target: number(target), Above: value > target}
		if target > 0 {
			l.Part = int(min(100, max(0, value/target*50)))
		}
		return l
	}
	return Level{}
}

// idle lists resources that nobody registered.
func (v view) idle(p admin.Place) []Row {
	registered := map[admin.Key]bool{}
	for _, t := range p.Targets {
		registered[t.Key] = true
	}
	var rows []Row
	for _, r := range p.Resources {
		if registered[r.Key] {
			continue
		}
		kind, unit := kindOf(r.ScalableDimension)
		rows = append(rows, Row{Key: Key{p.Home, r.Key}.String(), Name: nameOf(r.ResourceID), Kind: kind,
			Gauge: Gauge{Running: r.Current, Desired: r.Desired, Unit: plural(unit, r.Current)}})
	}
	return rows
}

// trafficServices are those that traffic can be sent to.
var trafficServices = []string{"sagemaker", "ecs", "dynamodb"}

func (v view) traffic() Traffic {
	t := Traffic{Account: v.place.Account, Region: v.place.Region, Key: v.target.Key}
	if !slices.Contains(trafficServices, v.target.ServiceNamespace) {
		t.Now = "The local AWS has no service of this kind that takes traffic. Put its metrics with aws cloudwatch put-metric-data."
		return t
	}
	t.Possible = true
	t.Now = "None arrives."
	attached := admin.Traffic{}
	for _, a := range v.place.Traffic {
		if a.Key == v.target.Key {
			attached = a
			t.Now = number(a.Rate) + " requests a minute arrive now: " + trafficWords(a.Traffic) + "."
			t.Problem = a.Problem
		}
	}
	t.trafficForm(v.target, attached.Traffic)
	return t
}

// configuration is what of a policy's configuration is shown, by the names of AWS's
// API.
type configuration struct {
	ScaleOutCooldown, ScaleInCooldown, Cooldown *int32
	DisableScaleIn                              bool
	AdjustmentType                              string
	StepAdjustments                             []struct {
		MetricIntervalLowerBound, MetricIntervalUpperBound *float64
		ScalingAdjustment                                  int32
	}
	Mode string
}

func configurationOf(p admin.Policy) configuration {
	var c configuration
	// What is not understood is not shown; the configuration is the cloud's own.
	_ = json.Unmarshal(p.Configuration, &c)
	return c
}

// policyTypes are AWS's types of policies in words.
var policyTypes = map[string]string{
	"TargetTrackingScaling": "target tracking", "StepScaling": "step scaling", "PredictiveScaling": "predictive scaling",
}

func (v view) policies(alarms []admin.Alarm) []Policy {
	var out []Policy
	for _, p := range v.target.Policies {
		c := configurationOf(p)
		policy := Policy{Name: p.Name, Type: cmp.Or(policyTypes[p.Type], p.Type), Level: level(p, alarms), Details: c.words()}
		if p.TargetValue != nil {
			policy.Metric = "Holds " + shortMetric(p.Metric) + " at " + number(*p.TargetValue)
		}
		out = append(out, policy)
	}
	return out
}

// words are the details of a policy.
func (c configuration) words() []string {
	var out []string
	for _, s := range c.StepAdjustments {
		out = append(out, stepWords(c.AdjustmentType, s.MetricIntervalLowerBound, s.MetricIntervalUpperBound, s.ScalingAdjustment))
	}
	var cooldowns []string
	for _, cooldown := range []struct {
		name    string
		seconds *int32
	}{{"out", c.ScaleOutCooldown}, {"in", c.ScaleInCooldown}, {"", c.Cooldown}} {
		if cooldown.seconds != nil {
			cooldowns = append(cooldowns, strings.TrimSpace(cooldown.name+" "+span(time.Duration(*cooldown.seconds)*time.Second)))
		}
	}
	if len(cooldowns) > 0 {
		out = append(out, "Cooldown: "+strings.Join(cooldowns, ", "))
	}
	if c.DisableScaleIn {
		out = append(out, "Never scales in")
	}
	if c.Mode != "" {
		out = append(out, "Mode "+c.Mode)
	}
	return out
}
