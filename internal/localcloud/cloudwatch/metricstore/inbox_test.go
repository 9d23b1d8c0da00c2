package metricstore

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// putAny puts one of all that can be put, mostly soon after what was put before.
func putAny(r *rand.Rand, now int64) func(*Series) {
	unit := []string{"None", "None", "None", "Count"}[r.IntN(4)]
	at, value, kind := now-int64(r.IntN(3))*60, float64(r.IntN(3)), r.IntN(8)
	if kind == 0 {
		at -= int64(r.IntN(5)) * hour
	}
	return func(s *Series) {
		switch kind {
		case 1:
			s.Put(unit, at, true, Value(value), now)
		case 2:
			s.Put(unit, at, false, Distribution([]float64{value, value + 1}, nil), now)
		case 3:
			s.PutFine(unit, at, Value(value), now)
		case 4, 5:
			s.PutEach(unit, at-at%minute, 10, []float64{value, value, value, value, value, value + float64(kind-4)}, now)
		default:
			s.Put(unit, at, false, Value(value), now)
		}
	}
}

// TestReadingChangesNothing puts the same into a series that takes in everything at
// once and into one that does not, and reads the latest minutes all the time.
func TestReadingChangesNothing(t *testing.T) {
	const epoch, end = 1772366400, 1772366400 + 30*hour
	random := rand.New(rand.NewPCG(3, 4))
	var busy, calm Series
	now := int64(epoch)
	for end > now {
		if now += int64(random.IntN(5)) * 20; random.IntN(500) == 0 {
			now += 4 * hour
		}
		put := putAny(random, now)
		put(&busy)
		put(&calm)
		busy.settle(0)
		start := now - now%minute - int64(random.IntN(2))*minute
		latest := func(s *Series, unit string) []float64 {
			out := make([]float64, 3)
			s.Read(Window{Start: start, Period: minute, Now: now}, unit, parsed(t, "Sum"), out)
			return out
		}
		unit := []string{"", "None", "Count"}[random.IntN(3)]
		if diff := cmp.Diff(latest(&busy, unit), latest(&calm, unit), approximately); diff != "" {
			t.Fatalf("the latest minutes depend on whether they wait (-no +yes):\n%s", diff)
		}
	}
	if diff := cmp.Diff([]int64{busy.Newest()}, []int64{calm.Newest()}); diff != "" {
		t.Errorf("the latest time of a sample depends on when somebody asks (-asked +not asked):\n%s", diff)
	}
	if diff := cmp.Diff(busy.Units(epoch, now), calm.Units(epoch, now)); diff != "" {
		t.Errorf("the units depend on when somebody asks (-asked +not asked):\n%s", diff)
	}
	for _, period := range []int64{10, 60, 300, 3600} {
		for _, name := range []string{"SampleCount", "Sum", "Minimum", "Maximum", "p50"} {
			for _, unit := range []string{"", "None", "Count"} {
				read := func(s *Series) []float64 {
					out := make([]float64, (now-epoch)/period)
					s.Read(Window{Start: epoch, Period: period, Now: now}, unit, parsed(t, name), out)
					return out
				}
				if diff := cmp.Diff(read(&busy), read(&calm), approximately); diff != "" {
					t.Fatalf("%s with a period of %d s depends on when it is read (-often +once):\n%s", name, period, diff)
				}
			}
		}
	}
}

// TestChangedKnowsWhatWaits asks after each put whether a window is different.
func TestChangedKnowsWhatWaits(t *testing.T) {
	var s Series
	s.Put("None", 60, false, Value(1), 60)
	_, puts := s.Changed(0, 120)
	s.Put("None", 120, false, Value(1), 120)
	if changed, _ := s.Changed(puts, 120); changed {
		t.Error("what was put later than what was read has changed it")
	}
	s.Put("None", 60, false, Value(2), 120)
	if changed, _ := s.Changed(puts, 120); !changed {
		t.Error("what was put into what was read has not changed it")
	}
}

func TestSeveralReadAtTheSameTime(t *testing.T) {
	var s Series
	for m := range int64(20) {
		s.Put("None", m*60, false, Value(float64(m)), m*60)
	}
	read := make([][]float64, 4)
	var group sync.WaitGroup
	for i := range read {
		read[i] = make([]float64, 20)
		group.Go(func() { s.Read(Window{Period: 60, Now: 1200}, "", parsed(t, "Sum"), read[i]) })
	}
	group.Wait()
	for _, values := range read {
		if !slices.Equal(values, read[0]) || values[19] != 19 {
			t.Errorf("one read %v", values)
		}
	}
}

// TestAlarmsLeaveWhatWaits reads each minute the one before the latest, as alarms
// do, also after all was taken in.
func TestAlarmsLeaveWhatWaits(t *testing.T) {
	var s Series
	settled := 0
	for m := int64(1); m <= 64; m++ {
		s.Put("None", m*60, false, Value(float64(m)), m*60)
		if m == 10 {
			s.settle(0)
		}
		before := s.inbox.n
		out := make([]float64, 1)
		s.Read(Window{Start: (m - 1) * 60, Period: 60, Now: m * 60}, "None", parsed(t, "Sum"), out)
		if m > 1 && out[0] != float64(m-1) {
			t.Errorf("minute %d is %v", m-1, out[0])
		}
		if s.inbox.n < before {
			settled++
		}
	}
	if settled > 0 {
		t.Errorf("%d of 64 reads took in what waits", settled)
	}
}
