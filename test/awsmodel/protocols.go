package awsmodel

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// protocol is how answers are written: read makes them a tree of
// map[string]any, []any and leaves, or of elements, and leaf tells whether a
// leaf is spelled as its type wants it.
type protocol struct {
	read func(operation string, body []byte) (any, error)
	leaf func(value any, t reflect.Type) bool
}

const (
	typeXML  = "text/xml"
	typeREST = "application/json" // of errors only: what else REST answers is not checked here
)

var protocols = map[string]protocol{
	"application/x-amz-json-1.0": {readJSON, leafJSON},
	"application/x-amz-json-1.1": {readJSON, leafJSON},
	typeREST:                     {readJSON, leafJSON},
	"application/cbor":           {readCBOR, leafCBOR},
	typeXML:                      {readXML, leafXML},
}

func readJSON(_ string, body []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var out any
	if err := d.Decode(&out); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something after the JSON")
	}
	return out, nil
}

// leafJSON: timestamps are seconds since 1970 (Smithy: awsJson1_0, awsJson1_1).
func leafJSON(value any, t reflect.Type) bool {
	switch v := value.(type) {
	case bool:
		return t.Kind() == reflect.Bool
	case string:
		if t.Kind() == reflect.Slice {
			_, err := base64.StdEncoding.DecodeString(v)
			return err == nil
		}
		return t.Kind() == reflect.String
	case json.Number:
		if t == timeType {
			seconds, err := v.Float64()
			return err == nil && plausible(seconds)
		}
		return number(v.String(), t)
	}
	return false
}

// plausible tells seconds since 1970 from milliseconds and from other numbers.
func plausible(seconds float64) bool {
	at := time.Unix(int64(seconds), 0).UTC()
	return at.Year() >= 2000 && at.Year() < 2200
}

// number tells whether a text is a number of a type.
func number(text string, t reflect.Type) bool {
	var err error
	switch {
	case t.Kind() == reflect.Float64 || t.Kind() == reflect.Float32:
		_, err = strconv.ParseFloat(text, t.Bits())
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Int64:
		_, err = strconv.ParseInt(text, 10, t.Bits())
	default:
		return false
	}
	return err == nil
}

var cborMode, errCBORMode = cbor.DecOptions{
	DefaultMapType: reflect.TypeFor[map[string]any](),
}.DecMode()

func readCBOR(_ string, body []byte) (any, error) {
	if errCBORMode != nil {
		return nil, errCBORMode
	}
	var out any
	err := cborMode.Unmarshal(body, &out)
	return out, err
}

// leafCBOR: timestamps have the tag 1 (Smithy: rpcv2Cbor), which the decoder
// makes times of.
func leafCBOR(value any, t reflect.Type) bool {
	switch v := value.(type) {
	case bool:
		return t.Kind() == reflect.Bool
	case string:
		return t.Kind() == reflect.String
	case []byte:
		return t.Kind() == reflect.Slice
	case float64:
		return t.Kind() == reflect.Float64
	case int64, uint64:
		return number(fmt.Sprint(v), t) && t.Kind() != reflect.Float64
	case time.Time:
		return t == timeType
	}
	return false
}

// element is an element of XML, whose form depends on the type that it is for.
type element struct {
	XMLName  xml.Name
	Text     string     `xml:",chardata"`
	Children []*element `xml:",any"`
}

// child returns the only child of a name.
func (e *element) child(name string) *element {
	var found *element
	for _, c := range e.Children {
		if c.XMLName.Local == name && found == nil {
			found = c
		}
	}
	return found
}

// readXML reads the result of an operation, or the Error of a failure.
func readXML(operation string, body []byte) (any, error) {
	var root element
	if err := xml.Unmarshal(body, &root); err != nil {
		return nil, err
	}
	if root.XMLName.Local != operation+"Response" || root.XMLName.Space == "" {
		return nil, fmt.Errorf("the root is %v", root.XMLName)
	}
	if operation == "Error" {
		e := root.child(operation)
		for _, name := range []string{"Type", "Code", "Message"} {
			if e == nil || e.child(name) == nil || e.child(name).Text == "" {
				return nil, fmt.Errorf("the error has no %s", name)
			}
		}
		return e, nil
	}
	if meta := root.child("ResponseMetadata"); meta == nil || meta.child("RequestId") == nil {
		return nil, errors.New("there is no RequestId")
	}
	for _, c := range root.Children {
		if name := c.XMLName.Local; name != operation+"Result" && name != "ResponseMetadata" {
			return nil, fmt.Errorf("%s is beside the result", name)
		}
	}
	if result := root.child(operation + "Result"); result != nil {
		return result, nil
	}
	return &element{}, nil
}

// value makes a tree of an element, as the type wants it. What it does not want
// stays, to be found.
func (w *walk) value(at string, e *element, t reflect.Type) any {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t.Kind() == reflect.Slice:
		list := make([]any, len(e.Children))
		for i, c := range e.Children {
			if c.XMLName.Local != "member" {
				w.problem(at, "the list has an element %s", c.XMLName.Local)
			}
			list[i] = w.value(at, c, t.Elem())
		}
		return list
	case t.Kind() == reflect.Map:
		entries := map[string]any{}
		for _, c := range e.Children {
			key, value := c.child("key"), c.child("value")
			if c.XMLName.Local != "entry" || key == nil || value == nil || len(c.Children) != 2 {
				w.problem(at, "the map has an element %s that is no entry", c.XMLName.Local)
				continue
			}
			entries[key.Text] = w.value(at, value, t.Elem())
		}
		return entries
	case t.Kind() == reflect.Struct && t != timeType:
		members := map[string]any{}
		for _, c := range e.Children {
			name := c.XMLName.Local
			if _, twice := members[name]; twice {
				w.problem(at+"."+name, "it is there twice")
			}
			members[name] = c.Text
			if field, ok := t.FieldByName(name); ok {
				members[name] = w.value(at+"."+name, c, field.Type)
			}
		}
		return members
	case len(e.Children) > 0:
		w.problem(at, "an element %s in what is no structure", e.Children[0].XMLName.Local)
	}
	return e.Text
}

// isoTime is a timestamp of the query protocol (Smithy: date-time).
var isoTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`)

func leafXML(value any, t reflect.Type) bool {
	text, ok := value.(string)
	switch {
	case !ok:
		return false
	case t == timeType:
		at, err := time.Parse(time.RFC3339Nano, text)
		return err == nil && isoTime.MatchString(text) && plausible(float64(at.Unix()))
	case t.Kind() == reflect.Bool:
		return text == "true" || text == "false"
	case t.Kind() == reflect.String:
		return true
	}
	f, err := strconv.ParseFloat(text, 64)
	return number(text, t) && err == nil && !math.IsNaN(f)
}
