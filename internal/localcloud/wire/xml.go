package wire

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// encodeXML writes an output in the query protocol's XML. The operation's
// result element is absent when the operation has no output.
func encodeXML(namespace, operation, requestID string, out any) ([]byte, error) {
	x := &xmlWriter{}
	x.open(operation + `Response xmlns="` + namespace + `"`)
	if out != nil {
		if err := x.value(operation+"Result", reflect.ValueOf(out)); err != nil {
			return nil, err
		}
	}
	x.open("ResponseMetadata")
	x.text("RequestId", requestID)
	x.close("ResponseMetadata")
	x.close(operation + "Response")
	return x.buf.Bytes(), nil
}

// encodeXMLError writes the query protocol's error document.
func encodeXMLError(namespace, requestID string, e *Error) []byte {
	x := &xmlWriter{}
	x.open(`ErrorResponse xmlns="` + namespace + `"`)
	x.open("Error")
	x.text("Type", e.fault())
	x.text("Code", e.queryCode())
	x.text("Message", e.Message)
	x.close("Error")
	x.text("RequestId", requestID)
	x.close("ErrorResponse")
	return x.buf.Bytes()
}

type xmlWriter struct{ buf bytes.Buffer }

func (x *xmlWriter) open(element string) {
	x.buf.WriteByte('<')
	x.buf.WriteString(element)
	x.buf.WriteByte('>')
}

func (x *xmlWriter) close(element string) {
	x.buf.WriteString("</")
	x.buf.WriteString(element)
	x.buf.WriteByte('>')
}

func (x *xmlWriter) text(element, text string) {
	x.open(element)
	// Writing to a bytes.Buffer does not fail.
	_ = xml.EscapeText(&x.buf, []byte(text))
	x.close(element)
}

// value writes one member. A nil pointer writes nothing: XML has no null.
func (x *xmlWriter) value(element string, v reflect.Value) error {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return x.value(element, v.Elem())
	case reflect.Struct:
		if t, ok := reflect.TypeAssert[Time](v); ok {
			x.text(element, string(t.appendISO(nil)))
			return nil
		}
		x.open(element)
		if err := x.members(v); err != nil {
			return err
		}
		x.close(element)
	case reflect.Slice:
		x.open(element)
		for i := range v.Len() {
			if err := x.value("member", v.Index(i)); err != nil {
				return err
			}
		}
		x.close(element)
	case reflect.Map:
		return x.entries(element, v)
	default:
		text, err := scalarText(v)
		if err != nil {
			return fmt.Errorf("%s: %w", element, err)
		}
		x.text(element, text)
	}
	return nil
}

// entries writes a map with text keys, in their order.
func (x *xmlWriter) entries(element string, v reflect.Value) error {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
	x.open(element)
	for _, key := range keys {
		x.open("entry")
		x.text("key", key.String())
		if err := x.value("value", v.MapIndex(key)); err != nil {
			return err
		}
		x.close("entry")
	}
	x.close(element)
	return nil
}

func (x *xmlWriter) members(v reflect.Value) error {
	for _, f := range fieldsOf(v.Type()) {
		member := v.FieldByIndex(f.index)
		if f.omitEmpty && isEmpty(member) {
			continue
		}
		if err := x.value(f.name, member); err != nil {
			return err
		}
	}
	return nil
}

func isEmpty(v reflect.Value) bool {
	if v.Kind() == reflect.Slice || v.Kind() == reflect.Map {
		return v.Len() == 0
	}
	return v.IsZero()
}

func scalarText(v reflect.Value) (string, error) {
	switch v.Kind() {
	case reflect.String:
		return v.String(), nil
	case reflect.Bool:
		return strconv.FormatBool(v.Bool()), nil
	case reflect.Int, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10), nil
	case reflect.Float64:
		return doubleText(v.Float()), nil
	}
	return "", fmt.Errorf("the query protocol has no form for %s", v.Type())
}

// doubleText writes a double with a decimal point always, as AWS's services
// do: 50.0, not 50.
func doubleText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	s := strconv.FormatFloat(f, 'G', -1, 64)
	if !strings.ContainsAny(s, ".E") {
		s += ".0"
	}
	return s
}
