package localcloud

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/setpoint-io/setpoint/internal/autoscaling/engine"
)

// Assume sets one thing that AWS does not document, written as NAME=VALUE: an
// option of engine.Behaviour, such as metricDelay=2m, or one of a service, such as
// appautoscaling.rejectPastAt=true. The error says what to write.
func (o *Options) Assume(text string) error {
	name, value, err := engine.Assumption(text)
	if err != nil {
		return err
	}
	if !strings.Contains(name, ".") {
		behaviour := engine.DefaultBehaviour()
		if o.Scaling != nil {
			behaviour = *o.Scaling
		}
		if err := behaviour.Set(name, value); err != nil {
			return fmt.Errorf("%w, or one of a service, such as %s", err, o.services()[0].name)
		}
		o.Scaling = &behaviour
		return nil
	}
	all := o.services()
	i := slices.IndexFunc(all, func(s setting) bool { return s.name == name })
	if i < 0 {
		names := make([]string, len(all))
		for i, s := range all {
			names[i] = s.name
		}
		return fmt.Errorf("behaviour %q is unknown; write one of %s", name, strings.Join(names, ", "))
	}
	if err := assign(all[i].member, value); err != nil {
		return fmt.Errorf("behaviour %s cannot be %q; %w", name, value, err)
	}
	return nil
}

// setting is a member of the behaviour of a service.
type setting struct {
	name   string // such as "sagemaker.instanceQuota"
	member reflect.Value
}

// services are all settings of services, which have the names of their members.
func (o *Options) services() []setting {
	var all []setting
	for _, of := range []struct {
		service   string
		behaviour any
	}{{"appautoscaling", &o.AppAutoScaling}, {"cloudwatch", &o.CloudWatch}, {"sagemaker", &o.SageMaker}} {
		all = appendSettings(all, of.service, reflect.ValueOf(of.behaviour).Elem())
	}
	return all
}

func appendSettings(all []setting, path string, v reflect.Value) []setting {
	if v.Kind() != reflect.Struct {
		return append(all, setting{path, v})
	}
	for i := range v.NumField() {
		all = appendSettings(all, path+"."+lowerFirst(v.Type().Field(i).Name), v.Field(i))
	}
	return all
}

// lowerFirst writes a name of Go as one of an option: StableIDs is stableIDs.
func lowerFirst(name string) string {
	r := []rune(name)
	r[0] = unicode.ToLower(r[0])
	return string(r)
}

// assign sets a member from text. The error says what to write.
func assign(member reflect.Value, value string) error {
	switch {
	case member.Type() == reflect.TypeFor[time.Duration]():
		d, err := time.ParseDuration(value)
		if err != nil || d < 0 {
			return fmt.Errorf("write a duration such as 90s or 5m")
		}
		member.SetInt(int64(d))
	case member.Kind() == reflect.Bool:
		if value != "true" && value != "false" {
			return fmt.Errorf("write true or false")
		}
		member.SetBool(value == "true")
	case member.CanInt():
		n, err := strconv.ParseInt(value, 10, 32)
		if err != nil || n < 0 {
			return fmt.Errorf("write a whole number from 0 on")
		}
		member.SetInt(n)
	default:
		x, err := strconv.ParseFloat(value, 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) || x < 0 {
			return fmt.Errorf("write a number from 0 on")
		}
		member.SetFloat(x)
	}
	return nil
}
