package awsapi

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// TestRoleIsAssumedOnceAndAgainBeforeItExpires works in another account for an
// hour, with credentials that hold for a quarter of it.
func TestRoleIsAssumedOnceAndAgainBeforeItExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, api := newCloud(t, func(o *Options) { o.RoleARN = "arn:aws:iam::444455556666:role/scaler" })
		defer api.Close()
		for _, step := range []struct {
			reason  string
			after   time.Duration
			assumed int
		}{
			{"the first call needs credentials", 0, 1},
			{"they are kept", 13 * time.Minute, 1},
			{"they are renewed before they expire: AWS refuses what is under way when they do", 2*time.Minute - time.Second, 2},
			{"the new ones are kept", 10 * time.Minute, 2},
			{"credentials that nobody used for long are renewed when somebody does", time.Hour, 3},
		} {
			time.Sleep(step.after)
			if _, err := api.Observe(t.Context(), Query{Identity: anID}); err != nil {
				t.Fatalf("%s: %v", step.reason, err)
			}
			if got := cloud.Journal().Count("AssumeRole"); got != step.assumed {
				t.Errorf("%s: the role was assumed %d times, want %d", step.reason, got, step.assumed)
			}
		}
	})
}

// An account may let a role be assumed only by those who know its external ID.
func TestExternalIDGoesWithTheRole(t *testing.T) {
	for _, want := range []string{"", "tenant-7"} {
		f := newFake()
		var asked *http.Request
		a := newTestAPI(t, f, func(o *Options) {
			o.RoleARN, o.ExternalID = "arn:aws:iam::1:role/x", want
			o.Config.HTTPClient = httpClient(func(r *http.Request) (*http.Response, error) {
				if r.URL.Host == "sts.us-west-2.amazonaws.com" {
					asked = r
				}
				return f.Do(r)
			})
		})
		if _, err := a.Observe(t.Context(), Query{Identity: anID}); err != nil {
			t.Fatal(err)
		}
		if asked == nil || asked.FormValue("ExternalId") != want || asked.Form.Has("ExternalId") != (want != "") {
			t.Errorf("STS was asked %+v, want the external ID %q", asked, want)
		}
	}
}

type httpClient func(*http.Request) (*http.Response, error)

func (f httpClient) Do(r *http.Request) (*http.Response, error) { return f(r) }
