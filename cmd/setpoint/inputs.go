package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/setpoint-io/setpoint/internal/manifest"
)

// inputs are the flags that say which manifests are meant, as kubectl has
// them.
type inputs struct {
	files     []string
	recursive bool
	kustomize string
}

func (i *inputs) bind(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringSliceVarP(&i.files, "filename", "f", nil, "file or directory with manifests, or - for standard input (may be repeated)")
	flags.BoolVarP(&i.recursive, "recursive", "R", false, "read the directories below those of -f too")
	flags.StringVarP(&i.kustomize, "kustomize", "k", "", "directory with a kustomization to build")
	// The errors are about flags of other names.
	_ = cmd.MarkFlagFilename("filename", "yaml", "yml", "json")
	_ = cmd.MarkFlagDirname("kustomize")
}

func (i *inputs) given() bool { return len(i.files) > 0 || i.kustomize != "" }

func (i *inputs) source(h host) manifest.Source {
	return manifest.Source{Files: i.files, Recursive: i.recursive, Kustomize: i.kustomize, Stdin: h.in}
}

func (i *inputs) read(h host) (*manifest.Set, error) {
	set, err := manifest.Read(i.source(h))
	if err == nil && set.Empty() {
		// As kubectl sees it: a pipeline whose first half failed must not pass.
		return nil, errors.New("there is nothing in what was named: no document of any kind")
	}
	return set, err
}

// noArgs refuses arguments. Most are files that a shell made of a pattern
// behind -f.
func noArgs(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("what is %q? Files are named with -f, each of them, and a folder once: -R -f FOLDER", args[0])
	}
	return nil
}

// format is the flag -o with one of several values.
type format struct {
	value   string
	allowed []string
}

func newFormat(allowed ...string) format { return format{allowed[0], allowed} }

func (f *format) bind(cmd *cobra.Command) {
	cmd.Flags().VarP(f, "output", "o", "format: "+strings.Join(f.allowed, ", "))
	// The error is about a flag of another name.
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(f.allowed, cobra.ShellCompDirectiveNoFileComp))
}

// String, Set and Type make a pflag.Value of the format.
func (f *format) String() string { return f.value }

// Set accepts the allowed values.
func (f *format) Set(value string) error {
	if !slices.Contains(f.allowed, value) {
		return fmt.Errorf("write one of %s", strings.Join(f.allowed, ", "))
	}
	f.value = value
	return nil
}

// Type names the kind of value in the help.
func (f *format) Type() string { return "format" }
