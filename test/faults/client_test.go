package faults

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// processClient is the process's connection to the API server.
type processClient struct {
	client.Client // what it does not implement is not there
	p             *process
	cache         *watchCache
}

func (c processClient) Get(ctx context.Context, name client.ObjectKey, obj client.Object, o ...client.GetOption) error {
	return c.cache.Get(ctx, name, obj, o...)
}

func (c processClient) Patch(_ context.Context, obj client.Object, patch client.Patch, _ ...client.PatchOption) error {
	return c.p.patch(obj, patch, false)
}

// liveReader reads our objects as they are; of others the cache is never old.
type liveReader struct{ processClient }

func (r liveReader) Get(ctx context.Context, name client.ObjectKey, into client.Object, o ...client.GetOption) error {
	obj, ours := into.(v1alpha1.Object)
	if !ours {
		return r.processClient.Get(ctx, name, into, o...)
	}
	k := key{keyOf(obj).kind, name.Name}
	found := r.p.world.memory.get(k)
	if found == nil || name.Namespace != k.namespace() {
		return apierrors.NewNotFound(resourceOf(k), name.Name)
	}
	reflect.ValueOf(into).Elem().Set(reflect.ValueOf(found).Elem())
	return nil
}

func (c processClient) Status() client.SubResourceWriter { return statusClient{p: c.p} }

type statusClient struct {
	client.SubResourceWriter
	p *process
}

func (c statusClient) Patch(_ context.Context, obj client.Object, patch client.Patch, _ ...client.SubResourcePatchOption) error {
	return c.p.patch(obj, patch, true)
}

func (c statusClient) Update(_ context.Context, obj client.Object, _ ...client.SubResourceUpdateOption) error {
	sent := obj.(v1alpha1.Object)
	k := keyOf(sent)
	if has := c.p.world.memory.get(k); has != nil {
		if err := moved(k, has, sent); err != nil {
			return err // and nothing was written
		}
	}
	after, err := c.p.change(k, true, func() (before, after v1alpha1.Object, err error) { return c.p.world.memory.replaceStatus(k, sent) })
	if err == nil {
		reflect.ValueOf(obj).Elem().Set(reflect.ValueOf(after).Elem())
	}
	return err
}

// patch answers with the metadata alone, which is all that the controller asks for.
func (p *process) patch(obj client.Object, patch client.Patch, status bool) error {
	data, err := patch.Data(obj)
	if err != nil {
		return err
	}
	answer := obj.(*metav1.PartialObjectMetadata)
	k := key{autoscaling.Kind(answer.Kind), answer.Name}
	after, err := p.change(k, status, func() (before, after v1alpha1.Object, err error) { return p.world.memory.patch(k, data, status) })
	if err == nil {
		answer.ObjectMeta = *after.GetObjectMeta().(*metav1.ObjectMeta)
	}
	return err
}

// change makes a write to the API server, and returns a copy of what it answers.
func (p *process) change(k key, status bool, write func() (before, after v1alpha1.Object, err error)) (v1alpha1.Object, error) {
	var before, after v1alpha1.Object
	var err error
	lost := p.write(fmt.Sprintf("write %s %s status=%t", k.kind, k.name, status), func() {
		fault := p.world.loses()
		if fault == lostBefore {
			err = apierrors.NewServerTimeout(resourceOf(k), "write", 1)
			return
		}
		if refuse := p.world.refuse.Load(); refuse != nil && (*refuse)(k, status) {
			err = apierrors.NewForbidden(resourceOf(k), k.name, errors.New("the webhook says no"))
			return
		}
		before, after, err = write()
		if err == nil {
			p.world.follow(before, after)
		}
		if fault == lostAfter {
			err = apierrors.NewTimeoutError("the answer was lost", 1)
		}
	})
	if err = cmp.Or(lost, err); err != nil {
		return nil, err
	}
	if status {
		p.world.checkClaim(after)
		p.world.checkReady(before, after)
	}
	return clone(after), nil
}
