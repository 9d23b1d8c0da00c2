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
