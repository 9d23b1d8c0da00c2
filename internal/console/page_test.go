package console

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
)

// looks are the sizes and schemes that the page is made for.
var looks = []struct {
	width  int64
	scheme string
}{{400, "light"}, {400, "dark"}, {1600, "light"}, {1600, "dark"}}

// contrasts lists the texts whose contrast with what is behind them is less than
// 4.5 (WCAG 2.2, 1.4.3).
const contrasts = `(() => {
  const channels = (color) => color.match(/[\d.]+/g).map(Number)
  const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0)
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = channels(getComputedStyle(e).backgroundColor)
      if (color.length < 4 || color[3] === 1) return color
    }
    return [255, 255, 255]
  }
  const poor = []
  let pictures = 0
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement
    if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest('.sr, title, desc, :disabled')) continue
    const style = getComputedStyle(element)
    const [a, b] = [luminance(channels(element.closest('svg') ? style.fill : style.color)), luminance(behind(element))]
    if (element.closest('svg')) pictures++
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05)
    if (ratio < 4.5) poor.push(walker.currentNode.data.trim().slice(0, 40) + ' ' + ratio.toFixed(2))
  }
  if (document.querySelector('#chart') && pictures < 10) poor.push('only ' + pictures + ' texts of the chart')
  return poor
})()`

func TestHowThePageLooks(t *testing.T) {
	b, ok := open(t)
	if !ok {
		return
	}
	pages := map[string]func(){"empty": func() {}, "busy": b.busy}
	for _, name := range []string{"empty", "busy"} {
		pages[name]()
		for _, look := range looks {
			at := fmt.Sprintf("%s, %s at %d pixels", name, look.scheme, look.width)
			b.show("/", look.width, look.scheme)
			b.says(at, "#summary", "demo-endpoint / AllTraffic")
			if wide := value[int64](b, "document.documentElement.scrollWidth"); wide > look.width {
				t.Errorf("%s: the page is %d pixels wide", at, wide)
			}
			light := value[bool](b, "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).every((v) => v > 128)")
			if light != (look.scheme == "light") {
				t.Errorf("%s: the background is not of that scheme", at)
			}
			for _, poor := range value[[]string](b, contrasts) {
				t.Errorf("%s: too little contrast: %s", at, poor)
			}
			b.names(at)
			b.calm()
		}
	}
}

// named are the roles that need a name.
var named = []string{
	"button", "link", "textbox", "spinbutton", "combobox", "radio", "slider", "img", "image", "table", "region", "navigation", "main",
	"complementary", "radiogroup", "heading", "columnheader",
}

// nameless are the roles of named that may go without: there is one of each.
var nameless = []string{"main", "table"}

// names fails if a control, a landmark or a picture has no name for those who do not
// see it.
func (b *browser) names(at string) {
	b.Helper()
	tree, err := chromedp.Call(b.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	b.must(err)
	found := 0
	for _, node := range tree.Nodes {
		if node.Ignored || node.Role == nil {
			continue
		}
		role := strings.Trim(string(node.Role.Value), `"`)
		if !slices.Contains(named, role) || slices.Contains(nameless, role) {
			continue
		}
		found++
		if node.Name == nil || strings.Trim(string(node.Name.Value), `"`) == "" {
			b.Errorf("%s: a %s has no name", at, role)
		}
	}
	for _, group := range value[[]string](b, "[...document.querySelectorAll('[role=group], fieldset')].filter((e) => !e.ariaLabel && !e.querySelector('legend')).map((e) => e.outerHTML)") {
		b.Errorf("%s: a group has no name: %s", at, group)
	}
	if found < 20 {
		b.Errorf("%s: only %d elements are for those who do not see the page", at, found)
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
		b.says("there is a chart", "#history", "Traffic")
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
			b.do(chromedp.KeyEvent(kb.Tab))
		}
		for _, missed := range value[[]string](b, reachable+".filter((e) => !reached.has(e)).map((e) => e.outerHTML.slice(0, 120))") {
			t.Errorf("at %d pixels the keyboard does not reach %s", width, missed)
		}
		for _, unmarked := range value[[]string](b, "unmarked") {
			t.Errorf("at %d pixels one does not see that this has the focus: %s", width, unmarked)
		}
	}
	b.do(chromedp.Focus("#traffic input[value=off]"), chromedp.KeyEvent(kb.ArrowRight))
	b.eventually("arrow keys choose among the kinds of traffic", "document.querySelector('#traffic input[value=constant]').checked")
	b.calm()
}

func TestThePageIsLive(t *testing.T) {
	b, ok := open(t)
	if !ok {
		return
	}
	b.show("/", 1600, "light")
	b.says("the clock stands still", "#clock", "12:00:00")
	b.says("one instance is in service", "#summary", "1 instance")
	b.do(chromedp.Focus("#fault input[name=rate]"), chromedp.SetValue("#fault input[name=rate]", "17"))
	value[bool](b, "document.querySelector('details.object').open = true")
	b.busy()
	b.says("time has passed", "#clock", "12:30:00")
	b.says("the target has scaled out", "#summary", "3 instances")
	b.says("why it has is told", "#activities", "in state ALARM triggered policy invocations")
	b.says("it is told to those who do not see it", "#news", "in service.")
	b.says("the history is drawn", "#history", "Traffic")
	if got := value[string](b, "document.activeElement.name + ' ' + document.activeElement.value"); got != "rate 17" {
		t.Errorf("an update took the focus or what was typed: %q has the focus", got)
	}
	if !value[bool](b, "document.querySelector('details.object').open") {
		t.Error("an update folded what was unfolded")
	}
	b.calm()
}

func TestZoom(t *testing.T) {
	b, ok := open(t)
	if !ok {
		return
	}
	b.busy()
	b.show("/", 1600, "light")
	length := "(document.getElementById('chart').dataset.to - document.getElementById('chart').dataset.from) / 60000"
	b.eventually("an hour is shown", length+" == 60")
	b.do(chromedp.Click(`#history [title="The last 6 hours"]`))
	b.eventually("six hours are shown", length+" == 360 && location.search.includes('range=6h')")
	b.do(chromedp.Click(`[data-zoom=in]`))
	b.eventually("three hours are shown", length+" == 180")
	b.do(chromedp.Focus("#pointer"), chromedp.KeyEvent("+"))
	b.eventually("keys zoom, too", length+" == 90")
	b.do(chromedp.Focus("#pointer"), chromedp.KeyEvent(kb.ArrowLeft), chromedp.KeyEvent(kb.ArrowLeft))
	b.eventually("the cursor is read out", "/in service 3.*InvocationsPerInstance 6/.test(document.getElementById('pointer').ariaValueText)")
	b.says("the same can be read", "#readout", "in service 3")
	b.do(chromedp.KeyEvent(kb.Escape))
	b.says("the cursor goes", "#readout", "drag across it to zoom")

	box := value[[]float64](b, "(({ x, y, width }) => [x, y, width])(document.getElementById('pointer').getBoundingClientRect())")
	b.do(chromedp.DragAndDropXY(box[0]+box[2]*0.5, box[1]+80, box[0]+box[2]*0.75, box[1]+90, 5))
	b.eventually("a quarter of it is shown", length+" > 20 && "+length+" < 27 && location.search.includes('from=')")
	b.says("it does not follow the clock any more", "#history", "Back to now")
	b.advance(15 * time.Minute)
	b.says("but the rest does", "#clock", "12:45:00")
	b.do(chromedp.Click("#history a.button"))
	b.eventually("an hour is shown again", length+" == 60")
	b.must(chromedp.Do(b.ctx, chromedp.NavigateBack()))
	b.eventually("the way back leads back", length+" < 27")
	b.calm()
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
	b.must(err)
	b.advance(8 * 24 * time.Hour)
	for _, query := range []string{"range=24h", "range=168h", "range=all"} {
		b.show("/?"+query, 1600, "light")
		b.eventually(query+" is drawn", "chart.series?.length == 4")
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
		b.must(err)
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
	b.calm()
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
	b.eventually("as many as there is room for are listed", listed+" == 100")
	b.do(chromedp.SendKeys("#filter [type=search]", "web-14"))
	b.eventually("the list follows what is typed", listed+" == 10 && location.search.includes('filter=web-14') && location.search.includes('range=6h')")
	b.do(chromedp.SendKeys("#filter [type=search]", "9"))
	b.eventually("and goes on to", listed+" == 1")
	b.eventually("what is typed stays", "document.activeElement.value == 'web-149'")
	b.do(chromedp.Click("#targets li a"))
	b.says("what was found can be looked at", "#summary", "default / web-149")
	b.eventually("and the list stays filtered", listed+" == 1")
	b.show("/?filter=web-01", 400, "dark")
	b.eventually("the address has the filter", listed+" == 10 && document.querySelector('#filter [type=search]').value == 'web-01'")
	b.names("a filtered list")
	b.calm()
}

func TestALabWithoutTargets(t *testing.T) {
	b, ok := open(t)
	if !ok {
		return
	}
	b.admin.Reset()
	b.show("/", 400, "dark")
	b.says("it says what to do", "#summary", "kubectl apply -f examples/sagemaker/hosting-autoscaling-predefined.yaml")
	b.names("a lab without targets")
	rate := 1.0
	fault := admin.Fault{Type: admin.Throttle, Rate: &rate}
	_, err := b.admin.PutFault(fault)
	b.must(err)
	b.says("it is live, too", "#faults", "throttled")
	b.calm()
}
