package sagemaker

import (
	"regexp"
	"strconv"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

type opaque = wire.Opaque

// productionVariant is ProductionVariant, in requests and answers.
type productionVariant struct {
	VariantName            *string                 `json:",omitempty"`
	ModelName              *string                 `json:",omitempty"`
	InitialInstanceCount   *int32                  `json:",omitempty"`
	InstanceType           *string                 `json:",omitempty"`
	InitialVariantWeight   *float64                `json:",omitempty"`
	ServerlessConfig       *serverlessConfig       `json:",omitempty"`
	ManagedInstanceScaling *managedInstanceScaling `json:",omitempty"`

	InstancePools                               opaque `json:",omitempty"`
	VariantInstanceProvisionTimeoutInSeconds    opaque `json:",omitempty"`
	AcceleratorType                             opaque `json:",omitempty"`
	CoreDumpConfig                              opaque `json:",omitempty"`
	VolumeSizeInGB                              opaque `json:",omitempty"`
	ModelDataDownloadTimeoutInSeconds           opaque `json:",omitempty"`
	ContainerStartupHealthCheckTimeoutInSeconds opaque `json:",omitempty"`
	EnableSSMAccess                             opaque `json:",omitempty"`
	RoutingConfig                               opaque `json:",omitempty"`
	InferenceAmiVersion                         opaque `json:",omitempty"`
	CapacityReservationConfig                   opaque `json:",omitempty"`
}

// serverlessConfig is ProductionVariantServerlessConfig.
type serverlessConfig struct {
	MemorySizeInMB         *int32 `json:",omitempty"`
	MaxConcurrency         *int32 `json:",omitempty"`
	ProvisionedConcurrency *int32 `json:",omitempty"`
}

// managedInstanceScaling is ProductionVariantManagedInstanceScaling.
type managedInstanceScaling struct {
	Status           *string `json:",omitempty"`
	MinInstanceCount *int32  `json:",omitempty"`
	MaxInstanceCount *int32  `json:",omitempty"`
	ScaleInPolicy    opaque  `json:",omitempty"`
}

type tag struct {
	Key   *string `json:",omitempty"`
	Value *string `json:",omitempty"`
}

// Constraints of the API's model.
const (
	maxName           = 63
	maxVariants       = 10
	maxConcurrency    = 200
	maxInstances      = 1<<31 - 1
	maxTags           = 50
	maxTagKey         = 128
	maxTagValue       = 256
	maxResourceARN    = 256
	nameModel         = `[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}`
	modelNameModel    = `[a-zA-Z0-9]([\-a-zA-Z0-9]*[a-zA-Z0-9])?`
	resourceARNModel  = `arn:aws[a-z-]*:sagemaker:[a-z0-9-]*:[0-9]{12}:.+`
	instanceTypeModel = `ml\.[a-z0-9-]+\.[a-z0-9-]+`
)

var (
	namePattern         = regexp.MustCompile("^" + nameModel + "$")
	modelNamePattern    = regexp.MustCompile("^" + modelNameModel + "$")
	resourceARNPattern  = regexp.MustCompile("^" + resourceARNModel + "$")
	instanceTypePattern = regexp.MustCompile("^" + instanceTypeModel + "$")
)

func checkName(c *wire.Constraints, member string, name *string) {
	c.Require(member, name != nil)
	if name != nil {
		c.Length(member, *name, 0, maxName)
		c.Pattern(member, *name, nameModel, namePattern)
	}
}

func checkModelName(c *wire.Constraints, member string, name *string) {
	if name != nil {
		c.Length(member, *name, 0, maxName)
		c.Pattern(member, *name, modelNameModel, modelNamePattern)
	}
}

func checkRange(c *wire.Constraints, member string, value *int32, minimum, maximum int64) {
	if value != nil {
		c.Range(member, int64(*value), minimum, maximum)
	}
}

func checkEnum(c *wire.Constraints, member string, value *string, set ...string) {
	if value != nil {
		c.Enum(member, *value, set...)
	}
}

func checkTags(c *wire.Constraints, tags []tag) {
	keys := make([]string, len(tags))
	for i, t := range tags {
		keys[i] = value(t.Key)
	}
	c.Size("tags", keys, 0, maxTags)
	for i, t := range tags {
		at := element("tags", i)
		c.Require(at+".key", t.Key != nil)
		c.Require(at+".value", t.Value != nil)
		if t.Key != nil {
			c.Length(at+".key", *t.Key, 1, maxTagKey)
		}
		if t.Value != nil {
			c.Length(at+".value", *t.Value, 0, maxTagValue)
		}
	}
}

// check checks a variant. The list of instance types grows by the month, so
// any that looks like one is taken.
func (v productionVariant) check(c *wire.Constraints, at string) {
	checkName(c, at+".variantName", v.VariantName)
	checkModelName(c, at+".modelName", v.ModelName)
	checkRange(c, at+".initialInstanceCount", v.InitialInstanceCount, 1, maxInstances)
	if v.InstanceType != nil {
		c.Pattern(at+".instanceType", *v.InstanceType, instanceTypeModel, instanceTypePattern)
	}
	if s := v.ServerlessConfig; s != nil {
		at += ".serverlessConfig"
		c.Require(at+".memorySizeInMB", s.MemorySizeInMB != nil)
		c.Require(at+".maxConcurrency", s.MaxConcurrency != nil)
		checkRange(c, at+".memorySizeInMB", s.MemorySizeInMB, 1024, 6144)
		checkRange(c, at+".maxConcurrency", s.MaxConcurrency, 1, maxConcurrency)
		checkRange(c, at+".provisionedConcurrency", s.ProvisionedConcurrency, 1, maxConcurrency)
	}
}

// element is how messages name an element of a list.
func element(list string, i int) string { return list + "." + strconv.Itoa(i+1) + ".member" }

// value returns a member or, if it is absent, the zero value.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
