package cloudwatch

import (
	"fmt"
	"slices"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch/metricstore"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

type listMetricsInput struct {
	Namespace      string
	MetricName     string
	Dimensions     []struct{ Name, Value string } // without a value: any
	RecentlyActive string
	OwningAccount  string
	NextToken      string
}

type listMetricsOutput struct {
	Metrics   []listedMetric
	NextToken string `json:",omitempty"`
}

type listedMetric struct {
	Namespace  string
	MetricName string
	Dimensions []Dimension
}

// What ListMetrics shows (AWS API: ListMetrics).
const (
	metricsPage    = 500
	listedFor      = 14 * 24 * time.Hour
	recentlyActive = 3 * time.Hour
)

// listMetrics lists metrics, in an order that AWS does not promise.
func (s *Service) listMetrics(r *wire.Request) (any, error) {
	var in listMetricsInput
	if err := r.Decode(&in); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	last, err := parseToken(in.NextToken)
	if err != nil {
		return nil, err
	}
	since := s.options.Now().Add(-listedFor)
	if in.RecentlyActive != "" {
		since = s.options.Now().Add(-recentlyActive)
	}
	out, page := listMetricsOutput{Metrics: []listedMetric{}}, last
	for key, series := range s.store(r.Scope).metrics.After(last) {
		if series.Newest() < since.Unix() || !in.matches(series, r.Account) {
			continue
		}
		if len(out.Metrics) == metricsPage {
			out.NextToken = formatToken(page)
			break
		}
		page = key
		out.Metrics = append(out.Metrics, listedMetric{series.Namespace, series.Name, append([]Dimension{}, series.Dimensions...)})
	}
	return out, nil
}

func (in *listMetricsInput) check() error {
	var m model
	m.metric("", in.MetricName, in.Namespace, nil)
	if len(in.Dimensions) > 10 {
		m.Range("dimensions", int64(len(in.Dimensions)), 0, 10)
	}
	for i, d := range in.Dimensions {
		path := fmt.Sprintf("dimensions.%d.member.", i+1)
		m.Length(path+"name", d.Name, 1, 255)
		m.text(path+"value", d.Value, 1024)
	}
	m.enum("recentlyActive", in.RecentlyActive, []string{"PT3H"})
	m.text("owningAccount", in.OwningAccount, 255)
	return m.Err()
}

// matches applies the filters. There are no linked accounts.
func (in *listMetricsInput) matches(s *metricstore.Series, account string) bool {
	switch {
	case in.Namespace != "" && in.Namespace != s.Namespace,
		in.MetricName != "" && in.MetricName != s.Name,
		in.OwningAccount != "" && in.OwningAccount != account:
		return false
	}
	for _, filter := range in.Dimensions {
		if !slices.ContainsFunc(s.Dimensions, func(d Dimension) bool {
			return d.Name == filter.Name && (filter.Value == "" || d.Value == filter.Value)
		}) {
			return false
		}
	}
	return true
}
