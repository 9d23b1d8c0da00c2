package test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

var (
	fence   = regexp.MustCompile("(?ms)^[ \t]*(```|~~~).*?^[ \t]*(```|~~~)[ \t]*$")
	code    = regexp.MustCompile("`[^`\n]*`")
	link    = regexp.MustCompile(`\]\(([^)\s]+)(?:\s+"[^"]*")?\)|(?:src|href)="([^"]+)"`)
	heading = regexp.MustCompile(`(?m)^#{1,6}\s+(.*?)\s*#*$`)
	away    = regexp.MustCompile(`^[a-z]+:`)
	named   = regexp.MustCompile("[`\\s]((?:api|cmd|deploy|docs|examples|hack|internal|test)/[\\w./*-]+)[`\\s]")
)

// Documentation names files and folders in its text and in the commands that
// it wants typed. They are there, also after a file was renamed.
func TestNamedPathsExist(t *testing.T) {
	err := walk(func(name string, text []byte) error {
		if path.Ext(name) != ".md" {
			return nil
		}
		for _, match := range named.FindAllSubmatch(text, -1) {
			found, err := filepath.Glob(filepath.Join(root, string(match[1])))
			if err != nil {
				return err
			}
			if len(found) == 0 {
				t.Errorf("%s names %s, which is not there", name, match[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestLinksResolve(t *testing.T) {
	pages := map[string]string{} // path -> text without its code
	err := walk(func(name string, text []byte) error {
		if path.Ext(name) == ".md" {
			pages[name] = fence.ReplaceAllString(string(text), "")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range pages {
		for _, match := range link.FindAllStringSubmatch(code.ReplaceAllString(text, ""), -1) {
			target := match[1] + match[2]
			if away.MatchString(target) {
				continue // the rest of the world is not ours to test
			}
			file, anchor, _ := strings.Cut(target, "#")
			resolved := name
			if file != "" {
				resolved = path.Join(path.Dir(name), file)
			}
			if _, err := os.Stat(filepath.Join(root, resolved)); err != nil {
				t.Errorf("%s links to %s, which is not there", name, target)
				continue
			}
			if page, ok := pages[resolved]; ok && anchor != "" && !slices.Contains(anchors(page), anchor) {
				t.Errorf("%s links to %s, and %s has no such heading", name, target, resolved)
			}
		}
	}
}

// anchors returns the anchors that GitHub makes of the headings of a page.
func anchors(page string) []string {
	var names []string
	for _, match := range heading.FindAllStringSubmatch(page, -1) {
		names = append(names, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, match[1]))
	}
	return names
}

// A page that the index does not name is not found.
func TestTheIndexHasEveryPage(t *testing.T) {
	index := string(read(t, "docs/README.md"))
	err := walk(func(name string, _ []byte) error {
		page, ok := strings.CutPrefix(name, "docs/")
		if ok && path.Ext(name) == ".md" && page != "README.md" && path.Dir(page) != "adr" && !strings.Contains(index, "]("+page+")") {
			t.Errorf("docs/README.md has no link to %s", page)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Who draws a part of a page is asked to by make generate.
func TestEveryDrawnPageIsGenerated(t *testing.T) {
	directive := regexp.MustCompile(`(?m)^//go:generate go test .*$`).FindString(string(read(t, "test/pages/pages.go")))
	for _, file := range goFiles(t) {
		if file.test && slices.Contains(file.imports(), module+"/test/pages") && strings.Contains(string(read(t, file.path)), "pages.Check(") &&
			!strings.Contains(directive+" ", strings.TrimPrefix(path.Join("../..", file.pkg), "../../test/")+" ") {
			t.Errorf("%s draws a part of a page, and test/pages/pages.go does not name its package", file.path)
		}
	}
}
