package catalog

import (
	"regexp"
	"slices"
)

// Namespace is one service namespace (AWS API: RegisterScalableTarget).
type Namespace struct {
	Name  string // such as "sagemaker"
	Title string // the service's name for people

	// RoleSuffix ends the name of the service-linked role. Empty means that
	// the service has none, so a scalable target needs a RoleARN (Amazon EMR).
	RoleSuffix string

	// DefaultCooldown is what a target tracking policy uses in either direction
	// if it sets none, in seconds. It has no meaning where the namespace has no
	// target tracking.
	DefaultCooldown int32

	// TargetQuota is the default number of scalable targets per account and
	// Region.
	TargetQuota int
}

// Documents: Application Auto Scaling User Guide, "Service-linked roles",
// "Define cooldown periods" and "Quotas for Application Auto Scaling". The
// cooldown of WorkSpaces and Neptune is the guide's value for all services that
// it does not list otherwise.
var namespaces = []Namespace{
	{"ecs", "Amazon ECS", "ECSService", 300, 3000},
	{"ec2", "Amazon EC2 Spot Fleet", "EC2SpotFleetRequest", 300, 500},
	{"elasticmapreduce", "Amazon EMR", "", 0, 500},
	{"appstream", "Amazon WorkSpaces Applications (AppStream 2.0)", "AppStreamFleet", 300, 500},
	{"dynamodb", "Amazon DynamoDB", "DynamoDBTable", 0, 5000},
	{"rds", "Amazon Aurora", "RDSCluster", 300, 500},
	{"sagemaker", "Amazon SageMaker", "SageMakerEndpoint", 300, 500},
	{"custom-resource", "custom resources", "CustomResource", 300, 500},
	{"comprehend", "Amazon Comprehend", "ComprehendEndpoint", 0, 500},
	{"lambda", "AWS Lambda", "LambdaConcurrency", 0, 500},
	{"cassandra", "Amazon Keyspaces", "CassandraTable", 0, 1500},
	{"kafka", "Amazon MSK", "KafkaCluster", 0, 500},
	{"elasticache", "Amazon ElastiCache", "ElastiCacheRG", 600, 500},
	{"neptune", "Amazon Neptune", "NeptuneCluster", 300, 500},
	{"workspaces", "Amazon WorkSpaces Pools", "WorkSpacesPool", 300, 500},
}

// Namespaces returns all service namespaces in the order of the API reference.
func Namespaces() []Namespace { return slices.Clone(namespaces) }

// LookupNamespace finds a service namespace by its exact name.
func LookupNamespace(name string) (Namespace, bool) {
	i := slices.IndexFunc(namespaces, func(n Namespace) bool { return n.Name == name })
	if i < 0 {
		return Namespace{}, false
	}
	return namespaces[i], true
}

// Dimensions returns the scalable dimensions of the namespace.
func (n Namespace) Dimensions() []Dimension {
	var in []Dimension
	for _, d := range dimensions {
		if d.Namespace == n.Name {
			in = append(in, d)
		}
	}
	return in
}

// RoleRequired reports whether a scalable target needs a RoleARN, because the
// service has no service-linked role.
func (n Namespace) RoleRequired() bool { return n.RoleSuffix == "" }

// ServicePrincipal is who assumes the service-linked role.
func (n Namespace) ServicePrincipal() string {
	return n.Name + ".application-autoscaling.amazonaws.com"
}

// ServiceLinkedRoleARN is the ARN of the role that Application Auto Scaling
// uses for this namespace unless a scalable target names another; it is empty
// if the service has none. The role appears at the first registration.
func (n Namespace) ServiceLinkedRoleARN(partition, account string) string {
	if n.RoleRequired() {
		return ""
	}
	return "arn:" + partition + ":iam::" + account + ":role/aws-service-role/" +
		n.ServicePrincipal() + "/AWSServiceRoleForApplicationAutoScaling_" + n.RoleSuffix
}

var serviceLinkedRole = regexp.MustCompile(
	`^arn:[^:]+:iam::[0-9]{12}:role/aws-service-role/[^/]+\.application-autoscaling\.amazonaws\.com/AWSServiceRoleForApplicationAutoScaling_\w+$`)

// IsServiceLinkedRole reports whether arn names a service-linked role of
// Application Auto Scaling, of whatever namespace and account.
func IsServiceLinkedRole(arn string) bool { return serviceLinkedRole.MatchString(arn) }
