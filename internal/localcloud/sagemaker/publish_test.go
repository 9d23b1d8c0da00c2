package sagemaker

import (
	"math"
	"testing"
)

func TestRounded(t *testing.T) {
	third := 0.0
	for range 3 {
		third += 100.0 / 3
	}
	for _, c := range []struct {
		reason  string
		x, want float64
	}{
		{"the sum of thirds is what it is", third, 100},
		{"a little more is not more", 200.00000000000003, 200},
		{"a little less is not less", 199.99999999999997, 200},
		{"tenths stay tenths", 0.1 + 0.2, 0.3},
		{"nothing is nothing", 0, 0},
		{"twelve digits stay", 123456.789012, 123456.789012},
		{"small numbers have digits too", 1.00000000000002e-5, 1e-5},
		{"large numbers are whole", 1e15 + 1, 1e15},
	} {
		if got := rounded(c.x); math.Abs(got-c.want) > 1e-13*math.Abs(c.want) || c.want < 1e12 && got != c.want {
			t.Errorf("%s: rounded(%v) = %v, want %v", c.reason, c.x, got, c.want)
		}
	}
}
