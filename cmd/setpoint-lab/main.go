// Command setpoint-lab runs everything on an empty machine: a Kubernetes API
// server, a local AWS, the controller and a web console, in one process.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // schedules name time zones, and a bare machine knows none

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/setpoint-io/setpoint/internal/kubectl"
	"github.com/setpoint-io/setpoint/internal/lab"
)

var version = "dev"

func main() {
	if len(os.Args) > 1 && os.Args[1] == "kubectl" {
		os.Exit(kubectl.Main(os.Args[2:]))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(os.Stdout, os.Stderr).ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "setpoint-lab:", err)
		os.Exit(1)
	}
}

// flags are the command line of the lab.
type flags struct {
	lab     lab.Options
	seed    bool
	verbose bool
}

func command(stdout, stderr io.Writer) *cobra.Command {
	// The Kubernetes libraries put flags of theirs into the set of the process,
	// and cobra takes them for ours.
	pflag.CommandLine = pflag.NewFlagSet("setpoint-lab", pflag.ContinueOnError)
	var f flags
	cmd := &cobra.Command{
		Use:   "setpoint-lab",
		Short: "A Kubernetes API server, a local AWS and the Setpoint controller in one process",
		Long: `Runs a Kubernetes API server (without nodes and pods), a local AWS, the Setpoint
controller and a web console in one process, on loopback, and forgets everything
when it stops.`,
		Args:          cobra.NoArgs,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.complete(stderr)
			return run(cmd.Context(), stdout, f.lab)
		},
	}
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	cmd.Flags().StringVar(&f.lab.Dir, "dir", ".setpoint", "folder for the kubeconfig")
	cmd.Flags().StringVar(&f.lab.KubeAddr, "kube-addr", "127.0.0.1:6443", "loopback address of the API server")
	cmd.Flags().StringVar(&f.lab.CloudAddr, "cloud-addr", "127.0.0.1:4566", "loopback address of the local AWS")
	cmd.Flags().Float64Var(&f.lab.Speed, "speed", 1, "how many times faster than ours the time of the local AWS passes")
	cmd.Flags().StringVar(&f.lab.ConsoleAddr, "console-addr", "127.0.0.1:8088", `loopback address of the web console; "" for none`)
	cmd.Flags().StringSliceVar(&f.lab.ConsoleHosts, "console-host", nil, "another name under which browsers may ask for the console, such as that of a proxy")
	cmd.PersistentFlags().StringArrayVar(&f.lab.Assume, "assume", nil, "another assumption about AWS, as NAME=VALUE (may be repeated); docs/reference/assumptions.md lists them")
	cmd.Flags().BoolVar(&f.lab.NoController, "no-controller", false, "do not run the controller, so that another one can be run against the lab")
	cmd.Flags().BoolVar(&f.seed, "seed", true, "start with the SageMaker endpoint "+lab.SeedEndpoint+" and those of the other examples")
	cmd.PersistentFlags().BoolVarP(&f.verbose, "verbose", "v", false, "print the log of all parts")
	cmd.AddCommand(demoCommand(stdout, stderr, &f), kubectlCommand())
	return cmd
}

func (f *flags) complete(stderr io.Writer) {
	f.lab.NoSeed = !f.seed
	level := slog.LevelError
	if f.verbose {
		level = slog.LevelInfo
	}
	f.lab.Logger = slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))
	if f.verbose {
		f.lab.KubeLogger = f.lab.Logger
	}
}

// kubectlCommand stands in the help for what main hands over before cobra
// could read kubectl's flags.
func kubectlCommand() *cobra.Command {
	return &cobra.Command{Use: "kubectl", Short: "The real kubectl, for machines that have none", DisableFlagParsing: true,
		RunE: func(*cobra.Command, []string) error { return nil }}
}

// run starts a lab and keeps it until the context ends.
func run(ctx context.Context, stdout io.Writer, o lab.Options) error {
	l, err := lab.Start(ctx, o)
	if err != nil {
		return err
	}
	fmt.Fprint(stdout, welcome(l, o))
	select {
	case <-ctx.Done():
		fmt.Fprintln(stdout, "\nStopping …")
		return l.Stop()
	case <-l.Done():
		return errors.Join(errors.New("the API server stopped by itself"), l.Stop())
	}
}

// welcome says where everything is and what to type next.
func welcome(l *lab.Lab, o lab.Options) string {
	controller := "running, account " + lab.Account + ", Region " + lab.Region
	if o.NoController {
		controller = "not running (--no-controller)"
	}
	page := l.ConsoleURL + "   (open it in a browser: watch, send traffic, move the clock)"
	if l.ConsoleURL == "" {
		page = "not running (--console-addr is empty)"
	}
	text := fmt.Sprintf(`The lab is ready. Ctrl-C stops it; nothing is kept.

  console      %s
  Kubernetes   %s   (kubeconfig: %s)
  AWS          %s   (any credentials; a 12-digit access key selects the account)
  controller   %s
`, page, l.ControlPlane.URL(), l.Kubeconfig, l.CloudURL, controller)
	if !o.NoSeed {
		text += fmt.Sprintf("  endpoint     %s, variant %s (SageMaker; the other examples have their own)\n", lab.SeedEndpoint, lab.SeedVariant)
	}
	return text + fmt.Sprintf(`
In another terminal:

  export KUBECONFIG=%s AWS_ENDPOINT_URL=%s
  export AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=lab AWS_DEFAULT_REGION=%s
  kubectl apply -f examples/sagemaker/hosting-autoscaling-predefined.yaml
  kubectl get autoscaling
  aws application-autoscaling describe-scaling-policies --service-namespace sagemaker

Without kubectl: bin/setpoint-lab kubectl …
`, l.Kubeconfig, l.CloudURL, lab.Account, lab.Region)
}
