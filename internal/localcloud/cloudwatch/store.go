package cloudwatch

import (
	"iter"
	"slices"
	"strings"

	"github.com/setpoint-io/setpoint/internal/localcloud/cloudwatch/metricstore"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// place is the scope of a name: alarm names are unique per account and Region.
type place struct{ account, region string }

// store is what one account has in one Region. The names are kept sorted,
// because alarms are listed page by page and an account may have many
// thousands.
type store struct {
	alarms  map[string]*Alarm
	names   []string
	acting  map[string][]*Alarm // by the actions that they have, in no order
	history history
	metrics *metricstore.Store
}

// store returns the store of a scope, for reading and writing.
func (s *Service) store(scope wire.Scope) *store {
	p := place{scope.Account, scope.Region}
	st := s.stores[p]
	if st == nil {
		st = &store{alarms: map[string]*Alarm{}, acting: map[string][]*Alarm{}, metrics: metricstore.New()}
		s.stores[p] = st
	}
	return st
}

// configure gives an alarm that is stored a configuration.
func (st *store) configure(a *Alarm, c Config) {
	st.forgetActions(a)
	a.Config = c
	for arn := range a.actions() {
		if list := st.acting[arn]; !slices.Contains(list, a) {
			st.acting[arn] = append(list, a)
		}
	}
}

// forgetActions finds an alarm by its actions no more.
func (st *store) forgetActions(a *Alarm) {
	for arn := range a.actions() {
		if left := slices.DeleteFunc(st.acting[arn], func(other *Alarm) bool { return other == a }); len(left) > 0 {
			st.acting[arn] = left
		} else {
			delete(st.acting, arn)
		}
	}
}

// add stores a new alarm.
func (st *store) add(name string, a *Alarm) {
	st.alarms[name] = a
	at, _ := slices.BinarySearch(st.names, name)
	st.names = slices.Insert(st.names, at, name)
}

// remove takes out an alarm that is there.
func (st *store) remove(name string) {
	st.forgetActions(st.alarms[name])
	delete(st.alarms, name)
	at, _ := slices.BinarySearch(st.names, name)
	st.names = slices.Delete(st.names, at, at+1)
}

// named iterates in order over the alarms whose names are greater than last
// and, if names are given, among them, and begin with the prefix.
func (st *store) named(names []string, prefix, last string) iter.Seq[*Alarm] {
	return func(yield func(*Alarm) bool) {
		list := st.names
		if len(names) > 0 {
			list = slices.Compact(slices.Sorted(slices.Values(names)))
		}
		first := max(prefix, last)
		at, _ := slices.BinarySearch(list, first)
		for _, name := range list[at:] {
			if !strings.HasPrefix(name, prefix) {
				return
			}
			if a := st.alarms[name]; a != nil && name != last && !yield(a) {
				return
			}
		}
	}
}

// all iterates over all alarms in order.
func (st *store) all() iter.Seq[*Alarm] { return st.named(nil, "", "") }
