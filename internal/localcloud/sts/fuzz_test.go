package sts

import (
	"errors"
	"strings"
	"testing"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

func FuzzParseRoleARN(f *testing.F) {
	f.Add("arn:aws:iam::111122223333:role/scaler")
	f.Add("arn:aws-cn:iam::111122223333:role/a/b/scaler")
	f.Add("arn:aws:iam::111122223333:role//")
	f.Add("arn:aws:iam::11112222333:role/x\n")
	f.Fuzz(func(t *testing.T, arn string) {
		role, err := ParseRoleARN(arn)
		if err != nil {
			var e *wire.Error
			if !errors.As(err, &e) || role != (Role{}) {
				t.Errorf("%q: %+v, %v", arn, role, err)
			}
			return
		}
		if len(role.Account) != 12 || role.Name == "" || strings.Contains(role.Name, "/") ||
			!strings.HasPrefix(arn, "arn:"+role.Partition+":iam::"+role.Account+":role/") || !strings.HasSuffix(arn, role.Name) {
			t.Errorf("%q was read as %+v", arn, role)
		}
	})
}

func FuzzParseToken(f *testing.F) {
	f.Add("e30.eyJzdWIiOiJhIiwiYXVkIjoiYiJ9.c2ln")
	f.Add("e30.eyJzdWIiOiJhIiwiYXVkIjpbImIiLCJjIl19.c2ln")
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		claims, err := parseToken(token)
		var e *wire.Error
		switch {
		case err != nil && (!errors.As(err, &e) || e.Code != "InvalidIdentityToken"):
			t.Errorf("%q is refused with %v", token, err)
		case err == nil && claims.Subject == "":
			t.Errorf("%q identifies nobody", token)
		}
		_ = claims.audience()
	})
}
