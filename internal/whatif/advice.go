package whatif

import (
	"errors"
	"fmt"

	"github.com/setpoint-io/setpoint/internal/simulate"
)

// advised adds to an error which flag helps.
func advised(err error) error {
	var (
		missing   *simulate.MissingError
		underived *simulate.UnderivedError
		alarm     *simulate.NoAlarmError
		load      *simulate.NoLoadError
	)
	switch {
	case errors.As(err, &missing) && missing.What == simulate.Latency:
		return fmt.Errorf("%w; write --latency, such as --latency 200ms", err)
	case errors.As(err, &missing):
		return fmt.Errorf("%w; write --per-unit with the requests per minute that one unit serves when it is fully used", err)
	case errors.As(err, &underived):
		name := "NAME"
		if len(underived.Names) > 0 && underived.Names[0] != "" {
			name = underived.Names[0]
		}
		return fmt.Errorf("%w; say how with --metric %s=KIND, such as demand-per-unit, utilization, backlog-per-unit, column:NAME or column:NAME/capacity", err, name)
	case errors.As(err, &load):
		return fmt.Errorf("%w; name it with --cloudwatch-metric, such as Namespace=AWS/ApplicationELB,MetricName=RequestCount,LoadBalancer=app/web/50dc6c495c0c9188,Stat=Sum", err)
	case errors.As(err, &alarm):
		return fmt.Errorf("%w; give its alarm with --alarm FILE, JSON as aws cloudwatch put-metric-alarm --cli-input-json takes it, or describe-alarms answers it", err)
	}
	return err
}
