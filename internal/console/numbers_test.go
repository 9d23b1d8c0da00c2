package console

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
	"github.com/setpoint-io/setpoint/internal/report/chart"
)

// at reads a series as the page does.
func (s Series) at(t time.Time) any {
	var found []any
	for _, p := range s.Points {
		if p[0].(int64) <= t.UnixMilli() {
			found = p
		}
	}
	if found == nil || s.Holds > 0 && t.UnixMilli()-found[0].(int64) >= s.Holds {
		return nil
	}
	return found[1]
}

// However long a stretch is, a cursor finds what was measured where it is, and
// nothing where nothing was.
func TestSamplesAreFoundEverywhere(t *testing.T) {
	for _, length := range []time.Duration{time.Hour, 6 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 31 * 24 * time.Hour} {
		var given []admin.Datapoint
		begin := noon.Add(-length)
		silence, sound := begin.Add(length/2), begin.Add(length*3/4)
		for at := begin; at.Before(noon); at = at.Add(time.Minute) {
			if at.Before(silence) || !at.Before(sound) {
				given = append(given, admin.Datapoint{Time: at, Value: 100 + at.Sub(begin).Hours()})
			}
		}
		s := samples("metric", datapoints(given, 60, noon), time.Minute)
		if n := len(s.Points); n > maxSamples+2 {
			t.Errorf("%s: there are %d values", length, n)
		}
		together := time.Duration(s.Holds) * time.Millisecond
		for i := 1; i < 1000; i++ {
			at := begin.Add(time.Minute + (length-2*time.Minute)*time.Duration(i)/1000)
			value, found := s.at(at).(float64)
			switch {
			case at.After(silence.Add(together)) && at.Before(sound.Add(-together)):
				if found {
					t.Errorf("%s: at %s there is %v, and nothing was measured", length, at, value)
				}
			case at.Before(silence) || at.After(sound.Add(together)):
				if want := 100 + at.Sub(begin).Hours(); !found || math.Abs(value-want) > together.Hours()+0.02 {
					t.Errorf("%s: at %s there is %v, want about %v", length, at, value, want)
				}
			}
		}
	}
}

// Several periods together are told as their mean with the least and the greatest.
func TestSamplesTogether(t *testing.T) {
	var points []chart.Point
	for i := range 2*maxSamples - 1 {
		points = append(points, chart.Point{At: noon.Add(time.Duration(i+1) * time.Minute), Value: float64(i % 2 * 10)})
	}
	s := samples("metric", points, time.Minute)
	text, err := json.Marshal(s.Points[:2])
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("[[1795521600000,5,0,10],[1795521720000,5,0,10]]", string(text)); diff != "" {
		t.Errorf("pairs of minutes (-want +got):\n%s", diff)
	}
}

// No change of a capacity is left out, and what does not change is not told again.
func TestChanges(t *testing.T) {
	var points []chart.Point
	for i := range 3000 {
		points = append(points, chart.Point{At: noon.Add(time.Duration(i) * time.Minute), Value: float64(i / 3 % 7)})
	}
	points = append(points, chart.Point{At: noon.Add(3000 * time.Minute), Value: math.NaN()})
	s := changes("in service", points)
	if len(s.Points) != 1001 {
		t.Errorf("there are %d changes, want 1000 and the end", len(s.Points))
	}
	for _, p := range points {
		if got := s.at(p.At); got != reading(p.Value) {
			t.Fatalf("at %s there is %v, want %v", p.At, got, p.Value)
		}
	}
}

func FuzzSamples(f *testing.F) {
	f.Add(int64(60), 3, 1.5)
	f.Add(int64(1), 5000, math.MaxFloat64)
	f.Add(int64(86400), 900, math.Inf(1))
	f.Fuzz(func(t *testing.T, seconds int64, n int, value float64) {
		period := time.Duration(1+uint64(seconds)%86400) * time.Second
		var points []chart.Point
		at := noon
		for i := range max(0, n%10000) {
			at = at.Add(time.Duration(1+i%3) * period)
			points = append(points, chart.Point{At: at, Value: value})
		}
		s := samples("metric", points, period)
		if _, err := json.Marshal(s); err != nil {
			t.Fatal(err)
		}
		for i := 1; i < len(s.Points); i++ {
			if s.Points[i][0].(int64) <= s.Points[i-1][0].(int64) {
				t.Fatalf("the times go back at %d: %v", i, s.Points[i-1:i+1])
			}
		}
	})
}
