package wire

import (
	"errors"
	"regexp"
	"testing"
)

func TestConstraints(t *testing.T) {
	lower := regexp.MustCompile(`^[a-z]*$`)
	cases := map[string]struct {
		reason string
		check  func(*Constraints)
		want   string // empty: no violation
	}{
		"None": {
			"what satisfies all constraints is no error",
			func(c *Constraints) {
				c.Require("a", true)
				c.Enum("b", "x", "x", "y")
				c.Length("c", "éé", 2, 2)
				c.Size("d", []string{"x"}, 1, 1)
				c.Range("e", 5, 5, 5)
				c.Pattern("f", "abc", "[a-z]*", lower)
			},
			"",
		},
		"Enum": {
			"the words of a real answer, with the set in the model's order",
			func(c *Constraints) { c.Enum("serviceNamespace", "foo", "ecs", "sagemaker") },
			"1 validation error detected: Value 'foo' at 'serviceNamespace' failed to satisfy constraint: Member must satisfy enum value set: [ecs, sagemaker]",
		},
		"Several": {
			"all violations come in one error, in order",
			func(c *Constraints) {
				c.Require("resourceId", false)
				c.Range("period", 30, 60, 100)
				c.Length("policyName", "abc", 0, 2)
			},
			"3 validation errors detected: Value null at 'resourceId' failed to satisfy constraint: Member must not be null; " +
				"Value '30' at 'period' failed to satisfy constraint: Member must have value greater than or equal to 60; " +
				"Value 'abc' at 'policyName' failed to satisfy constraint: Member must have length less than or equal to 2",
		},
		"Pattern": {
			"the pattern is shown as the model spells it",
			func(c *Constraints) { c.Pattern("name", "A", "[a-z]*", lower) },
			"1 validation error detected: Value 'A' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]*",
		},
		"Size": {
			"a list is shown with its values",
			func(c *Constraints) { c.Size("resourceIds", []string{"a", "b"}, 0, 1) },
			"1 validation error detected: Value '[a, b]' at 'resourceIds' failed to satisfy constraint: Member must have length less than or equal to 1",
		},
		"Percent": {
			"a value that looks like a format is shown as it is",
			func(c *Constraints) { c.Enum("m", "100%d", "x") },
			"1 validation error detected: Value '100%d' at 'm' failed to satisfy constraint: Member must satisfy enum value set: [x]",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var c Constraints
			tc.check(&c)
			err := c.Err()
			var e *Error
			if tc.want == "" {
				if err != nil {
					t.Errorf("%s: %v", tc.reason, err)
				}
			} else if !errors.As(err, &e) || e.Message != tc.want || e.Code != "ValidationException" || e.QueryCode != "ValidationError" {
				t.Errorf("%s:\n got %v\nwant %s", tc.reason, err, tc.want)
			}
		})
	}
}
