package e2e

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"

	"github.com/setpoint-io/setpoint/api/v1alpha1"
	"github.com/setpoint-io/setpoint/internal/localcloud"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
	"github.com/setpoint-io/setpoint/internal/operator"
)

// tagged waits until the world's target has exactly these tags in AWS.
func (w *world) tagged(want map[string]string) {
	w.Helper()
	w.eventually(fmt.Sprintf("the tags are %v", want), func() error {
		t := w.target()
		if t == nil {
			return fmt.Errorf("there is no target")
		}
		out, err := scaling.ListTagsForResource(w.ctx, &applicationautoscaling.ListTagsForResourceInput{ResourceARN: t.ScalableTargetARN})
		if err == nil && !maps.Equal(out.Tags, want) {
			err = fmt.Errorf("they are %v", out.Tags)
		}
		return err
	})
}

// withTags has an operator work with the default tags of the list, as its flag
// has them.
func (w *world) withTags(list ...string) {
	w.Helper()
	tags, skipped := operator.ParseTags(list, "1.2.3")
	if len(skipped) > 0 {
		w.Fatal(skipped)
	}
	w.with(func(o *operator.Options) { o.Tags = tags })
}

func TestDefaultTags(t *testing.T) {
	w := newWorld(t)
	w.withTags("namespace=%K8S_NAMESPACE%", "by=%CONTROLLER_SERVICE%-%CONTROLLER_VERSION%")
	w.apply(targetManifest + "  tags: [{key: by, value: me}]\n")
	w.ready(target, "target")
	w.tagged(map[string]string{"namespace": w.namespace, "by": "me"})
	w.apply(targetManifest)
	w.tagged(map[string]string{"namespace": w.namespace, "by": "applicationautoscaling-1.2.3"})

	t.Log("once they are there, they cost nothing")
	w.ready(target, "target")
	time.Sleep(2 * resync) // the sweep after the last change reads them
	before := theLab.Cloud.Journal().Count("ListTagsForResource")
	time.Sleep(2 * resync)
	if n := theLab.Cloud.Journal().Count("ListTagsForResource") - before; n > 0 {
		t.Errorf("the tags were read %d times", n)
	}

	t.Log("a tag that the flag does not say any more is removed")
	w.withTags("by=%K8S_RESOURCE_NAME%")
	w.tagged(map[string]string{"by": "target"})
	w.withTags()
	w.tagged(map[string]string{})
	w.eventually("nothing is remembered", func() error {
		if got := w.get(target, "target").(*v1alpha1.ScalableTarget).Status.LastApplied.DefaultTags; len(got) > 0 {
			return fmt.Errorf("%v is", got)
		}
		return nil
	})
}

// TestDefaultTagsThatAreDenied must not fail an object whose only tags they
// are: the right to tag is one that the ACK controller never needed.
func TestDefaultTagsThatAreDenied(t *testing.T) {
	w := newWorld(t)
	denied := &wire.Error{Code: "AccessDeniedException", Message: "not authorized to perform: application-autoscaling:TagResource"}
	var removes []func()
	for operation, times := range map[string]int{"RegisterScalableTarget": 1, "TagResource": 0, "ListTagsForResource": 0} {
		removes = append(removes, theLab.Cloud.Faults().Inject(localcloud.Fault{Operation: operation, Error: denied, Times: times}))
	}
	allow := func() {
		for _, remove := range removes {
			remove()
		}
	}
	t.Cleanup(allow)
	w.withTags("by=setpoint")
	w.apply(targetManifest, policyManifest)
	w.ready(policy, "policy")
	w.ready(target, "target")
	advice := condition(w.get(target, "target"), v1alpha1.ConditionAdvisory)
	if text(advice.Reason) != "DefaultTagsNotApplied" {
		t.Errorf("nobody is told: %+v", advice)
	}
	time.Sleep(2 * resync)
	w.ready(target, "target")
	w.must(mentions(text(condition(w.get(target, "target"), v1alpha1.ConditionAdvisory).Message), "TagResource"))
	allow()
	w.tagged(map[string]string{"by": "setpoint"})
	w.eventually("the advice is gone", func() error {
		if c := condition(w.get(target, "target"), v1alpha1.ConditionAdvisory); c.Type != "" {
			return fmt.Errorf("it is %s", text(c.Message))
		}
		return nil
	})
}

// TestDefaultTagsOfAdoptedTargets come with the pass after the adoption, which
// does not look at tags.
func TestDefaultTagsOfAdoptedTargets(t *testing.T) {
	w := newWorld(t)
	w.withTags("by=setpoint")
	_, err := scaling.RegisterScalableTarget(w.ctx, &applicationautoscaling.RegisterScalableTargetInput{
		ServiceNamespace: "sagemaker", ScalableDimension: dimension, ResourceId: new(w.resource()), MinCapacity: new(int32(1)), MaxCapacity: new(int32(2)),
		Tags: map[string]string{"owner": "somebody"},
	})
	w.must(err)
	w.apply(w.edited(targetManifest, "name: target", "name: target\n  annotations: {"+v1alpha1.AnnotationAdoptionPolicy+": adopt}"))
	w.ready(target, "target")
	w.tagged(map[string]string{"owner": "somebody", "by": "setpoint"})
}
