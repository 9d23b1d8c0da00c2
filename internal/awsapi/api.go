// Package awsapi is AWS as the domain sees it: it observes and changes scalable
// targets in terms of package autoscaling, and it is where the AWS SDK ends.
//
// Reading is shared. Whoever asks for a target at about the same time is served
// by the same few Describe calls ([API.Observe]), and how the policies and
// scheduled actions are read (by resource, by name, or by a scan of the whole
// service namespace) is chosen by what it is likely to cost. Writing is one
// call per change ([API.Apply]); the order and the serialisation of changes are
// the caller's business, because they follow from the aggregate.
//
// Every failure is an [*Error] with a [Kind], looked up by AWS's error code in
// one table. Every attempt, retries included, passes the same budget, which
// learns from AWS's throttling how many calls per second the account may make,
// and is counted in the metrics.
package awsapi

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/awsapi/batch"
)

// How reads are gathered. A batch is larger than one Describe call can filter
// by (50 resources), because a scan of the namespace serves any number.
const (
	readWindow     = 50 * time.Millisecond
	readIdle       = 20 * time.Millisecond
	readItems      = 200
	readRounds     = 1 // of one namespace at once; who comes later shares the next
	readConcurrent = 8 // calls of all rounds
	// alarmsPerSecond is below the 9 DescribeAlarms per second that CloudWatch
	// allows an account and Region (CloudWatch service quotas).
	alarmsPerSecond = 5
)

// renewAhead is how long before their end credentials of a role are renewed, so
// that they outlive a call that has to wait or is tried again.
const renewAhead = time.Minute

// Options configures an [API].
type Options struct {
	// Config is the AWS configuration, as LoadConfig returns it. Its retryer,
	// if any, is replaced.
	Config aws.Config
	// Region replaces that of Config if it is not empty.
	Region string
	// RoleARN is a role to assume with the credentials of Config; empty: none.
	RoleARN string
	// ExternalID is sent with the request for the role; empty: none. Accounts
	// that let somebody else's controller in ask for one (AWS API: AssumeRole).
	ExternalID string
	// Endpoint replaces the endpoint of Application Auto Scaling, whatever
	// the environment says. Empty: as the SDK resolves it.
	Endpoint string
	// IdentityEndpoint does the same for STS. An Endpoint alone does not
	// redirect STS.
	IdentityEndpoint string

	// RatePerSecond and Burst limit the calls to Application Auto Scaling
	// before AWS does; 0 means that only AWS limits them.
	RatePerSecond float64
	Burst         int
	// Budget is shared with other APIs, in place of the two above; nil: it is
	// not.
	Budget *Budget

	// MayWrite is asked before every attempt of a call that changes something,
	// which is not sent if it returns an error; nil: all are sent.
	MayWrite func() error

	Version    string                // of Setpoint, for the user agent
	Registerer prometheus.Registerer // nil: no metrics
	Logger     *slog.Logger          // nil: slog.Default()
}

// API is Application Auto Scaling in one account and Region. It is safe for
// concurrent use.
type API struct {
	region  string
	budget  *Budget
	scaling *applicationautoscaling.Client
	alarms  *cloudwatch.Client
	logger  *slog.Logger
	sts     *sts.Client
	reads   *batch.Coalescer[Query, autoscaling.Observed]
	calls   chan struct{} // holds one element per read under way

	mu       sync.Mutex
	policies map[string]*census // by service namespace
	actions  map[string]*census
	surveys  map[string]*survey

	asking  chan struct{} // held by the one caller that asks STS
	account Account       // guarded by asking; empty until known
}

// Account says as whom and where an API works.
type Account struct {
	ID        string // 12 digits
	Partition string // "aws", "aws-cn", "aws-us-gov"
	Region    string
	CallerARN string
}

// New returns an API. It makes no call; Close it when it is not needed any
// more.
func New(o Options) *API {
	logger := cmp.Or(o.Logger, slog.Default())
	metrics := newMetrics(o.Registerer, logger)
	budget := o.Budget
	if budget == nil {
		budget = NewBudget(o.RatePerSecond, o.Burst, logger)
	}

	cfg := o.Config.Copy()
	cfg.Region = cmp.Or(o.Region, cfg.Region)
	cfg.Retryer = func() aws.Retryer { return newRetryer(cfg) }
	cfg.APIOptions = append(slices.Clip(cfg.APIOptions), awsmiddleware.AddUserAgentKeyValue("setpoint", cmp.Or(o.Version, "devel")))
	identity := func(so *sts.Options) {
		if o.IdentityEndpoint != "" {
			so.BaseEndpoint = aws.String(o.IdentityEndpoint)
		}
		so.APIOptions = append(so.APIOptions, addMetrics(metrics, serviceSTS))
	}
	scaling := func(so *applicationautoscaling.Options) {
		if o.Endpoint != "" {
			so.BaseEndpoint = aws.String(o.Endpoint)
		}
		// The later is the nearer to the retry step: the wait for the budget
		// is not part of the request's duration, and leave is asked after it.
		so.APIOptions = append(so.APIOptions, addMetrics(metrics, serviceAutoScaling), addLeave(o.MayWrite), addBudget(budget.scaling))
	}
	alarms := func(co *cloudwatch.Options) {
		co.APIOptions = append(co.APIOptions, addMetrics(metrics, serviceCloudWatch), addBudget(budget.alarms))
	}
	if o.RoleARN != "" {
		cfg.Credentials = o.assume(sts.NewFromConfig(cfg, identity))
	}
	if cfg.Credentials != nil {
		cfg.Credentials = namedErrors{cfg.Credentials}
	}
	a := &API{
		region:   cfg.Region,
		budget:   budget,
		logger:   logger,
		scaling:  applicationautoscaling.NewFromConfig(cfg, scaling),
		alarms:   cloudwatch.NewFromConfig(cfg, alarms),
		sts:      sts.NewFromConfig(cfg, identity),
		calls:    make(chan struct{}, readConcurrent),
		policies: map[string]*census{},
		actions:  map[string]*census{},
		surveys:  map[string]*survey{},
		asking:   make(chan struct{}, 1),
	}
	a.reads = batch.New(batch.Options[Query, autoscaling.Observed]{
		Run:        a.observe,
		Group:      func(q Query) string { return q.ServiceNamespace },
		Key:        Query.key,
		Window:     readWindow,
		Idle:       readIdle,
		MaxItems:   readItems,
		MaxRunning: readRounds,
	})
	return a
}

// assume returns the credentials of the role.
func (o *Options) assume(identity *sts.Client) aws.CredentialsProvider {
	role := stscreds.NewAssumeRoleProvider(identity, o.RoleARN, func(so *stscreds.AssumeRoleOptions) {
		so.RoleSessionName = "setpoint"
		if o.ExternalID != "" {
			so.ExternalID = &o.ExternalID
		}
	})
	return aws.NewCredentialsCache(role, func(co *aws.CredentialsCacheOptions) { co.ExpiryWindow = renewAhead })
}

// Budget is what limits the calls, to be shared with another API.
func (a *API) Budget() *Budget { return a.budget }

// Close ends the reads that are under way; later ones fail.
func (a *API) Close() { a.reads.Close() }

// Account asks STS whose credentials these are (AWS API: GetCallerIdentity)
// and remembers the answer.
func (a *API) Account(ctx context.Context) (Account, error) {
	const operation = "GetCallerIdentity"
	select {
	case a.asking <- struct{}{}:
		defer func() { <-a.asking }()
	case <-ctx.Done():
		return Account{}, wrap(operation, ctx.Err())
	}
	if a.account.ID != "" {
		return a.account, nil
	}
	out, err := a.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return Account{}, wrap(operation, err)
	}
	caller, err := arn.Parse(aws.ToString(out.Arn))
	if err != nil {
		return Account{}, wrap(operation, err)
	}
	a.account = Account{
		ID:        aws.ToString(out.Account),
		Partition: caller.Partition,
		Region:    a.region,
		CallerARN: aws.ToString(out.Arn),
	}
	return a.account, nil
}
