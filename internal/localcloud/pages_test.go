package localcloud_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/autoscaling/forecast"
	"github.com/setpoint-io/setpoint/test/pages"
)

func TestPageAssumptions(t *testing.T) {
	const page = "reference/assumptions.md"
	var rows [][]string
	for _, o := range engine.BehaviourOptions() {
		rows = append(rows, []string{pages.Code(o.Name), o.Meaning, pages.Code(o.Default), pages.Code(o.Alternatives...), o.Documented, o.Source})
	}
	pages.Check(t, page, "assumptions of scaling", pages.Table([]string{"Name", "Means", "Default", "Also tried", "AWS documents", "The default rests on"}, rows))
	for part, list := range map[string][]engine.Assumed{
		"words": engine.AssumedWords(), "details": engine.AssumedOrders(), "facts of the catalog": engine.AssumedFacts(),
	} {
		var rows [][]string
		for _, a := range list {
			if a.Source == "" {
				t.Errorf("there is no source of %s: %s", a.Name, a.Fact)
			}
			rows = append(rows, []string{a.Name, a.Fact, a.Source})
		}
		pages.Check(t, page, part, pages.Table([]string{"Of", "Is taken to be", "That rests on"}, rows))
	}
	for _, service := range []string{"appautoscaling", "cloudwatch", "sagemaker"} {
		source := pages.Parse(t, filepath.Join(pages.Root(t), "internal", "localcloud", service))
		pages.Check(t, page, "assumptions of "+service, pages.Table([]string{"Option", "Value", "Means"}, optionsOf(t, source, "Behaviour", service+".")))
	}
}

func TestPageForecast(t *testing.T) {
	var rows [][]string
	for _, p := range forecast.Parameters() {
		rows = append(rows, []string{p.Name, p.Value, p.Meaning, p.Source})
	}
	pages.Check(t, "reference/forecast.md", "numbers of the forecast", pages.Table([]string{"Number", "Value", "Means", "It rests on"}, rows))
}

// values are what is written for members of these types.
var values = map[string]string{
	"bool": "`true`, `false`", "time.Duration": "a duration", "int": "a number", "int32": "a number", "float64": "a number",
}

// optionsOf lists the members of a struct, and of those in it, as options.
func optionsOf(t *testing.T, source pages.Source, structure, prefix string) [][]string {
	t.Helper()
	var rows [][]string
	for _, f := range source.Fields(structure) {
		name := prefix + strings.ToLower(f.Name[:1]) + f.Name[1:]
		value, plain := values[f.Type]
		switch {
		case !plain:
			rows = append(rows, optionsOf(t, source, f.Type, name+".")...)
		case f.Doc == "":
			t.Errorf("%s has no comment", name)
		default:
			rows = append(rows, []string{pages.Code(name), value, f.Doc})
		}
	}
	if len(rows) == 0 {
		t.Errorf("%s has no members", structure)
	}
	return rows
}
