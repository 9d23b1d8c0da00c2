package console

import (
	"html/template"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
)

// Page is what the page shows, in words that are ready to be printed.
type Page struct {
	Account, Region string
	Clock           Clock
	Targets         []Row
	Unlisted        int // targets that there is no room for
	Filter          Filter
	Target          *Target // the one that is looked at; nil: there are none
	Idle            []Row   // resources that could be registered and are not
	UnlistedIdle    int     // those that there is no room for
	Objects         Objects
	Faults          []Fault // what is wrong with the local AWS
	Calls           Calls
	Traffic         Traffic
}

// Tone is how a state feels. Each has a colour and a shape of its own.
type Tone string

// The tones.
const (
	Good    Tone = "good"
	Bad     Tone = "bad"
	Busy    Tone = "busy"
	Warn    Tone = "warn"
	Unknown Tone = "unknown"
	Quiet   Tone = "quiet"
)

// Status is a state in a word or two.
type Status struct {
	Tone Tone
	Text string
}

// Clock is the clock of the local AWS.
type Clock struct {
	Time   time.Time
	Speeds []Speed // to choose from
	Other  string  // the speed, if it is none of those
}

// Speed is a speed of the clock that can be chosen.
type Speed struct {
	Text, Title string // on the button, and in full
	Body        string // what is asked for, as JSON
	Current     bool
}

// Row is a scalable target in the list.
type Row struct {
	Key     string // names it in addresses
	Href    string
	Name    string // such as "demo-endpoint / AllTraffic"
	Kind    string // such as "SageMaker variant"
	Current bool   // it is looked at
	Status  Status
	Gauge   Gauge
	Metric  string // the metric against its target, such as "73.2 of 70"
}

// Filter chooses among the targets.
type Filter struct {
	Text  string
	All   int               // targets that there are
	Rest  map[string]string // of the address, as parameters
	Shown bool              // there are so many targets that it helps
}

// Gauge is a capacity within its bounds.
type Gauge struct {
	Running, Desired, Min, Max int32
	Unit                       string // of Running, such as "instances"
}

// Moving says that what runs is not what is asked for.
func (g Gauge) Moving() bool { return g.Running != g.Desired }

// Target is a scalable target with all that is under it.
type Target struct {
	Row
	ResourceID, Dimension string
	Suspended             []string // what of scaling is suspended
	Quantities            []Quantity
	Chart                 Chart
	Policies              []Policy
	Alarms                []Alarm
	Actions               []Action
	Activities            []Activity
	OlderActivities       int  // that are not listed
	Past                  bool // the activities are those of a stretch of the past
}

// Quantity is a number that matters, with what it means.
type Quantity struct {
	Name, Value, Unit, Note string
	Tone                    Tone
}

// Chart is the history, as a picture and as numbers for who points at it.
type Chart struct {
	SVG      template.HTML // made by package chart, which escapes
	Data     string        // the series as JSON
	Width    int
	Many     bool // activities: too many for a line each
	Zooms    []Zoom
	From, To time.Time
	Live     bool   // it follows the clock
	LiveHref string // leads back to that
	Empty    string // why there is nothing to see
}

// Zoom is a stretch of the past that can be chosen.
type Zoom struct {
	Text, Title, Href string
	Current           bool
}

// Policy is a scaling policy.
type Policy struct {
	Name, Type string
	Metric     string // what it holds, and at what
	Details    []string
	Level      Level
}

// Level is a metric against its target. It is not Known without data.
type Level struct {
	Known         bool
	Value, Target string
	Part          int // of a bar that has room for twice the target, in percent
	Above         bool
}

// Alarm is a CloudWatch alarm.
type Alarm struct {
	Name, Role string // Role is how managed alarms are told apart
	Status     Status
	Condition  string
	Reason     string
	Since      string // for how long it is what it is
}

// Action is a scheduled action.
type Action struct {
	Name, Schedule, Zone, Sets string
	Words                      string // the schedule in words, if there are any
	Next                       []Firing
	Note                       string // why there is no next one
}

// Firing is a time at which an action runs.
type Firing struct {
	Local string // in the zone of the action
	At    time.Time
	In    string // how long from now
}

// Activity is a scaling activity, in AWS's words.
type Activity struct {
	ID                          string
	Start                       time.Time
	Took                        string
	Status                      Status
	Description, Cause, Message string
	NotScaled                   []string
}

// Objects are the Kubernetes objects.
type Objects struct {
	Rows     []Object
	Unlisted int
	Problem  string // why they cannot be listed
}

// Object is a Kubernetes object.
type Object struct {
	ID                    string
	Kind, Namespace, Name string
	Mine                  bool // it is of the target that is looked at
	Created               time.Time
	Age                   string // by the clock on the wall
	Status                Status
	Message               string
	Conditions            []Condition
}

// Condition is a condition of an object.
type Condition struct {
	Type, Reason, Message string
	Status                Status
	Since                 string
}

// Fault is something that is wrong with the local AWS.
type Fault struct {
	ID   string
	Text string // in words
}

// Calls are what faults can be limited to: the services, and the operations of
// all of them.
type Calls struct{ Services, Operations []string }

// Traffic is what arrives at the target that is looked at, and what could.
type Traffic struct {
	Possible        bool
	Account, Region string
	Key             admin.Key
	Now             string // what arrives, in words
	Problem         string
	Kinds           []TrafficKind
	Noise           string // in percent
	Seed            uint64 // of the noise
	JSON            string // what arrives, or an example
}

// TrafficKind is a kind of traffic that can be chosen.
type TrafficKind struct {
	Value, Text string
	Current     bool
	Fields      []Field
	More        []Field // that few need
}

// Field is something to fill in.
type Field struct {
	Label, Name, Value, Unit string
	Type                     string // number, duration, clock (a time of day), file or check
	Optional                 bool
	Checked                  bool
}
