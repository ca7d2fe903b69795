package spec

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Decode reads one network from data, the content of a spec file of that name. A name that ends in
// .json means JSON, any other YAML, of which JSON is nearly a part. Decoding is strict: one document,
// known fields only, each at most once and of its own type, no null, anchors, aliases or tags. Fields
// that are left out stay zero; see WithDefaults. The network returned has passed Validate.
//
// The error is an ErrorList with every mistake of the file, up to 1000, in the order of the file. Only text that
// cannot be read as YAML or JSON at all stops at the first.
func Decode(name string, data []byte) (Network, error) {
	n, _, err := DecodeWarnings(name, data)
	return n, err
}

// DecodeWarnings is Decode, and returns the network's Warnings besides, with their places in the file and in
// its order.
func DecodeWarnings(name string, data []byte) (n Network, warnings ErrorList, err error) {
	n, d, err := decode(name, data)
	if err != nil {
		return Network{}, nil, err
	}
	if d.errs = n.Warnings(); len(d.errs) == 0 {
		return n, nil, nil
	}
	return n, d.located(d.source), nil
}

// Locate gives mistakes in a network their places in the file it was decoded from: those that are found only when code
// is generated from it. A mistake whose place is not known is returned as it is.
func Locate(name string, data []byte, mistakes ErrorList) ErrorList {
	_, d, err := decode(name, data)
	if err != nil {
		return mistakes
	}
	located := make(ErrorList, len(mistakes))
	for i, e := range mistakes {
		if e.Line == 0 {
			e = d.locate(e)
		}
		located[i] = e
	}
	return located.sorted()
}

// decode reads one network, and returns what knows where its fields stand. The error is an ErrorList.
func decode(name string, data []byte) (n Network, d *decoder, err error) {
	s, err := newSource(name, data)
	if err != nil {
		return Network{}, nil, err
	}
	var root *value
	switch {
	case strings.TrimSpace(s.text) == "":
	case strings.EqualFold(filepath.Ext(name), ".json"):
		root, err = readJSON(s)
	default:
		root, err = readYAML(s)
	}
	if err != nil {
		return Network{}, nil, err
	}
	if root == nil || root.kind == nullKind && !root.broken {
		return Network{}, nil, s.fail(place{1, 1}, "the file holds no spec; it needs at least %s",
			list(required(networkFields), "and"))
	}
	d = &decoder{source: s, places: map[string]place{}, formulas: map[string]writtenFormula{}}
	if d.enter("", root) {
		decodeFields(d, "", root, &n, networkFields, unknownField(networkFields))
	}
	d.network(n)
	if len(d.errs) > 0 {
		return Network{}, nil, d.located(s)
	}
	return n, d, nil
}

// DecodeFile reads one network from a file, as Decode does, and never more than MaxFileBytes of it.
// Errors of the file system are returned as they are, not as an ErrorList.
func DecodeFile(name string) (Network, error) {
	data, err := ReadFile(name)
	if err != nil {
		return Network{}, err
	}
	return Decode(name, data)
}

// ReadFile returns the content of a spec file. It reads no more than MaxFileBytes and returns an
// ErrorList if there is more; errors of the file system are returned as they are.
func ReadFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && info.Size() > MaxFileBytes {
		return nil, ErrorList{{File: name, Message: tooBig(fmt.Sprint(info.Size()))}}
	}
	data, err := io.ReadAll(io.LimitReader(f, MaxFileBytes+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxFileBytes {
		return nil, ErrorList{{File: name, Message: tooBig("more than " + fmt.Sprint(MaxFileBytes))}}
	}
	return data, nil
}
