package localcloud

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/setpoint-io/setpoint/internal/localcloud/sagemaker"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// ServeHTTP answers one request: one of AWS's, or for what runs, as tools look
// for it: GET /_setpoint/health and GET /_localstack/health. Package admin has
// the rest of what is below /_setpoint/.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case len(r.URL.Path) < 2 || r.URL.Path[1] != '_':
		c.serveAWS(w, r)
	case r.Method == http.MethodGet && (r.URL.Path == "/_setpoint/health" || r.URL.Path == "/_localstack/health"):
		serveHealth(w)
	default:
		writeJSON(w, http.StatusNotFound, map[string]string{
			"error": r.Method + " " + r.URL.Path + " is unknown; there is GET /_setpoint/health",
		})
	}
}

func serveHealth(w http.ResponseWriter) {
	running := map[string]string{}
	for _, b := range bindings {
		running[b.name] = "running"
	}
	writeJSON(w, http.StatusOK, map[string]any{"status": "running", "services": running})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// The client may be gone; there is nobody left to tell.
	_ = json.NewEncoder(w).Encode(body)
}

// serveAWS answers a request to a service.
func (c *Cloud) serveAWS(w http.ResponseWriter, r *http.Request) {
	began := c.wall()
	call, err := wire.Read(r, sagemaker.RuntimeOperations...)
	scope := c.scope(call.Credential)
	var b binding
	if err == nil {
		b, err = route(call)
	}
	var out any
	if err == nil {
		out, err = c.perform(r.Context(), b, call.Request(scope))
	}
	if errors.Is(err, errHang) {
		<-r.Context().Done()
		err = errNoAnswer
	}
	entry := Entry{
		Time: c.clock.Now(), Account: scope.Account, Region: scope.Region, Service: b.name, Operation: call.Operation,
	}
	if errors.Is(err, errNoAnswer) {
		entry.Code, entry.Duration = noAnswerCode, c.wall().Sub(began)
		c.record(r.Context(), entry, nil)
		hangUp(w)
		return
	}
	answer := call.Answer(b.api, out, err)
	if answer.Err != nil {
		entry.Code = answer.Err.Code
	}
	entry.Duration = c.wall().Sub(began)
	c.record(r.Context(), entry, answer.Err)
	// Clients read AWS's clock from the answers.
	w.Header().Set("Date", c.clock.Now().UTC().Format(http.TimeFormat))
	answer.Write(w)
}

// scope finds out whose request it is.
func (c *Cloud) scope(credential wire.Credential) wire.Scope {
	s := wire.Scope{Account: c.options.Account, Region: credential.Region, AccessKey: credential.AccessKey}
	if s.Region == "" {
		s.Region = c.options.Region
	}
	switch {
	case s.AccessKey == "":
		return s
	case isAccount(s.AccessKey):
		s.Account = s.AccessKey
		return s
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if account, ok := c.services.sts.Account(s.AccessKey); ok {
		s.Account = account
	}
	return s
}

func isAccount(key string) bool {
	if len(key) != len(DefaultAccount) {
		return false
	}
	for _, r := range key {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

// perform has the service handle the request, with the faults that are
// injected. Waiting happens without the lock.
func (c *Cloud) perform(ctx context.Context, b binding, r *wire.Request) (any, error) {
	if err := c.faults.before(ctx, b.name, r); err != nil {
		return nil, err
	}
	out, err := c.handle(ctx, b, r)
	if err != nil {
		return nil, err
	}
	return out, c.faults.after(b.name, r)
}

func (c *Cloud) handle(ctx context.Context, b binding, r *wire.Request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.catchUp()
	c.enter(wire.Scope{Account: r.Account, Region: r.Region})
	if !reads(r.Operation) {
		c.version.Add(1)
	}
	taken := c.taken
	out, err := b.service(c.services).Handle(ctx, r)
	c.tellCall(b, r, c.taken != taken, err)
	return out, err
}

// reach fails a call of CloudWatch that Application Auto Scaling is about to make
// while it handles a request. Replaying a change has no faults: one that they
// prevented was none.
func (c *Cloud) reach(s wire.Scope, operation string) error {
	if c.replaying {
		return nil
	}
	return c.faults.within(CloudWatch, operation, s.Account)
}

// reads tells whether an operation changes nothing, which its name says.
func reads(operation string) bool {
	for _, prefix := range []string{"Describe", "List", "Get"} {
		if strings.HasPrefix(operation, prefix) {
			return true
		}
	}
	return false
}

// record writes the journal and the log.
func (c *Cloud) record(ctx context.Context, e Entry, answered *wire.Error) {
	c.journal.add(e)
	level := slog.LevelDebug
	if answered != nil && answered.Code == "InternalFailure" {
		level = slog.LevelError
	}
	if !c.options.Logger.Enabled(ctx, level) {
		return
	}
	attributes := []slog.Attr{
		slog.String("service", e.Service), slog.String("operation", e.Operation),
		slog.String("account", e.Account), slog.String("region", e.Region),
		slog.String("code", e.Code), slog.Duration("duration", e.Duration),
	}
	if answered != nil {
		attributes = append(attributes, slog.String("message", answered.Message))
	}
	c.options.Logger.LogAttrs(ctx, level, "call", attributes...)
}

// hangUp closes the connection without an answer, as a network that broke. A
// server that cannot do that answers that it is unavailable.
func hangUp(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	_ = connection.Close()
}
