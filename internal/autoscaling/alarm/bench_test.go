package alarm_test

import (
	"math"
	"testing"

	"github.com/setpoint-io/setpoint/internal/autoscaling/alarm"
)

// wave is a metric of which every minute has another value.
type wave struct{}

func (wave) Datapoint(start int64) (float64, bool) {
	return 50 + 40*math.Sin(float64(start/60%1440)/229), true
}

func BenchmarkEvaluate(b *testing.B) {
	e := evaluator(b, above50(15, 0, ""), wave{}, alarm.OK, alarm.DefaultBehaviour())
	now := base
	b.ReportAllocs()
	for b.Loop() {
		now += 60
		e.Evaluate(now)
	}
}
