package report

import (
	"encoding/json"
	"slices"
)

// MissingRight is a right for lack of which AWS refused a call.
type MissingRight struct {
	Action   string `json:"action"`   // such as "application-autoscaling:DescribeScalableTargets"
	Resource string `json:"resource"` // an ARN, or "*"
}

// Missing adds a right, once.
func (p *Plan) Missing(r MissingRight) {
	if !slices.Contains(p.MissingRights, r) {
		p.MissingRights = append(p.MissingRights, r)
	}
}

// iamStatement is one statement of an IAM policy (IAM JSON policy reference).
type iamStatement struct {
	Effect   string
	Action   oneOrMore
	Resource oneOrMore
}

// oneOrMore is a list that stands without brackets when it has one element, as
// people write it.
type oneOrMore []string

// MarshalJSON writes the list.
func (l oneOrMore) MarshalJSON() ([]byte, error) {
	if len(l) == 1 {
		return json.Marshal(l[0])
	}
	return json.Marshal([]string(l))
}

// policy is an IAM policy that grants the missing rights and nothing else, for
// people to paste.
func (p *Plan) policy() string {
	var statements []iamStatement
	for _, r := range p.MissingRights {
		same := slices.IndexFunc(statements, func(s iamStatement) bool {
			return len(s.Resource) == 1 && s.Resource[0] == r.Resource || len(s.Action) == 1 && s.Action[0] == r.Action
		})
		if same < 0 {
			statements = append(statements, iamStatement{"Allow", oneOrMore{r.Action}, oneOrMore{r.Resource}})
			continue
		}
		s := &statements[same]
		if !slices.Contains(s.Action, r.Action) {
			s.Action = append(s.Action, r.Action)
		}
		if !slices.Contains(s.Resource, r.Resource) {
			s.Resource = append(s.Resource, r.Resource)
		}
	}
	text, err := json.MarshalIndent(struct {
		Version   string
		Statement []iamStatement
	}{"2012-10-17", statements}, "", "  ")
	if err != nil {
		return err.Error() // strings always have a form in JSON
	}
	return string(text)
}
