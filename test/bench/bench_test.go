// Package bench measures the controller against the lab: real API server, real
// AWS SDK, local AWS with a latency of 20 ms a call.
package bench

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/lab"
	"github.com/setpoint-io/setpoint/internal/localcloud"
)

const (
	pairs   = 200                   // scalable targets, each with one policy
	latency = 20 * time.Millisecond // of every AWS call
	settle  = 5 * time.Second       // until a lab is idle
)

// BenchmarkPairs brings 200 targets with one policy each up, changes every
// policy, and deletes everything. It prints a table; the benchmark's own
// figure is the whole of it.
func BenchmarkPairs(b *testing.B) {
	ctx := b.Context()
	if err := v1alpha1.AddToScheme(scheme.Scheme); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	l, err := lab.Start(ctx, lab.Options{Dir: b.TempDir(), KubeAddr: "127.0.0.1:0", CloudAddr: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler), Resync: time.Hour})
	if err != nil {
		b.Fatal(err)
	}
	ready := time.Since(start)
	defer func() {
		if err := l.Stop(); err != nil {
			b.Error(err)
		}
	}()
	time.Sleep(settle)
	fmt.Printf("\nlab: ready after %.1f s, %d MB resident when idle\n", ready.Seconds(), resident()>>20)
	kube, err := client.New(l.ControlPlane.RESTConfig(), client.Options{Scheme: scheme.Scheme})
	if err != nil {
		b.Fatal(err)
	}
	l.Cloud.Faults().Delay("*", latency)
	fmt.Printf("\n%d pairs, %s per AWS call; %s\n", pairs, latency, machine())
	fmt.Printf("%-8s %10s %14s %s\n", "case", "seconds", "calls per pair", "calls")
	for b.Loop() {
		s := suite{b, ctx, kube, l.Cloud}
		s.measure("create", s.create, s.allReady)
		s.measure("change", s.change, s.allReady)
		s.measure("delete", s.delete, s.allGone)
	}
}

type suite struct {
	*testing.B
	ctx   context.Context
	kube  client.Client
	cloud *localcloud.Cloud
}

// measure prints how long it took from the first request until done, and what
// was asked of AWS meanwhile.
func (s suite) measure(name string, act func(i int) error, done func() bool) {
	s.cloud.Journal().Reset()
	start := time.Now()
	var group errgroup.Group
	group.SetLimit(16)
	for i := range pairs {
		group.Go(func() error { return act(i) })
	}
	if err := group.Wait(); err != nil {
		s.Fatal(err)
	}
	for !done() {
		if time.Since(start) > 2*time.Minute {
			s.Fatalf("%s is not done after %s", name, time.Since(start))
		}
		time.Sleep(50 * time.Millisecond)
	}
	took := time.Since(start)
	calls := s.cloud.Journal().Count()
	fmt.Printf("%-8s %10.2f %14.2f %s\n", name, took.Seconds(), float64(calls)/pairs, s.breakdown())
	s.ReportMetric(took.Seconds(), name+"-s")
	s.ReportMetric(float64(calls)/pairs, name+"-calls/pair")
}

func (s suite) breakdown() string {
	var parts []string
	for _, op := range []string{
		"RegisterScalableTarget", "PutScalingPolicy", "DeregisterScalableTarget", "DeleteScalingPolicy",
		"DescribeScalableTargets", "DescribeScalingPolicies", "DescribeScheduledActions",
	} {
		if n := s.cloud.Journal().Count(op); n > 0 {
			parts = append(parts, op+" "+strconv.Itoa(n))
		}
	}
	return strings.Join(parts, ", ")
}

func objects(i int) (*v1alpha1.ScalableTarget, *v1alpha1.ScalingPolicy) {
	name := fmt.Sprintf("bench-%04d", i)
	resource, dimension, namespace := "service/cluster/"+name, "ecs:service:DesiredCount", "ecs"
	metric := "ECSServiceAverageCPUUtilization"
	meta := metav1.ObjectMeta{Namespace: "default", Name: name}
	target := &v1alpha1.ScalableTarget{ObjectMeta: meta, Spec: v1alpha1.ScalableTargetSpec{
		ResourceID: &resource, ScalableDimension: dimension, ServiceNamespace: namespace, MinCapacity: new(int64(1)), MaxCapacity: new(int64(4)),
	}}
	policy := &v1alpha1.ScalingPolicy{ObjectMeta: meta, Spec: v1alpha1.ScalingPolicySpec{
		PolicyName: name, ResourceID: &resource, ScalableDimension: &dimension, ServiceNamespace: &namespace,
		TargetTrackingScalingPolicyConfiguration: &v1alpha1.TargetTrackingConfiguration{
			TargetValue:                   new(60.0),
			PredefinedMetricSpecification: &v1alpha1.PredefinedMetric{PredefinedMetricType: &metric},
		},
	}}
	return target, policy
}

func (s suite) create(i int) error {
	target, policy := objects(i)
	if err := s.kube.Create(s.ctx, target); err != nil {
		return err
	}
	return s.kube.Create(s.ctx, policy)
}

func (s suite) change(i int) error {
	_, policy := objects(i)
	patch := client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"targetTrackingScalingPolicyConfiguration":{"targetValue":70}}}`))
	return s.kube.Patch(s.ctx, policy, patch)
}

func (s suite) delete(i int) error {
	target, policy := objects(i)
	if err := s.kube.Delete(s.ctx, target); err != nil {
		return err
	}
	return s.kube.Delete(s.ctx, policy)
}

func (s suite) allReady() bool {
	var targets v1alpha1.ScalableTargetList
	var policies v1alpha1.ScalingPolicyList
	if s.kube.List(s.ctx, &targets) != nil || s.kube.List(s.ctx, &policies) != nil {
		return false
	}
	n := 0
	for i := range targets.Items {
		n += ready(&targets.Items[i])
	}
	for i := range policies.Items {
		n += ready(&policies.Items[i])
	}
	return n == 2*pairs
}

func ready(obj v1alpha1.Object) int {
	for _, c := range obj.GetStatus().Conditions {
		if c.Type == v1alpha1.ConditionReady && c.Status == metav1.ConditionTrue && obj.GetStatus().ObservedGeneration == obj.GetGeneration() {
			return 1
		}
	}
	return 0
}

func (s suite) allGone() bool {
	var targets v1alpha1.ScalableTargetList
	var policies v1alpha1.ScalingPolicyList
	return s.kube.List(s.ctx, &targets) == nil && s.kube.List(s.ctx, &policies) == nil && len(targets.Items)+len(policies.Items) == 0
}

// resident is how much memory the process occupies, in bytes; 0 where it
// cannot be told.
func resident() int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "VmRSS:" {
			kilobytes, _ := strconv.Atoi(fields[1])
			return kilobytes << 10
		}
	}
	return 0
}

// machine says what the figures were measured on.
func machine() string {
	cpu := "unknown processor"
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(info)) {
			if name, ok := strings.CutPrefix(line, "model name"); ok {
				cpu = strings.TrimSpace(strings.TrimLeft(name, "\t :"))
				break
			}
		}
	}
	return fmt.Sprintf("%s/%s, %d cores, %s, %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), cpu, runtime.Version())
}
