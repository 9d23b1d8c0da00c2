package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// recorder is a run function that upper-cases its inputs, after a while, and
// remembers when it was given which.
type recorder struct {
	takes time.Duration

	mu   sync.Mutex
	runs []string // "<milliseconds>: <inputs>"
}

func (r *recorder) run(began time.Time) func(context.Context, []string) []Result[string] {
	return func(ctx context.Context, inputs []string) []Result[string] {
		sorted := slices.Sorted(slices.Values(inputs))
		r.mu.Lock()
		r.runs = append(r.runs, fmt.Sprintf("%d: %s", time.Since(began).Milliseconds(), strings.Join(sorted, " ")))
		r.mu.Unlock()
		select {
		case <-time.After(r.takes):
		case <-ctx.Done():
			r.mu.Lock()
			r.runs = append(r.runs, "cancelled")
			r.mu.Unlock()
		}
		out := make([]Result[string], len(inputs))
		for i, in := range inputs {
			if strings.HasPrefix(in, "bad") {
				out[i].Err = errors.New("refused " + in)
				continue
			}
			out[i].Value = strings.ToUpper(in)
		}
		return out
	}
}

// firstLetter groups "apple" with "avocado".
func firstLetter(s string) string { return s[:1] }

func itself(s string) string { return s }

type arrival struct {
	at    time.Duration
	input string
}

func TestBatches(t *testing.T) {
	for _, test := range []struct {
		name     string
		reason   string
		options  Options[string, string]
		takes    time.Duration
		arrivals []arrival
		runs     []string
	}{{
		name:     "idle closes",
		reason:   "a batch must not wait for the window when nobody arrives any more",
		options:  Options[string, string]{Window: 100 * time.Millisecond, Idle: 10 * time.Millisecond},
		arrivals: []arrival{{0, "a1"}, {5 * time.Millisecond, "a2"}, {30 * time.Millisecond, "a3"}},
		runs:     []string{"15: a1 a2", "40: a3"},
	}, {
		name:     "window closes",
		reason:   "a steady trickle must not keep the first caller waiting beyond the window",
		options:  Options[string, string]{Window: 20 * time.Millisecond, Idle: 10 * time.Millisecond},
		arrivals: []arrival{{0, "a1"}, {8 * time.Millisecond, "a2"}, {16 * time.Millisecond, "a3"}, {24 * time.Millisecond, "a4"}},
		runs:     []string{"20: a1 a2 a3", "34: a4"},
	}, {
		name:     "full closes",
		reason:   "a full batch has nothing to wait for",
		options:  Options[string, string]{Window: 20 * time.Millisecond, MaxItems: 2},
		arrivals: []arrival{{0, "a1"}, {time.Millisecond, "a2"}, {2 * time.Millisecond, "a3"}},
		runs:     []string{"1: a1 a2", "22: a3"},
	}, {
		name:     "same key",
		reason:   "identical inputs are run once",
		options:  Options[string, string]{Window: 20 * time.Millisecond},
		arrivals: []arrival{{0, "a1"}, {time.Millisecond, "a1"}, {2 * time.Millisecond, "a1"}},
		runs:     []string{"20: a1"},
	}, {
		name:     "groups",
		reason:   "inputs of different groups have batches of their own, which run side by side",
		options:  Options[string, string]{Window: 20 * time.Millisecond},
		takes:    time.Second,
		arrivals: []arrival{{0, "a1"}, {time.Millisecond, "b1"}, {2 * time.Millisecond, "a2"}},
		runs:     []string{"20: a1 a2", "21: b1"},
	}, {
		name:     "busy",
		reason:   "while a batch of the group runs, the next one stays open and grows",
		options:  Options[string, string]{Window: 20 * time.Millisecond},
		takes:    time.Second,
		arrivals: []arrival{{0, "a1"}, {100 * time.Millisecond, "a2"}, {900 * time.Millisecond, "a3"}, {1100 * time.Millisecond, "a4"}},
		runs:     []string{"20: a1", "1020: a2 a3", "2020: a4"},
	}, {
		name:     "two at once",
		reason:   "MaxRunning batches of a group may run side by side",
		options:  Options[string, string]{Window: 20 * time.Millisecond, MaxRunning: 2},
		takes:    time.Second,
		arrivals: []arrival{{0, "a1"}, {100 * time.Millisecond, "a2"}, {900 * time.Millisecond, "a3"}},
		runs:     []string{"20: a1", "120: a2", "1020: a3"},
	}, {
		name:     "errors",
		reason:   "an error belongs to the input it is about",
		options:  Options[string, string]{Window: 20 * time.Millisecond, Group: func(string) string { return "" }},
		arrivals: []arrival{{0, "bad1"}, {0, "good1"}},
		runs:     []string{"20: bad1 good1"},
	}} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &recorder{takes: test.takes}
				o := test.options
				o.Run, o.Key = r.run(time.Now()), itself
				if o.Group == nil {
					o.Group = firstLetter
				}
				c := New(o)
				var callers sync.WaitGroup
				for _, a := range test.arrivals {
					callers.Go(func() {
						time.Sleep(a.at)
						got, err := c.Do(t.Context(), a.input)
						if bad := strings.HasPrefix(a.input, "bad"); bad != (err != nil) || !bad && got != strings.ToUpper(a.input) {
							t.Errorf("Do(%q) = %q, %v", a.input, got, err)
						}
					})
				}
				callers.Wait()
				c.Close()
				if diff := cmp.Diff(test.runs, r.runs); diff != "" {
					t.Errorf("%s; runs (-want +got):\n%s", test.reason, diff)
				}
			})
		})
	}
}

func TestWrongNumberOfResults(t *testing.T) {
	for n, reason := range map[int]string{
		0: "a run that forgets an input must not leave its caller waiting",
		3: "a run that invents results must not make the coalescer panic",
	} {
		synctest.Test(t, func(t *testing.T) {
			c := New(Options[string, string]{
				Run:   func(context.Context, []string) []Result[string] { return make([]Result[string], n) },
				Group: firstLetter,
				Key:   itself,
			})
			defer c.Close()
			if _, err := c.Do(t.Context(), "a"); err == nil {
				t.Errorf("%d results for one input gave no error: %s", n, reason)
			}
		})
	}
}

func TestCallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{takes: time.Second}
		c := New(Options[string, string]{Run: r.run(time.Now()), Group: firstLetter, Key: itself})
		defer c.Close()

		impatient, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		var callers sync.WaitGroup
		callers.Go(func() {
			began := time.Now()
			_, err := c.Do(impatient, "a1") // the first caller, which opened the batch
			if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 500*time.Millisecond {
				t.Errorf("the impatient caller got %v after %v; it must be released by its own context", err, time.Since(began))
			}
		})
		callers.Go(func() {
			got, err := c.Do(t.Context(), "a2")
			if err != nil || got != "A2" {
				t.Errorf("the patient caller got %q, %v; another caller's context must not end its batch", got, err)
			}
		})
		callers.Wait()
	})
}

func TestLastCallerCancelsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{takes: time.Hour}
		c := New(Options[string, string]{Run: r.run(time.Now()), Group: firstLetter, Key: itself})
		defer c.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var callers sync.WaitGroup
		for _, in := range []string{"a1", "a2"} {
			callers.Go(func() { _, _ = c.Do(ctx, in) })
		}
		callers.Wait()
		synctest.Wait()
		if want := []string{"10: a1 a2", "cancelled"}; !slices.Equal(r.runs, want) {
			t.Errorf("runs = %q, want %q: a run that nobody waits for must not go on", r.runs, want)
		}
	})
}

func TestLeftBatchTakesNoInputs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{}
		c := New(Options[string, string]{Run: r.run(time.Now()), Group: firstLetter, Key: itself})
		defer c.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := c.Do(ctx, "a1"); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("err = %v, want the caller's own", err)
		}
		got, err := c.Do(t.Context(), "a2")
		if err != nil || got != "A2" {
			t.Errorf("Do = %q, %v: a caller must not join a batch that was cancelled because all others left", got, err)
		}
	})
}

func TestEndedContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{}
		c := New(Options[string, string]{Run: r.run(time.Now()), Group: firstLetter, Key: itself})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := c.Do(ctx, "a1"); !errors.Is(err, context.Canceled) {
			t.Errorf("err = %v, want context.Canceled", err)
		}
		c.Close()
		if len(r.runs) != 0 {
			t.Errorf("runs = %q: a caller whose context has ended must cause none", r.runs)
		}
	})
}

func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{takes: time.Hour}
		c := New(Options[string, string]{Run: r.run(time.Now()), Group: firstLetter, Key: itself})
		var callers sync.WaitGroup
		for _, in := range []string{"a1", "b1"} {
			callers.Go(func() {
				if _, err := c.Do(t.Context(), in); !errors.Is(err, ErrClosed) {
					t.Errorf("a waiting caller got %v, want ErrClosed", err)
				}
			})
		}
		time.Sleep(15 * time.Millisecond) // both run
		callers.Go(func() {
			if _, err := c.Do(t.Context(), "a2"); !errors.Is(err, ErrClosed) {
				t.Errorf("a caller of an open batch got %v, want ErrClosed", err)
			}
		})
		synctest.Wait()
		c.Close()
		callers.Wait()
		if _, err := c.Do(t.Context(), "a3"); !errors.Is(err, ErrClosed) {
			t.Errorf("a caller after Close got %v, want ErrClosed", err)
		}
		c.Close() // again: no panic, no wait
	})
}

// TestManyCallers is for the race detector.
func TestManyCallers(t *testing.T) {
	c := New(Options[string, string]{
		Run:        (&recorder{takes: time.Millisecond}).run(time.Now()),
		Group:      firstLetter,
		Key:        itself,
		Window:     time.Millisecond,
		MaxItems:   7,
		MaxRunning: 3,
	})
	defer c.Close()
	var callers sync.WaitGroup
	for i := range 300 {
		callers.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i%5+1)*10*time.Second)
			defer cancel()
			in := fmt.Sprintf("%c%d", 'a'+i%3, i%100)
			if got, err := c.Do(ctx, in); err != nil || got != strings.ToUpper(in) {
				t.Errorf("Do(%q) = %q, %v", in, got, err)
			}
		})
	}
	callers.Wait()
}
