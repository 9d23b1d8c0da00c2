package fieldexport

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestReferenceNamesEverything keeps the page that users look words up in
// complete.
func TestReferenceNamesEverything(t *testing.T) {
	page, err := os.ReadFile("../../docs/reference/objects.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "## FieldExport")
	words := []string{
		reasonExported, reasonSource, reasonSynced, reasonNothing, reasonTarget, reasonRefused, reasonDenied,
		reasonKind, reasonPath, reasonValue, reasonAddress, reasonReserved, reasonCrossNamespace,
	}
	for _, word := range slices.Concat(words, functions) {
		if !strings.Contains(section, "`"+word+"`") {
			t.Errorf("docs/reference/objects.md does not explain %s", word)
		}
	}
}
