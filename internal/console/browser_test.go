package console

import (
	"log/slog"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/chromedp/chromedp"

	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
	"github.com/setpoint-io/setpoint/test/web"
)

// browser is an open page of a console of a real local cloud, in a real browser.
type browser struct {
	*web.Page
	cloud *localcloud.Cloud
	admin *admin.Admin
	url   string

	scaling *applicationautoscaling.Client
}

// open starts a cloud with a variant that scales, its console, and a browser. It is
// false on a machine without a browser.
func open(t *testing.T) (*browser, bool) {
	t.Helper()
	b := &browser{}
	page, ok := web.Open(t, func(address *url.URL) bool { return "http://"+address.Host == b.url })
	if !ok {
		return nil, false
	}
	b.Page = page
	b.startCloud()
	server := httptest.NewServer(New(Options{Cloud: b.admin, Kubernetes: fakeKubernetes(sampleObjects()), Period: 200 * time.Millisecond}))
	t.Cleanup(server.Close)
	b.url = server.URL
	return b, true
}

// startCloud makes a cloud that stands still, at noon.
func (b *browser) startCloud() {
	b.cloud = localcloud.New(localcloud.Options{
		Account: sampleHome.Account, Region: sampleHome.Region, Start: noon, Paused: true, Seed: 1, KeepCapacities: true,
		ProvisioningDelay: 4 * time.Minute, Logger: slog.New(slog.DiscardHandler),
	})
	for _, name := range []string{"demo-endpoint", "demo-endpoint-cpu"} {
		b.Must(b.cloud.Seed(b.Context(), localcloud.Endpoint{Name: name, Variant: "AllTraffic"}))
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
	b.Must(err)
}

// register makes a scalable target of a variant, or changes its bounds.
func (b *browser) register(key admin.Key, least, most int32) {
	b.Helper()
	_, err := b.scaling.RegisterScalableTarget(b.Context(), &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: "sagemaker", ResourceId: &key.ResourceID, ScalableDimension: types.ScalableDimension(key.ScalableDimension),
		MinCapacity: &least, MaxCapacity: &most,
	})
	b.Must(err)
}

// show opens the page with a width and a colour scheme and waits until it is live.
func (b *browser) show(path string, width int64, scheme string) {
	b.Helper()
	b.Go(b.url+path, web.Look{Width: width, Scheme: scheme})
	b.Do(chromedp.WaitVisible("#link.on"))
}

// value evaluates an expression in the page.
func value[T any](b *browser, expression string) T {
	b.Helper()
	return web.Value[T](b.Page, expression)
}

// busy lets traffic come and time pass, so that everything on the page has something
// to show.
func (b *browser) busy() {
	b.Helper()
	rate := 200.0
	spec := admin.Traffic{Key: sampleKey("demo-endpoint")}
	spec.Traffic.Type, spec.Traffic.Rate = "constant", &rate
	_, err := b.admin.PutTraffic(spec)
	b.Must(err)
	b.advance(30 * time.Minute)
}

func (b *browser) advance(d time.Duration) {
	b.Helper()
	_, err := b.admin.SetClock(b.Context(), admin.ClockChange{Advance: admin.Duration(d)})
	b.Must(err)
}
