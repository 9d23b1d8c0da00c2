package admin_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
)

// FuzzAdmin asks anything: the answer is JSON, a refusal has a sentence, and the
// state can be told afterwards.
func FuzzAdmin(f *testing.F) {
	for _, seed := range [][3]string{
		{"PUT", "clock", `{"speed":60,"paused":true,"advance":"15m"}`},
		{"PUT", "traffic", `{"resourceId":"table/orders","scalableDimension":"dynamodb:table:ReadCapacityUnits","traffic":{"type":"wave","low":1,"high":9}}`},
		{"PUT", "traffic", `{"resourceId":"service/a/b","traffic":{"type":"replay","csv":"0,1\n60,2"}}`},
		{"PUT", "faults", `{"type":"throttle","rate":0.5,"burst":2,"times":3,"for":"1m"}`},
		{"PUT", "faults", `{"type":"error","code":"X","status":503,"afterEffect":true}`},
		{"PUT", "faults", `{"type":"drop","service":"ECS","operation":"CreateServices"}`},
		{"PUT", "faults", `{"type":"metricDelay","delay":"2m"}`},
		{"PUT", "resources", `{"serviceNamespace":"rds","resourceId":"cluster:c","capacity":2,"quota":5}`},
		{"DELETE", "traffic?resourceId=service/a/b", ""},
		{"DELETE", "faults?id=x", ""},
		{"GET", "state?activities=1&datapoints=3&region=x", ""},
		{"GET", "history?resourceId=service/a/b&from=2026-03-02T10:00:00Z", ""},
		{"GET", "history?namespace=A&metricName=B&dimension=C=D&statistic=p99&period=300", ""},
		{"POST", "reset", ""},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, method, path, body string) {
		path, query, _ := strings.Cut(path, "?")
		if path == "events" {
			return // it never ends
		}
		a := admin.New(localcloud.New(localcloud.Options{Paused: true, Logger: slog.New(slog.DiscardHandler)}))
		r := httptest.NewRequest(http.MethodGet, "/", strings.NewReader(body))
		r.Method, r.URL.Path, r.URL.RawQuery = method, "/_setpoint/"+path, query
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		if !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%s %s %q: %q is no JSON", method, path, body, w.Body)
		}
		var e admin.Error
		if w.Code >= 400 && (json.Unmarshal(w.Body.Bytes(), &e) != nil || e.Text == "") {
			t.Errorf("%s %s %q: %d %s says nothing", method, path, body, w.Code, w.Body)
		}
		if _, err := json.Marshal(a.State(admin.StateQuery{})); err != nil {
			t.Error(err)
		}
	})
}
