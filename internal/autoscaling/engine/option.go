package engine

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// option is a [BehaviourOption] with the way to its member.
type option struct {
	BehaviourOption
	get func(*Behaviour) string
	set func(*Behaviour, string) error // the error says what to write
}

// Set sets one option by its name, from text.
func (b *Behaviour) Set(name, value string) error {
	i := slices.IndexFunc(options, func(o option) bool { return o.Name == name })
	if i < 0 {
		names := make([]string, len(options))
		for i, o := range options {
			names[i] = o.Name
		}
		return fmt.Errorf("behaviour %q is unknown; write one of %s", name, strings.Join(names, ", "))
	}
	if err := options[i].set(b, value); err != nil {
		return fmt.Errorf("behaviour %s cannot be %q; %w", name, value, err)
	}
	return nil
}

// Assumption takes apart what is written as NAME=VALUE, for [Behaviour.Set].
func Assumption(text string) (name, value string, err error) {
	name, value, ok := strings.Cut(text, "=")
	if !ok {
		return "", "", fmt.Errorf("%q is no assumption; write NAME=VALUE, such as metricDelay=2m", text)
	}
	return name, value, nil
}

// Get returns one option by its name, as text. It returns false if there is no
// such option.
func (b Behaviour) Get(name string) (string, bool) {
	i := slices.IndexFunc(options, func(o option) bool { return o.Name == name })
	if i < 0 {
		return "", false
	}
	return options[i].get(&b), true
}

// word is an option with names. The alternatives and the default are all.
func word[T ~string](o BehaviourOption, member func(*Behaviour) *T, standard T) option {
	all := append([]string{string(standard)}, o.Alternatives...)
	return option{
		BehaviourOption: o,
		get:             func(b *Behaviour) string { return string(*member(b)) },
		set: func(b *Behaviour, value string) error {
			if !slices.Contains(all, value) {
				return fmt.Errorf("write one of %s", strings.Join(all, ", "))
			}
			*member(b) = T(value)
			return nil
		},
	}
}

// number is an option whose values are numbered from 0 and have these names.
func number[T ~int](o BehaviourOption, member func(*Behaviour) *T, names ...string) option {
	return option{
		BehaviourOption: o,
		get: func(b *Behaviour) string {
			if i := int(*member(b)); i >= 0 && i < len(names) {
				return names[i]
			}
			return ""
		},
		set: func(b *Behaviour, value string) error {
			i := slices.Index(names, value)
			if i < 0 {
				return fmt.Errorf("write one of %s", strings.Join(names, ", "))
			}
			*member(b) = T(i)
			return nil
		},
	}
}

func flag(o BehaviourOption, member func(*Behaviour) *bool) option {
	return option{
		BehaviourOption: o,
		get:             func(b *Behaviour) string { return strconv.FormatBool(*member(b)) },
		set: func(b *Behaviour, value string) error {
			if value != "true" && value != "false" {
				return fmt.Errorf("write true or false")
			}
			*member(b) = value == "true"
			return nil
		},
	}
}

// maxCount bounds counts: no alarm has more periods than seconds in a day.
const maxCount = 86400

func count[T int | int32](o BehaviourOption, member func(*Behaviour) *T) option {
	return option{
		BehaviourOption: o,
		get:             func(b *Behaviour) string { return strconv.Itoa(int(*member(b))) },
		set: func(b *Behaviour, value string) error {
			n, err := strconv.Atoi(value)
			if err != nil || n < 0 || n > maxCount {
				return fmt.Errorf("write a whole number from 0 to %d", maxCount)
			}
			*member(b) = T(n)
			return nil
		},
	}
}

func fraction(o BehaviourOption, member func(*Behaviour) *float64) option {
	return option{
		BehaviourOption: o,
		get:             func(b *Behaviour) string { return strconv.FormatFloat(*member(b), 'g', -1, 64) },
		set: func(b *Behaviour, value string) error {
			x, err := strconv.ParseFloat(value, 64)
			if err != nil || math.IsNaN(x) || x <= 0 || x > 100 {
				return fmt.Errorf("write a number above 0 and up to 100")
			}
			*member(b) = x
			return nil
		},
	}
}

func duration(o BehaviourOption, member func(*Behaviour) *time.Duration) option {
	return option{
		BehaviourOption: o,
		get:             func(b *Behaviour) string { return member(b).String() },
		set: func(b *Behaviour, value string) error {
			d, err := time.ParseDuration(value)
			if err != nil || d < 0 {
				return fmt.Errorf("write a duration such as 90s or 5m")
			}
			*member(b) = d
			return nil
		},
	}
}
