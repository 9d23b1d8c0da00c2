package main

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/operator"
)

// flags are named as those of the ACK controller, so that its Deployments
// start this program unchanged.
type flags struct {
	region, endpoint, identityEndpoint string
	externalID                         string
	allowHTTP                          bool
	httpTimeout                        time.Duration
	metricsAddr, healthAddr            string
	metricsLimit                       int
	eventQPS                           float64
	eventBurst                         int
	leaderElection                     bool
	leaderElectionNamespace            string
	namespaces                         string
	selectors                          string
	selector                           labels.Selector // of selectors
	crossNamespace, fieldExport        bool
	resync                             int
	concurrency                        int
	deletionPolicy                     string
	carm                               bool
	logLevel                           string
	development                        bool

	kindList, resyncList, concurrencyList []string
	kinds                                 []autoscaling.Kind       // of kindList; nil: all
	resyncOf, concurrencyOf               map[autoscaling.Kind]int // of the other two
	gateList                              string
	gates                                 map[string]bool // of gateList
	unknownGates                          []string
	tagList                               []string
	tags                                  operator.Tags // of tagList
	skippedTags                           []string      // sentences about the rest of it
	unknown                               []string      // flags that this program does not have
}

func (f *flags) bind(fs *pflag.FlagSet) {
	fs.StringVar(&f.region, "aws-region", "", "AWS Region (default: AWS_REGION, AWS_DEFAULT_REGION or the profile's)")
	fs.StringVar(&f.endpoint, "aws-endpoint-url", "", "endpoint of Application Auto Scaling (default: AWS's, or AWS_ENDPOINT_URL)")
	fs.StringVar(&f.identityEndpoint, "aws-identity-endpoint-url", "", "endpoint of STS (default: AWS's, or AWS_ENDPOINT_URL)")
	fs.StringVar(&f.externalID, "assume-role-external-id", "", "external ID with which roles of other accounts are assumed, unless the ConfigMap of the role has one of its own (default: none)")
	fs.BoolVar(&f.allowHTTP, "allow-unsafe-aws-endpoint-urls", false, "accept http:// in the two endpoint flags")
	fs.DurationVar(&f.httpTimeout, "http-client-timeout", time.Minute, "limit of one AWS request; 0 is none")
	fs.StringVar(&f.metricsAddr, "metrics-addr", "0.0.0.0:8080", "where /metrics is served; 0 turns it off")
	fs.IntVar(&f.metricsLimit, "metrics-object-limit", 2000, "objects with metrics of their own; where there are more, only those have that are not ready")
	fs.Float64Var(&f.eventQPS, "event-qps", 20, "events a second that tell of what goes well, above --event-burst at once; warnings have no limit")
	fs.IntVar(&f.eventBurst, "event-burst", 100, "see --event-qps")
	fs.StringVar(&f.healthAddr, "healthz-addr", "0.0.0.0:8081", "where /healthz and /readyz are served; 0 turns them off")
	fs.BoolVar(&f.leaderElection, "enable-leader-election", true, "let one replica work at a time")
	fs.StringVar(&f.leaderElectionNamespace, "leader-election-namespace", "", "namespace of the Lease (default: the pod's; outside a cluster: default)")
	fs.StringVar(&f.namespaces, "watch-namespace", "", "namespaces to watch, separated by commas (default: all)")
	fs.StringVar(&f.selectors, "watch-selectors", "", "label selector of the objects to watch (default: all)")
	fs.BoolVar(&f.crossNamespace, "enable-cross-namespace", true, "let references and FieldExports lead to other namespaces")
	fs.BoolVar(&f.fieldExport, "enable-field-export-reconciler", true, "carry out FieldExport objects")
	fs.IntVar(&f.resync, "reconcile-default-resync-seconds", 0, "period of the check for drift in seconds (default 300)")
	fs.IntVar(&f.concurrency, "reconcile-default-max-concurrent-syncs", 0, "scalable targets worked on at once (default 200)")
	fs.StringSliceVar(&f.kindList, "reconcile-resources", nil, "kinds to work on, separated by commas (default: all); the others are left alone")
	fs.StringSliceVar(&f.resyncList, "reconcile-resource-resync-seconds", nil, "period of the check for drift of single kinds, as Kind=seconds; the shortest of all kinds counts, because a scalable target is checked together with its policies and actions")
	fs.StringSliceVar(&f.concurrencyList, "reconcile-resource-max-concurrent-syncs", nil, "scalable targets worked on at once on behalf of single kinds, as Kind=number; the largest of all kinds counts")
	fs.StringSliceVar(&f.tagList, "resource-tags", nil, "tags for every scalable target, as key=value, below those of its spec (default: none); what cannot be a tag is logged and left out; values may hold %CONTROLLER_SERVICE%, %CONTROLLER_VERSION%, %K8S_NAMESPACE%, %K8S_RESOURCE_NAME%, %K8S_RESOURCE_KIND%, %MANAGED_BY% and %KRO_VERSION%")
	fs.StringVar(&f.gateList, "feature-gates", "", "features as Name=true or Name=false, separated by commas: ResourceAdoption and ReadOnlyResources (on by default), ServiceLevelCARM, TeamLevelCARM and IAMRoleSelector (off by default)")
	fs.StringVar(&f.deletionPolicy, "deletion-policy", "delete", "what becomes of AWS resources when their objects are deleted: delete or retain")
	fs.BoolVar(&f.carm, "enable-carm", true, "let the annotations of namespaces choose other accounts, by the ConfigMaps ack-role-account-map and ack-role-team-map")
	fs.StringVar(&f.logLevel, "log-level", "info", "debug, info, warn or error; dpanic, panic and fatal, which the ACK controllers take, log nothing")
	fs.BoolVar(&f.development, "enable-development-logging", false, "log text instead of JSON")
	bindIgnored(fs)
}

// ignored are the ACK controller's flags that change nothing here.
var ignored = map[string]string{
	"aws-endpoint-use-path-style":        "it concerns Amazon S3",
	"enable-adopted-resource-reconciler": "the kind AdoptedResource is gone; write the annotation adoption-policy",
	"enable-webhook-server":              "there are no webhooks",
	"webhook-server-addr":                "there are no webhooks",
}

func bindIgnored(fs *pflag.FlagSet) {
	for name, why := range ignored {
		fs.String(name, "", "accepted and ignored: "+why)
		fs.Lookup(name).NoOptDefVal = "true"
		_ = fs.MarkHidden(name)
	}
}

// logIgnored tells what the flags say in vain, and what they leave out.
func (f *flags) logIgnored(log *slog.Logger, fs *pflag.FlagSet) {
	for _, name := range f.unknown {
		log.Warn("flag ignored", "flag", "--"+name, "why", "this controller does not have it")
	}
	for _, name := range f.unknownGates {
		log.Warn("feature gate ignored", "gate", name, "why", "this controller does not have it")
	}
	for _, why := range f.skippedTags {
		log.Warn("tag of --resource-tags left out", "why", why)
	}
	for _, kind := range kinds {
		if !slices.Contains(f.workedOn(), kind) {
			log.Warn("kind left alone", "kind", kind, "why", "--reconcile-resources does not name it")
		}
	}
	fs.Visit(func(flag *pflag.Flag) {
		if why, ok := ignored[flag.Name]; ok {
			log.Warn("flag ignored", "flag", "--"+flag.Name, "why", why)
		}
	})
}

// silent are the levels above errors that the ACK controllers' log has. Nothing
// is logged at them here.
var silent = []string{"dpanic", "panic", "fatal"}

func (f *flags) logger() (*slog.Logger, error) {
	var level slog.Level
	switch err := level.UnmarshalText([]byte(cmp.Or(f.logLevel, "info"))); {
	case slices.Contains(silent, strings.ToLower(f.logLevel)):
		level = slog.LevelError + 4
	case err != nil:
		return nil, fmt.Errorf("--log-level %q: write debug, info, warn or error", f.logLevel)
	}
	options := &slog.HandlerOptions{Level: level}
	if f.development {
		return slog.New(slog.NewTextHandler(os.Stderr, options)), nil
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, options)), nil
}

// check refuses values that flags of their type take and that mean nothing.
func (f *flags) check() error {
	if f.deletionPolicy != "delete" && f.deletionPolicy != "retain" {
		return fmt.Errorf("--deletion-policy %q: write delete or retain", f.deletionPolicy)
	}
	if f.resync < 0 || f.concurrency < 0 {
		return errors.New("--reconcile-default-resync-seconds and --reconcile-default-max-concurrent-syncs: write a number from 0 up")
	}
	var err error
	if f.selector, err = labels.Parse(f.selectors); err != nil {
		return fmt.Errorf("--watch-selectors %q: %w", f.selectors, err)
	}
	f.tags, f.skippedTags = operator.ParseTags(f.tagList, version)
	return errors.Join(f.parseKinds(), f.checkGates(), f.checkEndpoints())
}

func (f *flags) parseKinds() (err error) {
	if f.kinds, err = parseKinds("reconcile-resources", f.kindList); err != nil {
		return err
	}
	if f.resyncOf, err = parseNumbers("reconcile-resource-resync-seconds", f.resyncList); err != nil {
		return err
	}
	f.concurrencyOf, err = parseNumbers("reconcile-resource-max-concurrent-syncs", f.concurrencyList)
	return err
}

func (f *flags) checkGates() (err error) {
	if f.gates, f.unknownGates, err = parseGates(f.gateList); err != nil {
		return err
	}
	if f.gates[gateSelectors] && f.carm {
		return fmt.Errorf("--feature-gates=%s=true needs --enable-carm=false: roles are chosen by selectors or by the ConfigMaps, not by both", gateSelectors)
	}
	return nil
}

// checkEndpoints refuses to send signed requests over plain HTTP by accident.
func (f *flags) checkEndpoints() error {
	for name, url := range map[string]string{"aws-endpoint-url": f.endpoint, "aws-identity-endpoint-url": f.identityEndpoint} {
		if strings.HasPrefix(url, "http://") && !f.allowHTTP {
			return fmt.Errorf("--%s %s is not encrypted: write https://, or allow it with --allow-unsafe-aws-endpoint-urls", name, url)
		}
	}
	return nil
}

// ownNamespace is the controller's own, as the ACK controllers find it.
func ownNamespace() string {
	return cmp.Or(os.Getenv("ACK_SYSTEM_NAMESPACE"), os.Getenv("K8S_NAMESPACE"), "ack-system")
}

// systemNamespace is where the ConfigMaps with the roles of other accounts are;
// empty: nowhere.
func (f *flags) systemNamespace() string {
	if !f.carm {
		return ""
	}
	return ownNamespace()
}

// leaseNamespace is where the Lease goes: what the flag says, or the pod's own
// namespace, which is told by the variables of the ACK controller's chart or
// (empty) found by the library. Outside a cluster it is "default".
func (f *flags) leaseNamespace() string {
	_, inCluster := os.LookupEnv("KUBERNETES_SERVICE_HOST")
	switch namespace := cmp.Or(f.leaderElectionNamespace, os.Getenv("ACK_SYSTEM_NAMESPACE"), os.Getenv("K8S_NAMESPACE")); {
	case namespace != "" || inCluster:
		return namespace
	default:
		return "default"
	}
}

// splitList reads a list that is separated by commas.
func splitList(text string) []string {
	var list []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" && !slices.Contains(list, part) {
			list = append(list, part)
		}
	}
	return list
}

// operator is what the flags mean; they have been checked.
func (f *flags) operator() operator.Options {
	return operator.Options{
		MetricsAddr:             f.metricsAddr,
		HealthAddr:              f.healthAddr,
		MetricsLimit:            f.metricsLimit,
		EventQPS:                f.eventQPS,
		EventBurst:              f.eventBurst,
		LeaderElection:          f.leaderElection,
		LeaderElectionNamespace: f.leaseNamespace(),
		Namespaces:              splitList(f.namespaces),
		Kinds:                   f.kinds,
		SystemNamespace:         f.systemNamespace(),
		OwnNamespace:            ownNamespace(),
		Selectors:               f.gates[gateSelectors],
		ServiceRoles:            f.gates[gateServiceRoles],
		TeamRoles:               f.gates[gateTeamRoles],
		NoAdoption:              !f.gates[gateAdoption],
		NoReadOnly:              !f.gates[gateReadOnly],
		Tags:                    f.tags,
		Retain:                  f.deletionPolicy == "retain",
		Selector:                f.selector,
		SameNamespace:           !f.crossNamespace,
		NoFieldExport:           !f.fieldExport,
		Concurrency:             f.targetsAtOnce(),
		Resync:                  f.resyncPeriod(),
	}
}
