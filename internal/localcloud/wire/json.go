package wire

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"strings"
)

// splitTarget splits the X-Amz-Target header of AWS JSON into the service's
// target prefix and the operation.
func splitTarget(header string) (target, operation string, ok bool) {
	dot := strings.LastIndexByte(header, '.')
	if dot <= 0 || dot == len(header)-1 {
		return "", "", false
	}
	return header[:dot], header[dot+1:], true
}

// decodeJSON reads an input in AWS JSON. An empty body is an empty input.
func decodeJSON(body []byte, into any) error {
	if len(body) == 0 {
		return nil
	}
	err := json.Unmarshal(body, into)
	if err == nil {
		return nil
	}
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		return serializationError("%s: a JSON %s cannot be converted to %s", cmp.Or(mismatch.Field, "the input"), mismatch.Value, kindName(mismatch.Type))
	}
	return serializationError("the body is not what the operation takes: %v", err)
}

// encodeJSON writes an output in AWS JSON: nil is the empty structure. Angle
// brackets and ampersands stay as they are, as in AWS's answers.
func encodeJSON(out any) ([]byte, error) {
	if out == nil {
		return []byte("{}"), nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(out); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
