// Package report is what the command line has to say, as data and in the
// formats that people and programs read: tables for terminals, JSON with stable
// names, SARIF and JUnit for the services that show findings beside the code,
// Markdown for pull requests.
//
// The types are the JSON form. Their members are only ever added to; whoever
// reads it should look at apiVersion and kind, and ignore members that it does
// not know.
package report

import (
	"encoding/json"
	"io"
)

// The apiVersion and the kinds of the JSON form.
const (
	APIVersion     = "setpoint.io/v1"
	KindValidation = "ValidationReport"
	KindPlan       = "PlanReport"
)

// TypeMeta says what a report in JSON is.
type TypeMeta struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
}

// Location is where something was written.
type Location struct {
	// File is the path as it was given, with slashes; "stdin" for standard
	// input; empty for an object of a cluster.
	File string `json:"file,omitempty"`
	// Line and Column count from 1; 0 is unknown.
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
	// Built says that File is a kustomization and Line one of what kustomize
	// makes of it.
	Built bool `json:"built,omitempty"`
}

// Object names a Kubernetes object and says where it was written.
type Object struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
	Location
}

// String prints the object for people: "ScalingPolicy default/cpu".
func (o Object) String() string {
	if o.Name == "" {
		return o.Kind + " without a name"
	}
	if o.Namespace == "" {
		return o.Kind + " " + o.Name
	}
	return o.Kind + " " + o.Namespace + "/" + o.Name
}

// Target names a scalable target.
type Target struct {
	ServiceNamespace  string `json:"serviceNamespace"`
	ResourceID        string `json:"resourceID"`
	ScalableDimension string `json:"scalableDimension"`
}

// String prints the target for people.
func (t Target) String() string {
	return t.ServiceNamespace + " " + t.ResourceID + " (" + t.ScalableDimension + ")"
}

// writeJSON writes a report as indented JSON.
func writeJSON(w io.Writer, report any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(report)
}
