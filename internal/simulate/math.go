package simulate

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/metricmath"
	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
)

// mathRange is how many periods an expression sees. CloudWatch retrieves some
// more datapoints than an alarm has periods; its one example is five for three.
const mathRange = 5

// formula is the result of metric math over time. It keeps what it read, so
// that the alarms of a policy compute each period once between them.
type formula struct {
	program *metricmath.Program
	result  int
	inputs  []*source // nil for expressions
	period  int64
	values  [][]float64 // of the inputs, oldest first, ending with the last period
	last    int64       // the last period that was read
	answer  float64
	known   bool
}

// formula makes the source of metric math of which each metric follows from
// demand.
func (w *world) formula(metric scaling.Metric) (*formula, error) {
	queries := make([]metricmath.Query, len(metric.Queries))
	f := &formula{
		period: int64(metric.Period), inputs: make([]*source, len(queries)), values: make([][]float64, len(queries)), last: math.MinInt64, result: -1,
	}
	for i, q := range metric.Queries {
		queries[i] = metricmath.Query{ID: q.ID, Expression: q.Expression, Period: time.Duration(metric.Period) * time.Second}
		if q.ReturnData == nil || *q.ReturnData {
			f.result = i
		}
		if q.Stat == nil {
			continue
		}
		m, err := w.meaning(scaling.Metric{Namespace: q.Stat.Namespace, Name: q.Stat.MetricName, Statistic: q.Stat.Stat}, q.ID)
		if err != nil {
			return nil, err
		}
		f.inputs[i], f.values[i] = w.source(m, f.period), make([]float64, mathRange)
	}
	if f.result < 0 {
		return nil, fmt.Errorf("metric math returns nothing; set returnData of the result to true")
	}
	var err error
	f.program, err = metricmath.Compile(queries)
	return f, err
}

// Datapoint returns the result for one period.
func (f *formula) Datapoint(start int64) (float64, bool) {
	if start == f.last {
		return f.answer, f.known
	}
	for i, input := range f.inputs {
		if input != nil {
			f.read(i, start)
		}
	}
	f.last, f.answer, f.known = start, 0, false
	first := time.Unix(start-(mathRange-1)*f.period, 0).UTC()
	found, err := f.program.Evaluate(f.result, metricmath.Grid{Start: first, Period: time.Duration(f.period) * time.Second, Len: mathRange}, f.values)
	if err != nil || len(found) != 1 {
		return 0, false
	}
	f.answer = found[0].Values[mathRange-1]
	f.known = !math.IsNaN(f.answer)
	return f.answer, f.known
}

// read reads what is new of a metric.
func (f *formula) read(i int, start int64) {
	fresh := mathRange
	if start > f.last && start-f.last < mathRange*f.period && (start-f.last)%f.period == 0 {
		fresh = int((start - f.last) / f.period)
	}
	values := append(slices.Clone(f.values[i][fresh:]), make([]float64, fresh)...)
	for j := mathRange - fresh; j < mathRange; j++ {
		v, ok := f.inputs[i].Datapoint(start - int64(mathRange-1-j)*f.period)
		if !ok {
			v = math.NaN()
		}
		values[j] = v
	}
	f.values[i] = values
}
