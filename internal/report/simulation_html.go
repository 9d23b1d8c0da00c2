package report

import (
	"bytes"
	_ "embed"
	"html/template"
	"io"
	"strings"
)

//go:embed simulation.html
var simulationHTML string

// simulationPage is the report as a page that needs no other file.
var simulationPage = template.Must(template.New("simulation").Funcs(template.FuncMap{"short": short, "join": strings.Join}).Parse(simulationHTML))

// Widths of the pictures in a page: for a wide window, and for a narrow one.
const (
	wide   = 1100
	narrow = 380
)

// maxPageActivities bounds the table of a page.
const maxPageActivities = 2000

// page is what the template shows.
type page struct {
	*Simulation
	Summary           []row
	Wide, Narrow      template.HTML
	TradeWide         template.HTML
	TradeNarrow       template.HTML
	TuningCells       [][]string
	FrontierCells     [][]string
	Sensitivities     []sensitivity
	MaxPageActivities int
}

// WriteHTML writes the simulation as a page that needs no other file.
func (s *Simulation) WriteHTML(w io.Writer) error {
	p := page{Simulation: s, Summary: s.summaryRows(), MaxPageActivities: maxPageActivities}
	for _, picture := range []struct {
		to   *template.HTML
		draw func(io.Writer) error
	}{
		{&p.Wide, s.figure("wide", wide).WriteSVG},
		{&p.Narrow, s.figure("narrow", narrow).WriteSVG},
	} {
		if err := inline(picture.to, picture.draw); err != nil {
			return err
		}
	}
	if t := s.Tuning; t != nil {
		p.TuningCells, p.FrontierCells = t.cells(), t.frontierCells()
		if err := inline(&p.TradeWide, t.tradeOff("trade-wide", wide).WriteSVG); err != nil {
			return err
		}
		if err := inline(&p.TradeNarrow, t.tradeOff("trade-narrow", narrow).WriteSVG); err != nil {
			return err
		}
	}
	p.Sensitivities = s.sensitivities()
	return simulationPage.Execute(w, p)
}

// inline draws a picture as part of a page. What is in it was escaped as it was
// drawn.
func inline(to *template.HTML, draw func(io.Writer) error) error {
	var b bytes.Buffer
	if err := draw(&b); err != nil {
		return err
	}
	*to = template.HTML(b.String())
	return nil
}
