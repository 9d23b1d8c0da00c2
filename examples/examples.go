// Package examples carries the example manifests, so that programs can show
// them where there is no checkout of the repository.
package examples

import "embed"

// Files holds the manifests by their path, such as
// "sagemaker/hosting-autoscaling-predefined.yaml".
//
//go:embed */*.yaml
var Files embed.FS
