package report

import (
	"encoding/json"
	"io"
	"math"
	"time"
)

// KindSimulation is the kind of a [Simulation].
const KindSimulation = "SimulationReport"

// Simulation is what would have happened to a scalable target over a trace.
type Simulation struct {
	TypeMeta
	Target Target         `json:"target"`
	Trace  SimulatedTrace `json:"trace"`
	// Runs are what is declared, and what it is compared with, or what was found.
	Runs        []SimulatedRun `json:"runs"`
	Tuning      *Tuning        `json:"tuning,omitempty"`
	Derivations []Derivation   `json:"derivations"`
	Rules       []Rule         `json:"rules"`
	// Sensitivity is that of the first run. It is nil if it was not asked for, and
	// empty if nothing that was tried matters.
	Sensitivity []Sensitivity `json:"sensitivity"`
	// SensitivityTried is how many other assumptions were tried.
	SensitivityTried int `json:"sensitivityTried"`
}

// SimulatedTrace describes the demand.
type SimulatedTrace struct {
	Source  string    `json:"source"`
	Start   time.Time `json:"start"`
	End     time.Time `json:"end"`
	Step    int64     `json:"stepSeconds"`
	Peak    float64   `json:"peakPerMinute"`
	Mean    float64   `json:"meanPerMinute"`
	Demand  Samples   `json:"demand"` // requests per minute
	Missing int       `json:"missingSteps"`
}

// Samples are values at regular times. NaN is not known, and null in JSON,
// which has at most [maxSamples] of them: the means of as many stretches, with
// their greatest values.
type Samples struct {
	Start  time.Time
	Step   time.Duration
	Values []float64
}

// maxSamples bounds the values in JSON: the minutes of a day.
const maxSamples = 1440

// MarshalJSON writes what a picture needs.
func (s Samples) MarshalJSON() ([]byte, error) {
	group := max(1, (len(s.Values)+maxSamples-1)/maxSamples)
	out := struct {
		Start time.Time  `json:"start"`
		Step  int64      `json:"stepSeconds"`
		Mean  []*float64 `json:"mean"`
		Max   []*float64 `json:"max"`
	}{Start: s.Start, Step: int64(s.Step/time.Second) * int64(group), Mean: []*float64{}, Max: []*float64{}}
	for from := 0; from < len(s.Values); from += group {
		mean, most := reduce(s.Values[from:min(len(s.Values), from+group)])
		out.Mean, out.Max = append(out.Mean, finite(mean)), append(out.Max, finite(most))
	}
	return json.Marshal(out)
}

// reduce returns mean and maximum of what is known.
func reduce(values []float64) (mean, most float64) {
	total, known := 0.0, 0
	most = math.Inf(-1)
	for _, v := range values {
		if !math.IsNaN(v) {
			total, known, most = total+v, known+1, max(most, v)
		}
	}
	if known == 0 {
		return math.NaN(), math.NaN()
	}
	return total / float64(known), most
}

func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	rounded := math.Round(v*1000) / 1000
	return &rounded
}

// SimulatedRun is one setting over the trace.
type SimulatedRun struct {
	Name       string              `json:"name"`
	Setting    SimulatedSetting    `json:"setting"`
	Summary    SimulationSummary   `json:"summary"`
	Activities []SimulatedActivity `json:"activities"`
	Timeline   Timeline            `json:"timeline"`
	// Sensitivity and SensitivityTried are those of the simulation, for all runs
	// but the first.
	Sensitivity      []Sensitivity `json:"sensitivity,omitempty"`
	SensitivityTried int           `json:"sensitivityTried,omitempty"`
}

// SimulatedSetting is what was simulated, in words.
type SimulatedSetting struct {
	MinCapacity int32    `json:"minCapacity"`
	MaxCapacity int32    `json:"maxCapacity"`
	Policies    []string `json:"policies"`
	Actions     []string `json:"scheduledActions"`
}

// SimulationSummary is what a run comes to.
type SimulationSummary struct {
	// MinutesAboveTarget is how long the metric of a target tracking policy was
	// above its target, of the worst policy; nil: there is none.
	MinutesAboveTarget *float64 `json:"minutesAboveTarget"`
	// OverloadMinutes is how long demand was more than the capacity in service
	// could serve, LongestOverloadMinutes the longest of these times, and
	// ExcessPercent the part of all requests that was too much. Nil: it is not
	// known what one unit serves.
	OverloadMinutes        *float64 `json:"overloadMinutes"`
	LongestOverloadMinutes *float64 `json:"longestOverloadMinutes"`
	ExcessPercent          *float64 `json:"excessPercent"`
	// CapacityHours are paid: from asking for a unit until it is gone.
	CapacityHours   float64 `json:"capacityHours"`
	Cost            float64 `json:"cost"` // 0 without price
	MeanCapacity    float64 `json:"meanCapacity"`
	LeastCapacity   int32   `json:"leastCapacity"`
	MostCapacity    int32   `json:"mostCapacity"`
	MeanUtilization float64 `json:"meanUtilizationPercent"` // 0: not known
	ScaleOuts       int     `json:"scaleOuts"`
	ScaleIns        int     `json:"scaleIns"`
	NotScaled       int     `json:"notScaled"`
	Failed          int     `json:"failed"`
	// Flapping is how many scale-ins a scale-out followed within half an hour.
	Flapping int `json:"flapping"`
}

// SimulatedActivity is a scaling activity with AWS's own words.
type SimulatedActivity struct {
	Start            time.Time  `json:"startTime"`
	End              *time.Time `json:"endTime,omitempty"`
	Description      string     `json:"description"`
	Cause            string     `json:"cause"`
	StatusCode       string     `json:"statusCode"`
	StatusMessage    string     `json:"statusMessage,omitempty"`
	NotScaledReasons []string   `json:"notScaledReasons,omitempty"`
	From             int32      `json:"fromCapacity"`
	To               int32      `json:"toCapacity"`
}

// Timeline is a run over time.
type Timeline struct {
	Capacity []CapacityPoint `json:"capacity"`
	Bounds   []BoundsPoint   `json:"bounds"`
	Metrics  []MetricLine    `json:"metrics"`
	Alarms   []AlarmLine     `json:"alarms"`
	Marks    []Mark          `json:"schedule"`
}

// CapacityPoint is the capacity from a time on.
type CapacityPoint struct {
	At      time.Time `json:"at"`
	Running int32     `json:"running"`
	Desired int32     `json:"desired"`
}

// BoundsPoint is the bounds from a time on.
type BoundsPoint struct {
	At  time.Time `json:"at"`
	Min int32     `json:"minCapacity"`
	Max int32     `json:"maxCapacity"`
}

// MetricLine is a metric that alarms watch, by their period. A policy holds it at
// a target, or alarms of step scaling policies have thresholds of it.
type MetricLine struct {
	Policy     string           `json:"policy,omitempty"`
	Name       string           `json:"metric"`
	Statistic  string           `json:"statistic,omitempty"` // of each period; empty: the metric is computed
	Target     *float64         `json:"target,omitempty"`
	Thresholds []AlarmThreshold `json:"thresholds,omitempty"`
	Values     Samples          `json:"values"`
}

// AlarmThreshold is the threshold of an alarm.
type AlarmThreshold struct {
	Alarm string  `json:"alarm"`
	Value float64 `json:"threshold"`
	Low   bool    `json:"low,omitempty"` // as of an [AlarmLine]
}

// AlarmLine is an alarm over time.
type AlarmLine struct {
	Name   string       `json:"name"`
	Short  string       `json:"short"`         // for pictures: policy and role
	Low    bool         `json:"low,omitempty"` // it watches for too little, which harms nobody
	States []AlarmPoint `json:"states"`
}

// AlarmPoint is the state of an alarm from a time on.
type AlarmPoint struct {
	At    time.Time `json:"at"`
	State string    `json:"state"` // as the API spells it
}

// Mark is something that happened by schedule.
type Mark struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// Derivation says how a metric was computed.
type Derivation struct {
	Metric string `json:"metric"`
	How    string `json:"how"`
}

// Rule is a rule that the simulation follows, and what it rests on.
type Rule struct {
	Name       string `json:"name"`
	Meaning    string `json:"meaning"`
	Value      string `json:"value,omitempty"`
	Documented bool   `json:"documented"` // by AWS; otherwise it is an assumption
	Source     string `json:"source"`
}

// Tuning is the search for a setting.
type Tuning struct {
	Policy string `json:"policy"`
	Level  string `json:"serviceLevel"` // in words
	// MaxOverloadMinutes is how much overload the level allows.
	MaxOverloadMinutes float64     `json:"maxOverloadMinutes"`
	Found              bool        `json:"found"` // a candidate keeps the level
	Candidates         int         `json:"candidates"`
	Best               Candidate   `json:"best"`
	Declared           Candidate   `json:"declared"`
	Frontier           []Candidate `json:"frontier"` // nothing is cheaper and better, by cost
	All                []Candidate `json:"all"`
	Notes              []string    `json:"notes,omitempty"`
	Manifest           string      `json:"manifest"` // YAML to apply
}

// Candidate is a setting that was tried.
type Candidate struct {
	TargetValue      float64 `json:"targetValue"`
	ScaleOutCooldown int32   `json:"scaleOutCooldown"`
	ScaleInCooldown  int32   `json:"scaleInCooldown"`
	MinCapacity      int32   `json:"minCapacity"`
	MaxCapacity      int32   `json:"maxCapacity"`
	CapacityHours    float64 `json:"capacityHours"`
	Cost             float64 `json:"cost"`
	OverloadMinutes  float64 `json:"overloadMinutes"`
	Changes          int     `json:"changes"` // scale-outs and scale-ins
	// FailedActions is how often a scheduled action failed, and Breaks says that
	// this is more often than with what is declared.
	FailedActions int  `json:"failedActions"`
	Breaks        bool `json:"breaksSchedule"`
	Keeps         bool `json:"keepsLevel"`
}

// Add adds a run. What the first one rests on is the simulation's.
func (s *Simulation) Add(r SimulatedRun) {
	if len(s.Runs) == 0 {
		s.Sensitivity, s.SensitivityTried = r.Sensitivity, r.SensitivityTried
		r.Sensitivity, r.SensitivityTried = nil, 0
	}
	s.Runs = append(s.Runs, r)
}

// Finish fills in the type.
func (s *Simulation) Finish() {
	s.TypeMeta = TypeMeta{APIVersion, KindSimulation}
	s.Runs, s.Derivations, s.Rules = orEmpty(s.Runs), orEmpty(s.Derivations), orEmpty(s.Rules)
}

// WriteJSON writes the simulation as JSON.
func (s *Simulation) WriteJSON(w io.Writer) error { return writeJSON(w, s) }
