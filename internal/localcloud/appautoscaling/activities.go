package appautoscaling

import (
	"fmt"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling/scaling"
	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// keepActivities is how long activities can be described (AWS API:
// DescribeScalingActivities).
const keepActivities = 6 * 7 * 24 * time.Hour

// activity is a scaling activity of a target, which may be gone.
type activity struct {
	identity
	id string
	scaling.Activity
}

// record keeps an activity of a target, or what has become of it.
func (s *Service) record(t *target, a scaling.Activity) {
	if known := t.open[a.ID]; known != nil {
		known.Activity = a
		if a.Final() {
			delete(t.open, a.ID)
		}
		return
	}
	all := &s.region(t.scope).activities
	made := &activity{identity: t.identity, id: s.newID().String(), Activity: a}
	all.Forget(func(old **activity) bool { return (*old).Start.Before(a.Start.Add(-keepActivities)) })
	all.Add(resource{t.namespace, t.resourceID}, made)
	if !a.Final() {
		t.open[a.ID] = made
	}
}

type describeActivitiesInput struct {
	childFilter
	pageInput
	IncludeNotScaledActivities *bool
}

type describeActivitiesOutput struct {
	ScalingActivities []activityMember
	NextToken         *string `json:",omitempty"`
}

// activityMember is ScalingActivity. Details is not among its members: nothing
// is known of what the service writes there.
type activityMember struct {
	ActivityID        string `json:"ActivityId"`
	ServiceNamespace  string
	ResourceID        string `json:"ResourceId"`
	ScalableDimension string
	Description       string
	Cause             string
	StartTime         wire.Time
	EndTime           *wire.Time `json:",omitempty"`
	StatusCode        string
	StatusMessage     string                  `json:",omitempty"`
	NotScaledReasons  []notScaledReasonMember `json:",omitempty"`
}

type notScaledReasonMember struct {
	Code            string
	MaxCapacity     *int32 `json:",omitempty"`
	MinCapacity     *int32 `json:",omitempty"`
	CurrentCapacity *int32 `json:",omitempty"`
}

// describeScalingActivities lists the activities of six weeks, the newest
// first. Between two pages a client may change what it asks for, except for
// the resource, as was reported of the service.
func (s *Service) describeScalingActivities(sc wire.Scope, in describeActivitiesInput) (any, error) {
	f, err := in.target()
	if err != nil {
		return nil, err
	}
	if err := f.consistent(); err != nil {
		return nil, err
	}
	size, err := s.pageSize(pageLimit, in.MaxResults)
	if err != nil {
		return nil, err
	}
	all := &s.region(sc).activities
	selected := all.All()
	if in.ResourceID != nil {
		selected = all.Of(resource{f.namespace, *in.ResourceID})
	}
	question := fingerprint(sc.Account, sc.Region, "DescribeScalingActivities", f.namespace, value(in.ResourceID))
	before := all.Next()
	if in.NextToken != nil {
		last, err := s.readToken(*in.NextToken, question, fingerprint())
		if err != nil {
			return nil, err
		}
		if _, err := fmt.Sscanf(last, "%d", &before); err != nil {
			return nil, invalidNextToken()
		}
	}
	out := &describeActivitiesOutput{ScalingActivities: []activityMember{}}
	oldest := s.now().Add(-keepActivities)
	for number, it := range selected.Before(before) {
		a := *it
		if a.Start.Before(oldest) {
			break
		}
		if !f.selects(a.identity) || len(a.NotScaled) > 0 && !value(in.IncludeNotScaledActivities) {
			continue
		}
		if len(out.ScalingActivities) == size {
			token := writeToken(question, fingerprint(), fmt.Sprint(before))
			out.NextToken = &token
			break
		}
		out.ScalingActivities = append(out.ScalingActivities, a.member())
		before = number
	}
	return out, nil
}

func (a *activity) member() activityMember {
	m := activityMember{
		ActivityID: a.id, ServiceNamespace: a.namespace, ResourceID: a.resourceID, ScalableDimension: a.dimension,
		Description: a.Description, Cause: a.Cause, StartTime: wire.Time{Time: a.Start},
		StatusCode: string(a.StatusCode), StatusMessage: a.StatusMessage,
	}
	if !a.End.IsZero() {
		m.EndTime = &wire.Time{Time: a.End}
	}
	for _, reason := range a.NotScaled {
		m.NotScaledReasons = append(m.NotScaledReasons, notScaledReasonMember{
			string(reason.Code), reason.MaxCapacity, reason.MinCapacity, reason.CurrentCapacity,
		})
	}
	return m
}
