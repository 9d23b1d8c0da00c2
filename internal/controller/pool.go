package controller

import "sync"

// A pool holds AWS in the scopes that objects are in. Each scope has its own
// credentials and reads, and those of one account and Region behind one endpoint
// have a budget of requests, so that the trouble of one account stays there.
type pool struct {
	open func(Scope) (AWS, func())

	mu     sync.Mutex
	opened map[Scope]*opened
}

type opened struct {
	aws   AWS
	close func() // nil: never
	idle  bool   // no object was in the scope when somebody looked last
}

func newPool(own Scope, aws AWS, open func(Scope) (AWS, func())) *pool {
	return &pool{open: open, opened: map[Scope]*opened{own: {aws: aws}}}
}

// in returns AWS in a scope.
func (p *pool) in(scope Scope) AWS {
	p.mu.Lock()
	defer p.mu.Unlock()
	o := p.opened[scope]
	if o == nil {
		o = &opened{}
		o.aws, o.close = p.open(scope)
		p.opened[scope] = o
	}
	o.idle = false
	return o.aws
}

// closeIdle closes the scopes that no object was in the last time either: a
// pass may still work in one that was left just now.
func (p *pool) closeIdle(used map[Scope]bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for scope, o := range p.opened {
		switch {
		case o.close == nil || used[scope]:
			o.idle = false
		case o.idle:
			o.close()
			delete(p.opened, scope)
		default:
			o.idle = true
		}
	}
}
