package cloudwatch

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch/metricstore"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

type putDataInput struct {
	Namespace        string
	MetricData       []datum
	EntityMetricData []struct{ MetricData []datum } // what the data are about is not kept
}

type datum struct {
	MetricName        string
	Dimensions        []Dimension
	Timestamp         *wire.Time
	Value             *float64
	Values            []float64
	Counts            []float64
	StatisticValues   *statisticSet
	Unit              string
	StorageResolution *int32
}

type statisticSet struct{ SampleCount, Sum, Minimum, Maximum *float64 }

// The limits of PutMetricData (AWS API: PutMetricData).
const (
	maxDataPayload = 1 << 20
	maxData        = 1000
	maxValues      = 150
	maxDimensions  = 30
	maxPast        = 14 * 24 * time.Hour
	maxFuture      = 2 * time.Hour
)

// maxMagnitude bounds values on both sides.
var maxMagnitude = math.Pow(2, 360)

// putMetricData stores all data of a request or none.
func (s *Service) putMetricData(r *wire.Request) (any, error) {
	if r.Size > maxDataPayload {
		return nil, &wire.Error{
			Code:    "RequestEntityTooLarge",
			Message: fmt.Sprintf("The request of %d bytes is larger than the maximum of %d bytes.", r.Size, maxDataPayload),
			Status:  http.StatusRequestEntityTooLarge,
		}
	}
	var in putDataInput
	if err := r.Decode(&in); err != nil {
		return nil, err
	}
	now := s.options.Now()
	if err := s.checkData(&in, now); err != nil {
		return nil, err
	}
	for _, d := range in.all() {
		o := Observation{
			Metric: Metric{Namespace: in.Namespace, MetricName: d.MetricName, Dimensions: d.Dimensions},
			Unit:   d.Unit, At: now, HighResolution: d.StorageResolution != nil && *d.StorageResolution == 1, Sample: d.sample(),
		}
		if d.Timestamp != nil {
			o.At = d.Timestamp.Time
		}
		s.Record(r.Scope, o)
	}
	return nil, nil
}

func (in *putDataInput) all() []datum {
	data := slices.Clip(in.MetricData)
	for _, e := range in.EntityMetricData {
		data = append(data, e.MetricData...)
	}
	return data
}

func (d *datum) sample() metricstore.Sample {
	switch {
	case d.Value != nil:
		return metricstore.Value(*d.Value)
	case d.StatisticValues != nil:
		v := d.StatisticValues
		return metricstore.Sample{Count: *v.SampleCount, Sum: *v.Sum, Min: *v.Minimum, Max: *v.Maximum}
	}
	values, counts := d.Values, d.Counts
	if i := slices.Index(counts, 0); i >= 0 { // a value that never occurred is no minimum
		values, counts = nil, nil
		for j, count := range d.Counts {
			if count > 0 {
				values, counts = append(values, d.Values[j]), append(counts, count)
			}
		}
	}
	return metricstore.Distribution(values, counts)
}

// parameterErrors collects what is wrong with parameters, one line each, as the
// service words it. What is missing is answered before what does not go
// together, and that before wrong values.
type parameterErrors struct{ missing, combination, value []string }

func (e *parameterErrors) err() error {
	switch {
	case len(e.missing) > 0:
		missing := missingParameter("")
		missing.Message = strings.Join(e.missing, "\n")
		return missing
	case len(e.combination) > 0:
		return invalidCombination(strings.Join(e.combination, "\n"))
	case len(e.value) > 0:
		return invalidValue(strings.Join(e.value, "\n"))
	}
	return nil
}

func (e *parameterErrors) require(parameter string, present bool) {
	if !present {
		e.missing = append(e.missing, missingParameter(parameter).Message)
	}
}

func (e *parameterErrors) combine(format string, args ...any) {
	e.combination = append(e.combination, fmt.Sprintf(format, args...))
}

func (e *parameterErrors) wrong(format string, args ...any) {
	e.value = append(e.value, fmt.Sprintf(format, args...))
}

func (e *parameterErrors) size(collection string, n, maximum int) {
	if n > maximum {
		e.wrong("The collection %s must not have a size greater than %d.", collection, maximum)
	}
}

func (e *parameterErrors) invalid(parameter string, value any) {
	e.wrong("The value %v for parameter %s is invalid.", value, parameter)
}

func (e *parameterErrors) number(parameter string, x float64) {
	if !(math.Abs(x) <= maxMagnitude) { // also when it is not a number
		e.invalid(parameter, x)
	}
}

// text checks a required text. Texts of metrics are ASCII without control
// characters.
func (e *parameterErrors) text(parameter, text string, maximum int) {
	e.require(parameter, text != "")
	if len(text) > maximum {
		e.wrong("The value for parameter %s must not be longer than %d characters.", parameter, maximum)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
		e.wrong("The value for parameter %s must contain only ASCII characters and no control characters.", parameter)
	}
}

func (s *Service) checkData(in *putDataInput, now time.Time) error {
	var e parameterErrors
	e.text("Namespace", in.Namespace, 255)
	if strings.HasPrefix(in.Namespace, ":") || s.options.Behaviour.RefuseServiceNamespaces && strings.HasPrefix(in.Namespace, "AWS/") {
		e.invalid("Namespace", in.Namespace)
	}
	all := in.all()
	e.require("MetricData", in.MetricData != nil || in.EntityMetricData != nil)
	e.size("MetricData", len(all), maxData)
	for i, d := range all {
		d.check(&e, fmt.Sprintf("MetricData.member.%d.", i+1), now)
	}
	return e.err()
}

func (d *datum) check(e *parameterErrors, path string, now time.Time) {
	e.text(path+"MetricName", d.MetricName, 255)
	e.size(path+"Dimensions", len(d.Dimensions), maxDimensions)
	for i, dimension := range d.Dimensions {
		member := fmt.Sprintf("%sDimensions.member.%d.", path, i+1)
		e.text(member+"Name", dimension.Name, 255)
		e.text(member+"Value", dimension.Value, 1024)
	}
	if d.Unit != "" && !slices.Contains(units, d.Unit) {
		e.invalid(path+"Unit", d.Unit)
	}
	if r := d.StorageResolution; r != nil && *r != 1 && *r != minute {
		e.invalid(path+"StorageResolution", *r)
	}
	if t := d.Timestamp; t != nil {
		switch {
		case now.Sub(t.Time) > maxPast:
			e.wrong("The parameter %sTimestamp must specify a time within the past two weeks.", path)
		case t.Sub(now) > maxFuture:
			e.wrong("The parameter %sTimestamp must specify a time no more than two hours in the future.", path)
		}
	}
	d.checkValues(e, path)
}

func (d *datum) checkValues(e *parameterErrors, path string) {
	var given []string
	for _, member := range []struct {
		name    string
		present bool
	}{{"Value", d.Value != nil}, {"Values", len(d.Values) > 0}, {"StatisticValues", d.StatisticValues != nil}} {
		if member.present {
			given = append(given, path+member.name)
		}
	}
	e.require(path+"Value, Values or StatisticValues", len(given) > 0)
	if len(given) > 1 {
		e.combine("The parameters %s and %s are mutually exclusive and you have specified both.", given[0], given[1])
	}
	if d.Value != nil {
		e.number(path+"Value", *d.Value)
	}
	e.size(path+"Values", len(d.Values), maxValues)
	if len(d.Counts) > 0 && len(d.Counts) != len(d.Values) {
		e.wrong("The parameters %sValues and %sCounts must be of the same size.", path, path)
	}
	for i, x := range d.Values {
		e.number(fmt.Sprintf("%sValues.member.%d", path, i+1), x)
	}
	for i, x := range d.Counts {
		if member := fmt.Sprintf("%sCounts.member.%d", path, i+1); x < 0 {
			e.invalid(member, x)
		} else {
			e.number(member, x)
		}
	}
	if d.StatisticValues != nil {
		d.StatisticValues.check(e, path+"StatisticValues.")
	}
}

func (v *statisticSet) check(e *parameterErrors, path string) {
	for _, member := range []struct {
		name  string
		value *float64
	}{{"SampleCount", v.SampleCount}, {"Sum", v.Sum}, {"Minimum", v.Minimum}, {"Maximum", v.Maximum}} {
		if e.require(path+member.name, member.value != nil); member.value != nil {
			e.number(path+member.name, *member.value)
		}
	}
	if v.SampleCount != nil && *v.SampleCount < 0 {
		e.invalid(path+"SampleCount", *v.SampleCount)
	}
	if v.Minimum != nil && v.Maximum != nil && *v.Minimum > *v.Maximum {
		e.wrong("The parameter %sMinimum must not be greater than the parameter %sMaximum.", path, path)
	}
}
