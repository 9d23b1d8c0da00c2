package admin

import (
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Admin is a local cloud with its admin API. It is safe for concurrent use.
type Admin struct {
	cloud   *localcloud.Cloud
	changes atomic.Uint64 // of what the cloud does not count: its clock and its faults
	api     http.Handler
}

// New returns the admin API of a cloud.
func New(cloud *localcloud.Cloud) *Admin {
	a := &Admin{cloud: cloud}
	// A page of somebody else that is open in a browser must not reset the cloud.
	a.api = http.NewCrossOriginProtection().Handler(http.HandlerFunc(a.serve))
	return a
}

// prefix is that of the paths of the admin API.
const prefix = "/_setpoint/"

// ServeHTTP answers the admin API, and leaves all else to the cloud.
func (a *Admin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, prefix) && r.URL.Path != prefix+"health" {
		a.api.ServeHTTP(w, r)
		return
	}
	a.cloud.ServeHTTP(w, r)
}

// Reset removes all that there is in all accounts, and the traffic, the faults and
// the counts of requests. The clock goes on.
func (a *Admin) Reset() {
	a.cloud.Reset()
	a.cloud.Faults().Clear()
	a.cloud.Journal().Reset()
	a.changes.Add(1)
}

// version is that of the state.
func (a *Admin) version() uint64 { return a.cloud.Version() + a.changes.Load() }

// scope is a home as the cloud has it.
func (h Home) scope() wire.Scope { return wire.Scope{Account: h.Account, Region: h.Region} }

func homeOf(s wire.Scope) Home { return Home{s.Account, s.Region} }

// check refuses what is no account. Regions grow by the year, so any is taken.
func (h Home) check() error {
	if h.Account == "" || len(h.Account) == 12 && strings.Trim(h.Account, "0123456789") == "" {
		return nil
	}
	return wrong("account: %q is no account; write its 12 digits, such as 000000000000", h.Account)
}

// home completes a home by that of the cloud.
func (h Home) home(view localcloud.View) wire.Scope {
	s, own := h.scope(), view.Home()
	if s.Account == "" {
		s.Account = own.Account
	}
	if s.Region == "" {
		s.Region = own.Region
	}
	return s
}

// selects tells whether a query is about a place.
func (h Home) selects(s wire.Scope) bool {
	return (h.Account == "" || h.Account == s.Account) && (h.Region == "" || h.Region == s.Region)
}
