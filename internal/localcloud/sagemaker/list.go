package sagemaker

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// Pages of the List operations (AWS API).
const (
	defaultPage = 10
	maxPage     = 100
)

const (
	ascending  = "Ascending"
	descending = "Descending"
)

// listInput are the members that all List operations have.
type listInput struct {
	SortBy             *string
	SortOrder          *string
	NextToken          *string
	MaxResults         *int32
	NameContains       *string
	CreationTimeBefore *wire.Time
	CreationTimeAfter  *wire.Time
}

func (in listInput) check(c *wire.Constraints) { in.checkSorted(c, "Name", "CreationTime") }

func (in listInput) checkSorted(c *wire.Constraints, keys ...string) {
	checkEnum(c, "sortBy", in.SortBy, keys...)
	checkEnum(c, "sortOrder", in.SortOrder, ascending, descending)
	checkRange(c, "maxResults", in.MaxResults, 1, maxPage)
}

// listed is an element of a list with what lists are filtered and sorted by.
type listed[T any] struct {
	name    string
	created time.Time
	status  string
	summary T
}

// key is the text by which an element is sorted; names make it unique.
func (l listed[T]) key(by string) string {
	switch by {
	case "Name":
		return l.name
	case "Status":
		return l.status + "\x00" + l.name
	default:
		return fmt.Sprintf("%020d\x00%s", l.created.UnixNano(), l.name)
	}
}

func (in listInput) selects(name string, created time.Time) bool {
	return strings.Contains(name, value(in.NameContains)) &&
		(in.CreationTimeBefore == nil || created.Before(in.CreationTimeBefore.Time)) &&
		(in.CreationTimeAfter == nil || !created.Before(in.CreationTimeAfter.Time))
}

// page returns a page of a list, by default the newest first, and the token
// for the next if there is more. A token names the last key of its page.
func page[T any](sc wire.Scope, operation string, all []listed[T], in listInput) ([]T, *string, error) {
	by := cmp.Or(value(in.SortBy), "CreationTime")
	order := cmp.Or(value(in.SortOrder), descending)
	compare := func(a, b string) int {
		if order == descending {
			a, b = b, a
		}
		return strings.Compare(a, b)
	}
	question := strings.Join([]string{sc.Account, sc.Region, operation, by, order, value(in.NameContains)}, "\n")
	last, started, err := readToken(in.NextToken, question)
	if err != nil {
		return nil, nil, err
	}
	all = slices.DeleteFunc(all, func(l listed[T]) bool {
		return !in.selects(l.name, l.created) || started && compare(l.key(by), last) <= 0
	})
	slices.SortFunc(all, func(a, b listed[T]) int { return compare(a.key(by), b.key(by)) })
	size := min(cmp.Or(int(value(in.MaxResults)), defaultPage), len(all))
	out := make([]T, 0, size)
	for _, l := range all[:size] {
		out = append(out, l.summary)
	}
	if size == len(all) {
		return out, nil, nil
	}
	token := writeToken(question, all[size-1].key(by))
	return out, &token, nil
}

// fingerprintLength is how many bytes of the question's hash begin a token.
const fingerprintLength = 8

func fingerprint(question string) string {
	sum := sha256.Sum256([]byte(question))
	return string(sum[:fingerprintLength])
}

func writeToken(question, last string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(fingerprint(question) + last))
}

func readToken(token *string, question string) (last string, started bool, err error) {
	if token == nil {
		return "", false, nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(*token)
	if err != nil || len(raw) < fingerprintLength || string(raw[:fingerprintLength]) != fingerprint(question) {
		return "", false, wire.Validation("Invalid pagination token")
	}
	return string(raw[fingerprintLength:]), true, nil
}
