// Command setpoint checks manifests, shows what they would change in AWS, and runs
// a local AWS. It is also a kubectl plugin: installed as kubectl-setpoint it
// answers to `kubectl setpoint`.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
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
	os.Exit(run(ctx, filepath.Base(os.Args[0]), os.Args[1:], host{in: os.Stdin, out: os.Stdout, err: os.Stderr, now: time.Now}))
}

// host is what a command has from the system it runs on. Data goes to out and
// notes to err.
type host struct {
	in       io.Reader
	out, err io.Writer
	now      func() time.Time
	noColor  *bool // the flag; nil until there are flags
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
	if strings.HasPrefix(name, "kubectl_complete-") {
		// kubectl asks this program what its plugin would complete, and shows
		// people what it writes to standard error.
		args, h.err = append([]string{cobra.ShellCompRequestCmd}, args...), io.Discard
	}
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
	h.noColor = new(bool)
	plugin := strings.HasPrefix(name, "kubectl-") || strings.HasPrefix(name, "kubectl_complete-")
	cmd := &cobra.Command{
		Use:   "setpoint",
		Short: "Checks ScalableTarget, ScalingPolicy and ScheduledAction manifests and plans their changes",
		Long: `Checks manifests of ScalableTarget, ScalingPolicy and ScheduledAction objects,
and shows what they would change in AWS Application Auto Scaling. It changes
nothing itself. setpoint cloud is a local AWS to try it with.

Data goes to standard output and notes to standard error. Colours are used on
terminals only, and not when NO_COLOR is set. Installed as kubectl-setpoint it is
a plugin of kubectl; a link kubectl_complete-setpoint beside it completes.`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.PersistentFlags().BoolVar(h.noColor, "no-color", false, "no colours, also on terminals")
	cmd.SetIn(h.in)
	cmd.SetOut(h.out)
	cmd.SetErr(h.err)
	cmd.AddCommand(validateCommand(h), planCommand(h), simulateCommand(h), cloudCommand(h), versionCommand(h))
	if plugin {
		cmd.Annotations = map[string]string{cobra.CommandDisplayNameAnnotation: "kubectl setpoint"}
		asPlugin(cmd)
	}
	return cmd
}

// asPlugin has the help of a command and of those below it show what is typed where
// this program is a plugin of kubectl.
func asPlugin(cmd *cobra.Command) {
	cmd.Long, cmd.Example = invocation.ReplaceAllString(cmd.Long, "kubectl $0"), invocation.ReplaceAllString(cmd.Example, "kubectl $0")
	for _, below := range cmd.Commands() {
		asPlugin(below)
	}
}

// invocation is how a command line of this program begins.
var invocation = regexp.MustCompile(`\bsetpoint (validate|plan|simulate|cloud|version|completion)\b`)

// style is that of standard output: colours are for people.
func (h host) style() report.Style {
	plain := *h.noColor || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb"
	return report.Style{Color: !plain && isTerminal(h.out)}
}

// columns is how wide the terminal is that standard output goes to; 0: it is none.
func (h host) columns() int {
	if file, ok := h.out.(*os.File); ok {
		if width, _, err := term.GetSize(int(file.Fd())); err == nil {
			return width
		}
	}
	return 0
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
