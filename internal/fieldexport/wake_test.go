package fieldexport

import (
	"log/slog"
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	services "github.com/setpoint-io/setpoint/api/services/v1alpha1"
	"github.com/setpoint-io/setpoint/api/v1alpha1"
)

// TestChangesOfTheSourceWakeItsFieldExports, and no others: releases of the ACK
// controllers exported once and never again, and those before asked the API
// server for all FieldExports at every change of any object.
func TestChangesOfTheSourceWakeItsFieldExports(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := services.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	named := func(name string, edit func(*services.FieldExport)) *services.FieldExport {
		e := exportOf(edit)
		e.Name = name
		return e
	}
	cache := fake.NewClientBuilder().WithScheme(scheme).WithIndex(&services.FieldExport{}, bySource, sourceOf).WithObjects(
		named("arn", nil), named("max", func(e *services.FieldExport) { e.Spec.From.Path = ".spec.maxCapacity" }),
		named("of-another", func(e *services.FieldExport) { e.Spec.From.Resource.Name = "api" }),
		named("of-another-kind", func(e *services.FieldExport) { e.Spec.From.Resource.Kind = "ScalingPolicy" }),
		named("of-another-group", func(e *services.FieldExport) { e.Spec.From.Resource.Group = "s3.services.k8s.aws" }),
		named("elsewhere", func(e *services.FieldExport) { e.Namespace = "b" }),
	).Build()
	r := &Reconciler{cache: cache, options: Options{Logger: slog.New(slog.DiscardHandler)}}
	queue := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[reconcile.Request]())
	defer queue.ShutDown()
	readersOf[*v1alpha1.ScalableTarget](r, "ScalableTarget").Update(t.Context(),
		event.TypedUpdateEvent[*v1alpha1.ScalableTarget]{ObjectOld: syncedTarget(), ObjectNew: syncedTarget()}, queue)
	var woken []string
	for queue.Len() > 0 {
		request, _ := queue.Get()
		woken = append(woken, request.String())
	}
	slices.Sort(woken)
	if want := []string{"a/arn", "a/max"}; !slices.Equal(woken, want) {
		t.Errorf("woken are %q, want %q", woken, want)
	}
}
