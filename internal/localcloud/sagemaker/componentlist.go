package sagemaker

import "github.com/setpoint-io/setpoint/internal/localcloud/wire"

type listComponentsInput struct {
	listInput
	LastModifiedTimeBefore *wire.Time
	LastModifiedTimeAfter  *wire.Time
	StatusEquals           *string
	EndpointNameEquals     *string
	VariantNameEquals      *string
}

func (in listComponentsInput) check(c *wire.Constraints) {
	in.checkSorted(c, "Name", "CreationTime", "Status")
	checkEnum(c, "statusEquals", in.StatusEquals, inService, creating, updating, "Failed", deleting)
}

func (in listComponentsInput) takes(c *component) bool {
	return (in.StatusEquals == nil || *in.StatusEquals == c.status()) &&
		(in.EndpointNameEquals == nil || *in.EndpointNameEquals == c.endpoint) &&
		(in.VariantNameEquals == nil || *in.VariantNameEquals == c.variant) &&
		(in.LastModifiedTimeBefore == nil || c.modified.Before(in.LastModifiedTimeBefore.Time)) &&
		(in.LastModifiedTimeAfter == nil || c.modified.After(in.LastModifiedTimeAfter.Time))
}

type componentSummary struct {
	CreationTime             wire.Time
	InferenceComponentArn    string
	InferenceComponentName   string
	EndpointArn              string
	EndpointName             string
	VariantName              string
	InferenceComponentStatus string
	LastModifiedTime         wire.Time
}

type listComponentsOutput struct {
	InferenceComponents []componentSummary
	NextToken           *string `json:",omitempty"`
}

func (s *Service) listInferenceComponents(sc wire.Scope, in listComponentsInput) (any, error) {
	var all []listed[componentSummary]
	for name, c := range s.region(sc).components {
		if !in.takes(c) {
			continue
		}
		all = append(all, listed[componentSummary]{
			name: name, created: c.created, status: c.status(),
			summary: componentSummary{
				wire.Time{Time: c.created}, s.arn(sc, componentKind.arn, name), name, s.arn(sc, endpointKind.arn, c.endpoint),
				c.endpoint, c.variant, c.status(), wire.Time{Time: c.modified},
			},
		})
	}
	out, token, err := page(sc, "ListInferenceComponents", all, in.listInput)
	if err != nil {
		return nil, err
	}
	return &listComponentsOutput{out, token}, nil
}
