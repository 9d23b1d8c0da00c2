// Package chart draws what happens over time as SVG: panels stacked over one
// time axis, so that a cause above and an effect below are in one line. Series
// go in and one picture comes out, with the same bytes for the same input.
//
// A picture is drawn for a width, so that text is as large at 400 pixels as at
// 1600, and it has no more detail than its pixels show: where a series has
// several values for one column, the band from the least to the greatest is
// drawn, and their mean. Colours are classes, which follow the light or dark
// scheme of whoever looks. Title and description are for those who do not see
// it.
package chart

import (
	"fmt"
	"io"
	"math"
	"time"
)

// Tone is a colour by its part, in light and in dark.
type Tone string

// The tones.
const (
	Blue   Tone = "blue"
	Green  Tone = "green"
	Violet Tone = "violet"
	Orange Tone = "orange"
	Red    Tone = "red"
	Grey   Tone = "grey"
)

// Figure is a picture over time.
type Figure struct {
	ID     string // begins the IDs of elements, so that several can be on one page
	Title  string // one line: what it shows
	Text   string // what there is to see, for those who do not see it
	Width  int    // pixels, at least [MinWidth]
	Start  time.Time
	End    time.Time
	Panels []Panel
	// Plain leaves out the [Sheet], for a page that has it in a file of its own,
	// because its Content-Security-Policy refuses styles inside of a picture.
	Plain bool
}

// MinWidth is the least width of a picture in pixels.
const MinWidth = 320

// Panel is a part of a figure with an axis of values, or with rows of states.
type Panel struct {
	Title  string
	Unit   string
	Height int // pixels of the plot; 0: [PanelHeight]
	Series []Series
	Levels []Level
	Rows   []Row
	Keys   []Key // explain what has no name in the legend otherwise
}

// PanelHeight is the height of a panel that asks for none, in pixels.
const PanelHeight = 110

// Style is how a series is drawn.
type Style int

// The styles.
const (
	Line  Style = iota
	Area        // a line, filled to zero
	Steps       // each value holds until the next
	Dots        // steps, dotted
)

// Series is values over time.
type Series struct {
	Name   string // for the legend; empty: not in it
	Tone   Tone
	Style  Style
	Points []Point // in the order of time

	dot bool // in the legend: its points are not joined
}

// Point is a value at a time. NaN is a gap.
type Point struct {
	At    time.Time
	Value float64
}

// Level is a horizontal line.
type Level struct {
	Name  string
	Value float64
	Tone  Tone
}

// Row is a state over time, or moments.
type Row struct {
	Name  string // empty: the title of the panel says it
	Spans []Span
	Marks []Mark
	Tone  Tone // of the marks; empty: Orange
}

// Span is a stretch of a row that stands out.
type Span struct {
	From, To time.Time
	Tone     Tone
	Text     string // what the state is
}

// Key is a name in the legend for a colour of rows, or for the flags of marks.
type Key struct {
	Name string
	Tone Tone // empty: Orange, of flags
	Flag bool // of marks, and not of spans
}

// Mark is a moment: a flag in its row, and a line across all panels.
type Mark struct {
	At   time.Time
	Text string
}

// The plots begin so many pixels from the left of a picture and end so many from
// its right: what makes a time of a place in it.
const (
	Left  = 50 // for the numbers of the axes
	Right = 14
)

// Sizes in pixels.
const (
	left      = Left
	right     = Right
	heading   = 25 // above a panel
	legend    = 16 // where it needs a line of its own
	gap       = 12 // below a panel
	axis      = 26 // below all panels
	rowName   = 13 // above a row that has one
	barHeight = 9
	rowGap    = 8   // below a row
	glyph     = 6.4 // about the width of a character
	bold      = 8.2 // the same of a title
)

// WriteSVG draws the figure.
func (f Figure) WriteSVG(w io.Writer) error {
	f.Width = max(f.Width, MinWidth)
	if !f.End.After(f.Start) {
		f.End = f.Start.Add(time.Minute)
	}
	d := drawing{Figure: f, plot: float64(f.Width - left - right)}
	y := 8.0
	for _, p := range f.Panels {
		y = d.panel(p, y)
	}
	top := 8.0 + heading
	d.timeAxis(top, y)
	d.lines(top, y)
	return d.write(w, int(y)+axis)
}

// write puts the parts together.
func (d *drawing) write(w io.Writer, height int) error {
	style := "<style>" + Sheet + "</style>\n"
	if d.Plain {
		style = ""
	}
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="%s-title %s-desc" class="sp">
<title id="%s-title">%s</title>
<desc id="%s-desc">%s</desc>
%s<rect class="bg" width="100%%" height="100%%"/>
`, d.Width, height, d.Width, height, d.ID, d.ID, d.ID, escape(d.Title), d.ID, escape(d.Text), style)
	if err == nil {
		_, err = w.Write(d.under.Bytes())
	}
	if err == nil {
		_, err = w.Write(d.over.Bytes())
	}
	if err == nil {
		_, err = io.WriteString(w, "</svg>\n")
	}
	return err
}

// Sheet is the look, as CSS. The selectors are of this picture's classes only, because
// a style inside of a picture counts for the whole page.
const Sheet = `
.sp{max-width:100%;height:auto;font:12px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
.sp .bg{fill:#fff}.sp text{fill:#52606d}.sp .h{fill:#1f2933;font-weight:600}.sp .n{text-anchor:end}.sp .m{text-anchor:middle}
.sp .grid{stroke:#e4e7eb}.sp .base{stroke:#9aa5b1}.sp .tick{stroke:#e4e7eb}.sp .mark{stroke-dasharray:2 4;opacity:.55}
.sp .rail{fill:#eef1f4}.sp path{stroke-linejoin:round}.sp .s{fill:none;stroke-width:1.6}.sp .dots{stroke-width:1.3;stroke-dasharray:2 3}.sp .level{stroke-width:1.4;stroke-dasharray:6 4}
.sp .band{stroke:none;opacity:.28}.sp .area{stroke:none;opacity:.16}
.sp .blue{stroke:#2563eb}.sp .green{stroke:#0b8457}.sp .violet{stroke:#7c3aed}.sp .orange{stroke:#c2650a}.sp .red{stroke:#d92d20}.sp .grey{stroke:#7b8794}
.sp .f-blue{fill:#2563eb}.sp .f-green{fill:#0b8457}.sp .f-violet{fill:#7c3aed}.sp .f-orange{fill:#c2650a}.sp .f-red{fill:#d92d20}.sp .f-grey{fill:#7b8794}
@media (prefers-color-scheme:dark){
.sp .bg{fill:#11161d}.sp text{fill:#a3afbd}.sp .h{fill:#e6eaf0}.sp .grid,.sp .tick{stroke:#29313c}.sp .base{stroke:#5b6776}.sp .rail{fill:#1d242e}
.sp .blue{stroke:#6ea8fe}.sp .green{stroke:#3ecf8e}.sp .violet{stroke:#b197fc}.sp .orange{stroke:#f0a83c}.sp .red{stroke:#ff7b72}.sp .grey{stroke:#8794a5}
.sp .f-blue{fill:#6ea8fe}.sp .f-green{fill:#3ecf8e}.sp .f-violet{fill:#b197fc}.sp .f-orange{fill:#f0a83c}.sp .f-red{fill:#ff7b72}.sp .f-grey{fill:#8794a5}
}
`

// x is where a time is, in pixels.
func (d *drawing) x(at time.Time) float64 {
	part := float64(at.Sub(d.Start)) / float64(d.End.Sub(d.Start))
	return left + d.plot*math.Min(1, math.Max(0, part))
}
