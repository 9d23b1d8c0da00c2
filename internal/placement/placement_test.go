package placement

import (
	"strings"
	"testing"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

const (
	own, other = "000000000000", "111122223333"
	otherRole  = "arn:aws:iam::111122223333:role/setpoint"
)

// where is an object in a namespace, of which only the Region may be said.
func where(region string, was Scope) Object {
	return Object{Namespace: "shop", Region: region, Was: was}
}

func TestPlace(t *testing.T) {
	here := Scope{Account: own, Region: "us-west-2"}
	settings := Settings{Own: here, TeamRoles: true, Roles: map[string]map[string]string{
		AccountRoleMap: {other: otherRole, own: "arn:aws:iam::000000000000:role/other"}, TeamRoleMap: {"ml": otherRole, "broken": "setpoint"},
	}}
	type annotations = map[string]string
	for name, c := range map[string]struct {
		reason    string
		object    Object
		namespace annotations
		want      Scope
		closed    bool
		problem   string
	}{
		"nothing said":   {"the controller's own account and Region", where("", Scope{}), nil, here, false, ""},
		"default Region": {"the namespace's default comes before the flag", where("", Scope{}), annotations{v1alpha1.AnnotationDefaultRegion: "eu-west-1"}, Scope{Account: own, Region: "eu-west-1"}, false, ""},
		"namespace's Region": {"as the documentation of the ACK controllers has it, and before the default", where("", Scope{}),
			annotations{v1alpha1.AnnotationRegion: "eu-west-2", v1alpha1.AnnotationDefaultRegion: "eu-west-1"}, Scope{Account: own, Region: "eu-west-2"}, false, ""},
		"own Region": {"the object's annotation comes before the namespace's", where("us-east-1", Scope{}),
			annotations{v1alpha1.AnnotationRegion: "eu-west-2", v1alpha1.AnnotationDefaultRegion: "eu-west-1"}, Scope{Account: own, Region: "us-east-1"}, false, ""},
		"bound":                   {"a new default of the namespace is about new objects", where("", here), annotations{v1alpha1.AnnotationDefaultRegion: "eu-west-1"}, here, false, ""},
		"bound, and annotated":    {"what is in AWS cannot move, and who asks for it is told", where("eu-west-1", here), nil, here, false, "is in Region us-west-2, and its annotation says eu-west-1"},
		"bound, the same":         {"an annotation that says where it is asks for nothing", where("us-west-2", here), annotations{v1alpha1.AnnotationRegion: "eu-west-1"}, here, false, ""},
		"the flag was changed":    {"the Region of a status comes before all flags", where("", Scope{Account: own, Region: "eu-west-1"}), nil, Scope{Account: own, Region: "eu-west-1"}, false, ""},
		"another account":         {"the account map names the role", where("", Scope{}), annotations{v1alpha1.AnnotationOwnerAccountID: other}, Scope{Account: other, Region: "us-west-2", RoleARN: otherRole}, false, ""},
		"the controller's own":    {"an account needs no role to itself", where("", Scope{}), annotations{v1alpha1.AnnotationOwnerAccountID: own}, here, false, ""},
		"an account without role": {"nothing may be done under the controller's own account instead", where("", Scope{}), annotations{v1alpha1.AnnotationOwnerAccountID: "999999999999"}, Scope{Account: "999999999999", Region: "us-west-2"}, true, "has no key 999999999999"},
		"a team": {"the team comes before the account, whose ID is in the role", where("", Scope{}),
			annotations{v1alpha1.AnnotationTeamID: "ml", v1alpha1.AnnotationOwnerAccountID: own}, Scope{Account: other, Region: "us-west-2", RoleARN: otherRole}, false, ""},
		"a team without a role":   {"what is not the ARN of a role is told", where("", Scope{}), annotations{v1alpha1.AnnotationTeamID: "broken"}, Scope{Region: "us-west-2"}, true, "not the ARN of a role"},
		"the controller moved":    {"the account of a status is entered by the account map, even without annotation", where("", Scope{Account: other, Region: "us-west-2"}), nil, Scope{Account: other, Region: "us-west-2", RoleARN: otherRole}, false, ""},
		"account changed":         {"the old account is still entered, so that the object can be deleted", where("", Scope{Account: other, Region: "us-west-2"}), annotations{v1alpha1.AnnotationOwnerAccountID: own}, Scope{Account: other, Region: "us-west-2", RoleARN: otherRole}, false, "its namespace says " + own},
		"team changed":            {"the account of a team is said as plainly", where("", here), annotations{v1alpha1.AnnotationTeamID: "ml"}, here, false, "the team of its namespace says " + other},
		"back home":               {"the controller's own account needs no role, also where the map has one", where("", here), nil, here, false, ""},
		"moved, closed":           {"without a role for the old account nothing is done in the new one", where("", Scope{Account: "999999999999", Region: "us-west-2"}), nil, Scope{Account: "999999999999", Region: "us-west-2"}, true, "nothing is done in either; put the ARN of one under the key 999999999999"},
		"account changed, closed": {"nor where somebody asks for the new one", where("", Scope{Account: "999999999999", Region: "us-west-2"}), annotations{v1alpha1.AnnotationOwnerAccountID: other}, Scope{Account: "999999999999", Region: "us-west-2"}, true, "nothing is done in either"},
		"no URL":                  {"a request to a host that nobody meant must not be signed", where("", Scope{}), annotations{v1alpha1.AnnotationEndpointURL: "scaling.test"}, Scope{Account: own, Region: "us-west-2", Endpoint: "scaling.test"}, true, "write a URL"},
		"endpoint":                {"an endpoint of one's own", where("", Scope{}), annotations{v1alpha1.AnnotationEndpointURL: "https://scaling.test"}, Scope{Account: own, Region: "us-west-2", Endpoint: "https://scaling.test"}, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := settings.Place(c.object, Namespace{Annotations: c.namespace})
			if got.Scope != c.want || got.Closed != c.closed || got.NoRole != (c.closed && !strings.Contains(c.problem, "URL")) || (got.Problem == "") != (c.problem == "") || !strings.Contains(got.Problem, c.problem) {
				t.Errorf("%s: got %+v", c.reason, got)
			}
		})
	}
}

// Whose credentials are at hand outside of the controller says nothing about
// objects that are somewhere already, and roles that were not read are no
// mistake.
func TestPlaceFromOutside(t *testing.T) {
	here := Scope{Account: own, Region: "us-west-2"}
	roles := func(configMap, key, role string) map[string]map[string]string {
		return map[string]map[string]string{configMap: {key: role}}
	}
	account, team := map[string]string{v1alpha1.AnnotationOwnerAccountID: other}, map[string]string{v1alpha1.AnnotationTeamID: "ml"}
	for _, c := range []struct {
		reason    string
		roles     map[string]map[string]string
		object    Object
		namespace map[string]string
		want      Placement
		problem   string
	}{
		{"nothing is said: where the credentials belong", nil, where("", Scope{}), nil, Placement{Scope: here}, ""},
		{"an object that is somewhere is there", nil, where("", Scope{Account: other, Region: "eu-west-1"}), nil, Placement{Scope: Scope{Account: other, Region: "eu-west-1"}}, ""},
		{"another account without a role: it may be the controller's own", roles(AccountRoleMap, "1", otherRole), where("", Scope{}), account, Placement{Scope: Scope{Account: other, Region: "us-west-2"}}, ""},
		{"another account with its role", roles(AccountRoleMap, other, otherRole), where("", Scope{}), account, Placement{Scope: Scope{Account: other, Region: "us-west-2", RoleARN: otherRole}}, ""},
		{"a team whose account is not known", nil, where("", Scope{}), team, Placement{Scope: Scope{Region: "us-west-2"}, Team: "ml"}, ""},
		{"of which the status tells the account", nil, where("", Scope{Account: other, Region: "us-west-2"}), team, Placement{Scope: Scope{Account: other, Region: "us-west-2"}}, ""},
		{"an object that is somewhere is there, whatever its team: whether teams count is not known", roles(TeamRoleMap, "ml", otherRole), where("", here), team, Placement{Scope: here}, ""},
		{"and is entered by the team's role where that leads there", roles(TeamRoleMap, "ml", otherRole), where("", Scope{Account: other, Region: "us-west-2"}), team,
			Placement{Scope: Scope{Account: other, Region: "us-west-2", RoleARN: otherRole}}, ""},
		{"a team that the map does not have is the user's mistake", roles(TeamRoleMap, "shop", otherRole), where("", Scope{}), team, Placement{Scope: Scope{Region: "us-west-2"}, Team: "ml", Closed: true, NoRole: true}, "has no key ml"},
		{"a key that names the service counts, because nobody says whether it does", roles(TeamRoleMap, ServicePrefix+"ml", otherRole), where("", Scope{}), team,
			Placement{Scope: Scope{Account: other, Region: "us-west-2", RoleARN: otherRole}}, ""},
		{"what is there does not move when an annotation says so", nil, where("us-east-1", here), nil, Placement{Scope: here}, "in Region us-west-2, and its annotation says us-east-1"},
		{"nor to another account", nil, where("", here), account, Placement{Scope: here}, "in account 000000000000, and its namespace says 111122223333"},
	} {
		got := Settings{Own: here, Roles: c.roles, Outside: true}.Place(c.object, Namespace{Annotations: c.namespace})
		problem := got.Problem
		if got.Problem = ""; got != c.want || (problem == "") != (c.problem == "") || !strings.Contains(problem, c.problem) {
			t.Errorf("%s: got %+v, problem %q", c.reason, got, problem)
		}
	}
}

// TestExternalIDsGoWithTheirRoles: each account may ask for its own.
func TestExternalIDsGoWithTheirRoles(t *testing.T) {
	s := Settings{Own: Scope{Account: own, Region: "us-west-2"}, TeamRoles: true, Roles: map[string]map[string]string{
		AccountRoleMap: {other: otherRole, other + ".external-id": "shop-42", "222233334444": "arn:aws:iam::222233334444:role/x"},
		TeamRoleMap:    {"ml": otherRole, "ml.external-id": "ml-7"},
	}}
	in := func(annotation, value string) Namespace {
		return Namespace{Annotations: map[string]string{annotation: value}}
	}
	for _, c := range []struct {
		reason, want string
		object       Object
		namespace    Namespace
	}{
		{"the account's", "shop-42", where("", Scope{}), in(v1alpha1.AnnotationOwnerAccountID, other)},
		{"the team's", "ml-7", where("", Scope{}), in(v1alpha1.AnnotationTeamID, "ml")},
		{"an account that asks for none", "", where("", Scope{}), in(v1alpha1.AnnotationOwnerAccountID, "222233334444")},
		{"the controller's own account is not entered by a role", "", where("", Scope{}), Namespace{}},
		{"the way back into an account that the annotations have left", "shop-42", where("", Scope{Account: other, Region: "us-west-2"}), Namespace{}},
	} {
		if got := s.Place(c.object, c.namespace); got.ExternalID != c.want || c.want != "" && got.RoleARN != otherRole {
			t.Errorf("%s: got %+v, want the external ID %q", c.reason, got.Scope, c.want)
		}
	}
}

// TestTeamsCountWithTheGateOnly: without it, as with ACK, objects stay where
// they are, and it is told that the annotation does not count.
func TestTeamsCountWithTheGateOnly(t *testing.T) {
	here := Scope{Account: own, Region: "us-west-2"}
	s := Settings{Own: here, Roles: map[string]map[string]string{TeamRoleMap: {"ml": otherRole}, AccountRoleMap: {other: otherRole}}}
	in := Namespace{Annotations: map[string]string{v1alpha1.AnnotationTeamID: "ml"}}
	got := s.Place(where("", here), in)
	if got.Scope != here || got.Problem != "" || !strings.Contains(got.Ignored, "--feature-gates=TeamLevelCARM=true") {
		t.Errorf("without the gate an object that exists stays usable, and its namespace's wish is told: got %+v", got)
	}
	in.Annotations[v1alpha1.AnnotationOwnerAccountID] = other
	if got := s.Place(where("", Scope{}), in); got.Account != other || got.Problem != "" {
		t.Errorf("without the gate the account ID counts: got %+v", got)
	}
	s.TeamRoles = true
	if got := s.Place(where("", Scope{}), in); got.Account != other || got.Ignored != "" {
		t.Errorf("with the gate nothing is ignored: got %+v", got)
	}
}

// TestNamespacesOfKubernetesSayNothing about place and end, as with ACK.
func TestNamespacesOfKubernetesSayNothing(t *testing.T) {
	all := map[string]string{v1alpha1.AnnotationDefaultRegion: "eu-west-1", v1alpha1.AnnotationNamespaceDeletionPolicy: "retain", v1alpha1.AnnotationPause: "true"}
	for name, want := range map[string]int{"kube-system": 1, "kube-public": 1, "kube-node-lease": 1, "kube-flannel": 3, "default": 3} {
		got := NamespaceAnnotations(name, all)
		if len(got) != want || got[v1alpha1.AnnotationPause] != "true" {
			t.Errorf("%s: want %d annotations and the pause among them, got %v", name, want, got)
		}
	}
}

func FuzzAccountOf(f *testing.F) {
	f.Add(otherRole)
	f.Add("arn:aws:iam::111122223333:user/setpoint")
	f.Fuzz(func(t *testing.T, arn string) {
		if account := accountOf(arn); len(account) > len(arn) {
			t.Fatalf("%q in %q", account, arn)
		}
	})
}

// FuzzPlace: nothing is done in an account that the object is not known to be
// in, and a way in that is closed is always explained.
func FuzzPlace(f *testing.F) {
	f.Add("eu-west-1", "us-west-2", other, "", "", own, "us-west-2", otherRole, false)
	f.Add("", "", "", "ml", "https://scaling.test", "", "", "setpoint", true)
	f.Fuzz(func(t *testing.T, region, namespaceRegion, account, team, endpoint, wasAccount, wasRegion, role string, outside bool) {
		s := Settings{Own: Scope{Account: own, Region: "us-west-2"}, Outside: outside, TeamRoles: len(team)%2 == 0, Roles: map[string]map[string]string{
			AccountRoleMap: {account: role}, TeamRoleMap: {team: role},
		}}
		p := s.Place(where(region, Scope{Account: wasAccount, Region: wasRegion}), Namespace{Annotations: map[string]string{
			v1alpha1.AnnotationRegion: namespaceRegion, v1alpha1.AnnotationOwnerAccountID: account,
			v1alpha1.AnnotationTeamID: team, v1alpha1.AnnotationEndpointURL: endpoint,
		}})
		switch {
		case p.Closed && p.Problem == "":
			t.Errorf("closed without a reason: %+v", p)
		case !p.Closed && wasAccount != "" && p.Account != wasAccount:
			t.Errorf("it moved from account %s: %+v", wasAccount, p)
		case wasRegion != "" && p.Region != wasRegion:
			t.Errorf("it moved from Region %s: %+v", wasRegion, p)
		case !outside && !p.Closed && p.Account != own && p.RoleARN == "":
			t.Errorf("account %s cannot be entered without a role: %+v", p.Account, p)
		}
	})
}
