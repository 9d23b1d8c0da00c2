package report

import (
	"cmp"
	"io"
	"net/url"
	"slices"
)

// The parts of SARIF 2.1.0 that findings need (OASIS: Static Analysis Results
// Interchange Format).
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool    sarifTool     `json:"tool"`
		Results []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string      `json:"id"`
		ShortDescription *sarifText  `json:"shortDescription,omitempty"`
		Configuration    sarifConfig `json:"defaultConfiguration"`
	}
	sarifConfig struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifLocation struct {
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
	}
	sarifLogical struct {
		FullyQualifiedName string `json:"fullyQualifiedName"`
		Kind               string `json:"kind"`
	}
)

// Tool describes the program to services that show its findings.
type Tool struct {
	Version string
	// Titles says what is wrong where a rule is broken, by code.
	Titles map[string]string
}

// WriteSARIF writes the findings as a SARIF 2.1.0 log. Findings in what
// kustomize built are at its kustomization, without a line: the line is in the
// message.
func (v *Validation) WriteSARIF(w io.Writer, t Tool) error {
	run := sarifRun{Results: []sarifResult{}, Tool: sarifTool{Driver: sarifDriver{
		Name: "setpoint", Version: t.Version, InformationURI: "https://github.com/setpoint-io/setpoint", Rules: []sarifRule{},
	}}}
	rules := map[string]int{}
	for _, f := range slices.SortedStableFunc(slices.Values(v.Findings), func(a, b Finding) int { return cmp.Compare(a.Code, b.Code) }) {
		if _, known := rules[f.Code]; known {
			continue
		}
		rules[f.Code] = len(rules)
		rule := sarifRule{ID: f.Code, Configuration: sarifConfig{Level: f.Severity}}
		if title := t.Titles[f.Code]; title != "" {
			rule.ShortDescription = &sarifText{title}
		}
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, rule)
	}
	for _, f := range v.Findings {
		run.Results = append(run.Results, sarifResult{
			RuleID: f.Code, RuleIndex: rules[f.Code], Level: f.Severity,
			Message: sarifText{f.builtText()}, Locations: []sarifLocation{f.sarif()},
		})
	}
	return writeJSON(w, sarifLog{
		Schema:  "https://json.schemastore.org/sarif-2.1.0.json",
		Version: "2.1.0",
		Runs:    []sarifRun{run},
	})
}

// builtText names the line of what kustomize built.
func (f Finding) builtText() string {
	if f.Built {
		return f.Location.String() + ": " + f.text()
	}
	return f.text()
}

func (f Finding) sarif() sarifLocation {
	file := f.File
	if f.Built {
		file += "/kustomization.yaml"
	}
	l := sarifLocation{Physical: sarifPhysical{Artifact: sarifArtifact{URI: (&url.URL{Path: file}).EscapedPath()}}}
	if f.Line > 0 && !f.Built {
		l.Physical.Region = &sarifRegion{StartLine: f.Line, StartColumn: f.Column}
	}
	if f.Object != nil {
		l.Logical = []sarifLogical{{FullyQualifiedName: f.Object.String(), Kind: "object"}}
	}
	return l
}
