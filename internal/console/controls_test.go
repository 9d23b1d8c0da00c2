package console

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
)

// fill chooses a kind in a form, writes into its fields and presses its button. The
// fields are pairs of a selector and a value.
func (b *browser) fill(form, kind string, fields ...string) {
	b.Helper()
	b.Do(chromedp.Click(form + " label:has([value=" + kind + "])"))
	for i := 0; i < len(fields); i += 2 {
		b.Do(chromedp.WaitVisible(form + " " + fields[i]))
		b.write(form+" "+fields[i], fields[i+1])
	}
	b.Do(chromedp.Click(form + " .primary"))
}

// write replaces what is in a field, as typing does.
func (b *browser) write(field, text string) {
	b.Helper()
	value[bool](b, fmt.Sprintf(`(() => {
      const field = document.querySelector(%q)
      field.value = %q
      return field.dispatchEvent(new Event('input', { bubbles: true }))
    })()`, field, text))
}

func TestTheClockIsMoved(t *testing.T) {
	b, ok := open(t)
	if !ok {
		return
	}
	b.show("/", 1600, "dark")
	b.Do(chromedp.Click("#clock .advance button"))
	b.Says("a quarter of an hour passes at once", "#clock", "12:15:00")
	b.write("[name=advance]", "1h45m")
	b.Do(chromedp.Click("#clock .advance button"))
	b.Says("any time can pass", "#clock", "14:00:00")
	b.write("[name=advance]", "tomorrow")
	b.Do(chromedp.Click("#clock .advance button"))
	b.Eventually("what is no duration is not sent", "document.querySelector('[name=advance]').matches(':invalid:focus')")
	b.write("[name=advance]", "9000h")
	b.Do(chromedp.Click("#clock .advance button"))
	b.Says("the local AWS says what is wrong", "#clock output.failed", "at most 366 days at once")
	b.Eventually("and the field has it", "document.querySelector('[name=advance]').validationMessage.includes('366 days')")
	b.Do(chromedp.Click(`#clock [aria-label="60 times faster: a minute in a second"]`))
	b.Eventually("the clock runs, whatever is in the field", "document.querySelector('#clock [aria-pressed=true]').innerText == '60×'")
	b.Do(chromedp.Click(`#clock [aria-label="Pause the clock"]`))
	b.Eventually("the clock stands still", "document.querySelector('#clock [aria-pressed=true]').innerText == 'Pause'")
	if c := b.admin.Clock(); !c.Paused || c.Speed != 60 {
		t.Errorf("the clock is %+v", c)
	}
	// The browser itself notes that something was refused; nothing else may be said.
	b.Forgive("400 (Bad Request)")
	b.Calm()
}

// arrives fails if the traffic is not what it should be.
func (b *browser) arrives(reason, want string) {
	b.Helper()
	all := b.admin.Traffic(admin.Home{}, admin.Key{})
	if len(all) != 1 {
		b.Fatalf("%s: there is traffic at %d resources", reason, len(all))
	}
	got, err := json.Marshal(all[0].Traffic)
	b.Must(err)
	if diff := cmp.Diff(want, string(got)); diff != "" {
		b.Errorf("%s (-want +got):\n%s", reason, diff)
	}
}

func TestTrafficIsSet(t *testing.T) {
	b, ok := open(t)
	if !ok {
		return
	}
	b.show("/", 1600, "dark")
	b.fill("#traffic", "wave", "[name='traffic.high']", "500")
	b.Says("a wave arrives", "#traffic", "a wave between 35 and 500 every 2 h.")
	b.fill("#traffic", "wave", "[name='traffic.period']", "soon")
	b.Eventually("what is no duration is not sent", "document.querySelector(\"[name='traffic.period']\").matches(':invalid:focus')")
	b.fill("#traffic", "wave", "[name='traffic.period']", "2h", "[name='traffic.low']", "900")
	b.Says("the local AWS says what is wrong", "#traffic output.failed", "500 is less than low, 900")
	b.Eventually("and the field has it", "document.activeElement.name == 'traffic.high' && document.activeElement.validationMessage.includes('less than low')")

	b.Do(chromedp.Click("#traffic .more summary"))
	b.fill("#traffic", "wave", "[name='traffic.low']", "50", "[name='traffic.peak']", "14:00", "[name='noise.percent']", "7")
	b.Says("with noise", "#traffic", "with 7 % noise")
	b.Do(chromedp.Click("#traffic .more summary"))
	b.Eventually("it is folded up", "!document.querySelector('#traffic .more').open")
	b.fill("#traffic", "wave", "[name='traffic.high']", "600")
	b.Says("it is changed", "#traffic", "between 50 and 600")
	b.arrives("what is folded up stays", `{"type":"noise","deviation":0.07,"of":[{"type":"wave","low":50,"high":600,"peak":"14:00","period":"2h0m0s"}]}`)

	b.fill("#traffic", "spike", "[name='traffic.every']", "")
	b.Says("a spike comes once", "#traffic", "a spike of 490 for 15 min, with 7 % noise.")
	b.Do(chromedp.Click("#traffic label:has([value=off])"), chromedp.Click("#traffic .primary"))
	b.Says("the traffic ends", "#traffic", "None arrives.")
	b.Forgive("400 (Bad Request)")
	b.Calm()
}

func TestRecordingsAndSumsAreSet(t *testing.T) {
	b, ok := open(t)
	if !ok {
		return
	}
	b.show("/", 400, "light")
	recording := filepath.Join(t.TempDir(), "recording.csv")
	b.Must(os.WriteFile(recording, []byte("time,value\n0,100\n60,soon\n"), 0o600))
	b.Do(chromedp.Click("#traffic label:has([value=replay])"), chromedp.Click("#traffic .primary"))
	b.Eventually("there is no recording without a file", "document.querySelector('[type=file]').matches(':invalid:focus')")
	b.Do(chromedp.SetUploadFiles("[type=file]", []string{recording}), chromedp.Click("#traffic .primary"))
	b.Says("the line is named that is wrong", "#traffic output.failed", `line 3: the value "soon" is no rate`)
	b.Must(os.WriteFile(recording, []byte("time,value\n0,100\n60,300\n"), 0o600))
	b.Do(chromedp.SetUploadFiles("[type=file]", []string{recording}), chromedp.Click("[name='traffic.loop']"), chromedp.Click("#traffic .primary"))
	b.Says("it is replayed", "#traffic", "100 requests a minute arrive now: a recording.")
	b.arrives("from the beginning, again and again", `{"type":"replay","csv":"time,value\n0,100\n60,300\n","loop":true}`)

	b.fill("#traffic", "json", "textarea", `{"type":"sum","of":[{"type":"constant","rate":5},{"type":"constant"}]}`)
	b.Says("the part is named that is wrong", "#traffic output.failed", "traffic.of[1].rate: it is missing")
	b.fill("#traffic", "json", "textarea", `{"type":`)
	b.Says("so is what is no JSON", "#traffic output.failed", "This is no JSON: ")
	b.Eventually("in its place", "document.activeElement.name == 'json' && document.activeElement.validationMessage.includes('no JSON')")
	b.fill("#traffic", "json", "textarea", `{"type":"sum","of":[{"type":"constant","rate":5},{"type":"constant","rate":6}]}`)
	b.Says("a sum arrives", "#traffic", "11 requests a minute arrive now: a constant 5 and a constant 6.")
	b.Do(chromedp.Reload(), chromedp.WaitVisible("#link.on"))
	b.Eventually("whoever opens the page later has it in the form", "JSON.parse(document.querySelector('#traffic textarea').value).of.length == 2")
	b.Forgive("400 (Bad Request)")
	b.Calm()
}

func TestFaultsAreSet(t *testing.T) {
	b, ok := open(t)
	if !ok {
		return
	}
	b.show("/", 1600, "dark")
	b.fill("#fault", "throttle", "[name=rate]", "0.5")
	b.Says("calls are throttled", "#faults", "Every call beyond 0.5 a second is throttled")
	b.fill("#fault", "latency", "[data-kind=latency] [name=delay]", "20ms")
	b.Says("calls are slow", "#faults", "Every call takes 20ms longer")
	b.Do(chromedp.Click("#fault .more summary"))
	b.fill("#fault", "timeout", "[name=service]", "CloudWatch", "[name=operation]", "PutMetricAlarm", "[name=times]", "3", "[name=for]", "1h")
	b.Says("some are never answered", "#faults", "CloudWatch PutMetricAlarm is never answered, 3 more times, for ")
	b.Do(chromedp.Click("#fault label:has([value=drop])"), chromedp.Click("#fault [name=afterEffect]"))
	b.fill("#fault", "drop", "[name=for]", "")
	b.Says("some are cut off", "#faults", "CloudWatch PutMetricAlarm is cut off, after it took effect, 3 more times")
	b.fill("#fault", "metricDelay", "[data-kind=metricDelay] [name=delay]", "3m")
	b.Says("metrics come late", "#faults", "Metrics come 3m0s late")
	b.fill("#fault", "error", "[name=code]", "ServiceUnavailable", "[name=operation]", "", "[name=times]", "", "[name=message]", "Later.")
	b.Says("some fail", "#faults", "CloudWatch fails with ServiceUnavailable, after it took effect")
	b.fill("#fault", "error", "[name=status]", "200")
	b.Eventually("a status that is none of an error is not sent", "document.querySelector('#fault [name=status]').matches(':invalid:focus')")

	want := []admin.Fault{
		{Type: admin.Throttle, Rate: new(0.5), Burst: new(1)},
		{Type: admin.Latency, Delay: admin.Duration(20 * time.Millisecond)},
		{Type: admin.Timeout, Service: "CloudWatch", Operation: "PutMetricAlarm", Times: 3},
		{Type: admin.Drop, Service: "CloudWatch", Operation: "PutMetricAlarm", Times: 3, AfterEffect: true},
		{Type: admin.Failure, Service: "CloudWatch", Code: "ServiceUnavailable", Message: "Later.", Status: 503, AfterEffect: true},
		{Type: admin.MetricDelay, Delay: admin.Duration(3 * time.Minute)},
	}
	if diff := cmp.Diff(want, b.admin.Faults(), cmpopts.IgnoreFields(admin.Fault{}, "ID", "For")); diff != "" {
		t.Errorf("the faults (-want +got):\n%s", diff)
	}
	b.Do(chromedp.Click(`#faults [aria-label="Remove: Metrics come 3m0s late"]`))
	b.Eventually("one of them is removed", "document.querySelectorAll('.faults li').length == 5")
	b.Do(chromedp.Click("#faults .clear button"))
	b.Says("the faults are gone", "#faults", "The local AWS answers as it should")
	if left := b.admin.Faults(); len(left) > 0 {
		t.Errorf("there are faults: %+v", left)
	}
	b.Calm()
}
