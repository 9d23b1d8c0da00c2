package admin

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxBody bounds a request: a recording of a year is smaller.
const maxBody = 64 << 20

// endpoint answers the requests of one method to one path.
type endpoint func(a *Admin, r *http.Request) (any, error)

// endpoints are the paths of the admin API, below the prefix, but for events.
var endpoints = map[string]map[string]endpoint{
	"state":   {"GET": (*Admin).getState},
	"history": {"GET": (*Admin).getHistory},
	"clock": {
		"GET": func(a *Admin, _ *http.Request) (any, error) { return a.Clock(), nil },
		"PUT": put(`{"speed": 60}`, func(a *Admin, r *http.Request, c ClockChange) (any, error) { return a.SetClock(r.Context(), c) }),
	},
	"traffic": {
		"GET": func(a *Admin, r *http.Request) (any, error) { return a.Traffic(selection(r)), nil },
		"PUT": put(`{"resourceId": "endpoint/demo-endpoint/variant/AllTraffic", "traffic": {"type": "constant", "rate": 600}}`,
			func(a *Admin, _ *http.Request, t Traffic) (any, error) { return a.PutTraffic(t) }),
		"DELETE": func(a *Admin, r *http.Request) (any, error) { return a.DeleteTraffic(selection(r)) },
	},
	"faults": {
		"GET": func(a *Admin, _ *http.Request) (any, error) { return a.Faults(), nil },
		"PUT": put(`{"type": "throttle", "operation": "PutScalingPolicy", "rate": 1, "burst": 2}`,
			func(a *Admin, _ *http.Request, f Fault) (any, error) { return a.PutFault(f) }),
		"DELETE": func(a *Admin, r *http.Request) (any, error) { return a.DeleteFault(r.URL.Query().Get("id")) },
	},
	"resources": {
		"GET": func(a *Admin, r *http.Request) (any, error) { return a.Resources(selection(r)), nil },
		"PUT": put(`{"serviceNamespace": "rds", "resourceId": "cluster:my-cluster", "capacity": 2}`,
			func(a *Admin, _ *http.Request, d Declared) (any, error) { return a.PutResource(d) }),
		"DELETE": func(a *Admin, r *http.Request) (any, error) { return a.DeleteResource(selection(r)) },
	},
	"reset": {"POST": func(a *Admin, _ *http.Request) (any, error) {
		a.Reset()
		return map[string]string{"status": "reset"}, nil
	}},
}

// parameters are those of the query string, by path and method. Others are an
// error, so that a misspelt one does not select everything.
var parameters = map[string][]string{
	"GET state":        append([]string{"activities", "datapoints"}, selecting...),
	"GET history":      append([]string{"from", "to", "namespace", "metricName", "dimension", "statistic", "period", "unit"}, selecting...),
	"GET traffic":      selecting,
	"DELETE traffic":   selecting,
	"GET resources":    selecting,
	"DELETE resources": selecting,
	"DELETE faults":    {"id"},
}

var selecting = []string{"account", "region", "serviceNamespace", "resourceId", "scalableDimension"}

func (a *Admin) serve(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, prefix)
	if name == "events" && r.Method == http.MethodGet {
		a.events(w, r)
		return
	}
	methods, known := endpoints[name]
	if !known {
		answer(w, http.StatusNotFound, wrong("there is nothing at %s; there are %s, %sevents and %shealth",
			r.URL.Path, prefix+strings.Join(names(endpoints), ", "+prefix), prefix, prefix))
		return
	}
	do, known := methods[r.Method]
	if !known {
		w.Header().Set("Allow", strings.Join(names(methods), ", "))
		answer(w, http.StatusMethodNotAllowed, wrong("%s %s is not possible; use %s", r.Method, r.URL.Path, strings.Join(names(methods), ", ")))
		return
	}
	out, err := any(nil), checkParameters(r.Method+" "+name, r.URL.Query())
	if err == nil {
		out, err = do(a, r)
	}
	if err != nil {
		answer(w, http.StatusBadRequest, asError(err))
		return
	}
	answer(w, http.StatusOK, out)
}

func asError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	if errors.Is(err, context.Canceled) {
		return wrong("the request was given up")
	}
	return wrong("%w", err)
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	// The client may be gone; there is nobody left to tell.
	_ = encoder.Encode(body)
}

func checkParameters(call string, given url.Values) error {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if allowed := parameters[call]; !slices.Contains(allowed, name) {
			if len(allowed) == 0 {
				return wrong("%s: %s has no parameters; leave it out", name, call)
			}
			return wrong("%s: %s has no such parameter; write any of %s", name, call, strings.Join(allowed, ", "))
		}
	}
	return nil
}

// put makes an endpoint of a function that takes a JSON object.
func put[T any](example string, do func(*Admin, *http.Request, T) (any, error)) endpoint {
	return func(a *Admin, r *http.Request) (any, error) {
		var in T
		decoder := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody))
		decoder.DisallowUnknownFields()
		err := decoder.Decode(&in)
		if err == nil {
			if _, more := decoder.Token(); !errors.Is(more, io.EOF) {
				err = errors.New("there is more after the object")
			}
		}
		if err != nil {
			return nil, wrong("the body cannot be read: %w; write a JSON object such as %s", err, example)
		}
		return do(a, r, in)
	}
}

// selection reads from the query string what a request is about.
func selection(r *http.Request) (Home, Key) {
	q := r.URL.Query()
	return Home{q.Get("account"), q.Get("region")},
		Key{ServiceNamespace: q.Get("serviceNamespace"), ResourceID: q.Get("resourceId"), ScalableDimension: q.Get("scalableDimension")}
}

func (a *Admin) getState(r *http.Request) (any, error) {
	var q StateQuery
	q.Home, q.Key = selection(r)
	var err error
	if q.Activities, err = number(r, "activities", 10_000); err != nil {
		return nil, err
	}
	if q.Datapoints, err = number(r, "datapoints", 1440); err != nil {
		return nil, err
	}
	return a.State(q), nil
}

// number reads a number of the query string; absent: 0.
func number(r *http.Request, name string, most int) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, wrong("%s: %q is not possible; write a number from 1 to %d", name, text, most)
	}
	return n, nil
}

func (a *Admin) getHistory(r *http.Request) (any, error) {
	var h HistoryQuery
	h.Home, h.Key = selection(r)
	q := r.URL.Query()
	h.Metric = MetricQuery{
		Namespace: q.Get("namespace"), MetricName: q.Get("metricName"), Dimensions: map[string]string{}, Statistic: q.Get("statistic"), Unit: q.Get("unit"),
	}
	for _, d := range q["dimension"] {
		name, value, ok := strings.Cut(d, "=")
		if !ok {
			return nil, wrong("dimension: %q is none; write NAME=VALUE, such as EndpointName=demo-endpoint", d)
		}
		h.Metric.Dimensions[name] = value
	}
	period, err := number(r, "period", 86400)
	if err != nil {
		return nil, err
	}
	h.Metric.Period = int32(period)
	for name, to := range map[string]*time.Time{"from": &h.From, "to": &h.To} {
		if text := q.Get(name); text != "" {
			if *to, err = time.Parse(time.RFC3339Nano, text); err != nil {
				return nil, wrong("%s: %q is no time; write one such as 2026-03-02T10:00:00Z, by the cloud's clock", name, text)
			}
		}
	}
	return a.History(h)
}
