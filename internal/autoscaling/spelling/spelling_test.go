package spelling

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	fields := []string{"minCapacity", "maxCapacity", "resourceID", "roleARN"}
	for _, c := range []struct{ name, want, reason string }{
		{"minCapacity", "minCapacity", "nothing is wrong with it"},
		{"minCapacty", "minCapacity", "a letter is missing"},
		{"minCappacity", "minCapacity", "a letter is too many"},
		{"mixCapacity", "minCapacity", "one letter is wrong; of two equally near names it is the first"},
		{"resuorceID", "resourceID", "two letters are swapped, which is one slip"},
		{"rsorceID", "resourceID", "two of eight letters are missing"},
		{"RESOURCEID", "resourceID", "case is no slip"},
		{"roel", "", "three slips in four letters are another word"},
		{"", "", "nothing was meant by nothing"},
		{strings.Repeat("minCapacity", 1000), "", "the distance is quadratic, so long texts are not compared"},
	} {
		got, ok := Nearest(c.name, fields)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("%.40q: got %q, %t, want %q: %s", c.name, got, ok, c.want, c.reason)
		}
	}
}

func FuzzSlips(f *testing.F) {
	f.Add("resuorceID", "resourceID")
	f.Add("", "x")
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a) > longest || len(b) > longest {
			return
		}
		d := slips(a, b)
		if d != slips(b, a) || (d == 0) != (a == b) || d > max(len(a), len(b)) || d < max(len(a), len(b))-min(len(a), len(b)) {
			t.Errorf("%q and %q are %d slips apart, and %d backwards", a, b, d, slips(b, a))
		}
	})
}
