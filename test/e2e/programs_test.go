package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// programs builds what the tests run as processes, and returns the folder:
// setpoint-lab, which is kubectl on machines that have none, and setpoint, under
// the name by which kubectl finds it as a plugin. They have no race detector:
// with it every kubectl would take seconds to start, and there are hundreds.
var programs = sync.OnceValues(func() (string, error) {
	dir := filepath.Dir(theLab.Kubeconfig) // goes with the lab
	for name, program := range map[string]string{"setpoint-lab": "setpoint-lab", "kubectl-setpoint": "setpoint"} {
		build := exec.Command("go", "build", "-o", filepath.Join(dir, name), "github.com/setpoint-io/setpoint/cmd/"+program)
		build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS="+strings.ReplaceAll(os.Getenv("GOFLAGS"), "-race", ""))
		if out, err := build.CombinedOutput(); err != nil {
			return "", fmt.Errorf("building %s: %w: %s", program, err, out)
		}
	}
	return dir, nil
})

// kubectlCommand is a kubectl to be run against the lab.
func kubectlCommand(ctx context.Context, args ...string) (*exec.Cmd, error) {
	dir, err := programs()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(dir, "setpoint-lab"), append([]string{"kubectl"}, args...)...)
	cmd.Env = append(os.Environ(), "PATH="+dir+string(filepath.ListSeparator)+os.Getenv("PATH"), "KUBECONFIG="+theLab.Kubeconfig)
	return cmd, nil
}
