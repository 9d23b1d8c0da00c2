package console

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// serve starts a console of the sample.
func serve(t *testing.T, o Options) (*httptest.Server, *fakeCloud) {
	t.Helper()
	cloud := &fakeCloud{state: sampleState()}
	o.Cloud = cloud
	if o.Kubernetes == nil {
		o.Kubernetes = fakeKubernetes(sampleObjects())
	}
	server := httptest.NewServer(New(o))
	t.Cleanup(server.Close)
	return server, cloud
}

func TestWhoGetsIn(t *testing.T) {
	server, cloud := serve(t, Options{Hosts: []string{"lab.example.com"}})
	for _, c := range []struct {
		reason, method, path, host string
		headers                    map[string]string
		want                       int
	}{
		{"the page by its address", "GET", "/", "", nil, 200},
		{"by the name of loopback", "GET", "/", "localhost:8088", nil, 200},
		{"by IPv6", "GET", "/", "[::1]:8088", nil, 200},
		{"by another address of loopback", "GET", "/", "127.1.2.3", nil, 200},
		{"by a name that was given", "GET", "/", "Lab.example.com:80", nil, 200},
		{"by a name that leads here (DNS rebinding)", "GET", "/", "evil.example.com:8088", nil, 421},
		{"by a name that begins well", "GET", "/_setpoint/state", "localhost.evil.example.com", nil, 421},
		{"by a name that looks like an address", "GET", "/", "127.0.0.1.evil.example.com", nil, 421},
		{"by an address that is not of loopback", "GET", "/live", "192.0.2.1:8088", nil, 421},
		{"by no name that there could be", "GET", "/", " ", nil, 421},
		{"a program", "PUT", "/_setpoint/clock", "", nil, 200},
		{"the page's own script", "PUT", "/_setpoint/clock", "", map[string]string{"Sec-Fetch-Site": "same-origin"}, 200},
		{"a page of somebody else", "PUT", "/_setpoint/clock", "", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{"another port of the same machine", "POST", "/_setpoint/reset", "", map[string]string{"Sec-Fetch-Site": "same-site"}, 403},
		{"a page of somebody else in an old browser", "DELETE", "/_setpoint/faults", "", map[string]string{"Origin": "http://evil.example.com"}, 403},
		{"the page itself in an old browser", "DELETE", "/_setpoint/faults", "127.0.0.1:8088", map[string]string{"Origin": "http://127.0.0.1:8088"}, 200},
		{"what is not there", "GET", "/nothing", "", nil, 404},
		{"a folder", "GET", "/assets/", "", nil, 404},
		{"a file of the source", "GET", "/assets/../console.go", "", nil, 404},
		{"a page does not take what is posted to it", "POST", "/", "", nil, 405},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, server.URL+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = c.host
		for name, value := range c.headers {
			r.Header.Set(name, value)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatalf("%s: %v", c.reason, err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != c.want {
			t.Errorf("%s: %s, want %d", c.reason, answer.Status, c.want)
		}
		if answer.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: there is no Content-Security-Policy", c.reason)
		}
	}
	if diff := cmp.Diff([]string{"PUT /_setpoint/clock", "PUT /_setpoint/clock", "DELETE /_setpoint/faults"}, cloud.calls); diff != "" {
		t.Errorf("what got to the local AWS (-want +got):\n%s", diff)
	}
}

func get(t *testing.T, url string) (string, http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v\n%s", url, answer.Status, err, body)
	}
	return string(body), answer.Header
}

// The page is complete without its script, and everything that it loads is there.
func TestThePageAndItsFiles(t *testing.T) {
	server, _ := serve(t, Options{})
	page, header := get(t, server.URL+"/?target="+"000000000000/us-west-2/sagemaker:variant:DesiredInstanceCount/endpoint/demo-endpoint-hours/variant/AllTraffic")
	if got := header.Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'self';") {
		t.Errorf("the policy is %q", got)
	}
	for _, want := range []string{"<title>demo-endpoint-hours / AllTraffic – Setpoint lab</title>", "<main", "<nav", "<svg xmlns", "broken-action"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	for _, forbidden := range []string{"<style", " style=", "onclick", "https://", "http://127"} {
		if strings.Contains(page, forbidden) {
			t.Errorf("the page has %q, which its policy refuses or which leads elsewhere", forbidden)
		}
	}
	for path, kind := range map[string]string{
		"/assets/console.css": "text/css; charset=utf-8", "/assets/chart.css": "text/css; charset=utf-8",
		"/assets/console.js": "text/javascript; charset=utf-8", "/assets/icon.svg": "image/svg+xml",
	} {
		if !strings.Contains(page, path) {
			t.Errorf("the page does not use %s", path)
		}
		if _, header := get(t, server.URL+path); header.Get("Content-Type") != kind {
			t.Errorf("%s is of the type %q, want %q", path, header.Get("Content-Type"), kind)
		}
	}
}

// stream reads the events of a live page.
type stream struct {
	*testing.T
	lines *bufio.Scanner
}

func (s stream) next() update {
	s.Helper()
	for s.lines.Scan() {
		data, ok := strings.CutPrefix(s.lines.Text(), "data: ")
		if !ok {
			continue
		}
		var u update
		if err := json.Unmarshal([]byte(data), &u); err != nil {
			s.Fatal(err)
		}
		return u
	}
	s.Fatalf("the stream ended: %v", s.lines.Err())
	return update{}
}

func live(t *testing.T, url string) stream {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	if answer.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("the stream is of the type %q", answer.Header.Get("Content-Type"))
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 4<<20)
	return stream{t, lines}
}

// An open page gets everything once, then what has changed, and what a control
// changes at once.
func TestLive(t *testing.T) {
	server, cloud := serve(t, Options{Period: time.Hour})
	s := live(t, server.URL+"/live?width=640")
	all := s.next()
	for _, name := range sections {
		if all.Sections[name] == "" {
			t.Errorf("the first event has no section %s", name)
		}
	}
	if all.Title != "demo-endpoint / AllTraffic – Setpoint lab" || all.News != "" {
		t.Errorf("the first event has the title %q and the news %q", all.Title, all.News)
	}
	cloud.mu.Lock()
	cloud.state.Places[0].Alarms[0].State = "OK"
	cloud.mu.Unlock()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, server.URL+"/_setpoint/clock", strings.NewReader(`{"advance":"15m"}`))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	change := s.next()
	var names []string
	for name := range change.Sections {
		names = append(names, name)
	}
	slices.Sort(names)
	if diff := cmp.Diff([]string{"rules"}, names); diff != "" {
		t.Errorf("an alarm is in the section rules alone (-want +got):\n%s", diff)
	}
	if change.News != "High alarm: OK. 2 of 3 in service." || change.Title != "" {
		t.Errorf("the news are %q, the title %q", change.News, change.Title)
	}
}

// There is an end to how many pages are live, and one that goes makes room.
func TestTooManyLivePages(t *testing.T) {
	c := New(Options{Cloud: &fakeCloud{state: sampleState()}, Kubernetes: fakeKubernetes(nil)})
	for range maxOpen {
		if !c.enter() {
			t.Fatal("a page is refused")
		}
	}
	answer := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/live", nil)
	r.Host = "127.0.0.1:8088"
	c.ServeHTTP(answer, r)
	if answer.Code != http.StatusServiceUnavailable {
		t.Errorf("one more page is answered %d", answer.Code)
	}
	c.leave()
	if !c.enter() {
		t.Error("there is no room although a page has gone")
	}
}

// brokenKubernetes is an API server that has gone.
type brokenKubernetes struct{}

func (brokenKubernetes) List(context.Context) ([]v1alpha1.Object, error) {
	return nil, errors.New("connection refused")
}

func TestAPIServerThatIsGone(t *testing.T) {
	server, _ := serve(t, Options{Kubernetes: brokenKubernetes{}})
	page, _ := get(t, server.URL)
	if !strings.Contains(page, "The API server does not list the objects: connection refused") || !strings.Contains(page, "demo-endpoint / AllTraffic") {
		t.Error("the page does not say that the API server is gone, or does not show the rest")
	}
}
