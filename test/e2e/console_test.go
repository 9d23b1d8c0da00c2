package e2e

import (
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/setpoint-io/setpoint/internal/lab"
)

// TestConsole watches in a browser what kubectl does, and sends traffic from there. On
// a machine without a browser it reads the page as it is without its script.
func TestConsole(t *testing.T) {
	w := newWorld(t)
	defer w.kubectl(w.manifest(targetManifest+"---\n"+policyManifest), "delete", "--ignore-not-found", "-f", "-")
	p := w.look()
	p.says("#targets", w.endpoint+" / AllTraffic")

	w.kubectl(w.manifest(targetManifest+"---\n"+policyManifest), "apply", "-f", "-")
	p.says("#summary", w.endpoint+" / AllTraffic")
	p.says("#summary", "1–2")
	p.says("#rules", "Holds InvocationsPerInstance at 60")
	p.says("#objects", "Resource synced successfully")
	w.kubectl("", "patch", "scalabletarget", "target", "--type=merge", "-p", `{"spec":{"maxCapacity":5}}`)
	p.says("#summary", "1–5")

	if p.ctx == nil {
		return
	}
	p.click("#traffic label:has([value=constant])")
	p.click("#traffic .primary")
	p.says("#summary", "constant")
	p.says("#traffic", "requests a minute arrive now")
	p.click("#traffic label:has([value=off])")
	p.click("#traffic .primary")
	p.says("#traffic", "None arrives.")
}

// page is an open page of the lab's console.
type page struct {
	*world
	ctx context.Context // of the browser; nil: there is none
	url string
}

// look opens the console at the world's endpoint.
func (w *world) look() page {
	w.Helper()
	address := theLab.ConsoleURL + "/?target=" + url.QueryEscape(lab.Account+"/"+lab.Region+"/"+dimension+"/"+w.resource()) + "&filter=" + url.QueryEscape(w.endpoint)
	names := []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "headless-shell"}
	if !slices.ContainsFunc(names, func(name string) bool { _, err := exec.LookPath(name); return err == nil }) {
		if os.Getenv("CI") != "" {
			w.Fatalf("there is no browser; install one of %s", strings.Join(names, ", "))
		}
		w.Logf("there is no browser, so controls are not tested; install one of %s", strings.Join(names, ", "))
		return page{w, nil, address}
	}
	ctx, cancel := chromedp.NewContext(w.ctx)
	w.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 3*patience)
	w.Cleanup(cancel)
	w.must(chromedp.Do(ctx, chromedp.EmulateViewport(1600, 900), chromedp.Navigate(address), chromedp.WaitVisible("#link.on")))
	return page{w, ctx, address}
}

func (p page) click(selector string) {
	p.Helper()
	p.must(chromedp.Do(p.ctx, chromedp.Click(selector)))
}

// says waits until an element of the page holds a text.
func (p page) says(selector, text string) {
	p.Helper()
	p.eventually(fmt.Sprintf("%s says %q", selector, text), func() error {
		says, err := p.read(selector)
		if err == nil && !strings.Contains(says, text) {
			err = fmt.Errorf("it says: %s", says)
		}
		return err
	})
}

// read returns what an element says, or all of the page without a browser.
func (p page) read(selector string) (string, error) {
	if p.ctx != nil {
		return chromedp.Run(p.ctx, chromedp.Evaluate[string](fmt.Sprintf("document.querySelector('%s').innerText", selector)))
	}
	r, err := http.NewRequestWithContext(p.world.ctx, http.MethodGet, p.url, nil)
	if err != nil {
		return "", err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return html.UnescapeString(string(body)), err
}
