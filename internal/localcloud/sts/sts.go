// Package sts is the local cloud's AWS Security Token Service: who a caller
// is, and roles to act in another account.
//
// Nothing is secret here. A caller is known by its access key alone; a role is
// assumed by everybody who asks, because the local cloud has no IAM. What
// matters is that the credentials it hands out lead back to the role's
// account, so that a controller that works in several accounts finds several.
package sts

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// API is how the service appears on the wire: the query protocol only.
var API = wire.API{
	Namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
	Message:   "message",
}

// Options configure the service.
type Options struct {
	// Now dates the expiration of credentials. Clients compare it with their
	// own clock. Default: time.Now.
	Now func() time.Time
}

// Service is AWS STS. It is not safe for concurrent use.
type Service struct {
	now      func() time.Time
	sessions map[string]session // by access key
	issued   int
}

// session is what temporary credentials stand for.
type session struct {
	role role
	name string
}

// New returns a service without sessions.
func New(o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Service{now: o.Now, sessions: map[string]session{}}
}

// Account returns the account of the role for which an access key was issued
// by AssumeRole or AssumeRoleWithWebIdentity. Credentials keep working after
// their expiration: when to renew them is the client's decision, by its own
// clock, and the local cloud's clock may run faster.
func (s *Service) Account(accessKey string) (string, bool) {
	session, ok := s.sessions[accessKey]
	return session.role.Account, ok
}

// operations are the operations of the service by name.
var operations = map[string]func(*Service, *wire.Request) (any, error){
	"GetCallerIdentity":         (*Service).getCallerIdentity,
	"AssumeRole":                (*Service).assumeRole,
	"AssumeRoleWithWebIdentity": (*Service).assumeRoleWithWebIdentity,
}

// Operations lists the names of the operations.
func Operations() []string { return slices.Sorted(maps.Keys(operations)) }

// Handle performs one operation.
func (s *Service) Handle(_ context.Context, r *wire.Request) (any, error) {
	operation, ok := operations[r.Operation]
	if !ok {
		return nil, wire.UnknownOperation("AWS STS", r.Operation, operations)
	}
	return operation(s, r)
}

type callerIdentity struct {
	UserID  string `json:"UserId"`
	Account string
	Arn     string
}

// getCallerIdentity says who calls. A key that is not of a session is the root of
// its account: the local cloud has no users.
func (s *Service) getCallerIdentity(r *wire.Request) (any, error) {
	scope := r.Scope
	if session, ok := s.sessions[scope.AccessKey]; ok {
		user := session.user()
		return callerIdentity{UserID: user.AssumedRoleID, Account: session.role.Account, Arn: user.Arn}, nil
	}
	return callerIdentity{
		UserID:  scope.Account,
		Account: scope.Account,
		Arn:     fmt.Sprintf("arn:%s:iam::%s:root", scope.Partition(), scope.Account),
	}, nil
}
