package wire

import (
	"net/http"
	"strings"
)

// Credential is what a SigV4 signature says in clear text: whose key, for
// which Region and for which service. The zero value is an unsigned request.
type Credential struct {
	AccessKey string
	Region    string
	Service   string // the signing name, such as "monitoring"
}

// credentialOf reads the credential from the Authorization header, or from the
// query string of a presigned request. The signature itself is not checked,
// nor is the date: the local cloud accepts every key and every clock.
func credentialOf(r *http.Request) (Credential, error) {
	header := r.Header.Get("Authorization")
	if strings.HasPrefix(header, "AWS4-") {
		return parseCredential(header)
	}
	if r.URL.RawQuery != "" {
		if scope := r.URL.Query().Get("X-Amz-Credential"); scope != "" {
			return parseCredentialScope(scope)
		}
	}
	return Credential{}, nil
}

// parseCredential reads the Authorization header of a SigV4 request, such as
// "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/monitoring/aws4_request, ...".
func parseCredential(authorization string) (Credential, error) {
	_, parameters, _ := strings.Cut(authorization, " ")
	for parameters != "" {
		var parameter string
		parameter, parameters, _ = strings.Cut(parameters, ",")
		if scope, ok := strings.CutPrefix(strings.TrimSpace(parameter), "Credential="); ok {
			return parseCredentialScope(scope)
		}
	}
	return Credential{}, incompleteSignature("Authorization header requires 'Credential' parameter.")
}

// parseCredentialScope reads "AKID/date/region/service/aws4_request"; the
// scope of SigV4a has no Region.
func parseCredentialScope(scope string) (Credential, error) {
	parts := strings.Split(scope, "/")
	n := len(parts)
	if n < 4 || n > 5 || parts[n-1] != "aws4_request" || parts[0] == "" {
		return Credential{}, incompleteSignature("Credential must have the form <access key>/<date>/<region>/<service>/aws4_request.")
	}
	c := Credential{AccessKey: parts[0], Service: parts[n-2]}
	if n == 5 {
		c.Region = parts[2]
	}
	if !isName(c.AccessKey, 128) || !isName(c.Region, 64) || !isName(c.Service, 64) {
		return Credential{}, incompleteSignature("Credential should be scoped to a valid access key, Region and service.")
	}
	return c, nil
}

func incompleteSignature(text string) *Error {
	return &Error{Code: "IncompleteSignatureException", QueryCode: "IncompleteSignature", Message: text}
}

// isName tells whether s is made of the letters of access keys, Regions and
// signing names. They become parts of ARNs.
func isName(s string, maximum int) bool {
	if len(s) > maximum {
		return false
	}
	for _, r := range s {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-', r == '_', r == '.':
		default:
			return false
		}
	}
	return true
}
