package admin

import (
	"cmp"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/setpoint-io/setpoint/internal/autoscaling/spelling"
	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Services lists the names of the services, as faults and requests have them.
func Services() []string { return localcloud.Services() }

// Operations lists the names of the operations of all services.
func Operations() []string { return localcloud.Operations("") }

// Faults lists what breaks the cloud, in the order in which it was put.
func (a *Admin) Faults() []Fault {
	list := []Fault{}
	for _, f := range a.cloud.Faults().List() {
		list = append(list, faultOf(f, a.cloud.Faults().Now()))
	}
	if d := a.cloud.MetricDelay(); d > 0 {
		list = append(list, Fault{ID: string(MetricDelay), Type: MetricDelay, Delay: Duration(d)})
	}
	return list
}

// PutFault makes the cloud slow, failing or throttled from now on. Errors say what
// to write.
func (a *Admin) PutFault(f Fault) (Fault, error) {
	if err := f.check(); err != nil {
		return f, err
	}
	defer a.changes.Add(1)
	if f.Type == MetricDelay {
		a.cloud.SetMetricDelay(time.Duration(f.Delay))
		f.ID = string(MetricDelay)
		return f, nil
	}
	now := a.cloud.Faults().Now()
	injected := f.injected(now)
	injected.ID = a.cloud.Faults().Put(injected)
	return faultOf(injected, now), nil
}

// DeleteFault ends a fault, or all if the ID is empty, and returns what it was. The
// error is that there is none.
func (a *Admin) DeleteFault(id string) ([]Fault, error) {
	defer a.changes.Add(1)
	all := a.Faults()
	if id == "" {
		a.cloud.Faults().Clear()
		a.cloud.SetMetricDelay(0)
		return all, nil
	}
	i := slices.IndexFunc(all, func(f Fault) bool { return f.ID == id })
	if i < 0 {
		return nil, wrong("id: there is no fault %q; GET lists those that there are", id)
	}
	if id == string(MetricDelay) {
		a.cloud.SetMetricDelay(0)
	} else {
		a.cloud.Faults().Remove(id)
	}
	return all[i : i+1], nil
}

// faultMembers says which members a type of fault has besides id, type, service,
// operation, times and for.
var faultMembers = map[FaultType][]string{
	Latency:     {"delay"},
	Throttle:    {"rate", "burst"},
	Failure:     {"code", "message", "status", "afterEffect"},
	Timeout:     {"afterEffect"},
	Drop:        {"afterEffect"},
	MetricDelay: {"delay"},
}

// faultTypes lists the types for people.
const faultTypes = "latency, throttle, error, timeout, drop or metricDelay"

func (f Fault) check() error {
	members, known := faultMembers[f.Type]
	if !known {
		return wrong("type: %q is no type of fault; write %s", f.Type, faultTypes)
	}
	for _, m := range []struct {
		name  string
		given bool
	}{
		{"delay", f.Delay != 0},
		{"rate", f.Rate != nil},
		{"burst", f.Burst != nil},
		{"code", f.Code != ""},
		{"message", f.Message != ""},
		{"status", f.Status != 0},
		{"afterEffect", f.AfterEffect},
	} {
		if m.given && !slices.Contains(members, m.name) {
			return wrong("%s: a fault of the type %s has no such member; write any of %s", m.name, f.Type, strings.Join(members, ", "))
		}
	}
	if f.Type == MetricDelay {
		return f.checkMetricDelay()
	}
	if f.ID == string(MetricDelay) {
		return wrong("id: %s is the ID of the fault of that type; write another", f.ID)
	}
	return cmp.Or(f.checkCalls(), f.checkMembers())
}

func (f Fault) checkMetricDelay() error {
	switch {
	case f.ID != "" && f.ID != string(MetricDelay):
		return wrong("id: a metricDelay is the only one of its type; leave the ID out")
	case f.Service != "" || f.Operation != "" || f.Times != 0 || f.For != 0:
		return wrong("a metricDelay is of all metrics until it is removed; leave out service, operation, times and for")
	case f.Delay <= 0:
		return wrong("delay: %s is not possible; write how long after they are put metrics can be seen, such as 2m", time.Duration(f.Delay))
	}
	return nil
}

// checkCalls checks what says which calls are hit.
func (f Fault) checkCalls() error {
	if f.Service != "" && !slices.Contains(localcloud.Services(), f.Service) {
		return wrong("service: there is no %q; write one of %s", f.Service, strings.Join(localcloud.Services(), ", "))
	}
	if err := f.checkOperation(); err != nil {
		return err
	}
	switch {
	case f.Times < 0:
		return wrong("times: %d is not possible; write how many calls are hit, or 0 for all", f.Times)
	case f.For < 0:
		return wrong("for: %s is not possible; write a duration such as 10m", time.Duration(f.For))
	}
	return nil
}

// checkOperation refuses a name that no operation has: the fault would hit
// nothing, and nobody would be told.
func (f Fault) checkOperation() error {
	known := localcloud.Operations(f.Service)
	if f.Operation == "" || f.Operation == localcloud.AnyOperation || slices.Contains(known, f.Operation) {
		return nil
	}
	of := cmp.Or(f.Service, "the local cloud")
	if meant, ok := spelling.Nearest(f.Operation, known); ok {
		return wrong("operation: %s has no %q: did you mean %s?", of, f.Operation, meant)
	}
	if f.Service != "" {
		return wrong("operation: %s has no %q; write one of %s", of, f.Operation, strings.Join(known, ", "))
	}
	return wrong("operation: %s has no %q; write the name of an operation of AWS, such as PutScalingPolicy, or leave it out for all", of, f.Operation)
}

func (f Fault) checkMembers() error {
	switch {
	case f.Type == Latency && f.Delay <= 0:
		return wrong("delay: %s is not possible; write how long calls wait, such as 2s", time.Duration(f.Delay))
	case f.Type == Throttle && (f.Rate == nil || math.IsNaN(*f.Rate) || *f.Rate < 0 || math.IsInf(*f.Rate, 0)):
		return wrong("rate: write how many calls a second each account has, such as 2 or 0.5")
	case f.Type == Throttle && f.Burst != nil && *f.Burst < 0:
		return wrong("burst: %d is not possible; write how many calls can come at once, such as 5", *f.Burst)
	case f.Type == Failure && f.Status != 0 && (f.Status < 400 || f.Status > 599):
		return wrong("status: %d is not that of an error; write one from 400 to 599", f.Status)
	}
	return nil
}

// injected returns the fault as the cloud takes it.
func (f Fault) injected(now time.Time) localcloud.Fault {
	in := localcloud.Fault{
		ID: f.ID, Service: f.Service, Operation: cmp.Or(f.Operation, localcloud.AnyOperation), AfterEffect: f.AfterEffect, Times: f.Times,
	}
	if f.For > 0 {
		in.Until = now.Add(time.Duration(f.For))
	}
	switch f.Type {
	case Latency:
		in.Latency = time.Duration(f.Delay)
	case Throttle:
		in.Bucket = &localcloud.Bucket{Rate: rate.Limit(*f.Rate), Burst: int(math.Ceil(max(1, *f.Rate)))}
		if f.Burst != nil {
			in.Bucket.Burst = *f.Burst
		}
	case Failure:
		in.Error = f.answer()
	case Timeout:
		in.Hang = true
	case Drop, MetricDelay:
	}
	return in
}

// answer is the error of a fault. The default is that of all services, and so are the
// statuses of the two codes that are not the caller's mistake (AWS: Common Error
// Types).
func (f Fault) answer() *wire.Error {
	e := wire.Error{
		Code: "InternalFailure", Status: http.StatusInternalServerError,
		Message: "The request processing has failed because of an unknown error, exception or failure.",
	}
	if f.Code != "" && f.Code != e.Code {
		e = wire.Error{Code: f.Code, Status: http.StatusBadRequest}
	}
	if f.Code == "ServiceUnavailable" {
		e.Status = http.StatusServiceUnavailable
	}
	e.Message, e.Status = cmp.Or(f.Message, e.Message, e.Code), cmp.Or(f.Status, e.Status)
	return &e
}

func faultOf(in localcloud.Fault, now time.Time) Fault {
	f := Fault{ID: in.ID, Service: in.Service, AfterEffect: in.AfterEffect, Times: in.Times, Hits: in.Hits}
	if in.Operation != localcloud.AnyOperation {
		f.Operation = in.Operation
	}
	if !in.Until.IsZero() {
		f.For = Duration(max(0, in.Until.Sub(now)).Round(time.Millisecond))
	}
	switch {
	case in.Latency > 0:
		f.Type, f.Delay = Latency, Duration(in.Latency)
	case in.Bucket != nil:
		perSecond := float64(in.Bucket.Rate)
		f.Type, f.Rate, f.Burst = Throttle, &perSecond, &in.Bucket.Burst
	case in.Hang:
		f.Type = Timeout
	case in.Error == nil:
		f.Type = Drop
	default:
		f.Type, f.Code, f.Message, f.Status = Failure, in.Error.Code, in.Error.Message, in.Error.HTTPStatus()
	}
	return f
}
