package autoscaling

import (
	"maps"
	"slices"
	"strings"
)

// Tool is what manages a scalable target, as far as its tags tell.
type Tool string

// The tools that leave tags.
const (
	ToolUnknown        Tool = ""               // no tag tells
	ToolCloudFormation Tool = "CloudFormation" // also CDK, SAM and Copilot, which deploy by it
	ToolTerraform      Tool = "Terraform"      // or OpenTofu, by the tags that people configure there
	ToolACK            Tool = "ACK"            // a controller of the ACK family, or Setpoint in another cluster
)

// Owner says who manages a scalable target. Policies and scheduled actions have
// no tags (AWS API: TagResource), so their owner is that of their target.
type Owner struct {
	Tool Tool
	Name string // of the stack, or the Kubernetes namespace; may be empty
}

// The tags that CloudFormation puts on what it makes (AWS CloudFormation User
// Guide: resource tag), and the namespace of those of the ACK controllers.
const (
	tagStackName    = "aws:cloudformation:stack-name"
	tagStackID      = "aws:cloudformation:stack-id"
	tagPrefixACK    = "services.k8s.aws/"
	tagNamespaceACK = "services.k8s.aws/namespace"
)

// terraformWords are the keys and values by which people mark what Terraform
// manages. Terraform itself sets no tags.
var terraformWords = []string{"terraform", "opentofu"}

// OwnerOf reads the tags of a scalable target. Tags of AWS's own count before
// tags that anybody may set, and the answer does not depend on the order of the
// map.
func OwnerOf(tags map[string]string) Owner {
	if name := tags[tagStackName]; name != "" {
		return Owner{ToolCloudFormation, name}
	}
	if id, ok := tags[tagStackID]; ok {
		return Owner{ToolCloudFormation, stackOf(id)}
	}
	var terraform, ack bool
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		switch {
		case isTerraform(key) && !isFalse(tags[key]), isTerraform(tags[key]):
			terraform = true
		case isACK(key):
			ack = true
		}
	}
	switch {
	case ack:
		return Owner{ToolACK, tags[tagNamespaceACK]}
	case terraform:
		return Owner{Tool: ToolTerraform}
	}
	return Owner{}
}

// stackOf takes the name out of a stack's ARN
// (arn:aws:cloudformation:region:account:stack/name/id).
func stackOf(id string) string {
	_, rest, found := strings.Cut(id, ":stack/")
	if !found {
		return id
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}

func isTerraform(word string) bool {
	return slices.ContainsFunc(terraformWords, func(w string) bool { return strings.EqualFold(strings.TrimSpace(word), w) })
}

func isFalse(value string) bool { return strings.EqualFold(strings.TrimSpace(value), "false") }

func isACK(key string) bool {
	return strings.HasPrefix(key, tagPrefixACK) || strings.Contains(key, "."+tagPrefixACK)
}

// SystemTag says that a tag is none that people declare: AWS puts it on what it
// makes itself, or a controller of the ACK family on everything.
func SystemTag(key string) bool { return strings.HasPrefix(key, "aws:") || isACK(key) }

// String names the owner for people; it is empty when the owner is not known.
func (o Owner) String() string {
	switch o.Tool {
	case ToolCloudFormation:
		if o.Name == "" {
			return "a CloudFormation stack"
		}
		return "CloudFormation stack " + o.Name
	case ToolTerraform:
		return "Terraform"
	case ToolACK:
		if o.Name == "" {
			return "another ACK or Setpoint controller"
		}
		return "another ACK or Setpoint controller, for an object in its namespace " + o.Name
	case ToolUnknown:
	}
	return ""
}
