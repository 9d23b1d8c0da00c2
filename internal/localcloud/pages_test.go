package localcloud_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/test/pages"
)

func TestPageAssumptions(t *testing.T) {
	const page = "reference/assumptions.md"
	var rows [][]string
	for _, o := range engine.BehaviourOptions() {
		rows = append(rows, []string{pages.Code(o.Name), o.Meaning, pages.Code(o.Default), pages.Code(o.Alternatives...), o.Documented, o.Source})
	}
	pages.Check(t, page, "assumptions of scaling", pages.Table([]string{"Name", "Means", "Default", "Also tried", "AWS documents", "The default rests on"}, rows))
	for _, service := range []string{"appautoscaling", "cloudwatch", "sagemaker"} {
		source := pages.Parse(t, filepath.Join(pages.Root(t), "internal", "localcloud", service))
		var rows [][]string
		for _, f := range source.Fields("Behaviour") {
			rows = append(rows, []string{pages.Code(f.Name), pages.Code(f.Type), f.Doc})
		}
		if len(rows) == 0 || slices.ContainsFunc(rows, func(row []string) bool { return row[2] == "" }) {
			t.Fatalf("Behaviour of %s has no fields, or one without a comment: %v", service, rows)
		}
		pages.Check(t, page, "assumptions of "+service, pages.Table([]string{"Option", "Type", "Means"}, rows))
	}
}
