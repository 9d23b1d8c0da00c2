package clients

import (
	"os"
	"os/exec"
	"testing"
)

// TestInstalled fails in CI when a client is not there that .ci/run installs: the
// tests that drive it do without elsewhere, and would pass by doing nothing.
func TestInstalled(t *testing.T) {
	var missing []string
	if exec.CommandContext(t.Context(), "aws", "--version").Run() != nil {
		missing = append(missing, "the AWS CLI")
	}
	if withBoto(t) == "" {
		missing = append(missing, "boto3")
	}
	for _, client := range missing {
		if os.Getenv("CI") == "true" {
			t.Errorf("%s is not on this machine: let .ci/run install it", client)
		} else {
			t.Logf("%s is not on this machine: the Go SDK makes its calls", client)
		}
	}
}
