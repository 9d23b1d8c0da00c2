package controller

import (
	"os"
	"strings"
	"testing"

	"github.com/setpoint-io/setpoint/internal/placement"
)

// TestTheOtherWordsAreExplained is about words that no table has.
func TestTheOtherWordsAreExplained(t *testing.T) {
	page, err := os.ReadFile("../../docs/reference/objects.md")
	if err != nil {
		t.Fatal(err)
	}
	words := []string{placement.AccountRoleMap, placement.TeamRoleMap, "%CONTROLLER_SERVICE%", "%CONTROLLER_VERSION%"}
	for name := range templates {
		words = append(words, name)
	}
	for _, word := range words {
		if !strings.Contains(string(page), "`"+word+"`") {
			t.Errorf("docs/reference/objects.md does not explain %s", word)
		}
	}
}
