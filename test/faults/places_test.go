package faults

import (
	"cmp"
	"net/http"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/localcloud"
)

// A place is an account and a Region. The zero value is that of the controller,
// and a member that is empty is the controller's.
type place struct{ account, region string }

// The places of random histories. An object chooses the Region by an annotation,
// and the account by its namespace.
var (
	abroad  = place{region: "eu-central-1"}
	partner = place{account: "210987654321"}
	remote  = place{partner.account, abroad.region}
)

func (p place) scope() (who, where string) {
	return cmp.Or(p.account, account), cmp.Or(p.region, region)
}

// String begins the names of things in the place.
func (p place) String() string {
	if p == (place{}) {
		return ""
	}
	who, where := p.scope()
	return who + "/" + where + "/"
}

// in is the same scalable target somewhere else.
func (i identity) in(p place) identity {
	i.place = p
	return i
}

// placeIn is the place of an account and a Region.
func placeIn(who, where string) place {
	var p place
	if who != account {
		p.account = who
	}
	if where != region {
		p.region = where
	}
	return p
}

// places are those in which a cloud may have something.
func places(c *localcloud.Cloud) (all []place) {
	c.View(func(v localcloud.View) {
		for _, s := range v.Places() {
			all = append(all, placeIn(s.Account, s.Region))
		}
	})
	return all
}

// The second namespace, whose objects are in the account of the partner, and
// what begins the names of its objects: tests tell objects apart by their names
// alone.
const (
	partnerNamespace = "partner"
	partnerPrefix    = "partner-"
)

func (k key) namespace() string {
	if strings.HasPrefix(k.name, partnerPrefix) {
		return partnerNamespace
	}
	return namespace
}

// placeOf is where what an object declares belongs.
func placeOf(obj v1alpha1.Object) place {
	who := account
	if keyOf(obj).namespace() == partnerNamespace {
		who = partner.account
	}
	return placeIn(who, cmp.Or(obj.GetAnnotations()[v1alpha1.AnnotationRegion], region))
}

// systemNamespace is where the controller is.
const systemNamespace = "setpoint-system"

// namespace is a namespace as its watch has it; the lock is held.
func (s *apiServer) namespace(name string) *metav1.PartialObjectMetadata {
	annotations := map[string]string{}
	if name == partnerNamespace {
		annotations[v1alpha1.AnnotationOwnerAccountID] = partner.account
	}
	if s.paused[name] {
		annotations[v1alpha1.AnnotationPause] = "true"
	}
	return &metav1.PartialObjectMetadata{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: annotations},
	}
}

// pauseNamespace pauses all objects of a namespace, or ends that.
func (w *world) pauseNamespace(name string, on bool) {
	w.memory.mu.Lock()
	was := w.memory.namespace(name)
	w.memory.paused[name] = on
	is := w.memory.namespace(name)
	w.memory.mu.Unlock()
	w.process.cache.mu.Lock()
	h := w.process.cache.handlers[namespaceObjects]
	w.process.cache.mu.Unlock()
	if h != nil {
		h.OnUpdate(was, is)
	}
}

// callerPlace is where a request to AWS is for.
func callerPlace(r *http.Request) place {
	_, credential, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	parts := strings.SplitN(credential, "/", 4)
	return placeIn(parts[0], parts[2])
}
