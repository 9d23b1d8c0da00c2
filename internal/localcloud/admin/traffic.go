package admin

import (
	"slices"

	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/traffic"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Traffic lists what arrives at resources, with the recordings that are replayed.
func (a *Admin) Traffic(h Home, k Key) []Traffic {
	list := []Traffic{}
	a.cloud.View(func(v localcloud.View) {
		for _, s := range v.Places() {
			if !h.selects(s) {
				continue
			}
			for _, it := range v.Attachments(s) {
				if selects(k, it.Key) {
					list = append(list, trafficOf(s, it, wholly))
				}
			}
		}
	})
	return list
}

// PutTraffic lets traffic arrive at a resource from now on, instead of what arrived
// there. The resource need not exist yet. Errors say what to write.
func (a *Admin) PutTraffic(t Traffic) (Traffic, error) {
	if err := t.Home.check(); err != nil {
		return t, err
	}
	key, err := complete(t.Key)
	if err != nil {
		return t, err
	}
	home := a.whose(t.Home)
	attached, err := a.cloud.Attach(home, key, t.Traffic)
	if err != nil {
		return t, wrong("%w", err)
	}
	return trafficOf(home, attached, wholly), nil
}

// DeleteTraffic ends the traffic at a resource, or all that is selected if no
// resource is named, and returns what it was. The error is that there is none at
// the resource.
func (a *Admin) DeleteTraffic(h Home, k Key) ([]Traffic, error) {
	if k.ResourceID != "" {
		h = homeOf(a.whose(h))
	}
	ended := a.Traffic(h, k)
	if len(ended) == 0 && k.ResourceID != "" {
		return nil, wrong("resourceId: no traffic arrives at %s in the account %s and the Region %s; GET lists what does", k.ResourceID, h.Account, h.Region)
	}
	for _, t := range ended {
		// It may have ended meanwhile.
		_ = a.cloud.Detach(t.Home.scope(), t.Key)
	}
	return ended, nil
}

// whose completes a home by that of the cloud.
func (a *Admin) whose(h Home) wire.Scope {
	var s wire.Scope
	a.cloud.View(func(v localcloud.View) { s = h.home(v) })
	return s
}

// recorded says what to tell of recordings, which may be long.
type recorded bool

const (
	wholly            recorded = true
	withoutRecordings recorded = false
)

func trafficOf(s wire.Scope, it localcloud.Attachment, recordings recorded) Traffic {
	t := Traffic{Home: homeOf(s), Key: it.Key, Traffic: it.Traffic, Begin: it.Begin, Rate: it.Rate, Problem: it.Problem}
	if !recordings {
		t.Traffic = withoutCSV(it.Traffic)
	}
	return t
}

func withoutCSV(s traffic.Spec) traffic.Spec {
	s.CSV = ""
	s.Of = slices.Clone(s.Of)
	for i := range s.Of {
		s.Of[i] = withoutCSV(s.Of[i])
	}
	return s
}
