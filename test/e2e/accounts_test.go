package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/lab"
	"github.com/setpoint-io/setpoint/internal/operator"
	"github.com/setpoint-io/setpoint/internal/placement"
)

// with has another operator than that of the other tests work until the test
// ends.
func (w *world) with(change func(*operator.Options)) {
	w.Helper()
	theController()
	stop, err := startOperator(context.WithoutCancel(w.ctx), func(o *operator.Options) {
		o.Resync = resync
		change(o)
	})
	if err != nil {
		w.restart()
		w.Fatal(err)
	}
	theController = stop
	w.Cleanup(func() {
		theController()
		w.restart()
	})
}

// mapRole puts a role into the map of accounts.
func (w *world) mapRole(account, role string) {
	w.Helper()
	w.mapRoleIn(placement.AccountRoleMap, account, role)
}

// mapRoleIn puts a role into a map.
func (w *world) mapRoleIn(configMap, key, role string) {
	w.Helper()
	w.kubectl("apiVersion: v1\nkind: Namespace\nmetadata: {name: "+lab.SystemNamespace+"}\n", "apply", "-f", "-")
	if _, err := w.tryKubectl("", "get", "configmap", configMap, "--namespace", lab.SystemNamespace); err != nil {
		w.kubectl("", "create", "configmap", configMap, "--namespace", lab.SystemNamespace)
	}
	w.kubectl("", "patch", "configmap", configMap, "--namespace", lab.SystemNamespace, "--type=merge",
		"-p", fmt.Sprintf(`{"data":{%q:%q}}`, key, role))
}

// A front is an address of the lab's AWS that sees what is asked there, and may
// refuse it.
type front struct {
	url    string
	refuse string // role that nobody may assume

	mu          sync.Mutex
	calls       []string // "sts" or the name of the operation
	externalIDs []string // with which roles were asked for
}

func (w *world) front(refuse string) *front {
	f := &front{refuse: refuse}
	server := httptest.NewServer(f)
	w.Cleanup(server.Close)
	f.url = server.URL
	return f
}

func (f *front) ServeHTTP(out http.ResponseWriter, in *http.Request) {
	body, err := io.ReadAll(in.Body)
	if err != nil {
		http.Error(out, err.Error(), http.StatusBadRequest)
		return
	}
	in.Body = io.NopCloser(bytes.NewReader(body))
	_, operation, _ := strings.Cut(in.Header.Get("X-Amz-Target"), ".")
	if operation == "" {
		operation = "sts"
	}
	f.mu.Lock()
	f.calls = append(f.calls, operation)
	if form, err := url.ParseQuery(string(body)); err == nil && form.Get("Action") == "AssumeRole" {
		f.externalIDs = append(f.externalIDs, form.Get("ExternalId"))
	}
	f.mu.Unlock()
	if f.refuse != "" && bytes.Contains(body, []byte(strings.NewReplacer(":", "%3A", "/", "%2F").Replace(f.refuse))) {
		out.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(out, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code>`+
			`<Message>User is not authorized to perform: sts:AssumeRole on resource: %s</Message></Error></ErrorResponse>`, f.refuse)
		return
	}
	theLab.Cloud.ServeHTTP(out, in)
}

func (f *front) asked(operation string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Contains(f.calls, operation)
}

// TestEndpointOfANamespaceIsItsOwn: two namespaces in one account and Region
// must not share what was opened for the endpoint of one of them, and STS stays
// where it is.
func TestEndpointOfANamespaceIsItsOwn(t *testing.T) {
	const other = "333344445555"
	w := newWorld(t)
	w.mapRole(other, "arn:aws:iam::"+other+":role/setpoint")
	w.apply(ecsTarget)
	w.ready(target, "target")
	w.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")

	front := w.front("")
	w.annotateNamespace(v1alpha1.AnnotationEndpointURL + "=" + front.url)
	w.apply(ecsTarget)
	w.ready(target, "target")
	if !front.asked("RegisterScalableTarget") {
		t.Error("the endpoint of the namespace was not asked")
	}
	w.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")

	t.Log("a role is assumed at STS, not at the endpoint of the service")
	w.annotateNamespace(v1alpha1.AnnotationOwnerAccountID + "=" + other)
	w.apply(ecsTarget)
	w.ready(target, "target")
	if err := w.has(other, lab.Region); err != nil {
		t.Error(err)
	}
	w.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")
	if front.asked("sts") {
		t.Error("STS was asked at the endpoint of Application Auto Scaling")
	}

	t.Log("a change of the endpoint takes effect at once")
	w.annotateNamespace(v1alpha1.AnnotationOwnerAccountID + "=" + lab.Account)
	w.annotateNamespace(v1alpha1.AnnotationEndpointURL + "=nonsense")
	w.apply(ecsTarget)
	w.becomes(target, "target", no, "AccountOrRegionUnusable")
	w.annotateNamespace(v1alpha1.AnnotationEndpointURL + "-")
	w.becomes(target, "target", metav1.ConditionTrue, "")
}

// TestTroubleOfOneAccountStaysThere has two accounts, one of which does not let
// the controller in.
func TestTroubleOfOneAccountStaysThere(t *testing.T) {
	const good, bad = "444455556666", "555566667777"
	w, refused := newWorld(t), "arn:aws:iam::"+bad+":role/refused"
	front := w.front(refused)
	w.mapRole(good, "arn:aws:iam::"+good+":role/setpoint")
	w.mapRole(bad, refused)
	w.with(func(o *operator.Options) { o.AWS.IdentityEndpoint = front.url })
	w.annotateNamespace(v1alpha1.AnnotationOwnerAccountID + "=" + bad)
	w.apply(ecsTarget)
	told := w.becomes(target, "target", no, "Denied")
	if m := text(condition(told, v1alpha1.ConditionReady).Message); !strings.Contains(m, refused) {
		t.Errorf("the condition does not say which role was refused: %s", m)
	}

	v := &world{T: w.T, ctx: w.ctx, namespace: w.namespace + "-good", endpoint: w.endpoint}
	w.kubectl("", "create", "namespace", v.namespace)
	v.annotateNamespace(v1alpha1.AnnotationOwnerAccountID + "=" + good)
	v.apply(ecsTarget)
	v.ready(target, "target")
	if err := v.has(good, lab.Region); err != nil {
		t.Errorf("the other account suffers: %v", err)
	}
	v.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")
	w.annotateNamespace(v1alpha1.AnnotationOwnerAccountID + "-")
	w.ready(target, "target")
}

// TestNothingIsMadeTwiceWhenTheControllerMoves to another account while its
// objects are in the old one, without a way back into it.
func TestNothingIsMadeTwiceWhenTheControllerMoves(t *testing.T) {
	const other = "666677778888"
	w := newWorld(t)
	w.apply(ecsTarget)
	w.ready(target, "target")
	w.with(func(o *operator.Options) {
		o.AWS.Config, o.SystemNamespace = lab.SDKConfig(theLab.CloudURL, other, lab.Region), ""
	})
	told := w.becomes(target, "target", no, "AccountOrRegionUnusable")
	message := text(condition(told, v1alpha1.ConditionReady).Message)
	for _, part := range []string{lab.Account, other, v1alpha1.AnnotationDeletionPolicy} {
		if !strings.Contains(message, part) {
			t.Errorf("the condition does not name %s: %s", part, message)
		}
	}
	w.kubectl("", "annotate", "scalabletarget", "target", "touch=it")
	time.Sleep(2 * resync)
	if w.has(other, lab.Region) == nil {
		t.Error("the target was made again in the new account")
	}
	if got := w.get(target, "target").GetStatus().ACKResourceMetadata.OwnerAccountID; got != lab.Account {
		t.Errorf("the status forgot the account: %s", got)
	}

	t.Log("with a role in the old account it goes on there, though no annotation says so")
	w.mapRole(lab.Account, "arn:aws:iam::"+lab.Account+":role/setpoint")
	w.with(func(o *operator.Options) { o.AWS.Config = lab.SDKConfig(theLab.CloudURL, other, lab.Region) })
	w.becomes(target, "target", metav1.ConditionTrue, "")
	w.apply(w.edited(ecsTarget, "maxCapacity: 2", "maxCapacity: 5"))
	w.ready(target, "target")
	if w.has(other, lab.Region) == nil {
		t.Error("the target was made again in the new account")
	}
	theController()
	w.restart()
	w.becomes(target, "target", metav1.ConditionTrue, "")
}

// TestNamespaceAnnotationsCountWithoutCARM and with one watched namespace.
func TestNamespaceAnnotationsCountWithoutCARM(t *testing.T) {
	w := newWorld(t)
	w.with(func(o *operator.Options) { o.SystemNamespace, o.Namespaces = "", []string{w.namespace} })
	w.annotateNamespace(v1alpha1.AnnotationDefaultRegion + "=eu-central-1")
	w.annotateNamespace(v1alpha1.AnnotationNamespaceDeletionPolicy + "=retain")
	w.apply(ecsTarget)
	w.ready(target, "target")
	w.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")
	if err := w.has(lab.Account, "eu-central-1"); err != nil {
		t.Errorf("the namespace's Region or deletion policy does not count: %v", err)
	}

	t.Log("what cannot be honoured is told")
	w.annotateNamespace(v1alpha1.AnnotationOwnerAccountID + "=999999999999")
	w.apply(ecsTarget)
	told := w.becomes(target, "target", no, "AccountOrRegionUnusable")
	if m := text(condition(told, v1alpha1.ConditionReady).Message); !strings.Contains(m, "--enable-carm=false") {
		t.Errorf("the condition does not say why: %s", m)
	}
	w.annotateNamespace(v1alpha1.AnnotationOwnerAccountID + "-")
	w.annotateNamespace(v1alpha1.AnnotationNamespaceDeletionPolicy + "=delete")
}

// TestTeamByAnnotation: the annotation counts with the gate of the ACK
// controllers only. Without it, as there, it moves nothing and breaks nothing.
func TestTeamByAnnotation(t *testing.T) {
	const other = "888899990000"
	w := newWorld(t)
	team := w.namespace
	w.annotateNamespace(v1alpha1.AnnotationTeamID + "=" + team)
	w.apply(ecsTarget)
	told := w.ready(target, "target")
	if err := w.has(lab.Account, lab.Region); err != nil {
		t.Errorf("without the gate the object is in the controller's own account: %v", err)
	}
	if c := condition(told, v1alpha1.ConditionAdvisory); text(c.Reason) != "TeamIgnored" || !strings.Contains(text(c.Message), "TeamLevelCARM=true") {
		t.Errorf("nobody tells that the annotation does not count: %+v", c)
	}
	w.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")

	w.with(func(o *operator.Options) { o.TeamRoles = true })
	w.apply(ecsTarget)
	told = w.becomes(target, "target", no, "AccountOrRegionUnusable")
	if m := text(condition(told, v1alpha1.ConditionReady).Message); !strings.Contains(m, placement.TeamRoleMap) || !strings.Contains(m, team) {
		t.Errorf("the condition does not say where the role of the team is missing: %s", m)
	}
	t.Log("the role's arrival wakes the object")
	w.mapRoleIn(placement.TeamRoleMap, team, "arn:aws:iam::"+other+":role/team")
	got := w.becomes(target, "target", metav1.ConditionTrue, "")
	if err := w.has(other, lab.Region); err != nil || got.GetStatus().ACKResourceMetadata.OwnerAccountID != other {
		t.Errorf("the target is not in the team's account: %v, %+v", err, got.GetStatus().ACKResourceMetadata)
	}
	if w.has(lab.Account, lab.Region) == nil {
		t.Error("the target is in the controller's own account too")
	}
	w.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")
	if w.has(other, lab.Region) == nil {
		t.Error("the target was left behind in the team's account")
	}
}

// TestAccountsHaveExternalIDs of their own, next to their roles; the others get
// that of the flag.
func TestAccountsHaveExternalIDs(t *testing.T) {
	const with, without = "121212121212", "343434343434"
	w := newWorld(t)
	front := w.front("")
	w.mapRole(with, "arn:aws:iam::"+with+":role/setpoint")
	w.mapRole(with+placement.ExternalIDSuffix, "shop-42")
	w.mapRole(without, "arn:aws:iam::"+without+":role/setpoint")
	w.with(func(o *operator.Options) { o.AWS.IdentityEndpoint, o.AWS.ExternalID = front.url, "of-the-flag" })
	for _, c := range []struct{ account, want string }{{with, "shop-42"}, {without, "of-the-flag"}} {
		w.annotateNamespace(v1alpha1.AnnotationOwnerAccountID + "=" + c.account)
		w.apply(ecsTarget)
		w.ready(target, "target")
		w.kubectl("", "delete", "scalabletarget", "target", "--timeout=20s")
		front.mu.Lock()
		if last := len(front.externalIDs) - 1; last < 0 || front.externalIDs[last] != c.want {
			t.Errorf("the role of account %s was asked for with the external IDs %q, want %s at last", c.account, front.externalIDs, c.want)
		}
		front.mu.Unlock()
	}
}
