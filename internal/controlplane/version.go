package controlplane

import (
	"runtime/debug"

	"k8s.io/apimachinery/pkg/version"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/component-base/compatibility"
)

// kubernetesModule is the module the API server comes from. Its version is that of the Kubernetes release.
const kubernetesModule = "k8s.io/kubernetes"

// realVersion is the version of the API server with the release it was built from. The library knows it
// only when the linker is told, and then says "v0.0.0-master", which clients that ask for a minimal
// version (Helm charts do) take at its word.
type realVersion struct{ compatibility.EffectiveVersion }

// Info implements compatibility.EffectiveVersion. Without a list of modules in the build (test binaries)
// the patch version is 0.
func (v realVersion) Info() *version.Info {
	info := v.EffectiveVersion.Info()
	if info == nil {
		return nil
	}
	info.GitVersion, info.GitCommit, info.GitTreeState = "v"+info.Major+"."+info.Minor+".0", "", ""
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, module := range build.Deps {
			if module.Path == kubernetesModule {
				info.GitVersion = module.Version
			}
		}
	}
	return info
}

// setVersion makes the server answer with the release it was built from.
func setVersion(configs ...*genericapiserver.Config) {
	for _, config := range configs {
		config.EffectiveVersion = realVersion{config.EffectiveVersion}
	}
}
