package whatif

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/declared"
	"github.com/setpoint-io/setpoint/internal/manifest"
	"github.com/setpoint-io/setpoint/internal/report"
	"github.com/setpoint-io/setpoint/internal/simulate"
)

// documents are the manifests of one scalable target.
type documents struct {
	set   *manifest.Set
	group declared.Group
}

// setting reads manifests that declare one scalable target.
func (q *Question) setting(from manifest.Source) (simulate.Setting, documents, error) {
	var none simulate.Setting
	set, err := manifest.Read(from)
	if err != nil {
		return none, documents{}, err
	}
	objects, err := set.Objects("")
	if err != nil {
		return none, documents{}, err
	}
	group, err := choose(declared.Gather(objects, declared.Surroundings{}), q.resource)
	if err != nil {
		return none, documents{}, err
	}
	for _, m := range group.Members {
		if err := acted(m); err != nil {
			return none, documents{}, fmt.Errorf("%s: %w", m.Ref, err)
		}
	}
	s, err := simulate.SettingOf(nameOf(from), group.Identity, group.Desired())
	if err != nil {
		return none, documents{}, err
	}
	if s.Alarms, err = q.alarmsOf(s); err != nil {
		return none, documents{}, err
	}
	return s, documents{set, group}, nil
}

// alarmsOf reads the alarms of a setting. One without step policies has none
// where it is compared with another: they are that one's.
func (q *Question) alarmsOf(s simulate.Setting) ([]engine.Alarm, error) {
	if len(q.compare) > 0 && !s.Steps() {
		return nil, nil
	}
	var all []engine.Alarm
	for _, name := range q.alarms {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		alarms, err := simulate.ReadAlarms(file, s.Policies)
		_ = file.Close() // it was only read
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, alarms...)
	}
	return all, nil
}

// acted returns an error if the controller would not act on an object: what was
// simulated would be less than what is declared.
func acted(m *declared.Member) error {
	for _, f := range m.Findings {
		if f.Severity == autoscaling.Error {
			return fmt.Errorf("%s (setpoint validate tells all that is wrong)", f.Message)
		}
	}
	switch problems := m.Life.Blocks(m.Deleting()); {
	case m.Deleting():
		return errors.New("it is being deleted; leave it out")
	case m.Rival != nil:
		return fmt.Errorf("%s declares the same already; leave one of the two out, or name its file with --compare to run it beside the other", m.Rival.Ref)
	case m.Dangling:
		return fmt.Errorf("it refers to %s, which is not among the manifests; add its file, or leave this object out", m.Refers)
	case len(problems) > 0:
		return errors.New(problems[0].String())
	case m.Problem != "":
		return errors.New(m.Problem)
	case m.Waits != "":
		return fmt.Errorf("the controller would wait: %s", m.Waits)
	case m.Life.ReadOnly:
		return errors.New("it only looks at AWS and declares nothing; leave the annotation " + v1alpha1.AnnotationReadOnly + " out")
	case m.Life.Adoption.FromAWS:
		return errors.New("it takes what it declares from AWS, so that nothing is here to simulate; write its spec, or leave it out")
	}
	return nil
}

// nameOf is a short name for what was read.
func nameOf(from manifest.Source) string {
	var names []string
	for _, file := range from.Files {
		names = append(names, strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)))
	}
	if len(names) == 0 {
		return filepath.Base(from.Kustomize)
	}
	return strings.Join(names, ", ")
}

// choose finds the scalable target that is meant. Unless it is named, an object
// that belongs to none might be meant to belong to it.
func choose(groups []declared.Group, resource string) (declared.Group, error) {
	var found []declared.Group
	var names []string
	for _, g := range groups {
		if g.Complete() {
			names = append(names, g.ResourceID)
		}
		if g.Complete() && (resource == "" || resource == g.ResourceID) {
			found = append(found, g)
		}
	}
	switch {
	case len(found) == 0 && resource != "":
		return declared.Group{}, fmt.Errorf("the manifests declare no scalable target %s; they have: %s", resource, strings.Join(names, ", "))
	case len(found) == 0:
		return declared.Group{}, errors.New("the manifests declare no scalable target with its identity; add the ScalableTarget that the others refer to")
	case len(found) > 1:
		return declared.Group{}, fmt.Errorf("the manifests declare %d scalable targets; name one with --resource: %s", len(found), strings.Join(names, ", "))
	}
	for _, g := range groups {
		if resource == "" && !g.Complete() {
			m := g.Members[0]
			return declared.Group{}, fmt.Errorf("%s: %w", m.Ref, cmp.Or(acted(m), errors.New("it does not say to which scalable target it belongs; leave it out, or name the target that is meant with --resource")))
		}
	}
	return found[0], nil
}

// tuned returns the objects that a candidate changes, as YAML to apply.
func (d documents) tuned(policy string, c report.Candidate) (string, error) {
	var parts []string
	for _, m := range d.group.Active() {
		content, err := copied(d.set.Documents[m.Index].Content)
		if err != nil {
			return "", err
		}
		spec, _ := content["spec"].(map[string]any)
		switch {
		case spec == nil:
			continue
		case m.Kind == autoscaling.KindTarget:
			spec["minCapacity"], spec["maxCapacity"] = c.MinCapacity, c.MaxCapacity
		case m.Kind == autoscaling.KindPolicy && m.AWS == policy:
			configuration, _ := spec["targetTrackingScalingPolicyConfiguration"].(map[string]any)
			if configuration == nil {
				continue
			}
			configuration["targetValue"] = c.TargetValue
			configuration["scaleOutCooldown"], configuration["scaleInCooldown"] = c.ScaleOutCooldown, c.ScaleInCooldown
		default:
			continue
		}
		text, err := yaml.Marshal(content)
		if err != nil {
			return "", err
		}
		parts = append(parts, string(text))
	}
	return strings.Join(parts, "---\n"), nil
}

// copied is a deep copy.
func copied(content map[string]any) (map[string]any, error) {
	text, err := yaml.Marshal(content)
	if err != nil {
		return nil, err
	}
	var again map[string]any
	return again, yaml.Unmarshal(text, &again)
}
