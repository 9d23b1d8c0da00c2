package controlplane

import (
	"maps"
	"strings"

	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/kube-openapi/pkg/common"
)

// servedDefinitions are the prefixes of the OpenAPI definitions of the APIs this control plane serves, and
// of what they refer to. The library brings those of all of Kubernetes (workloads, kubelet, scheduler, ...),
// three times as many, and keeps several copies.
var servedDefinitions = []string{
	"io.k8s.api.admissionregistration.v1.",
	"io.k8s.api.authentication.v1.",
	"io.k8s.api.authorization.v1.",
	"io.k8s.api.coordination.v1.",
	"io.k8s.api.core.v1.",
	"io.k8s.api.events.v1.",
	"io.k8s.api.rbac.v1.",
	"io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.",
	"io.k8s.apimachinery.",
	"io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.",
}

// trimOpenAPI drops the definitions of APIs that are not served.
func trimOpenAPI(config *genericapiserver.Config) {
	trim := func(definitions map[string]common.OpenAPIDefinition) {
		maps.DeleteFunc(definitions, func(name string, _ common.OpenAPIDefinition) bool { return !served(name) })
	}
	all := config.OpenAPIConfig.GetDefinitions
	get := func(ref common.ReferenceCallback) map[string]common.OpenAPIDefinition {
		definitions := all(ref)
		trim(definitions)
		return definitions
	}
	config.OpenAPIConfig.GetDefinitions = get
	config.OpenAPIV3Config.GetDefinitions = get
	trim(config.OpenAPIV3Config.Definitions)
}

func served(definition string) bool {
	for _, prefix := range servedDefinitions {
		if strings.HasPrefix(definition, prefix) {
			return true
		}
	}
	return false
}
