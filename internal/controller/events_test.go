package controller

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"golang.org/x/time/rate"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

func TestWarningsPassWhereOtherEventsAreTooMany(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	recorder := events.NewFakeRecorder(100)
	r := &Reconciler{
		events: recorder, eventLimit: rate.NewLimiter(1, 2), now: func() time.Time { return now },
		metrics: collecting(t, 10),
	}
	m := &member{obj: &v1alpha1.ScalableTarget{}}
	emit := func(eventType string, n int) (written int) {
		for range n {
			r.event(m, eventType, "Reason", "Action", "note")
		}
		written = len(recorder.Events)
		for range written {
			<-recorder.Events
		}
		return written
	}
	for _, c := range []struct {
		reason, eventType string
		later             time.Duration
		emitted, written  int
	}{
		{"a burst passes up to its size", corev1.EventTypeNormal, 0, 5, 2},
		{"a warning is never dropped", corev1.EventTypeWarning, 0, 5, 5},
		{"the limit recovers with time", corev1.EventTypeNormal, time.Second, 3, 1},
	} {
		now = now.Add(c.later)
		if got := emit(c.eventType, c.emitted); got != c.written {
			t.Errorf("%d of %d events were written, want %d: %s", got, c.emitted, c.written, c.reason)
		}
	}
	if got := testutil.ToFloat64(r.metrics.eventsDropped); got != 5 {
		t.Errorf("%v events are counted as dropped, want 5", got)
	}
}

// TestTheLogOfAChangeNamesItsObject, by which one looks for it; a change that no
// object asked for names what it is about.
func TestTheLogOfAChangeNamesItsObject(t *testing.T) {
	m := &member{ref: ObjectRef{autoscaling.KindPolicy, types.NamespacedName{Namespace: "shop", Name: "web"}}, name: "invocations"}
	p := &pass{members: []*member{m}}
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	logger.Info("changed AWS", p.logged(autoscaling.Change{Kind: autoscaling.KindPolicy, Name: "invocations", Op: autoscaling.OpPutPolicy}, "requestID", "r-1")...)
	logger.Info("changed AWS", p.logged(autoscaling.Change{Kind: autoscaling.KindPolicy, Name: "nobodys"})...)
	for _, want := range []string{"kind=ScalingPolicy namespace=shop object=web target=", "operation=PutScalingPolicy name=invocations requestID=r-1", "kind=ScalingPolicy target="} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("no %s in\n%s", want, log.String())
		}
	}
}
