package wire

import (
	"errors"
	"strings"

	"github.com/fxamacker/cbor/v2"
)

// cborDecoder reads CBOR by the exact names of members.
var cborDecoder, errCBORDecoder = cbor.DecOptions{FieldNameMatching: cbor.FieldNameMatchingCaseSensitive}.DecMode()

// splitCBORPath splits the path of RPC v2, /service/<name>/operation/<name>,
// which may have a prefix and whose service may carry its namespace.
func splitCBORPath(path string) (service, operation string, ok bool) {
	parts := strings.Split(path, "/")
	n := len(parts)
	if n < 4 || parts[n-4] != "service" || parts[n-2] != "operation" || parts[n-3] == "" || parts[n-1] == "" {
		return "", "", false
	}
	service = parts[n-3]
	return service[strings.LastIndexByte(service, '.')+1:], parts[n-1], true
}

// decodeCBOR reads an input in CBOR. An empty body is an empty input.
func decodeCBOR(body []byte, into any) error {
	if len(body) == 0 || errCBORDecoder != nil {
		return errCBORDecoder
	}
	err := cborDecoder.Unmarshal(body, into)
	if err == nil {
		return nil
	}
	var mismatch *cbor.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		return serializationError("the member %q cannot have a CBOR value of type %s", mismatch.StructFieldName, mismatch.CBORType)
	}
	return serializationError("the body is not what the operation takes: %v", err)
}

// encodeCBOR writes an output in CBOR. An operation without output has no
// body.
func encodeCBOR(out any) ([]byte, error) {
	if out == nil {
		return nil, nil
	}
	return cbor.Marshal(out)
}
