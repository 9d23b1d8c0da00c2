// Package spelling guesses what somebody who mistyped a name meant. Everything
// that asks "did you mean …?" asks it here, so that the same slip is understood
// everywhere.
package spelling

import "strings"

// longest is the length of the longest name that is looked at: no name that we
// know is longer, and the distance is quadratic.
const longest = 128

// Nearest returns the candidate that differs from the name by the fewest slips
// (a letter too many, too few, wrong, or swapped with the next), ignoring case,
// if that is at most one in three letters. Of equally near ones it is the first.
func Nearest(name string, candidates []string) (string, bool) {
	if len(name) > longest {
		return "", false
	}
	best, fewest := "", len(name)/3+1
	for _, c := range candidates {
		if d := slips(strings.ToLower(name), strings.ToLower(c)); d < fewest {
			best, fewest = c, d
		}
	}
	return best, best != ""
}

// slips is the edit distance of two texts, in bytes, with transpositions of
// neighbours.
func slips(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			wrong := last[j]
			if a[i] != b[j] {
				wrong++
			}
			row[j+1] = min(wrong, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
