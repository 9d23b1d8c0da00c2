package operator

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// lock is a Lease that refuses, if it shall.
type lock struct {
	resourcelock.Interface
	slow time.Duration
	err  error
}

func (l *lock) Identity() string { return "we" }

func (l *lock) Create(context.Context, resourcelock.LeaderElectionRecord) error { return l.answer() }
func (l *lock) Update(context.Context, resourcelock.LeaderElectionRecord) error { return l.answer() }

func (l *lock) answer() error {
	time.Sleep(l.slow)
	return l.err
}

func TestTheLeadIsHeldAsLongAsNobodyElseCanHaveIt(t *testing.T) {
	renew := func(l *lead, holder string) {
		_ = l.Update(t.Context(), resourcelock.LeaderElectionRecord{HolderIdentity: holder})
	}
	take := func(l *lead) {
		_ = l.Create(t.Context(), resourcelock.LeaderElectionRecord{HolderIdentity: "we"})
	}
	for name, c := range map[string]struct {
		reason string
		act    func(*lead, *lock)
		held   bool
	}{
		"never ours":           {"who stands by may ask what it may do, which is a POST", func(*lead, *lock) {}, true},
		"taken":                {"it is ours", func(l *lead, _ *lock) { take(l) }, true},
		"taken long ago":       {"another may have it at the end of the Lease", func(l *lead, _ *lock) { take(l); time.Sleep(renewDeadline) }, false},
		"taken shortly before": {"there is time left", func(l *lead, _ *lock) { take(l); time.Sleep(renewDeadline - 1) }, true},
		"renewed": {"it counts from the last time", func(l *lead, _ *lock) {
			take(l)
			time.Sleep(renewDeadline - 1)
			renew(l, "we")
			time.Sleep(time.Second)
		}, true},
		"renewed after a sleep": {"the API server would have refused that if another had it", func(l *lead, _ *lock) { take(l); time.Sleep(time.Hour); renew(l, "we") }, true},
		"given back":            {"another may take it at once", func(l *lead, _ *lock) { take(l); renew(l, "") }, false},
		"not renewed": {"what was refused does not count", func(l *lead, in *lock) {
			take(l)
			time.Sleep(renewDeadline - 1)
			in.err = errors.New("no")
			renew(l, "we")
			time.Sleep(time.Second)
		}, false},
		"renewed by a slow call": {"others see it when it arrives, which may be soon after it was sent", func(l *lead, in *lock) { in.slow = renewDeadline; take(l) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				in := &lock{}
				l := &lead{Interface: in}
				c.act(l, in)
				if held := l.held() == nil; held != c.held {
					t.Errorf("%s: it is held: %t", c.reason, held)
				}
			})
		})
	}
}

type sent int

func (s *sent) RoundTrip(*http.Request) (*http.Response, error) {
	*s++
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
}

func TestOnlyTheLeaderWritesToKubernetes(t *testing.T) {
	var reached sent
	l := &lead{Interface: &lock{}}
	client, err := rest.HTTPClientFor(l.guard(&rest.Config{Host: "http://kubernetes.test", Transport: &reached}))
	if err != nil {
		t.Fatal(err)
	}
	ask := func(method string) error {
		r, err := http.NewRequestWithContext(t.Context(), method, "http://kubernetes.test/api", nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(r)
		if err == nil {
			_ = answer.Body.Close()
		}
		return err
	}
	past := time.Now().Add(-time.Second)
	l.until.Store(&past)
	if err := ask(http.MethodPatch); !errors.Is(err, errLeadLost) || reached != 0 {
		t.Errorf("a write was sent %d times though the lead is lost: %v", reached, err)
	}
	if err := ask(http.MethodGet); err != nil || reached != 1 {
		t.Errorf("a read harms nobody: sent %d times, %v", reached, err)
	}
	future := time.Now().Add(time.Hour)
	l.until.Store(&future)
	if err := ask(http.MethodPatch); err != nil || reached != 2 {
		t.Errorf("the leader's write was sent %d times: %v", reached-1, err)
	}
}
