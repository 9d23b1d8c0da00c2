package fieldexport

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/controller-runtime/pkg/client"

	services "github.com/setpoint-io/setpoint/api/services/v1alpha1"
)

// target is a key of a ConfigMap or Secret.
type target struct {
	types.NamespacedName

	secret bool
	key    string
}

// String names the target as users do: "ConfigMap default/settings".
func (t target) String() string { return t.kind() + " " + t.NamespacedName.String() }

func (t target) kind() string {
	if t.secret {
		return "Secret"
	}
	return "ConfigMap"
}

// targetOf returns where a FieldExport writes to. The schema of ACK takes more
// than can be written, so what the field says is checked here.
func (r *Reconciler) targetOf(export *services.FieldExport) (target, error) {
	to := export.Spec.To
	t := target{NamespacedName: types.NamespacedName{Namespace: to.Namespace, Name: to.Name}, key: to.Key}
	if t.Namespace == "" {
		t.Namespace = export.Namespace
	}
	if t.key == "" {
		t.key = export.Namespace + "." + export.Name
	}
	switch services.FieldExportOutputType(strings.ToLower(string(to.Kind))) {
	case services.OutputConfigMap:
	case services.OutputSecret:
		t.secret = true
	default:
		return t, &problem{terminal: true, reason: reasonAddress, message: fmt.Sprintf("spec.to.kind %q cannot be written: write configmap or secret", to.Kind)}
	}
	if to.Name == "" {
		return t, &problem{terminal: true, reason: reasonAddress, message: "spec.to.name is empty: write the name of the " + t.kind()}
	}
	if why := validation.IsConfigMapKey(t.key); len(why) > 0 {
		return t, &problem{terminal: true, reason: reasonAddress, message: fmt.Sprintf("%q cannot be a key of a %s (%s): write another one in spec.to.key", t.key, t.kind(), why[0])}
	}
	return t, r.allowed(export, t)
}

// allowed refuses targets in namespaces that are not the FieldExport's to write
// into.
func (r *Reconciler) allowed(export *services.FieldExport, t target) error {
	switch {
	case t.Namespace == export.Namespace:
		return nil
	case r.options.SameNamespace:
		return &problem{terminal: true, reason: reasonCrossNamespace, message: fmt.Sprintf(
			"%s is in another namespace, which --enable-cross-namespace=false forbids: export to a %s in namespace %s", t, t.kind(), export.Namespace)}
	case strings.HasPrefix(t.Namespace, "kube-"), t.Namespace == r.options.SystemNamespace:
		return &problem{terminal: true, reason: reasonReserved, message: fmt.Sprintf(
			"%s is in a namespace of Kubernetes or of the controller, into which nothing is exported from outside: export to another namespace, or create the FieldExport in that one", t)}
	}
	return nil
}

// write puts a value under the key of a target, if it is not there yet. It
// touches nothing else, so that many FieldExports, and others, can write into
// one object.
func (r *Reconciler) write(ctx context.Context, t target, value string) (written bool, err error) {
	obj, current, found, err := r.read(ctx, t)
	if err != nil {
		return false, refusal(t, err)
	}
	if found && current == value {
		return false, nil
	}
	var data any = map[string]string{t.key: value}
	if t.secret {
		data = map[string][]byte{t.key: []byte(value)}
	}
	patch, err := json.Marshal(map[string]any{"data": data})
	if err != nil {
		return false, err
	}
	err = r.client.Patch(ctx, obj, client.RawPatch(types.MergePatchType, patch), fieldOwner)
	return err == nil, refusal(t, err)
}

// read returns the target's object, and what it has under the key.
func (r *Reconciler) read(ctx context.Context, t target) (obj client.Object, value string, found bool, err error) {
	if t.secret {
		secret := &corev1.Secret{}
		err := r.live.Get(ctx, t.NamespacedName, secret)
		data, found := secret.Data[t.key]
		return secret, string(data), found, err
	}
	configMap := &corev1.ConfigMap{}
	err = r.live.Get(ctx, t.NamespacedName, configMap)
	value, found = configMap.Data[t.key]
	return configMap, value, found, err
}

// refusal turns the API server's errors that concern the target into problems.
func refusal(t target, err error) error {
	p := &problem{retry: retryAfter}
	switch {
	case apierrors.IsNotFound(err):
		p.reason, p.message = reasonTarget, fmt.Sprintf("waiting for %s: there is no such object; create it, a FieldExport does not", t)
	case apierrors.IsForbidden(err):
		how := ""
		if t.secret {
			how = ", which fieldExport.secrets: true of the chart does for Secrets"
		}
		p.reason, p.message = reasonDenied, fmt.Sprintf("the controller may not write %s: allow it to get and patch it%s (%v)", t, how, err)
	case apierrors.IsInvalid(err), apierrors.IsBadRequest(err), apierrors.IsRequestEntityTooLargeError(err):
		p.reason, p.message = reasonRefused, fmt.Sprintf("the API server does not take the value into %s: %v; correct the object, or choose another target", t, err)
	default:
		return err
	}
	return p
}
