package clients

import (
	"net/http/httptest"
	"os/exec"
	"testing"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud"
)

// TestBoto plays the guide by boto3, which is also what the AWS CLI stands on.
// .ci/run installs it.
func TestBoto(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err == nil {
		err = exec.CommandContext(t.Context(), python, "-c", "import boto3").Run()
	}
	if err != nil {
		t.Log("there is no boto3 on this machine: what it would call, TestOperations of internal/localcloud calls by the SDK")
		return
	}
	w := newWatched(t, localcloud.Options{Paused: true, EndpointDelay: time.Minute})
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	cmd := exec.CommandContext(t.Context(), python, "testdata/guide.py")
	cmd.Env = environment(server.URL)
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
	for _, operation := range []string{"PutScalingPolicy", "DescribeAlarms", "GetMetricData", "DescribeScalingActivities"} {
		if !w.called()[operation] {
			t.Errorf("the guide did not call %s", operation)
		}
	}
}
