package spec

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
)

var jsonInteger = regexp.MustCompile(`^-?[0-9]+$`)

// readJSON turns the text of a JSON file, with white space around it at most, into a value. Duplicate
// keys are kept for the decoder to report. The error is an ErrorList of one syntax error.
func readJSON(s *source) (*value, error) {
	var whole json.RawMessage
	if err := json.Unmarshal([]byte(s.text), &whole); err != nil {
		return nil, explainJSON(s, err)
	}
	r := jsonReader{text: s.text, dec: json.NewDecoder(strings.NewReader(s.text)), at: place{1, 1}}
	r.dec.UseNumber()
	root, err := r.value(0)
	if err != nil {
		return nil, s.fail(r.at, "%v", err)
	}
	return root, nil
}

// explainJSON locates a syntax error and adds the remedy for the two commonest.
func explainJSON(s *source, err error) error {
	offset, remedy := len(s.text), ""
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) && int(syntax.Offset) <= len(s.text) {
		offset = max(0, int(syntax.Offset)-1) // Offset counts the bytes read, the wrong one included
		if strings.HasPrefix(err.Error(), "unexpected end") {
			offset = len(s.text)
		}
	}
	if strings.Contains(err.Error(), "exceeded max depth") {
		err = errTooDeep
	}
	switch rest := s.text[offset:]; {
	case rest == "":
	case !strings.ContainsAny(strings.TrimSpace(s.text)[:1], `{["/#`):
		remedy = "; a file named .json holds JSON, not YAML"
	case strings.Contains("}]", rest[:1]) && strings.HasSuffix(strings.TrimRight(s.text[:offset], " \t\r\n"), ","):
		remedy = "; remove the comma before it"
	case rest[0] == '/' || rest[0] == '#':
		remedy = "; JSON has no comments, YAML has"
	}
	return s.fail(s.at(offset), "JSON: %v%s", err, remedy)
}

// jsonReader walks the tokens of text that is known to be valid JSON.
type jsonReader struct {
	text string
	dec  *json.Decoder
	// at is the place of the byte offset; it only moves forward, so that places cost linear time.
	offset int
	at     place
}

// next moves to where the next token begins and returns its offset.
func (r *jsonReader) next() int {
	from := int(r.dec.InputOffset())
	start := len(r.text) - len(strings.TrimLeft(r.text[from:], " \t\r\n,:"))
	r.at = advance(r.at, r.text[r.offset:start])
	r.offset = start
	return start
}

// value reads the next value; the error is that it is nested too deeply.
func (r *jsonReader) value(depth int) (*value, error) {
	start := r.next()
	token, err := r.dec.Token()
	if err != nil {
		return nil, err
	}
	v := &value{at: r.at}
	switch t := token.(type) {
	case bool:
		v.kind, v.text = boolKind, r.text[start:r.dec.InputOffset()]
	case json.Number:
		v.kind, v.text = numberKind, t.String()
		if jsonInteger.MatchString(v.text) {
			v.kind = intKind
		}
	case string:
		v.kind, v.text = textKind, t
	case json.Delim:
		if depth == maxDepth {
			return nil, errTooDeep
		}
		v.kind = listKind
		if t == '{' {
			v.kind = fieldsKind
		}
		err = r.content(v, depth+1)
	default: // nil
		v.kind, v.text = nullKind, "null"
	}
	return v, err
}

// content reads the items or fields of v and its closing bracket.
func (r *jsonReader) content(v *value, depth int) error {
	for r.dec.More() {
		var key value
		if v.kind == fieldsKind {
			k, err := r.value(depth)
			if err != nil {
				return err
			}
			key = *k
		}
		item, err := r.value(depth)
		if err != nil {
			return err
		}
		if v.kind == fieldsKind {
			v.fields = append(v.fields, field{key: key.text, at: key.at, value: item})
		} else {
			v.items = append(v.items, item)
		}
	}
	_, err := r.dec.Token()
	return err
}
