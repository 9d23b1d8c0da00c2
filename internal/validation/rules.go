package validation

import (
	"github.com/setpoint-io/setpoint/internal/admission"
	"github.com/setpoint-io/setpoint/internal/autoscaling"
	"github.com/setpoint-io/setpoint/internal/desired"
	"github.com/setpoint-io/setpoint/internal/manifest"
)

// kubernetes is the source of rules that are the API server's.
const kubernetes = "Kubernetes API"

// Rules returns every rule that a finding may be about: those of AWS first,
// then those of documents and of the API server.
func Rules() []autoscaling.Rule {
	return append(autoscaling.Rules(),
		autoscaling.Rule{Code: desired.NumberOutOfRange, Severity: autoscaling.Error, Title: "A number does not fit into the 32 bits that AWS has for it", Source: "AWS API: RegisterScalableTarget"},
		autoscaling.Rule{Code: desired.DuplicateTagKey, Severity: autoscaling.Error, Kind: autoscaling.KindTarget, Title: "Two tags have the same key", Source: "AWS API: TagResource"},
		autoscaling.Rule{Code: desired.MissingScalingAdjustment, Severity: autoscaling.Error, Kind: autoscaling.KindPolicy, Title: "A step does not say how to change the capacity", Source: "AWS API: StepAdjustment"},
		autoscaling.Rule{Code: manifest.CodeUnreadable, Severity: autoscaling.Error, Title: "A document is not YAML, or not an object", Source: "YAML"},
		autoscaling.Rule{Code: manifest.CodeDuplicateField, Severity: autoscaling.Error, Title: "A field is written twice", Source: "YAML"},
		autoscaling.Rule{Code: manifest.CodeKindUnknown, Severity: autoscaling.Error, Title: "The API group has no such kind or version", Source: kubernetes},
		autoscaling.Rule{Code: admission.CodeMetadata, Severity: autoscaling.Error, Title: "A name, label or annotation is not acceptable", Source: kubernetes},
		autoscaling.Rule{Code: admission.CodeUnknownField, Severity: autoscaling.Error, Title: "There is no such field", Source: kubernetes},
		autoscaling.Rule{Code: admission.CodeSchema, Severity: autoscaling.Error, Title: "A field is missing, of the wrong type, or out of its bounds", Source: "CustomResourceDefinition"},
		autoscaling.Rule{Code: admission.CodeRule, Severity: autoscaling.Error, Title: "Fields do not go together", Source: "CustomResourceDefinition"},
		autoscaling.Rule{Code: CodeAnnotation, Severity: autoscaling.Error, Title: "An annotation that steers the controller has a value that means nothing", Source: "ACK"},
		autoscaling.Rule{Code: CodeObjectDuplicate, Severity: autoscaling.Error, Title: "An object is there twice", Source: kubernetes},
		autoscaling.Rule{Code: CodeAlreadyDeclared, Severity: autoscaling.Error, Title: "Two objects declare the same thing in AWS", Source: "Setpoint"},
		autoscaling.Rule{Code: CodeReferenceMissing, Severity: autoscaling.Warning, Title: "The ScalableTarget that resourceRef names is not among the documents", Source: "Setpoint"},
		autoscaling.Rule{Code: CodeAlarmStartsNothing, Severity: autoscaling.Warning, Title: "A file of --alarm has no alarm that starts a policy of the documents", Source: "Setpoint"},
		autoscaling.Rule{Code: CodeAlarmMissesOneRequest, Severity: autoscaling.Warning, Kind: autoscaling.KindPolicy, Title: "The alarm that should lead out of zero does not fire for one request", Source: "SageMaker Developer Guide: scale an endpoint to zero instances"},
	)
}

// Titles returns what is wrong where a rule is broken, by code.
func Titles() map[string]string {
	titles := map[string]string{}
	for _, r := range Rules() {
		titles[string(r.Code)] = r.Title
	}
	return titles
}
