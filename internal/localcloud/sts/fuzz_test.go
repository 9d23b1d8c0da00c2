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
		got, err := parseRoleARN(arn)
		if err != nil {
			var e *wire.Error
			if !errors.As(err, &e) || got != (role{}) {
				t.Errorf("%q: %+v, %v", arn, got, err)
			}
			return
		}
		if len(got.Account) != 12 || got.Name == "" || strings.Contains(got.Name, "/") ||
			!strings.HasPrefix(arn, "arn:"+got.Partition+":iam::"+got.Account+":role/") || !strings.HasSuffix(arn, got.Name) {
			t.Errorf("%q was read as %+v", arn, got)
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
