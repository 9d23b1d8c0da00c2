// Package placement says where in AWS an object belongs: in which account and
// Region, behind which endpoint, and by which role it is entered.
//
// Annotations of the object and of its namespace decide it, IAMRoleSelectors,
// the roles that the controller's ConfigMaps know, and before all of them what
// the object's status says: what is in AWS already cannot move. It stays where it
// is, without a word when only a default changed, such as a flag, and with one
// when somebody asked for another place. The controller works by these rules
// and the command line foretells them, so they stand here once.
//
// Who asks from outside the controller does not know everything that it knows.
// [Settings.Outside] says so, and what is not known is then no mistake.
package placement

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/desired"
)

// A Scope is where in AWS something is, and how it is reached.
type Scope struct {
	Account string // 12 digits
	Region  string // such as us-west-2
	RoleARN string // role to assume; empty: the controller's own credentials
	// ExternalID goes with the request for the role; empty: that of the flag.
	ExternalID string
	Endpoint   string // URL of Application Auto Scaling; empty: AWS's
}

// The ConfigMaps that map account IDs and team IDs to role ARNs, in the
// namespace of the controller. They are those of the ACK controllers.
const (
	AccountRoleMap = "ack-role-account-map"
	TeamRoleMap    = "ack-role-team-map"
)

// ServicePrefix begins the keys of roles that are for this service alone, with
// the feature gate ServiceLevelCARM of the ACK controllers.
const ServicePrefix = "applicationautoscaling."

// ExternalIDSuffix ends the keys of external IDs, next to those of the roles
// that ask for them. The ACK controllers have no such keys, and ignore them.
const ExternalIDSuffix = ".external-id"

// Settings are what decides besides the object and its namespace.
type Settings struct {
	// Own is of objects about which nothing is said.
	Own Scope
	// Roles are the data of the ConfigMaps, by the name of the ConfigMap.
	Roles map[string]map[string]string
	// ServiceRoles says that their keys begin with ServicePrefix.
	ServiceRoles bool
	// TeamRoles lets the annotation team-id of a namespace choose the role, with
	// the feature gate TeamLevelCARM of the ACK controllers.
	TeamRoles bool
	// NoRoles is why the ConfigMaps are not read, and how they would be; empty:
	// they are.
	NoRoles string
	// Selectors are the IAMRoleSelectors by name; nil: there are none.
	Selectors map[string]Selector
	// Outside says that somebody else than the controller asks: Own is where
	// the credentials at hand belong, and a ConfigMap that is missing was not
	// read.
	Outside bool
}

// A Namespace is what a namespace says about the objects in it.
type Namespace struct{ Annotations, Labels map[string]string }

// An Object is what an object says about its place.
type Object struct {
	Namespace string
	Kind      autoscaling.Kind
	Labels    map[string]string
	Region    string // the annotation
	Was       Scope  // the account and Region that its status says it is in
}

// ownOfKubernetes are the namespaces whose annotations do not count, as with
// ACK: what is in them is the cluster's.
var ownOfKubernetes = []string{"kube-system", "kube-public", "kube-node-lease"}

// NamespaceAnnotations returns those annotations of a namespace that count. A
// pause always does: nobody makes one without meaning it.
func NamespaceAnnotations(name string, all map[string]string) map[string]string {
	if !slices.Contains(ownOfKubernetes, name) {
		return all
	}
	counting := map[string]string{}
	for _, key := range []string{v1alpha1.AnnotationPause, v1alpha1.AnnotationPauseReason} {
		if value, ok := all[key]; ok {
			counting[key] = value
		}
	}
	return counting
}

// Of reads an object.
func Of(obj v1alpha1.Object) Object {
	o := Object{
		Namespace: obj.GetNamespace(), Kind: desired.KindOf(obj), Labels: obj.GetLabels(),
		Region: obj.GetAnnotations()[v1alpha1.AnnotationRegion],
	}
	if known := obj.GetStatus().ACKResourceMetadata; known != nil {
		o.Was = Scope{Account: known.OwnerAccountID, Region: known.Region}
	}
	return o
}

// A Placement is where an object belongs.
type Placement struct {
	Scope
	// Closed says that there is no way in, so that nothing can be done for the
	// object.
	Closed bool
	// NoRole says that this is for want of a role.
	NoRole bool
	// Team is what is known instead of the account, from outside.
	Team string
	// Problem is a sentence for the user; empty: there is none.
	Problem string
	// Ignored is a sentence about what is asked for and does not count; empty:
	// all does.
	Ignored string
	// Selected is the role that a selector chose, as the object's condition
	// tells it.
	Selected string
}

// An entry is an account with the role by which it is entered, and who says so.
type entry struct {
	account, by, team, selected, problem string

	way    way
	noRole bool
}

// A way is the role by which an account is entered, and what it asks for.
type way struct{ role, externalID string }

// Place returns where an object of a namespace belongs. What its status says
// wins: its AWS counterpart cannot move.
func (s Settings) Place(o Object, in Namespace) Placement {
	chosen := s.enter(o, in)
	region := cmp.Or(o.Was.Region, o.Region, in.Annotations[v1alpha1.AnnotationRegion], in.Annotations[v1alpha1.AnnotationDefaultRegion], s.Own.Region)
	endpoint := in.Annotations[v1alpha1.AnnotationEndpointURL]
	p := Placement{
		Scope:    Scope{Account: chosen.account, Region: region, RoleARN: chosen.way.role, ExternalID: chosen.way.externalID, Endpoint: endpoint},
		Team:     chosen.team,
		Ignored:  s.ignored(in),
		Selected: chosen.selected,
	}
	if problem := cmp.Or(endpointProblem(endpoint), chosen.problem); problem != "" {
		p.Closed, p.NoRole, p.Problem = true, chosen.noRole, problem
		return p
	}
	if was := o.Was.Account; was != "" && was != chosen.account {
		return s.stay(p, was, chosen)
	}
	if o.Region != "" && o.Region != region {
		p.Problem = fmt.Sprintf("what the object declares is in Region %s, and its annotation says %s: undo the change, or delete the object and create it again", region, o.Region)
	}
	return p
}

// stay is the placement of an object whose account was changed after AWS had
// it. The old account is entered where that is possible, so that the object can
// be deleted; never is anything done for it in the new one.
func (s Settings) stay(p Placement, was string, chosen entry) Placement {
	moved := fmt.Sprintf("what the object declares is in account %s, and %s says %s", was, chosen.by, chosen.account)
	back := s.remain(was)
	p.Account, p.RoleARN, p.ExternalID, p.Selected = was, back.way.role, back.way.externalID, ""
	if back.problem == "" {
		p.Problem = moved + ": undo the change, or delete the object and create it again"
		return p
	}
	p.Closed, p.NoRole = true, true
	p.Problem = fmt.Sprintf("%s; no role in account %s is known, so nothing is done in either: undo the change, or %s", moved, was, letGo)
	return p
}

// letGo is the way out for an object whose account cannot be entered.
const letGo = "let go of what is there by annotating the object with " + v1alpha1.AnnotationDeletionPolicy + "=" + v1alpha1.DeletionPolicyRetain +
	", delete the object and create it again"

// remain enters the account in which an object is about which nothing is said,
// as the ACK controllers do: the controller may have been there itself before it
// moved, or been sent there.
func (s Settings) remain(was string) entry {
	if was == s.Own.Account {
		return entry{account: was}
	}
	back, key := s.lookUp(AccountRoleMap, was)
	if s.Outside || accountOf(back.role) != "" {
		return entry{account: was, way: back}
	}
	remedy := fmt.Sprintf("put the ARN of one under the key %s into the ConfigMap %s in the controller's namespace", key, AccountRoleMap)
	if s.NoRoles != "" {
		remedy = s.NoRoles
	}
	return entry{account: was, noRole: true, problem: fmt.Sprintf(
		"what the object declares is in account %s, and the controller's own is %s; no role in the former is known, so nothing is done in either; %s; or %s", was, s.Own.Account, remedy, letGo)}
}

// ignored says which annotation of a namespace does not count. The gate is off
// unless somebody turns it on, as with ACK, where objects were made without
// regard to the annotation: they could not move to the team's account.
func (s Settings) ignored(in Namespace) string {
	team := in.Annotations[v1alpha1.AnnotationTeamID]
	if team == "" || s.TeamRoles || s.Outside || s.Selectors != nil {
		return ""
	}
	return fmt.Sprintf("the namespace's annotation %s is %s and counts for nothing, because the feature gate TeamLevelCARM is off: start the controller with --feature-gates=TeamLevelCARM=true, or remove the annotation",
		v1alpha1.AnnotationTeamID, team)
}

// endpointProblem says what is wrong with the endpoint of a namespace.
func endpointProblem(endpoint string) string {
	if u, err := url.Parse(endpoint); endpoint == "" || err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
		return ""
	}
	return fmt.Sprintf("the namespace's annotation %s is %q: write a URL such as https://vpce-1234.application-autoscaling.us-west-2.vpce.amazonaws.com",
		v1alpha1.AnnotationEndpointURL, endpoint)
}

// enter returns the account of an object. A selector comes before the
// annotations of the namespace, as in the ACK controllers.
func (s Settings) enter(o Object, in Namespace) entry {
	if selected := s.matching(o, in); len(selected) > 0 {
		return enterBySelector(selected)
	}
	team, account := in.Annotations[v1alpha1.AnnotationTeamID], in.Annotations[v1alpha1.AnnotationOwnerAccountID]
	if !s.TeamRoles && !s.Outside {
		team = "" // see ignored
	}
	switch {
	case o.Was.Account != "" && s.Outside && team != "":
		return s.enterAgain(o.Was.Account, team)
	case o.Was.Account != "" && team == "" && account == "":
		return s.remain(o.Was.Account)
	case team != "":
		return s.enterByTeam(team)
	case account == "":
		return entry{account: s.Own.Account}
	case account == s.Own.Account:
		return entry{account: account, by: "its namespace"}
	case s.Outside: // it may be the controller's own, which needs no role
		way, _ := s.lookUp(AccountRoleMap, account)
		return entry{account: account, way: way, by: "its namespace"}
	default:
		way, problem := s.role(AccountRoleMap, v1alpha1.AnnotationOwnerAccountID, account)
		return entry{account: account, way: way, by: "its namespace", problem: problem, noRole: problem != ""}
	}
}

// enterAgain enters the account that an object is in, from outside, where nobody
// knows whether teams count.
func (s Settings) enterAgain(account, team string) entry {
	if way, _ := s.lookUp(TeamRoleMap, team); accountOf(way.role) == account {
		return entry{account: account, way: way}
	}
	return s.remain(account)
}

func (s Settings) enterByTeam(team string) entry {
	if s.Outside && s.Roles[TeamRoleMap] == nil {
		return entry{team: team}
	}
	way, problem := s.role(TeamRoleMap, v1alpha1.AnnotationTeamID, team)
	e := entry{account: accountOf(way.role), way: way, by: "the team of its namespace", problem: problem, noRole: problem != ""}
	if problem != "" {
		e.team = team
	}
	return e
}

// lookUp returns a role with its external ID, and the key that it has or would
// have in a ConfigMap. Whether the keys name the service is not known outside of
// the controller.
func (s Settings) lookUp(configMap, id string) (w way, key string) {
	roles := s.Roles[configMap]
	if key = id; s.ServiceRoles || s.Outside && roles[ServicePrefix+id] != "" {
		key = ServicePrefix + id
	}
	return way{roles[key], roles[key+ExternalIDSuffix]}, key
}

// role looks a role up that an annotation of a namespace asks for.
func (s Settings) role(configMap, annotation, id string) (w way, problem string) {
	if s.NoRoles != "" {
		return way{}, fmt.Sprintf("the namespace's annotation %s says %s, but %s, or remove the annotation", annotation, id, s.NoRoles)
	}
	w, key := s.lookUp(configMap, id)
	switch {
	case w.role == "":
		return way{}, fmt.Sprintf("the ConfigMap %s in the controller's namespace has no key %s: add it, with the ARN of the role to assume", configMap, key)
	case accountOf(w.role) == "":
		return way{}, fmt.Sprintf("the ConfigMap %s in the controller's namespace has %q under %s, which is not the ARN of a role", configMap, w.role, key)
	default:
		return w, ""
	}
}

// accountOf returns the account in the ARN of a role.
func accountOf(roleARN string) string {
	parts := strings.SplitN(roleARN, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "iam" || !strings.HasPrefix(parts[5], "role/") {
		return ""
	}
	return parts[4]
}
