package chart

import (
	"fmt"
	"io"
	"strings"
)

// Scatter is a picture of pairs of numbers, such as a cost and what it buys.
type Scatter struct {
	ID, Title, Text string // as of a [Figure]
	Width           int
	X, Y            string // what the axes are
	Groups          []Group
}

// Group is pairs that belong together.
type Group struct {
	Name   string
	Tone   Tone
	Joined bool    // by a line, in their order
	Large  bool    // stands out
	Pairs  []Pair  // what is drawn
	Limit  float64 // a level of Y that belongs to it; 0: none
}

// Pair is a point with what it is.
type Pair struct {
	X, Y float64
	Text string
}

// scatterHeight is the height of the plot in pixels.
const scatterHeight = 220

// WriteSVG draws the picture.
func (s Scatter) WriteSVG(w io.Writer) error {
	s.Width = max(s.Width, MinWidth)
	d := drawing{Figure: Figure{ID: s.ID, Title: s.Title, Text: s.Text, Width: s.Width}, plot: float64(s.Width - left - right)}
	p := Panel{Title: s.Y}
	low, high := 0.0, 0.0
	for i, g := range s.Groups {
		p.Series = append(p.Series, Series{Name: g.Name, Tone: g.Tone})
		for _, pair := range g.Pairs {
			p.Series[i].Points = append(p.Series[i].Points, Point{Value: pair.Y})
			high = max(high, pair.X)
		}
		if g.Limit > 0 {
			p.Levels = append(p.Levels, Level{Name: g.Name, Value: g.Limit, Tone: g.Tone})
			p.Series[i].Name = ""
		}
	}
	d.text(2, 22, "h", p.Title)
	y := 8 + d.legend(p, 8, float64(len(p.Title))*bold+8) + heading
	vertical := p.scale(y+scatterHeight, scatterHeight)
	across := newScale(low, high, left+d.plot, -d.plot)
	across.base, across.height = left, -d.plot
	for _, v := range vertical.ticks {
		at := vertical.y(v)
		line(&d.under, "grid", left, at, float64(d.Width-right), at)
		d.text(left-6, at+4, "n", compact(v))
	}
	bottom := y + scatterHeight
	for _, v := range across.ticks {
		x := across.y(v)
		line(&d.under, "grid", x, y, x, bottom)
		d.text(x, bottom+17, "m", compact(v))
	}
	d.text(float64(d.Width-right), bottom+34, "n", s.X)
	for _, l := range p.Levels {
		line(&d.over, "s level "+string(l.Tone), left, vertical.y(l.Value), float64(d.Width-right), vertical.y(l.Value))
	}
	for _, g := range s.Groups {
		d.group(g, across, vertical)
	}
	return d.write(w, int(bottom)+40)
}

func (d *drawing) group(g Group, across, vertical scale) {
	if g.Joined && len(g.Pairs) > 0 {
		var b strings.Builder
		for i, p := range g.Pairs {
			command := "L"
			if i == 0 {
				command = "M"
			}
			b.WriteString(command + px(across.y(p.X)) + " " + px(vertical.y(p.Y)))
		}
		fmt.Fprintf(&d.over, `<path class="s %s" d="%s"/>`+"\n", g.Tone, b.String())
	}
	radius := 2.5
	if g.Large {
		radius = 5.5
	}
	for _, p := range g.Pairs {
		fmt.Fprintf(&d.over, `<circle class="f-%s" cx="%s" cy="%s" r="%s"><title>%s</title></circle>`+"\n", g.Tone, px(across.y(p.X)), px(vertical.y(p.Y)), px(radius), escape(p.Text))
	}
}
