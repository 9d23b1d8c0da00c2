package sagemaker

import (
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// place is one account in one Region: nothing is shared between two of them.
type place struct{ account, region string }

// region is what one account has in one Region, by name; tags by ARN.
type region struct {
	models     map[string]*model
	configs    map[string]*config
	endpoints  map[string]*endpoint
	components map[string]*component
	tags       map[string]map[string]string
}

type model struct {
	input   createModelInput
	created time.Time
}

// config is an endpoint configuration. It is never changed, so endpoints keep
// it even when it is deleted.
type config struct {
	input   createConfigInput
	created time.Time
}

func (c *config) name() string { return *c.input.EndpointConfigName }

// endpoint is an endpoint: what is deployed, and the change that is under way.
type endpoint struct {
	name              string
	created, modified time.Time
	gone              bool    // deleted
	config            *config // nil until the endpoint was created
	variants          []variant
	deployment        opaque             // LastDeploymentConfig
	change            *change            // nil: in service
	flows             []*flow            // of the variants in service
	turns             map[string]float64 // by variant: how much of a request it is owed
	asked             uint64             // how many asynchronous requests came
}

// change is a creation, update or deletion under way.
type change struct {
	status         string
	started, until time.Time
	// What will be deployed; config is nil for a change of weights and
	// capacities, where the variants are already desired to have them.
	config     *config
	variants   []variant
	deployment opaque
}

// The statuses of endpoints that occur here (AWS API: EndpointStatus).
const (
	creating  = "Creating"
	updating  = "Updating"
	inService = "InService"
	deleting  = "Deleting"
)

func (e *endpoint) status() string {
	if e.change == nil {
		return inService
	}
	return e.change.status
}

// all returns the variants that an endpoint has or, while it is being created,
// will have.
func (e *endpoint) all() []variant {
	if e.config == nil {
		return e.change.variants
	}
	return e.variants
}

// variant is a production variant of an endpoint.
type variant struct {
	spec             productionVariant
	image            string
	resolved         time.Time // when the image was
	current, desired capacity
}

// capacity is what a variant has or shall have: instances, or the
// configuration of a serverless variant.
type capacity struct {
	weight     float64
	instances  int32
	serverless *serverlessConfig // nil: the variant has instances
}

func (v *variant) name() string { return *v.spec.VariantName }

// region returns the state of the caller's account and Region.
func (s *Service) region(sc wire.Scope) *region {
	key := place{sc.Account, sc.Region}
	r := s.regions[key]
	if r == nil {
		r = &region{
			models:     map[string]*model{},
			configs:    map[string]*config{},
			endpoints:  map[string]*endpoint{},
			components: map[string]*component{},
			tags:       map[string]map[string]string{},
		}
		s.regions[key] = r
	}
	return r
}

// settle completes a change other than a deletion.
func (e *endpoint) settle() {
	done := e.change
	e.change = nil
	e.modified = done.until
	if done.config != nil {
		e.config, e.variants, e.deployment = done.config, done.variants, done.deployment
	}
	for i := range e.variants {
		e.variants[i].current = e.variants[i].desired
	}
}

func (s *Service) arn(sc wire.Scope, kind, name string) string {
	if s.behaviour.LowercaseARNs {
		name = strings.ToLower(name)
	}
	return "arn:" + sc.Partition() + ":sagemaker:" + sc.Region + ":" + sc.Account + ":" + kind + "/" + name
}
