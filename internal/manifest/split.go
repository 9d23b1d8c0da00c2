package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// source is where a text comes from.
type source struct {
	file  string
	built bool // the text is what kustomize made of the directory file
}

// chunk is the text of one document.
type chunk struct {
	text  []byte
	lines int // before it, in its file
}

// split cuts a text into documents: at the lines of a YAML stream that begin
// with three dashes, or after each value of a JSON stream.
func split(text []byte) []chunk {
	if trimmed := bytes.TrimLeft(text, " \t\r\n"); bytes.HasPrefix(trimmed, []byte("{")) {
		if values, ok := splitJSON(text); ok {
			return values
		}
	}
	var chunks []chunk
	current := chunk{}
	line := 0
	for part := range bytes.Lines(text) {
		line++
		if separates(part) {
			chunks = append(chunks, current)
			current = chunk{lines: line}
			continue
		}
		current.text = append(current.text, part...)
	}
	return append(chunks, current)
}

// separates says whether a line ends a YAML document. What stands behind the
// dashes other than a comment would belong to the next document, so such a
// line is left in place for the YAML parser.
func separates(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte("---"))
	if !ok {
		return false
	}
	content := bytes.TrimLeft(rest, " \t\r\n")
	return len(content) == 0 || len(content) < len(rest) && content[0] == '#'
}

// splitJSON cuts a stream of JSON values; ok is false if it is none.
func splitJSON(text []byte) (chunks []chunk, ok bool) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	for {
		var value json.RawMessage
		err := decoder.Decode(&value)
		if errors.Is(err, io.EOF) {
			return chunks, true
		}
		if err != nil {
			return nil, false
		}
		start := int(decoder.InputOffset()) - len(value)
		chunks = append(chunks, chunk{text: value, lines: bytes.Count(text[:start], []byte("\n"))})
	}
}
