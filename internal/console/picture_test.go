package console

import (
	"bytes"
	"flag"
	"image/png"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/chromedp/chromedp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
	"github.com/setpoint-io/setpoint/internal/localcloud/traffic"
)

var retake = flag.Bool("update", false, "take the picture of the documentation anew")

// picture is where the documentation has it.
const picture = "../../docs/images/console.png"

// TestPicture plays what the picture of the documentation shows: traffic goes up and
// down, the target follows, its bounds follow the schedule, and in the end there is
// again more to do than there is capacity. With -update the picture is taken.
func TestPicture(t *testing.T) {
	b, ok := open(t)
	if !ok {
		return
	}
	b.story()
	server := httptest.NewServer(New(Options{Cloud: b.admin, Kubernetes: fakeKubernetes(storyObjects()), Period: 200 * time.Millisecond}))
	t.Cleanup(server.Close)
	b.url = server.URL
	b.show("/?range=6h", 1600, "light")
	b.Says("it is about to scale out", "#summary", "Scaling out")
	b.Says("because of an alarm", "#rules", "In alarm")
	b.Says("within bounds that the schedule lowered", "#summary", "1–8")
	b.Says("the schedule is told", "#rules", "every day at 20:00, Europe/Berlin")
	b.Says("what was done is told", "#activities", "Setting min capacity to 1")
	b.Says("so are the objects", "#objects", "demo-night")
	b.Calm()
	if !*retake {
		return
	}
	shot, err := chromedp.Run(b.Browser, chromedp.FullScreenshot(100))
	b.Must(err)
	size, err := png.DecodeConfig(bytes.NewReader(shot))
	b.Must(err)
	if tall := value[int](b, "document.documentElement.scrollHeight"); size.Width != 1600 || size.Height != tall {
		t.Errorf("the picture has %d x %d pixels, and the page is %d high", size.Width, size.Height, tall)
	}
	b.Must(os.WriteFile(picture, shot, 0o644)) //nolint:gosec // it is for everybody
}

// story lets an afternoon pass, until the first minute after eight in the evening, in
// Berlin, in which the target wants to scale out.
func (b *browser) story() {
	b.Helper()
	key := sampleKey("demo-endpoint")
	b.register(key, 2, 8)
	b.register(sampleKey("demo-endpoint-cpu"), 1, 2)
	for _, action := range []struct {
		name, schedule string
		least          int32
	}{{"morning", "cron(0 8 ? * MON-FRI *)", 2}, {"night", "cron(0 20 * * ? *)", 1}} {
		_, err := b.scaling.PutScheduledAction(b.Context(), &applicationautoscaling.PutScheduledActionInput{
			ServiceNamespace: "sagemaker", ResourceId: &key.ResourceID, ScalableDimension: types.ScalableDimension(key.ScalableDimension),
			ScheduledActionName: &action.name, Schedule: &action.schedule, Timezone: aws.String("Europe/Berlin"),
			ScalableTargetAction: &types.ScalableTargetAction{MinCapacity: &action.least},
		})
		b.Must(err)
	}
	_, err := b.admin.PutTraffic(admin.Traffic{Key: key, Traffic: traffic.Spec{Type: traffic.Noise, Deviation: new(0.08), Of: []traffic.Spec{{
		Type: traffic.Wave, Low: new(60.0), High: new(440.0), Period: traffic.Duration(3 * time.Hour),
	}}}})
	b.Must(err)
	night := noon.Add(7 * time.Hour)
	b.advance(night.Add(30 * time.Minute).Sub(noon))
	for range 90 {
		target := b.target(key)
		if target.Desired > target.Current {
			b.checkStory(key, night)
			return
		}
		b.advance(time.Minute)
	}
	b.Fatal("the target does not scale out any more")
}

// checkStory fails unless the bounds changed when the schedule says so, and not
// before, and the target scaled in and out.
func (b *browser) checkStory(key admin.Key, night time.Time) {
	b.Helper()
	h, err := b.admin.History(admin.HistoryQuery{Home: sampleHome, Key: key, From: noon.Add(time.Minute), To: b.admin.Clock().Time})
	b.Must(err)
	out, in := 0, 0
	for i, p := range h.Capacity {
		if want := int32(2); p.Time.Before(night) && p.MinCapacity != want {
			b.Errorf("at %s, before the night, the minimum is %d, want %d", p.Time, p.MinCapacity, want)
		}
		if p.Time.After(night.Add(time.Minute)) && p.MinCapacity != 1 {
			b.Errorf("at %s, in the night, the minimum is %d, want 1", p.Time, p.MinCapacity)
		}
		switch {
		case i == 0:
		case p.Current > h.Capacity[i-1].Current:
			out++
		case p.Current < h.Capacity[i-1].Current:
			in++
		}
	}
	if out < 3 || in < 3 {
		b.Errorf("the target scaled out %d times and in %d times", out, in)
	}
	if !slices.ContainsFunc(h.Alarms, func(a admin.AlarmHistory) bool {
		return strings.Contains(a.Name, "AlarmHigh") && a.States[len(a.States)-1].State == "ALARM"
	}) {
		b.Error("no alarm asks for more")
	}
}

func (b *browser) target(key admin.Key) admin.Target {
	b.Helper()
	places := b.admin.State(admin.StateQuery{Key: key}).Places
	if len(places) != 1 || len(places[0].Targets) != 1 {
		b.Fatalf("there is no target %s", key)
	}
	return places[0].Targets[0]
}

// storyObjects are the objects that would declare what the story has.
func storyObjects() []v1alpha1.Object {
	objects := sampleObjects()
	ready := objects[2].(*v1alpha1.ScalableTarget).Status.CommonStatus
	key := sampleKey("demo-endpoint")
	for _, name := range []string{"morning", "night"} {
		action := &v1alpha1.ScheduledAction{Spec: v1alpha1.ScheduledActionSpec{
			ScheduledActionName: name, ResourceID: &key.ResourceID, ScalableDimension: &key.ScalableDimension, ServiceNamespace: &key.ServiceNamespace,
		}}
		action.Name, action.Namespace, action.Status.CommonStatus = "demo-"+name, "default", ready
		objects = append(objects, action)
	}
	for _, o := range objects {
		o.SetCreationTimestamp(metav1.NewTime(time.Now().Add(-8 * time.Hour)))
	}
	return objects
}
