package spec

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// readYAML turns the text of a YAML file into a value; it is nil when the file holds no document.
// Aliases are never followed, so a file cannot grow. The error is an ErrorList of what kept the
// text from being read.
func readYAML(s *source) (*value, error) {
	text, err := s.directives()
	if err != nil {
		return nil, err
	}
	loader, err := yaml.NewLoader(strings.NewReader(text),
		yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(2*maxDepth))))
	if err != nil {
		return nil, s.fail(place{1, 1}, "YAML: %v", err)
	}
	var documents [2]yaml.Node
	for i := range documents {
		switch err := loader.Load(&documents[i]); {
		case errors.Is(err, io.EOF):
		case err != nil:
			return nil, explainYAML(s, err)
		}
	}
	if second := documents[1]; second.Kind != 0 {
		return nil, s.fail(place{second.Line, second.Column},
			"a second document begins here; a file holds one spec")
	}
	if len(documents[0].Content) == 0 {
		return nil, nil
	}
	return yamlValue(s, documents[0].Content[0], 0)
}

// explainYAML locates a syntax error and adds the remedy for the commonest.
func explainYAML(s *source, err error) error {
	var load *yaml.LoadError
	if !errors.As(err, &load) || load.Mark.Line == 0 {
		return s.fail(place{1, 1}, "YAML: %v", err)
	}
	at := place{load.Mark.Line, load.Mark.Column}
	if behind, problem := s.spaceMissingAt(at.line); problem != "" {
		return s.fail(behind, "YAML: %s", problem)
	}
	message := load.Message
	switch from := load.ContextMark.Line; {
	case strings.Contains(message, "exceeded max depth"):
		message = errTooDeep.Error()
	case load.ContextMsg != "" && from > 0 && from != at.line:
		message = fmt.Sprintf("%s that begins on line %d: %s", load.ContextMsg, from, message)
	case load.ContextMsg != "":
		message = load.ContextMsg + ": " + message
	}
	switch before, r := s.around(at); {
	case r == '\t' && strings.TrimSpace(before) == "":
		message = "a tab cannot indent YAML; use spaces"
	case r != 0 && strings.Contains(message, "cannot start any token"):
		message = quoted(string(r)) + " cannot begin a value; put the value in quotes"
	}
	return s.fail(at, "YAML: %s", message)
}

// yamlValue turns a node into a value; the error is that it is nested too deeply.
func yamlValue(s *source, n *yaml.Node, depth int) (*value, error) {
	v := &value{text: n.Value, at: place{n.Line, n.Column}}
	if depth > maxDepth {
		return nil, s.fail(v.at, "%v", errTooDeep)
	}
	switch {
	case n.Kind == yaml.AliasNode:
		v.problem, v.broken = "the alias *"+clip(n.Value)+" is not part of the format; write the value out", true
		return v, nil
	case tagged(n):
		v.problem, v.broken = "the tag "+clip(n.Tag)+" is not part of the format; remove it", true
		return v, nil
	case n.Anchor != "":
		v.problem = "the anchor &" + clip(n.Anchor) + " is not part of the format; remove it"
	}
	switch n.Kind {
	case yaml.SequenceNode:
		v.kind = listKind
		for _, c := range n.Content {
			item, err := yamlValue(s, c, depth+1)
			if err != nil {
				return nil, err
			}
			v.items = append(v.items, item)
		}
	case yaml.MappingNode:
		v.kind = fieldsKind
		for i := 0; i+1 < len(n.Content); i += 2 {
			f, err := yamlField(s, n.Content[i], n.Content[i+1], depth+1)
			if err != nil {
				return nil, err
			}
			v.fields = append(v.fields, f)
		}
	default:
		v.kind = scalarKind(n)
	}
	return v, nil
}

func yamlField(s *source, key, content *yaml.Node, depth int) (field, error) {
	f := field{key: key.Value, at: place{key.Line, key.Column}}
	switch {
	case key.ShortTag() == "!!merge":
		f.problem = "the merge key << is not part of the format; write the fields out"
	case key.Kind != yaml.ScalarNode || key.Anchor != "" || tagged(key):
		f.problem = "a field name must be plain text, without anchor, alias or tag"
	}
	v, err := yamlValue(s, content, depth)
	f.value = v
	return f, err
}

// tagged reports whether a tag is written before the node.
func tagged(n *yaml.Node) bool { return n.Style&yaml.TaggedStyle != 0 || n.Tag == "!" }

// scalarKind says what a scalar is by the rules of YAML, as any other reader of the file sees it.
func scalarKind(n *yaml.Node) kind {
	switch n.ShortTag() {
	case "!!null":
		return nullKind
	case "!!bool":
		return boolKind
	case "!!int":
		return intKind
	case "!!float":
		return numberKind
	case "!!str", "!!merge":
		if n.Style&quotes == 0 && anyNumber.MatchString(n.Value) {
			// To the parser, numbers beyond float64 are text.
			if decimal.MatchString(n.Value) {
				return intKind
			}
			return numberKind
		}
		return textKind
	}
	return otherKind
}

// quotes are the styles of scalars that are text whatever they hold.
const quotes = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle

// anyNumber is a number in any spelling of YAML.
var anyNumber = regexp.MustCompile(`^[-+]?(0x[0-9a-fA-F_]+|0o[0-7_]+|0b[01_]+|` +
	`([0-9][0-9_]*(\.[0-9_]*)?|\.[0-9][0-9_]*)([eE][-+]?[0-9]+)?)$`)
