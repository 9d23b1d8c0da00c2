package localcloud

import (
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch/metricstore"
	"github.com/setpoint-io/setpoint/internal/localcloud/sagemaker"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// metrics lets services put metrics into CloudWatch.
type metrics struct{ cloudwatch *cloudwatch.Service }

var (
	_ sagemaker.Metrics      = metrics{}
	_ appautoscaling.Metrics = metrics{}
)

func (m metrics) Recorder(s wire.Scope, id metricstore.ID, unit string) sagemaker.Recorder {
	return m.cloudwatch.Recorder(s, id, unit)
}

func (m metrics) Values(s wire.Scope, metrics []appautoscaling.MetricQuery, from time.Time, period time.Duration, n int) ([]float64, error) {
	return m.cloudwatch.Series(s, queries(metrics), from, period, n)
}
