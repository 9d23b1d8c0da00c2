package sts_test

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	sdk "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/setpoint-io/setpoint/internal/localcloud"
)

const (
	home   = "111122223333"
	remote = "444455556666"
	role   = "arn:aws:iam::" + remote + ":role/team/red/scaler"
)

func newServer(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(localcloud.New(localcloud.Options{}))
	t.Cleanup(server.Close)
	return server.URL
}

func client(url string, provider aws.CredentialsProvider) *sdk.Client {
	return sdk.New(sdk.Options{Region: "eu-west-1", BaseEndpoint: &url, Credentials: provider})
}

func static(key string) aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider(key, "secret", "")
}

func identity(t *testing.T, c *sdk.Client) sdk.GetCallerIdentityOutput {
	t.Helper()
	out, err := c.GetCallerIdentity(t.Context(), &sdk.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	return *out
}

func TestGetCallerIdentity(t *testing.T) {
	url := newServer(t)
	cases := map[string]struct{ reason, key, account string }{
		"Account": {"a key of twelve digits is an account", home, home},
		"Other":   {"any other key is the default account", "AKIAIOSFODNN7EXAMPLE", localcloud.DefaultAccount},
		"Digits":  {"eleven digits are no account", "11112222333", localcloud.DefaultAccount},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := identity(t, client(url, static(tc.key)))
			if *got.Account != tc.account || *got.UserId != tc.account || *got.Arn != "arn:aws:iam::"+tc.account+":root" {
				t.Errorf("%s: %s %s %s", tc.reason, *got.Account, *got.UserId, *got.Arn)
			}
		})
	}
}

func TestAssumeRole(t *testing.T) {
	url := newServer(t)
	c := client(url, static(home))
	out, err := c.AssumeRole(t.Context(), &sdk.AssumeRoleInput{
		RoleArn: aws.String(role), RoleSessionName: aws.String("night-shift"), DurationSeconds: aws.Int32(900), ExternalId: aws.String("ignored"),
	})
	if err != nil {
		t.Fatal(err)
	}
	const arn = "arn:aws:sts::444455556666:assumed-role/scaler/night-shift"
	if left := time.Until(*out.Credentials.Expiration); left < 14*time.Minute || left > 15*time.Minute {
		t.Errorf("the credentials last as long as asked, not %s", left)
	}
	if *out.AssumedRoleUser.Arn != arn || !strings.HasSuffix(*out.AssumedRoleUser.AssumedRoleId, ":night-shift") {
		t.Errorf("the session has the role's name without its path: %s %s", *out.AssumedRoleUser.Arn, *out.AssumedRoleUser.AssumedRoleId)
	}
	session := client(url, credentials.NewStaticCredentialsProvider(
		*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken))
	got := identity(t, session)
	if *got.Account != remote || *got.Arn != arn || *got.UserId != *out.AssumedRoleUser.AssumedRoleId {
		t.Errorf("the credentials are those of the session: %s %s %s", *got.Account, *got.Arn, *got.UserId)
	}
	again, err := c.AssumeRole(t.Context(), &sdk.AssumeRoleInput{RoleArn: aws.String(role), RoleSessionName: aws.String("night-shift")})
	if err != nil || *again.Credentials.AccessKeyId == *out.Credentials.AccessKeyId {
		t.Errorf("every call issues credentials of its own: %v", err)
	}
	if *identity(t, session).Account != remote {
		t.Error("older credentials go on")
	}
	chained := client(url, stscreds.NewAssumeRoleProvider(session, "arn:aws-cn:iam::777788889999:role/next"))
	if got := identity(t, chained); *got.Account != "777788889999" || !strings.HasPrefix(*got.Arn, "arn:aws-cn:sts::777788889999:assumed-role/next/") {
		t.Errorf("a session may assume another role, as the SDK's provider does: %s", *got.Arn)
	}
}

func TestAssumeRoleRefuses(t *testing.T) {
	c := client(newServer(t), static(home))
	cases := map[string]struct {
		reason string
		in     sdk.AssumeRoleInput
		text   string
	}{
		"User": {"only roles can be assumed, in the words of the real service",
			sdk.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::111122223333:user/somebody")}, "arn:aws:iam::111122223333:user/somebody is invalid"},
		"Account": {"an account has twelve digits", sdk.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::1111:role/scaler")}, "is invalid"},
		"Short": {"an ARN has a least length, by the model", sdk.AssumeRoleInput{RoleArn: aws.String("scaler")},
			"Value 'scaler' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20"},
		"Session": {"session names have an alphabet",
			sdk.AssumeRoleInput{RoleArn: aws.String(role), RoleSessionName: aws.String("night shift")}, "'roleSessionName'"},
		"Duration": {"a session lasts a quarter of an hour at least",
			sdk.AssumeRoleInput{RoleArn: aws.String(role), DurationSeconds: aws.Int32(899)}, "'durationSeconds'"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if tc.in.RoleSessionName == nil {
				tc.in.RoleSessionName = aws.String("session")
			}
			_, err := c.AssumeRole(t.Context(), &tc.in)
			var e smithy.APIError
			if !errors.As(err, &e) || e.ErrorCode() != "ValidationError" || !strings.Contains(e.ErrorMessage(), tc.text) {
				t.Errorf("%s: got %v, want ValidationError with %q", tc.reason, err, tc.text)
			}
		})
	}
}

func token(payload string) string {
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2ln"
}

// identityToken is what the SDK's provider reads from a file in a pod.
type identityToken string

func (t identityToken) GetIdentityToken() ([]byte, error) { return []byte(t), nil }

func TestAssumeRoleWithWebIdentity(t *testing.T) {
	url := newServer(t)
	subject := `{"sub":"system:serviceaccount:setpoint:controller","iss":"https://issuer.example","aud":["sts.amazonaws.com"]}`
	provider := stscreds.NewWebIdentityRoleProvider(client(url, aws.AnonymousCredentials{}), role, identityToken(token(subject)),
		func(o *stscreds.WebIdentityRoleOptions) { o.RoleSessionName = "pod" })
	if got := identity(t, client(url, provider)); *got.Account != remote || *got.Arn != "arn:aws:sts::444455556666:assumed-role/scaler/pod" {
		t.Errorf("a token is exchanged for credentials of the role, unsigned: %s", *got.Arn)
	}
	out, err := client(url, aws.AnonymousCredentials{}).AssumeRoleWithWebIdentity(t.Context(), &sdk.AssumeRoleWithWebIdentityInput{
		RoleArn: aws.String(role), RoleSessionName: aws.String("pod"), WebIdentityToken: aws.String(token(subject)),
	})
	if err != nil || *out.SubjectFromWebIdentityToken != "system:serviceaccount:setpoint:controller" ||
		*out.Provider != "https://issuer.example" || *out.Audience != "sts.amazonaws.com" {
		t.Errorf("the token's claims are reported back: %+v, %v", out, err)
	}
	for reason, bad := range map[string]string{
		"a token has three parts":          "not.a-token",
		"the middle part is base64":        "a.%%%.c",
		"and JSON":                         "a." + base64.RawURLEncoding.EncodeToString([]byte("{")) + ".c",
		"with somebody whom it identifies": token(`{"iss":"x"}`),
	} {
		_, err := client(url, aws.AnonymousCredentials{}).AssumeRoleWithWebIdentity(t.Context(), &sdk.AssumeRoleWithWebIdentityInput{
			RoleArn: aws.String(role), RoleSessionName: aws.String("pod"), WebIdentityToken: &bad,
		})
		var e smithy.APIError
		if !errors.As(err, &e) || e.ErrorCode() != "InvalidIdentityToken" {
			t.Errorf("%s: got %v, want InvalidIdentityToken", reason, err)
		}
	}
}

func TestQueryProtocol(t *testing.T) {
	server := newServer(t)
	call := func(form url.Values, header string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if header != "" {
			r.Header.Set("Authorization", header)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, strings.Replace(string(body), response.Header.Get("x-amzn-requestid"), "ID", 1)
	}
	const want = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><UserId>000000000000</UserId>` +
		`<Account>000000000000</Account><Arn>arn:aws:iam::000000000000:root</Arn></GetCallerIdentityResult>` +
		`<ResponseMetadata><RequestId>ID</RequestId></ResponseMetadata></GetCallerIdentityResponse>`
	status, body := call(url.Values{"Action": {"GetCallerIdentity"}, "Version": {"2011-06-15"}}, "")
	if status != 200 || body != want {
		t.Errorf("an unsigned request has the defaults: %d %s", status, body)
	}
	status, body = call(url.Values{"Action": {"GetCallerIdentity"}}, "AWS4-HMAC-SHA256 Credential=1/d/us-east-1/sts/aws4_request")
	if status != 200 || body != want {
		t.Errorf("without a version the signature tells the service: %d %s", status, body)
	}
	status, body = call(url.Values{"Action": {"AssumeRole"}, "Version": {"2011-06-15"}}, "")
	if status != 400 || !strings.Contains(body, "<Code>ValidationError</Code>") || !strings.Contains(body, "2 validation errors detected: Value null at &#39;roleArn&#39;") {
		t.Errorf("members that are missing are named: %d %s", status, body)
	}
	status, body = call(url.Values{"Action": {"GetFederationToken"}, "Version": {"2011-06-15"}}, "")
	if status != 400 || !strings.Contains(body, "GetFederationToken") {
		t.Errorf("what is not implemented is named: %d %s", status, body)
	}
}

// TestCommandLine drives the aws command when there is one, and the SDK, which
// speaks the same protocol, when not.
func TestCommandLine(t *testing.T) {
	server := newServer(t)
	const want = "arn:aws:iam::" + home + ":root"
	command, err := exec.LookPath("aws")
	if err != nil {
		if got := identity(t, client(server, static(home))); *got.Arn != want {
			t.Errorf("the SDK is told %s", *got.Arn)
		}
		return
	}
	cmd := exec.CommandContext(t.Context(), command, "sts", "get-caller-identity", "--endpoint-url", server, "--region", "eu-west-1", "--query", "Arn", "--output", "text")
	cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID="+home, "AWS_SECRET_ACCESS_KEY=s", "AWS_SESSION_TOKEN=")
	out, err := cmd.Output()
	if err != nil || strings.TrimSpace(string(out)) != want {
		t.Errorf("the command is told %q, %v", out, err)
	}
}
