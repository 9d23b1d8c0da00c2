package report

import (
	"fmt"
	"strconv"
)

// Sensitivity is how a result differs with another assumption.
type Sensitivity struct {
	Name    string            `json:"name"`
	From    string            `json:"from"`
	To      string            `json:"to"`
	Meaning string            `json:"meaning"`
	Summary SimulationSummary `json:"summary"`
}

// sensitivity is the part of a report about one run: what other assumptions
// would make of it.
type sensitivity struct {
	Title, Text string
	Cells       [][]string // with their heading; nil: nothing matters
}

// sensitivities are those of all runs for which it was asked.
func (s *Simulation) sensitivities() []sensitivity {
	var out []sensitivity
	for i, r := range s.Runs {
		found, tried := r.Sensitivity, r.SensitivityTried
		if i == 0 {
			found, tried = s.Sensitivity, s.SensitivityTried
		}
		if tried == 0 {
			continue
		}
		one := sensitivity{Title: "Sensitivity to what AWS does not document", Text: fmt.Sprintf("None of %d other assumptions changes the summary noticeably.", tried)}
		if len(s.Runs) > 1 {
			one.Title = "Sensitivity of " + r.Name + " to what AWS does not document"
		}
		if len(found) > 0 {
			one.Text, one.Cells = fmt.Sprintf("Of %d other assumptions, these change the summary:", tried), sensitivityCells(r.Summary, found)
		}
		out = append(out, one)
	}
	return out
}

func (s *Simulation) writeSensitivity(out *printer, style Style) {
	all := s.sensitivities()
	if len(all) == 0 {
		out.printf("\n%s\n", style.faint("--sensitivity always tells how the result depends on what AWS does not document."))
	}
	for _, one := range all {
		out.printf("\n%s\n%s\n", style.bold(one.Title), one.Text)
		if one.Cells != nil {
			table(out, style, one.Cells, true)
		}
	}
}

func sensitivityCells(assumed SimulationSummary, found []Sensitivity) [][]string {
	cells := [][]string{{"assumption", "", "above target", "overloaded", "capacity-hours", "changes"}}
	row := func(name, value string, of SimulationSummary) []string {
		return []string{name, value, minutes(of.MinutesAboveTarget), minutes(of.OverloadMinutes), short(of.CapacityHours), strconv.Itoa(of.ScaleOuts + of.ScaleIns)}
	}
	cells = append(cells, row("as assumed", "", assumed))
	for _, x := range found {
		cells = append(cells, row(x.Name, x.From+" → "+x.To, x.Summary))
	}
	return cells
}

func minutes(v *float64) string {
	if v == nil {
		return "–"
	}
	return short(*v) + " min"
}
