package chart_test

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/internal/report/chart"
)

var start = time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)

// waves is a series with so many points over a week.
func waves(n int) []chart.Point {
	points := make([]chart.Point, n)
	for i := range points {
		points[i] = chart.Point{At: start.Add(time.Duration(i) * 7 * 24 * time.Hour / time.Duration(n)), Value: 50 + 40*math.Sin(float64(i)/float64(n)*40)}
	}
	return points
}

func figure(width, points int) chart.Figure {
	end := start.Add(7 * 24 * time.Hour)
	return chart.Figure{
		ID: "f", Title: "A & B", Text: "What <there> is", Width: width, Start: start, End: end,
		Panels: []chart.Panel{
			{Title: "Demand", Unit: "requests", Series: []chart.Series{{Tone: chart.Blue, Style: chart.Area, Points: waves(points)}}},
			{Title: "Capacity", Series: []chart.Series{{Name: "in service", Tone: chart.Green, Style: chart.Steps, Points: waves(points)}}, Levels: []chart.Level{{Name: "most", Value: 120, Tone: chart.Red}}},
			{Title: "Alarms", Rows: []chart.Row{{Name: "High", Spans: []chart.Span{{From: start, To: start.Add(time.Hour), Tone: chart.Red, Text: "ALARM"}}}}},
			{Title: "Schedule", Rows: []chart.Row{{Tone: chart.Orange, Marks: []chart.Mark{{At: start.Add(8 * time.Hour), Text: "day"}}}}},
		},
	}
}

func draw(t testing.TB, f interface{ WriteSVG(io.Writer) error }) string {
	t.Helper()
	var b strings.Builder
	if err := f.WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// elements counts the elements of a picture, which must be well-formed.
func elements(t testing.TB, svg string) map[string]int {
	t.Helper()
	found := map[string]int{}
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, svg)
		}
		if begin, ok := token.(xml.StartElement); ok {
			found[begin.Name.Local]++
		}
	}
}

func TestFigure(t *testing.T) {
	svg := draw(t, figure(800, 200))
	found := elements(t, svg)
	if found["title"] < 2 || found["desc"] != 1 || !strings.Contains(svg, `aria-labelledby="f-title f-desc"`) {
		t.Errorf("a picture has a name and a description: %v", found)
	}
	for _, text := range []string{"A &amp; B", "What &lt;there&gt; is", "Demand", "in service", "most", "High", "ALARM", "2026-03-02 08:00 day", "3 Mar"} {
		if !strings.Contains(svg, text) {
			t.Errorf("%q is in the picture", text)
		}
	}
	if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
		t.Error("coordinates are numbers")
	}
	if draw(t, figure(800, 200)) != svg {
		t.Error("the same input gives the same picture")
	}
}

func TestDetailEndsWithThePixels(t *testing.T) {
	few, many := draw(t, figure(800, 10_000)), draw(t, figure(800, 500_000))
	if len(many) > 2*len(few) {
		t.Errorf("fifty times the points need no more room: %d and %d bytes", len(few), len(many))
	}
	if !strings.Contains(many, `class="band`) {
		t.Error("where a pixel has several values, all of them are in the band")
	}
}

func TestOddInput(t *testing.T) {
	nan := math.NaN()
	at := func(m int) time.Time { return start.Add(time.Duration(m) * time.Minute) }
	for _, c := range []struct {
		reason string
		figure chart.Figure
	}{
		{"nothing", chart.Figure{}},
		{"an end before the beginning", chart.Figure{Start: at(5), End: start, Panels: []chart.Panel{{Series: []chart.Series{{Points: waves(3)}}}}}},
		{"nothing known", chart.Figure{Start: start, End: at(9), Panels: []chart.Panel{{Series: []chart.Series{{Style: chart.Area, Points: []chart.Point{{at(0), nan}, {at(1), nan}}}}}}}},
		{"gaps", chart.Figure{Start: start, End: at(9), Panels: []chart.Panel{{Series: []chart.Series{{Style: chart.Area, Points: []chart.Point{{at(0), 1}, {at(1), nan}, {at(2), 3}}}}}}}},
		{"infinity", chart.Figure{Start: start, End: at(9), Panels: []chart.Panel{{Series: []chart.Series{{Points: []chart.Point{{at(0), math.Inf(1)}, {at(1), 2}}}}}}}},
		{"negative values", chart.Figure{Start: start, End: at(9), Panels: []chart.Panel{{Series: []chart.Series{{Points: []chart.Point{{at(0), -5}, {at(1), 5}}}}}}}},
		{"moments outside", chart.Figure{Start: start, End: at(9), Panels: []chart.Panel{{Rows: []chart.Row{{Marks: []chart.Mark{{At: at(-100)}, {At: at(100)}}}}}}}},
		{"a century", chart.Figure{Start: start, End: start.AddDate(100, 0, 0)}},
	} {
		svg := draw(t, c.figure)
		elements(t, svg)
		if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Errorf("%s: coordinates are numbers: %s", c.reason, svg)
		}
	}
}

func TestScatter(t *testing.T) {
	s := chart.Scatter{ID: "s", Title: "Cost", Text: "Cost against overload", Width: 600, X: "cost", Y: "minutes", Groups: []chart.Group{
		{Name: "tried", Tone: chart.Grey, Pairs: []chart.Pair{{1, 100, "a"}, {2, 10, "b"}}},
		{Name: "best", Tone: chart.Green, Large: true, Joined: true, Pairs: []chart.Pair{{2, 0, "c"}, {3, 0, "d"}}},
	}, Levels: []chart.Level{{Name: "level", Value: 5, Tone: chart.Red}}}
	if got := elements(t, draw(t, s)); got["circle"] != 5 || got["path"] != 1 {
		t.Errorf("four points, two of them joined, and one in the legend: %v", got)
	}
	elements(t, draw(t, chart.Scatter{}))
}

func FuzzFigure(f *testing.F) {
	f.Add(int64(0), int64(3600), 1.0, 2.0, 400, "a<b")
	f.Add(int64(5), int64(5), math.MaxFloat64, -math.MaxFloat64, -1, "\x00")
	f.Add(int64(-1<<40), int64(1<<40), 1e-300, 1e300, 1<<20, "")
	f.Fuzz(func(t *testing.T, from, to int64, a, b float64, width int, text string) {
		const limit = 1 << 40
		figure := chart.Figure{
			ID: "f", Title: text, Text: text, Width: width % 4000, Start: time.Unix(from%limit, 0), End: time.Unix(to%limit, 0),
			Panels: []chart.Panel{{Title: text, Series: []chart.Series{{Name: text, Style: chart.Area, Points: []chart.Point{{time.Unix(from%limit, 0), a}, {time.Unix(to%limit, 0), b}}}},
				Rows: []chart.Row{{Name: text, Marks: []chart.Mark{{At: time.Unix(to%limit, 0), Text: text}}}}}},
		}
		elements(t, draw(t, figure))
	})
}

// A page with a Content-Security-Policy has the style in a file of its own.
func TestPlainPicturesHaveNoStyle(t *testing.T) {
	f := figure(800, 20)
	f.Plain = true
	plain := draw(t, f)
	if strings.Contains(plain, "style") {
		t.Error("a plain picture has a style")
	}
	f.Plain = false
	if with := draw(t, f); !strings.Contains(with, "<style>"+chart.Sheet) {
		t.Error("a picture that is not plain has not the style that pages are given")
	}
}

// A step lasts until a gap, not only until its last change.
func TestStepsLastUntilAGap(t *testing.T) {
	end := start.Add(10 * time.Hour)
	f := chart.Figure{ID: "f", Title: "t", Width: 1000 + chart.Left + chart.Right, Start: start, End: end, Panels: []chart.Panel{{Title: "p", Series: []chart.Series{{
		Style: chart.Steps, Points: []chart.Point{{At: start, Value: 1}, {At: start.Add(5 * time.Hour), Value: math.NaN()}},
	}}}}}
	if svg, half := draw(t, f), "H"+strconv.Itoa(chart.Left+500)+`"`; !strings.Contains(svg, half) {
		t.Errorf("the step does not end at the gap, %s:\n%s", half, svg)
	}
}

// What rows and marks mean is in the legend, in their own colours, and a name that is
// too long for its place loses its middle.
func TestKeysAndLongNames(t *testing.T) {
	f := chart.Figure{ID: "f", Title: "t", Width: chart.MinWidth, Start: start, End: start.Add(time.Hour), Panels: []chart.Panel{
		{Title: "Alarms", Keys: []chart.Key{{Name: "in alarm", Tone: chart.Red}}, Rows: []chart.Row{{Name: "the policy of " + strings.Repeat("long ", 30) + "above 70"}}},
		{Title: "Activities", Keys: []chart.Key{{Name: "scaling activity", Flag: true}}},
	}}
	svg := draw(t, f)
	if got := elements(t, svg); got["path"] != 1 || got["rect"] != 3 {
		t.Errorf("a bar and a flag besides the background and the rail of the row: %v", got)
	}
	for _, want := range []string{`class="f-red"`, `class="f-orange"`, ">in alarm<", ">scaling activity<", ">the policy of long", "…", "above 70<"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the picture has no %s", want)
		}
	}
	if strings.Contains(svg, strings.Repeat("long ", 15)) {
		t.Error("a long name is wider than the picture")
	}
}

// Each row has its moments in its own tone, in whatever order they come, and those
// that a flag would cover are told by its neighbour.
func TestMarks(t *testing.T) {
	at := func(h int) time.Time { return start.Add(time.Duration(h) * time.Hour) }
	many := chart.Row{Name: "third", Tone: chart.Grey}
	for m := range 20 {
		many.Marks = append(many.Marks, chart.Mark{At: at(100).Add(time.Duration(m) * time.Minute), Text: "often"})
	}
	svg := draw(t, chart.Figure{ID: "f", Title: "t", Width: 7*24*10 + chart.Left + chart.Right, Start: start, End: at(7 * 24), Panels: []chart.Panel{{Title: "p", Rows: []chart.Row{
		{Name: "first", Tone: chart.Green, Marks: []chart.Mark{{At: at(50), Text: "evening"}, {At: at(20), Text: "morning"}}},
		{Name: "second", Tone: chart.Violet, Marks: []chart.Mark{{At: at(20).Add(time.Minute), Text: "a minute later"}, {At: at(20), Text: "other"}}},
		many,
	}}}})
	for _, c := range []struct {
		reason, part string
		n            int
	}{
		{"the moments of the first row", `<path class="f-green"`, 2},
		{"two of the second in one flag", `<path class="f-violet"`, 1},
		{"which tells both, the first one first", "2026-03-02 20:00 other&#xA;2026-03-02 20:01 a minute later</title>", 1},
		{"one flag of many", `<path class="f-grey"`, 1},
		{"tells some", "often", 5},
		{"and how many there are", "and 15 more</title>", 1},
		{"a line of each moment", `<line class="mark green"`, 2},
		{"and one of those that rows share", `<line class="mark violet"`, 1},
	} {
		if got := strings.Count(svg, c.part); got != c.n {
			t.Errorf("%s: %d times %s, want %d:\n%s", c.reason, got, c.part, c.n, svg)
		}
	}
}
