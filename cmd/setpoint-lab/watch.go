package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/lab"
	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
)

// variant is the resource that the guide scales.
const variant = "endpoint/" + lab.SeedEndpoint + "/variant/" + lab.SeedVariant

// putAdmin prints a command to the admin API of the local AWS, and gives it.
func putAdmin(path, body string) action {
	return func(ctx context.Context, d *demo) error {
		d.command(fmt.Sprintf("curl -X PUT %s/_setpoint/%s -d '%s'", d.lab.CloudURL, path, body))
		return d.admin(ctx, http.MethodPut, path, body)
	}
}

// deleteTraffic ends the traffic of the variant.
func deleteTraffic() action {
	return func(ctx context.Context, d *demo) error {
		path := "traffic?resourceId=" + variant
		d.command(fmt.Sprintf("curl -X DELETE '%s/_setpoint/%s'", d.lab.CloudURL, path))
		return d.admin(ctx, http.MethodDelete, path, "")
	}
}

func (d *demo) admin(ctx context.Context, method, path, body string) error {
	request, err := http.NewRequestWithContext(ctx, method, d.lab.CloudURL+"/_setpoint/"+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	answer, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return err
	}
	var short bytes.Buffer
	if json.Compact(&short, answer) == nil {
		answer = short.Bytes()
	}
	d.answer(string(answer))
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the admin API answered %s", response.Status)
	}
	return nil
}

// patience is how long the demo waits for the variant to scale, by our clock.
const patience = 90 * time.Second

// watchUntil prints what happens to the variant, with its causes, until that many
// instances are asked for and in service.
func watchUntil(instances int32) action {
	return func(ctx context.Context, d *demo) error {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		fmt.Fprintln(d.out)
		w := watcher{demo: d, alarms: map[string]string{}, activities: map[string]string{}}
		w.look(false) // what there is already is no news
		for !w.reached(instances) {
			select {
			case <-ctx.Done():
				return fmt.Errorf("the variant did not reach %d instances within %s: %w", instances, patience, ctx.Err())
			case <-time.After(50 * time.Millisecond):
				w.look(true)
			}
		}
		return nil
	}
}

// A watcher tells what has changed since it looked last.
type watcher struct {
	*demo
	target     admin.Target
	alarms     map[string]string // state by name
	activities map[string]string // status by ID
}

func (w *watcher) reached(instances int32) bool {
	return w.target.Settled && w.target.Current == instances
}

func (w *watcher) look(tell bool) {
	key := admin.Key{ServiceNamespace: string(namespace), ResourceID: variant}
	state := w.lab.Admin.State(admin.StateQuery{Home: admin.Home{Account: lab.Account, Region: lab.Region}, Key: key})
	if len(state.Places) == 0 || len(state.Places[0].Targets) == 0 {
		return
	}
	here := state.Places[0]
	for _, a := range here.Alarms {
		if was := w.alarms[a.Name]; tell && was != a.State {
			w.say(a.Since, fmt.Sprintf("alarm %s: %s -> %s", a.Name, was, a.State), a.Reason)
		}
		w.alarms[a.Name] = a.State
	}
	for i := range here.Activities {
		a := here.Activities[len(here.Activities)-1-i] // the first comes last
		if tell && w.activities[a.ID] != a.Status {
			w.sayActivity(a)
		}
		w.activities[a.ID] = a.Status
	}
	target := here.Targets[0]
	if tell && target.Current != w.target.Current {
		w.say(state.Clock.Time, fmt.Sprintf("%d of %d instances in service", target.Current, target.Desired), "")
	}
	w.target = target
}

func (w *watcher) sayActivity(a admin.Activity) {
	if a.End != nil {
		w.say(*a.End, a.Status+": "+a.Message, "")
		return
	}
	w.say(a.Start, a.Status+": "+a.Description, "Cause: "+a.Cause)
}

func (w *watcher) say(at time.Time, what, why string) {
	fmt.Fprintf(w.out, "    %s  %s\n", at.UTC().Format(time.TimeOnly), w.bold(what))
	if why != "" {
		fmt.Fprintf(w.out, "              %s\n", why)
	}
}
