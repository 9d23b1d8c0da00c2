// Package pages keeps the generated parts of the pages of docs/ true.
//
// Most of what the reference lists (reasons, events, codes, flags, metrics) is
// known only inside the package that has it, and some of it only by running the
// code: which conditions a verdict becomes, when it is tried again. So each
// package draws its parts in tests of its own, named TestPage…. Such a test
// fails where a page says something else; `make generate` writes the page. There
// is no other generator of pages.
//
// A part stands between two comments of the page, so that what explains it can
// stand beside it and be written by hand.
package pages

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// One package after the other, because some pages have parts of several.
//go:generate go test -count=1 -p=1 -run=^TestPage ../../internal/validation ../../internal/desired ../../internal/awsapi ../../internal/controller ../../internal/fieldexport ../../internal/localcloud ../../cmd/setpoint ../../cmd/setpoint-controller ../chart -write-pages

var write = flag.Bool("write-pages", false, "write the generated parts of docs anew")

// Check compares a part of a page below docs, such as "reference/events.md",
// with what it has to be.
func Check(t *testing.T, page, part, want string) {
	t.Helper()
	file := filepath.Join(Root(t), "docs", filepath.FromSlash(page))
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := markers(part)
	before, rest, found := strings.Cut(string(text), begin)
	have, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("docs/%s has no place for the part %q: write\n%s\n%s", page, part, begin, end)
	}
	want = "\n\n" + strings.TrimSpace(want) + "\n\n"
	if have == want {
		return
	}
	if !*write {
		t.Fatalf("docs/%s: the part %q is not what the code says: run make generate. It has to be:%s", page, part, want)
	}
	if err := os.WriteFile(file, []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// CheckFile compares a file below docs, such as a picture, with what it has to be.
func CheckFile(t *testing.T, name string, want []byte) {
	t.Helper()
	file := filepath.Join(Root(t), "docs", filepath.FromSlash(name))
	if *write {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		t.Fatalf("docs/%s is not what the code writes: run make generate", name)
	}
}

// markers returns the comments between which a part stands.
func markers(part string) (begin, end string) {
	return fmt.Sprintf("<!-- %s: written by make generate -->", part), fmt.Sprintf("<!-- end of %s -->", part)
}

// Root is the directory of the module: tests run in that of their package.
func Root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("there is no go.mod above the working directory")
		}
		dir = filepath.Dir(dir)
	}
}

// Table draws a table in Markdown. Of a row the last cells may be left out.
func Table(head []string, rows [][]string) string {
	var b strings.Builder
	line := func(cells []string) {
		b.WriteString("|")
		for i := range head {
			cell := ""
			if i < len(cells) {
				cell = strings.ReplaceAll(cells[i], "|", `\|`)
			}
			b.WriteString(strings.TrimRight(" "+cell, " ") + " |")
		}
		b.WriteString("\n")
	}
	line(head)
	b.WriteString(strings.Repeat("| --- ", len(head)) + "|\n")
	for _, row := range rows {
		line(row)
	}
	return b.String()
}

// Code prints words as code, with commas between them.
func Code(words ...string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = "`" + word + "`"
	}
	return strings.Join(quoted, ", ")
}
