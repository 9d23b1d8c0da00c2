package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/awsapi"
	"github.com/setpoint-io/setpoint/internal/awsapi/capacity"
	"github.com/setpoint-io/setpoint/internal/declared"
	"github.com/setpoint-io/setpoint/internal/plan"
	"github.com/setpoint-io/setpoint/internal/report"
)

// awsAccount is the AWS account whose credentials the command has, in every Region
// that is asked for.
type awsAccount struct {
	config   aws.Config
	endpoint string // of the flag, which wins over everything

	mu      sync.Mutex
	regions map[declared.Place]*awsRegion
	notes   warnings
}

// awsRegion is AWS in one Region.
type awsRegion struct {
	*awsapi.API
	capacity *capacity.Reader
}

// Capacity returns nil where the service of the dimension is not asked.
func (r *awsRegion) Capacity(ctx context.Context, id autoscaling.Identity) (*autoscaling.Capacity, error) {
	if !capacity.Known(id) {
		return nil, nil
	}
	return r.capacity.Read(ctx, id)
}

// account finds the AWS settings.
func (o *planOptions) account(ctx context.Context) (*awsAccount, error) {
	config, err := o.aws.config(ctx, "")
	if err != nil {
		return nil, err
	}
	return &awsAccount{config: config, endpoint: o.aws.endpoint, regions: map[declared.Place]*awsRegion{}}, nil
}

// home returns where the settings lead.
func (a *awsAccount) home(ctx context.Context) declared.Place {
	at := declared.Place{Region: a.config.Region}
	if caller, err := a.in(at).Account(ctx); err == nil {
		at.Account = caller.ID // no right is needed to ask, but some networks do not let one
	}
	return at
}

// in returns AWS in a Region, behind an endpoint that a namespace may choose.
func (a *awsAccount) in(at declared.Place) *awsRegion {
	if a.endpoint != "" {
		at.Endpoint = a.endpoint
	}
	at = declared.Place{Region: at.Region, Endpoint: at.Endpoint}
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.regions[at]
	if r == nil {
		config := a.config.Copy()
		config.Region = at.Region
		r = &awsRegion{capacity: capacity.New(config), API: awsapi.New(awsapi.Options{
			Config: config, Endpoint: at.Endpoint, IdentityEndpoint: a.endpoint, Version: version, Logger: slog.New(&a.notes),
		})}
		a.regions[at] = r
	}
	return r
}

func (a *awsAccount) open(at declared.Place) plan.AWS { return a.in(at) }

// warnings keeps what the reads of AWS warn of: what is wrong enough for a log
// is worth a note in the plan.
type warnings struct {
	mu     sync.Mutex
	texts  []string
	denied []*awsapi.Error
}

// Enabled, Handle, WithAttrs and WithGroup make a slog.Handler of the warnings.
func (w *warnings) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

// Handle keeps a record's message and error.
func (w *warnings) Handle(_ context.Context, r slog.Record) error {
	text := r.Message
	w.mu.Lock()
	defer w.mu.Unlock()
	r.Attrs(func(a slog.Attr) bool {
		err, ok := a.Value.Any().(error)
		if !ok {
			return true
		}
		text += ": " + err.Error()
		var api *awsapi.Error
		if errors.As(err, &api) && api.MissingRight() != "" {
			w.denied = append(w.denied, api)
		}
		return true
	})
	w.texts = append(w.texts, text)
	return nil
}

// WithAttrs and WithGroup add nothing: a note is a sentence.
func (w *warnings) WithAttrs([]slog.Attr) slog.Handler { return w }

// WithGroup returns the same handler.
func (w *warnings) WithGroup(string) slog.Handler { return w }

// addTo puts the notes into a plan.
func (w *warnings) addTo(p *report.Plan) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, text := range w.texts {
		p.Note(text)
	}
	for _, err := range w.denied {
		p.Missing(report.MissingRight{Action: err.MissingRight(), Resource: "*"})
	}
}

// Close ends the reads that are under way.
func (a *awsAccount) Close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, api := range a.regions {
		api.Close()
	}
}
