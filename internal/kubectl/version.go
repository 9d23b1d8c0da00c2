package kubectl

import (
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	componentversion "k8s.io/component-base/version"
	cmdutil "k8s.io/kubectl/pkg/cmd/util"
	kubectlversion "k8s.io/kubectl/pkg/cmd/version"
	"sigs.k8s.io/yaml"
)

// kubectlModule is where kubectl comes from. Its v0.N.P belongs to the Kubernetes release v1.N.P.
const kubectlModule = "k8s.io/kubectl"

// newVersion is the command "version". It stands in for kubectl's own, which knows its version only when
// the linker is told and otherwise says "v0.0.0-master" and warns about the distance to the server.
func newVersion(f cmdutil.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	var clientOnly bool
	var output string
	command := &cobra.Command{
		Use:   "version",
		Short: "Print the client and server version information",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			versions := kubectlversion.Version{ClientVersion: clientVersion()}
			versions.KustomizeVersion, _ = kubectlversion.GetKustomizeModVersion()
			if !clientOnly {
				client, err := f.ToDiscoveryClient()
				if err != nil {
					return err
				}
				client.Invalidate()
				if versions.ServerVersion, err = client.ServerVersion(); err != nil {
					return err
				}
			}
			return printVersions(streams, versions, output)
		},
	}
	command.Flags().BoolVar(&clientOnly, "client", false, "If true, shows client version only (no server required).")
	command.Flags().StringVarP(&output, "output", "o", "", "One of 'yaml' or 'json'.")
	return command
}

// clientVersion takes the release from the build's list of modules, or without one (test binaries) the
// minor version from the library.
func clientVersion() *version.Info {
	info := componentversion.Get()
	release := componentversion.DefaultKubeBinaryVersion + ".0"
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, module := range build.Deps {
			if rest, ok := strings.CutPrefix(module.Version, "v0."); ok && module.Path == kubectlModule {
				release = "1." + rest
			}
		}
	}
	info.Major, info.Minor, _ = strings.Cut(componentversion.DefaultKubeBinaryVersion, ".")
	info.GitVersion, info.GitCommit, info.GitTreeState, info.BuildDate = "v"+release, "", "", ""
	return &info
}

func printVersions(streams genericiooptions.IOStreams, versions kubectlversion.Version, output string) error {
	var content []byte
	var err error
	switch output {
	case "":
		fmt.Fprintf(streams.Out, "Client Version: %s\n", versions.ClientVersion.GitVersion)
		if versions.KustomizeVersion != "" {
			fmt.Fprintf(streams.Out, "Kustomize Version: %s\n", versions.KustomizeVersion)
		}
		if versions.ServerVersion != nil {
			fmt.Fprintf(streams.Out, "Server Version: %s\n", versions.ServerVersion.GitVersion)
		}
		return nil
	case "json":
		content, err = json.MarshalIndent(versions, "", "  ")
	case "yaml":
		content, err = yaml.Marshal(versions)
	default:
		return fmt.Errorf("--output is %q: write 'yaml' or 'json'", output)
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(streams.Out, strings.TrimSuffix(string(content), "\n"))
	return nil
}
