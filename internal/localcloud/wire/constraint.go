package wire

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Constraints collects violations of an API model's constraints and words them
// as AWS's services do: all of them in one error. Members are named as in the
// service's own answers, in lower camel case and with a path
// ("metrics.1.member.id").
//
// The words are those of AWS's generated validation; AWS does not document
// them.
type Constraints struct {
	violations []string
}

// Err returns the violations as one ValidationException (in the query protocol
// ValidationError), or nil when there is none.
func (c *Constraints) Err() error {
	switch n := len(c.violations); n {
	case 0:
		return nil
	case 1:
		return Validation("1 validation error detected: %s", c.violations[0])
	default:
		return Validation("%d validation errors detected: %s", n, strings.Join(c.violations, "; "))
	}
}

// Require records a required member that is not present.
func (c *Constraints) Require(member string, present bool) {
	if !present {
		c.violations = append(c.violations,
			fmt.Sprintf("Value null at '%s' failed to satisfy constraint: Member must not be null", member))
	}
}

// Enum records a value that is not in the enumeration. The set is listed in
// the order given.
func (c *Constraints) Enum(member, value string, set ...string) {
	if !slices.Contains(set, value) {
		c.add(member, value, "Member must satisfy enum value set: [%s]", strings.Join(set, ", "))
	}
}

// Length records a text whose length in characters is outside minimum and
// maximum.
func (c *Constraints) Length(member, value string, minimum, maximum int) {
	c.bounds(member, value, "have length", int64(utf8.RuneCountInString(value)), int64(minimum), int64(maximum))
}

// Size records a list whose length is outside minimum and maximum. The values
// are what the message shows.
func (c *Constraints) Size(member string, values []string, minimum, maximum int) {
	if n := len(values); n < minimum || n > maximum {
		c.bounds(member, "["+strings.Join(values, ", ")+"]", "have length", int64(n), int64(minimum), int64(maximum))
	}
}

// Range records a number outside minimum and maximum.
func (c *Constraints) Range(member string, value, minimum, maximum int64) {
	if value < minimum || value > maximum {
		c.bounds(member, fmt.Sprint(value), "have value", value, minimum, maximum)
	}
}

// Pattern records a text that the expression does not match as a whole: anchor
// it. The message shows the pattern as AWS's model spells it.
func (c *Constraints) Pattern(member, value, pattern string, re *regexp.Regexp) {
	if !re.MatchString(value) {
		c.add(member, value, "Member must satisfy regular expression pattern: %s", pattern)
	}
}

func (c *Constraints) bounds(member, shown, what string, n, minimum, maximum int64) {
	if n < minimum {
		c.add(member, shown, "Member must %s greater than or equal to %d", what, minimum)
	}
	if n > maximum {
		c.add(member, shown, "Member must %s less than or equal to %d", what, maximum)
	}
}

func (c *Constraints) add(member, shown, constraint string, args ...any) {
	c.violations = append(c.violations, fmt.Sprintf("Value '%s' at '%s' failed to satisfy constraint: ", shown, member)+
		fmt.Sprintf(constraint, args...))
}
