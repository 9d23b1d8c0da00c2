package console

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// maxOpen is how many pages can be live at the same time.
const maxOpen = 100

// update is what an open page is sent: the sections that are different from what it
// has, and what to say.
type update struct {
	Sections map[string]string `json:"sections"`
	Title    string            `json:"title,omitempty"`
	News     string            `json:"news,omitempty"`
}

// live keeps an open page up to date by server-sent events, until it goes away.
func (c *Console) live(w http.ResponseWriter, r *http.Request) {
	if !c.enter() {
		http.Error(w, fmt.Sprintf("%d pages are live already; close one of them.", maxOpen), http.StatusServiceUnavailable)
		return
	}
	defer c.leave()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	visit := visit{console: c, query: ParseQuery(r.URL.Query()), sent: map[string]string{}}
	flush := http.NewResponseController(w).Flush
	if _, err := fmt.Fprint(w, "retry: 1000\n\n"); err != nil {
		return
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		changed := c.change()
		event, err := visit.next(r.Context(), changed)
		if err != nil {
			c.options.Logger.Error("a live page cannot be made", "error", err)
			return
		}
		if _, err := w.Write(event); err != nil {
			return
		}
		if err := flush(); err != nil {
			return
		}
		timer.Reset(c.options.Period)
		select {
		case <-r.Context().Done():
			return
		case <-changed:
		case <-timer.C:
		}
	}
}

func (c *Console) enter() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open >= maxOpen {
		return false
	}
	c.open++
	return true
}

func (c *Console) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open--
}

// change is closed when a control changes something.
func (c *Console) change() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.changed
}

// visit is an open page and what it has been sent.
type visit struct {
	console *Console
	query   Query
	sent    map[string]string
	title   string
	drawn   past
	changed <-chan struct{} // what a control closes after that was drawn
	told    Page            // what the news are compared with
	toldAt  time.Time
}

// quiet is how long there are no news after some: somebody has to listen to them.
const quiet = 5 * time.Second

// news says what has changed since something was said last.
func (v *visit) news(p Page) string {
	now := time.Now()
	if now.Sub(v.toldAt) < quiet {
		return ""
	}
	news := News(v.told, p)
	if news != "" || v.told.Target == nil || p.Target == nil || v.told.Target.Key != p.Target.Key {
		v.told = p
	}
	if news != "" {
		v.toldAt = now
	}
	return news
}

// next is the event that brings the page up to date. One without changes is a comment,
// by which a connection that is gone is noticed.
func (v *visit) next(ctx context.Context, changed <-chan struct{}) ([]byte, error) {
	if v.changed != changed {
		v.changed, v.drawn = changed, past{}
	}
	p := v.console.build(ctx, v.query, &v.drawn)
	u := update{Sections: map[string]string{}, News: v.news(p)}
	for _, name := range sections {
		html, err := p.section(name)
		if err != nil {
			return nil, err
		}
		if last, known := v.sent[name]; !known || last != html {
			u.Sections[name], v.sent[name] = html, html
		}
	}
	if title := p.Title(); title != v.title {
		u.Title, v.title = title, title
	}
	if len(u.Sections) == 0 {
		return []byte(":\n\n"), nil
	}
	body, err := json.Marshal(u)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "data: %s\n\n", body), nil
}
