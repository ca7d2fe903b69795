package generated_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/internal/difference"
	"github.com/backpropgen/backpropgen/spec"
)

// folders are the networks of this folder: every folder NAME that holds NAME.yaml.
func folders(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		if name := filepath.Dir(f); filepath.Base(f) == name+".yaml" {
			names = append(names, name)
		}
	}
	return names
}

// several is the folder that holds more than one network. It has tests of its own.
const several = "strict"

// orphans are the generated files below a folder that lie where no network is.
func orphans(root fs.FS) ([]string, error) {
	var lines []string
	err := fs.WalkDir(root, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, file)
		if err != nil || !bytes.HasPrefix(data, []byte(gen.Marker)) {
			return err
		}
		dir := path.Dir(file)
		if dir == several {
			return nil // its own test says what is extra there
		}
		if _, err := fs.Stat(root, path.Join(dir, dir+".yaml")); errors.Is(err, fs.ErrNotExist) {
			lines = append(lines, fmt.Sprintf("%s is extra: there is no %s/%s.yaml; delete it", file, dir,
				path.Base(dir)))
		}
		return nil
	})
	return lines, err
}

// load reads the spec of a folder and generates its files in memory.
func load(folder fs.FS, name string) (spec.Network, []gen.File, error) {
	file := name + ".yaml"
	data, err := fs.ReadFile(folder, file)
	if err != nil {
		return spec.Network{}, nil, err
	}
	n, err := spec.Decode(file, data)
	if err != nil {
		return n, nil, err
	}
	key := name + ":\n" + string(data)
	if files, ok := generated[key]; ok {
		return n, files, nil
	}
	files, err := gen.Generate(n, gen.Options{Package: name, Source: file})
	if err == nil {
		generated[key] = files
	}
	return n, files, err
}

// generated are the files of every network by its folder and its spec, generated once for all tests.
var generated = map[string][]gen.File{}

// differences compares the folder of a network with what its spec gives, and says in a line each which files are
// missing, stale, edited by hand or extra.
func differences(folder fs.FS, name string) ([]string, error) {
	n, files, err := load(folder, name)
	if err != nil {
		return nil, err
	}
	var lines []string
	expected := map[string]bool{}
	stale := !currentDigest(folder, n)
	for _, f := range files {
		expected[f.Name] = true
		got, err := fs.ReadFile(folder, f.Name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			lines = append(lines, f.Name+" is missing")
		case err != nil:
			return nil, err
		case bytes.Equal(got, f.Data):
		case stale:
			lines = append(lines, f.Name+" is stale: the spec has changed since; "+difference.First(got, f.Data))
		default:
			lines = append(lines,
				f.Name+" is edited by hand, or stale because the generator has changed; "+difference.First(got, f.Data))
		}
	}
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if e.IsDir() || expected[e.Name()] {
			continue
		}
		data, err := fs.ReadFile(folder, e.Name())
		if err != nil {
			return nil, err
		}
		if bytes.HasPrefix(data, []byte(gen.Marker)) {
			lines = append(lines, e.Name()+" is extra: it says it is generated, but nothing generates it; delete it")
		}
	}
	return lines, nil
}

var digestLine = regexp.MustCompile(`(?m)^// spec +sha256:([0-9a-f]{64})$`)

// currentDigest says whether the kernels in place were made from the spec as it is.
func currentDigest(folder fs.FS, n spec.Network) bool {
	data, err := fs.ReadFile(folder, gen.FileNames(n)[0])
	if err != nil {
		return false
	}
	m := digestLine.FindSubmatch(data)
	return m != nil && string(m[1]) == n.Digest()
}

// TestGolden compares what is committed with what the generator gives. That was generated another time: what is
// generated does not change from one time to the next.
func TestGolden(t *testing.T) {
	names := folders(t)
	if len(names) == 0 {
		t.Fatal("no network found; run the test in the folder generated")
	}
	lines, err := orphans(os.DirFS("."))
	if err != nil {
		t.Error(err)
	}
	for _, l := range lines {
		t.Errorf("generated/%s", l)
	}
	for _, name := range names {
		if testing.Short() && name != "xor" && name != "iris" && name != "swingup" {
			continue // the smallest; what changes is nearly always in them too
		}
		lines, err := differences(os.DirFS(name), name)
		if err != nil {
			t.Errorf("generated/%s: %v", name, err)
		}
		for _, l := range lines {
			t.Errorf("generated/%s/%s\nrun go generate ./...", name, l)
		}
	}
}

// TestNetworks checks that the networks are the ones that benchmarks elsewhere and the training programs rely on.
func TestNetworks(t *testing.T) {
	want := map[string]string{
		"xor":     "Xor 2-3-1 sigmoid,sigmoid mse float32 32",
		"iris":    "Iris 4-8-3 tanh,softmax cross-entropy float32 32",
		"control": "Control 16-32-16-4 tanh,tanh,identity mse float32 32",
		"digits":  "Digits 64-64-10 relu,softmax cross-entropy float32 32",
		"pixels":  "Pixels 784-128-10 relu,softmax cross-entropy float32 32",
		"pole":    "Pole 4-16-2 tanh,softmax cross-entropy float32 32",
		"swingup": "Swingup 4-24-2 tanh,identity mse float32 32",
		"spirals": "Spirals 2-16-16-2 tanh,tanh,softmax cross-entropy float32 32",
	}
	got := map[string]string{}
	for _, name := range folders(t) {
		n, err := spec.DecodeFile(filepath.Join(name, name+".yaml"))
		if err != nil {
			t.Fatalf("generated/%s: %v", name, err)
		}
		n = n.WithDefaults()
		var activations []string
		for _, l := range n.Layers {
			activations = append(activations, l.Activation.Name)
			if l.NoBias {
				activations = append(activations, "no bias")
			}
		}
		got[name] = fmt.Sprintf("%s %s %s %s %s %d", n.Name, gen.Shape(n), strings.Join(activations, ","), n.Cost.Name,
			n.Precision, n.Batch)
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if want[name] == "" {
			t.Errorf("generated/%s is a network this test does not know: %s; add it here", name, got[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got[name] != want[name] {
			t.Errorf("generated/%s is %q; it must be %q, because benchmarks and programs know it under this name", name,
				got[name], want[name])
		}
	}
}

// TestGoGenerate checks that go generate ./... reaches every network.
func TestGoGenerate(t *testing.T) {
	for _, name := range folders(t) {
		data, err := os.ReadFile(path.Join(name, "doc.go"))
		if err != nil {
			t.Errorf("generated/%s needs a doc.go with its go:generate line: %v", name, err)
			continue
		}
		line := fmt.Sprintf("//go:generate go run ../../gen/cmd/backpropgen generate %s.yaml", name)
		if !slices.Contains(strings.Split(string(data), "\n"), line) {
			t.Errorf("generated/%s/doc.go does not hold the line\n%s", name, line)
		}
	}
}
