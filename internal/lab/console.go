package lab

import (
	"context"

	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/console"
)

// listenForConsole opens the address of the console, if there shall be one.
func (l *Lab) listenForConsole(ctx context.Context, o Options) (err error) {
	if o.ConsoleAddr != "" {
		l.page, err = listen(ctx, "the console", "--console-addr", o.ConsoleAddr)
	}
	return err
}

// startConsole serves the console. It looks at the objects as any client of the API
// server does.
func (l *Lab) startConsole(ctx context.Context, o Options) error {
	if l.page == nil {
		return nil
	}
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		return err
	}
	// Who reads does not write into what it reads.
	shared := true
	objects, err := cache.New(l.ControlPlane.RESTConfig(), cache.Options{Scheme: scheme, DefaultUnsafeDisableDeepCopy: &shared})
	if err != nil {
		return err
	}
	logger := o.Logger.With("component", "console")
	go func() {
		if err := objects.Start(ctx); err != nil {
			logger.Error("the console does not see the objects any more", "error", err)
		}
	}()
	l.ConsoleURL = "http://" + l.page.Addr().String()
	l.serve(l.page, console.New(console.Options{
		Cloud: l.Admin, Kubernetes: kubernetes{objects}, Hosts: o.ConsoleHosts, Logger: logger,
	}), logger)
	l.page = nil
	return nil
}

// kubernetes lists the objects of the three kinds.
type kubernetes struct{ client.Reader }

var _ console.Kubernetes = kubernetes{}

func (k kubernetes) List(ctx context.Context) ([]v1alpha1.Object, error) {
	var targets v1alpha1.ScalableTargetList
	var policies v1alpha1.ScalingPolicyList
	var actions v1alpha1.ScheduledActionList
	for _, list := range []client.ObjectList{&targets, &policies, &actions} {
		if err := k.Reader.List(ctx, list); err != nil {
			return nil, err
		}
	}
	var objects []v1alpha1.Object
	for i := range targets.Items {
		objects = append(objects, &targets.Items[i])
	}
	for i := range policies.Items {
		objects = append(objects, &policies.Items[i])
	}
	for i := range actions.Items {
		objects = append(objects, &actions.Items[i])
	}
	return objects, nil
}
