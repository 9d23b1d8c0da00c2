package sagemaker

import (
	"math"
	"slices"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch/metricstore"
	"github.com/setpoint-io/setpoint/internal/localcloud/parallel"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Metrics keeps the metrics that the service publishes.
type Metrics interface {
	// Recorder returns where the samples of a metric go.
	Recorder(s wire.Scope, id metricstore.ID, unit string) Recorder
}

// Recorder takes the samples of one metric. Times are in Unix seconds. Recorders
// of different metrics are used at the same time.
type Recorder interface {
	Put(at int64, highResolution bool, sample metricstore.Sample)
	// PutEach puts values of high resolution, each so many seconds after the one
	// before, all in the minute in which the first is.
	PutEach(at, step int64, values []float64)
}

type noMetrics struct{}

func (noMetrics) Recorder(wire.Scope, metricstore.ID, string) Recorder { return noMetrics{} }
func (noMetrics) Put(int64, bool, metricstore.Sample)                  {}
func (noMetrics) PutEach(int64, int64, []float64)                      {}

// The namespaces of metrics (Amazon SageMaker Developer Guide: "Amazon SageMaker
// metrics in Amazon CloudWatch").
const (
	requestMetrics  = "AWS/SageMaker"
	instanceMetrics = "/aws/sagemaker/Endpoints"
)

// metric is a metric of variants. Its place in the list of its kind is that of
// its recorder.
type metric struct{ namespace, name, unit string }

var metricsOf = map[workKind][]metric{
	onInstances: {
		{instanceMetrics, "CPUUtilization", "Percent"},
		{instanceMetrics, "MemoryUtilization", "Percent"},
		{requestMetrics, "Invocations", "None"},
		{requestMetrics, "InvocationsPerInstance", "None"},
		{requestMetrics, "ConcurrentRequestsPerModel", "None"},
		{requestMetrics, "ModelLatency", "Microseconds"},
	},
	serverless: {
		{requestMetrics, "Invocations", "None"},
		{requestMetrics, "ServerlessProvisionedConcurrencyUtilization", "None"},
		{requestMetrics, "ModelLatency", "Microseconds"},
	},
	onCopies: {
		{requestMetrics, "Invocations", "None"},
		{requestMetrics, "InvocationsPerCopy", "None"},
		{requestMetrics, "ConcurrentRequestsPerCopy", "None"},
		{requestMetrics, "ModelLatency", "Microseconds"},
		{requestMetrics, "NoCapacityInvocationFailures", "None"},
	},
	// Asynchronous endpoints publish no invocations.
	asynchronous: {
		{instanceMetrics, "CPUUtilization", "Percent"},
		{instanceMetrics, "MemoryUtilization", "Percent"},
		{requestMetrics, "ApproximateBacklogSize", "Count"},
		{requestMetrics, "ApproximateBacklogSizePerInstance", "Count"},
		{requestMetrics, "HasBacklogWithoutCapacity", "Count"},
	},
}

// recorders returns where the metrics of a variant go. Those of a backlog are
// of the endpoint as a whole.
func (s *Service) recorders(sc wire.Scope, endpoint, variant string, kind workKind) []Recorder {
	var all []Recorder
	for _, m := range metricsOf[kind] {
		dimensions := []metricstore.Dimension{{Name: "EndpointName", Value: endpoint}, {Name: "VariantName", Value: variant}}
		if kind == asynchronous && m.namespace == requestMetrics {
			dimensions = dimensions[:1]
		}
		all = append(all, s.metrics.Recorder(sc, metricstore.ID{Namespace: m.namespace, Name: m.name, Dimensions: dimensions}, m.unit))
	}
	return all
}

// componentRecorders returns where the metrics of an inference component go.
func (s *Service) componentRecorders(sc wire.Scope, name string) []Recorder {
	var all []Recorder
	for _, m := range metricsOf[onCopies] {
		dimensions := []metricstore.Dimension{{Name: "InferenceComponentName", Value: name}}
		all = append(all, s.metrics.Recorder(sc, metricstore.ID{Namespace: m.namespace, Name: m.name, Dimensions: dimensions}, m.unit))
	}
	return all
}

// publish puts the metrics of the minute that ends at a time, for all variants
// in service. Without traffic they are zero, not missing.
func (s *Service) publish(end time.Time) {
	s.flows = slices.DeleteFunc(s.flows, func(f *flow) bool { return f.ended })
	parallel.Each(len(s.flows), func(from, to int) {
		for _, f := range s.flows[from:to] {
			if f.kind != asynchronous {
				f.publish(end, s.workload)
			}
		}
	})
	for _, f := range s.flows {
		if f.kind == asynchronous { // variants of one endpoint put into the same metrics
			f.publish(end, s.workload)
		}
	}
	s.published = end
}

// publish puts the metrics of the minute that ends at a time, and begins the
// next.
func (f *flow) publish(end time.Time, w Workload) {
	f.count(end.UnixNano())
	f.requests, f.refused = rounded(f.requests), rounded(f.refused)
	f.put(end.Unix()-60, w)
	f.requests, f.refused, f.spread = 0, 0, [slots]float64{}
}

// put puts the metrics of the minute that begins at a time.
func (f *flow) put(at int64, w Workload) {
	switch f.kind {
	case onInstances:
		perInstance := f.perCapacity()
		f.instances(at, perInstance, w)
		f.recorders[2].Put(at, false, samples(f.requests, f.requests))
		if f.capacity == 0 {
			return
		}
		f.recorders[3].Put(at, false, samples(f.requests, perInstance))
		f.concurrent(f.recorders[4], at, w)
		f.latency(f.recorders[5], at, f.requests, w)
	case serverless:
		f.recorders[0].Put(at, false, samples(f.requests, f.requests))
		if f.capacity > 0 {
			f.recorders[1].Put(at, false, metricstore.Value(f.perCapacity()*w.Latency.Seconds()/60))
		}
		f.latency(f.recorders[2], at, f.requests, w)
	case onCopies:
		f.copies(at, w)
	case asynchronous:
		f.work(at, w)
	}
}

// copies puts the metrics of an inference component.
func (f *flow) copies(at int64, w Workload) {
	f.recorders[0].Put(at, false, samples(f.requests, f.requests))
	f.recorders[4].Put(at, false, samples(f.refused, f.refused))
	f.latency(f.recorders[3], at, f.requests-f.refused, w)
	if f.capacity > 0 {
		f.recorders[1].Put(at, false, samples(f.requests, f.perCapacity()))
		f.concurrent(f.recorders[2], at, w)
	}
}

// concurrent puts how many requests there were at once for each unit of the
// capacity, every ten seconds.
func (f *flow) concurrent(r Recorder, at int64, w Workload) {
	var concurrent [slots]float64
	for i, requests := range f.spread {
		concurrent[i] = rounded(requests * w.Latency.Seconds() / slotSeconds)
	}
	r.PutEach(at, slotSeconds, concurrent[:])
}

// latency puts how long so many requests took, if there were any.
func (f *flow) latency(r Recorder, at int64, requests float64, w Workload) {
	if each := float64(w.Latency.Microseconds()); requests > 0 {
		r.Put(at, false, metricstore.Sample{Count: requests, Sum: requests * each, Min: each, Max: each})
	}
}

func (f *flow) perCapacity() float64 {
	sum := 0.0
	for _, requests := range f.spread {
		sum += requests
	}
	return rounded(sum)
}

// rounded is a sum to about 12 digits: the parts of a steady load come to what it
// is, and not to a little more, however many they are.
func rounded(x float64) float64 {
	_, exponent := math.Frexp(x)
	scale := math.Pow10(12 - exponent*1233>>12) // log10(2) is 1233/4096
	return math.Round(x*scale) / scale
}

// instances puts the metrics of the instances, which had so many requests each.
func (f *flow) instances(at int64, requests float64, w Workload) {
	if f.capacity == 0 {
		return
	}
	busy := requests * w.Processor.Seconds() / 60
	concurrent := requests * w.Latency.Seconds() / 60
	f.recorders[0].Put(at, false, metricstore.Value(100*min(busy, f.cores)))
	f.recorders[1].Put(at, false, metricstore.Value(min(100, w.Memory+concurrent*w.MemoryPerRequest)))
}

// work lets the instances of an asynchronous endpoint take what they can of the
// queue, and puts the metrics.
func (f *flow) work(at int64, w Workload) {
	able := float64(f.capacity) * f.cores * 60 / w.Processor.Seconds()
	f.backlog += f.requests
	done := min(f.backlog, able)
	f.backlog -= done
	f.instances(at, done/max(1, float64(f.capacity)), w)
	without := 0.0
	if f.backlog > 0 && f.capacity == 0 {
		without = 1
	}
	f.recorders[2].Put(at, false, metricstore.Value(f.backlog))
	f.recorders[3].Put(at, false, metricstore.Value(f.backlog/max(1, float64(f.capacity))))
	f.recorders[4].Put(at, false, metricstore.Value(without))
}

// samples is one sample for each request, which come to a sum; without requests
// a zero.
func samples(requests, sum float64) metricstore.Sample {
	if requests <= 0 {
		return metricstore.Value(0)
	}
	each := sum / requests
	return metricstore.Sample{Count: requests, Sum: sum, Min: each, Max: each}
}
