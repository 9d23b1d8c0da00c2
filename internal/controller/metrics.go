package controller

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/desired"
)

// collectFor is how long a scrape may take before it gives up.
const collectFor = 10 * time.Second

var (
	descObjects = prometheus.NewDesc("setpoint_resources",
		"Objects by kind and by the status of their Ready condition (Unknown: not looked at yet).", []string{"kind", "ready"}, nil)
	descReady = prometheus.NewDesc("setpoint_resource_ready",
		"1 if the object's Ready condition is True, else 0.", []string{"kind", "namespace", "name"}, nil)
	descSync = prometheus.NewDesc("setpoint_resource_last_sync_timestamp_seconds",
		"When AWS was last found, or made, to be as the object declares; Unix time.", []string{"kind", "namespace", "name"}, nil)
	descCapacity = prometheus.NewDesc("setpoint_target_capacity",
		"The bounds of a scalable target in AWS, as last read, and its capacity where the status tells it; bound is min, max or current.", []string{"namespace", "name", "bound"}, nil)
)

// metrics tells how the objects are. What concerns single objects is collected
// when it is asked for, from the cache and from what the last passes saw, so
// that nothing is left behind by objects that are gone.
type metrics struct {
	reader client.Reader
	kinds  []autoscaling.Kind // that are worked on; nil: all
	limit  int
	log    *slog.Logger
	drift  *prometheus.CounterVec
	// eventsDropped counts the events above the limit.
	eventsDropped prometheus.Counter

	mu   sync.Mutex
	seen map[ObjectRef]sighting
}

// A sighting is what the last good pass over an object saw.
type sighting struct {
	at     time.Time
	bounds *bounds // of a ScalableTarget
}

type bounds struct{ min, max int32 }

func valueOr(p *int32, def int32) int32 {
	if p == nil {
		return def
	}
	return *p
}

// newMetrics registers the metrics; without a registerer they are only kept.
// Above limit objects only those that are not ready have series of their own.
func newMetrics(o *Options, reader client.Reader) *metrics {
	m := &metrics{
		reader: reader, kinds: o.Kinds, limit: o.MetricsLimit, log: o.Logger, seen: map[ObjectRef]sighting{},
		drift: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "setpoint_resource_drift_total",
			Help: "Differences that turned up in AWS although the object had not changed, and were put right.",
		}, []string{"kind"}),
		eventsDropped: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "setpoint_events_dropped_total",
			Help: "Events of type Normal that were not written because there were more than the limit allows.",
		}),
	}
	for _, kind := range []autoscaling.Kind{autoscaling.KindTarget, autoscaling.KindPolicy, autoscaling.KindAction} {
		m.drift.WithLabelValues(string(kind)) // a counter that begins with its first event hides it
	}
	if o.Registerer == nil {
		return m
	}
	for _, c := range []prometheus.Collector{m, m.drift, m.eventsDropped} {
		if err := o.Registerer.Register(c); err != nil {
			o.Logger.Error("the metrics of objects cannot be registered and stay invisible", "error", err)
		}
	}
	return m
}

// saw notes that a pass found, or made, AWS to be as the member declares.
func (m *metrics) saw(p *pass, member *member) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if member.outcome.state != synced {
		return
	}
	s := sighting{at: p.now}
	if seen := p.observed.Target; member.ref.Kind == autoscaling.KindTarget && seen != nil {
		s.bounds = &bounds{seen.MinCapacity, seen.MaxCapacity}
		for _, c := range member.outcome.changes {
			if c.Target != nil {
				s.bounds = &bounds{valueOr(c.Target.MinCapacity, s.bounds.min), valueOr(c.Target.MaxCapacity, s.bounds.max)}
			}
		}
	}
	m.seen[member.ref] = s
}

// forget drops an object that is gone.
func (m *metrics) forget(ref ObjectRef) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.seen, ref)
}

// Describe implements prometheus.Collector.
func (m *metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descObjects, descReady, descSync, descCapacity} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), collectFor)
	defer cancel()
	objects, err := m.objects(ctx)
	if err != nil {
		m.log.Error("collecting metrics", "error", err)
		return
	}
	counts := map[autoscaling.Kind]map[metav1.ConditionStatus]int{}
	single := 0
	for _, obj := range objects {
		kind, ready := desired.KindOf(obj), readiness(obj)
		if counts[kind] == nil {
			counts[kind] = map[metav1.ConditionStatus]int{}
		}
		counts[kind][ready]++
		if single < m.limit && (len(objects) <= m.limit || ready != metav1.ConditionTrue) {
			single++
			m.collectObject(ch, obj, ready)
		}
	}
	for kind, of := range counts {
		for ready, n := range of {
			ch <- prometheus.MustNewConstMetric(descObjects, prometheus.GaugeValue, float64(n), string(kind), string(ready))
		}
	}
}

func (m *metrics) collectObject(ch chan<- prometheus.Metric, obj v1alpha1.Object, ready metav1.ConditionStatus) {
	ref := refOf(obj)
	m.mu.Lock()
	s, seen := m.seen[ref]
	m.mu.Unlock()
	value := 0.0
	if ready == metav1.ConditionTrue {
		value = 1
	}
	ch <- prometheus.MustNewConstMetric(descReady, prometheus.GaugeValue, value, string(ref.Kind), ref.Namespace, ref.Name)
	if t, ok := obj.(*v1alpha1.ScalableTarget); ok && t.Status.CurrentCapacity != nil {
		ch <- prometheus.MustNewConstMetric(descCapacity, prometheus.GaugeValue, float64(*t.Status.CurrentCapacity), ref.Namespace, ref.Name, "current")
	}
	if !seen {
		return
	}
	ch <- prometheus.MustNewConstMetric(descSync, prometheus.GaugeValue, float64(s.at.Unix()), string(ref.Kind), ref.Namespace, ref.Name)
	if s.bounds != nil {
		ch <- prometheus.MustNewConstMetric(descCapacity, prometheus.GaugeValue, float64(s.bounds.min), ref.Namespace, ref.Name, "min")
		ch <- prometheus.MustNewConstMetric(descCapacity, prometheus.GaugeValue, float64(s.bounds.max), ref.Namespace, ref.Name, "max")
	}
}

// objects reads all of our objects from the cache. They are shared with it and
// must not be changed.
func (m *metrics) objects(ctx context.Context) ([]v1alpha1.Object, error) {
	var (
		targets  v1alpha1.ScalableTargetList
		policies v1alpha1.ScalingPolicyList
		actions  v1alpha1.ScheduledActionList
		objects  []v1alpha1.Object
	)
	for kind, list := range map[autoscaling.Kind]client.ObjectList{
		autoscaling.KindTarget: &targets, autoscaling.KindPolicy: &policies, autoscaling.KindAction: &actions,
	} {
		if m.kinds != nil && !slices.Contains(m.kinds, kind) {
			continue // the cache does not have it, and would wait for it
		}
		if err := m.reader.List(ctx, list, client.UnsafeDisableDeepCopy); err != nil {
			return nil, err
		}
	}
	for i := range targets.Items {
		objects = append(objects, &targets.Items[i])
	}
	for i := range policies.Items {
		objects = append(objects, &policies.Items[i])
	}
	for i := range actions.Items {
		objects = append(objects, &actions.Items[i])
	}
	return objects, nil
}

// readiness is the status of the object's Ready condition.
func readiness(obj v1alpha1.Object) metav1.ConditionStatus {
	if c := findCondition(obj.GetStatus().Conditions, v1alpha1.ConditionReady); c != nil {
		return c.Status
	}
	return metav1.ConditionUnknown
}
