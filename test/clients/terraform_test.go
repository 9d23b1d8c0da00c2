package clients

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/setpoint-io/setpoint/internal/localcloud"
)

// providers is the variable that names the directory in which terraform finds
// its AWS provider, as `terraform providers mirror` fills it. Without it
// Terraform is not run: a test does not load half a gigabyte.
const providers = "SETPOINT_TERRAFORM_PROVIDERS"

var record = flag.Bool("record", false, "write down the calls that Terraform makes, for who does not have it, and what they are answered")

// recording has one call of Terraform in a line.
const recording = "testdata/terraform.jsonl"

// recordedCall is a call that Terraform's AWS provider made.
type recordedCall struct {
	Phase       string `json:"phase"`
	Target      string `json:"target,omitempty"` // none: a query
	ContentType string `json:"contentType"`
	Body        string `json:"body"`
	Status      int    `json:"status"`
	// Answer is what the local AWS answered, as normalise leaves it.
	Answer string `json:"answer"`
}

// The phases of a configuration's life. In those named plan nothing may differ.
var phases = []struct {
	name string
	args []string
}{
	{"apply", []string{"apply", "-auto-approve"}},
	{"plan", []string{"plan", "-detailed-exitcode"}},
	{"update", []string{"apply", "-auto-approve", "-var=changed=true"}},
	{"plan again", []string{"plan", "-detailed-exitcode", "-var=changed=true"}},
	{"destroy", []string{"apply", "-destroy", "-auto-approve", "-var=changed=true"}},
}

// TestTerraform lives through a configuration with the real Terraform and its
// AWS provider.
func TestTerraform(t *testing.T) {
	mirror, command := os.Getenv(providers), "terraform"
	if _, err := exec.LookPath(command); err != nil || mirror == "" {
		t.Logf("there is no terraform on this machine, or no %s: TestTerraformCalls makes the calls that it makes", providers)
		return
	}
	w := newWatched(t, localcloud.Options{Paused: true})
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	configuration, err := os.ReadFile("testdata/main.tf")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), configuration, 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), command, append(args, "-no-color", "-input=false")...)
		cmd.Dir, cmd.Env = dir, append(environment(server.URL), "TF_CLI_CONFIG_FILE="+os.DevNull, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", cmd, err, out)
		}
	}
	run("init", "-plugin-dir="+mirror)
	var calls []recordedCall
	for _, phase := range phases {
		before := len(w.seen())
		run(phase.args...)
		for _, e := range w.seen()[before:] {
			calls = append(calls, recordedCall{Phase: phase.name, Target: e.request.Header.Get("X-Amz-Target"), ContentType: e.request.Header.Get("Content-Type"), Body: e.in, Status: e.status})
		}
	}
	if *record && !t.Failed() {
		write(t, calls)
	}
}

func write(t *testing.T, calls []recordedCall) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	for _, c := range calls {
		if err := encoder.Encode(c); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(recording, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestTerraformCalls makes the calls that Terraform made, which needs none. They
// are answered as they were when they were recorded, member for member, and the
// plan after the creation reads what that read last. (An update does not read again
// all that it has changed.) Whoever changes an answer writes it down with -record,
// and reads what is different in the recording.
func TestTerraformCalls(t *testing.T) {
	w := newWatched(t, localcloud.Options{Paused: true})
	last := map[string]string{}
	calls := read(t)
	seen := names{}
	for i := range calls {
		call := &calls[i]
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(call.Body))
		r.Header.Set("Content-Type", call.ContentType)
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+account+"/20260301/"+region+"/any/aws4_request")
		if call.Target != "" {
			r.Header.Set("X-Amz-Target", call.Target)
		}
		answer := httptest.NewRecorder()
		w.ServeHTTP(answer, r)
		now := seen.normalise(answer.Body.String())
		if answer.Code != call.Status {
			t.Errorf("%s: %s %s: HTTP status %d, to Terraform it was %d\n%s", call.Phase, call.Target, call.Body, answer.Code, call.Status, now)
		}
		if diff := cmp.Diff(members(call.Answer), members(now)); diff != "" && !*record {
			t.Errorf("%s: %s %s: the answer is another one (-recorded +now):\n%s", call.Phase, call.Target, call.Body, diff)
		}
		call.Answer = now
		key, known := call.Target+" "+call.Body, volatile.ReplaceAllString(now, "")
		if before, asked := last[key]; asked && call.Phase == "plan" && before != known {
			t.Errorf("%s: %s %s: nothing has changed, and the answer has:\n%s\n%s", call.Phase, call.Target, call.Body, before, known)
		}
		last[key] = known
	}
	for _, operation := range []string{"DescribeTimeToLive", "ListTagsForResource", "DeregisterScalableTarget", "PutScheduledAction", "DeleteCluster"} {
		if !w.called(operation) {
			t.Errorf("the recording has no %s", operation)
		}
	}
	if *record && !t.Failed() {
		write(t, calls)
	}
}

// members takes an answer apart if it is JSON, so that a difference names a member.
func members(answer string) any {
	var object map[string]any
	if json.Unmarshal([]byte(answer), &object) != nil {
		return answer
	}
	return object
}

// names gives the random parts of answers, which differ when the local AWS draws
// one more, names in the order of their appearance.
type names struct{ ids []string }

var uuids = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

func (n *names) normalise(answer string) string {
	answer = requestID.ReplaceAllString(answer, "")
	return uuids.ReplaceAllStringFunc(answer, func(id string) string {
		i := slices.Index(n.ids, id)
		if i < 0 {
			i, n.ids = len(n.ids), append(n.ids, id)
		}
		return fmt.Sprintf("{id %d}", i+1)
	})
}

var requestID = regexp.MustCompile(`<RequestId>[^<]*</RequestId>`)

// volatile is what answers tell of others than what is asked about, which may
// have come later: the alarms that invoke a policy of steps, the services and
// the capacity providers of a cluster.
var volatile = regexp.MustCompile(`,"Alarms":\[[^]]*\]|"capacityProviders":\[[^]]*\]|"(active|running|pending)[A-Za-z]*Count":\d+`)

func read(t *testing.T) []recordedCall {
	f, err := os.Open(recording)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var calls []recordedCall
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var call recordedCall
		if err := json.Unmarshal(lines.Bytes(), &call); err != nil {
			t.Fatal(err)
		}
		calls = append(calls, call)
	}
	if err := lines.Err(); err != nil || len(calls) == 0 {
		t.Fatalf("%d calls were recorded, %v", len(calls), err)
	}
	return calls
}
