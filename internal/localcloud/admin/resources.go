package admin

import "github.com/setpoint-io/setpoint/internal/localcloud"

// Resources lists the declared resources.
func (a *Admin) Resources(h Home, k Key) []Declared {
	list := []Declared{}
	a.cloud.View(func(v localcloud.View) {
		for _, s := range v.Places() {
			if !h.selects(s) {
				continue
			}
			_, declared := v.Resources(s)
			for _, r := range declared {
				if selects(k, r.Key) {
					list = append(list, Declared{homeOf(s), r})
				}
			}
		}
	})
	return list
}

// PutResource declares a resource, or changes the capacity of one, which takes its
// time. Errors say what to write.
func (a *Admin) PutResource(d Declared) (Declared, error) {
	if err := d.Home.check(); err != nil {
		return d, err
	}
	var err error
	if d.Key, err = complete(d.Key); err != nil {
		return d, err
	}
	home := a.whose(d.Home)
	made, err := a.cloud.Declare(home, d.Declaration)
	if err != nil {
		return d, wrong("%w", err)
	}
	return Declared{homeOf(home), made}, nil
}

// DeleteResource removes a declared resource. The error is that there is none.
func (a *Admin) DeleteResource(h Home, k Key) (Declared, error) {
	k, err := complete(k)
	if err != nil {
		return Declared{}, err
	}
	home := a.whose(h)
	found := a.Resources(homeOf(home), k)
	if len(found) == 0 {
		return Declared{}, wrong("resourceId: %s is not declared in the account %s and the Region %s; GET lists what is", k.ResourceID, home.Account, home.Region)
	}
	if err := a.cloud.Remove(home, k); err != nil {
		return Declared{}, wrong("%w", err)
	}
	return found[0], nil
}
