package console

import (
	"embed"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/report/chart"
)

//go:embed templates/*.html
var templateFiles embed.FS

// templates are parsed once; a mistake in them fails every test of the package.
var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"iso":    func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"status": func(tone Tone, text string) Status { return Status{tone, text} },
	"gauge":  drawGauge,
	"double": func(n int) int { return 2 * n },
	// Where in its picture the plot of the chart is.
	"chartLeft":  func() int { return chart.Left },
	"chartRight": func() int { return chart.Right },
}).ParseFS(templateFiles, "templates/*.html"))

// sections are the parts of the page that change, by the IDs of their elements,
// which are also the names of their templates.
var sections = []string{"clock", "targets", "summary", "history", "rules", "activities", "objects", "traffic", "faults"}

// WriteHTML writes the whole page.
func (p Page) WriteHTML(w io.Writer) error { return templates.ExecuteTemplate(w, "page", p) }

// section writes the inside of one section.
func (p Page) section(name string) (string, error) {
	var b strings.Builder
	err := templates.ExecuteTemplate(&b, name, p)
	return b.String(), err
}

// Title is that of the window.
func (p Page) Title() string {
	if p.Target == nil {
		return "Setpoint lab"
	}
	return p.Target.Name + " – Setpoint lab"
}

// gaugeWidth is that of the gauge in units of its picture.
const gaugeWidth = 200

// drawnGauge is a gauge in units of its picture.
type drawnGauge struct{ Min, Span, Running, Desired int }

func drawGauge(g Gauge) drawnGauge {
	most := int64(max(1, g.Max, g.Desired, g.Running))
	at := func(n int32) int { return int(int64(max(0, n)) * gaugeWidth / most) }
	return drawnGauge{
		Min: at(g.Min), Span: max(0, at(g.Max)-at(g.Min)), Running: at(g.Running),
		Desired: min(gaugeWidth-3, max(0, at(g.Desired)-1)),
	}
}
