package console

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
	"github.com/setpoint-io/setpoint/internal/localcloud/traffic"
	"github.com/setpoint-io/setpoint/test/web"
)

// A long stretch of time is drawn every few seconds, or when a control changes
// something; a short one, and one of another target, at once.
func TestHowOftenThePastIsDrawn(t *testing.T) {
	for _, c := range []struct {
		reason string
		query  Query
		want   int
	}{
		{"an hour is drawn every second", Query{Range: time.Hour}, 11},
		{"a day is drawn every five seconds, and once more for the control", Query{Range: 24 * time.Hour}, 3},
		{"a day of the past, too", Query{From: noon.Add(-48 * time.Hour), To: noon.Add(-24 * time.Hour)}, 3},
	} {
		synctest.Test(t, func(t *testing.T) {
			cloud := &fakeCloud{state: sampleState()}
			v := visit{console: New(Options{Cloud: cloud, Kubernetes: fakeKubernetes(nil)}), query: c.query, sent: map[string]string{}}
			first, second := make(chan struct{}), make(chan struct{})
			for i := range 11 {
				changed := first
				if i > 7 {
					changed = second
				}
				if _, err := v.next(t.Context(), changed); err != nil {
					t.Fatal(err)
				}
				if v.sent["history"] == "" || v.drawn.chart.SVG == "" {
					t.Fatalf("%s: after %d seconds there is no picture", c.reason, i)
				}
				time.Sleep(time.Second)
			}
			if cloud.pasts != c.want {
				t.Errorf("%s: it was looked up %d times in ten seconds, want %d", c.reason, cloud.pasts, c.want)
			}
		})
	}
	p := past{key: Key{sampleHome, sampleKey("a")}, at: noon, chart: &Chart{From: noon.Add(-longRange), To: noon}}
	if !p.holds(p.key, noon) || p.holds(Key{sampleHome, sampleKey("b")}, noon) {
		t.Error("the past of a target is that of another")
	}
}

// Every activity of a stretch has its mark in the chart and its place in the list,
// however many there have been since.
func TestActivitiesOfThePast(t *testing.T) {
	b := &browser{Page: &web.Page{T: t}}
	b.startCloud()
	low, high := 20.0, 400.0
	_, err := b.admin.PutTraffic(admin.Traffic{Key: sampleKey("demo-endpoint"), Traffic: traffic.Spec{
		Type: traffic.Wave, Low: &low, High: &high, Period: traffic.Duration(3 * time.Hour),
	}})
	b.Must(err)
	b.advance(24 * time.Hour)
	all, err := b.admin.History(admin.HistoryQuery{Home: sampleHome, Key: sampleKey("demo-endpoint"), From: noon, To: noon.Add(24 * time.Hour)})
	b.Must(err)
	if len(all.Activities) <= maxActivities+1 {
		t.Fatalf("there are %d activities, and it takes more than are listed", len(all.Activities))
	}
	c := New(Options{Cloud: b.admin, Kubernetes: fakeKubernetes(nil)})
	q := Query{From: noon, To: noon.Add(3 * time.Hour), Width: maxWidth}
	p := c.build(t.Context(), q, &past{})
	old := 0
	for _, a := range all.Activities {
		if a.Start.After(q.To) {
			continue
		}
		old++
		if picture := string(p.Target.Chart.SVG); !strings.Contains(picture, "<title>"+a.Start.Format("2006-01-02 15:04")+" "+a.Description) {
			t.Errorf("there is no mark for what began at %s", a.Start)
		}
		if !strings.Contains(b.page(p), `id="a-`+a.ID+`"`) {
			t.Errorf("what began at %s is not listed", a.Start)
		}
	}
	if old < 5 || len(p.Target.Activities) != old || !p.Target.Past {
		t.Errorf("%d activities began then, and %d are listed", old, len(p.Target.Activities))
	}
	if wide := c.build(t.Context(), Query{Range: 24 * time.Hour, Width: maxWidth}, &past{}); strings.Count(string(wide.Target.Chart.SVG), "<title>2026-11-24 1") < old {
		t.Error("a day that ends now has no marks of its beginning")
	}
	quiet := c.build(t.Context(), Query{From: noon.Add(-3 * time.Hour), To: noon.Add(-time.Hour)}, &past{})
	if page := b.page(quiet); !strings.Contains(page, "None began then.") {
		t.Error("a stretch without activities does not say so")
	}
}

// page writes a page.
func (b *browser) page(p Page) string {
	b.Helper()
	var text strings.Builder
	b.Must(p.WriteHTML(&text))
	return text.String()
}
