package report

import (
	"fmt"
	"strconv"
)

func (s *Simulation) writeTuning(out *printer, style Style) {
	t := s.Tuning
	if t == nil {
		return
	}
	out.printf("\n%s\n", style.bold("Tuning of "+t.Policy))
	out.printf("%d settings were tried for the least cost with %s.\n", t.Candidates, t.Level)
	if !t.Found {
		out.printf("%s\n", style.red("None keeps that. The best of them has "+short(t.Best.OverloadMinutes)+" minutes of overload; allow more, or raise the range of capacity."))
	}
	table(out, style, t.cells(), true)
	for _, note := range t.Notes {
		out.printf("%s\n", note)
	}
	out.printf("\n%s\n", style.bold("Cost against overload: nothing is cheaper and better than these"))
	table(out, style, t.frontierCells(), true)
	out.printf("\nThis fits the trace; run the result over another one before you rely on it.\n")
	out.printf("\n%s\n%s", style.bold("To apply"), t.Manifest)
}

var candidateHeading = []string{"target", "cooldown out", "in", "min", "max", "capacity-hours", "cost", "overloaded", "changes"}

func (c Candidate) cells() []string {
	cost := "–"
	if c.Cost > 0 {
		cost = strconv.FormatFloat(c.Cost, 'f', 2, 64)
	}
	return []string{
		short(c.TargetValue), fmt.Sprintf("%d s", c.ScaleOutCooldown), fmt.Sprintf("%d s", c.ScaleInCooldown),
		strconv.Itoa(int(c.MinCapacity)), strconv.Itoa(int(c.MaxCapacity)), short(c.CapacityHours), cost, short(c.OverloadMinutes) + " min", strconv.Itoa(c.Changes),
	}
}

func (t *Tuning) cells() [][]string {
	return [][]string{
		append([]string{""}, candidateHeading...),
		append([]string{"declared"}, t.Declared.cells()...),
		append([]string{"tuned"}, t.Best.cells()...),
	}
}

func (t *Tuning) frontierCells() [][]string {
	cells := [][]string{append([]string{""}, candidateHeading...)}
	for _, c := range t.Frontier {
		mark := ""
		if c.Keeps {
			mark = "keeps"
		}
		if sameSetting(c, t.Best) {
			mark = "tuned"
		}
		cells = append(cells, append([]string{mark}, c.cells()...))
	}
	return cells
}

func sameSetting(a, b Candidate) bool {
	return a.TargetValue == b.TargetValue && a.ScaleOutCooldown == b.ScaleOutCooldown && a.ScaleInCooldown == b.ScaleInCooldown &&
		a.MinCapacity == b.MinCapacity && a.MaxCapacity == b.MaxCapacity
}
