package main

import (
	"bytes"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// Pictures are as wide as the terminal, and where there is none it is not made up.
func TestColumns(t *testing.T) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	if err := unix.IoctlSetWinsize(int(terminal.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: 132}); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, c := range []struct {
		reason string
		host   host
		want   int
	}{
		{"a terminal has a width", host{out: terminal}, 132},
		{"a file has none", host{out: file}, 0},
		{"nor has what is no file", host{out: &bytes.Buffer{}}, 0},
	} {
		if got := c.host.columns(); got != c.want {
			t.Errorf("%s: got %d, want %d", c.reason, got, c.want)
		}
	}
}
