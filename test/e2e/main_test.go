// Package e2e drives the whole of Setpoint as a user does: kubectl against the
// lab's API server, the AWS SDK (and the AWS CLI where it is installed) against
// the lab's AWS.
package e2e

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"

	services "github.com/setpoint-io/setpoint/api/services/v1alpha1"
	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/awsapi"
	"github.com/setpoint-io/setpoint/internal/lab"
	"github.com/setpoint-io/setpoint/internal/operator"
)

// One lab serves all tests of the process, because a process can run one API
// server only. Every test has a Kubernetes namespace and a SageMaker endpoint
// of its own.
var (
	theLab  *lab.Lab
	kube    client.Client
	scaling *applicationautoscaling.Client
	alarms  *cloudwatch.Client
	sage    *sagemaker.Client
)

// resync is short, so that tests need not wait long for drift to be found.
const resync = 2 * time.Second

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	dir, err := os.MkdirTemp("", "setpoint-e2e-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	theLab, err = lab.Start(ctx, lab.Options{
		Dir: dir, KubeAddr: "127.0.0.1:0", CloudAddr: "127.0.0.1:0", ConsoleAddr: "127.0.0.1:0",
		NoController: true, EndpointDelay: 200 * time.Millisecond, Logger: logger(),
	})
	if err != nil {
		return 1, err
	}
	defer func() {
		if stopped := theLab.Stop(); stopped != nil && err == nil {
			err = fmt.Errorf("stopping the lab: %w", stopped)
		}
	}()
	if err := errors.Join(v1alpha1.AddToScheme(scheme.Scheme), services.AddToScheme(scheme.Scheme)); err != nil {
		return 1, err
	}
	kube, err = client.New(theLab.ControlPlane.RESTConfig(), client.Options{Scheme: scheme.Scheme})
	if err != nil {
		return 1, err
	}
	config := lab.SDKConfig(theLab.CloudURL, lab.Account, lab.Region)
	scaling, alarms, sage = applicationautoscaling.NewFromConfig(config), cloudwatch.NewFromConfig(config), sagemaker.NewFromConfig(config)
	stop, err := startController(ctx, resync)
	if err != nil {
		return 1, err
	}
	theController = stop
	code = m.Run()
	theController()
	return code, nil
}

// theController stops the controller that is running.
var theController func()

func logger() *slog.Logger {
	if os.Getenv("SETPOINT_E2E_LOG") == "" {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(os.Stderr, nil))
}

// startController runs the operator of the production binary. The returned
// function stops it and waits until it has.
func startController(ctx context.Context, resync time.Duration) (stop func(), err error) {
	return startOperator(ctx, func(o *operator.Options) { o.Resync = resync })
}

// startOperator does the same with other options.
func startOperator(ctx context.Context, change func(*operator.Options)) (stop func(), err error) {
	ctx, cancel := context.WithCancel(ctx)
	o := operator.Options{
		Kubernetes: theLab.ControlPlane.RESTConfig(), Logger: logger(),
		AWS:             awsapi.Options{Config: lab.SDKConfig(theLab.CloudURL, lab.Account, lab.Region), Logger: logger()},
		SystemNamespace: lab.SystemNamespace,
		MetricsAddr:     "0", HealthAddr: "0",
	}
	change(&o)
	op, err := operator.New(o)
	if err != nil {
		cancel()
		return nil, err
	}
	done := make(chan error, 1)
	go func() { done <- op.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		<-done
	})
	for op.Ready() != nil {
		select {
		case err := <-done:
			cancel()
			return nil, fmt.Errorf("the controller stopped: %w", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	return stop, nil
}
