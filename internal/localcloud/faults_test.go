package localcloud

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

func unavailable() *wire.Error {
	return &wire.Error{Code: "InternalServiceFault", Message: "injected", Status: http.StatusInternalServerError}
}

func TestInject(t *testing.T) {
	cases := map[string]struct {
		reason string
		fault  Fault
		calls  []string // operations, in order
		want   []int    // the statuses
		alarms int      // that exist afterwards
	}{
		"Operation": {
			"a fault hits its operation only, for as many calls as it says",
			Fault{Operation: "PutMetricAlarm", Error: unavailable(), Times: 2},
			[]string{"DescribeAlarms", "PutMetricAlarm", "PutMetricAlarm", "PutMetricAlarm"}, []int{200, 500, 500, 200}, 1,
		},
		"Any": {
			"a fault may hit every operation",
			Fault{Operation: AnyOperation, Error: wire.Throttling(), Times: 2},
			[]string{"DescribeAlarms", "PutMetricAlarm", "PutMetricAlarm"}, []int{400, 400, 200}, 1,
		},
		"BeforeEffect": {
			"by default the operation does not happen",
			Fault{Operation: "PutMetricAlarm", Error: unavailable(), Times: 1},
			[]string{"PutMetricAlarm"}, []int{500}, 0,
		},
		"AfterEffect": {
			"the change may be made although the caller gets an error",
			Fault{Operation: "PutMetricAlarm", Error: unavailable(), AfterEffect: true, Times: 1},
			[]string{"PutMetricAlarm"}, []int{500}, 1,
		},
		"AfterOwnError": {
			"what fails by itself is answered so, and the fault waits for what works",
			Fault{Operation: "DeleteAlarms", Error: unavailable(), AfterEffect: true, Times: 1},
			[]string{"DeleteAlarms", "PutMetricAlarm", "DeleteAlarms", "DeleteAlarms"}, []int{404, 200, 500, 404}, 0,
		},
		"Service": {
			"a fault may be of one service",
			Fault{Service: STS, Operation: AnyOperation, Error: unavailable()},
			[]string{"PutMetricAlarm"}, []int{200}, 1,
		},
		"ThisService": {
			"and then hits that service",
			Fault{Service: CloudWatch, Operation: AnyOperation, Error: unavailable()},
			[]string{"PutMetricAlarm"}, []int{500}, 0,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := New(Options{})
			remove := c.Faults().Inject(tc.fault)
			for i, operation := range tc.calls {
				body := putBody("a")
				if operation == "DeleteAlarms" {
					body = `{"AlarmNames":["a"]}`
				}
				if status, answer := ask(c, operation, body); status != tc.want[i] {
					t.Errorf("%s: call %d, %s, answers %d %s, want %d", tc.reason, i, operation, status, answer, tc.want[i])
				}
			}
			remove()
			if n := count(t, c); n != tc.alarms {
				t.Errorf("%s: there are %d alarms, want %d", tc.reason, n, tc.alarms)
			}
		})
	}
}

func TestBuckets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{})
		c.Faults().Inject(Fault{ID: "slow", Service: CloudWatch, Operation: "PutMetricAlarm", Bucket: &Bucket{Rate: 1, Burst: 2}})
		for i, step := range []struct {
			reason, operation string
			status            int
			after             time.Duration
		}{
			{"the bucket is full", "PutMetricAlarm", 200, 0},
			{"the bucket holds two", "PutMetricAlarm", 200, 0},
			{"the bucket is empty", "PutMetricAlarm", 400, 0},
			{"it is that of one operation", "DescribeAlarms", 200, time.Second},
			{"a second later there is a token", "PutMetricAlarm", 200, 0},
			{"and no more", "PutMetricAlarm", 400, 0},
		} {
			if status, body := ask(c, step.operation, putBody("a")); status != step.status {
				t.Errorf("%d: %s: %d %s", i, step.reason, status, body)
			}
			time.Sleep(step.after)
		}
		if list := c.Faults().List(); len(list) != 1 || list[0].ID != "slow" || list[0].Hits != 2 {
			t.Errorf("the list says what is throttled and how often it was: %+v", list)
		}
		if !c.Faults().Remove("slow") || c.Faults().Remove("slow") {
			t.Error("a fault can be removed by its name, once")
		}
	})
}

func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{})
		c.Faults().Delay(AnyOperation, time.Minute)
		c.Faults().Inject(Fault{Operation: "DescribeAlarms", Latency: time.Second, Times: 1})
		for i, step := range []struct {
			reason, operation string
			waits             time.Duration
		}{
			{"what is said of an operation itself counts first", "DescribeAlarms", time.Second},
			{"as often as it says", "DescribeAlarms", time.Minute},
			{"what is said of all counts for the others", "ListMetrics", time.Minute},
		} {
			began := time.Now()
			ask(c, step.operation, "{}")
			if waited := time.Since(began); waited != step.waits {
				t.Errorf("%d: %s: it took %s, want %s", i, step.reason, waited, step.waits)
			}
		}
	})
}

func TestInjectUntil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{})
		c.Faults().Inject(Fault{Operation: AnyOperation, Error: unavailable(), Until: time.Now().Add(time.Minute)})
		remove := c.Faults().Inject(Fault{Operation: AnyOperation, Error: wire.Throttling()})
		for _, step := range []struct {
			reason string
			status int
			then   func()
		}{
			{"of two faults the first injected counts", 500, func() { time.Sleep(time.Minute) }},
			{"a fault ends at its time, and the next counts", 400, remove},
			{"a fault that is removed is gone", 200, func() { c.Faults().Inject(Fault{Operation: AnyOperation, Error: unavailable()}) }},
			{"a new fault counts at once", 500, c.Faults().Clear},
			{"clearing ends all", 200, func() {}},
		} {
			if status, body := ask(c, "DescribeAlarms", "{}"); status != step.status {
				t.Errorf("%s: %d %s", step.reason, status, body)
			}
			step.then()
		}
	})
}

func TestHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, after := range []bool{false, true} {
			c := New(Options{})
			c.Faults().Inject(Fault{Operation: "PutMetricAlarm", Hang: true, AfterEffect: after, Times: 1})
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			began := time.Now()
			c.ServeHTTP(httptest.NewRecorder(), jsonRequest(account, "PutMetricAlarm", putBody("a")).WithContext(ctx))
			if waited := time.Since(began); waited != time.Minute {
				t.Errorf("the client was kept for %s, want until it gives up", waited)
			}
			if n, want := count(t, c), map[bool]int{true: 1}[after]; n != want {
				t.Errorf("there are %d alarms, want %d: a write that hangs takes effect only as the fault says", n, want)
			}
			if status, body := ask(c, "PutMetricAlarm", putBody("a")); status != 200 {
				t.Errorf("the fault counts its calls, but the next one answers %d %s", status, body)
			}
		}
	})
}

func TestNoAnswer(t *testing.T) {
	c := New(Options{})
	server := httptest.NewServer(c)
	defer server.Close()
	c.Faults().Inject(Fault{Operation: "PutMetricAlarm", AfterEffect: true, Times: 1})
	r := jsonRequest(account, "PutMetricAlarm", putBody("a"))
	out, err := http.NewRequestWithContext(t.Context(), r.Method, server.URL, r.Body)
	if err != nil {
		t.Fatal(err)
	}
	out.Header = r.Header
	if response, err := http.DefaultClient.Do(out); err == nil {
		_ = response.Body.Close()
		t.Errorf("the connection must break, but the answer is %s", response.Status)
	}
	if n := count(t, c); n != 1 {
		t.Errorf("the change was made although there was no answer: %d alarms", n)
	}
	if e := c.Journal().Entries()[0]; e.Code != "NoAnswer" || e.Operation != "PutMetricAlarm" {
		t.Errorf("the journal has the call that was not answered: %+v", e)
	}
	c.Faults().Inject(Fault{Operation: AnyOperation, Times: 1})
	if status, _ := ask(c, "DescribeAlarms", "{}"); status != http.StatusServiceUnavailable {
		t.Errorf("where no connection can be broken the service is unavailable: %d", status)
	}
}

func TestDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{})
		c.Faults().Delay(AnyOperation, time.Second)
		c.Faults().Delay("PutMetricAlarm", time.Minute)
		took := func(operation string) time.Duration {
			began := time.Now()
			ask(c, operation, putBody("a"))
			return time.Since(began)
		}
		if d := took("PutMetricAlarm"); d != time.Minute {
			t.Errorf("the operation's own delay counts, not %s", d)
		}
		if d := took("DescribeAlarms"); d != time.Second {
			t.Errorf("the delay of all operations counts, not %s", d)
		}
		if e := c.Journal().Entries(); e[0].Duration != time.Minute || e[1].Duration != time.Second {
			t.Errorf("the journal has what the client felt: %s, %s", e[0].Duration, e[1].Duration)
		}
		c.Faults().Delay("PutMetricAlarm", 0)
		if d := took("PutMetricAlarm"); d != time.Second {
			t.Errorf("zero ends a delay: %s", d)
		}

		// Waiting holds no lock: what is not delayed overtakes.
		c.Faults().Delay(AnyOperation, 0)
		c.Faults().Delay("PutMetricAlarm", time.Hour)
		done := make(chan struct{})
		go func() { took("PutMetricAlarm"); close(done) }()
		synctest.Wait()
		if d := took("DescribeAlarms"); d != 0 {
			t.Errorf("a call waited %s for another's delay", d)
		}
		<-done
	})
}

func TestClientGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{})
		c.Faults().Delay("PutMetricAlarm", time.Minute)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		serve(c, jsonRequest(account, "PutMetricAlarm", putBody("a")).WithContext(ctx))
		if n := count(t, c); n != 0 {
			t.Errorf("a client that gave up while waiting has changed nothing: %d alarms", n)
		}
	})
}

func TestThrottle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{})
		c.Faults().Throttle(2, 3)
		answered := func(who string) string {
			var statuses strings.Builder
			for range 5 {
				status, body := serve(c, jsonRequest(who, "DescribeAlarms", "{}"))
				switch {
				case status == 200:
					statuses.WriteByte('.')
				case status == 400 && strings.Contains(body, `#ThrottlingException","message":"Rate exceeded"`):
					statuses.WriteByte('T')
				default:
					statuses.WriteString(body)
				}
			}
			return statuses.String()
		}
		for _, step := range []struct{ reason, who, want string }{
			{"a burst passes, the rest is throttled", account, "...TT"},
			{"other accounts have buckets of their own", "999988887777", "...TT"},
		} {
			if got := answered(step.who); got != step.want {
				t.Errorf("%s: %s, want %s", step.reason, got, step.want)
			}
		}
		time.Sleep(time.Second)
		if got := answered(account); got != "..TTT" {
			t.Errorf("after a second there are two tokens: %s", got)
		}
		c.Faults().Throttle(rate.Inf, 0)
		if got := answered(account); got != "....." {
			t.Errorf("an infinite rate ends throttling: %s", got)
		}
	})
}
