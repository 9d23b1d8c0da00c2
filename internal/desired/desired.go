// Package desired reads what Kubernetes objects declare: it turns objects of
// package v1alpha1 into the values of the domain, package autoscaling.
//
// The two differ where Kubernetes and AWS do. The API has 64-bit integers and
// AWS 32-bit ones, so a number may not fit. Tags are a list here and a map
// there. A field that was removed from an object means something only in the
// light of what the object asked for before, which its status remembers. What
// cannot be converted becomes a finding; the value is then left out, so nothing
// wrong is ever sent.
//
// References are not followed here: what an object leaves to a reference is
// empty in the result, and the caller fills it in.
package desired

import (
	"fmt"
	"math"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// The findings of a conversion. All are errors.
const (
	// NumberOutOfRange: AWS has no such number, because it uses 32-bit integers.
	NumberOutOfRange autoscaling.Code = "NumberOutOfRange"
	// DuplicateTagKey: two tags of a target have the same key.
	DuplicateTagKey autoscaling.Code = "DuplicateTagKey"
	// MissingScalingAdjustment: a step does not say how to change the capacity.
	MissingScalingAdjustment autoscaling.Code = "MissingScalingAdjustment"
)

// findings collects what cannot be converted.
type findings []autoscaling.Finding

func (f *findings) add(code autoscaling.Code, field, format string, args ...any) {
	*f = append(*f, autoscaling.Finding{Code: code, Severity: autoscaling.Error, Field: field, Message: fmt.Sprintf(format, args...)})
}

// number converts a number that AWS keeps as a 32-bit integer.
func (f *findings) number(field string, n *int64) *int32 {
	if n == nil {
		return nil
	}
	if *n < math.MinInt32 || *n > math.MaxInt32 {
		f.add(NumberOutOfRange, field, "%d does not fit into the 32-bit integer that AWS uses: write a number from %d to %d",
			*n, math.MinInt32, math.MaxInt32)
		return nil
	}
	fits := int32(*n)
	return &fits
}

func identity(serviceNamespace, resourceID, scalableDimension *string) autoscaling.Identity {
	return autoscaling.Identity{
		ServiceNamespace:  text(serviceNamespace),
		ResourceID:        text(resourceID),
		ScalableDimension: text(scalableDimension),
	}
}

// text reads an optional string. AWS knows no empty ones, so empty means
// omitted.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func instant(t *metav1.Time) *time.Time {
	if t == nil {
		return nil
	}
	utc := t.UTC()
	return &utc
}
