package sagemaker

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/google/uuid"

	"github.com/setpoint-io/setpoint/internal/localcloud/wire"
)

// The headers of asynchronous requests and answers (AWS API:
// InvokeEndpointAsync).
const (
	headerInput       = "X-Amzn-Sagemaker-Inputlocation"
	headerInferenceID = "X-Amzn-Sagemaker-Inference-Id"
	headerOutput      = "X-Amzn-Sagemaker-Outputlocation"
	headerFailure     = "X-Amzn-Sagemaker-Failurelocation"
)

// inputLocation is where the payload of an asynchronous request may be (AWS API:
// InvokeEndpointAsync).
var inputLocation = regexp.MustCompile(`^(https|s3)://([^/]+)/?(.*)$`)

// invokeAsync puts one request into the queue of an asynchronous endpoint, where
// it waits for an instance, also while there is none. What the answer names is
// never written. The texts of errors are ours.
func (s *Service) invokeAsync(sc wire.Scope, in wire.RESTInput) (any, error) {
	name := in.Path["EndpointName"]
	e, err := s.invocable(sc, name)
	if err != nil {
		return nil, err
	}
	location := in.Header.Get(headerInput)
	switch {
	case len(e.config.input.AsyncInferenceConfig) == 0:
		return nil, invalidInvocation("Endpoint " + name + " is not asynchronous and takes no InvokeEndpointAsync.")
	case !inputLocation.MatchString(location):
		return nil, invalidInvocation(fmt.Sprintf("InputLocation %q is no location; it has to be like s3://bucket/key.", location))
	}
	f := e.flow(e.turn())
	s.arrive(f, 1)
	if s.invoked != nil {
		s.invoked(sc, resourceID(name, f))
	}
	e.asked++
	// What invokes is no change that is kept, so the ID follows from what is asked.
	id := uuid.NewSHA1(uuid.NameSpaceURL, fmt.Append(nil, s.arn(sc, endpointKind.arn, name), e.created.UnixNano(), s.now().UnixNano(), e.asked)).String()
	given := in.Header.Get(headerInferenceID)
	if given == "" {
		given = id
	}
	body, err := json.Marshal(struct{ InferenceId string }{given})
	if err != nil {
		return nil, err
	}
	header := http.Header{"Content-Type": {"application/json"}}
	var config struct {
		OutputConfig struct{ S3OutputPath, S3FailurePath string }
	}
	if err := json.Unmarshal(e.config.input.AsyncInferenceConfig, &config); err != nil {
		return nil, err
	}
	if path := config.OutputConfig.S3OutputPath; path != "" {
		header.Set(headerOutput, strings.TrimSuffix(path, "/")+"/"+id+".out")
	}
	if path := config.OutputConfig.S3FailurePath; path != "" {
		header.Set(headerFailure, strings.TrimSuffix(path, "/")+"/"+id+"-error.out")
	}
	return &wire.RESTOutput{Status: http.StatusAccepted, Header: header, Body: body}, nil
}
