package bench

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/lab"
)

type suite struct {
	*testing.B
	ctx    context.Context
	kube   client.Client
	lab    *lab.Lab
	binary string
}

// measure prints how long something took, and what was asked of AWS and
// Kubernetes meanwhile. The processor times are the controller's, and that of the
// lab with the API server, the local AWS and the suite. Events and what the suite writes itself count as writes too; the
// controller's memory is the most that it ever had.
func (s *suite) measure(name string, n int, c *process, what func()) {
	s.lab.Cloud.Journal().Reset()
	writes := s.writes()
	lab, controller, start := cpuSeconds("self"), cpuSeconds(c.pid()), time.Now()
	what()
	took := time.Since(start)
	lab, controller = cpuSeconds("self")-lab, cpuSeconds(c.pid())-controller
	calls := s.lab.Cloud.Journal().Count()
	fmt.Printf("| %-58s | %7.1f | %10.1f | %7.1f | %9d | %10.2f | %11d | %6d |\n",
		name, took.Seconds(), controller, lab, calls, float64(calls)/float64(n), s.writes()-writes, c.peak()>>20)
}

func dashes(n int) string { return strings.Repeat("-", n) }

// cloudIsSlow ends all faults but the latency of every call.
func (s *suite) cloudIsSlow() {
	s.lab.Cloud.Faults().Clear()
	s.lab.Cloud.Faults().Delay("*", latency)
}

// each does something for every pair, as fast as a busy client does.
func (s *suite) each(n int, act func(i int) error) {
	var group errgroup.Group
	group.SetLimit(16)
	for i := range n {
		group.Go(func() error { return act(i) })
	}
	if err := group.Wait(); err != nil {
		s.Fatal(err)
	}
}

// poll is the pause between two looks.
const poll = 50 * time.Millisecond

// until waits for a condition.
func (s *suite) until(done func() bool) {
	const patience = 5 * time.Minute
	for start := time.Now(); !done(); time.Sleep(poll) {
		if time.Since(start) > patience {
			s.Fatalf("not done after %s; AWS was asked %d times", patience, s.lab.Cloud.Journal().Count())
		}
	}
}

// untilCheck waits until a check for drift begins.
func (s *suite) untilCheck() {
	before := s.lab.Cloud.Journal().Count()
	s.until(func() bool { return s.lab.Cloud.Journal().Count() > before })
}

// untilQuiet waits until AWS was not asked anything for some seconds.
func (s *suite) untilQuiet() {
	const quiet = 4 * time.Second
	last, since := s.lab.Cloud.Journal().Count(), time.Now()
	s.until(func() bool {
		if now := s.lab.Cloud.Journal().Count(); now != last {
			last, since = now, time.Now()
		}
		return time.Since(since) > quiet
	})
}

// yardstick is the processor time, in seconds, of a write to the API server that
// has nothing to do with us, so that tables of different machines can be compared.
// The client's part is in it.
func (s *suite) yardstick() float64 {
	const writes = 2000
	config := func(i int) *corev1.ConfigMap {
		return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: nameOf(i)}, Data: map[string]string{"key": "value"}}
	}
	before := cpuSeconds("self")
	s.each(writes, func(i int) error { return s.kube.Create(s.ctx, config(i)) })
	took := cpuSeconds("self") - before
	s.each(writes, func(i int) error { return s.kube.Delete(s.ctx, config(i)) })
	return took / writes
}

func nameOf(i int) string { return fmt.Sprintf("bench-%05d", i) }

// perRegion is how many pairs there are in one Region: AWS allows 3000 scalable
// targets of Amazon ECS in each.
const perRegion = 2500

// regions are where the pairs are, by Kubernetes namespace.
var regions = []struct{ namespace, region string }{
	{"default", lab.Region}, {"bench-east", "us-east-1"}, {"bench-ireland", "eu-west-1"}, {"bench-tokyo", "ap-northeast-1"},
}

func placeOf(i int) string { return regions[i/perRegion%len(regions)].namespace }

// createNamespaces makes the namespaces of the other Regions.
func (s *suite) createNamespaces() {
	for _, r := range regions[1:] {
		namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
			Name: r.namespace, Annotations: map[string]string{v1alpha1.AnnotationDefaultRegion: r.region},
		}}
		if err := client.IgnoreAlreadyExists(s.kube.Create(s.ctx, namespace)); err != nil {
			s.Fatal(err)
		}
	}
}

func resourceOf(i int) string { return "service/cluster/" + nameOf(i) }

const (
	namespace = "ecs"
	dimension = "ecs:service:DesiredCount"
	metric    = "ECSServiceAverageCPUUtilization"
	declared  = 60.0 // target value
	changed   = 70.0 // by an edit
	drifted   = 80.0 // behind the controller's back
)

func pair(i int) (*v1alpha1.ScalableTarget, *v1alpha1.ScalingPolicy) {
	meta := metav1.ObjectMeta{Namespace: placeOf(i), Name: nameOf(i)}
	target := &v1alpha1.ScalableTarget{ObjectMeta: meta, Spec: v1alpha1.ScalableTargetSpec{
		ResourceID: new(resourceOf(i)), ScalableDimension: dimension, ServiceNamespace: namespace, MinCapacity: new(int64(1)), MaxCapacity: new(int64(4)),
	}}
	policy := &v1alpha1.ScalingPolicy{ObjectMeta: meta, Spec: v1alpha1.ScalingPolicySpec{
		PolicyName: nameOf(i), ResourceID: new(resourceOf(i)), ScalableDimension: new(dimension), ServiceNamespace: new(namespace),
		TargetTrackingScalingPolicyConfiguration: &v1alpha1.TargetTrackingConfiguration{
			TargetValue:                   new(declared),
			PredefinedMetricSpecification: &v1alpha1.PredefinedMetric{PredefinedMetricType: new(metric)},
		},
	}}
	return target, policy
}

func (s *suite) create(i int) error {
	target, policy := pair(i)
	if err := s.kube.Create(s.ctx, target); err != nil {
		return err
	}
	return s.kube.Create(s.ctx, policy)
}

func (s *suite) change(i int) error {
	_, policy := pair(i)
	patch := fmt.Appendf(nil, `{"spec":{"targetTrackingScalingPolicyConfiguration":{"targetValue":%v}}}`, changed)
	return s.kube.Patch(s.ctx, policy, client.RawPatch("application/merge-patch+json", patch))
}

func (s *suite) delete(i int) error {
	target, policy := pair(i)
	if err := s.kube.Delete(s.ctx, target); err != nil {
		return err
	}
	return s.kube.Delete(s.ctx, policy)
}

// synced says, when asked, whether all pairs are ready in their present
// generation. It lists them once, when AWS has heard of every policy, and then gets
// those that were not ready, so that asking often costs the processors that are
// measured little.
func (s *suite) synced(n int) func() bool {
	var waiting []v1alpha1.Object
	listed := false
	return func() bool {
		if s.lab.Cloud.Journal().Count("PutScalingPolicy") < n {
			return false
		}
		if !listed {
			waiting, listed = s.unready(n), true
		}
		for ; len(waiting) > 0; waiting = waiting[:len(waiting)-1] {
			last := waiting[len(waiting)-1]
			if err := s.kube.Get(s.ctx, client.ObjectKeyFromObject(last), last); err != nil {
				s.Fatal(err)
			}
			if !isReady(last) {
				return false
			}
		}
		return true
	}
}

// unready returns the objects of n pairs that are not ready.
func (s *suite) unready(n int) (waiting []v1alpha1.Object) {
	var targets v1alpha1.ScalableTargetList
	var policies v1alpha1.ScalingPolicyList
	var group errgroup.Group
	group.Go(func() error { return s.kube.List(s.ctx, &targets) })
	group.Go(func() error { return s.kube.List(s.ctx, &policies) })
	if err := group.Wait(); err != nil {
		s.Fatal(err)
	}
	if len(targets.Items) != n || len(policies.Items) != n {
		s.Fatalf("there are %d targets and %d policies, want %d of each", len(targets.Items), len(policies.Items), n)
	}
	for i := range n {
		for _, obj := range []v1alpha1.Object{&targets.Items[i], &policies.Items[i]} {
			if !isReady(obj) {
				waiting = append(waiting, obj)
			}
		}
	}
	return waiting
}

func isReady(obj v1alpha1.Object) bool {
	if obj.GetStatus().ObservedGeneration != obj.GetGeneration() {
		return false
	}
	for _, c := range obj.GetStatus().Conditions {
		if c.Type == v1alpha1.ConditionReady {
			return c.Status == metav1.ConditionTrue
		}
	}
	return false
}

// gone says, when asked, whether n pairs are deleted. It does not ask the API server
// before AWS has heard of all of them.
func (s *suite) gone(n int) func() bool {
	return func() bool {
		var targets v1alpha1.ScalableTargetList
		var policies v1alpha1.ScalingPolicyList
		return s.lab.Cloud.Journal().Count("DeregisterScalableTarget") >= n && s.kube.List(s.ctx, &targets, client.Limit(1)) == nil && len(targets.Items) == 0 &&
			s.kube.List(s.ctx, &policies, client.Limit(1)) == nil && len(policies.Items) == 0
	}
}

// aws is a client of somebody else, from another account's point of view the
// same: its calls count in the journal as well.
func (s *suite) aws() *applicationautoscaling.Client {
	return applicationautoscaling.New(applicationautoscaling.Options{
		Region: lab.Region, BaseEndpoint: aws.String(s.lab.CloudURL),
		Credentials: credentials.NewStaticCredentialsProvider(lab.Account, "secret", ""),
	})
}

// changeInAWS changes every policy behind the controller's back.
func (s *suite) changeInAWS(n int) {
	cloud := s.aws()
	s.lab.Cloud.Faults().Delay("*", 0)
	defer s.cloudIsSlow()
	s.each(n, func(i int) error {
		_, err := cloud.PutScalingPolicy(s.ctx, &applicationautoscaling.PutScalingPolicyInput{
			PolicyName: new(nameOf(i)), ResourceId: new(resourceOf(i)), ScalableDimension: dimension, ServiceNamespace: namespace,
			PolicyType: types.PolicyTypeTargetTrackingScaling,
			TargetTrackingScalingPolicyConfiguration: &types.TargetTrackingScalingPolicyConfiguration{
				TargetValue:                   new(drifted),
				PredefinedMetricSpecification: &types.PredefinedMetricSpecification{PredefinedMetricType: metric},
			},
		})
		return err
	})
}

// declaredInAWS says whether no policy has the value any more that was put
// behind the controller's back. The controller puts each policy once, which is
// cheaper to ask than AWS.
func (s *suite) declaredInAWS(n int) bool {
	if s.lab.Cloud.Journal().Count("PutScalingPolicy") < 2*n {
		return false
	}
	pages := applicationautoscaling.NewDescribeScalingPoliciesPaginator(s.aws(), &applicationautoscaling.DescribeScalingPoliciesInput{ServiceNamespace: namespace})
	for pages.HasMorePages() {
		page, err := pages.NextPage(s.ctx)
		if err != nil {
			s.Fatal(err)
		}
		for _, p := range page.ScalingPolicies {
			if *p.TargetTrackingScalingPolicyConfiguration.TargetValue == drifted {
				return false
			}
		}
	}
	return true
}

// writes is how many requests the API server has answered that change
// something, leases and reviews aside.
func (s *suite) writes() int {
	kube, err := kubernetes.NewForConfig(s.lab.ControlPlane.RESTConfig())
	if err != nil {
		s.Fatal(err)
	}
	raw, err := kube.Discovery().RESTClient().Get().AbsPath("/metrics").DoRaw(s.ctx)
	if err != nil {
		s.Fatal(err)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(string(raw)))
	if err != nil {
		s.Fatal(err)
	}
	total := 0
	for _, m := range families["apiserver_request_total"].GetMetric() {
		labels := map[string]string{}
		for _, l := range m.GetLabel() {
			labels[l.GetName()] = l.GetValue()
		}
		switch labels["verb"] {
		case "POST", "PUT", "PATCH", "APPLY", "DELETE":
			if r := labels["resource"]; r != "leases" && !strings.HasSuffix(r, "reviews") {
				total += int(m.GetCounter().GetValue())
			}
		}
	}
	return total
}
