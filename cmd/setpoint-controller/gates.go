package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// The feature gates of the ACK controllers that mean something here.
const (
	gateAdoption     = "ResourceAdoption"
	gateReadOnly     = "ReadOnlyResources"
	gateTeamRoles    = "TeamLevelCARM"
	gateServiceRoles = "ServiceLevelCARM"
	gateSelectors    = "IAMRoleSelector"
)

// defaultGates are all gates and what they are when nobody says otherwise: what
// the ACK controllers make of them, so that a switch moves nothing.
var defaultGates = map[string]bool{
	gateAdoption:     true,
	gateReadOnly:     true,
	gateTeamRoles:    false,
	gateServiceRoles: false,
	gateSelectors:    false,
}

// parseGates reads Name=bool pairs that are separated by commas. Gates that
// other ACK controllers have are in unknown.
func parseGates(text string) (gates map[string]bool, unknown []string, err error) {
	gates = maps.Clone(defaultGates)
	for pair := range strings.SplitSeq(text, ",") {
		if pair = strings.TrimSpace(pair); pair == "" {
			continue
		}
		name, value, ok := strings.Cut(pair, "=")
		on, invalid := strconv.ParseBool(value)
		if name = strings.TrimSpace(name); !ok || name == "" || invalid != nil {
			return nil, nil, fmt.Errorf("--feature-gates: %q: write Name=true or Name=false, separated by commas; the names are %s",
				pair, strings.Join(slices.Sorted(maps.Keys(defaultGates)), ", "))
		}
		if _, known := defaultGates[name]; !known {
			unknown = append(unknown, name)
			continue
		}
		gates[name] = on
	}
	return gates, unknown, nil
}
