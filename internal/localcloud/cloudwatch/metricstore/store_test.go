package metricstore

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// put is one sample as the reference remembers it.
type put struct {
	at    int64
	value float64
}

// reference computes a statistic as its definition says.
func reference(puts []put, from, to int64, name string) float64 {
	var values []float64
	for _, p := range puts {
		if p.at >= from && p.at < to {
			values = append(values, p.value)
		}
	}
	if len(values) == 0 {
		return math.NaN()
	}
	slices.Sort(values)
	sum := 0.0
	for _, x := range values {
		sum += x
	}
	switch name {
	case "SampleCount":
		return float64(len(values))
	case "Sum":
		return sum
	case "Average":
		return sum / float64(len(values))
	case "Minimum":
		return values[0]
	case "Maximum":
		return values[len(values)-1]
	case "p50":
		return values[max(0, int(math.Ceil(0.5*float64(len(values))))-1)]
	default:
		return values[max(0, int(math.Ceil(0.9*float64(len(values))))-1)]
	}
}

func parsed(t testing.TB, name string) Statistic {
	t.Helper()
	s, ok := ParseStatistic(name)
	if !ok {
		t.Fatalf("%s is not parsed", name)
	}
	return s
}

var approximately = cmp.Options{cmpopts.EquateNaNs(), cmpopts.EquateApprox(1e-9, 1e-9)}

// nearly is how near percentiles are where many values of a minute are packed.
var nearly = cmp.Options{cmpopts.EquateNaNs(), cmpopts.EquateApprox(0.045, 1e-9)}

// compare reads what was put in all ways and compares with the reference.
func compare(t *testing.T, s *Series, puts []put, start, end, now int64, periods []int64, percentiles cmp.Option) {
	t.Helper()
	for _, period := range periods {
		n := int((end - start) / period)
		for _, name := range []string{"SampleCount", "Sum", "Average", "Minimum", "Maximum", "p50", "p90"} {
			got, want := make([]float64, n), make([]float64, n)
			s.Read(Window{Start: start, Period: period, Now: now}, "", parsed(t, name), got)
			for i := range want {
				from := start + int64(i)*period
				want[i] = reference(puts, from, from+period, name)
			}
			equal := cmp.Option(approximately)
			if name[0] == 'p' {
				equal = percentiles
			}
			if diff := cmp.Diff(want, got, equal); diff != "" {
				t.Fatalf("%s with a period of %d s is not what its definition says (-want +got):\n%s", name, period, diff)
			}
		}
	}
}

func TestReadsWhatWasPut(t *testing.T) {
	cases := []struct {
		name   string
		when   func(r *rand.Rand, i int) int64
		value  func(r *rand.Rand, i int) float64
		reason string
	}{
		{"Gauge", func(_ *rand.Rand, i int) int64 { return int64(i) * 60 }, func(r *rand.Rand, _ int) float64 { return math.Floor(r.Float64() * 100) }, "one value a minute, in order"},
		{"Constant", func(_ *rand.Rand, i int) int64 { return int64(i) * 30 }, func(*rand.Rand, int) float64 { return 7 }, "constant columns take no memory"},
		{"Random", func(r *rand.Rand, _ int) int64 { return r.Int64N(2000 * 60) }, func(r *rand.Rand, _ int) float64 { return float64(r.IntN(20)) }, "any order, with gaps"},
		{"Backwards", func(_ *rand.Rand, i int) int64 { return int64(2000-i) * 60 }, func(_ *rand.Rand, i int) float64 { return float64(i % 3) }, "the latest first"},
		{"Bursts", func(r *rand.Rand, i int) int64 { return int64(i/50)*3600 + r.Int64N(60) }, func(r *rand.Rand, i int) float64 { return float64(i + r.IntN(3)) }, "many different values in one minute"},
		{"Middle", func(_ *rand.Rand, i int) int64 { return int64((i*700)%2001) * 60 }, func(_ *rand.Rand, i int) float64 { return float64(i) }, "chunks split in the middle"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, 2))
			const epoch = 1772366400
			s := &Series{}
			var puts []put
			for i := range 2000 {
				p := put{epoch + tc.when(random, i), tc.value(random, i)}
				puts = append(puts, p)
				s.Put("None", p.at, false, Value(p.value), epoch+2001*60)
			}
			percentiles := cmp.Option(approximately)
			if tc.name == "Bursts" {
				percentiles = nearly
			}
			compare(t, s, puts, epoch, epoch+2001*60, epoch+2001*60, []int64{60, 300, 420, 3600}, percentiles)
		})
	}
}

func TestHighResolution(t *testing.T) {
	const epoch = 1772366400
	fine, coarse := &Series{}, &Series{}
	for i := range int64(600) {
		fine.Put("None", epoch+i, true, Value(float64(i)), epoch+i)
		coarse.Put("None", epoch+i, false, Value(float64(i)), epoch+i)
	}
	read := func(s *Series, period, now int64) []float64 {
		out := make([]float64, 6)
		s.Read(Window{Start: epoch + 60, Period: period, Now: now}, "None", parsed(t, "SampleCount"), out)
		return out
	}
	nan := math.NaN()
	cases := []struct {
		got, want []float64
		reason    string
	}{
		{read(fine, 10, epoch+600), []float64{10, 10, 10, 10, 10, 10}, "metrics of high resolution have short periods"},
		{read(fine, 1, epoch+600), []float64{1, 1, 1, 1, 1, 1}, "down to a second"},
		{read(fine, 60, epoch+600), []float64{60, 60, 60, 60, 60, 60}, "and minutes as others do"},
		{read(coarse, 10, epoch+600), []float64{60, nan, nan, nan, nan, nan}, "of others the minute is in the period where it begins"},
		{read(fine, 10, epoch+60+3*3600+30), []float64{nan, nan, nan, 10, 10, 10}, "seconds are there for three hours"},
		{read(fine, 60, epoch+4*3600), []float64{60, 60, 60, 60, 60, 60}, "and minutes for longer"},
	}
	for _, tc := range cases {
		if diff := cmp.Diff(tc.want, tc.got, approximately); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
		}
	}
}

func TestUnitsAreApart(t *testing.T) {
	s := &Series{}
	s.Put("Seconds", 600, false, Value(1), 600)
	s.Put("Milliseconds", 600, false, Value(60000), 600)
	s.Put("Count", 6000, false, Value(5), 6000)
	read := func(unit string) []float64 {
		out := make([]float64, 1)
		s.Read(Window{Start: 600, Period: 60, Now: 6000}, unit, parsed(t, "Sum"), out)
		return out
	}
	for _, tc := range []struct {
		unit, reason string
		want         float64
	}{
		{"Seconds", "a unit has its own data", 1},
		{"", "no unit is the first that has data in the window", 60000},
		{"Count", "a unit without data has none", math.NaN()},
		{"Bytes", "nor one never used", math.NaN()},
	} {
		if diff := cmp.Diff([]float64{tc.want}, read(tc.unit), approximately); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
		}
	}
	if diff := cmp.Diff([]string{"Milliseconds", "Seconds"}, s.Units(0, 6000)); diff != "" {
		t.Errorf("units are those with data in the range (-want +got):\n%s", diff)
	}
}

func TestPercentilesNeedValues(t *testing.T) {
	cases := []struct {
		samples []Sample
		p50     float64
		reason  string
	}{
		{[]Sample{Distribution([]float64{1, 2, 3}, []float64{1, 1, 10})}, 3, "counts weigh"},
		{[]Sample{Distribution([]float64{3, 1}, nil)}, 1, "without counts each occurred once"},
		{[]Sample{{Count: 4, Sum: 10, Min: 1, Max: 4}}, math.NaN(), "a statistic set does not tell the values"},
		{[]Sample{{Count: 4, Sum: 8, Min: 2, Max: 2}}, 2, "unless all are the same"},
		{[]Sample{Value(1), {Count: 4, Sum: 10, Min: 1, Max: 4}, Value(1)}, math.NaN(), "one that does not makes all unknown"},
		{[]Sample{Value(-1), Value(5)}, math.NaN(), "with negative values there are no percentiles, as documented"},
	}
	for _, tc := range cases {
		s := &Series{}
		for _, sample := range tc.samples {
			s.Put("None", 60, false, sample, 60)
		}
		out := make([]float64, 1)
		s.Read(Window{Start: 60, Period: 60, Now: 60}, "", parsed(t, "p50"), out)
		if diff := cmp.Diff([]float64{tc.p50}, out, approximately); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
		}
	}
	s := &Series{}
	for i := range 10_000 {
		s.Put("None", 60, false, Value(float64(i)), 60)
	}
	for name, want := range map[string]float64{"p0": 0, "p50": 5000, "p99": 9900, "p100": 9999} {
		out := make([]float64, 1)
		s.Read(Window{Start: 60, Period: 60, Now: 60}, "", parsed(t, name), out)
		if math.Abs(out[0]-want) > 0.1*10_000 {
			t.Errorf("the values that are kept are bounded, and percentiles stay near: %s is %v, not %v", name, out[0], want)
		}
	}
	if n := len(s.streams[0].minutes.recent[1].values); n > maxDistinct {
		t.Errorf("%d values of a minute are kept", n)
	}
}

func TestPutEach(t *testing.T) {
	const minute, now = 120, 240
	for _, tc := range []struct {
		reason string
		values []float64
	}{
		{"equal values are one sample", []float64{2, 2, 2, 2, 2, 2}},
		{"different ones keep their distribution", []float64{1, 2, 2, 4, 5, 6}},
	} {
		together, alone := &Series{}, &Series{}
		for range 2 { // also when there is something in the minute
			together.PutEach("None", minute, 10, tc.values, now)
			for i, x := range tc.values {
				alone.Put("None", minute+int64(i)*10, true, Value(x), now)
			}
		}
		for _, statistic := range []string{"SampleCount", "Sum", "Minimum", "Maximum", "p50", "p90"} {
			for _, period := range []int64{10, 60} {
				var got, want [6]float64
				together.Read(Window{minute, period, now}, "None", parsed(t, statistic), got[:60/period])
				alone.Read(Window{minute, period, now}, "None", parsed(t, statistic), want[:60/period])
				if got != want {
					t.Errorf("%s: the %s of %ds is %v together, %v one by one", tc.reason, statistic, period, got, want)
				}
			}
		}
	}
}

func TestParseStatistic(t *testing.T) {
	for _, name := range []string{"Sum", "p0", "p99", "p99.9", "p100", "p100.0"} {
		parsed(t, name)
	}
	for _, name := range []string{"", "sum", "p", "p101", "p100.1", "p999", "p-1", "p50."} {
		if s, ok := ParseStatistic(name); ok {
			t.Errorf("%q is parsed as %+v", name, s)
		}
	}
}

func TestRollsUp(t *testing.T) {
	const days = 70
	s := &Series{}
	for m := range int64(days * day / 60) {
		s.Put("None", m*60, false, Value(float64(m%2+1)), m*60)
	}
	now := int64(days * day)
	read := func(start, period int64, statistic string) float64 {
		out := make([]float64, 1)
		s.Read(Window{Start: start, Period: period, Now: now}, "None", parsed(t, statistic), out)
		return out[0]
	}
	cases := []struct {
		got, want float64
		reason    string
	}{
		{read(now-10*day, 60, "Sum"), 1, "minutes are kept for 15 days"},
		{read(now-16*day, 60, "Sum"), math.NaN(), "and no longer"},
		{read(now-16*day, 300, "Sum"), 7, "five minutes are then what is left"},
		{read(now-64*day, 300, "Sum"), math.NaN(), "for 63 days"},
		{read(now-64*day, 3600, "Sum"), 90, "and hours after that"},
		{read(now-64*day, 3600, "p50"), 1, "with their values"},
		{read(0, days*day, "SampleCount"), days * day / 60, "nothing is lost on the way"},
	}
	for _, tc := range cases {
		if diff := cmp.Diff(tc.want, tc.got, approximately); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.reason, diff)
		}
	}
	if points := len(s.streams[0].minutes.chunks) * chunkPoints; points > 16*day/60 {
		t.Errorf("%d minutes are kept of the last 15 days", points)
	}
}

func TestIdentity(t *testing.T) {
	store := New()
	id := func(dimensions ...Dimension) ID { return ID{"N", "M", dimensions} }
	a, b := Dimension{"a", "1"}, Dimension{"b", "2"}
	one := store.Series(id(b, a))
	if store.Series(id(a, b)) != one || store.Find(id(b, a)) != one {
		t.Error("the order of dimensions has no meaning")
	}
	if store.Find(id(a)) != nil || store.Find(id()) != nil || store.Find(ID{"N", "M2", []Dimension{a, b}}) != nil {
		t.Error("dimensions and names are exact")
	}
	store.Series(ID{"A", "Z", nil})
	store.Series(id(a))
	var listed []string
	for key, s := range store.After("") {
		listed = append(listed, fmt.Sprint(s.Namespace, s.Name, s.Dimensions))
		if Key(s.ID) != key {
			t.Errorf("%q is the key of %v", key, s.ID)
		}
	}
	if diff := cmp.Diff([]string{"AZ[]", "NM[{a 1}]", "NM[{a 1} {b 2}]"}, listed); diff != "" {
		t.Errorf("metrics are listed in the order of their keys (-want +got):\n%s", diff)
	}
	for _, s := range store.After(Key(id(a))) {
		if s != one {
			t.Errorf("after a key comes the next, not %v", s.ID)
		}
		break
	}
}

func BenchmarkPut(b *testing.B) {
	s := &Series{}
	b.ReportAllocs()
	for i := int64(0); b.Loop(); i++ {
		s.Put("None", i*6, false, Value(float64(i%100/25)), i*6)
	}
}

func BenchmarkReadAlarm(b *testing.B) {
	store := New()
	id := ID{"AWS/SageMaker", "InvocationsPerInstance", []Dimension{{"EndpointName", "e"}, {"VariantName", "all"}}}
	s := store.Series(id)
	const minutes = 15 * day / 60
	for m := range int64(minutes) {
		s.Put("None", m*60, false, Value(float64(m%7)), m*60)
	}
	out := make([]float64, 5)
	b.ReportAllocs()
	for b.Loop() {
		store.Find(id).Read(Window{Start: (minutes - 5) * 60, Period: 60, Now: minutes * 60}, "", parsed(b, "Sum"), out)
	}
}

func FuzzPut(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8})
	f.Add([]byte{0, 0, 0, 0, 255, 255, 128, 7, 1, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		const epoch = 1772366400
		s := &Series{}
		var puts []put
		for i := 0; i+1 < len(data) && len(puts) < 600; i += 2 {
			p := put{epoch + int64(data[i])*20, float64(data[i+1] % 16)}
			puts = append(puts, p)
			s.Put("None", p.at, data[i+1]%2 == 0, Value(p.value), epoch+256*20)
		}
		if len(puts) > 0 {
			compare(t, s, puts, epoch, epoch+256*20, epoch+256*20, []int64{60, 300}, approximately)
		}
	})
}
