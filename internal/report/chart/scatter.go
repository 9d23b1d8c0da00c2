package chart

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// Scatter is a picture of pairs of numbers, such as a cost and what it buys.
// The axis of Y is logarithmic, from zero, because what is bought last costs
// most.
type Scatter struct {
	ID, Title, Text string // as of a [Figure]
	Width           int
	X, Y            string // what the axes are
	Groups          []Group
	Levels          []Level // of Y
}

// Group is pairs that belong together.
type Group struct {
	Name   string
	Tone   Tone
	Joined bool // by a line, in their order
	Large  bool // stands out
	Pairs  []Pair
}

// Pair is a point with what it is.
type Pair struct {
	X, Y float64
	Text string
}

// Sizes of the plot in pixels.
const (
	scatterHeight = 220
	scatterTick   = 80
)

// WriteSVG draws the picture.
func (s Scatter) WriteSVG(w io.Writer) error {
	s.Width = max(s.Width, MinWidth)
	d := drawing{Figure: Figure{ID: s.ID, Title: s.Title, Text: s.Text, Width: s.Width}, plot: float64(s.Width - left - right)}
	p := Panel{Title: s.Y, Levels: s.Levels}
	low, high, top := math.Inf(1), math.Inf(-1), 1.0
	for _, g := range s.Groups {
		p.Series = append(p.Series, Series{Name: g.Name, Tone: g.Tone, dot: !g.Joined})
		for _, pair := range g.Pairs {
			low, high, top = min(low, pair.X), max(high, pair.X), max(top, pair.Y)
		}
	}
	for _, l := range s.Levels {
		top = max(top, l.Value)
	}
	if low > high {
		low, high = 0, 1
	}
	d.text(2, 22, "h", p.Title)
	y := 8 + d.legend(p, 8, float64(len(p.Title))*bold+13) + heading
	bottom := y + scatterHeight
	vertical := func(v float64) float64 { return bottom - scatterHeight*math.Log1p(v)/math.Log1p(top*1.1) }
	for _, v := range []float64{0, 1, 10, 100, 1e3, 1e4, 1e5, 1e6} {
		if v <= top*1.1 {
			line(&d.under, "grid", left, vertical(v), float64(d.Width-right), vertical(v))
			d.text(left-6, vertical(v)+4, "n", compact(v))
		}
	}
	across := newScale(low, high, left, d.plot*30/scatterTick)
	x := func(v float64) float64 { return left + d.plot*(v-across.low)/(across.high-across.low) }
	for _, v := range across.ticks {
		line(&d.under, "grid", x(v), y, x(v), bottom)
		d.text(min(x(v), float64(d.Width)-right), bottom+17, "m", compact(v))
	}
	d.text(float64(d.Width-right), bottom+34, "n", s.X)
	for _, l := range s.Levels {
		line(&d.over, "s level "+string(l.Tone), left, vertical(l.Value), float64(d.Width-right), vertical(l.Value))
	}
	for _, g := range s.Groups {
		d.group(g, x, vertical)
	}
	return d.write(w, int(bottom)+40)
}

func (d *drawing) group(g Group, x, y func(float64) float64) {
	if g.Joined && len(g.Pairs) > 0 {
		var b strings.Builder
		for i, p := range g.Pairs {
			command := "L"
			if i == 0 {
				command = "M"
			}
			b.WriteString(command + px(x(p.X)) + " " + px(y(p.Y)))
		}
		fmt.Fprintf(&d.over, `<path class="s %s" d="%s"/>`+"\n", g.Tone, b.String())
	}
	radius := 2.5
	if g.Large {
		radius = 5.5
	}
	for _, p := range g.Pairs {
		fmt.Fprintf(&d.over, `<circle class="f-%s" cx="%s" cy="%s" r="%s"><title>%s</title></circle>`+"\n", g.Tone, px(x(p.X)), px(y(p.Y)), px(radius), escape(p.Text))
	}
}
