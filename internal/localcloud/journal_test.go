package localcloud

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestJournal(t *testing.T) {
	clock := newClock()
	c := New(Options{Now: clock.Now})
	ask(c, "PutMetricAlarm", putBody("a"))
	clock.now = clock.now.Add(time.Minute)
	ask(c, "DeleteAlarms", `{"AlarmNames":["x"]}`)
	serve(c, httptest.NewRequest(http.MethodGet, "/", nil))
	want := []Entry{
		{Time: clock.now.Add(-time.Minute), Account: account, Region: region, Service: CloudWatch, Operation: "PutMetricAlarm"},
		{Time: clock.now, Account: account, Region: region, Service: CloudWatch, Operation: "DeleteAlarms", Code: "ResourceNotFound"},
		{Time: clock.now, Account: DefaultAccount, Region: DefaultRegion, Code: "UnknownOperationException"},
	}
	if diff := cmp.Diff(want, c.Journal().Entries(), cmpopts.IgnoreFields(Entry{}, "Duration")); diff != "" {
		t.Errorf("every call is there, by the cloud's clock, with its error (-want +got):\n%s", diff)
	}
	j := c.Journal()
	if j.Count() != 3 || j.Count("PutMetricAlarm") != 1 || j.Count("PutMetricAlarm", "DeleteAlarms", "SetAlarmState") != 2 {
		t.Errorf("calls are counted by operation: %d, %d", j.Count(), j.Count("PutMetricAlarm"))
	}
	serve(c, httptest.NewRequest(http.MethodGet, "/_setpoint/health", nil))
	if j.Count() != 3 {
		t.Error("the cloud's own paths are no calls of AWS")
	}
	j.Reset()
	if j.Count() != 0 || j.Count("PutMetricAlarm") != 0 || len(j.Entries()) != 0 {
		t.Error("a reset forgets all")
	}
}

func TestJournalIsBounded(t *testing.T) {
	j := newJournal(3)
	for i := range 10 {
		j.add(Entry{Operation: fmt.Sprint("Op", i)})
	}
	var kept []string
	for _, e := range j.Entries() {
		kept = append(kept, e.Operation)
	}
	if diff := cmp.Diff([]string{"Op7", "Op8", "Op9"}, kept); diff != "" {
		t.Errorf("the last entries are kept, oldest first (-want +got):\n%s", diff)
	}
	if j.Count() != 10 || j.Count("Op0") != 1 {
		t.Errorf("counts are exact though entries are gone: %d, %d", j.Count(), j.Count("Op0"))
	}
	j.Reset()
	j.add(Entry{Operation: "again"})
	if e := j.Entries(); len(e) != 1 || e[0].Operation != "again" {
		t.Errorf("a journal that was reset starts anew: %v", e)
	}
	for i := range 2 * maxOperations {
		j.add(Entry{Operation: fmt.Sprint("Invented", i)})
	}
	if len(j.counts) > maxOperations || j.Count() != 2*maxOperations+1 || j.Count("again") != 1 {
		t.Errorf("invented operations do not fill the memory: %d names", len(j.counts))
	}
}

func TestLog(t *testing.T) {
	cases := map[string]struct {
		reason string
		level  slog.Level
		want   string
	}{
		"Info":  {"calls are not news", slog.LevelInfo, ""},
		"Debug": {"at debug level each call is logged, with its error", slog.LevelDebug, "service=CloudWatch operation=DeleteAlarms account=111122223333 region=eu-west-1 code=ResourceNotFound"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var log strings.Builder
			c := New(Options{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: tc.level}))})
			ask(c, "DeleteAlarms", `{"AlarmNames":["x"]}`)
			if got := log.String(); (tc.want == "") != (got == "") || !strings.Contains(got, tc.want) {
				t.Errorf("%s: %q", tc.reason, got)
			}
		})
	}
}
