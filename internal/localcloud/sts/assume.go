package sts

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

type assumeRoleInput struct {
	RoleArn         *string
	RoleSessionName *string
	DurationSeconds *int32
}

type credentials struct {
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      wire.Time
}

type assumeRoleOutput struct {
	Credentials     credentials
	AssumedRoleUser assumedRoleUser
}

type webIdentityInput struct {
	assumeRoleInput
	WebIdentityToken *string
}

type webIdentityOutput struct {
	assumeRoleOutput
	SubjectFromWebIdentityToken string
	Provider                    string `json:",omitempty"`
	Audience                    string `json:",omitempty"`
}

// The constraints of the API model (AWS API: AssumeRole).
const (
	sessionNamePattern = `[\w+=,.@-]*`
	defaultDuration    = 3600
)

var sessionName = regexp.MustCompile(`^` + sessionNamePattern + `$`)

func (s *Service) assumeRole(r *wire.Request) (any, error) {
	var in assumeRoleInput
	if err := r.Decode(&in); err != nil {
		return nil, err
	}
	var c wire.Constraints
	in.check(&c)
	if err := c.Err(); err != nil {
		return nil, err
	}
	return s.issue(in)
}

// assumeRoleWithWebIdentity trusts every token that has the form of one: the
// local cloud knows no identity providers.
func (s *Service) assumeRoleWithWebIdentity(r *wire.Request) (any, error) {
	var in webIdentityInput
	if err := r.Decode(&in); err != nil {
		return nil, err
	}
	var c wire.Constraints
	in.check(&c)
	c.Require("webIdentityToken", in.WebIdentityToken != nil)
	if err := c.Err(); err != nil {
		return nil, err
	}
	claims, err := parseToken(*in.WebIdentityToken)
	if err != nil {
		return nil, err
	}
	issued, err := s.issue(in.assumeRoleInput)
	if err != nil {
		return nil, err
	}
	return webIdentityOutput{
		assumeRoleOutput:            issued,
		SubjectFromWebIdentityToken: claims.Subject,
		Provider:                    claims.Issuer,
		Audience:                    claims.audience(),
	}, nil
}

func (in assumeRoleInput) check(c *wire.Constraints) {
	c.Require("roleArn", in.RoleArn != nil)
	if in.RoleArn != nil {
		c.Length("roleArn", *in.RoleArn, 20, 2048)
	}
	c.Require("roleSessionName", in.RoleSessionName != nil)
	if in.RoleSessionName != nil {
		c.Length("roleSessionName", *in.RoleSessionName, 2, 64)
		c.Pattern("roleSessionName", *in.RoleSessionName, sessionNamePattern, sessionName)
	}
	if in.DurationSeconds != nil {
		c.Range("durationSeconds", int64(*in.DurationSeconds), 900, 43200)
	}
}

// issue hands out credentials of a role.
func (s *Service) issue(in assumeRoleInput) (assumeRoleOutput, error) {
	assumed, err := parseRoleARN(*in.RoleArn)
	if err != nil {
		return assumeRoleOutput{}, err
	}
	seconds := int32(defaultDuration)
	if in.DurationSeconds != nil {
		seconds = *in.DurationSeconds
	}
	s.issued++
	seed := fmt.Sprintf("%d %s %s", s.issued, assumed.ARN, *in.RoleSessionName)
	key := "ASIA" + identifier("key "+seed, 16)
	issued := session{role: assumed, name: *in.RoleSessionName}
	s.sessions[key] = issued
	return assumeRoleOutput{
		Credentials: credentials{
			AccessKeyID:     key,
			SecretAccessKey: identifier("secret "+seed, 40),
			SessionToken:    identifier("token "+seed, 52),
			Expiration:      wire.Time{Time: s.now().Add(time.Duration(seconds) * time.Second).Truncate(time.Second)},
		},
		AssumedRoleUser: issued.user(),
	}, nil
}

// claims are the members of a JSON Web Token that STS reports back.
type claims struct {
	Subject   string          `json:"sub"`
	Issuer    string          `json:"iss"`
	Audiences json.RawMessage `json:"aud"` // one text or a list of them
}

func (c claims) audience() string {
	var one string
	if json.Unmarshal(c.Audiences, &one) == nil {
		return one
	}
	var several []string
	if json.Unmarshal(c.Audiences, &several) == nil && len(several) > 0 {
		return several[0]
	}
	return ""
}

// parseToken reads the claims of a JSON Web Token without checking its
// signature.
func parseToken(token string) (claims, error) {
	invalid := &wire.Error{
		Code:    "InvalidIdentityToken",
		Message: "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
		Status:  http.StatusBadRequest,
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return claims{}, invalid
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return claims{}, invalid
	}
	var c claims
	if json.Unmarshal(payload, &c) != nil || c.Subject == "" {
		return claims{}, invalid
	}
	return c, nil
}
