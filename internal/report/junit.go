package report

import (
	"encoding/xml"
	"io"
	"strings"
)

// The parts of JUnit's XML that continuous integration services read.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		File    string        `xml:"file,attr,omitempty"`
		Line    int           `xml:"line,attr,omitempty"`
		Failure *junitFailure `xml:"failure,omitempty"`
		Output  string        `xml:"system-out,omitempty"` // warnings
	}
	junitFailure struct {
		Type    string `xml:"type,attr"`
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes a test case per object, which fails if it has an error, and
// one per document that could not be read. With strict, warnings are failures
// too.
func (v *Validation) WriteJUnit(w io.Writer, strict bool) error {
	suite := junitSuite{Name: "setpoint validate"}
	for _, o := range v.Objects {
		c := junitCase{Class: o.Kind, Name: o.Object.String(), File: o.File, Line: o.Line}
		var about []Finding
		for _, f := range v.Findings {
			if f.Object != nil && *f.Object == o.Object {
				about = append(about, f)
			}
		}
		suite.add(c, about, strict)
	}
	for _, f := range v.Findings {
		if f.Object == nil {
			suite.add(junitCase{Class: "Document", Name: f.Location.String(), File: f.File, Line: f.Line}, []Finding{f}, strict)
		}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(junitSuites{Tests: suite.Tests, Failures: suite.Failures, Suites: []junitSuite{suite}}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *junitSuite) add(c junitCase, findings []Finding, strict bool) {
	var failed, noted []string
	for _, f := range findings {
		line := f.Location.String() + ": " + f.text() + " [" + f.Code + "]"
		if f.Severity == SeverityError || strict {
			failed = append(failed, line)
			if c.Failure == nil {
				c.Failure = &junitFailure{Type: f.Code, Message: f.Message}
			}
			continue
		}
		noted = append(noted, "warning: "+line)
	}
	if c.Failure != nil {
		c.Failure.Text = strings.Join(failed, "\n")
		s.Failures++
	}
	c.Output = strings.Join(noted, "\n")
	s.Tests++
	s.Cases = append(s.Cases, c)
}
