package validation

import (
	"context"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/admission"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/declared"
	"github.com/setpoint-io/setpoint/internal/manifest"
)

// Admit notes on the members of groups why the API server would not take the
// documents that they come from, as their index says. Members beyond the
// documents come from elsewhere and are left alone. Live are the objects, by the
// same index, that a cluster has already.
func (validator *Validator) Admit(ctx context.Context, documents []*manifest.Document, live map[int]v1alpha1.Object, groups []declared.Group) error {
	for _, group := range groups {
		for _, m := range group.Members {
			if m.Index >= len(documents) {
				continue
			}
			d := documents[m.Index]
			applied, old, err := update(d.Content, live[m.Index])
			if err != nil {
				return err
			}
			refused, whole := unsaid(judged(m, d), validator.server.CheckUpdate(ctx, applied, old))
			if whole {
				m.Findings = slices.DeleteFunc(m.Findings, func(f autoscaling.Finding) bool { return f.Code == autoscaling.IdentityIncomplete })
			}
			for _, f := range refused {
				m.Refusals = append(m.Refusals, autoscaling.Finding{Kind: m.Kind, Name: m.AWS, Code: f.code, Severity: f.severity, Field: f.field, Message: f.message})
			}
		}
	}
	return nil
}

// update returns what the API server gets to see of a document, and what it has
// now: nothing, or an object that keeps its spec where the document has none.
func update(content map[string]any, live v1alpha1.Object) (applied, old map[string]any, err error) {
	if live == nil {
		return content, nil, nil
	}
	if old, err = runtime.DefaultUnstructuredConverter.ToUnstructured(live); err != nil {
		return nil, nil, err
	}
	delete(old, "status")
	applied = maps.Clone(content)
	if _, written := content["spec"]; !written && old["spec"] != nil {
		applied["spec"] = old["spec"]
	}
	return applied, old, nil
}

// judged is what the domain finds about the object of a document.
func judged(m *declared.Member, d *manifest.Document) []finding {
	var found []finding
	for _, p := range m.Life.Problems {
		if !p.Namespace {
			found = append(found, finding{CodeAnnotation, autoscaling.Error, "metadata.annotations[" + p.Annotation + "]", p.Message})
		}
	}
	if adopts(d) {
		return found
	}
	for _, f := range m.Findings {
		found = append(found, finding{f.Code, f.Severity, strings.TrimSuffix("spec."+f.Field, "."), f.Message})
	}
	return found
}

// unsaid is what the API server refuses, except where the domain has said it
// already, and better: about the same field, or one below it. Whole says that the
// rule about the whole spec is among it, which asks which scalable target is
// meant, in one sentence where the domain has three.
func unsaid(domain []finding, refusals []admission.Refusal) (refused []finding, whole bool) {
	for _, r := range refusals {
		said := slices.ContainsFunc(domain, func(f finding) bool {
			return f.severity == autoscaling.Error && r.Code != admission.CodeUnknownField &&
				(f.field == r.Field || r.Field != "spec" && strings.HasPrefix(f.field, r.Field) && strings.ContainsAny(f.field[len(r.Field):len(r.Field)+1], ".["))
		})
		if said {
			continue
		}
		whole = whole || r.Field == "spec" && r.Code == admission.CodeRule
		refused = append(refused, finding{autoscaling.Code(r.Code), autoscaling.Error, r.Field, r.Message})
	}
	return refused, whole
}
