package plan

import (
	"maps"
	"slices"
	"strings"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/declared"
	"github.com/setpoint-io/setpoint/internal/report"
)

// ownership says what the controller will make of something that AWS has
// already. Manifests do not tell whether it is the object's own. What is as
// declared is worth a word only when a tag tells that it is another tool's.
func (t *targetPlan) ownership(m *declared.Member, there bool, o *report.ObjectPlan) {
	if !there || m.Deleting() || m.Held() {
		return
	}
	tool := t.ownerOf().Tool
	another := tool != autoscaling.ToolUnknown && tool != autoscaling.ToolACK
	switch {
	case t.options.FromCluster && !m.Life.Adopts():
		return
	case t.options.FromCluster:
		if o.Action == report.ActionNone || o.Action == report.ActionUpdate {
			o.Action = report.ActionAdopt
		}
	case o.Action == report.ActionNone && !another:
		return
	case m.Life.Adopts():
		o.Notes = append(o.Notes, "exists in AWS; the object adopts it if it is not its own already")
	default:
		o.Notes = append(o.Notes, "exists in AWS; unless the controller made it for this object, it takes it over only with the annotation "+adoption)
	}
	o.Notes = append(o.Notes, t.owner()...)
}

// owner says what the tags of the target tell about whose it is. Of an object of
// a cluster that did not make it, any tag may help; of a manifest, the ACK
// controller that the tags name may be the one that will act on it.
func (t *targetPlan) owner() []string {
	owner := t.ownerOf()
	switch {
	case owner.Tool == autoscaling.ToolACK && !t.options.FromCluster:
		made := "an ACK or Setpoint controller made it"
		if owner.Name != "" {
			made += " for an object in its namespace " + owner.Name
		}
		return []string{made + ", as the tags of the scalable target say"}
	case owner.Tool != autoscaling.ToolUnknown:
		return []string{"it probably belongs to " + owner.String() + ", as the tags of the scalable target say"}
	case !t.options.FromCluster:
		return nil
	}
	var tags []string
	others := t.othersTags()
	for _, key := range slices.Sorted(maps.Keys(others)) {
		tags = append(tags, key+"="+others[key])
	}
	if len(tags) == 0 {
		return nil
	}
	return []string{"the scalable target has the tags " + strings.Join(tags, ", ")}
}

func (t *targetPlan) ownerOf() autoscaling.Owner { return autoscaling.OwnerOf(t.othersTags()) }

// othersTags are the tags of the target but for those of its own object, which
// say nothing about anybody else: those that it declares, and those that the
// controller added and wrote into its status. Policies and scheduled actions
// have no tags (AWS API: TagResource).
func (t *targetPlan) othersTags() map[string]string {
	if t.observed.Target == nil {
		return nil
	}
	others := maps.Clone(t.observed.Target.Tags)
	for _, m := range t.group.Members {
		if m.Kind != autoscaling.KindTarget || t.options.FromCluster && !m.Held() {
			continue
		}
		added := m.DefaultTags()
		maps.DeleteFunc(others, func(key, _ string) bool {
			_, own := m.Target.Tags[key]
			return own || slices.Contains(added, key)
		})
	}
	return others
}
