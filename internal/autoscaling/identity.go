package autoscaling

import "fmt"

// Identity is the triple by which Application Auto Scaling tells scalable
// targets of one account and Region apart (AWS API: RegisterScalableTarget).
// One resource may be registered under several dimensions.
type Identity struct {
	ServiceNamespace  string // such as "sagemaker"
	ResourceID        string // such as "endpoint/demo/variant/AllTraffic"
	ScalableDimension string // such as "sagemaker:variant:DesiredInstanceCount"
}

// String prints the identity for people: "sagemaker endpoint/demo/variant/AllTraffic (sagemaker:variant:DesiredInstanceCount)".
func (i Identity) String() string {
	return fmt.Sprintf("%s %s (%s)", i.ServiceNamespace, i.ResourceID, i.ScalableDimension)
}

// Complete reports whether all three parts are there.
func (i Identity) Complete() bool {
	return i.ServiceNamespace != "" && i.ResourceID != "" && i.ScalableDimension != ""
}

// Key identifies one scalable target in the world: an [Identity] in an account
// and Region. It is comparable, so it serves as map key and work-queue item.
type Key struct {
	Account string // 12-digit AWS account ID
	Region  string // such as "us-west-2"
	Identity
}

// String prints the key for logs.
func (k Key) String() string {
	return k.Account + "/" + k.Region + " " + k.Identity.String()
}
