package clients

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud"
)

// TestBoto plays the guide by boto3, which is also what the AWS CLI stands on.
// .ci/run installs it.
func TestBoto(t *testing.T) {
	python := withBoto(t)
	if python == "" {
		t.Log("there is no boto3 on this machine: what it would call, TestOperations of internal/localcloud calls by the SDK")
		return
	}
	w := newWatched(t, localcloud.Options{Paused: true, EndpointDelay: time.Minute})
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	guide, err := os.Open("testdata/guide.py")
	if err != nil {
		t.Fatal(err)
	}
	defer guide.Close()
	cmd := exec.CommandContext(t.Context(), python, "-")
	cmd.Stdin = guide
	cmd.Env = environment(server.URL)
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
	for _, operation := range []string{"PutScalingPolicy", "DescribeAlarms", "GetMetricData", "DescribeScalingActivities"} {
		if !w.called(operation) {
			t.Errorf("the guide did not call %s", operation)
		}
	}
}

// withBoto finds a Python that has boto3, which may be the system's own and not
// the first one in PATH. It is empty if there is none.
func withBoto(t *testing.T) string {
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		if exec.CommandContext(t.Context(), python, "-c", "import boto3").Run() == nil {
			return python
		}
	}
	return ""
}
