// Command setpoint checks manifests and shows what they would change in AWS. It
// is also a kubectl plugin: installed as kubectl-setpoint it answers to
// `kubectl setpoint`.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // schedules name time zones, and a bare machine knows none

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/setpoint-io/setpoint/internal/report"
)

var version = "dev"

// The exit codes: those of kubectl diff.
const (
	exitOK      = 0
	exitFound   = 1 // findings, or changes
	exitTrouble = 2 // the question could not be answered
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, filepath.Base(os.Args[0]), os.Args[1:], host{os.Stdin, os.Stdout, os.Stderr, time.Now}))
}

// host is what a command has from the system it runs on. Data goes to out and
// notes to err.
type host struct {
	in       io.Reader
	out, err io.Writer
	now      func() time.Time
}

// errFound says that a command has found what it looked for. It was reported.
var errFound = errors.New("found")

// errTrouble says that a command could not answer, and has said why.
var errTrouble = errors.New("trouble")

// run runs the program called name and returns its exit code.
func run(ctx context.Context, name string, args []string, h host) int {
	// The Kubernetes libraries put flags of theirs into the set of the process,
	// and cobra takes them for ours.
	pflag.CommandLine = pflag.NewFlagSet(name, pflag.ContinueOnError)
	cmd := command(name, h)
	cmd.SetArgs(args)
	switch err := cmd.ExecuteContext(ctx); {
	case err == nil:
		return exitOK
	case errors.Is(err, errFound):
		return exitFound
	case errors.Is(err, errTrouble):
		return exitTrouble
	default:
		fmt.Fprintf(h.err, "setpoint: %v\n", err)
		return exitTrouble
	}
}

func command(name string, h host) *cobra.Command {
	use := "setpoint"
	annotations := map[string]string{}
	if strings.HasPrefix(name, "kubectl-") {
		annotations[cobra.CommandDisplayNameAnnotation] = "kubectl setpoint"
	}
	cmd := &cobra.Command{
		Use:         use,
		Annotations: annotations,
		Short:       "Checks ScalableTarget, ScalingPolicy and ScheduledAction manifests and plans their changes",
		Long: `Checks manifests of ScalableTarget, ScalingPolicy and ScheduledAction objects,
and shows what they would change in AWS Application Auto Scaling. It changes
nothing itself.

Data goes to standard output and notes to standard error. Colours are used on
terminals only, and not when NO_COLOR is set.`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.SetIn(h.in)
	cmd.SetOut(h.out)
	cmd.SetErr(h.err)
	cmd.AddCommand(validateCommand(h), planCommand(h), versionCommand(h))
	return cmd
}

// style is that of a stream: colours are for people.
func style(w io.Writer) report.Style {
	_, plain := os.LookupEnv("NO_COLOR")
	return report.Style{Color: !plain && isTerminal(w) && os.Getenv("TERM") != "dumb"}
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
