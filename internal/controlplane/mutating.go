package controlplane

import (
	"sync/atomic"

	"k8s.io/client-go/informers"
	"k8s.io/client-go/tools/cache"
)

// mutating says whether there is, or has been since the start, anything in this API server by which users
// change objects in admission: a mutating webhook, or a mutating policy that is bound.
func mutating(factory informers.SharedInformerFactory) func() bool {
	admission := factory.Admissionregistration().V1()
	stores := []cache.Store{
		admission.MutatingWebhookConfigurations().Informer().GetStore(),
		admission.MutatingAdmissionPolicyBindings().Informer().GetStore(),
	}
	var ever atomic.Bool
	return func() bool {
		if ever.Load() {
			return true
		}
		for _, store := range stores {
			if len(store.ListKeys()) > 0 {
				ever.Store(true)
				return true
			}
		}
		return false
	}
}
