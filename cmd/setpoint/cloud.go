package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/admin"
	"github.com/setpoint-io/setpoint/internal/localcloud/persist"
)

// defaultCloud is where a local AWS listens, and where it is looked for.
const defaultCloud = "127.0.0.1:4566"

type cloudOptions struct {
	addr, account, region string
	delay                 time.Duration
	speed                 float64
	seed                  uint64
	endpoints             []string
	persist               string
	assume                []string
	verbose               bool
}

func cloudCommand(h host) *cobra.Command {
	var o cloudOptions
	cmd := &cobra.Command{
		Use:   "cloud",
		Short: "Run a local AWS, without Kubernetes",
		Long: `Runs a local AWS: Application Auto Scaling, and of CloudWatch, SageMaker, ECS,
DynamoDB and STS what it touches, by AWS's rules and on one port. The AWS CLI and
the SDKs use it as they use AWS. It has a clock of its own, which can be fast,
stand still or be moved ahead. Ctrl-C stops it.

The verbs below look at one that is running, move its clock, send traffic to what
it hosts and break it. They find it at --endpoint, or AWS_ENDPOINT_URL, or
http://` + defaultCloud + `.

Exit codes: 0 done, 2 it could not be done.`,
		Example: `  # A local AWS with one SageMaker endpoint, 60 times as fast as the real one
  setpoint cloud --with-endpoint demo-endpoint --speed 60

  # In another terminal
  setpoint cloud traffic set endpoint/demo-endpoint/variant/AllTraffic --shape wave --low 100 --high 1500
  setpoint cloud clock --advance 6h
  setpoint cloud state`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), h, cmd.Flags().Changed) },
	}
	o.bind(cmd)
	cmd.AddCommand(cloudStateCommand(h), cloudClockCommand(h), cloudTrafficCommand(h), cloudFaultsCommand(h), cloudResourcesCommand(h), cloudResetCommand(h))
	return cmd
}

func (o *cloudOptions) bind(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.addr, "addr", defaultCloud, "address to listen on; port 0: a free one")
	f.StringVar(&o.account, "account", localcloud.DefaultAccount, "account of access keys that are no account ID")
	f.StringVar(&o.region, "region", localcloud.DefaultRegion, "Region of requests that are not signed")
	f.DurationVar(&o.delay, "provisioning-delay", time.Minute, "how long an endpoint takes to be in service, and capacity to come or to go")
	f.Float64Var(&o.speed, "speed", 1, "how many times faster than real time passes; 0: the clock stands still until it is moved")
	f.Uint64Var(&o.seed, "seed", 0, "make the IDs in ARNs and names follow from this number and the requests; 0: they are random")
	f.StringSliceVar(&o.endpoints, "with-endpoint", nil, "begin with a SageMaker endpoint of this name, with a variant AllTraffic on one instance (may be repeated)")
	f.StringVar(&o.persist, "persist", "", "keep everything in this file, and go on from it")
	f.StringArrayVar(&o.assume, "assume", nil, "another assumption about AWS, as NAME=VALUE (may be repeated); docs/reference/assumptions.md lists them")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "print every call")
	_ = cmd.MarkFlagFilename("persist") // the error is about a flag of another name
	for _, name := range []string{"addr", "account", "region", "provisioning-delay", "speed", "seed", "with-endpoint", "assume"} {
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions) // the error is about a flag of another name
	}
}

// check refuses what a local AWS cannot begin with.
func (o *cloudOptions) check() error {
	if len(o.account) != 12 || strings.Trim(o.account, "0123456789") != "" {
		return fmt.Errorf("--account %q is no account; write its 12 digits, such as %s", o.account, localcloud.DefaultAccount)
	}
	if o.region == "" {
		return fmt.Errorf("--region is empty; write a Region such as %s", localcloud.DefaultRegion)
	}
	if o.delay < 0 {
		return fmt.Errorf("--provisioning-delay %s is not possible; write a duration such as 60s", o.delay)
	}
	return nil
}

// run runs a local AWS until the context ends. Given tells which flags were.
func (o *cloudOptions) run(ctx context.Context, h host, given func(flag string) bool) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	listener, err := o.listen(ctx)
	if err != nil {
		return err
	}
	cloud, kept, err := o.cloud(ctx, h, given)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	failed := make(chan error, 1)
	if kept != nil {
		defer func() { err = errors.Join(err, kept.Close()) }()
		go func() {
			failed <- kept.Run(ctx)
			stop()
		}()
	} else {
		close(failed)
	}
	go cloud.Run(ctx)
	fmt.Fprint(h.out, o.welcome(h, listener.Addr()))
	err = serve(ctx, listener, admin.New(cloud))
	fmt.Fprintln(h.out, "The local AWS has stopped.")
	stop()
	return errors.Join(err, <-failed)
}

// cloud makes the local AWS, or the one that is in the file.
func (o *cloudOptions) cloud(ctx context.Context, h host, given func(string) bool) (*localcloud.Cloud, *persist.File, error) {
	level := slog.LevelError
	if o.verbose {
		level = slog.LevelDebug
	}
	options := localcloud.Options{
		Account: o.account, Region: o.region, EndpointDelay: o.delay, Seed: o.seed, KeepCapacities: true,
		Logger: slog.New(slog.NewTextHandler(h.err, &slog.HandlerOptions{Level: level})),
	}
	for _, text := range o.assume {
		if err := options.Assume(text); err != nil {
			return nil, nil, fmt.Errorf("--assume %s: %w", text, err)
		}
	}
	if o.persist != "" {
		return o.kept(ctx, h, given, options)
	}
	cloud := localcloud.New(options)
	return cloud, nil, o.begin(ctx, cloud)
}

// begin lets a cloud begin as the flags say.
func (o *cloudOptions) begin(ctx context.Context, cloud *localcloud.Cloud) error {
	if err := cloud.Clock().SetSpeed(o.speed); err != nil {
		return fmt.Errorf("--speed: %w", err)
	}
	var endpoints []localcloud.Endpoint
	for _, name := range o.endpoints {
		endpoints = append(endpoints, localcloud.Endpoint{Name: name})
	}
	if err := cloud.Seed(ctx, endpoints...); err != nil {
		return fmt.Errorf("--with-endpoint: %w", err)
	}
	return nil
}

func (o *cloudOptions) listen(ctx context.Context) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.addr)
	if err == nil {
		return listener, nil
	}
	var address *net.AddrError
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("--addr %s: the port is taken, perhaps by another local AWS; use or stop that one, or write another port, such as --addr 127.0.0.1:4567", o.addr)
	case errors.As(err, &address):
		return nil, fmt.Errorf("--addr %q is no address; write host:port, such as %s", o.addr, defaultCloud)
	}
	return nil, fmt.Errorf("--addr %s: %w", o.addr, err)
}

// serve answers requests until the context ends, and then those that are under
// way: nothing waits any more, also not what shall never be answered.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	soon, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	if server.Shutdown(soon) != nil {
		return server.Close() // who still sends does not keep it
	}
	return nil
}

// welcome says where the local AWS is and what to type next.
func (o *cloudOptions) welcome(h host, addr net.Addr) string {
	url := "http://" + addr.String()
	tcp, ok := addr.(*net.TCPAddr)
	if ok && !tcp.IP.IsLoopback() {
		fmt.Fprintf(h.err, "warning: %s is not loopback: whoever reaches port %d can use, change and reset this local AWS, which authenticates nobody\n", cmp.Or(o.addr, addr.String()), tcp.Port)
		if tcp.IP.IsUnspecified() {
			url = fmt.Sprintf("http://127.0.0.1:%d", tcp.Port)
		}
	}
	keeps := "nothing is kept"
	if o.persist != "" {
		keeps = "everything is kept in " + o.persist
	}
	text := fmt.Sprintf(`The local AWS is ready at %s. Ctrl-C stops it; %s.

In another terminal:

  export AWS_ENDPOINT_URL=%s AWS_REGION=%s AWS_DEFAULT_REGION=%s
  export AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=local

Any key will do; one of 12 digits selects the account. Then AWS CLI and SDKs use it:

`, url, keeps, url, o.region, o.region, o.account)
	if len(o.endpoints) > 0 {
		text += `  aws application-autoscaling register-scalable-target --service-namespace sagemaker \
    --scalable-dimension sagemaker:variant:DesiredInstanceCount \
    --resource-id endpoint/` + o.endpoints[0] + `/variant/AllTraffic --min-capacity 1 --max-capacity 4
`
	}
	return text + `  aws application-autoscaling describe-scalable-targets --service-namespace sagemaker
  setpoint cloud state
`
}
