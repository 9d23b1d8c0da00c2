// Package batch gathers calls that arrive at about the same time into one.
//
// Many goroutines each want one thing from a service that gives many things
// per call. Each of them calls [Coalescer.Do] with its input and gets its own
// output, as if it were alone; in between, inputs of the same group are
// collected for a few milliseconds and answered by one run of a function.
//
// A run belongs to all its callers and to none of them: a caller whose context
// ends leaves alone, and the run is cancelled only when the last caller has
// left. A run never answers a caller that arrived after it began, so a caller
// always reads a state that is at least as new as its call.
package batch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrClosed is what callers get from a closed [Coalescer].
var ErrClosed = errors.New("batch: closed")

// Result is the answer to one input.
type Result[Out any] struct {
	Value Out
	Err   error
}

// Options configures a [Coalescer]. Run, Group and Key are required.
type Options[In, Out any] struct {
	// Run answers inputs of one group that differ in their keys. Result i
	// belongs to input i. Its context ends when nobody waits for the batch
	// any more, and when the coalescer is closed.
	Run func(ctx context.Context, inputs []In) []Result[Out]
	// Group says which inputs may share a batch.
	Group func(In) string
	// Key says which inputs are the same: they are run once, and their
	// callers share the result.
	Key func(In) string

	// Window is the longest time that a batch waits for more inputs
	// (default 10 ms) as long as it may run.
	Window time.Duration
	// Idle ends the wait earlier, when no input arrived for so long
	// (default: Window).
	Idle time.Duration
	// MaxItems is the largest number of inputs of a batch (default 100).
	MaxItems int
	// MaxRunning is the largest number of batches of one group that run at
	// once (default 1). A batch that must wait for others stays open, so the
	// busier the service is, the larger the batches become.
	MaxRunning int
}

// Coalescer gathers calls into batches. Use [New].
type Coalescer[In, Out any] struct {
	options Options[In, Out]
	ctx     context.Context // of all batches
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu     sync.Mutex
	groups map[string]*group[In, Out]
}

type group[In, Out any] struct {
	open  *pending[In, Out] // takes inputs; nil: the next input opens a batch
	slots chan struct{}
}

// pending is a batch that is collected or runs.
type pending[In, Out any] struct {
	ctx    context.Context
	cancel context.CancelFunc
	joined chan struct{} // tells the collector that an input arrived
	full   chan struct{} // closed when the batch has MaxItems

	// Guarded by Coalescer.mu.
	calls   []*call[In, Out]
	byKey   map[string]*call[In, Out]
	waiting int // callers that have not left
}

type call[In, Out any] struct {
	input  In
	done   chan struct{} // closed when result is there
	result Result[Out]
}

// New returns a coalescer. It starts no goroutine until it is used.
func New[In, Out any](o Options[In, Out]) *Coalescer[In, Out] {
	o.Window = cmp.Or(o.Window, 10*time.Millisecond)
	o.Idle = cmp.Or(o.Idle, o.Window)
	o.MaxItems = cmp.Or(o.MaxItems, 100)
	o.MaxRunning = cmp.Or(o.MaxRunning, 1)
	ctx, cancel := context.WithCancel(context.Background())
	return &Coalescer[In, Out]{options: o, ctx: ctx, cancel: cancel, groups: map[string]*group[In, Out]{}}
}

// Do returns the result for one input. When ctx ends, this caller gets its
// error at once; the other callers of the batch do not notice.
func (c *Coalescer[In, Out]) Do(ctx context.Context, input In) (Out, error) {
	var none Out
	if err := ctx.Err(); err != nil {
		return none, err
	}
	p, call, err := c.join(input)
	if err != nil {
		return none, err
	}
	defer c.leave(p, c.options.Group(input))
	select {
	case <-call.done:
		return call.result.Value, call.result.Err
	case <-ctx.Done():
		return none, ctx.Err()
	case <-c.ctx.Done():
		return none, ErrClosed
	}
}

// Close makes all callers, those of now and those of later, return
// [ErrClosed], and waits for the runs, whose contexts it cancels.
func (c *Coalescer[In, Out]) Close() {
	c.mu.Lock() // so that no batch begins after the wait
	c.cancel()
	c.mu.Unlock()
	c.running.Wait()
}

// join puts an input into the open batch of its group, which it opens if
// there is none.
func (c *Coalescer[In, Out]) join(input In) (*pending[In, Out], *call[In, Out], error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ctx.Err() != nil {
		return nil, nil, ErrClosed
	}
	name := c.options.Group(input)
	g := c.groups[name]
	if g == nil {
		g = &group[In, Out]{slots: make(chan struct{}, c.options.MaxRunning)}
		c.groups[name] = g
	}
	if g.open == nil {
		g.open = c.begin(g)
	}
	p := g.open
	p.waiting++
	key := c.options.Key(input)
	if same := p.byKey[key]; same != nil {
		return p, same, nil
	}
	added := &call[In, Out]{input: input, done: make(chan struct{})}
	p.calls, p.byKey[key] = append(p.calls, added), added
	if len(p.calls) >= c.options.MaxItems {
		g.open = nil
		close(p.full)
	}
	select {
	case p.joined <- struct{}{}:
	default: // the collector has not seen the last signal yet
	}
	return p, added, nil
}

func (c *Coalescer[In, Out]) begin(g *group[In, Out]) *pending[In, Out] {
	p := &pending[In, Out]{
		joined: make(chan struct{}, 1),
		full:   make(chan struct{}),
		byKey:  map[string]*call[In, Out]{},
	}
	p.ctx, p.cancel = context.WithCancel(c.ctx)
	c.running.Go(func() { c.serve(g, p) })
	return p
}

// leave counts a caller out. The last one cancels the batch, which then must
// not take further inputs.
func (c *Coalescer[In, Out]) leave(p *pending[In, Out], name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p.waiting--
	if p.waiting > 0 {
		return
	}
	p.cancel()
	if g := c.groups[name]; g.open == p {
		g.open = nil
	}
}

// serve collects a batch, runs it and hands the results out.
func (c *Coalescer[In, Out]) serve(g *group[In, Out], p *pending[In, Out]) {
	defer p.cancel()
	c.collect(p)
	select {
	case g.slots <- struct{}{}:
		defer func() { <-g.slots }()
	case <-p.ctx.Done():
		return // nobody waits
	}
	c.mu.Lock()
	if g.open == p {
		g.open = nil
	}
	calls := p.calls
	c.mu.Unlock()
	if p.ctx.Err() != nil {
		return
	}
	inputs := make([]In, len(calls))
	for i, call := range calls {
		inputs[i] = call.input
	}
	results := c.options.Run(p.ctx, inputs)
	for i, call := range calls {
		if len(results) == len(inputs) {
			call.result = results[i]
		} else {
			call.result.Err = fmt.Errorf("batch: the run gave %d results for %d inputs", len(results), len(inputs))
		}
		close(call.done)
	}
}

// collect returns when the batch shall take no more time for inputs.
func (c *Coalescer[In, Out]) collect(p *pending[In, Out]) {
	window := time.NewTimer(c.options.Window)
	defer window.Stop()
	idle := time.NewTimer(c.options.Idle)
	defer idle.Stop()
	for {
		select {
		case <-p.joined:
			idle.Reset(c.options.Idle)
		case <-p.full:
			return
		case <-idle.C:
			return
		case <-window.C:
			return
		case <-p.ctx.Done():
			return
		}
	}
}
