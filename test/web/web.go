// Package web opens pages in a real browser, in tests, and looks at them as people
// do: in a narrow and a wide window, in light and in dark, without seeing them.
package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// programs are those that can be driven.
var programs = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "headless-shell"}

// Page is a page in a browser. It notes what should not be.
type Page struct {
	*testing.T
	Browser context.Context

	own      func(*url.URL) bool
	mu       sync.Mutex
	problems []string
}

// Open starts a browser for pages that may ask for addresses of their own only. It
// is false on a machine without a browser, which one that merges must not be.
func Open(t *testing.T, own func(*url.URL) bool) (*Page, bool) {
	t.Helper()
	if !slices.ContainsFunc(programs, func(name string) bool { _, err := exec.LookPath(name); return err == nil }) {
		if os.Getenv("CI") != "" {
			t.Fatalf("there is no browser; install one of %s", strings.Join(programs, ", "))
		}
		t.Logf("there is no browser, so the page is not tested in one; install one of %s", strings.Join(programs, ", "))
		return nil, false
	}
	p := &Page{T: t, own: own}
	ctx, cancel := chromedp.NewContext(t.Context())
	t.Cleanup(cancel)
	p.Browser, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	p.Must(chromedp.Listen(p.Browser, p.listen))
	for _, enable := range []func() error{
		func() error {
			_, err := chromedp.Call(p.Browser, network.Enable, network.EnableParams{})
			return err
		},
		func() error { _, err := chromedp.Call(p.Browser, cdplog.Enable, cdp.Empty{}); return err },
	} {
		p.Must(enable())
	}
	return p, true
}

// Must fails the test on an error.
func (p *Page) Must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// listen notes what the page says to the console, and what it asks others for.
func (p *Page) listen(event any) {
	problem := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		problem = "an exception: " + e.ExceptionDetails.Text
	case *runtime.EventConsoleAPICalled:
		problem = "something is written to the console: " + string(e.Type)
	case *cdplog.EventEntryAdded:
		problem = "the browser complains: " + e.Entry.Text + " " + e.Entry.URL
	case *network.EventRequestWillBeSent:
		if address, err := url.Parse(e.Request.URL); err != nil || !p.own(address) && address.Scheme != "data" {
			problem = "a request to somebody else: " + e.Request.URL
		}
	}
	if problem != "" {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.problems = append(p.problems, problem)
	}
}

// Calm fails the test if there was something that should not be.
func (p *Page) Calm() {
	p.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, problem := range p.problems {
		p.Error(problem)
	}
	p.problems = nil
}

// Forgive forgets problems that hold a text.
func (p *Page) Forgive(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.problems = slices.DeleteFunc(p.problems, func(problem string) bool { return strings.Contains(problem, text) })
}

// Do does what a person would.
func (p *Page) Do(steps ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	p.Must(chromedp.Do(p.Browser, steps...))
}

// Go opens an address with a look.
func (p *Page) Go(address string, look Look) {
	p.Helper()
	_, err := chromedp.Call(p.Browser, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: look.Scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
	})
	p.Must(err)
	p.Do(chromedp.EmulateViewport(look.Width, 900), chromedp.Navigate(address))
}

// Value evaluates an expression in the page.
func Value[T any](p *Page, expression string) T {
	p.Helper()
	v, err := chromedp.Run(p.Browser, chromedp.Evaluate[T](expression))
	if err != nil {
		p.Fatalf("%s: %v", expression, err)
	}
	return v
}

// Eventually waits until an expression is true in the page.
func (p *Page) Eventually(reason, expression string) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.Browser, 15*time.Second)
	defer cancel()
	for {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		switch {
		case err == nil && ok:
			return
		case ctx.Err() != nil:
			p.Fatalf("%s: %s does not become true; the page says:\n%s", reason, expression, Value[string](p, "document.body.innerText"))
		case err != nil:
			p.Fatalf("%s: %s: %v", reason, expression, err)
		}
		select {
		case <-time.After(30 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// Says waits until an element holds a text.
func (p *Page) Says(reason, selector, text string) {
	p.Helper()
	quoted, err := json.Marshal(text)
	p.Must(err)
	p.Eventually(reason, fmt.Sprintf("document.querySelector('%s')?.innerText.includes(%s)", selector, quoted))
}
