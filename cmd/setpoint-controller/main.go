// Command setpoint-controller is the production operator: it keeps AWS
// Application Auto Scaling as Kubernetes objects declare it.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // schedules name time zones, and a minimal image knows none

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/setpoint-io/setpoint/internal/awsapi"
	"github.com/setpoint-io/setpoint/internal/operator"
)

var version = "dev"

// gcPercent of the process: the controller has little to compute and shares its
// node's memory with others. GOGC overrides it.
const gcPercent = 50

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := execute(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "setpoint-controller:", err)
		os.Exit(1)
	}
}

func execute(ctx context.Context, args []string) error {
	var f flags
	cmd := command(&f)
	cmd.InitDefaultHelpFlag()
	cmd.InitDefaultVersionFlag()
	args, unknown, err := setAside(cmd.Flags(), args)
	if err != nil {
		return err
	}
	f.unknown = unknown
	cmd.SetArgs(args)
	return cmd.ExecuteContext(ctx)
}

func command(f *flags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "setpoint-controller",
		Short: "Keeps AWS Application Auto Scaling as Kubernetes objects declare it",
		Long: `Keeps AWS Application Auto Scaling as ScalableTarget, ScalingPolicy and
ScheduledAction objects declare it.

The cluster is that of KUBECONFIG, or the one the program runs in. AWS settings
come from the AWS SDK's default chain: AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL,
web identity, container and instance roles, and so on. Flags that this program
does not have are logged and ignored, unless they look like a slip or would
confine what it touches.`,
		Args:          cobra.NoArgs,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), f, cmd) },
	}
	f.bind(cmd.Flags())
	return cmd
}

func run(ctx context.Context, f *flags, cmd *cobra.Command) error {
	log, err := f.logger()
	if err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	ctrl.SetLogger(logr.FromSlogHandler(log.Handler()))
	klog.SetSlogLogger(log)

	kubernetes, err := ctrl.GetConfig()
	if err != nil {
		return fmt.Errorf("no Kubernetes cluster: set KUBECONFIG, or run in a cluster: %w", err)
	}
	f.logIgnored(log, cmd.Flags())
	config, err := awsapi.LoadConfig(ctx, awsapi.ConfigOptions{Region: f.region, HTTPTimeout: f.httpTimeout, Logger: log})
	if err != nil {
		return err
	}
	o := f.operator()
	o.Kubernetes, o.Logger = kubernetes, log
	o.AWS = awsapi.Options{
		Config: config, Endpoint: f.endpoint, IdentityEndpoint: f.identityEndpoint, ExternalID: f.externalID,
		Version: version, Registerer: metrics.Registry, Logger: log,
	}
	metrics.Registry.MustRegister(buildInfo())
	op, err := operator.New(o)
	if err != nil {
		return err
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	log.Info("starting", slog.String("version", version))
	return op.Run(ctx)
}

// buildInfo is a metric that is always 1 and says what runs.
func buildInfo() prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "setpoint_build_info", Help: "Always 1; the labels say which version runs.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
	}, func() float64 { return 1 })
}
