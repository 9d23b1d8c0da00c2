// Package console is the lab's page to look at: http://127.0.0.1:8088 shows live
// what the local AWS scales, why, and what Kubernetes objects have to do with it,
// and has the controls for traffic, clock and faults.
//
// The server does the work. [Build] makes a [Page] of the state of the local AWS and
// the objects, which is a pure function and decides what is shown; html/template
// writes it, package chart draws. An open page holds one connection on which the
// server sends the sections that have become different, as HTML; a small script puts
// them in their places without disturbing the focus or what is being typed. Controls
// are forms, which the script posts as JSON to the local AWS's own API below
// /_setpoint/, which the console serves as well. Without the script the page shows
// one moment.
//
// It loads nothing from elsewhere, and its Content-Security-Policy says so.
package console

import (
	"cmp"
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
	"github.com/setpoint-io/setpoint/internal/report/chart"
)

// Cloud is the local AWS.
type Cloud interface {
	// ServeHTTP answers what is below /_setpoint/.
	http.Handler
	State(admin.StateQuery) admin.State
	History(admin.HistoryQuery) (admin.History, error)
}

// Kubernetes lists the objects of all three kinds in all namespaces.
type Kubernetes interface {
	List(context.Context) ([]v1alpha1.Object, error)
}

// Options are what a console is made of.
type Options struct {
	Cloud      Cloud
	Kubernetes Kubernetes
	// Hosts are names, besides those of loopback, under which browsers may ask for
	// the console, such as that of a proxy.
	Hosts  []string
	Logger *slog.Logger // default: slog.Default
	// Period is how often an open page is looked after; default: a second.
	Period time.Duration
}

// Console is the handler of the page.
type Console struct {
	options Options
	handler http.Handler

	mu      sync.Mutex
	changed chan struct{} // closed when something was changed by a control
	open    int           // connections of live pages
	latest  moment
}

// moment is what all pages see at a time.
type moment struct {
	at             time.Time
	state          admin.State
	objects        []v1alpha1.Object
	objectsProblem string
}

//go:embed assets
var assets embed.FS

// New returns a console.
func New(o Options) *Console {
	o.Period = cmp.Or(o.Period, time.Second)
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	c := &Console{options: o, changed: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", c.page)
	mux.HandleFunc("GET /live", c.live)
	mux.HandleFunc("/_setpoint/", c.control)
	mux.HandleFunc("GET /assets/chart.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		_, _ = w.Write([]byte(chart.Sheet))
	})
	mux.Handle("GET /assets/", http.FileServerFS(files{assets}))
	c.handler = guard(o.Hosts, mux)
	return c
}

// files are files without the folders that they are in.
type files struct{ fs.FS }

func (f files) Open(name string) (fs.File, error) {
	file, err := f.FS.Open(name)
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err != nil || info.IsDir() {
		_ = file.Close()
		return nil, fs.ErrNotExist
	}
	return file, nil
}

func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.handler.ServeHTTP(w, r) }

// page writes the page as it is now.
func (c *Console) page(w http.ResponseWriter, r *http.Request) {
	p := c.build(r.Context(), ParseQuery(r.URL.Query()), &past{})
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if err := p.WriteHTML(w); err != nil {
		// The visitor may be gone; there is nobody left to tell.
		c.options.Logger.Debug("the page was not written", "error", err)
	}
}

// control hands a request to the local AWS, and what it changes is shown at once.
func (c *Console) control(w http.ResponseWriter, r *http.Request) {
	c.options.Cloud.ServeHTTP(w, r)
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.changed)
	c.changed = make(chan struct{})
	c.latest = moment{}
}

// build makes the page of a query. The past is what was built of it before, which is
// used again if it is not too old.
func (c *Console) build(ctx context.Context, q Query, drawn *past) Page {
	m := c.moment(ctx)
	in := Input{Query: q, Wall: m.at, State: m.state, Objects: m.objects, ObjectsProblem: m.objectsProblem}
	key, target, ok := Look(m.state, q)
	if !ok {
		return Build(in)
	}
	if !drawn.holds(key, m.at) {
		from, to := q.Window(m.state.Clock.Time, target.CreationTime)
		*drawn = past{at: m.at, key: key}
		var err error
		drawn.history, err = c.options.Cloud.History(admin.HistoryQuery{Home: key.Home, Key: key.Key, From: from, To: to})
		if err != nil {
			drawn.problem = "The history is not known: " + err.Error()
		}
	}
	in.History, in.HistoryProblem, in.Drawn = drawn.history, drawn.problem, drawn.chart
	if q.Live() {
		detail := c.options.Cloud.State(admin.StateQuery{Home: key.Home, Key: key.Key, Activities: maxActivities + 1, Datapoints: 1})
		for _, p := range detail.Places {
			in.Activities = append(in.Activities, p.Activities...)
		}
	} else {
		in.Activities = in.History.Activities
	}
	p := Build(in)
	drawn.chart = &p.Target.Chart
	return p
}

// A chart of a long stretch of time is drawn of ten thousands of values, and a pixel
// of it is minutes: it is enough to draw it every few seconds.
const (
	longRange  = 12 * time.Hour
	longPeriod = 5 * time.Second
)

// past is the history of a target, and its chart.
type past struct {
	at      time.Time // on the wall
	key     Key
	history admin.History
	problem string
	chart   *Chart
}

// holds says that the past of a target need not be looked up again.
func (p *past) holds(key Key, now time.Time) bool {
	return p.chart != nil && p.key == key && p.chart.To.Sub(p.chart.From) >= longRange && now.Sub(p.at) < longPeriod
}

// fresh is how old what a page shows may be when it is made: windows that are open
// at the same time share it.
const fresh = 200 * time.Millisecond

// moment is what is to be seen now.
func (c *Console) moment(ctx context.Context) moment {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.latest.at) < fresh {
		return c.latest
	}
	m := moment{state: c.options.Cloud.State(admin.StateQuery{Activities: 1, Datapoints: 1})}
	var err error
	if m.objects, err = c.options.Kubernetes.List(ctx); err != nil {
		m.objectsProblem = "The API server does not list the objects: " + err.Error()
	}
	m.at = time.Now()
	c.latest = m
	return m
}
