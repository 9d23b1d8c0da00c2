package appautoscaling

import (
	"crypto/sha256"
	"encoding/base64"
	"iter"
	"slices"
	"sort"
	"strings"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Page limits of the Describe operations, which are also what a page has when
// MaxResults is not given (AWS API).
const (
	pageLimit       = 50
	policyPageLimit = 10
)

// pageInput are the members for paging that all Describe operations have.
type pageInput struct {
	MaxResults *int32
	NextToken  *string
}

// listing is what one page is cut from.
type listing[T any] struct {
	scope     wire.Scope
	operation string
	filter    []string // what is asked for; a token is good for this only
	names     []string // the filter by names, which is part of what is asked for
	limit     int
	targets   []*target               // by their keys
	of        func(*target) []item[T] // what is listed of a target, in any order
}

// item is an element with the text that orders it. Keys are unique.
type item[T any] struct {
	key   string
	value T
}

// page returns a page of the list and, if there is more, the token for the
// next. A token names the last key of its page, so that what is created or
// deleted meanwhile neither repeats nor hides an element.
func page[T any](s *Service, l listing[T], in pageInput) ([]T, *string, error) {
	size, err := s.pageSize(l.limit, in.MaxResults)
	if err != nil {
		return nil, nil, err
	}
	last := ""
	if in.NextToken != nil {
		if last, err = s.readToken(*in.NextToken, l.fingerprint(), fingerprint(l.names...)); err != nil {
			return nil, nil, err
		}
	}
	out := make([]T, 0, min(size, len(l.targets)))
	lastKey := ""
	for it := range l.after(last, s.behaviour.OldestFirst) {
		if len(out) == size {
			token := writeToken(l.fingerprint(), fingerprint(l.names...), lastKey)
			return out, &token, nil
		}
		out, lastKey = append(out, it.value), it.key
	}
	return out, nil, nil
}

// after returns the items whose keys are greater than one, in order. Where these
// begin with the keys of targets, it does not look at the targets before.
func (l listing[T]) after(last string, oldestFirst bool) iter.Seq[item[T]] {
	return func(yield func(item[T]) bool) {
		if oldestFirst {
			var all []item[T]
			for _, t := range l.targets {
				all = append(all, l.of(t)...)
			}
			yieldAfter(all, last, yield)
			return
		}
		at := sort.Search(len(l.targets), func(i int) bool {
			return l.targets[i].key > last || strings.HasPrefix(last, l.targets[i].key)
		})
		for _, t := range l.targets[at:] {
			if !yieldAfter(l.of(t), last, yield) {
				return
			}
		}
	}
}

// yieldAfter yields the items whose keys are greater than one, in order, and tells
// whether more are wanted.
func yieldAfter[T any](items []item[T], last string, yield func(item[T]) bool) bool {
	slices.SortFunc(items, func(a, b item[T]) int { return strings.Compare(a.key, b.key) })
	for _, it := range items {
		if it.key > last && !yield(it) {
			return false
		}
	}
	return true
}

func (s *Service) pageSize(limit int, maxResults *int32) (int, error) {
	if maxResults == nil {
		return limit, nil
	}
	if s.behaviour.ClampMaxResults {
		return max(1, min(int(*maxResults), limit)), nil
	}
	var c wire.Constraints
	c.Range("maxResults", int64(*maxResults), 1, int64(limit))
	return int(*maxResults), c.Err()
}

// fingerprint identifies the question without its names.
func (l listing[T]) fingerprint() string {
	return fingerprint(append([]string{l.scope.Account, l.scope.Region, l.operation}, l.filter...)...)
}

// fingerprintLength is the length of a fingerprint in bytes: enough that no
// client meets two equal ones.
const fingerprintLength = 8

// fingerprint hashes a list of texts.
func fingerprint(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		part := sha256.Sum256([]byte(p))
		h.Write(part[:])
	}
	return string(h.Sum(nil)[:fingerprintLength])
}

// writeToken makes an opaque token of the fingerprints of the question and of
// its names, and the last key of the page.
func writeToken(question, names, lastKey string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(question + names + lastKey))
}

// readToken returns the last key of the page that a token was given with.
func (s *Service) readToken(token, question, names string) (lastKey string, err error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) < 2*fingerprintLength || string(raw[:fingerprintLength]) != question {
		return "", invalidNextToken()
	}
	if string(raw[fingerprintLength:2*fingerprintLength]) != names {
		if s.behaviour.PolicyNamesFault {
			return "", s.behaviour.internalService("The policy names changed between two pages.")
		}
		return "", invalidNextToken()
	}
	return string(raw[2*fingerprintLength:]), nil
}
