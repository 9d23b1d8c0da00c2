package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/setpoint-io/setpoint/internal/localcloud"
)

// The flags that say which cluster is meant, and as whom, are kubectl's.
func TestPlanAsksTheClusterAsKubectlDoes(t *testing.T) {
	var (
		mu    sync.Mutex
		asked []string // who asked which cluster
	)
	serve := func(name string) string {
		// With TLS, because client-go shows credentials to nobody else.
		server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, strings.TrimSpace(strings.Join([]string{name, r.Header.Get("Authorization"), r.Header.Get("Impersonate-User"), strings.Join(r.Header.Values("Impersonate-Group"), ",")}, " ")))
			w.Header().Set("Content-Type", "application/json")
			if strings.HasSuffix(r.URL.Path, "/namespaces/shop") {
				fmt.Fprint(w, `{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}`)
				return
			}
			fmt.Fprint(w, `{"apiVersion":"applicationautoscaling.services.k8s.aws/v1alpha1","kind":"List","metadata":{},"items":[]}`)
		}))
		t.Cleanup(server.Close)
		return server.URL
	}
	kubeconfig := file(t, fmt.Sprintf(`{apiVersion: v1, kind: Config, current-context: c,
clusters: [{name: one, cluster: {server: %q, insecure-skip-tls-verify: true}}, {name: two, cluster: {server: %q, insecure-skip-tls-verify: true}}], contexts: [{name: c, context: {cluster: one, user: ann, namespace: shop}}],
users: [{name: ann, user: {token: ann}}, {name: bob, user: {token: bob}}]}`, serve("one"), serve("two")))
	w := newWorld(t)
	for _, c := range []struct {
		reason string
		args   []string
		want   string
	}{
		{"the context says it", nil, "one Bearer ann"},
		{"another cluster, and another user", []string{"--cluster", "two", "--user", "bob"}, "two Bearer bob"},
		{"as somebody else", []string{"--as", "eve", "--as-group", "dev", "--as-group", "ops"}, "one Bearer ann eve dev,ops"},
	} {
		asked = nil
		got := w.plan(t, append([]string{"--from-cluster", "--kubeconfig", kubeconfig}, c.args...)...)
		if who := slices.Compact(asked); got.code != 0 || !slices.Equal(who, []string{c.want}) {
			t.Errorf("%s: exit %d, asked %q, want %q\n%s", c.reason, got.code, who, c.want, got.err)
		}
	}
	for flag, want := range map[string]string{"--cluster": "one\ntwo\n", "--user": "ann\nbob\n"} {
		if got := setpoint(t, "", "__complete", "plan", "--kubeconfig", kubeconfig, flag, ""); !strings.HasPrefix(got.out, want) {
			t.Errorf("%s is completed from the kubeconfig file: %q, want %q", flag, got.out, want)
		}
	}
}

// Nobody waits for ever for what does not answer.
func TestPlanGivesUpWaiting(t *testing.T) {
	silent := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-silent }))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(silent) }) // before that
	kubeconfig := file(t, fmt.Sprintf("{apiVersion: v1, kind: Config, current-context: c, clusters: [{name: c, cluster: {server: %q}}], contexts: [{name: c, context: {cluster: c, user: u}}], users: [{name: u, user: {}}]}", server.URL))
	w := newWorld(t)
	if got := w.plan(t, "--from-cluster", "--kubeconfig", kubeconfig, "--request-timeout", "20ms"); got.code != 2 || !strings.Contains(got.err, "listing scalabletargets") {
		t.Errorf("a cluster that does not answer: exit %d\n%s", got.code, got.err)
	}
	w.cloud.Faults().Inject(localcloud.Fault{Operation: localcloud.AnyOperation, Hang: true})
	if got := w.plan(t, "-f", "testdata/plan/all.yaml", "--cli-read-timeout", "20ms"); got.code != 2 || !strings.Contains(got.err, "5 unknown") {
		t.Errorf("an AWS that does not answer: exit %d\n%s%s", got.code, got.out, got.err)
	}
	for _, value := range []string{"soon", "-1", "-1s"} {
		if got := w.plan(t, "-f", "testdata/plan/all.yaml", "--cli-read-timeout", value); got.code != 2 || !strings.Contains(got.err, "write a number of seconds") {
			t.Errorf("%s is no time to wait: exit %d\n%s", value, got.code, got.err)
		}
	}
}
