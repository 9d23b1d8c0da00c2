package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
)

func cloudFaultsCommand(h host) *cobra.Command {
	c := newCloudClient(h)
	cmd := &cobra.Command{
		Use:   "faults",
		Short: "Show what makes a local AWS slow, failing or throttled, and break it",
		Example: `  setpoint cloud faults throttle PutScalingPolicy --rate 5 --burst 10
  setpoint cloud faults timeout PutScalingPolicy --after --times 1
  setpoint cloud faults clear`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return show(cmd.Context(), c, http.MethodGet, "faults", nil, nil, drawFaults)
		},
	}
	c.bind(cmd)
	for _, kind := range faultKinds {
		cmd.AddCommand(faultCommand(h, kind))
	}
	cmd.AddCommand(metricDelayCommand(h), faultsClearCommand(h))
	return cmd
}

// faultKind is a kind of fault of calls, and the flags of its own.
type faultKind struct {
	of      admin.FaultType
	short   string
	example string
	bind    func(*cobra.Command) func(*admin.Fault)
}

var faultKinds = []faultKind{
	{admin.Latency, "Let calls wait before they are handled", "latency DescribeAlarms --delay 2s", bindLatency},
	{admin.Throttle, "Give each account a token bucket, and answer ThrottlingException beyond it", "throttle PutScalingPolicy --rate 5 --burst 10", bindThrottle},
	{admin.Failure, "Answer an error", "error RegisterScalableTarget --code LimitExceededException --times 3", bindError},
	{admin.Timeout, "Keep connections open and never answer", "timeout PutScalingPolicy --after --times 1", bindEffect},
	{admin.Drop, "Close connections without an answer", "drop --for 30s", bindEffect},
}

func faultCommand(h host, kind faultKind) *cobra.Command {
	c := newCloudClient(h)
	var f admin.Fault
	var lasts time.Duration
	cmd := &cobra.Command{
		Use:     string(kind.of) + " [OPERATION]",
		Short:   kind.short,
		Long:    kind.short + ": those of an operation such as PutScalingPolicy,\nor of all. A fault replaces the one that has its ID.",
		Example: "  setpoint cloud faults " + kind.example,
		Args:    cobra.MaximumNArgs(1),
	}
	s := cmd.Flags()
	s.StringVar(&f.ID, "id", "", "name the fault (default: a number)")
	s.StringVar(&f.Service, "service", "", "of this service only, such as CloudWatch or \"Application Auto Scaling\"")
	s.IntVar(&f.Times, "times", 0, "how many calls are hit (default: all)")
	s.DurationVar(&lasts, "for", 0, "how long, in real time (default: until it is cleared)")
	complete := kind.bind(cmd)
	c.bind(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		f.Type, f.Operation, f.For = kind.of, first(args), admin.Duration(lasts)
		complete(&f)
		return show(cmd.Context(), c, http.MethodPut, "faults", nil, f, func(t *table, put admin.Fault) { drawFaults(t, []admin.Fault{put}) })
	}
	return cmd
}

func bindLatency(cmd *cobra.Command) func(*admin.Fault) {
	delay := cmd.Flags().Duration("delay", 0, "how long calls wait, in real time")
	return func(f *admin.Fault) { f.Delay = admin.Duration(*delay) }
}

func bindThrottle(cmd *cobra.Command) func(*admin.Fault) {
	rate := cmd.Flags().Float64("rate", 0, "calls a second, for each account")
	burst := cmd.Flags().Int("burst", 0, "how many can come at once (default: the rate)")
	return func(f *admin.Fault) {
		if cmd.Flags().Changed("rate") {
			f.Rate = rate
		}
		if cmd.Flags().Changed("burst") {
			f.Burst = burst
		}
	}
}

func bindError(cmd *cobra.Command) func(*admin.Fault) {
	code := cmd.Flags().String("code", "", "code of the error (default InternalFailure)")
	message := cmd.Flags().String("message", "", "its message")
	status := cmd.Flags().Int("status", 0, "its HTTP status (default 400, of InternalFailure 500)")
	effect := bindEffect(cmd)
	return func(f *admin.Fault) {
		f.Code, f.Message, f.Status = *code, *message, *status
		effect(f)
	}
}

func bindEffect(cmd *cobra.Command) func(*admin.Fault) {
	after := cmd.Flags().Bool("after", false, "after the operation has done its work: the caller does not know that it has")
	cmd.Flags().Bool("before", false, "before the operation does anything (default)")
	cmd.MarkFlagsMutuallyExclusive("after", "before")
	return func(f *admin.Fault) { f.AfterEffect = *after }
}

func metricDelayCommand(h host) *cobra.Command {
	c := newCloudClient(h)
	cmd := &cobra.Command{
		Use:     "metric-delay DURATION",
		Short:   "Let metrics be seen only so long after they were put, by the clock of the local AWS",
		Example: "  setpoint cloud faults metric-delay 2m",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			delay, err := time.ParseDuration(args[0])
			if err != nil {
				return fmt.Errorf("%q is no duration; write one such as 2m", args[0])
			}
			f := admin.Fault{Type: admin.MetricDelay, Delay: admin.Duration(delay)}
			return show(cmd.Context(), c, http.MethodPut, "faults", nil, f, func(t *table, put admin.Fault) { drawFaults(t, []admin.Fault{put}) })
		},
	}
	c.bind(cmd)
	return cmd
}

func faultsClearCommand(h host) *cobra.Command {
	c := newCloudClient(h)
	cmd := &cobra.Command{
		Use:   "clear [ID]",
		Short: "End a fault, or all",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			query := url.Values{}
			if len(args) > 0 {
				query.Set("id", args[0])
			}
			return show(cmd.Context(), c, http.MethodDelete, "faults", query, nil, func(t *table, ended []admin.Fault) {
				t.line("Ended: %d.", len(ended))
			})
		},
	}
	c.bind(cmd)
	return cmd
}

func drawFaults(t *table, faults []admin.Fault) {
	if len(faults) == 0 {
		t.line("No faults.")
		return
	}
	t.row("FAULT", "TYPE", "SERVICE", "OPERATION", "WHAT", "HITS")
	for _, f := range faults {
		service, operation := f.Service, f.Operation
		if service == "" {
			service = "all"
		}
		if operation == "" {
			operation = "all"
		}
		t.row(f.ID, f.Type, service, operation, what(f), f.Hits)
	}
}

// what says what a fault does.
func what(f admin.Fault) string {
	var said []string
	say := func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }
	if f.Delay > 0 {
		say("%s", time.Duration(f.Delay))
	}
	if f.Rate != nil {
		say("%s a second", number(*f.Rate))
	}
	if f.Burst != nil {
		say("%d at once", *f.Burst)
	}
	if f.Code != "" {
		say("%s (%d)", f.Code, f.Status)
	}
	if f.AfterEffect {
		say("after the effect")
	}
	if f.Times > 0 {
		say("%d more", f.Times)
	}
	if f.For > 0 {
		say("for %s", time.Duration(f.For).Round(time.Second))
	}
	return orDash(strings.Join(said, ", "))
}
