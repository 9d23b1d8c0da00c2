package controller

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/awsapi"
	"github.com/setpoint-io/setpoint/test/pages"
)

// This file draws the reference of what the controller says. The words come
// from the tables of pages_tables_test.go; which condition has a reason,
// when something is tried again and which event tells it, from running the code.

// resync is a period of the regular check that no other delay is as long as.
const resync = time.Hour

// verdicts runs a verdict through the code that makes conditions.
func verdicts(o outcome) []v1alpha1.Condition { return conditions(nil, 1, o, "", metav1.Unix(0, 0)) }

// having returns the conditions with a reason.
func having(list []v1alpha1.Condition, reason string) []string {
	var types []string
	for _, c := range list {
		if value(c.Reason) == reason && c.Type != v1alpha1.ConditionResourceSynced {
			types = append(types, c.Type)
		}
	}
	return types
}

// retried says when a verdict is looked at again.
func retried(o outcome) string {
	switch after, err := o.retry(resync); {
	case err != nil:
		return fmt.Sprintf("after a growing delay, %s to %s", inUnits(firstRetry), inUnits(lastRetry))
	case after == resync:
		return "with the regular check"
	case o.state == failed:
		return "after " + inUnits(after)
	default:
		return "every " + inUnits(after)
	}
}

func inUnits(d time.Duration) string {
	n, unit := int(d/time.Second), "second"
	if d%time.Minute == 0 {
		n, unit = int(d/time.Minute), "minute"
	}
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", n, unit)
}

// recorder keeps the events of a pass.
type recorder struct{ told [][2]string } // type and reason

func (r *recorder) Eventf(_, _ runtime.Object, eventType, reason, _, _ string, _ ...any) {
	r.told = append(r.told, [2]string{eventType, reason})
}

// announced runs a verdict through the code that emits events.
func announced(o outcome) [][2]string {
	target := func() *v1alpha1.ScalableTarget { return &v1alpha1.ScalableTarget{} }
	m := &member{ref: ObjectRef{Kind: autoscaling.KindTarget}, before: target(), known: target(), obj: target(), outcome: o}
	m.obj.GetStatus().Conditions = verdicts(o)
	told := &recorder{}
	r := &Reconciler{events: told, eventLimit: rate.NewLimiter(rate.Inf, 0), now: time.Now}
	r.announce(&pass{members: []*member{m}}, m)
	return told.told
}

func announcedInWords(o outcome) string {
	var words []string
	for _, e := range announced(o) {
		words = append(words, fmt.Sprintf("%s, %s", pages.Code(e[1]), e[0]))
	}
	return strings.Join(words, "; ")
}

// sameWords fails when a table explains other words than the code has.
func sameWords(t *testing.T, what string, inCode map[string]string, inTable []string) {
	t.Helper()
	for name, word := range inCode {
		if !slices.Contains(inTable, word) {
			t.Errorf("%s %s (%s) is not explained: add it to pages_tables_test.go", what, word, name)
		}
	}
	words := slices.Collect(maps.Values(inCode))
	for _, word := range inTable {
		if !slices.Contains(words, word) {
			t.Errorf("%s %s is explained, and the code does not have it", what, word)
		}
	}
}

func column[R any](rows []R, of func(R) string) []string {
	words := make([]string, len(rows))
	for i, row := range rows {
		words[i] = of(row)
	}
	return words
}

func TestPageConditions(t *testing.T) {
	written := map[string]string{}
	types := pages.Parse(t, "../../api/v1alpha1").Constants("Condition", "")
	for _, call := range pages.Parse(t, ".").Calls("add") {
		if name, ok := strings.CutPrefix(call[0], "v1alpha1."); ok {
			written[name] = types[name]
		}
	}
	sameWords(t, "condition", written, column(conditionRows, func(r conditionRow) string { return r.condition }))
	var rows [][]string
	for _, r := range conditionRows {
		rows = append(rows, []string{pages.Code(r.condition), r.means, r.todo, r.readBy})
	}
	pages.Check(t, "reference/conditions.md", "conditions", pages.Table([]string{"Condition", "Means", "What to do", "Read by"}, rows))
}

func TestPageSituations(t *testing.T) {
	columns := []string{
		v1alpha1.ConditionReady, v1alpha1.ConditionResourceSynced, v1alpha1.ConditionTerminal, v1alpha1.ConditionStalled,
		v1alpha1.ConditionRecoverable, v1alpha1.ConditionReconciling,
	}
	var rows [][]string
	for _, s := range []struct {
		name string
		old  []v1alpha1.Condition
		out  outcome
	}{
		{"all is well", nil, outcome{state: synced}},
		{"it waits", nil, outcome{state: waiting, reason: reasonTarget}},
		{"it cannot work until somebody acts", nil, outcome{state: refused, reason: reasonConflict}},
		{"an attempt failed and is repeated", nil, after(outcome{}, awsError(awsapi.Denied, "x"))},
		{"AWS throttles, or is busy with the target; nothing was known of the object yet", nil, after(outcome{}, awsError(awsapi.Throttled, "x"))},
		{"the same, and something was known: that stays, for example of an object that was ready", conditions(nil, 1, outcome{state: synced}, "", metav1.Unix(0, 0)), after(outcome{}, awsError(awsapi.Conflict, "x"))},
	} {
		list := conditions(s.old, 1, s.out, "", metav1.Unix(0, 0))
		row := []string{s.name}
		for _, c := range columns {
			cell := ""
			if found := findCondition(list, c); found != nil {
				cell = string(found.Status)
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	head := []string{"The object"}
	for _, c := range columns {
		head = append(head, pages.Code(c))
	}
	pages.Check(t, "reference/conditions.md", "situations", pages.Table(head, rows))
}

func TestPageReasons(t *testing.T) {
	inCode := pages.Parse(t, ".").Constants("reason", "")
	delete(inCode, "reasonTerminal")          // a text, of ACK.ResourceSynced
	inCode["reasonVanished"] = reasonVanished // written where the command line finds it, too
	sameWords(t, "reason", inCode, slices.Concat(
		column(waitingRows, func(r reasonRow) string { return r.reason }), column(refusedRows, func(r reasonRow) string { return r.reason }),
		column(failedRows, func(r reasonRow) string { return r.reason })))
	for part, rows := range map[string][]reasonRow{"waiting": waitingRows, "refused": refusedRows, "failing": failedRows} {
		state := map[string]state{"waiting": waiting, "refused": refused, "failing": failed}[part]
		var cells [][]string
		for _, r := range rows {
			o := outcome{state: state, reason: r.reason, message: "x"}
			if state == failed {
				o.err = errors.New("x")
			}
			cells = append(cells, []string{
				pages.Code(r.reason), r.means, r.todo, strings.TrimPrefix(r.wakes+"; "+retried(o), "; "),
			})
			if got := announced(o); len(got) != 1 || got[0][1] != r.reason {
				t.Errorf("the events of %s are %v; the page says that each reason is the reason of an event too", r.reason, got)
			}
		}
		pages.Check(t, "reference/conditions.md", "reasons of what is "+part, pages.Table([]string{"Reason", "Means", "What to do", "Looked at again"}, cells))
	}
}

// TestPageWellReasons is about the reasons that stand beside good news.
func TestPageWellReasons(t *testing.T) {
	inCode := map[string]string{"eventPaused": eventPaused}
	for _, call := range pages.Parse(t, ".").Calls("add") {
		if len(call) != 4 { // not a condition
			continue
		}
		if word, err := strconv.Unquote(call[2]); err == nil && word != "" {
			inCode[call[2]] = word
		}
	}
	sameWords(t, "reason", inCode, column(goodRows, func(r goodRow) string { return r.reason }))
	list := verdicts(outcome{state: synced, refers: true, selected: "x", adopted: true, paused: "x"})
	var rows [][]string
	for _, r := range goodRows {
		rows = append(rows, []string{pages.Code(r.reason), pages.Code(having(list, r.reason)...), r.means})
	}
	pages.Check(t, "reference/conditions.md", "reasons of what is well", pages.Table([]string{"Reason", "Of", "Means"}, rows))
}

func TestPageAdvice(t *testing.T) {
	inCode := pages.Parse(t, ".").Constants("", "autoscaling.Code")
	sameWords(t, "advice", inCode, column(adviceRows, func(r adviceRow) string { return string(r.code) }))
	var rows [][]string
	for _, r := range adviceRows {
		o := outcome{state: synced, advice: []autoscaling.Finding{{Code: r.code, Message: "x"}}}
		if got := having(verdicts(o), string(r.code)); !slices.Equal(got, []string{v1alpha1.ConditionAdvisory}) {
			t.Errorf("%s is the reason of %v", r.code, got)
		}
		event := "none"
		if told := announcedInWords(o); told != "" {
			event = told
		}
		rows = append(rows, []string{pages.Code(string(r.code)), r.means, r.todo, event})
	}
	pages.Check(t, "reference/conditions.md", "advice", pages.Table([]string{"Reason", "Means", "What to do", "Event"}, rows))
}

// seen says where a reason stands, and when, if something else stands there first.
func seen(o outcome, reason string) string {
	at := func(reason string, list []v1alpha1.Condition) string {
		return "reason " + pages.Code(reason) + " of " + pages.Code(having(list, reason)...)
	}
	first := verdicts(o)
	if !o.transient() {
		return at(reason, first)
	}
	later := conditions(first, 1, o, "", metav1.Unix(int64(patience/time.Second), 0))
	return at(progressing, first) + ", after " + inUnits(patience) + " " + at(reason, later) + "; neither where something was told before"
}

// TestPageKinds draws a part for each kind of error, above its codes.
func TestPageKinds(t *testing.T) {
	sameWords(t, "kind of error", pages.Parse(t, "../awsapi").Constants("", "Kind"), column(kindRows, func(r kindRow) string { return string(r.kind) }))
	for _, r := range kindRows {
		o := after(outcome{}, awsError(r.kind, "x"))
		reason, again := string(r.kind), "retry"
		if o.state == refused {
			reason, again = o.reason, "stop until something changes"
		}
		told := announcedInWords(o)
		if told == "" {
			told = "none"
		}
		pages.Check(t, "reference/errors.md", string(r.kind), pages.Table([]string{"", ""}, [][]string{
			{"Means", r.means},
			{"Retry or stop", again + ": " + retried(o)},
			{"What to do", r.todo},
			{"Seen as", seen(o, reason)},
			{"Event", told},
		}))
	}
}

func TestPageEvents(t *testing.T) {
	source := pages.Parse(t, ".")
	inCode := source.Constants("event", "")
	sameWords(t, "event", inCode, column(eventRows, func(r eventRow) string { return r.event }))
	types := map[string]string{}
	for _, call := range source.Calls("event") {
		if name := call[2]; name != "" {
			types[inCode[name]] = strings.TrimPrefix(call[1], "corev1.EventType")
		}
	}
	var rows [][]string
	for _, r := range eventRows {
		if kind := types[r.event]; kind != corev1.EventTypeNormal && kind != corev1.EventTypeWarning {
			t.Errorf("nothing emits the event %s", r.event)
		}
		rows = append(rows, []string{pages.Code(r.event), types[r.event], r.means, r.todo})
	}
	pages.Check(t, "reference/events.md", "events", pages.Table([]string{"Event", "Type", "Means", "What to do"}, rows))

	told := func(o outcome) string { return strings.Split(announcedInWords(o), ", ")[1] }
	pages.Check(t, "reference/events.md", "events of verdicts", pages.Table([]string{"Event", "Type"}, [][]string{
		{"a reason of an object that [waits](conditions.md#what-an-object-waits-for)", told(outcome{state: waiting, reason: reasonTarget})},
		{"a reason of an object that [cannot work](conditions.md#what-somebody-has-to-change)", told(outcome{state: refused, reason: reasonConflict})},
		{"a [kind of error](errors.md#kinds-of-errors) that does not pass by itself", told(after(outcome{}, awsError(awsapi.Denied, "x")))},
	}))
}

func TestPageMetrics(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	target := targetThatIs("web", metav1.ConditionTrue)
	var reader client.Reader = fake.NewClientBuilder().WithScheme(scheme).WithObjects(target).Build()
	registry := prometheus.NewPedanticRegistry()
	o := &Options{Registerer: registry, Logger: slog.New(slog.DiscardHandler)}
	o.setDefaults()
	m := newMetrics(o, reader)
	m.saw(&pass{observed: autoscaling.Observed{Target: &autoscaling.ObservedTarget{}}}, &member{ref: refOf(target), obj: target, outcome: outcome{state: synced}})
	pages.Check(t, "reference/metrics.md", "metrics of objects", pages.Metrics(t, registry, examples))
}
