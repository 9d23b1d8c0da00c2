package dynamodb

import (
	"fmt"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// There are no items that could expire and nothing that could be restored. What
// is set is kept and takes effect at once, so that a client that declares it
// finds it again.

type timeToLive struct {
	AttributeName *string
	Enabled       *bool
}

type updateTimeToLiveInput struct {
	TableName               *string
	TimeToLiveSpecification *timeToLive
}

func (in updateTimeToLiveInput) check(c *wire.Constraints) {
	checkTable(c, in.TableName)
	c.Require("timeToLiveSpecification", in.TimeToLiveSpecification != nil)
	if s := in.TimeToLiveSpecification; s != nil {
		c.Require("timeToLiveSpecification.enabled", s.Enabled != nil)
		c.Require("timeToLiveSpecification.attributeName", s.AttributeName != nil)
		if s.AttributeName != nil {
			c.Length("timeToLiveSpecification.attributeName", *s.AttributeName, 1, maxName)
		}
	}
}

type updateTimeToLiveOutput struct{ TimeToLiveSpecification timeToLive }

func (s *Service) updateTimeToLive(sc wire.Scope, in updateTimeToLiveInput) (any, error) {
	t, err := s.ready(sc, *in.TableName)
	if err != nil {
		return nil, err
	}
	asked := *in.TimeToLiveSpecification
	switch {
	case !*asked.Enabled && t.expires == "":
		return nil, wire.Validation("TimeToLive is already disabled")
	case *asked.Enabled && t.expires == *asked.AttributeName:
		return nil, wire.Validation("TimeToLive is already enabled")
	case t.expires != "" && t.expires != *asked.AttributeName:
		return nil, wire.Validation("TimeToLive is active on a different AttributeName: current AttributeName is %s", t.expires)
	}
	t.expires = ""
	if *asked.Enabled {
		t.expires = *asked.AttributeName
	}
	return &updateTimeToLiveOutput{asked}, nil
}

type describeTimeToLiveOutput struct{ TimeToLiveDescription timeToLiveShape }

type timeToLiveShape struct {
	TimeToLiveStatus string
	AttributeName    string `json:",omitempty"`
}

func (s *Service) describeTimeToLive(sc wire.Scope, in tableInput) (any, error) {
	t, err := s.find(sc, *in.TableName)
	if err != nil {
		return nil, err
	}
	shape := timeToLiveShape{TimeToLiveStatus: disabled}
	if t.expires != "" {
		shape = timeToLiveShape{enabled, t.expires}
	}
	return &describeTimeToLiveOutput{shape}, nil
}

// The states of settings (AWS API: TimeToLiveStatus, PointInTimeRecoveryStatus).
const (
	enabled  = "ENABLED"
	disabled = "DISABLED"
)

// recovery is the point-in-time recovery of a table.
type recovery struct {
	since time.Time // zero: disabled
	days  int32
}

// The period of point-in-time recovery in days (AWS API:
// PointInTimeRecoverySpecification).
const maxRecoveryDays = 35

// recoveryLag is how far the latest time that can be restored is behind (AWS
// API: PointInTimeRecoveryDescription).
const recoveryLag = 5 * time.Minute

type updateBackupsInput struct {
	TableName                        *string
	PointInTimeRecoverySpecification *recoverySpecification
}

type recoverySpecification struct {
	PointInTimeRecoveryEnabled *bool
	RecoveryPeriodInDays       *int32
}

func (in updateBackupsInput) check(c *wire.Constraints) {
	checkTable(c, in.TableName)
	c.Require("pointInTimeRecoverySpecification", in.PointInTimeRecoverySpecification != nil)
	if s := in.PointInTimeRecoverySpecification; s != nil {
		c.Require("pointInTimeRecoverySpecification.pointInTimeRecoveryEnabled", s.PointInTimeRecoveryEnabled != nil)
		if s.RecoveryPeriodInDays != nil {
			c.Range("pointInTimeRecoverySpecification.recoveryPeriodInDays", int64(*s.RecoveryPeriodInDays), 1, maxRecoveryDays)
		}
	}
}

func (s *Service) updateContinuousBackups(sc wire.Scope, in updateBackupsInput) (any, error) {
	t, err := s.backedUp(sc, *in.TableName)
	if err != nil {
		return nil, err
	}
	asked := in.PointInTimeRecoverySpecification
	switch {
	case !*asked.PointInTimeRecoveryEnabled:
		t.recovery = recovery{}
	case t.recovery.since.IsZero():
		t.recovery = recovery{s.now(), maxRecoveryDays}
	}
	if *asked.PointInTimeRecoveryEnabled && asked.RecoveryPeriodInDays != nil {
		t.recovery.days = *asked.RecoveryPeriodInDays
	}
	return s.backups(t), nil
}

func (s *Service) describeContinuousBackups(sc wire.Scope, in tableInput) (any, error) {
	t, err := s.backedUp(sc, *in.TableName)
	if err != nil {
		return nil, err
	}
	return s.backups(t), nil
}

// backedUp finds a table. The operations on backups have an error of their own
// for one that does not exist.
func (s *Service) backedUp(sc wire.Scope, given string) (*table, error) {
	t, err := s.find(sc, given)
	if err != nil {
		return nil, &wire.Error{Code: "TableNotFoundException", Message: fmt.Sprintf("Table not found: %s", tableName(given))}
	}
	return t, nil
}

type backupsOutput struct{ ContinuousBackupsDescription backupsShape }

type backupsShape struct {
	ContinuousBackupsStatus        string
	PointInTimeRecoveryDescription recoveryShape
}

type recoveryShape struct {
	PointInTimeRecoveryStatus  string
	RecoveryPeriodInDays       int32      `json:",omitempty"`
	EarliestRestorableDateTime *wire.Time `json:",omitempty"`
	LatestRestorableDateTime   *wire.Time `json:",omitempty"`
}

// backups describes the backups of a table: continuous for every table from its
// creation (AWS API: DescribeContinuousBackups), and restorable only if that is
// asked for.
func (s *Service) backups(t *table) *backupsOutput {
	shape := recoveryShape{PointInTimeRecoveryStatus: disabled}
	if r := t.recovery; !r.since.IsZero() {
		earliest, latest := s.now().AddDate(0, 0, -int(r.days)), s.now().Add(-recoveryLag)
		if earliest.Before(r.since) {
			earliest = r.since
		}
		if latest.Before(earliest) {
			latest = earliest
		}
		shape = recoveryShape{enabled, r.days, wire.At(earliest), wire.At(latest)}
	}
	return &backupsOutput{backupsShape{enabled, shape}}
}

// insights are the contributor insights of a table or an index. Nothing asks who
// contributes.
type insights struct {
	mode    string
	enabled bool
	changed time.Time
}

// The modes and actions of contributor insights (AWS API:
// UpdateContributorInsights).
const (
	accessedAndThrottled = "ACCESSED_AND_THROTTLED_KEYS"
	throttled            = "THROTTLED_KEYS"
	enable               = "ENABLE"
	disable              = "DISABLE"
)

type insightsInput struct {
	TableName *string
	IndexName *string
}

func (in insightsInput) check(c *wire.Constraints) {
	checkTable(c, in.TableName)
	if in.IndexName != nil {
		checkName(c, "indexName", in.IndexName)
	}
}

type updateInsightsInput struct {
	insightsInput
	ContributorInsightsAction *string
	ContributorInsightsMode   *string
}

func (in updateInsightsInput) check(c *wire.Constraints) {
	in.insightsInput.check(c)
	c.Require("contributorInsightsAction", in.ContributorInsightsAction != nil)
	checkEnum(c, "contributorInsightsAction", in.ContributorInsightsAction, enable, disable)
	checkEnum(c, "contributorInsightsMode", in.ContributorInsightsMode, accessedAndThrottled, throttled)
}

type insightsOutput struct {
	TableName                 string
	IndexName                 string `json:",omitempty"`
	ContributorInsightsStatus string
	ContributorInsightsMode   string     `json:",omitempty"`
	LastUpdateDateTime        *wire.Time `json:",omitempty"` // of a description
}

// insightsOf finds the insights of a table or of its index.
func (s *Service) insightsOf(sc wire.Scope, in insightsInput) (*insights, *insightsOutput, error) {
	t, err := s.find(sc, *in.TableName)
	if err != nil {
		return nil, nil, err
	}
	of := &t.insights
	if in.IndexName != nil {
		i := t.index(*in.IndexName)
		if i == nil {
			return nil, nil, indexNotFound(t.name(), *in.IndexName)
		}
		of = &i.insights
	}
	return of, &insightsOutput{TableName: t.name(), IndexName: value(in.IndexName)}, nil
}

func (o *insightsOutput) fill(i *insights) {
	o.ContributorInsightsStatus = disabled
	if i.enabled {
		o.ContributorInsightsStatus, o.ContributorInsightsMode = enabled, i.mode
	}
}

func (s *Service) updateContributorInsights(sc wire.Scope, in updateInsightsInput) (any, error) {
	of, out, err := s.insightsOf(sc, in.insightsInput)
	if err != nil {
		return nil, err
	}
	*of = insights{mode: accessedAndThrottled, enabled: *in.ContributorInsightsAction == enable, changed: s.now()}
	if in.ContributorInsightsMode != nil {
		of.mode = *in.ContributorInsightsMode
	}
	out.fill(of)
	return out, nil
}

func (s *Service) describeContributorInsights(sc wire.Scope, in insightsInput) (any, error) {
	of, out, err := s.insightsOf(sc, in)
	if err != nil {
		return nil, err
	}
	out.fill(of)
	if !of.changed.IsZero() {
		out.LastUpdateDateTime = wire.At(of.changed)
	}
	return out, nil
}
