package console

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
	"github.com/setpoint-io/setpoint/test/web"
)

func TestHowThePageLooks(t *testing.T) {
	b, ok := open(t)
	if !ok {
		return
	}
	pages := map[string]func(){"empty": func() {}, "busy": b.busy}
	for _, name := range []string{"empty", "busy"} {
		pages[name]()
		for _, look := range web.Looks {
			at := fmt.Sprintf("%s, %s", name, look)
			b.show("/", look.Width, look.Scheme)
			b.Says(at, "#summary", "demo-endpoint / AllTraffic")
			b.Looks(at, look)
			b.Names(at, 20)
			b.Calm()
		}
	}
}

// reachable are the elements that a keyboard has to reach. Of radio buttons the
// checked one is, and from it the others by arrow keys.
const reachable = `[...document.querySelectorAll('a[href], button:not(:disabled), input:not([type=hidden]), select, summary, [tabindex="0"]')]
  .filter((e) => e.checkVisibility() && (e.type !== 'radio' || e.checked))`

func TestTheKeyboardReachesEverything(t *testing.T) {
	b, ok := open(t)
	if !ok {
		return
	}
	b.busy()
	for _, width := range []int64{400, 1600} {
		b.show("/", width, "light")
		b.Says("there is a chart", "#history", "Traffic")
		// What is folded up has to be reached, too.
		n := value[int](b, "document.querySelectorAll('details').forEach((d) => { d.open = true }), "+reachable+".length")
		if n < 30 {
			t.Errorf("there are only %d controls at %d pixels", n, width)
		}
		value[bool](b, `(() => {
          window.reached = new Set()
          window.unmarked = []
          document.addEventListener('focusin', ({ target }) => {
            reached.add(target)
            const marked = [target, target.parentElement.querySelector('input + span')].some((e) => e && getComputedStyle(e).outlineStyle !== 'none')
            if (!marked) unmarked.push(target.outerHTML.slice(0, 80))
          })
          return true
        })()`)
		for range n + 5 {
			b.Do(chromedp.KeyEvent(kb.Tab))
		}
		for _, missed := range value[[]string](b, reachable+".filter((e) => !reached.has(e)).map((e) => e.outerHTML.slice(0, 120))") {
			t.Errorf("at %d pixels the keyboard does not reach %s", width, missed)
		}
		for _, unmarked := range value[[]string](b, "unmarked") {
			t.Errorf("at %d pixels one does not see that this has the focus: %s", width, unmarked)
		}
	}
	b.Do(chromedp.Focus("#traffic input[value=off]"), chromedp.KeyEvent(kb.ArrowRight))
	b.Eventually("arrow keys choose among the kinds of traffic", "document.querySelector('#traffic input[value=constant]').checked")
	b.Calm()
}

func TestThePageIsLive(t *testing.T) {
	b, ok := open(t)
	if !ok {
		return
	}
	b.show("/", 1600, "light")
	b.Says("the clock stands still", "#clock", "12:00:00")
	b.Says("one instance is in service", "#summary", "1 instance")
	b.Do(chromedp.Focus("#fault input[name=rate]"), chromedp.SetValue("#fault input[name=rate]", "17"))
	value[bool](b, "document.querySelector('details.object').open = true")
	b.busy()
	b.Says("time has passed", "#clock", "12:30:00")
	b.Says("the target has scaled out", "#summary", "3 instances")
	b.Says("why it has is told", "#activities", "in state ALARM triggered policy invocations")
	b.Says("it is told to those who do not see it", "#news", "in service.")
	b.Says("the history is drawn", "#history", "Traffic")
	if got := value[string](b, "document.activeElement.name + ' ' + document.activeElement.value"); got != "rate 17" {
		t.Errorf("an update took the focus or what was typed: %q has the focus", got)
	}
	if !value[bool](b, "document.querySelector('details.object').open") {
		t.Error("an update folded what was unfolded")
	}
	b.Calm()
}

func TestZoom(t *testing.T) {
	b, ok := open(t)
	if !ok {
		return
	}
	b.busy()
	b.show("/", 1600, "light")
	length := "(document.getElementById('chart').dataset.to - document.getElementById('chart').dataset.from) / 60000"
	b.Eventually("an hour is shown", length+" == 60")
	b.Do(chromedp.Click(`#history [title="The last 6 hours"]`))
	b.Eventually("six hours are shown", length+" == 360 && location.search.includes('range=6h')")
	b.Do(chromedp.Click(`[data-zoom=in]`))
	b.Eventually("three hours are shown", length+" == 180")
	b.Do(chromedp.Focus("#pointer"), chromedp.KeyEvent("+"))
	b.Eventually("keys zoom, too", length+" == 90")
	b.Do(chromedp.Focus("#pointer"), chromedp.KeyEvent(kb.ArrowLeft), chromedp.KeyEvent(kb.ArrowLeft))
	b.Eventually("the cursor is read out", "/in service 3.*InvocationsPerInstance 6/.test(document.getElementById('pointer').ariaValueText)")
	b.Says("the same can be read", "#readout", "in service 3")
	b.Do(chromedp.KeyEvent(kb.Escape))
	b.Says("the cursor goes", "#readout", "drag across it to zoom")

	box := value[[]float64](b, "(({ x, y, width }) => [x, y, width])(document.getElementById('pointer').getBoundingClientRect())")
	b.Do(chromedp.DragAndDropXY(box[0]+box[2]*0.5, box[1]+80, box[0]+box[2]*0.75, box[1]+90, 5))
	b.Eventually("a quarter of it is shown", length+" > 20 && "+length+" < 27 && location.search.includes('from=')")
	b.Says("it does not follow the clock any more", "#history", "Back to now")
	b.advance(15 * time.Minute)
	b.Says("but the rest does", "#clock", "12:45:00")
	b.Do(chromedp.Click("#history a.button"))
	b.Eventually("an hour is shown again", length+" == 60")
	b.Must(chromedp.Do(b.Browser, chromedp.NavigateBack()))
	b.Eventually("the way back leads back", length+" < 27")
	b.Calm()
}

// However long the stretch is, the cursor reads what the cloud had: it stands on a
// hundred places, and a capacity that was not there is told at none.
func TestTheCursorReadsLongStretches(t *testing.T) {
	b, ok := open(t)
	if !ok {
		return
	}
	spec := admin.Traffic{Key: sampleKey("demo-endpoint")}
	spec.Traffic.Type, spec.Traffic.Low, spec.Traffic.High, spec.Traffic.Period = "wave", new(20.0), new(400.0), admin.Duration(3*time.Hour)
	_, err := b.admin.PutTraffic(spec)
	b.Must(err)
	b.advance(8 * 24 * time.Hour)
	for _, query := range []string{"range=24h", "range=168h", "range=all"} {
		b.show("/?"+query, 1600, "light")
		b.Eventually(query+" is drawn", "chart.series?.length == 4")
		type place struct {
			At   float64
			Text string
		}
		places := value[[]place](b, `(() => {
          const { from, to } = chart.stretch
          const last = chart.series[0].points.at(-1)[0] - 600e3
          return [...Array(100).keys()].map((i) => from + (Math.min(to, last) - from) * (i + 1) / 101).map((at) => {
            chart.read(at)
            return { At: at, Text: document.getElementById('pointer').ariaValueText + ';' }
          })
        })()`)
		h, err := b.admin.History(admin.HistoryQuery{Home: sampleHome, Key: spec.Key, From: noon, To: noon.Add(8 * 24 * time.Hour)})
		b.Must(err)
		for _, p := range places {
			at := time.UnixMilli(int64(p.At))
			has := h.Capacity[0]
			for _, c := range h.Capacity {
				if !c.Time.After(at) {
					has = c
				}
			}
			capacity := fmt.Sprintf("in service %d, desired %d, ", has.Current, has.Desired)
			if !strings.Contains(p.Text, capacity) || !strings.Contains(p.Text, "InvocationsPerInstance ") || !strings.Contains(p.Text, "traffic ") {
				t.Errorf("%s: at %s one reads %q, want %q and a metric and traffic", query, at.UTC().Format(time.DateTime), p.Text, capacity)
			}
		}
	}
	b.Calm()
}

func TestTheListIsFiltered(t *testing.T) {
	b, ok := open(t)
	if !ok {
		return
	}
	server := httptest.NewServer(New(Options{Cloud: &fakeCloud{state: manyTargetsState(150)}, Kubernetes: fakeKubernetes(nil), Period: 200 * time.Millisecond}))
	t.Cleanup(server.Close)
	b.url = server.URL
	b.show("/?range=6h", 1600, "light")
	listed := "document.querySelectorAll('#targets .targets:not(.idle) > li').length"
	b.Eventually("as many as there is room for are listed", listed+" == 100")
	b.Do(chromedp.SendKeys("#filter [type=search]", "web-14"))
	b.Eventually("the list follows what is typed", listed+" == 10 && location.search.includes('filter=web-14') && location.search.includes('range=6h')")
	b.Do(chromedp.SendKeys("#filter [type=search]", "9"))
	b.Eventually("and goes on to", listed+" == 1")
	b.Eventually("what is typed stays", "document.activeElement.value == 'web-149'")
	b.Do(chromedp.Click("#targets li a"))
	b.Says("what was found can be looked at", "#summary", "default / web-149")
	b.Eventually("and the list stays filtered", listed+" == 1")
	b.show("/?filter=web-01", 400, "dark")
	b.Eventually("the address has the filter", listed+" == 10 && document.querySelector('#filter [type=search]').value == 'web-01'")
	b.Names("a filtered list", 20)
	b.Calm()
}

func TestALabWithoutTargets(t *testing.T) {
	b, ok := open(t)
	if !ok {
		return
	}
	b.admin.Reset()
	b.show("/", 400, "dark")
	b.Says("it says what to do", "#summary", "kubectl apply -f examples/sagemaker/hosting-autoscaling-predefined.yaml")
	b.Names("a lab without targets", 20)
	rate := 1.0
	fault := admin.Fault{Type: admin.Throttle, Rate: &rate}
	_, err := b.admin.PutFault(fault)
	b.Must(err)
	b.Says("it is live, too", "#faults", "throttled")
	b.Calm()
}
