package cloudwatch_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/setpoint-io/setpoint/internal/localcloud"
)

func TestDataInJSON(t *testing.T) {
	l := newLab(t, localcloud.Options{})
	cases := []struct{ operation, body, want, reason string }{
		{"PutMetricData", `{"Namespace":"N","MetricData":[{"MetricName":"m","Dimensions":[{"Name":"d","Value":"v"}],"Timestamp":1772366330.5,"Value":7}]}`, `{}`, "nothing is answered"},
		{"PutMetricData", `{"Namespace":"N","MetricData":[{"MetricName":"now","Values":[1,2],"Counts":[1,3],"Unit":"Count"}]}`, `{}`, "without a timestamp it is now"},
		{"GetMetricStatistics", `{"Namespace":"N","MetricName":"m","Dimensions":[{"Name":"d","Value":"v"}],"StartTime":1772366280,"EndTime":1772366400,"Period":60,"Statistics":["Sum","SampleCount"]}`,
			`{"Label":"m","Datapoints":[{"Timestamp":1772366280,"SampleCount":1,"Sum":7,"Unit":"None"}]}`, "statistics that were not asked for are absent, and the unit is None"},
		{"GetMetricStatistics", `{"Namespace":"N","MetricName":"now","StartTime":1772366400,"EndTime":1772366460,"Period":60,"ExtendedStatistics":["p99"]}`,
			`{"Label":"now","Datapoints":[{"Timestamp":1772366400,"Unit":"Count","ExtendedStatistics":{"p99":2}}]}`, "percentiles come in a map"},
		{"GetMetricStatistics", `{"Namespace":"N","MetricName":"none","StartTime":1772366400,"EndTime":1772366460,"Period":60,"Statistics":["Sum"]}`,
			`{"Label":"none","Datapoints":[]}`, "a list without points is a list"},
		{"GetMetricData", `{"MetricDataQueries":[{"Id":"m1","MetricStat":{"Metric":{"Namespace":"N","MetricName":"now"},"Period":60,"Stat":"Average"},"ReturnData":false},{"Id":"e1","Expression":"m1*2"}],"StartTime":1772366400,"EndTime":1772366460}`,
			`{"Messages":[],"MetricDataResults":[{"Id":"e1","Label":"e1","StatusCode":"Complete","Timestamps":[1772366400],"Values":[3.5]}]}`, "times and values are parallel lists"},
		{"ListMetrics", `{"Namespace":"N"}`, `{"Metrics":[{"Namespace":"N","MetricName":"m","Dimensions":[{"Name":"d","Value":"v"}]},{"Namespace":"N","MetricName":"now","Dimensions":[]}]}`, "dimensions are always a list"},
		{"DescribeAlarmHistory", `{}`, `{"AlarmHistoryItems":[]}`, "no history is a list"},
		{"PutMetricData", `{"Namespace":"N"}`, `{"__type":"com.amazonaws.cloudwatch#MissingRequiredParameterException","message":"The parameter MetricData is required."}`, "errors have a shape"},
	}
	for _, tc := range cases {
		_, body := l.post(t, tc.body, map[string]string{"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "GraniteServiceVersion20100801." + tc.operation})
		if body != tc.want {
			t.Errorf("%s: %s answers\n     %s\nwant %s", tc.reason, tc.operation, body, tc.want)
		}
	}
}

func TestDataInQuery(t *testing.T) {
	l := newLab(t, localcloud.Options{})
	call := func(form url.Values) string {
		form.Set("Version", "2010-08-01")
		_, answer := l.post(t, form.Encode(), map[string]string{"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"})
		return answer
	}
	cases := []struct {
		form         url.Values
		want, reason string
	}{
		{
			url.Values{
				"Action": {"PutMetricData"}, "Namespace": {"N"}, "MetricData.member.1.MetricName": {"m"}, "MetricData.member.1.Timestamp": {"2026-03-01T11:58:50Z"},
				"MetricData.member.1.Values.member.1": {"1"}, "MetricData.member.1.Values.member.2": {"5"}, "MetricData.member.1.Counts.member.1": {"1"}, "MetricData.member.1.Counts.member.2": {"3"},
			},
			"", "put has no result",
		},
		{
			url.Values{
				"Action": {"GetMetricStatistics"}, "Namespace": {"N"}, "MetricName": {"m"}, "StartTime": {"2026-03-01T11:58:00Z"}, "EndTime": {"2026-03-01T12:00:00Z"},
				"Period": {"60"}, "ExtendedStatistics.member.1": {"p50"},
			},
			"<GetMetricStatisticsResult><Label>m</Label><Datapoints><member><Timestamp>2026-03-01T11:58:00Z</Timestamp><Unit>None</Unit>" +
				"<ExtendedStatistics><entry><key>p50</key><value>5.0</value></entry></ExtendedStatistics></member></Datapoints></GetMetricStatisticsResult>",
			"maps are entries",
		},
		{
			url.Values{
				"Action": {"GetMetricData"}, "StartTime": {"2026-03-01T11:58:00Z"}, "EndTime": {"2026-03-01T12:00:00Z"}, "MetricDataQueries.member.1.Id": {"m1"},
				"MetricDataQueries.member.1.MetricStat.Metric.Namespace": {"N"}, "MetricDataQueries.member.1.MetricStat.Metric.MetricName": {"m"},
				"MetricDataQueries.member.1.MetricStat.Period": {"60"}, "MetricDataQueries.member.1.MetricStat.Stat": {"Sum"},
			},
			"<GetMetricDataResult><Messages></Messages><MetricDataResults><member><Id>m1</Id><Label>m</Label><StatusCode>Complete</StatusCode>" +
				"<Timestamps><member>2026-03-01T11:58:00Z</member></Timestamps><Values><member>16.0</member></Values></member></MetricDataResults></GetMetricDataResult>",
			"times are ISO 8601",
		},
		{
			url.Values{"Action": {"ListMetrics"}, "Dimensions.member.1.Name": {"d"}},
			"<ListMetricsResult><Metrics></Metrics></ListMetricsResult>", "filters are lists",
		},
		{
			url.Values{"Action": {"PutMetricData"}, "Namespace": {"N"}, "MetricData.member.1.MetricName": {"m"}, "MetricData.member.1.Value": {"NaN"}},
			"<Code>InvalidParameterValue</Code><Message>The value NaN for parameter MetricData.member.1.Value is invalid.</Message>", "errors have their old codes",
		},
	}
	for _, tc := range cases {
		if body := call(tc.form); !strings.Contains(body, tc.want) {
			t.Errorf("%s: got\n     %s\nwant %s", tc.reason, body, tc.want)
		}
	}
}

func TestDataCompressed(t *testing.T) {
	l := newLab(t, localcloud.Options{})
	var body bytes.Buffer
	w := gzip.NewWriter(&body)
	if _, err := w.Write([]byte(`{"Namespace":"N","MetricData":[` + strings.Repeat(`{"MetricName":"m","Value":1},`, 999) + `{"MetricName":"m","Value":1}]}`)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	response, answer := l.post(t, body.String(), map[string]string{
		"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "GraniteServiceVersion20100801.PutMetricData", "Content-Encoding": "gzip",
	})
	if response.StatusCode != http.StatusOK {
		t.Errorf("large requests come compressed: %s", answer)
	}
	response, answer = l.post(t, `{"Namespace":"`+strings.Repeat("x", 1<<20)+`"}`, map[string]string{
		"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "GraniteServiceVersion20100801.PutMetricData",
	})
	if response.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a request is at most 1 MB: %d %s", response.StatusCode, answer)
	}
}
