package sagemaker

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/localcloud/appautoscaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// The scalable dimensions of variants and inference components (AWS API: RegisterScalableTarget).
const (
	instanceCount          = "sagemaker:variant:DesiredInstanceCount"
	provisionedConcurrency = "sagemaker:variant:DesiredProvisionedConcurrency"
	copyCount              = "sagemaker:inference-component:DesiredCopyCount"
)

// burstable matches the instance types of the T family, such as ml.t2.medium;
// not ml.trn1.2xlarge.
var burstable = regexp.MustCompile(`^ml\.t[0-9]`)

// variantID names a variant as Application Auto Scaling does.
func variantID(endpoint, variant string) string {
	return "endpoint/" + endpoint + "/variant/" + variant
}

// componentID begins the resource IDs of inference components.
const componentID = "inference-component/"

// Resource returns a variant or an inference component as what Application Auto
// Scaling scales. The error is that there is none, or that it cannot be scaled.
func (s *Service) Resource(sc wire.Scope, id autoscaling.Identity) (appautoscaling.Resource, error) {
	if id.ScalableDimension == copyCount {
		it := scaledComponent{s, sc, strings.TrimPrefix(id.ResourceID, componentID)}
		if _, err := it.find(); err != nil {
			return nil, err
		}
		return it, nil
	}
	endpointName, variantName, _ := strings.Cut(strings.TrimPrefix(id.ResourceID, "endpoint/"), "/variant/")
	it := &scaledVariant{service: s, scope: sc, endpoint: endpointName, variant: variantName, dimension: id.ScalableDimension}
	_, v, err := it.find()
	if err == nil {
		err = v.scalable(it.dimension)
	}
	if err != nil {
		return nil, err
	}
	it.variant = v.name() // the same text in the same place, which is quick to compare
	return it, nil
}

// scaledVariant is a variant as what is scaled: by its name, because an endpoint
// may be deleted and created anew. The time is the service's.
type scaledVariant struct {
	service           *Service
	scope             wire.Scope
	endpoint, variant string
	dimension         string
	found             *endpoint // what was last found
}

// Registrable refuses a variant whose model was deleted meanwhile (Amazon SageMaker
// Developer Guide: automatic scaling, which documents the check and not the text).
func (v *scaledVariant) Registrable() error {
	_, found, err := v.find()
	if err != nil {
		return err
	}
	if name := found.spec.ModelName; name != nil && v.service.region(v.scope).models[*name] == nil {
		return v.service.notFound(v.scope, modelKind, *name)
	}
	return nil
}

func (v *scaledVariant) find() (*endpoint, *variant, error) {
	v.service.settle(v.service.now())
	if v.found == nil || v.found.gone {
		e, err := v.service.find(v.scope, v.endpoint)
		if err != nil {
			return nil, nil, err
		}
		v.found = e
	}
	found, err := v.found.named(v.variant)
	return v.found, found, err
}

// Status returns the capacity. It cannot be changed while the endpoint is not
// in service (Amazon SageMaker Developer Guide: automatic scaling is blocked
// while an update runs).
func (v *scaledVariant) Status(time.Time) engine.Status {
	e, found, err := v.find()
	if err != nil {
		return engine.Status{Settled: true, Unscalable: message(err)}
	}
	status := engine.Status{Desired: found.desired.of(v.dimension), Running: found.current.of(v.dimension), Settled: e.change == nil}
	if e.change != nil {
		status.Unscalable = message(v.service.inProgress(v.scope, e.name))
	}
	return status
}

func (c capacity) of(dimension string) int32 {
	if c.serverless != nil && dimension == provisionedConcurrency {
		return value(c.serverless.ProvisionedConcurrency)
	}
	return c.instances
}

// NextChange returns when the change of the endpoint that is under way comes to
// its end.
func (v *scaledVariant) NextChange(time.Time) (time.Time, bool) {
	e, _, err := v.find()
	if err != nil || e.change == nil {
		return time.Time{}, false
	}
	return fullSecond(e.change.until), true
}

// fullSecond returns the first full second, by which targets count, that is not
// before a time.
func fullSecond(at time.Time) time.Time {
	return at.Add(time.Second - time.Nanosecond).Truncate(time.Second)
}

// Scale changes the desired capacity, as UpdateEndpointWeightsAndCapacities
// does.
func (v *scaledVariant) Scale(_ time.Time, n int32) error { return v.service.refusal(v.scale(n)) }

// refusal is why a capacity is not changed, nil if it is, in the words in which
// AWS's SDK tells the errors of a service.
func (s *Service) refusal(err error) error {
	if err == nil {
		return nil
	}
	code, status := "InternalFailure", http.StatusInternalServerError
	if e, ok := errors.AsType[*wire.Error](err); ok {
		code, status = e.Code, cmp.Or(e.Status, http.StatusBadRequest)
	}
	return &engine.RefusalError{Reason: fmt.Sprintf("%s (Service: AmazonSageMaker; Status Code: %d; Error Code: %s; Request ID: %s)",
		message(err), status, code, s.newID())}
}

func (v *scaledVariant) scale(n int32) error {
	e, found, err := v.find()
	if err != nil {
		return err
	}
	name := found.name()
	wanted := desiredCapacity{VariantName: &name}
	if v.dimension == provisionedConcurrency {
		if n < 1 || n > maxConcurrency {
			return wire.Validation("The provisioned concurrency of the variant %q must be between 1 and %d.", name, maxConcurrency)
		}
		wanted.ServerlessUpdateConfig = &serverlessUpdate{ProvisionedConcurrency: &n}
	} else {
		wanted.DesiredInstanceCount = &n
	}
	return v.service.scale(v.scope, e.name, []desiredCapacity{wanted})
}

// scaledComponent is an inference component as what is scaled, by its name.
type scaledComponent struct {
	service *Service
	scope   wire.Scope
	name    string
}

func (c scaledComponent) find() (*component, error) { return c.service.findComponent(c.scope, c.name) }

// Status returns the copies. They cannot be changed while the component is not
// in service.
func (c scaledComponent) Status(time.Time) engine.Status {
	found, err := c.find()
	if err != nil {
		return engine.Status{Settled: true, Unscalable: message(err)}
	}
	status := engine.Status{Desired: found.desired, Running: found.current, Settled: found.change == nil}
	if found.change != nil {
		status.Unscalable = message(c.service.componentInProgress(c.scope, c.name))
	}
	return status
}

// NextChange returns when the change of the component that is under way comes
// to its end.
func (c scaledComponent) NextChange(time.Time) (time.Time, bool) {
	found, err := c.find()
	if err != nil || found.change == nil {
		return time.Time{}, false
	}
	return fullSecond(found.change.until), true
}

// Scale changes the desired copies, as UpdateInferenceComponentRuntimeConfig
// does.
func (c scaledComponent) Scale(_ time.Time, n int32) error {
	found, err := c.service.readyComponent(c.scope, c.name)
	if err == nil {
		c.service.scaleComponent(c.scope, found, n)
	}
	return c.service.refusal(err)
}

// message returns the text of an error without its code.
func message(err error) string {
	if e, ok := errors.AsType[*wire.Error](err); ok {
		return e.Message
	}
	return err.Error()
}

// named finds the variant of an endpoint, also of one that is being created.
func (e *endpoint) named(name string) (*variant, error) {
	variants := e.all()
	for i := range variants {
		if variants[i].name() == name {
			return &variants[i], nil
		}
	}
	c := e.config
	if c == nil {
		c = e.change.config
	}
	return nil, noVariant(name, c)
}

// scalable refuses a dimension that a variant does not have. That it must fit the
// variant, and that burstable instances cannot be scaled, is documented; the
// texts are ours.
func (v *variant) scalable(dimension string) error {
	serverless := v.desired.serverless != nil
	switch {
	case dimension == provisionedConcurrency && !serverless:
		return wire.Validation("The variant %q is not serverless and has no provisioned concurrency.", v.name())
	case dimension == instanceCount && serverless:
		return wire.Validation("The variant %q is serverless and has no instances.", v.name())
	case burstable.MatchString(value(v.spec.InstanceType)):
		return wire.Validation("The variant %q has burstable instances (%s), which Application Auto Scaling does not support.", v.name(), *v.spec.InstanceType)
	}
	return nil
}
