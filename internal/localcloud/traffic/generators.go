package traffic

import (
	"math"
	"time"
)

// steady is the same at any time.
type steady float64

func (s steady) Rate(time.Time) float64 { return float64(s) }

// wave goes up and down as a cosine does, highest at peak.
type wave struct {
	low, high float64
	peak      time.Time
	period    time.Duration
}

func (w wave) Rate(at time.Time) float64 {
	phase := float64(at.Sub(w.peak)%w.period) / float64(w.period)
	return w.low + (w.high-w.low)*(1+math.Cos(2*math.Pi*phase))/2
}

// ramp goes in a straight line from one rate to another, and stays there.
type ramp struct {
	from, to float64
	start    time.Time
	duration time.Duration
}

func (r ramp) Rate(at time.Time) float64 {
	switch passed := at.Sub(r.start); {
	case passed <= 0:
		return r.from
	case passed >= r.duration:
		return r.to
	default:
		return r.from + (r.to-r.from)*float64(passed)/float64(r.duration)
	}
}

// spike is there for a while, once or every so often, and zero otherwise.
type spike struct {
	rate            float64
	start           time.Time
	duration, every time.Duration // every is 0: once
}

func (s spike) Rate(at time.Time) float64 {
	passed := at.Sub(s.start)
	if passed < 0 {
		return 0
	}
	if s.every > 0 {
		passed %= s.every
	}
	if passed < s.duration {
		return s.rate
	}
	return 0
}

// noisy lets traffic vary by chance, each minute for itself.
type noisy struct {
	of        Generator
	deviation float64 // the standard deviation, relative to the rate
	seed      uint64
}

func (n noisy) Rate(at time.Time) float64 {
	place := uint64(floorMinute(at.Unix()))
	// Two uniform numbers make a normal one (Box and Muller).
	u, v := uniform(n.seed, 2*place), uniform(n.seed, 2*place+1)
	normal := math.Sqrt(-2*math.Log(1-u)) * math.Cos(2*math.Pi*v)
	return max(0, n.of.Rate(at)*(1+n.deviation*normal))
}

// uniform returns the number of a seed at a place, at least 0 and less than 1
// (the finalizer of SplitMix64, over both).
func uniform(seed, place uint64) float64 {
	z := mix(seed+0x9e3779b97f4a7c15) ^ (place * 0x9e3779b97f4a7c15)
	return float64(mix(z)>>11) / (1 << 53)
}

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// sum is all of its parts at once.
type sum []Generator

func (s sum) Rate(at time.Time) float64 {
	total := 0.0
	for _, g := range s {
		total += g.Rate(at)
	}
	return total
}

// floorMinute returns the minute, since 1970, of a time in Unix seconds.
func floorMinute(unix int64) int64 {
	if unix < 0 {
		return (unix - minute + 1) / minute
	}
	return unix / minute
}

// minute is in seconds.
const minute = 60
