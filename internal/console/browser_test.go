package console

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
)

// browsers are the programs that can be driven.
var browsers = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "headless-shell"}

// browser is an open page of a console of a real local cloud, in a real browser. It
// notes what should not be.
type browser struct {
	*testing.T
	ctx   context.Context
	cloud *localcloud.Cloud
	admin *admin.Admin
	url   string

	scaling *applicationautoscaling.Client

	mu       sync.Mutex
	problems []string
}

// open starts a cloud with a variant that scales, its console, and a browser. It is
// false on a machine without a browser, which one that merges must not be.
func open(t *testing.T) (*browser, bool) {
	t.Helper()
	if !slices.ContainsFunc(browsers, func(name string) bool { _, err := exec.LookPath(name); return err == nil }) {
		if os.Getenv("CI") != "" {
			t.Fatalf("there is no browser; install one of %s", strings.Join(browsers, ", "))
		}
		t.Logf("there is no browser, so the page is not tested in one; install one of %s", strings.Join(browsers, ", "))
		return nil, false
	}
	b := &browser{T: t}
	b.startCloud()
	server := httptest.NewServer(New(Options{Cloud: b.admin, Kubernetes: fakeKubernetes(sampleObjects()), Period: 200 * time.Millisecond}))
	t.Cleanup(server.Close)
	b.url = server.URL
	ctx, cancel := chromedp.NewContext(t.Context())
	t.Cleanup(cancel)
	b.ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	if err := chromedp.Listen(b.ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	for _, enable := range []func() error{
		func() error { _, err := chromedp.Call(b.ctx, network.Enable, network.EnableParams{}); return err },
		func() error { _, err := chromedp.Call(b.ctx, cdplog.Enable, cdp.Empty{}); return err },
	} {
		b.must(enable())
	}
	return b, true
}

// startCloud makes a cloud that stands still, at noon.
func (b *browser) startCloud() {
	b.cloud = localcloud.New(localcloud.Options{
		Account: sampleHome.Account, Region: sampleHome.Region, Start: noon, Paused: true, Seed: 1, KeepCapacities: true,
		ProvisioningDelay: 4 * time.Minute, Logger: slog.New(slog.DiscardHandler),
	})
	for _, name := range []string{"demo-endpoint", "demo-endpoint-cpu"} {
		b.must(b.cloud.Seed(b.Context(), localcloud.Endpoint{Name: name, Variant: "AllTraffic"}))
	}
	b.admin = admin.New(b.cloud)
	server := httptest.NewServer(b.admin)
	b.Cleanup(server.Close)
	b.scaling = applicationautoscaling.NewFromConfig(aws.Config{
		Region: sampleHome.Region, BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider(sampleHome.Account, "secret", ""),
	})
	key := sampleKey("demo-endpoint")
	b.register(key, 1, 6)
	_, err := b.scaling.PutScalingPolicy(b.Context(), &applicationautoscaling.PutScalingPolicyInput{
		PolicyName: aws.String("invocations"), PolicyType: "TargetTrackingScaling",
		ServiceNamespace: "sagemaker", ResourceId: &key.ResourceID, ScalableDimension: types.ScalableDimension(key.ScalableDimension),
		TargetTrackingScalingPolicyConfiguration: &types.TargetTrackingScalingPolicyConfiguration{
			TargetValue:                   aws.Float64(70),
			PredefinedMetricSpecification: &types.PredefinedMetricSpecification{PredefinedMetricType: types.MetricTypeSageMakerVariantInvocationsPerInstance},
		},
	})
	b.must(err)
}

// register makes a scalable target of a variant, or changes its bounds.
func (b *browser) register(key admin.Key, least, most int32) {
	b.Helper()
	_, err := b.scaling.RegisterScalableTarget(b.Context(), &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: "sagemaker", ResourceId: &key.ResourceID, ScalableDimension: types.ScalableDimension(key.ScalableDimension),
		MinCapacity: &least, MaxCapacity: &most,
	})
	b.must(err)
}

func (b *browser) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// listen notes what the page says to the console, and what it asks others for.
func (b *browser) listen(event any) {
	problem := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		problem = "an exception: " + e.ExceptionDetails.Text
	case *runtime.EventConsoleAPICalled:
		problem = "something is written to the console: " + string(e.Type)
	case *cdplog.EventEntryAdded:
		problem = "the browser complains: " + e.Entry.Text + " " + e.Entry.URL
	case *network.EventRequestWillBeSent:
		if address, err := url.Parse(e.Request.URL); err != nil || "http://"+address.Host != b.url && address.Scheme != "data" {
			problem = "a request to somebody else: " + e.Request.URL
		}
	}
	if problem != "" {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.problems = append(b.problems, problem)
	}
}

// calm fails the test if there was something that should not be.
func (b *browser) calm() {
	b.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.problems {
		b.Error(p)
	}
	b.problems = nil
}

// forgive forgets problems that hold a text.
func (b *browser) forgive(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.problems = slices.DeleteFunc(b.problems, func(p string) bool { return strings.Contains(p, text) })
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	b.must(chromedp.Do(b.ctx, steps...))
}

// show opens the page with a width and a colour scheme and waits until it is live.
func (b *browser) show(path string, width int64, scheme string) {
	b.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
	})
	b.must(err)
	b.do(chromedp.EmulateViewport(width, 900), chromedp.Navigate(b.url+path), chromedp.WaitVisible("#link.on"))
}

// value evaluates an expression in the page.
func value[T any](b *browser, expression string) T {
	b.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.Fatalf("%s: %v", expression, err)
	}
	return v
}

// eventually waits until an expression is true in the page.
func (b *browser) eventually(reason, expression string) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 15*time.Second)
	defer cancel()
	for {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		switch {
		case err == nil && ok:
			return
		case ctx.Err() != nil:
			b.Fatalf("%s: %s does not become true; the page says:\n%s", reason, expression, value[string](b, "document.body.innerText"))
		case err != nil:
			b.Fatalf("%s: %s: %v", reason, expression, err)
		}
		time.Sleep(30 * time.Millisecond)
	}
}

// says waits until an element holds a text.
func (b *browser) says(reason, selector, text string) {
	b.Helper()
	quoted, err := json.Marshal(text)
	b.must(err)
	b.eventually(reason, fmt.Sprintf("document.querySelector('%s')?.innerText.includes(%s)", selector, quoted))
}

// busy lets traffic come and time pass, so that everything on the page has something
// to show.
func (b *browser) busy() {
	b.Helper()
	rate := 200.0
	spec := admin.Traffic{Key: sampleKey("demo-endpoint")}
	spec.Traffic.Type, spec.Traffic.Rate = "constant", &rate
	_, err := b.admin.PutTraffic(spec)
	b.must(err)
	b.advance(30 * time.Minute)
}

func (b *browser) advance(d time.Duration) {
	b.Helper()
	_, err := b.admin.SetClock(b.Context(), admin.ClockChange{Advance: admin.Duration(d)})
	b.must(err)
}
