package localcloud

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

func (s *story) deregister() {
	s.Helper()
	_, err := s.clients.scaling.DeregisterScalableTarget(s.Context(), &aas.DeregisterScalableTargetInput{
		ServiceNamespace: types.ServiceNamespace(s.key.ServiceNamespace), ResourceId: &s.key.ResourceID,
		ScalableDimension: types.ScalableDimension(s.key.ScalableDimension),
	})
	s.must(err)
}

// TestActivityOutlivesTarget deregisters a target whose resource is still on its
// way to a capacity.
func TestActivityOutlivesTarget(t *testing.T) {
	const out = "Setting desired count to 5. (minimum capacity was set to 5)"
	for _, tt := range []struct {
		reason string
		then   func(*story)
		want   []string
	}{
		{
			"the tasks come nevertheless, and the activity ends when they are there", func(*story) {},
			[]string{"0s-5m0s Successful: " + out},
		},
		{
			"who registers anew and wants less overrides it, which is seen when the tasks should have come", func(s *story) { s.register(1, 3) },
			[]string{"0s-5m0s Overridden: " + out, "1m0s-5m0s Successful: Setting desired count to 3. (maximum capacity was set to 3)"},
		},
		{
			"without the service there is nothing to wait for", func(s *story) {
				_, err := s.clients.tasks.DeleteService(s.Context(), &ecs.DeleteServiceInput{Service: aws.String("web"), Force: aws.Bool(true)})
				s.must(err)
			},
			[]string{"0s-5m0s Overridden: " + out},
		},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			s := tell(t, serviceKey, Options{ProvisioningDelay: 5 * time.Minute})
			s.serve()
			s.cloud.Advance(5 * time.Minute)
			s.start = s.cloud.Clock().Now()
			s.register(5, 10)
			s.cloud.Advance(time.Minute)
			s.deregister()
			tt.then(s)
			s.cloud.Advance(time.Hour)
			s.equal("activities", tt.want, s.told())
		})
	}
}
