package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/setpoint-io/setpoint/internal/autoscaling"
)

// kinds are those that flags may name.
var kinds = []autoscaling.Kind{autoscaling.KindTarget, autoscaling.KindPolicy, autoscaling.KindAction}

// What the flags that say nothing mean.
const (
	defaultResync      = 300 // seconds
	defaultConcurrency = 200
)

func parseKind(flag, text string) (autoscaling.Kind, error) {
	kind := autoscaling.Kind(strings.TrimSpace(text))
	if !slices.Contains(kinds, kind) {
		return "", fmt.Errorf("--%s: there is no kind %q: write %s, %s or %s", flag, text, kinds[0], kinds[1], kinds[2])
	}
	return kind, nil
}

// parseKinds reads a list of kinds; nil: all.
func parseKinds(flag string, list []string) ([]autoscaling.Kind, error) {
	var named []autoscaling.Kind
	for _, text := range list {
		if strings.TrimSpace(text) == "" {
			continue
		}
		kind, err := parseKind(flag, text)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(named, kind) {
			named = append(named, kind)
		}
	}
	if len(named) == len(kinds) {
		return nil, nil
	}
	return named, nil
}

// parseNumbers reads Kind=number pairs.
func parseNumbers(flag string, list []string) (map[autoscaling.Kind]int, error) {
	numbers := map[autoscaling.Kind]int{}
	for _, pair := range list {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, fmt.Errorf("--%s: %q: write Kind=number, such as ScalableTarget=600", flag, pair)
		}
		kind, err := parseKind(flag, name)
		if err != nil {
			return nil, err
		}
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || n < 0 {
			return nil, fmt.Errorf("--%s: %q: write Kind=number with a number from 0 up", flag, pair)
		}
		numbers[kind] = n
	}
	return numbers, nil
}

// resyncPeriod is the shortest that any kind asks for, because a scalable
// target is compared with AWS together with its policies and actions. Kinds
// that do not ask have the default.
func (f *flags) resyncPeriod() time.Duration {
	standard := cmp.Or(f.resync, defaultResync)
	shortest := 0
	for _, kind := range f.workedOn() {
		seconds := cmp.Or(f.resyncOf[kind], standard)
		if shortest == 0 || seconds < shortest {
			shortest = seconds
		}
	}
	return time.Duration(shortest) * time.Second
}

// targetsAtOnce is the largest number that any kind may have, because a pass is
// about all kinds.
func (f *flags) targetsAtOnce() int {
	most := cmp.Or(f.concurrency, defaultConcurrency)
	for _, kind := range f.workedOn() {
		most = max(most, f.concurrencyOf[kind])
	}
	return most
}

func (f *flags) workedOn() []autoscaling.Kind {
	if f.kinds == nil {
		return kinds
	}
	return f.kinds
}
