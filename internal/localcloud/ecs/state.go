package ecs

import (
	"regexp"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
	"github.com/setpoint-io/setpoint/internal/localcloud/traffic"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// place is one account in one Region: nothing is shared between two of them.
type place struct{ account, region string }

// region is what one account has in one Region, by name.
type region struct {
	scope    wire.Scope
	clusters map[string]*cluster
	// definitions are the revisions of task definitions by family, the first one
	// first.
	definitions map[string][]*definition
}

type cluster struct {
	name     string
	input    createClusterInput // what is only kept
	tags     map[string]string
	services map[string]*service
}

// The statuses of services (AWS API: Service).
const (
	active   = "ACTIVE"
	draining = "DRAINING" // deleted, with tasks that still run
	inactive = "INACTIVE" // deleted
)

// service is an ECS service. Its tasks are counted only.
type service struct {
	input            createServiceInput // its task definition is an ARN
	tags             map[string]string
	created, updated time.Time
	deployments      int // how many there were
	deleted          bool
	tasks            *engine.Provisioner
	load             traffic.Meter
}

func (v *service) status(now time.Time) string {
	switch {
	case !v.deleted:
		return active
	case v.tasks.Status(now).Running > 0:
		return draining
	default:
		return inactive
	}
}

func (s *Service) region(sc wire.Scope) *region {
	key := place{sc.Account, sc.Region}
	r := s.regions[key]
	if r == nil {
		r = &region{scope: wire.Scope{Account: sc.Account, Region: sc.Region}, clusters: map[string]*cluster{}, definitions: map[string][]*definition{}}
		s.regions[key] = r
	}
	return r
}

// defaultCluster is the cluster of requests that name none.
const defaultCluster = "default"

// cluster finds a cluster by its name or ARN.
func (s *Service) cluster(sc wire.Scope, given *string) (*cluster, error) {
	name := defaultCluster
	if given != nil && *given != "" {
		name = lastSegment(*given)
	}
	c := s.region(sc).clusters[name]
	if c == nil {
		return nil, clusterNotFound()
	}
	return c, nil
}

// service finds a service by its name or ARN.
func (s *Service) service(sc wire.Scope, clusterName, given *string) (*cluster, *service, error) {
	c, err := s.cluster(sc, clusterName)
	if err != nil {
		return nil, nil, err
	}
	v := c.services[lastSegment(value(given))]
	if v == nil {
		return nil, nil, serviceNotFound()
	}
	return c, v, nil
}

// lastSegment is the name of what an ARN, or a name, is of.
func lastSegment(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

func arn(sc wire.Scope, kind, name string) string {
	return "arn:" + sc.Partition() + ":ecs:" + sc.Region + ":" + sc.Account + ":" + kind + "/" + name
}

// namePattern is that of clusters and services (AWS API: CreateService).
var namePattern = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,255}$`)

// value returns a member or, if it is absent, the zero value.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
