package simulate

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Shape is a demand that is made, not measured.
type Shape struct {
	Name   string  // one of [Shapes]
	Base   float64 // the least demand, requests per minute
	Peak   float64 // the greatest, before noise
	Noise  float64 // 0 to 1: by how much of itself a minute may differ
	Start  time.Time
	Length time.Duration // 0: that of the shape
}

// ShapeInfo describes a shape for people.
type ShapeInfo struct {
	Name   string
	Text   string
	Length time.Duration // if no other is given
	level  func(at time.Time, part float64) float64
}

// Shapes lists the shapes that there are.
func Shapes() []ShapeInfo { return slices.Clone(shapes) }

const day = 24 * time.Hour

var shapes = []ShapeInfo{
	{"constant", "the peak all the time", day, func(time.Time, float64) float64 { return 1 }},
	{"daily", "low at 02:00 UTC and high at 14:00, every day", 3 * day, func(at time.Time, _ float64) float64 { return daily(at) }},
	{"weekly", "daily, with half of it at weekends", 14 * day, weekly},
	{"ramp", "from the base to the peak in a straight line", 6 * time.Hour, func(_ time.Time, part float64) float64 { return part }},
	{"spike", "the base, and the peak for a tenth of the time, in the middle", 6 * time.Hour, spike},
}

func daily(at time.Time) float64 {
	const low = 2 * time.Hour
	sinceLow := at.Sub(at.Truncate(day)) - low
	return (1 - math.Cos(2*math.Pi*sinceLow.Hours()/24)) / 2
}

func weekly(at time.Time, _ float64) float64 {
	if at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
		return daily(at) / 2
	}
	return daily(at)
}

func spike(_ time.Time, part float64) float64 {
	if part >= 0.45 && part < 0.55 {
		return 1
	}
	return 0
}

// Trace makes the trace of a shape, with a value for each minute.
func (s Shape) Trace() (*Trace, error) {
	i := slices.IndexFunc(shapes, func(known ShapeInfo) bool { return known.Name == s.Name })
	if i < 0 {
		names := make([]string, len(shapes))
		for i, known := range shapes {
			names[i] = known.Name
		}
		return nil, fmt.Errorf("shape %q is unknown; write one of %s", s.Name, strings.Join(names, ", "))
	}
	if !(s.Base >= 0 && s.Peak >= s.Base && s.Peak <= math.MaxFloat32) {
		return nil, fmt.Errorf("a demand from %v to %v is not possible; write two numbers that are not negative, the peak not below the base", s.Base, s.Peak)
	}
	if !(s.Noise >= 0 && s.Noise <= 1) {
		return nil, fmt.Errorf("noise of %v is not possible; write a number from 0 to 1", s.Noise)
	}
	length := s.Length
	if length == 0 {
		length = shapes[i].Length
	}
	if n := length / time.Minute; n < 1 || n > maxSteps {
		return nil, fmt.Errorf("a length of %v is not possible; write between a minute and ten years", length)
	}
	t := &Trace{Source: "shape " + s.Name, Start: s.Start.UTC().Truncate(time.Minute), Step: time.Minute, Rates: make([]float64, length/time.Minute)}
	seed := fnv.New64a()
	fmt.Fprint(seed, s.Name)
	random := rand.New(rand.NewPCG(seed.Sum64(), 1))
	for m := range t.Rates {
		level := shapes[i].level(t.Start.Add(time.Duration(m)*time.Minute), float64(m)/float64(len(t.Rates)))
		t.Rates[m] = (s.Base + (s.Peak-s.Base)*level) * (1 + s.Noise*(2*random.Float64()-1))
	}
	return t, nil
}
