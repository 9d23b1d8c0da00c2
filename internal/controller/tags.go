package controller

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/catalog"
	"github.com/setpoint-io/setpoint/internal/awsapi"
	"github.com/setpoint-io/setpoint/internal/desired"
)

// DefaultTags are tags that every scalable target gets, by key. The values may
// hold templates, which are those of the ACK controllers.
type DefaultTags map[string]string

// Codes of advice about tags.
const (
	adviceTags      autoscaling.Code = "DefaultTagsNotApplied"
	adviceNoTagging autoscaling.Code = "TagsUnsupported"
)

// templates are what a value may say about an object. Where the object has
// nothing to say, it does not get the tag.
var templates = map[string]func(v1alpha1.Object) string{
	"%K8S_NAMESPACE%":     func(o v1alpha1.Object) string { return o.GetNamespace() },
	"%K8S_RESOURCE_NAME%": func(o v1alpha1.Object) string { return o.GetName() },
	"%K8S_RESOURCE_KIND%": func(o v1alpha1.Object) string { return string(desired.KindOf(o)) },
	"%MANAGED_BY%":        func(o v1alpha1.Object) string { return o.GetLabels()["app.kubernetes.io/managed-by"] },
	"%KRO_VERSION%":       func(o v1alpha1.Object) string { return o.GetLabels()["kro.run/kro-version"] },
}

var template = regexp.MustCompile(`%[A-Z0-9_]+%`)

// replaced are templates of old releases of the ACK controllers' chart, and what
// to write instead. They are not filled in, because the time of a pass would be
// a difference at every pass, and one name for a thing is enough.
var replaced = map[string]string{
	"%UTCNOW%":               "AWS keeps the time of creation itself, so leave the tag out",
	"%KUBERNETES_NAMESPACE%": "write %K8S_NAMESPACE%",
}

// ParseDefaultTags reads tags that are written key=value, for a controller of
// that version. What cannot be applied is left out, as the ACK controllers do,
// and told in sentences that say what to write instead: no tag is worth a
// controller that does not start.
func ParseDefaultTags(list []string, version string) (tags DefaultTags, skipped []string) {
	tags = DefaultTags{}
	program := strings.NewReplacer("%CONTROLLER_SERVICE%", "applicationautoscaling", "%CONTROLLER_VERSION%", version)
	for _, text := range list {
		key, value, ok := strings.Cut(text, "=")
		key, value = strings.TrimSpace(key), program.Replace(strings.TrimSpace(value))
		problem := tagProblem(key, value)
		if !ok {
			problem = "write key=value"
		}
		if problem != "" {
			skipped = append(skipped, fmt.Sprintf("%q is left out: %s", text, problem))
			continue
		}
		if earlier, again := tags[key]; again && earlier != value {
			skipped = append(skipped, fmt.Sprintf("%q is left out, because %q comes later: write each key once", key+"="+earlier, text))
		}
		tags[key] = value
	}
	return tags, skipped
}

// tagProblem says why a tag cannot be a default tag; empty: it can.
func tagProblem(key, value string) string {
	for _, name := range template.FindAllString(value, -1) {
		if templates[name] == nil {
			return fmt.Sprintf("there is no template %s: %s", name, cmp.Or(replaced[name],
				"write one of %CONTROLLER_SERVICE%, %CONTROLLER_VERSION%, "+strings.Join(slices.Sorted(maps.Keys(templates)), ", ")))
		}
	}
	for _, f := range autoscaling.ValidateTarget(autoscaling.Identity{}, autoscaling.Target{Tags: map[string]string{key: value}}) {
		if f.Field == "tags" {
			return f.Message
		}
	}
	return ""
}

// of returns the tags of one object.
func (t DefaultTags) of(obj v1alpha1.Object) map[string]string {
	tags := map[string]string{}
	for key, value := range t {
		empty := false
		value = template.ReplaceAllStringFunc(value, func(name string) string {
			said := templates[name](obj)
			empty = empty || said == ""
			return said
		})
		if !empty {
			tags[key] = value
		}
	}
	return tags
}

// defaultTags is what a pass knows about the default tags of a member.
type defaultTags struct {
	tags map[string]string
	last []string // the keys that were put before
	// optional: the object has no tags of its own, so that tagging may fail
	// without failing it.
	optional bool
	settled  bool     // AWS was seen to have them
	refused  bool     // AWS would not have them
	applied  []string // the keys that AWS has by all we know
}

// defaultTags returns those of a member that declares a target.
func (r *Reconciler) defaultTags(m *member) defaultTags {
	target, ok := m.obj.(*v1alpha1.ScalableTarget)
	if !ok || m.life.ReadOnly {
		return defaultTags{}
	}
	d := defaultTags{tags: r.options.Tags.of(m.obj)}
	if target.Status.LastApplied != nil {
		d.last = target.Status.LastApplied.DefaultTags
	}
	d.settled = !m.requested() && r.tagged.knows(target, d, r.now())
	return d
}

// mergeDefaultTags adds the default tags below those of the spec, and removes
// those that are no default any more.
func (m *member) mergeDefaultTags() {
	own := &m.declared.target
	d := &m.tags
	d.optional = len(own.Tags) == 0 && len(own.RemovedTags) == 0
	d.settled = d.settled && d.optional
	merged := map[string]string{}
	maps.Copy(merged, d.tags)
	for key := range own.Tags {
		delete(d.tags, key)
	}
	maps.Copy(merged, own.Tags)
	if len(merged) > catalog.MaxTagsPerTarget {
		m.advise(adviceTags, fmt.Sprintf("the default tags of the controller are left out: with those of the spec there would be %d, and AWS allows %d", len(merged), catalog.MaxTagsPerTarget))
		d.tags, merged = nil, own.Tags
	}
	d.applied = slices.Sorted(maps.Keys(d.tags))
	own.RemovedTags = slices.DeleteFunc(slices.Concat(own.RemovedTags, d.last), func(key string) bool { _, stays := merged[key]; return stays })
	slices.Sort(own.RemovedTags)
	own.RemovedTags = slices.Compact(own.RemovedTags)
	if len(merged) > 0 {
		own.Tags = merged
	}
}

func (m *member) advise(code autoscaling.Code, message string) {
	m.outcome.advice = append(m.outcome.advice, autoscaling.Finding{Code: code, Severity: autoscaling.Warning, Message: message})
}

// target returns the member that declares the scalable target, or nil.
func (p *pass) target() *member {
	return p.memberOf(autoscaling.KindTarget, "")
}

// refuseTags notes that AWS would not have the default tags.
func (m *member) refuseTags(err error) {
	if m.tags.refused {
		return
	}
	m.tags.refused = true
	m.advise(adviceTags, "the default tags of the controller are not on the scalable target: "+awsMessage(err))
	m.tags.applied = m.tags.last
	m.tags.settled = true // for this pass
}

// toleratesUnreadTags says that the tags need not be read, because nobody
// declares any: they are wanted for default tags, or to see whose an adopted
// target was.
func (p *pass) toleratesUnreadTags(err error) bool {
	var e *awsapi.Error
	if !errors.As(err, &e) || e.Operation != "ListTagsForResource" || !aboutRequest(err) {
		return false
	}
	m := p.target()
	switch {
	case m == nil || len(m.declared.target.Tags)+len(m.declared.target.RemovedTags) == 0:
		return true
	case m.tags.optional:
		m.refuseTags(err)
	}
	return m.tags.optional
}

// change makes one change of a plan and returns it as it was made: without the
// default tags when AWS refuses them, and nil when nothing else was in it.
func (p *pass) change(ctx context.Context, aws AWS, c autoscaling.Change) (*autoscaling.Change, autoscaling.Result, error) {
	result, err := aws.Apply(ctx, p.group.Identity, c)
	m := p.target()
	switch {
	case err == nil || m == nil || !m.tags.optional || !aboutRequest(err):
		return &c, result, err
	case c.Op == autoscaling.OpTagTarget || c.Op == autoscaling.OpUntagTarget:
		m.refuseTags(err)
		return nil, result, nil
	case c.Op == autoscaling.OpRegisterTarget && len(c.Target.Tags) > 0 && awsapi.KindOf(err) == awsapi.Denied:
		bare := *c.Target
		bare.Tags = nil
		c.Target = &bare
		c.Fields = slices.DeleteFunc(slices.Clone(c.Fields), func(f autoscaling.FieldChange) bool { return strings.HasPrefix(f.Field, "tags[") })
		result, again := aws.Apply(ctx, p.group.Identity, c)
		if again == nil {
			m.refuseTags(err)
		}
		return &c, result, again
	default:
		return &c, result, err
	}
}

// adviseNoTagging tells about a target that AWS cannot tag.
func (p *pass) adviseNoTagging() {
	m := p.target()
	if m == nil || m.deleting() || m.life.ReadOnly || p.observed.Target == nil || p.observed.Target.ARN != "" || len(m.declared.target.Tags) == 0 {
		return
	}
	m.advise(adviceNoTagging, "the scalable target was registered before AWS gave targets an ARN, so it cannot be tagged: deregister it in AWS, upon which the controller registers it again with its policies and actions")
	m.tags.applied = m.tags.last
	m.tags.settled = true
}

// appliedTags returns the keys of the default tags that AWS has after a pass,
// and remembers that it has them. A pass that took the spec of the target from
// AWS did not look at the tags; the next one does.
func (r *Reconciler) appliedTags(p *pass, m *member) []string {
	seen := p.register || p.observed.Target != nil && p.observed.Target.Tags != nil
	if !seen && !m.tags.settled {
		return m.tags.last
	}
	r.tagged.remember(m, r.now())
	return m.tags.applied
}

// tagMemory knows which targets have their default tags. Their values change
// with the controller's flags and the object only, so that a look after the
// start and then and when is enough: reading tags takes a request per target.
type tagMemory struct {
	mu    sync.Mutex
	known map[ObjectRef]tagsSeen
}

// tagsSeen is what the default tags of a target were, and until when that is
// believed.
type tagsSeen struct {
	state string
	until time.Time
}

// tagsBelieved is how long default tags are not read again: somebody may take
// them off by hand. A check that is asked for looks at them at any time.
const tagsBelieved = 6 * time.Hour

func tagState(obj v1alpha1.Object, tags map[string]string) string {
	return fmt.Sprint(obj.GetUID(), tags)
}

// knows says that AWS was seen to have exactly these default tags of a target.
func (t *tagMemory) knows(obj *v1alpha1.ScalableTarget, d defaultTags, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	seen := t.known[refOf(obj)]
	return seen.state == tagState(obj, d.tags) && now.Before(seen.until) && slices.Equal(d.last, slices.Sorted(maps.Keys(d.tags)))
}

// remember notes that a pass brought the tags of a member to AWS.
func (t *tagMemory) remember(m *member, now time.Time) {
	if m.tags.settled || !m.tags.optional || len(m.tags.tags) == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known == nil {
		t.known = map[ObjectRef]tagsSeen{}
	}
	t.known[m.ref] = tagsSeen{tagState(m.obj, m.tags.tags), now.Add(sooner(tagsBelieved))}
}

func (t *tagMemory) forget(ref ObjectRef) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.known, ref)
}
