package declared_test

import (
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/declared"
)

var home = declared.Place{Account: "111111111111", Region: "eu-west-1"}

// learn reads objects of other kinds.
func learn(t *testing.T, s declared.Surroundings, texts ...string) declared.Surroundings {
	t.Helper()
	for _, text := range texts {
		var content map[string]any
		if err := yaml.Unmarshal([]byte(text), &content); err != nil {
			t.Fatal(err)
		}
		s.Learn(content, "")
	}
	return s
}

func namespace(annotations string) string {
	return "{apiVersion: v1, kind: Namespace, metadata: {name: shop, annotations: {" + annotations + "}}}"
}

func TestPlace(t *testing.T) {
	const role = "arn:aws:iam::222222222222:role/setpoint"
	roles := func(name, key string) string {
		return "{apiVersion: v1, kind: ConfigMap, metadata: {name: " + name + "}, data: {'" + key + "': '" + role + "'}}"
	}
	status := func(account, region string) string {
		return "{ackResourceMetadata: {ownerAccountID: '" + account + "', region: " + region + "}}"
	}
	for _, c := range []struct {
		reason   string
		others   []string
		metadata string
		status   string
		want     declared.Place
		problem  string
	}{
		{"nothing is said: home", nil, "", "", home, ""},
		{"the object's Region before the namespace's", []string{namespace("services.k8s.aws/region: us-east-1")}, "annotations: {services.k8s.aws/region: us-west-2}", "",
			declared.Place{Account: home.Account, Region: "us-west-2"}, ""},
		{"the namespace's Region before its default", []string{namespace("services.k8s.aws/region: us-east-1, services.k8s.aws/default-region: us-east-2")}, "", "",
			declared.Place{Account: home.Account, Region: "us-east-1"}, ""},
		{"the default before home", []string{namespace("services.k8s.aws/default-region: us-east-2")}, "", "", declared.Place{Account: home.Account, Region: "us-east-2"}, ""},
		{"the namespace chooses an endpoint", []string{namespace("services.k8s.aws/endpoint-url: 'http://lab'")}, "", "",
			declared.Place{Account: home.Account, Region: home.Region, Endpoint: "http://lab"}, ""},
		{"another account, with the role by which it is entered", []string{namespace("services.k8s.aws/owner-account-id: '222222222222'"), roles("ack-role-account-map", "222222222222")}, "", "",
			declared.Place{Account: "222222222222", Region: home.Region, Role: role}, ""},
		{"another account whose role nobody knows", []string{namespace("services.k8s.aws/owner-account-id: '222222222222'")}, "", "",
			declared.Place{Account: "222222222222", Region: home.Region}, ""},
		{"the account of the credentials needs no role", []string{namespace("services.k8s.aws/owner-account-id: '111111111111'")}, "", "", home, ""},
		{"a team is an account", []string{namespace("services.k8s.aws/team-id: shop"), roles("ack-role-team-map", "shop")}, "", "",
			declared.Place{Account: "222222222222", Region: home.Region, Role: role}, ""},
		{"a team whose account nobody knows", []string{namespace("services.k8s.aws/team-id: shop")}, "", "", declared.Place{Region: home.Region, Team: "shop"}, ""},
		{"a team that the map does not have is the user's mistake", []string{namespace("services.k8s.aws/team-id: shop"), roles("ack-role-team-map", "other")}, "", "",
			declared.Place{Region: home.Region, Team: "shop"}, "has no key shop"},
		{"what is there does not move", nil, "", status("333333333333", "us-west-2"), declared.Place{Account: "333333333333", Region: "us-west-2"}, ""},
		{"not even when an annotation says so", nil, "annotations: {services.k8s.aws/region: us-east-1}", status("111111111111", "us-west-2"),
			declared.Place{Account: home.Account, Region: "us-west-2"}, "is in Region us-west-2, and its annotation says us-east-1"},
		{"nor when the namespace's account changes", []string{namespace("services.k8s.aws/owner-account-id: '222222222222'")}, "", status("111111111111", "eu-west-1"),
			home, "is in account 111111111111, and its namespace says 222222222222"},
	} {
		o := &v1alpha1.ScalableTarget{}
		if err := yaml.Unmarshal([]byte("metadata: {name: t, namespace: shop, "+c.metadata+"}\nspec: {"+identity+"}\nstatus: "+c.status+"\n"), o); err != nil {
			t.Fatal(err)
		}
		m := declared.Gather([]v1alpha1.Object{o}, learn(t, declared.Surroundings{Home: home}, c.others...))[0].Members[0]
		if m.Place != c.want || !strings.Contains(m.Problem, c.problem) || (m.Problem == "") != (c.problem == "") {
			t.Errorf("%s: got %+v, problem %q, want %+v, %q", c.reason, m.Place, m.Problem, c.want, c.problem)
		}
	}
}

// TestNamespacesOfKubernetesSayNothing about what is in them, as in a cluster.
func TestNamespacesOfKubernetesSayNothing(t *testing.T) {
	s := learn(t, declared.Surroundings{Home: home}, "{apiVersion: v1, kind: Namespace, metadata: {name: kube-system, annotations: {services.k8s.aws/default-region: us-east-2}}}")
	o := &v1alpha1.ScalableTarget{}
	if err := yaml.Unmarshal([]byte("metadata: {name: t, namespace: kube-system}\nspec: {"+identity+"}\n"), o); err != nil {
		t.Fatal(err)
	}
	if m := declared.Gather([]v1alpha1.Object{o}, s)[0].Members[0]; m.Place != home {
		t.Errorf("got %+v, want %+v", m.Place, home)
	}
}

func TestFollow(t *testing.T) {
	const (
		byEndpoint = "sageMakerEndpointRef: {from: {name: e}, variantName: AllTraffic}, scalableDimension: 'sagemaker:variant:DesiredInstanceCount', serviceNamespace: sagemaker, minCapacity: 1, maxCapacity: 2"
		byRole     = "roleRef: {from: {name: r}}, resourceID: instancegroup/j-1ABC/ig-1ABC, scalableDimension: 'elasticmapreduce:instancegroup:InstanceCount', serviceNamespace: elasticmapreduce, minCapacity: 1, maxCapacity: 2"
	)
	endpoint := func(spec, status string) string {
		return "{apiVersion: sagemaker.services.k8s.aws/v1alpha1, kind: Endpoint, metadata: {name: e, namespace: shop}, spec: {" + spec + "}, status: {" + status + "}}"
	}
	role := func(status string) string {
		return "{apiVersion: iam.services.k8s.aws/v1alpha1, kind: Role, metadata: {name: r, namespace: shop}, status: {" + status + "}}"
	}
	terminal := "conditions: [{type: ACK.Terminal, status: 'True', message: quota}]"
	for _, c := range []struct {
		reason, spec string
		cluster      bool
		others       []string
		resource     string
		waits        string
	}{
		{"an endpoint in service", byEndpoint, true, []string{endpoint("endpointName: live", "endpointStatus: InService")}, "endpoint/live/variant/AllTraffic", ""},
		{"a new registration waits for it", byEndpoint, true, []string{endpoint("endpointName: live", "endpointStatus: Updating")}, "endpoint/live/variant/AllTraffic", "status is Updating"},
		{"manifests have no status", byEndpoint, false, []string{endpoint("endpointName: live", "")}, "endpoint/live/variant/AllTraffic", ""},
		{"without a name", byEndpoint, true, []string{endpoint("", "")}, "", "no spec.endpointName"},
		{"no such object", byEndpoint, true, nil, "", "there is no such object"},
		{"manifests may be some of many", byEndpoint, false, nil, "", ""},
		{"an endpoint that failed", byEndpoint, true, []string{endpoint("endpointName: live", terminal)}, "endpoint/live/variant/AllTraffic", "terminal condition: quota"},
		{"a role", byRole, true, []string{role("ackResourceMetadata: {arn: 'arn:aws:iam::111111111111:role/r'}")}, "instancegroup/j-1ABC/ig-1ABC", ""},
		{"a role that is not made yet", byRole, true, []string{role("")}, "instancegroup/j-1ABC/ig-1ABC", "no ARN yet"},
		{"a role of other manifests is not missing", byRole, false, nil, "instancegroup/j-1ABC/ig-1ABC", ""},
	} {
		o := target("name: t, namespace: shop", c.spec)
		g := declared.Gather([]v1alpha1.Object{o}, learn(t, declared.Surroundings{Home: home, Complete: c.cluster}, c.others...))[0]
		m := g.Members[0]
		if g.ResourceID != c.resource && (c.resource != "" || g.Complete()) || !strings.Contains(m.Waits, c.waits) || (m.Waits == "") != (c.waits == "") {
			t.Errorf("%s: target %s, waits %q, want %s, %q", c.reason, g.Identity, m.Waits, c.resource, c.waits)
		}
		if m.Refused() {
			t.Errorf("%s: what a reference leaves open is no mistake: %v", c.reason, m.Findings)
		}
		if active := len(g.Active()) == 1; active != (c.waits == "") {
			t.Errorf("%s: active %t", c.reason, active)
		}
	}
}

// FuzzLearn feeds objects of any shape: a cluster has kinds of the same names
// whose fields are of other types.
func FuzzLearn(f *testing.F) {
	for _, seed := range []string{
		"{apiVersion: v1, kind: Namespace, metadata: {name: shop, annotations: [1]}}",
		"{apiVersion: sagemaker.services.k8s.aws/v1alpha1, kind: Endpoint, metadata: {name: 3}, spec: {endpointName: [a]}, status: {conditions: [1, {type: {}}]}}",
		"{apiVersion: v1, kind: ConfigMap, metadata: {name: ack-role-team-map}, data: {a: 1}}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var content map[string]any
		if err := yaml.Unmarshal([]byte(text), &content); err != nil {
			return
		}
		s := declared.Surroundings{Home: home, Complete: true}
		s.Learn(content, "shop")
		declared.Gather([]v1alpha1.Object{target("name: t, namespace: shop", identity)}, s)
	})
}
