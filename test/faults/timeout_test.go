package faults

import (
	"fmt"
	"strings"
	"testing"

	"github.com/setpoint-io/setpoint/internal/localcloud"
)

// TestTimedOutWritesAreOurs lets writes take effect and time out, fewer times
// than the AWS SDK tries and more. What appears in AWS then is ours: it is
// neither refused as somebody else's nor made twice, and nobody is told of
// drift. (That processes die in between is TestAccidents.)
func TestTimedOutWritesAreOurs(t *testing.T) {
	operations := []string{
		"RegisterScalableTarget", "PutScalingPolicy", "PutScheduledAction",
		"DeregisterScalableTarget", "DeleteScalingPolicy", "DeleteScheduledAction", "TagResource", "UntagResource",
	}
	all := story{act: inTurn(some, setTags(tagA), atOnce(setBounds(2, 5), setValue(keyP, 60), setActionMin(keyS, 3)), setTags(),
		drop(keyS), drop(keyP), drop(keyT), some)}
	for _, operation := range operations {
		for _, times := range []int{1, 4} {
			t.Run(fmt.Sprint(operation, " ", times), func(t *testing.T) {
				t.Parallel()
				inWorld(t, nil, func(w *world) {
					w.cloud.Faults().Inject(localcloud.Fault{Operation: operation, Hang: true, AfterEffect: true, Times: times})
					all.act(w)
					w.settle()
					w.holds()
					for _, told := range w.told() {
						if strings.Contains(told, "AlreadyExists") || strings.Contains(told, "DriftCorrected") {
							t.Errorf("what timed out is taken for somebody else's work: %s", told)
						}
					}
					if n := w.cloud.Journal().Count(operation); n < 2 {
						t.Errorf("%d calls of %s: it did not time out", n, operation)
					}
				})
			})
		}
	}
}
