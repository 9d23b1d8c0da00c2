package ecs

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// createClusterInput is also what the state keeps of a cluster.
type createClusterInput struct {
	ClusterName *string `json:"clusterName"`
	clusterSettings
	clusterProviders
	Tags []tag `json:"tags"`
}

// clusterSettings and clusterProviders are members of a cluster that are only
// kept.
type clusterSettings struct {
	Configuration          wire.Opaque `json:"configuration"`
	ServiceConnectDefaults wire.Opaque `json:"serviceConnectDefaults"`
	Settings               wire.Opaque `json:"settings"`
}

type clusterProviders struct {
	CapacityProviders               wire.Opaque `json:"capacityProviders"`
	DefaultCapacityProviderStrategy wire.Opaque `json:"defaultCapacityProviderStrategy"`
}

type clusterOutput struct {
	Cluster clusterShape `json:"cluster"`
}

// What a description of clusters and others leaves out unless it is asked for
// (AWS API: DescribeClusters, DescribeServices, DescribeTaskDefinition).
const (
	withTags           = "TAGS"
	withSettings       = "SETTINGS"
	withConfigurations = "CONFIGURATIONS"
)

// createCluster creates a cluster. One that exists is given back, as AWS does.
func (s *Service) createCluster(sc wire.Scope, in createClusterInput) (any, error) {
	name := cmp.Or(value(in.ClusterName), defaultCluster)
	if !namePattern.MatchString(name) {
		return nil, invalidParameter("Invalid cluster name: up to 255 letters, digits, underscores and hyphens are allowed.")
	}
	tags, err := tagged(nil, in.Tags)
	if err != nil {
		return nil, err
	}
	r := s.region(sc)
	if r.clusters[name] == nil {
		r.clusters[name] = &cluster{name: name, input: in, tags: tags, services: map[string]*service{}}
	}
	return &clusterOutput{s.clusterShape(sc, r.clusters[name], withTags, withSettings, withConfigurations)}, nil
}

type updateClusterInput struct {
	Cluster *string `json:"cluster"`
	clusterSettings
}

func (s *Service) updateCluster(sc wire.Scope, in updateClusterInput) (any, error) {
	c, err := s.cluster(sc, in.Cluster)
	if err != nil {
		return nil, err
	}
	for _, member := range []struct{ to, from *wire.Opaque }{
		{&c.input.Configuration, &in.Configuration},
		{&c.input.ServiceConnectDefaults, &in.ServiceConnectDefaults},
		{&c.input.Settings, &in.Settings},
	} {
		if *member.from != nil {
			*member.to = *member.from
		}
	}
	return &clusterOutput{s.clusterShape(sc, c, withTags, withSettings, withConfigurations)}, nil
}

type putProvidersInput struct {
	Cluster *string `json:"cluster"`
	clusterProviders
}

// putClusterCapacityProviders replaces what a cluster had (AWS API:
// PutClusterCapacityProviders).
func (s *Service) putClusterCapacityProviders(sc wire.Scope, in putProvidersInput) (any, error) {
	c, err := s.cluster(sc, in.Cluster)
	if err != nil {
		return nil, err
	}
	if in.CapacityProviders == nil || in.DefaultCapacityProviderStrategy == nil {
		return nil, invalidParameter("capacityProviders and defaultCapacityProviderStrategy are required; they may be empty.")
	}
	c.input.clusterProviders = in.clusterProviders
	return &clusterOutput{s.clusterShape(sc, c, withTags, withSettings, withConfigurations)}, nil
}

// maxClusters is how many clusters can be described at once (AWS API:
// DescribeClusters).
const maxClusters = 100

type describeClustersInput struct {
	Clusters []string `json:"clusters"`
	Include  []string `json:"include"`
}

type describeClustersOutput struct {
	Clusters []clusterShape `json:"clusters"`
	Failures []failure      `json:"failures"`
}

func (s *Service) describeClusters(sc wire.Scope, in describeClustersInput) (any, error) {
	if len(in.Clusters) > maxClusters {
		return nil, invalidParameter(fmt.Sprintf("At most %d clusters can be described at once.", maxClusters))
	}
	if len(in.Clusters) == 0 {
		in.Clusters = []string{defaultCluster}
	}
	out := &describeClustersOutput{Clusters: []clusterShape{}, Failures: []failure{}}
	for _, given := range in.Clusters {
		name := lastSegment(given)
		if c := s.region(sc).clusters[name]; c != nil {
			out.Clusters = append(out.Clusters, s.clusterShape(sc, c, in.Include...))
			continue
		}
		out.Failures = append(out.Failures, failure{arn(sc, "cluster", name), missing})
	}
	return out, nil
}

type deleteClusterInput struct {
	Cluster *string `json:"cluster"`
}

// deleteCluster deletes a cluster without services. AWS may show it as INACTIVE
// for a while; here it is gone.
func (s *Service) deleteCluster(sc wire.Scope, in deleteClusterInput) (any, error) {
	c, err := s.cluster(sc, in.Cluster)
	if err != nil {
		return nil, err
	}
	for _, v := range c.services {
		switch v.status(s.now()) {
		case active:
			return nil, &wire.Error{Code: "ClusterContainsServicesException", Message: "The Cluster cannot be deleted while Services are active."}
		case draining:
			return nil, &wire.Error{Code: "ClusterContainsTasksException", Message: "The Cluster cannot be deleted while Tasks are active."}
		}
	}
	delete(s.region(sc).clusters, c.name)
	out := &clusterOutput{s.clusterShape(sc, c)}
	out.Cluster.Status = inactive
	return out, nil
}

type listInput struct {
	NextToken  *string `json:"nextToken"`
	MaxResults *int32  `json:"maxResults"`
}

type listClustersOutput struct {
	ClusterArns []string `json:"clusterArns"`
	NextToken   *string  `json:"nextToken,omitempty"`
}

// maxClusterPage is a page of ListClusters (AWS API).
const maxClusterPage = 100

func (s *Service) listClusters(sc wire.Scope, in listInput) (any, error) {
	names, token, err := in.page(slices.Collect(maps.Keys(s.region(sc).clusters)), maxClusterPage)
	if err != nil {
		return nil, err
	}
	out := &listClustersOutput{ClusterArns: []string{}, NextToken: token}
	for _, name := range names {
		out.ClusterArns = append(out.ClusterArns, arn(sc, "cluster", name))
	}
	return out, nil
}

// maxPage is what a page of any list may be (AWS API).
const maxPage = 100

// page returns a page of names, in their order, and the token for the next. A
// token is the name that ends a page.
func (in listInput) page(names []string, size int) ([]string, *string, error) {
	size = int(cmp.Or(value(in.MaxResults), int32(size)))
	if size < 1 || size > maxPage {
		return nil, nil, invalidParameter(fmt.Sprintf("maxResults must be between 1 and %d.", maxPage))
	}
	after, found := strings.CutPrefix(value(in.NextToken), tokenPrefix)
	if in.NextToken != nil && !found {
		return nil, nil, invalidParameter("Invalid token in nextToken.")
	}
	names = slices.DeleteFunc(names, func(name string) bool { return found && name <= after })
	slices.Sort(names)
	if len(names) <= size {
		return names, nil, nil
	}
	return names[:size], new(tokenPrefix + names[size-1]), nil
}

// tokenPrefix tells a token from other texts.
const tokenPrefix = "after:"
