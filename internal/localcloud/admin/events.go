package admin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

const (
	// eventPause is how often there is an event at most.
	eventPause = 250 * time.Millisecond
	// maxSilent is how many pauses a stream is silent at most, so that what is
	// between server and browser keeps it open.
	maxSilent = 60
)

// Event tells how far the cloud is now.
func (a *Admin) Event() Event {
	return Event{Version: a.version(), Requests: a.cloud.Journal().Count(), Clock: a.Clock()}
}

// events answers with server-sent events named "state": one at once, and then one
// when the state has changed.
func (a *Admin) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	ticker := time.NewTicker(eventPause)
	defer ticker.Stop()
	told := a.Event()
	for silent := 0; send(w, told) == nil; silent = 0 {
		for e := told; e.Version == told.Version && e.Requests == told.Requests && silent < maxSilent; silent++ {
			select {
			case <-r.Context().Done():
				return
			case <-ticker.C:
				e = a.Event()
			}
		}
		told = a.Event()
	}
}

func send(w http.ResponseWriter, e Event) error {
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "event: state\nid: %d\ndata: %s\n\n", e.Version, data); err != nil {
		return err
	}
	return http.NewResponseController(w).Flush()
}
