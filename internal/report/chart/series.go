package chart

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// bucket is what a series has in one column of pixels.
type bucket struct {
	known           bool
	first, last     float64
	low, high, mean float64
	n               float64
}

func (b *bucket) add(v, weight float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) || weight <= 0 {
		return
	}
	if !b.known {
		*b = bucket{known: true, first: v, low: v, high: v}
	}
	b.last, b.low, b.high = v, min(b.low, v), max(b.high, v)
	b.mean += v * weight
	b.n += weight
}

// series draws one series: as it is, or where it has more values than pixels
// as a band with its mean.
func (d *drawing) series(s Series, y scale) {
	if len(s.Points) == 0 {
		return
	}
	columns := int(d.plot)
	if len(s.Points) <= columns*3/2 {
		path := d.exact(s, y)
		if s.Style == Area {
			d.fill(s, y)
		}
		fmt.Fprintf(&d.over, `<path class="%s" d="%s"/>`+"\n", s.class(), path)
		return
	}
	buckets := d.buckets(s, columns)
	if s.Style != Dots {
		fmt.Fprintf(&d.over, `<path class="band f-%s" d="%s"/>`+"\n", s.Tone, band(buckets, y))
	}
	if s.Style == Area {
		fmt.Fprintf(&d.over, `<path class="area f-%s" d="%s"/>`+"\n", s.Tone, under(buckets, y))
	}
	fmt.Fprintf(&d.over, `<path class="%s" d="%s"/>`+"\n", s.class(), means(buckets, y))
}

func (s Series) class() string {
	class := "s " + string(s.Tone)
	if s.Style == Dots {
		class += " dots"
	}
	return class
}

// exact is the path of all points.
func (d *drawing) exact(s Series, y scale) string {
	var b strings.Builder
	pen, before := false, ""
	steps := s.Style == Steps || s.Style == Dots
	for _, p := range s.Points {
		if math.IsNaN(p.Value) || math.IsInf(p.Value, 0) {
			if steps && pen {
				b.WriteString("H" + px(d.x(p.At)))
			}
			pen = false
			continue
		}
		x, at := px(d.x(p.At)), px(y.y(p.Value))
		switch {
		case !pen:
			b.WriteString("M" + x + " " + at)
		case steps && at == before:
			continue
		case steps:
			b.WriteString("H" + x + "V" + at)
		default:
			b.WriteString("L" + x + " " + at)
		}
		pen, before = true, at
	}
	if steps && pen {
		b.WriteString("H" + px(left+d.plot))
	}
	return b.String()
}

// fill draws the area below a line.
func (d *drawing) fill(s Series, y scale) {
	var b strings.Builder
	zero := px(y.y(math.Max(0, y.low)))
	start := -1
	flush := func(end int) {
		if start < 0 {
			return
		}
		part := s
		part.Points = s.Points[start:end]
		fmt.Fprintf(&b, "%sV%sH%sZ", d.exact(part, y), zero, px(d.x(part.Points[0].At)))
		start = -1
	}
	for i, p := range s.Points {
		if math.IsNaN(p.Value) || math.IsInf(p.Value, 0) {
			flush(i)
		} else if start < 0 {
			start = i
		}
	}
	flush(len(s.Points))
	fmt.Fprintf(&d.over, `<path class="area f-%s" d="%s"/>`+"\n", s.Tone, b.String())
}

// buckets gathers a series by columns. A step counts as long as it lasts.
func (d *drawing) buckets(s Series, n int) []bucket {
	buckets := make([]bucket, n)
	column := func(at time.Time) float64 { return (d.x(at) - left) / d.plot * float64(n) }
	steps := s.Style == Steps || s.Style == Dots
	for i, p := range s.Points {
		from := column(p.At)
		first := min(n-1, int(from))
		if !steps {
			buckets[first].add(p.Value, 1)
			continue
		}
		to := float64(n)
		if i+1 < len(s.Points) {
			to = column(s.Points[i+1].At)
		}
		for c := first; c < n && float64(c) < to; c++ {
			buckets[c].add(p.Value, min(to, float64(c+1))-max(from, float64(c)))
		}
	}
	return buckets
}

// runs calls f for each stretch of columns that are known.
func runs(buckets []bucket, f func(from, to int)) {
	start := -1
	for i := 0; i <= len(buckets); i++ {
		known := i < len(buckets) && buckets[i].known
		switch {
		case known && start < 0:
			start = i
		case !known && start >= 0:
			f(start, i)
			start = -1
		}
	}
}

func column(i int) float64 { return left + float64(i) + 0.5 }

func means(buckets []bucket, y scale) string {
	var b strings.Builder
	runs(buckets, func(from, to int) {
		for i := from; i < to; i++ {
			command := "L"
			if i == from {
				command = "M"
			}
			b.WriteString(command + px(column(i)) + " " + px(y.y(buckets[i].mean/buckets[i].n)))
		}
	})
	return b.String()
}

func band(buckets []bucket, y scale) string {
	var b strings.Builder
	runs(buckets, func(from, to int) {
		for i := from; i < to; i++ {
			command := "L"
			if i == from {
				command = "M"
			}
			b.WriteString(command + px(column(i)) + " " + px(y.y(buckets[i].high)))
		}
		for i := to - 1; i >= from; i-- {
			b.WriteString("L" + px(column(i)) + " " + px(y.y(buckets[i].low)))
		}
		b.WriteString("Z")
	})
	return b.String()
}

func under(buckets []bucket, y scale) string {
	var b strings.Builder
	zero := px(y.y(math.Max(0, y.low)))
	runs(buckets, func(from, to int) {
		b.WriteString("M" + px(column(from)) + " " + zero)
		for i := from; i < to; i++ {
			b.WriteString("L" + px(column(i)) + " " + px(y.y(buckets[i].mean/buckets[i].n)))
		}
		b.WriteString("V" + zero + "Z")
	})
	return b.String()
}
