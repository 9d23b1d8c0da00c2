package awsapi

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// Apply carries out one change of a plan with one call to AWS (retries aside).
// A deletion of what is not there is an error of kind NotFound. Policies and
// scheduled actions are always sent whole, because AWS drops what is left out:
// the start and end of an action, and the optional members of a policy's
// configuration (AWS API: PutScheduledAction, PutScalingPolicy).
func (a *API) Apply(ctx context.Context, id autoscaling.Identity, c autoscaling.Change) (autoscaling.Result, error) {
	var requestID string
	ctx = context.WithValue(context.WithValue(ctx, verbKey{}, c.Verb), requestKey{}, &requestID)
	defer a.wrote(id) // also when it failed, for it may have taken effect
	var (
		result autoscaling.Result
		err    error
	)
	switch c.Op {
	case autoscaling.OpRegisterTarget:
		result, err = a.register(ctx, id, c)
	case autoscaling.OpDeregisterTarget:
		_, err = a.scaling.DeregisterScalableTarget(ctx, &applicationautoscaling.DeregisterScalableTargetInput{
			ServiceNamespace:  types.ServiceNamespace(id.ServiceNamespace),
			ResourceId:        aws.String(id.ResourceID),
			ScalableDimension: types.ScalableDimension(id.ScalableDimension),
		})
	case autoscaling.OpTagTarget:
		_, err = a.scaling.TagResource(ctx, &applicationautoscaling.TagResourceInput{
			ResourceARN: aws.String(c.TargetARN),
			Tags:        c.Tags,
		})
	case autoscaling.OpUntagTarget:
		_, err = a.scaling.UntagResource(ctx, &applicationautoscaling.UntagResourceInput{
			ResourceARN: aws.String(c.TargetARN),
			TagKeys:     c.TagKeys,
		})
	case autoscaling.OpPutPolicy:
		result, err = a.putPolicy(ctx, id, c)
	case autoscaling.OpDeletePolicy:
		_, err = a.scaling.DeleteScalingPolicy(ctx, &applicationautoscaling.DeleteScalingPolicyInput{
			ServiceNamespace:  types.ServiceNamespace(id.ServiceNamespace),
			ResourceId:        aws.String(id.ResourceID),
			ScalableDimension: types.ScalableDimension(id.ScalableDimension),
			PolicyName:        aws.String(c.Name),
		})
	case autoscaling.OpPutAction:
		if c.Action == nil {
			return autoscaling.Result{}, noPayload(c)
		}
		_, err = a.scaling.PutScheduledAction(ctx, actionInput(id, *c.Action))
	case autoscaling.OpDeleteAction:
		_, err = a.scaling.DeleteScheduledAction(ctx, &applicationautoscaling.DeleteScheduledActionInput{
			ServiceNamespace:    types.ServiceNamespace(id.ServiceNamespace),
			ResourceId:          aws.String(id.ResourceID),
			ScalableDimension:   types.ScalableDimension(id.ScalableDimension),
			ScheduledActionName: aws.String(c.Name),
		})
	default:
		err = invalid(string(c.Op), "there is no such operation in a plan")
	}
	result.RequestID = requestID
	return result, wrap(string(c.Op), err)
}

func (a *API) register(ctx context.Context, id autoscaling.Identity, c autoscaling.Change) (autoscaling.Result, error) {
	if c.Target == nil {
		return autoscaling.Result{}, noPayload(c)
	}
	out, err := a.scaling.RegisterScalableTarget(ctx, targetInput(id, *c.Target, c.Verb))
	if err != nil {
		return autoscaling.Result{}, err
	}
	return autoscaling.Result{ARN: aws.ToString(out.ScalableTargetARN)}, nil
}

func (a *API) putPolicy(ctx context.Context, id autoscaling.Identity, c autoscaling.Change) (autoscaling.Result, error) {
	if c.Policy == nil {
		return autoscaling.Result{}, noPayload(c)
	}
	out, err := a.scaling.PutScalingPolicy(ctx, policyInput(id, *c.Policy))
	if err != nil {
		return autoscaling.Result{}, err
	}
	return autoscaling.Result{ARN: aws.ToString(out.PolicyARN), Alarms: convertAll(out.Alarms, alarmOf)}, nil
}

func noPayload(c autoscaling.Change) error {
	return invalid(string(c.Op), "the change of %s %q does not say what to send", c.Kind, c.Name)
}
