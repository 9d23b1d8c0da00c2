package console

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestQueries(t *testing.T) {
	key := Key{sampleHome, sampleKey("demo-endpoint")}
	base := Query{Range: time.Hour, Width: defaultWidth}
	with := func(change func(*Query)) Query {
		q := base
		change(&q)
		return q
	}
	for _, c := range []struct {
		reason, query string
		want          Query
	}{
		{"no query is the first target and the last hour", "", base},
		{"a target", "target=000000000000/us-west-2/sagemaker:variant:DesiredInstanceCount/endpoint/demo-endpoint/variant/AllTraffic", with(func(q *Query) { q.Target = key })},
		{"half a target is none", "target=000000000000/us-west-2", base},
		{"a stretch", "range=6h", with(func(q *Query) { q.Range = 6 * time.Hour })},
		{"a stretch that is too short to show anything", "range=1s", with(func(q *Query) { q.Range = minRange })},
		{"a stretch that is no duration", "range=week", base},
		{"a stretch of the past", "range=-6h", base},
		{"everything", "range=all", with(func(q *Query) { q.All = true })},
		{"a part of the past", "range=6h&from=1795518000&to=1795521600", with(func(q *Query) {
			q.Range, q.From, q.To = 6*time.Hour, time.Unix(1795518000, 0).UTC(), time.Unix(1795521600, 0).UTC()
		})},
		{"a part of the past that ends before it begins", "from=1795521600&to=1795518000", base},
		{"a part that overflows", "from=-9223372036854775808&to=9223372036854775807", base},
		{"a width", "width=640", with(func(q *Query) { q.Width = 640 })},
		{"a width that nobody has", "width=1000000", with(func(q *Query) { q.Width = maxWidth })},
		{"words", "filter=+Web++sage+", with(func(q *Query) { q.Filter = "Web  sage" })},
		{"words without end", "filter=" + strings.Repeat("x", 1000), with(func(q *Query) { q.Filter = strings.Repeat("x", maxFilter) })},
		{"no width", "width=-1", with(func(q *Query) { q.Width = minWidth })},
	} {
		values, err := url.ParseQuery(c.query)
		if err != nil {
			t.Fatalf("%s: %v", c.reason, err)
		}
		if diff := cmp.Diff(c.want, ParseQuery(values)); diff != "" {
			t.Errorf("%s: %q (-want +got):\n%s", c.reason, c.query, diff)
		}
	}
}

func TestWindows(t *testing.T) {
	now := noon.Add(17 * time.Second)
	for _, c := range []struct {
		reason   string
		query    Query
		from, to time.Time
	}{
		{"a live stretch ends a pixel after now", Query{Range: time.Hour, Width: 900}, noon.Add(20*time.Second - time.Hour), noon.Add(20 * time.Second)},
		{"a part of the past stands still", Query{From: noon.Add(-time.Hour), To: noon, Width: 900}, noon.Add(-time.Hour), noon},
		{"everything begins with the target", Query{All: true, Width: 900}, noon.Add(20*time.Second - time.Hour - 17*time.Second), noon.Add(20 * time.Second)},
	} {
		from, to := c.query.Window(now, noon.Add(-time.Hour))
		if !from.Equal(c.from) || !to.Equal(c.to) {
			t.Errorf("%s: from %s to %s, want %s to %s", c.reason, from, to, c.from, c.to)
		}
	}
}

// An address leads back to what it was made of, and whatever an address says, the
// stretch of history can be drawn.
func FuzzQuery(f *testing.F) {
	f.Add("target=000000000000/us-west-2/sagemaker:variant:DesiredInstanceCount/endpoint/demo-endpoint/variant/AllTraffic&range=6h&width=700")
	f.Add("from=1795518000&to=1795521600")
	f.Add("range=all&from=1&to=2&filter=a+b")
	f.Add("range=2540400h10m10.000000000s&width=99999999999999999999")
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		q := ParseQuery(values)
		from, to := q.Window(noon, noon.Add(-time.Hour))
		if !from.Before(to) || q.Width < minWidth || q.Width > maxWidth {
			t.Errorf("%q: from %s to %s, %d pixels", query, from, to, q.Width)
		}
		again, err := url.Parse(q.href())
		if err != nil {
			t.Fatalf("%q leads to %q: %v", query, q.href(), err)
		}
		q.Width = defaultWidth
		if !q.Live() || q.All {
			q.Range = defaultRange // the address leaves out what does not count
		}
		if diff := cmp.Diff(q, ParseQuery(again.Query())); diff != "" {
			t.Errorf("%q leads to %q (-want +got):\n%s", query, again, diff)
		}
	})
}
