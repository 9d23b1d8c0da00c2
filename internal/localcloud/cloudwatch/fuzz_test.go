package cloudwatch

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

func FuzzPutMetricAlarm(f *testing.F) {
	f.Add(`{"AlarmName":"a","MetricName":"M","Namespace":"N","Statistic":"Sum","Period":60,"EvaluationPeriods":3,"Threshold":1,"ComparisonOperator":"LessThanThreshold"}`)
	f.Add(`{"AlarmName":"a","EvaluationPeriods":1,"Threshold":0,"ComparisonOperator":"GreaterThanThreshold","Metrics":[` +
		`{"Id":"m","MetricStat":{"Metric":{"MetricName":"M","Namespace":"N"},"Period":60,"Stat":"Sum"},"ReturnData":false},{"Id":"e","Expression":"m*2"}]}`)
	f.Add(`{"AlarmName":"a","Metrics":[{"Id":"m","MetricStat":{}}]}`)
	f.Add(`{"AlarmName":"a","ExtendedStatistic":"p99","Tags":[{"Key":"k"}],"OKActions":["arn:aws:sns:r:1:t"]}`)
	f.Fuzz(func(t *testing.T, body string) {
		if !json.Valid([]byte(body)) {
			return
		}
		s := New(Options{})
		scope := wire.Scope{Account: "1", Region: "r"}
		_, err := s.Handle(t.Context(), wire.NewRequest(scope, "PutMetricAlarm", json.RawMessage(body)))
		if err != nil {
			var e *wire.Error
			if !errors.As(err, &e) || e.HTTPStatus() != 400 || e.Message == "" {
				t.Errorf("%s is refused with %v", body, err)
			}
			if len(s.store(scope).alarms) != 0 {
				t.Errorf("%s is refused and stored", body)
			}
			return
		}
		for a := range s.store(scope).all() {
			n := *a.EvaluationPeriods
			switch {
			case (a.MetricName == "") == (len(a.Metrics) == 0),
				n < 1, a.DatapointsToAlarm != nil && *a.DatapointsToAlarm > n,
				a.Threshold == nil, a.ComparisonOperator == "",
				a.MetricName != "" && (a.Period == nil || (a.Statistic == "") == (a.ExtendedStatistic == "")):
				t.Errorf("%s is accepted, but cannot be evaluated: %+v", body, a.Config)
			}
		}
	})
}

func FuzzToken(f *testing.F) {
	f.Add("")
	f.Add(formatToken("TargetTracking-service/a/b-AlarmHigh"))
	f.Add("YWZ0ZXI6")
	f.Fuzz(func(t *testing.T, text string) {
		if last, err := parseToken(formatToken(text)); err != nil || last != text {
			t.Errorf("the token of %q is read as %q, %v", text, last, err)
		}
		last, err := parseToken(text)
		var e *wire.Error
		if err != nil && (!errors.As(err, &e) || e.Code != "InvalidNextToken") {
			t.Errorf("the token %q is refused with %v", text, err)
		}
		if err == nil && text != "" && last != "" && formatToken(last) == "" {
			t.Errorf("the token %q names nothing", text)
		}
	})
}

func FuzzMetricData(f *testing.F) {
	f.Add(`{"Namespace":"N","MetricData":[{"MetricName":"m","Values":[1,2],"Counts":[0,3]}]}`,
		`{"StartTime":0,"EndTime":600,"MetricDataQueries":[{"Id":"m","MetricStat":{"Metric":{"Namespace":"N","MetricName":"m"},"Period":60,"Stat":"p50"}},{"Id":"e","Expression":"METRICS()/m"}]}`)
	f.Add(`{"Namespace":"N","MetricData":[{"MetricName":"m","StorageResolution":1,"StatisticValues":{"SampleCount":1,"Sum":2,"Minimum":2,"Maximum":2}}]}`,
		`{"StartTime":-5,"EndTime":61.5,"MaxDatapoints":1,"ScanBy":"TimestampAscending","MetricDataQueries":[{"Id":"m","MetricStat":{"Metric":{"Namespace":"N","MetricName":"m"},"Period":10,"Stat":"Sum"}}]}`)
	f.Add(`{"Namespace":"N","MetricData":[{"Timestamp":1e9,"Dimensions":[{}]}]}`, `{"NextToken":"YWZ0ZXI6LTE","MetricDataQueries":[{"MetricStat":{}}]}`)
	f.Fuzz(func(t *testing.T, put, get string) {
		if !json.Valid([]byte(put)) || !json.Valid([]byte(get)) {
			return
		}
		s := New(Options{Now: func() time.Time { return time.Unix(60, 0) }})
		scope := wire.Scope{Account: "1", Region: "r"}
		for operation, body := range map[string]string{"PutMetricData": put, "GetMetricStatistics": get, "GetMetricData": get, "ListMetrics": get} {
			out, err := s.Handle(t.Context(), wire.NewRequest(scope, operation, json.RawMessage(body)))
			var e *wire.Error
			if err != nil && (!errors.As(err, &e) || e.HTTPStatus() != 400 || e.Message == "") {
				t.Errorf("%s of %s is refused with %v", operation, body, err)
			}
			if _, err := json.Marshal(out); err != nil {
				t.Errorf("%s of %s is answered with what cannot be encoded: %v", operation, body, err)
			}
		}
	})
}
