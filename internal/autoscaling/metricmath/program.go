package metricmath

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"strings"
	"time"
)

// Type is the type of a value.
type Type int

// The types of values, and of two words that only some functions take.
const (
	Scalar Type = iota + 1
	TimeSeries
	Array // of time series
	word
	quotation
)

func (t Type) String() string {
	switch t {
	case Scalar:
		return "a scalar"
	case TimeSeries:
		return "a time series"
	case Array:
		return "an array of time series"
	case word:
		return "a keyword"
	case quotation:
		return "a text in quotes"
	}
	return "nothing"
}

// Query is one entry of MetricDataQueries or Metrics (AWS API:
// MetricDataQuery): an expression, or, when that is empty, a metric whose
// points are given to Evaluate.
type Query struct {
	ID         string
	Expression string
	Period     time.Duration // of a metric, for PERIOD
}

// Grid is the periods that series are given and computed for: Len periods from
// Start on, each named by its beginning.
type Grid struct {
	Start  time.Time
	Period time.Duration
	Len    int
}

// Series is a computed time series. Metric is the index of the query whose
// metric an element of an array was computed from, -1 where there is no such
// one metric.
type Series struct {
	Metric int
	Values []float64 // one for each period; NaN where there is no point
}

// Program is a set of queries, ready to be evaluated. It is safe for concurrent
// use.
type Program struct {
	queries []Query
	types   []Type
	exec    []value // of expressions
	needs   [][]int // the metrics that each query is computed from, sorted
}

// Compile reads the expressions of all queries and settles their types. The
// error is an *[Error] with the ID of the query, of the first that is wrong.
func Compile(queries []Query) (*Program, error) {
	c := &compiler{
		Program: &Program{queries: slices.Clone(queries), types: make([]Type, len(queries)), exec: make([]value, len(queries)), needs: make([][]int, len(queries))},
		index:   make(map[string]int, len(queries)),
		roots:   make([]node, len(queries)),
		started: make([]bool, len(queries)),
	}
	for i, q := range queries {
		if _, twice := c.index[q.ID]; twice {
			return nil, &Error{ID: q.ID, Text: "the Id " + q.ID + " is used by more than one query"}
		}
		c.index[q.ID] = i
		if q.Expression == "" {
			c.types[i], c.needs[i] = TimeSeries, []int{i}
			c.metrics = append(c.metrics, i)
		}
	}
	for i, q := range queries {
		if q.Expression == "" {
			continue
		}
		var err *Error
		if c.roots[i], err = parse(q.Expression); err != nil {
			err.ID = q.ID
			return nil, err
		}
	}
	for i, q := range queries {
		if err := c.query(i); err != nil {
			err.ID = cmp.Or(err.ID, q.ID)
			return nil, err
		}
	}
	return c.Program, nil
}

// Type returns the type of the query of the index: TimeSeries or Array.
func (p *Program) Type(query int) Type { return p.types[query] }

// Needs returns the indices of the metrics that a query is computed from,
// sorted: of a metric itself.
func (p *Program) Needs(query int) []int { return slices.Clone(p.needs[query]) }

// ErrShape is the error of Evaluate when the series of a metric does not fit
// the grid.
var ErrShape = errors.New("every metric needs one value for each period of the grid, NaN where there is no point")

// Evaluate computes the query of the index. metrics has, by the index of their
// queries, the points of at least the metrics that it needs. The result is one
// series, or of an array any number; it may share memory with metrics.
func (p *Program) Evaluate(query int, grid Grid, metrics [][]float64) ([]Series, error) {
	r := &run{Grid: grid, program: p, results: make([][]Series, len(p.queries)), done: make([]bool, len(p.queries))}
	for _, i := range p.needs[query] {
		if i >= len(metrics) || len(metrics[i]) != grid.Len {
			return nil, ErrShape
		}
		r.results[i], r.done[i] = []Series{{Metric: i, Values: metrics[i]}}, true
	}
	return r.result(query), nil
}

// result returns the series of a query, computed when first asked for.
func (r *run) result(i int) []Series {
	if r.done[i] {
		return r.results[i]
	}
	exec := &r.program.exec[i]
	if exec.kind == Array {
		r.results[i] = exec.array(r)
	} else {
		r.results[i] = []Series{{Metric: -1, Values: exec.series(r)}}
	}
	r.done[i] = true
	return r.results[i]
}

// compiler builds a program.
type compiler struct {
	*Program
	index   map[string]int
	metrics []int // the queries that are metrics
	roots   []node
	started []bool
	needed  []int // the metrics of the expression that is being compiled
}

// query compiles an expression after those that it names.
func (c *compiler) query(i int) *Error {
	if c.types[i] != 0 {
		return nil
	}
	c.started[i] = true
	outer := c.needed
	c.needed = nil
	v, err := c.compile(c.roots[i])
	c.needs[i], c.needed = c.needed, outer
	if err != nil {
		err.ID = cmp.Or(err.ID, c.queries[i].ID)
		return err
	}
	if v.kind != TimeSeries && v.kind != Array {
		return &Error{
			ID: c.queries[i].ID, Offset: v.offset,
			Text: "the result is " + v.kind.String() + "; it must be a time series or an array of time series",
		}
	}
	c.types[i], c.exec[i] = v.kind, v
	slices.Sort(c.needs[i])
	c.needs[i] = slices.Compact(c.needs[i])
	return nil
}

// value is a compiled part of an expression. The function of its type is set.
type value struct {
	kind   Type
	offset int
	scalar func(*run) float64
	series func(*run) []float64
	array  func(*run) []Series
	word   string // of a word or a quotation
	metric int    // the query of a metric that is named as such; else -1
}

func (c *compiler) compile(n node) (value, *Error) {
	v, err := c.build(n)
	v.offset = n.offset()
	return v, err
}

func (c *compiler) build(n node) (value, *Error) {
	switch n := n.(type) {
	case number:
		return value{kind: Scalar, metric: -1, scalar: func(*run) float64 { return n.value }}, nil
	case keyword:
		return value{kind: word, word: n.word, metric: -1}, nil
	case text:
		return value{kind: quotation, word: n.value, metric: -1}, nil
	case reference:
		return c.reference(n)
	case negation:
		operand, err := c.compile(n.operand)
		if err != nil {
			return value{}, err
		}
		return each(n, operand, true, func(x float64) float64 { return -x })
	case operation:
		left, err := c.compile(n.left)
		if err != nil {
			return value{}, err
		}
		right, err := c.compile(n.right)
		if err != nil {
			return value{}, err
		}
		return operate(n, left, right)
	case list:
		items, err := c.all(n.items)
		if err != nil {
			return value{}, err
		}
		return join(items)
	case call:
		args, err := c.all(n.args)
		if err != nil {
			return value{}, err
		}
		return functions[n.function](c, n, args)
	}
	return value{}, errorAt(n.offset(), "this cannot be evaluated")
}

func (c *compiler) all(nodes []node) ([]value, *Error) {
	values := make([]value, len(nodes))
	for i, n := range nodes {
		var err *Error
		if values[i], err = c.compile(n); err != nil {
			return nil, err
		}
	}
	return values, nil
}

func (c *compiler) reference(n reference) (value, *Error) {
	i, known := c.index[n.id]
	if !known {
		return value{}, errorAt(n.offset(), "%s is the Id of no query", n.id)
	}
	if c.types[i] == 0 && c.started[i] {
		return value{}, errorAt(n.offset(), "%s needs its own result", n.id)
	}
	if err := c.query(i); err != nil {
		return value{}, err
	}
	c.needed = append(c.needed, c.needs[i]...)
	v := value{kind: c.types[i], metric: -1}
	if v.kind == Array {
		v.array = func(r *run) []Series { return r.result(i) }
		return v, nil
	}
	if c.queries[i].Expression == "" {
		v.metric = i
	}
	v.series = func(r *run) []float64 { return r.result(i)[0].Values }
	return v, nil
}

// join makes an array of series and arrays.
func join(items []value) (value, *Error) {
	for _, item := range items {
		if item.kind != TimeSeries && item.kind != Array {
			return value{}, errorAt(item.offset, "an array has time series and arrays of them, not %s", item.kind)
		}
	}
	return arrayOf(func(r *run) []Series {
		var joined []Series
		for _, item := range items {
			if item.kind == Array {
				joined = append(joined, item.array(r)...)
			} else {
				joined = append(joined, Series{Metric: item.metric, Values: item.series(r)})
			}
		}
		return joined
	}), nil
}

func scalarOf(f func(*run) float64) value { return value{kind: Scalar, metric: -1, scalar: f} }

func seriesOf(f func(*run) []float64) value { return value{kind: TimeSeries, metric: -1, series: f} }

func arrayOf(f func(*run) []Series) value { return value{kind: Array, metric: -1, array: f} }

// run is one evaluation.
type run struct {
	Grid
	program *Program
	results [][]Series
	done    []bool
	free    []float64 // memory for series, so that most evaluations allocate once
}

// slab is how many series one allocation holds.
const slab = 8

// take returns memory for a series; its content is arbitrary.
func (r *run) take() []float64 {
	if len(r.free) < r.Len {
		r.free = make([]float64, slab*r.Len)
	}
	taken := r.free[:r.Len:r.Len]
	r.free = r.free[r.Len:]
	return taken
}

// finite turns what is no number that a metric can have into a missing point.
func finite(x float64) float64 {
	if math.IsInf(x, 0) {
		return math.NaN()
	}
	return x
}

// contains returns the metrics whose Id contains the text.
func (c *compiler) contains(part string) []int {
	return slices.DeleteFunc(slices.Clone(c.metrics), func(i int) bool {
		return !strings.Contains(c.queries[i].ID, part)
	})
}
