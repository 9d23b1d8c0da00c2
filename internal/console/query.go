package console

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
)

// Query is what a visitor looks at: the address of the page. What it says wrongly
// is as if it was not there, because an address may be older than the lab.
type Query struct {
	Target Key // the zero Key: whatever comes first
	// Range is the length of a history that ends now; From and To, if they are not
	// zero, are one that stands still. All is the whole of it.
	Range    time.Duration
	All      bool
	From, To time.Time
	Width    int // of the chart, in pixels
	// Filter are words that a target must have to be listed.
	Filter string
}

// Key names a scalable target among all accounts and Regions.
type Key struct {
	admin.Home
	admin.Key
}

// The stretches of history that there are.
const (
	defaultRange = time.Hour
	minRange     = 2 * time.Minute
	maxRange     = 31 * 24 * time.Hour
)

// The widths of a chart, in pixels.
const (
	defaultWidth = 960
	minWidth     = 320
	maxWidth     = 2400
)

// maxFilter is how many letters a filter has.
const maxFilter = 100

// String is the key as it is in addresses.
func (k Key) String() string {
	return k.Account + "/" + k.Region + "/" + k.ScalableDimension + "/" + k.ResourceID
}

// ParseKey reads what String writes. The service namespace is the first part of the
// dimension.
func ParseKey(text string) (Key, bool) {
	parts := strings.SplitN(text, "/", 4)
	if len(parts) < 4 || parts[2] == "" || parts[3] == "" {
		return Key{}, false
	}
	namespace, _, _ := strings.Cut(parts[2], ":")
	return Key{admin.Home{Account: parts[0], Region: parts[1]}, admin.Key{ServiceNamespace: namespace, ResourceID: parts[3], ScalableDimension: parts[2]}}, true
}

// ParseQuery reads the query of an address.
func ParseQuery(v url.Values) Query {
	q := Query{Range: defaultRange, Width: defaultWidth}
	q.Target, _ = ParseKey(v.Get("target"))
	if d, err := time.ParseDuration(v.Get("range")); err == nil && d > 0 {
		q.Range = min(maxRange, max(minRange, d))
	}
	q.All = v.Get("range") == "all"
	from, fromErr := strconv.ParseInt(v.Get("from"), 10, 64)
	to, toErr := strconv.ParseInt(v.Get("to"), 10, 64)
	const last = 1 << 37 // seconds; the year 6325
	if fromErr == nil && toErr == nil && from >= 0 && to <= last && to-from >= int64(minRange/time.Second) {
		q.From, q.To, q.All = time.Unix(from, 0).UTC(), time.Unix(to, 0).UTC(), false
	}
	q.Filter = strings.TrimSpace(v.Get("filter"))
	if letters := []rune(q.Filter); len(letters) > maxFilter {
		q.Filter = strings.TrimSpace(string(letters[:maxFilter]))
	}
	if width, err := strconv.Atoi(v.Get("width")); err == nil {
		q.Width = min(maxWidth, max(minWidth, width))
	}
	return q
}

// Live says that the history follows the clock.
func (q Query) Live() bool { return q.From.IsZero() }

// Window is the stretch of history that is asked for, of a target that exists since
// a time. It moves by steps that can be seen, so that a picture is not drawn anew
// for less.
func (q Query) Window(now, since time.Time) (from, to time.Time) {
	if !q.Live() {
		return q.From, q.To
	}
	length := q.Range
	if q.All {
		length = min(maxRange, max(minRange, now.Sub(since)))
	}
	step := max(time.Second, (length / time.Duration(cmp.Or(q.Width, defaultWidth))).Truncate(time.Second))
	to = now.Truncate(step).Add(step).UTC()
	return to.Add(-length), to
}

// href is the address of the page that shows a target and a stretch of history.
func (q Query) href() string { return "/?" + q.values().Encode() }

func (q Query) values() url.Values {
	v := url.Values{}
	if q.Target != (Key{}) {
		v.Set("target", q.Target.String())
	}
	switch {
	case !q.Live():
		v.Set("from", strconv.FormatInt(q.From.Unix(), 10))
		v.Set("to", strconv.FormatInt(q.To.Unix(), 10))
	case q.All:
		v.Set("range", "all")
	case q.Range != defaultRange:
		v.Set("range", q.Range.String())
	}
	if q.Filter != "" {
		v.Set("filter", q.Filter)
	}
	return v
}

// at is the same query for another stretch that ends now.
func (q Query) at(length time.Duration, all bool) Query {
	return Query{Target: q.Target, Range: length, All: all, Filter: q.Filter}
}

// of is the same query for another target.
func (q Query) of(key Key) Query {
	q.Target = key
	return q
}

// lists says whether a target has all words of the filter, in its name, its resource
// ID, its kind or its state.
func (q Query) lists(r Row) bool {
	has := strings.ToLower(strings.Join([]string{r.Name, r.Key, r.Kind, r.Status.Text}, " "))
	for word := range strings.FieldsSeq(strings.ToLower(q.Filter)) {
		if !strings.Contains(has, word) {
			return false
		}
	}
	return true
}
