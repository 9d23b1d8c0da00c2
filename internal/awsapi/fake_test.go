package awsapi

import (
	"cmp"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// fakeAWS is a store behind the wire protocol of Application Auto Scaling: it
// gives back what it was given, in AWS's pages, and validates nothing.
type fakeAWS struct {
	// refuse may answer a call instead; nil lets it pass.
	refuse func(operation string, in object) *refusal
	// latency is the time that a call is on its way.
	latency time.Duration

	mu       sync.Mutex
	targets  []object
	policies []object
	actions  []object
	tags     map[string]map[string]string // by ARN
	calls    map[string]int               // attempts by operation
	sentTo   map[string]string            // host of the last call, by operation
	agents   map[string]bool              // user agents
}

type object map[string]any

type refusal struct {
	status  int
	code    string
	message string
}

func newFake() *fakeAWS {
	return &fakeAWS{tags: map[string]map[string]string{}, calls: map[string]int{}, sentTo: map[string]string{}, agents: map[string]bool{}}
}

// Do makes the fake an HTTP client without a network, so that it works in a
// synctest bubble.
func (f *fakeAWS) Do(r *http.Request) (*http.Response, error) {
	select {
	case <-time.After(f.latency):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	recorder := httptest.NewRecorder()
	f.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

func (f *fakeAWS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w.Header().Set("X-Amzn-Requestid", "req-1")
	f.agents[r.Header.Get("User-Agent")] = true
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		f.sentTo[r.FormValue("Action")] = r.URL.Host
		f.serveSTS(w, r.FormValue("Action"))
		return
	}
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	f.calls[operation]++
	f.sentTo[operation] = r.URL.Host
	var in object
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		answer(w, 400, object{"__type": "SerializationException", "Message": err.Error()})
		return
	}
	if f.refuse != nil {
		if no := f.refuse(operation, in); no != nil {
			answer(w, no.status, object{"__type": no.code, "Message": no.message})
			return
		}
	}
	answer(w, 200, f.serve(operation, in))
}

func (f *fakeAWS) serveSTS(w http.ResponseWriter, operation string) {
	f.calls[operation]++
	if f.refuse != nil {
		if no := f.refuse(operation, nil); no != nil {
			w.WriteHeader(no.status)
			fmt.Fprintf(w, `<ErrorResponse><Error><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>`, no.code, no.message)
			return
		}
	}
	if operation == "AssumeRole" {
		fmt.Fprint(w, `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId>
			<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>
			</Credentials></AssumeRoleResult></AssumeRoleResponse>`)
		return
	}
	fmt.Fprint(w, `<GetCallerIdentityResponse><GetCallerIdentityResult>
		<Arn>arn:aws-cn:sts::123456789012:assumed-role/setpoint/i-1</Arn><Account>123456789012</Account><UserId>X</UserId>
		</GetCallerIdentityResult></GetCallerIdentityResponse>`)
}

func answer(w http.ResponseWriter, status int, body object) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (f *fakeAWS) serve(operation string, in object) object {
	const created = 1.7e9
	switch operation {
	case "RegisterScalableTarget":
		arn := fmt.Sprintf("arn:aws:application-autoscaling:us-west-2:123456789012:scalable-target/%d", len(f.targets))
		in["ScalableTargetARN"], in["CreationTime"] = arn, created
		if tags, ok := in["Tags"].(map[string]any); ok {
			f.tags[arn] = map[string]string{}
			for key, value := range tags {
				f.tags[arn][key] = fmt.Sprint(value)
			}
		}
		put(&f.targets, in, "")
		return object{"ScalableTargetARN": arn}
	case "PutScalingPolicy":
		in["PolicyARN"], in["CreationTime"] = "arn:policy/"+fmt.Sprint(in["PolicyName"]), created
		put(&f.policies, in, "PolicyName")
		return object{"PolicyARN": in["PolicyARN"], "Alarms": []object{{"AlarmName": "a", "AlarmARN": "arn:a"}}}
	case "PutScheduledAction":
		in["ScheduledActionARN"], in["CreationTime"] = "arn:action/"+fmt.Sprint(in["ScheduledActionName"]), created
		put(&f.actions, in, "ScheduledActionName")
	case "DescribeScalableTargets":
		return list(f.targets, in, "ScalableTargets", 50, func(o object) bool { return has(in["ResourceIds"], o["ResourceId"]) })
	case "DescribeScalingPolicies":
		return list(f.policies, in, "ScalingPolicies", 10, func(o object) bool { return has(in["PolicyNames"], o["PolicyName"]) })
	case "DescribeScheduledActions":
		return list(f.actions, in, "ScheduledActions", 50, func(o object) bool {
			return has(in["ScheduledActionNames"], o["ScheduledActionName"])
		})
	case "ListTagsForResource":
		return object{"Tags": f.tags[fmt.Sprint(in["ResourceARN"])]}
	}
	return object{}
}

// put replaces the object with the same identity, or appends it.
func put(store *[]object, in object, name string) {
	same := func(o object) bool {
		for _, member := range []string{"ServiceNamespace", "ResourceId", "ScalableDimension", name} {
			if o[member] != in[member] {
				return false
			}
		}
		return true
	}
	if i := slices.IndexFunc(*store, same); i >= 0 {
		(*store)[i] = in
		return
	}
	*store = append(*store, in)
}

// list answers one page of what matches; the token is the offset of the next.
func list(store []object, in object, member string, pageSize int, matches func(object) bool) object {
	var found []object
	for _, o := range store {
		if o["ServiceNamespace"] == in["ServiceNamespace"] && matches(o) &&
			(in["ResourceId"] == nil || in["ResourceId"] == o["ResourceId"]) {
			found = append(found, o)
		}
	}
	begin, _ := strconv.Atoi(fmt.Sprint(cmp.Or(in["NextToken"], any("0"))))
	end := min(begin+pageSize, len(found))
	out := object{member: append([]object{}, found[begin:end]...)}
	if end < len(found) {
		out["NextToken"] = strconv.Itoa(end)
	}
	return out
}

// has reports whether a list contains a value; a missing list contains all.
func has(list, value any) bool {
	values, ok := list.([]any)
	return !ok || slices.Contains(values, value)
}

// taken returns the calls since the last time, and forgets them.
func (f *fakeAWS) taken() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	calls := f.calls
	f.calls = map[string]int{}
	return calls
}

// register puts n targets of a namespace into the store, each with the policies
// and actions named.
func (f *fakeAWS) register(namespace string, n int, policies, actions []string) []autoscaling.Identity {
	f.mu.Lock()
	defer f.mu.Unlock()
	ids := make([]autoscaling.Identity, n)
	for i := range ids {
		ids[i] = autoscaling.Identity{
			ServiceNamespace:  namespace,
			ResourceID:        fmt.Sprintf("resource/%03d", i),
			ScalableDimension: namespace + ":resource:Capacity",
		}
		add := func(operation, name, value string) {
			f.serve(operation, object{
				"ServiceNamespace": namespace, "ResourceId": ids[i].ResourceID,
				"ScalableDimension": ids[i].ScalableDimension, name: strings.ReplaceAll(value, "#", strconv.Itoa(i)),
			})
		}
		add("RegisterScalableTarget", "RoleARN", "arn:role")
		for _, name := range policies {
			add("PutScalingPolicy", "PolicyName", name)
		}
		for _, name := range actions {
			add("PutScheduledAction", "ScheduledActionName", name)
		}
	}
	return ids
}

// newTestAPI returns an API that talks to the fake through the real SDK
// clients.
func newTestAPI(t *testing.T, f *fakeAWS, change ...func(*Options)) *API {
	t.Helper()
	o := Options{
		Config: aws.Config{
			Region:      "us-west-2",
			Credentials: credentials.NewStaticCredentialsProvider("123456789012", "secret", ""),
			HTTPClient:  f,
		},
		Version: "1.2.3",
		Logger:  slog.New(slog.DiscardHandler),
	}
	for _, c := range change {
		c(&o)
	}
	a := New(o)
	t.Cleanup(a.Close)
	return a
}

func at(seconds int64) *time.Time {
	when := time.Unix(seconds, 0).UTC()
	return &when
}
