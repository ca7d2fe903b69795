package spec

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// unseen are the errors under testdata that the schema does not see, by the exception that says why.
var unseen = map[string][]string{
	duplicateKeys: {"duplicate-key", "duplicate-key-json", "duplicate-key-nested"},
	formulaText: {"formula-blocks", "formula-constant", "formula-escapes", "formula-mistakes", "formula-mistakes-json",
		"formula-too-large"},
	totalSize:      {"enormous-total", "enormous-total-by-one", "enormous-total-pooled", "too-many-weights"},
	lastActivation: {"cross-entropy-after-pooling"},
	yamlItself:     {"aliases", "tags", "utf16"},
}

// TestSchemaRefusesErrors: every mistake under testdata/errors is refused by the schema as well, or by a general reader
// of YAML and JSON, but for those that a schema cannot see.
func TestSchemaRefusesErrors(t *testing.T) {
	s := compileSchema(t)
	inputs, err := filepath.Glob("testdata/errors/*/input.*")
	if err != nil || len(inputs) < 50 {
		t.Fatalf("%d cases: %v", len(inputs), err)
	}
	excused := map[string]string{}
	for why, dirs := range unseen {
		for _, dir := range dirs {
			excused[dir] = why
		}
	}
	for _, name := range inputs {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Base(filepath.Dir(name))
		_, schema := verdicts(s, filepath.Base(name), string(data))
		switch why, known := excused[dir]; {
		case schema == nil && !known:
			t.Errorf("%s: the schema accepts it", dir)
		case schema != nil && known:
			t.Errorf("%s: the schema refuses it, so that it is no case of %s: %v", dir, why, schema)
		}
		delete(excused, dir)
	}
	for dir := range excused {
		t.Errorf("there is no case %s", dir)
	}
}

// repositorySpecs are the texts of all specs of the repository by the paths of their files.
func repositorySpecs(t *testing.T) map[string]string {
	t.Helper()
	specs := map[string]string{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(path)) {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if _, err := Decode(path, data); err == nil {
			specs[filepath.ToSlash(path)] = strings.TrimPrefix(string(data), byteOrderMark)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(specs) < 20 {
		t.Fatalf("found %d specs only", len(specs))
	}
	return specs
}

// TestSchemaAcceptsRepository: every spec of the repository validates.
func TestSchemaAcceptsRepository(t *testing.T) {
	s := compileSchema(t)
	for path, text := range repositorySpecs(t) {
		if _, schema := verdicts(s, path, text); schema != nil {
			t.Errorf("%s: %v", path, schema)
		}
	}
}
