package cloudwatch

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/metricmath"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch/metricstore"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

type getDataInput struct {
	MetricDataQueries []MetricDataQuery
	StartTime         *wire.Time
	EndTime           *wire.Time
	ScanBy            string
	MaxDatapoints     *int32
	NextToken         string
}

type getDataOutput struct {
	Messages          []message
	MetricDataResults []dataResult
	NextToken         string `json:",omitempty"`
}

type dataResult struct {
	ID         string `json:"Id"`
	Label      string
	Messages   []message `json:",omitempty"`
	StatusCode string
	Timestamps []wire.Time
	Values     []float64
}

type message struct{ Code, Value string }

// The limits of GetMetricData (AWS API: GetMetricData). AWS documents no bound
// of the periods that one query may span.
const (
	maxQueries  = 500
	maxDataPage = 100_800
	maxPeriods  = 1_000_000
)

// getMetricData returns metrics and metric math.
func (s *Service) getMetricData(r *wire.Request) (any, error) {
	var in getDataInput
	if err := r.Decode(&in); err != nil {
		return nil, err
	}
	program, err := in.check(r.Account)
	if err != nil {
		return nil, err
	}
	skip, err := parseOffset(in.NextToken)
	if err != nil {
		return nil, err
	}
	d := &dataRead{in: &in, program: program, metrics: s.store(r.Scope).metrics, now: s.options.Now()}
	results, err := d.results()
	if err != nil {
		return nil, err
	}
	limit := maxDataPage
	if in.MaxDatapoints != nil {
		limit = int(*in.MaxDatapoints)
	}
	out := getDataOutput{Messages: []message{}}
	out.MetricDataResults, out.NextToken = paged(results, skip, limit, in.returnsMath())
	return out, nil
}

// returnsMath tells whether the results of expressions are among those asked
// for. Their requests have no further pages (AWS API: MetricDataResult).
func (in *getDataInput) returnsMath() bool {
	return slices.ContainsFunc(in.MetricDataQueries, func(q MetricDataQuery) bool { return q.Expression != "" && q.returnsData() })
}

// paged returns the points after the first skip ones, limit of them at most,
// and the token of the next page. A result that is cut says that its data are
// partial; what a page does not reach is not in it. AWS does not document how
// points are divided among pages.
func paged(results []dataResult, skip, limit int, math bool) (page []dataResult, token string) {
	page, left, seen := []dataResult{}, limit, 0
	for _, result := range results {
		n := len(result.Values)
		from := min(max(skip-seen, 0), n)
		seen += n
		if from == n && n > 0 {
			continue // on an earlier page
		}
		if left == 0 && n > 0 && !math {
			return page, formatToken(strconv.Itoa(skip + limit))
		}
		to := min(n, from+left)
		result.Timestamps, result.Values = result.Timestamps[from:to], result.Values[from:to]
		left -= to - from
		if to < n {
			result.StatusCode = "PartialData"
		}
		if n > 0 || skip == 0 { // what is empty is on the first page
			page = append(page, result)
		}
		if to < n && !math {
			return page, formatToken(strconv.Itoa(skip + limit))
		}
	}
	return page, ""
}

func parseOffset(token string) (int, error) {
	text, err := parseToken(token)
	if err != nil || text == "" {
		return 0, err
	}
	offset, err := strconv.Atoi(text)
	if err != nil || offset < 0 {
		return 0, &wire.Error{Code: "InvalidNextToken", Message: "The value of NextToken is invalid."}
	}
	return offset, nil
}

// dataRead is one request being answered.
type dataRead struct {
	in      *getDataInput
	program *metricmath.Program
	metrics *metricstore.Store
	now     time.Time
}

// results returns all points of all queries that return data.
func (d *dataRead) results() ([]dataResult, error) {
	var results []dataResult
	labels := d.in.labels()
	for i, q := range d.in.MetricDataQueries {
		if !q.returnsData() {
			continue
		}
		sp, err := d.span(i)
		if err != nil {
			return nil, err
		}
		points := make([][]float64, len(d.in.MetricDataQueries))
		var messages []message
		for _, needed := range d.program.Needs(i) {
			var units []string
			points[needed], units = d.read(d.in.MetricDataQueries[needed].MetricStat, sp)
			if needed == i && len(units) > 1 {
				messages = []message{{"MultipleUnits", "Multiple units returned: '[" + strings.Join(units, ", ") + "]'"}}
			}
		}
		series, err := d.program.Evaluate(i, metricmath.Grid{Start: sp.at(0), Period: time.Duration(sp.period) * time.Second, Len: sp.n}, points)
		if err != nil {
			return nil, err
		}
		for _, one := range series {
			result := d.result(sp, one.Values)
			result.ID, result.Label, result.Messages = q.ID, labels[i], messages
			if d.program.Type(i) == metricmath.Array && one.Metric >= 0 {
				result.Label = strings.TrimSpace(result.Label + " " + labels[one.Metric])
			}
			results = append(results, result)
		}
	}
	return results, nil
}

// result lists the points that exist in the order that is asked for.
func (d *dataRead) result(sp span, values []float64) dataResult {
	result := dataResult{StatusCode: "Complete", Timestamps: []wire.Time{}, Values: []float64{}}
	for i, x := range values {
		if !math.IsNaN(x) {
			result.Timestamps = append(result.Timestamps, wire.Time{Time: sp.at(i)})
			result.Values = append(result.Values, x)
		}
	}
	if d.in.ScanBy != ascending {
		slices.Reverse(result.Timestamps)
		slices.Reverse(result.Values)
	}
	return result
}

// span returns the periods of a query: of an expression on metrics with
// different periods the greatest common divisor of these, so that each point
// stays where it is. AWS does not document what periods the result has.
func (d *dataRead) span(query int) (span, error) {
	needs := d.program.Needs(query)
	q := d.in.MetricDataQueries[query]
	period := int32(minute)
	if len(needs) == 0 && q.Period != nil {
		period = *q.Period
	}
	for k, i := range needs {
		if p := *d.in.MetricDataQueries[i].MetricStat.Period; k == 0 {
			period = p
		} else {
			period = gcd(period, p)
		}
	}
	sp := d.spanOf(period)
	for _, i := range needs { // a minute's metric begins before one of ten seconds
		if first := d.spanOf(*d.in.MetricDataQueries[i].MetricStat.Period).start; first < sp.start {
			sp.n += int((sp.start - first) / sp.period)
			sp.start = first
		}
	}
	if sp.n > maxPeriods {
		return sp, wire.Validation("The query %s spans %d periods, more than the local cloud's maximum of %d. Increase the period or decrease the time range.", q.ID, sp.n, maxPeriods)
	}
	return sp, nil
}

func (d *dataRead) spanOf(period int32) span {
	return spanOf(d.in.StartTime.Time, d.in.EndTime.Time, period, d.now)
}

func gcd(a, b int32) int32 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// read returns the points of a metric, in the periods of sp, and the units that
// its data have when no unit was asked for.
func (d *dataRead) read(m *MetricStat, sp span) ([]float64, []string) {
	points := make([]float64, sp.n)
	for i := range points {
		points[i] = math.NaN()
	}
	series := d.metrics.Find(m.Metric.id())
	if series == nil {
		return points, nil
	}
	own := d.spanOf(*m.Period)
	statistic, _ := metricstore.ParseStatistic(m.Stat) // checked
	values := points
	if own != sp {
		values = make([]float64, own.n)
	}
	series.Read(own.window(d.now), m.Unit, statistic, values)
	if own != sp {
		first, stride := int((own.start-sp.start)/sp.period), int(own.period/sp.period)
		for i, x := range values {
			if at := first + i*stride; at < sp.n {
				points[at] = x
			}
		}
	}
	if m.Unit != "" {
		return points, nil
	}
	return points, series.Units(own.start, own.end())
}

// labels returns the label of each query: the given one, or that of the real
// service. That is the metric's name, with the statistic and the period when
// these differ among the metrics of the request, and of an expression its Id.
func (in *getDataInput) labels() []string {
	labels := make([]string, len(in.MetricDataQueries))
	stats, periods := map[string]bool{}, map[int32]bool{}
	for _, q := range in.MetricDataQueries {
		if q.MetricStat != nil {
			stats[q.MetricStat.Stat], periods[*q.MetricStat.Period] = true, true
		}
	}
	for i, q := range in.MetricDataQueries {
		switch labels[i] = q.Label; {
		case q.Label != "":
		case q.MetricStat == nil:
			labels[i] = q.ID
		default:
			labels[i] = q.MetricStat.Metric.MetricName
			if len(stats) > 1 {
				labels[i] += " " + q.MetricStat.Stat
			}
			if len(periods) > 1 {
				labels[i] += fmt.Sprintf(" %d", *q.MetricStat.Period)
			}
		}
	}
	return labels
}
