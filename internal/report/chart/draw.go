package chart

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// drawing is a figure that is being drawn. What is under lies below the
// series.
type drawing struct {
	Figure
	plot  float64 // width of the plots
	under bytes.Buffer
	over  bytes.Buffer
}

func escape(text string) string {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		return ""
	}
	return b.String()
}

// px is a coordinate with a tenth of a pixel.
func px(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

func (d *drawing) text(x, y float64, class, text string) {
	fmt.Fprintf(&d.over, `<text x="%s" y="%s" class="%s">%s</text>`+"\n", px(x), px(y), class, escape(text))
}

func line(b *bytes.Buffer, class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(b, `<line class="%s" x1="%s" y1="%s" x2="%s" y2="%s"/>`+"\n", class, px(x1), px(y1), px(x2), px(y2))
}

// panel draws a panel that begins at y, and returns where the next begins.
func (d *drawing) panel(p Panel, y float64) float64 {
	used := float64(utf8.RuneCountInString(p.Title))*bold + 13
	unit := ""
	if width := float64(utf8.RuneCountInString(p.Unit)) * glyph; p.Unit != "" && 2+used+width < float64(d.Width) {
		unit = `<tspan class="u" dx="9">` + escape(p.Unit) + "</tspan>"
		used += width + 12
	}
	fmt.Fprintf(&d.over, `<text x="2" y="%s"><tspan class="h">%s</tspan>%s</text>`+"\n", px(y+14), escape(p.Title), unit)
	y += d.legend(p, y, used) + heading
	if len(p.Series) == 0 && len(p.Levels) == 0 {
		return d.rows(p.Rows, y)
	}
	height := float64(p.Height)
	if p.Height <= 0 {
		height = PanelHeight
	}
	s := p.scale(y+height, height)
	for _, v := range s.ticks {
		at := s.y(v)
		class := "grid"
		if v == 0 {
			class = "base"
		}
		line(&d.under, class, left, at, float64(d.Width-right), at)
		d.text(left-6, at+4, "n", compact(v))
	}
	for _, series := range p.Series {
		d.series(series, s)
	}
	for _, l := range p.Levels {
		line(&d.over, "s level "+string(l.Tone), left, s.y(l.Value), float64(d.Width-right), s.y(l.Value))
	}
	return d.rows(p.Rows, y+height+gap)
}

// entry is a name in a legend with a sample of what it names.
type entry struct {
	name   string
	sample func(x, y float64)
}

// entries are those of a panel: its series, levels and keys.
func (d *drawing) entries(p Panel) []entry {
	var entries []entry
	stroke := func(class string) func(x, y float64) {
		return func(x, y float64) { line(&d.over, class, x, y+10, x+20, y+10) }
	}
	for _, s := range p.Series {
		switch {
		case s.Name == "":
		case s.dot:
			entries = append(entries, entry{s.Name, func(x, y float64) {
				fmt.Fprintf(&d.over, `<circle class="f-%s" cx="%s" cy="%s" r="4"/>`+"\n", s.Tone, px(x+14), px(y+10))
			}})
		default:
			entries = append(entries, entry{s.Name, stroke(s.class())})
		}
	}
	for _, l := range p.Levels {
		entries = append(entries, entry{l.Name, stroke("s level " + string(l.Tone))})
	}
	for _, k := range p.Keys {
		sample := func(x, y float64) {
			fmt.Fprintf(&d.over, `<rect class="f-%s" x="%s" y="%s" width="20" height="%d"/>`+"\n", k.Tone, px(x), px(y+5), barHeight)
		}
		if k.Flag {
			sample = func(x, y float64) {
				fmt.Fprintf(&d.over, `<path class="f-%s" d="M%s %sl-4 8h8z"/>`+"\n", flagTone(k.Tone), px(x+14), px(y+6))
			}
		}
		entries = append(entries, entry{k.Name, sample})
	}
	return entries
}

// legend names the series, beside the title if there is room. It returns the
// height that it needs.
func (d *drawing) legend(p Panel, y, used float64) float64 {
	entries := d.entries(p)
	if len(entries) == 0 {
		return 0
	}
	width := 0.0
	for _, e := range entries {
		width += float64(utf8.RuneCountInString(e.name))*glyph + 40
	}
	height := 0.0
	x := float64(d.Width) - right - width
	if x < used {
		height, x = legend, 2
		y += legend
	}
	for _, e := range entries {
		step := float64(utf8.RuneCountInString(e.name))*glyph + 40
		if x > 2 && x+step-12 > float64(d.Width) {
			x, y, height = 2, y+legend, height+legend
		}
		e.sample(x, y)
		d.text(x+25, y+14, "u", e.name)
		x += step
	}
	return height
}

// fit shortens a text in its middle until it is no wider than the plots.
func (d *drawing) fit(text string) string {
	letters, most := []rune(text), int(d.plot/glyph)
	if len(letters) <= most {
		return text
	}
	return string(letters[:(most-1)/2]) + "…" + string(letters[len(letters)-most/2:])
}

// rows draws states and moments.
func (d *drawing) rows(rows []Row, y float64) float64 {
	for _, r := range rows {
		if r.Name != "" {
			d.text(left, y+9, "u", d.fit(r.Name))
			y += rowName
		}
		fmt.Fprintf(&d.under, `<rect class="rail" x="%d" y="%s" width="%s" height="%d" rx="2"/>`+"\n", left, px(y), px(d.plot), barHeight)
		d.spans(r.Spans, y)
		d.marks(r, y)
		y += barHeight + rowGap
	}
	if len(rows) > 0 {
		y += gap - 6
	}
	return y
}

// spans draws those that can be seen: of equal ones that touch in a pixel one
// is enough.
func (d *drawing) spans(spans []Span, y float64) {
	var last Span
	from, to := math.Inf(-1), math.Inf(-1)
	flush := func() {
		if to > from {
			fmt.Fprintf(&d.over, `<rect class="f-%s" x="%s" y="%s" width="%s" height="%d"><title>%s</title></rect>`+"\n",
				last.Tone, px(from), px(y), px(max(1, to-from)), barHeight, escape(last.Text))
		}
	}
	for _, s := range spans {
		x1, x2 := d.x(s.From), max(d.x(s.To), d.x(s.From)+0.5)
		if s.Tone == last.Tone && x1-to < 1 {
			to = max(to, x2)
			continue
		}
		flush()
		last, from, to = s, x1, x2
	}
	flush()
}

// maxLines is how many marks may cross the panels before they hide them.
const maxLines = 60

// flagWidth is that of a flag in pixels, with the room between it and the next.
const flagWidth = 9

// maxTold is how many moments a flag tells of.
const maxTold = 5

// marks draws the moments of a row. Those that would cover each other share a flag.
func (d *drawing) marks(r Row, y float64) {
	marks := slices.Clone(r.Marks)
	slices.SortStableFunc(marks, func(a, b Mark) int { return a.At.Compare(b.At) })
	for len(marks) > 0 {
		x := d.x(marks[0].At)
		n := 1
		for n < len(marks) && d.x(marks[n].At)-x < flagWidth {
			n++
		}
		var told []string
		for _, m := range marks[:min(n, maxTold)] {
			told = append(told, m.At.UTC().Format("2006-01-02 15:04")+" "+m.Text)
		}
		if n > maxTold {
			told = append(told, fmt.Sprintf("and %d more", n-maxTold))
		}
		fmt.Fprintf(&d.over, `<path class="f-%s" d="M%s %sl-4 8h8z"><title>%s</title></path>`+"\n", flagTone(r.Tone), px(x), px(y), escape(strings.Join(told, "\n")))
		marks = marks[n:]
	}
}

// flagTone is that of a flag, which may have none of its own.
func flagTone(t Tone) Tone { return cmp.Or(t, Orange) }

// lines draws moments through all panels, if they are few.
func (d *drawing) lines(top, bottom float64) {
	n := 0
	for _, p := range d.Panels {
		for _, r := range p.Rows {
			n += len(r.Marks)
		}
	}
	if n > maxLines {
		return
	}
	drawn := map[string]bool{} // moments of several rows have one line
	for _, p := range d.Panels {
		for _, r := range p.Rows {
			for _, m := range r.Marks {
				if x := d.x(m.At); !drawn[px(x)] {
					drawn[px(x)] = true
					line(&d.under, "mark "+string(flagTone(r.Tone)), x, top, x, bottom)
				}
			}
		}
	}
}

// timeAxis draws the times below all panels. A label that does not fit between
// its neighbours is left out.
func (d *drawing) timeAxis(top, y float64) {
	const letter = 7.5 // width, about
	free := 0.0        // from here on
	for _, t := range timeTicks(d.Start, d.End, int(d.plot/64)) {
		x := d.x(t.at)
		line(&d.under, "tick", x, top, x, y)
		half := letter * float64(len(t.label)) / 2
		x = min(max(x, half), float64(d.Width)-half)
		if x-half < free {
			continue
		}
		free = x + half + letter
		d.text(x, y+17, "m", t.label)
	}
}

// scale turns values into pixels.
type scale struct {
	low, high    float64
	base, height float64
	ticks        []float64
}

func (s scale) y(v float64) float64 {
	part := (v - s.low) / (s.high - s.low)
	return s.base - s.height*math.Min(1, math.Max(0, part))
}

// scale fits all that a panel shows, from zero.
func (p Panel) scale(base, height float64) scale {
	low, high := 0.0, 0.0
	look := func(v float64) {
		if math.Abs(v) <= most {
			low, high = min(low, v), max(high, v)
		}
	}
	for _, s := range p.Series {
		for _, point := range s.Points {
			look(point.Value)
		}
	}
	for _, l := range p.Levels {
		look(l.Value)
	}
	return newScale(low, high, base, height)
}

// most is the greatest value that a scale makes room for.
const most = 1e18

func newScale(low, high, base, height float64) scale {
	if high-low <= 1e-9*max(1e-6, math.Abs(low)) {
		high = low + max(1, math.Abs(low)/10)
	}
	step := niceStep((high - low) / max(2, height/30))
	s := scale{low: math.Floor(low/step) * step, high: math.Ceil(high/step-1e-9) * step, base: base, height: height}
	for i := range int(math.Round((s.high-s.low)/step)) + 1 {
		s.ticks = append(s.ticks, s.low+float64(i)*step)
	}
	return s
}

// niceStep is 1, 2 or 5 times a power of ten, not less than v.
func niceStep(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= v*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// compact writes a number in little room.
func compact(v float64) string {
	for _, unit := range []struct {
		value  float64
		suffix string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if math.Abs(v) >= unit.value {
			return strconv.FormatFloat(v/unit.value, 'g', 4, 64) + unit.suffix
		}
	}
	return strings.TrimSuffix(strconv.FormatFloat(math.Round(v*1e6)/1e6, 'g', 4, 64), ".0")
}
