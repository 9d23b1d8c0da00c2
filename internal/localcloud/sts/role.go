package sts

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"regexp"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// role is an IAM role by its ARN.
type role struct {
	Partition string
	Account   string
	Name      string // without path
	ARN       string
}

var roleARN = regexp.MustCompile(`^arn:(aws[a-z-]*):iam::([0-9]{12}):role/(?:[\x21-\x7e]+/)?([\w+=,.@-]{1,64})$`)

// parseRoleARN reads an ARN such as "arn:aws:iam::111122223333:role/path/name".
func parseRoleARN(arn string) (role, error) {
	m := roleARN.FindStringSubmatch(arn)
	if m == nil {
		return role{}, wire.Validation("%s is invalid", arn)
	}
	return role{Partition: m[1], Account: m[2], Name: m[3], ARN: arn}, nil
}

// id returns the unique ID of the role, which AWS puts in front of the session
// name: the same for the same role.
func (r role) id() string { return "AROA" + identifier(r.ARN, 17) }

type assumedRoleUser struct {
	AssumedRoleID string `json:"AssumedRoleId"`
	Arn           string
}

func (s session) user() assumedRoleUser {
	return assumedRoleUser{
		AssumedRoleID: s.role.id() + ":" + s.name,
		Arn:           fmt.Sprintf("arn:%s:sts::%s:assumed-role/%s/%s", s.role.Partition, s.role.Account, s.role.Name, s.name),
	}
}

// identifier derives n characters of the alphabet of IAM's identifiers from a
// text. Equal runs of the local cloud hand out equal identifiers.
func identifier(text string, n int) string {
	sum := sha256.Sum256([]byte(text))
	return base32.StdEncoding.EncodeToString(sum[:])[:n]
}
