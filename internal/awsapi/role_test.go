package awsapi

import (
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
