package controller

import (
	"testing"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

func TestScope(t *testing.T) {
	const (
		own, other = "000000000000", "111122223333"
		role       = "arn:aws:iam::111122223333:role/setpoint"
	)
	base := settings{
		own: Scope{Account: own, Region: "us-west-2"},
		namespaces: annotated(map[string]map[string]string{
			"region":   {v1alpha1.AnnotationDefaultRegion: "eu-west-1"},
			"account":  {v1alpha1.AnnotationOwnerAccountID: other},
			"unknown":  {v1alpha1.AnnotationOwnerAccountID: "999999999999"},
			"broken":   {v1alpha1.AnnotationTeamID: "broken"},
			"team":     {v1alpha1.AnnotationTeamID: "ml", v1alpha1.AnnotationOwnerAccountID: own},
			"endpoint": {v1alpha1.AnnotationEndpointURL: "https://scaling.test"},
			"nonsense": {v1alpha1.AnnotationEndpointURL: "scaling.test"},
		}),
		roles: map[string]map[string]string{accountRoleMap: {other: role}, teamRoleMap: {"ml": role, "broken": "setpoint"}},
	}
	cases := map[string]struct {
		reason  string
		where   whereabouts
		want    Scope
		problem bool
	}{
		"nothing said":            {"the controller's own account and Region", whereabouts{namespace: "plain"}, Scope{Account: own, Region: "us-west-2"}, false},
		"default Region":          {"the namespace's default comes before the flag", whereabouts{namespace: "region"}, Scope{Account: own, Region: "eu-west-1"}, false},
		"own Region":              {"the object's annotation comes before the namespace's", whereabouts{namespace: "region", region: "us-east-1"}, Scope{Account: own, Region: "us-east-1"}, false},
		"bound":                   {"what is in AWS cannot move", whereabouts{namespace: "region", was: Scope{Account: own, Region: "us-west-2"}}, Scope{Account: own, Region: "us-west-2"}, true},
		"another account":         {"the account map names the role", whereabouts{namespace: "account"}, Scope{Account: other, Region: "us-west-2", RoleARN: role}, false},
		"an account without role": {"nothing may be done under the controller's own account instead", whereabouts{namespace: "unknown"}, Scope{}, true},
		"a team":                  {"the team comes before the account, whose ID is in the role", whereabouts{namespace: "team"}, Scope{Account: other, Region: "us-west-2", RoleARN: role}, false},
		"a team without a role":   {"what is not the ARN of a role is told", whereabouts{namespace: "broken"}, Scope{}, true},
		"account changed":         {"the old account is still entered, so that the object can be deleted", whereabouts{namespace: "plain", was: Scope{Account: other, Region: "us-west-2"}}, Scope{Account: other, Region: "us-west-2", RoleARN: role}, true},
		"account changed, closed": {"without a role for the old account nothing can be done", whereabouts{namespace: "plain", was: Scope{Account: "999999999999", Region: "us-west-2"}}, Scope{}, true},
		"no URL":                  {"a request to a host that nobody meant must not be signed", whereabouts{namespace: "nonsense"}, Scope{}, true},
		"endpoint":                {"an endpoint of one's own", whereabouts{namespace: "endpoint"}, Scope{Account: own, Region: "us-west-2", Endpoint: "https://scaling.test"}, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := base.place(c.where)
			if got.Scope != c.want || (got.problem != "") != c.problem {
				t.Errorf("%s: got %+v", c.reason, got)
			}
		})
	}
}

func annotated(namespaces map[string]map[string]string) map[string]namespaceFacts {
	facts := map[string]namespaceFacts{}
	for name, annotations := range namespaces {
		facts[name] = namespaceFacts{annotations: annotations}
	}
	return facts
}

func FuzzAccountOf(f *testing.F) {
	f.Add("arn:aws:iam::111122223333:role/setpoint")
	f.Add("arn:aws:iam::111122223333:user/setpoint")
	f.Fuzz(func(t *testing.T, arn string) {
		if account := accountOf(arn); len(account) > len(arn) {
			t.Fatalf("%q in %q", account, arn)
		}
	})
}
