// Package bench measures the production controller, in a process of its own,
// against the lab: real API server, real AWS SDK, and a local AWS that takes
// 20 ms for every call. The table that it prints names the machine and the
// commit; nothing in it is a test.
package bench

import (
	"flag"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/lab"
)

const (
	latency = 20 * time.Millisecond // of every AWS call
	settle  = 5 * time.Second       // until a lab is idle
	never   = time.Hour             // a period of the check for drift that no case reaches
)

var (
	pairs = flag.Int("pairs", 1000, "scalable targets with one policy each")
	many  = flag.Int("many", 10000, "the same for the case with many")
	only  = flag.String("only", "life,drift,throttled,many", "the cases to measure, of these")
)

// BenchmarkScale prints how long it takes, and what it asks of AWS and of
// Kubernetes, to bring many targets up, change them, and delete them, to put
// right what was changed behind the controller's back, and to live with a
// strict AWS and with very many targets.
func BenchmarkScale(b *testing.B) {
	if err := v1alpha1.AddToScheme(scheme.Scheme); err != nil {
		b.Fatal(err)
	}
	binary := buildController(b)
	start := time.Now()
	l, err := lab.Start(b.Context(), lab.Options{
		Dir: b.TempDir(), KubeAddr: "127.0.0.1:0", CloudAddr: "127.0.0.1:0",
		NoController: true, NoSeed: true, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	ready := time.Since(start)
	defer func() {
		if err := l.Stop(); err != nil {
			b.Error(err)
		}
	}()
	config := l.ControlPlane.RESTConfig()
	config.DisableCompression = true // of long lists; it takes longer than sending them
	kube, err := client.New(config, client.Options{Scheme: scheme.Scheme})
	if err != nil {
		b.Fatal(err)
	}
	time.Sleep(settle)
	s := &suite{B: b, ctx: b.Context(), kube: kube, lab: l, binary: binary}
	s.createNamespaces()
	fmt.Printf("\n%s\n%s per AWS call; lab ready after %.1f s, %d MB when idle; the API server writes a ConfigMap in %.2f ms of a core\n\n",
		machine(), latency, ready.Seconds(), residentNow("self")>>20, s.yardstick()*1000)
	fmt.Printf("| %-58s | %7s | %10s | %7s | %9s | %10s | %11s | %6s |\n", "case", "seconds", "controller", "lab CPU", "AWS calls", "a pair", "Kube writes", "MB")
	fmt.Printf("|-%s-|-%s:|-%s:|-%s:|-%s:|-%s:|-%s:|-%s:|\n", dashes(58), dashes(6), dashes(9), dashes(6), dashes(8), dashes(9), dashes(10), dashes(5))
	for b.Loop() {
		for part := range strings.SplitSeq(*only, ",") {
			switch part {
			case "life":
				s.life(*pairs)
			case "drift":
				s.drift(*pairs)
			case "throttled":
				s.throttled(200)
			case "many":
				s.crowd(*many)
			default:
				b.Fatalf("-only names %q: write some of life, drift, throttled and many", part)
			}
		}
	}
}

// life brings pairs up, changes every policy, and deletes everything.
func (s *suite) life(n int) {
	s.cloudIsSlow()
	c := s.startController(never)
	defer c.stop()
	s.measure(fmt.Sprintf("create %d pairs", n), n, c, func() { s.each(n, s.create); s.until(s.synced(n)) })
	s.measure(fmt.Sprintf("change %d policies", n), n, c, func() { s.each(n, s.change); s.until(s.synced(n)) })
	s.measure(fmt.Sprintf("delete %d pairs", n), n, c, func() { s.each(n, s.delete); s.until(s.gone(n)) })
}

// driftPeriod is the period of the check for drift in the cases about it.
const driftPeriod = 30 * time.Second

// drift looks at checks for drift: one where nothing has changed, and one after
// every policy was changed in AWS.
func (s *suite) drift(n int) {
	s.cloudIsSlow()
	c := s.startController(driftPeriod)
	defer c.stop()
	s.each(n, s.create)
	s.until(s.synced(n))
	for range 2 { // the first check remembers how AWS has set the alarms up
		s.untilQuiet()
		s.untilCheck()
	}
	s.measure(fmt.Sprintf("one check for drift of %d pairs, nothing changed", n), n, c, s.untilQuiet)
	s.measure(fmt.Sprintf("%d policies changed behind its back, every %s", n, driftPeriod), n, c, func() {
		s.changeInAWS(n)
		s.until(func() bool { return s.declaredInAWS(n) })
	})
	s.each(n, s.delete)
	s.until(s.gone(n))
}

// throttled brings pairs up where AWS allows few calls.
func (s *suite) throttled(n int) {
	s.cloudIsSlow()
	s.lab.Cloud.Faults().Throttle(25, 40)
	c := s.startController(never)
	defer c.stop()
	s.measure(fmt.Sprintf("create %d pairs where AWS allows 25 calls/s, burst 40", n), n, c, func() { s.each(n, s.create); s.until(s.synced(n)) })
	s.cloudIsSlow()
	s.each(n, s.delete)
	s.until(s.gone(n))
}

// crowd brings very many pairs up, and starts the controller anew among them.
func (s *suite) crowd(n int) {
	s.cloudIsSlow()
	c := s.startController(never)
	s.measure(fmt.Sprintf("create %d pairs", n), n, c, func() { s.each(n, s.create); s.until(s.synced(n)) })
	c.stop()
	c = s.startController(never)
	defer c.stop()
	s.measure(fmt.Sprintf("after a restart among %d pairs, one edit", n), n, c, func() {
		if err := s.change(n / 2); err != nil {
			s.Fatal(err)
		}
		s.until(func() bool { return s.lab.Cloud.Journal().Count("PutScalingPolicy") > 0 })
	})
	s.measure(fmt.Sprintf("the rest of the first sweep of %d pairs", n), n, c, s.untilQuiet)
}
