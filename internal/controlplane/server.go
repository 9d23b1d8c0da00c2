package controlplane

import (
	"context"
	"encoding/csv"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/apiserver/pkg/features"
	"k8s.io/apiserver/pkg/server/dynamiccertificates"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/kubernetes/pkg/controlplane/apiserver/options"
	generic "k8s.io/kubernetes/pkg/controlplane/apiserver/samples/generic/server"
	"k8s.io/kubernetes/pkg/kubeapiserver/authorizer/modes"
	"k8s.io/kubernetes/pkg/serviceaccount"
	"k8s.io/kubernetes/plugin/pkg/admission/certificates/approval"
	"k8s.io/kubernetes/plugin/pkg/admission/certificates/ctbattest"
	"k8s.io/kubernetes/plugin/pkg/admission/certificates/signing"
	"k8s.io/kubernetes/plugin/pkg/admission/certificates/subjectrestriction"
	"k8s.io/kubernetes/plugin/pkg/admission/defaulttolerationseconds"
)

// issuer names this control plane in service account tokens.
const issuer = "https://kubernetes.default.svc"

// watchGrace is how long open watches may take to end when the server stops: they are told to end and do
// so at once.
const watchGrace = time.Second

// connectionGrace bounds the closing of client connections. HTTP/2 gives a client one second to react to
// the announcement that the server goes away.
const connectionGrace = 2 * time.Second

// server is an API server that has been built but does not serve yet.
type server struct {
	listener net.Listener
	db       *database
	dir      string
	cred     *credentials
}

// run builds the API server and starts it. The channel gets the result when the server has ended, which
// it does when ctx is cancelled.
func (s *server) run(ctx context.Context) (<-chan error, error) {
	completed, err := s.options(ctx)
	if err != nil {
		return nil, err
	}
	config, err := generic.NewConfig(completed)
	if err != nil {
		return nil, fmt.Errorf("configuring the API server: %w", err)
	}
	// With more servers than this one, new CustomResourceDefinitions would wait 5 s for the others.
	config.APIExtensions.ExtraConfig.MasterCount = 1
	config.APIExtensions.ExtraConfig.CRDRESTOptionsGetter = direct{
		config.APIExtensions.ExtraConfig.CRDRESTOptionsGetter, s.db.etcd.Server, mutating(config.ControlPlane.VersionedInformers),
	}
	trimOpenAPI(config.ControlPlane.Generic)
	replaceHooks(config.ControlPlane.Generic)
	setVersion(config.ControlPlane.Generic, &config.APIExtensions.GenericConfig.Config, &config.Aggregator.GenericConfig.Config)
	completedConfig, err := config.Complete()
	if err != nil {
		return nil, fmt.Errorf("configuring the API server: %w", err)
	}
	aggregator, err := generic.CreateServerChain(completedConfig)
	if err != nil {
		return nil, fmt.Errorf("building the API server: %w", err)
	}
	aggregator.GenericAPIServer.ShutdownTimeout = connectionGrace
	if err := addHooks(aggregator.GenericAPIServer, config.ControlPlane.VersionedInformers); err != nil {
		return nil, fmt.Errorf("building the API server: %w", err)
	}
	prepared, err := aggregator.PrepareRun()
	if err != nil {
		return nil, fmt.Errorf("preparing the API server: %w", err)
	}
	done := make(chan error, 1)
	go func() { done <- prepared.Run(ctx) }()
	return done, nil
}

// options returns the validated options of the API server. What can be handed over in memory is; only the
// admin's token needs a file.
func (s *server) options(ctx context.Context) (options.CompletedOptions, error) {
	var none options.CompletedOptions
	opts := generic.NewOptions()
	addr := s.listener.Addr().(*net.TCPAddr)
	opts.GenericServerRunOptions.AdvertiseAddress = addr.IP
	opts.GenericServerRunOptions.ExternalHost = addr.IP.String()
	opts.GenericServerRunOptions.ShutdownWatchTerminationGracePeriod = watchGrace
	opts.Etcd.StorageConfig.Transport.ServerList = []string{s.db.endpoint}
	if err := s.secure(opts); err != nil {
		return none, err
	}
	if err := reduce(opts); err != nil {
		return none, err
	}

	// Complete would make a certificate of its own for a server that has a port, so the port comes after.
	opts.SecureServing.BindAddress, opts.SecureServing.BindPort = addr.IP, 0
	completed, err := opts.Complete(ctx, nil, nil)
	if err != nil {
		return none, fmt.Errorf("completing the API server's options: %w", err)
	}
	completed.SecureServing.Listener, completed.SecureServing.BindPort = s.listener, addr.Port
	completed.SecureServing.ServerCert.GeneratedCert, err = dynamiccertificates.NewStaticCertKeyContent("serving", s.cred.certPEM, s.cred.keyPEM)
	if err != nil {
		return none, fmt.Errorf("using the serving certificate: %w", err)
	}
	completed.ServiceAccountIssuer, err = serviceaccount.JWTTokenGenerator(issuer, s.cred.serviceAccountKey)
	if err != nil {
		return none, fmt.Errorf("using the service account key: %w", err)
	}
	if errs := completed.Validate(); len(errs) != 0 {
		return none, fmt.Errorf("validating the API server's options: %w", utilerrors.NewAggregate(errs))
	}
	return completed, nil
}

// secure sets up who may do what: the admin's token, service accounts, RBAC.
func (s *server) secure(opts *options.Options) error {
	publicKeys, err := serviceaccount.StaticPublicKeysGetter([]any{s.cred.serviceAccountKey.Public()})
	if err != nil {
		return fmt.Errorf("using the service account key: %w", err)
	}
	opts.Authentication.ServiceAccounts.ExternalPublicKeysGetter = publicKeys
	opts.Authentication.ServiceAccounts.Issuers = []string{issuer}
	opts.Authentication.APIAudiences = []string{issuer}
	opts.Authorization.Modes = []string{modes.ModeRBAC}

	opts.Authentication.TokenFile.TokenFile = filepath.Join(s.dir, "tokens.csv")
	var line strings.Builder
	w := csv.NewWriter(&line)
	if err := w.Write([]string{s.cred.token, adminName, adminName, adminGroup}); err != nil {
		return fmt.Errorf("writing the admin's token: %w", err)
	}
	w.Flush()
	if err := os.WriteFile(opts.Authentication.TokenFile.TokenFile, []byte(line.String()), 0o600); err != nil {
		return fmt.Errorf("writing the admin's token: %w", err)
	}
	return nil
}

// reduce switches off what a control plane of one server, one user and no pods has no use for; each part
// costs memory, goroutines and time to start.
func reduce(opts *options.Options) error {
	opts.Metrics = nil
	opts.Features.EnableProfiling = false
	// Nobody competes for this server.
	opts.Features.EnablePriorityAndFairness = false
	opts.SystemNamespaces = nil // created by a hook of ours, see bootstrap.go
	opts.APIEnablement.RuntimeConfig = map[string]string{
		"flowcontrol.apiserver.k8s.io/v1": "false",
		"certificates.k8s.io/v1":          "false",
	}
	opts.Admission.GenericAdmission.DisablePlugins = []string{
		approval.PluginName, signing.PluginName, subjectrestriction.PluginName, ctbattest.PluginName,
		defaulttolerationseconds.PluginName,
	}
	// The server is alone: it need not announce itself to others by leases. Custom
	// resources are kept in CBOR, which takes less time to read than JSON; clients see
	// JSON as everywhere.
	err := utilfeature.DefaultMutableFeatureGate.SetFromMap(map[string]bool{
		string(features.APIServerIdentity):                   false,
		string(features.UnknownVersionInteroperabilityProxy): false,
		string(features.CBORServingAndStorage):               true,
	})
	if err != nil {
		return fmt.Errorf("switching off features of the API server: %w", err)
	}
	if err := opts.GenericServerRunOptions.ComponentGlobalsRegistry.Set(); err != nil {
		return fmt.Errorf("switching off features of the API server: %w", err)
	}
	return nil
}
