package ecs

import (
	"math"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch"
	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch/metricstore"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// The memory of a task, in percent: without requests, and when it is wholly busy.
const (
	idleMemory = 30
	busyMemory = 90
)

// fine is the period of the metrics of high resolution, in seconds.
const fine = 20

// publish puts the metrics of the minute that ends at s.minute.
func (s *Service) publish(sc wire.Scope, cluster, name string, v *service) {
	requests := v.load.Take(s.minute)
	end := s.minute.Unix()
	v.tasks.Status(s.now())
	minute, ok := s.used(v, requests, end-60, end)
	if !ok {
		return
	}
	dimensions := []cloudwatch.Dimension{{Name: "ClusterName", Value: cluster}, {Name: "ServiceName", Value: name}}
	s.utilization(sc, dimensions, minute, end-60, false)
	for from := end - 60; from < end; from += fine {
		if part, ok := s.used(v, requests, from, from+fine); ok {
			s.utilization(sc, dimensions, part, from, true)
		}
	}
	for _, label := range s.labels(sc, "service/"+cluster+"/"+name) {
		s.balanced(sc, label, requests, minute.targets)
	}
}

// use is what the tasks of a service did in a time.
type use struct {
	tasks   float64 // how many ran, whole
	targets float64 // the same on average
	busy    float64 // the mean of them, in percent
}

// used returns what the tasks did with so many requests a minute, false if none
// ran.
func (s *Service) used(v *service, requests float64, from, to int64) (use, bool) {
	var busy, ran, observed float64
	v.tasks.Over(from, to, func(running int32, seconds int64) {
		if running > 0 {
			busy += math.Min(100, 100*requests/(float64(running)*s.taskRate)) * float64(seconds)
			ran += float64(running) * float64(seconds)
			observed += float64(seconds)
		}
	})
	if observed == 0 {
		return use{}, false
	}
	return use{tasks: max(1, math.Round(ran/observed)), targets: ran / observed, busy: busy / observed}, true
}

// utilization puts processors and memory, with a sample for each task that ran
// (Amazon ECS Developer Guide: the sample count of CPUUtilization is the number of
// running tasks).
func (s *Service) utilization(sc wire.Scope, dimensions []cloudwatch.Dimension, u use, at int64, fine bool) {
	put := func(name string, mean float64) {
		s.record(sc, cloudwatch.Observation{
			Metric: cloudwatch.Metric{Namespace: "AWS/ECS", MetricName: name, Dimensions: dimensions},
			Unit:   "Percent", At: time.Unix(at, 0).UTC(), Fine: fine,
			Sample: metricstore.Sample{Count: u.tasks, Sum: u.tasks * mean, Min: mean, Max: mean},
		})
	}
	put("CPUUtilization", u.busy)
	put("MemoryUtilization", idleMemory+(busyMemory-idleMemory)*u.busy/100)
}

// balanced puts the metrics of a load balancer that hands the requests to the
// tasks. Elastic Load Balancing reports them while there are targets, also without
// requests.
func (s *Service) balanced(sc wire.Scope, label string, requests, targets float64) {
	balancer, group, ok := catalog.ParseResourceLabel(label)
	if !ok {
		return
	}
	put := func(name string, sum float64) {
		sample := metricstore.Value(0)
		if requests > 0 {
			each := sum / requests
			sample = metricstore.Sample{Count: requests, Sum: sum, Min: each, Max: each}
		}
		s.record(sc, cloudwatch.Observation{
			Metric: cloudwatch.Metric{Namespace: "AWS/ApplicationELB", MetricName: name, Dimensions: []cloudwatch.Dimension{
				{Name: "LoadBalancer", Value: balancer}, {Name: "TargetGroup", Value: group},
			}},
			At: s.minute.Add(-time.Minute), Sample: sample,
		})
	}
	put("RequestCount", requests)
	put("RequestCountPerTarget", requests/targets)
}
