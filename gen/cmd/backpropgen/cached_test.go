package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/backpropgen/backpropgen/gen/cmd/backpropgen/internal/cache"
)

// plainSpec is a network without assembly, which is generated in little time.
const plainSpec = irisSpec + "targets: []\n"

// runWith runs the command in a folder with a value for where generated files are kept.
func runWith(t *testing.T, dir, value string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Chdir(dir)
	var out, errs strings.Builder
	code = run(args, env{
		stdin: strings.NewReader(""), stdout: &out, stderr: &errs,
		getenv: func(name string) string { return map[string]string{cacheVariable: value}[name] },
	})
	return code, out.String(), errs.String()
}

// emittedIn are the emitted files in a folder, and their texts.
func emittedIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	list, err := filepath.Glob(filepath.Join(dir, "*_gen*"))
	if err != nil || len(list) == 0 {
		t.Fatalf("nothing is emitted in %s: %v", dir, err)
	}
	for _, path := range list {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(path)] = string(data)
		if err := os.Remove(path); err != nil { // so that the next run writes it
			t.Fatal(err)
		}
	}
	return files
}

// onlyEntry is the only one in a cache.
func onlyEntry(t *testing.T, dir string) cache.Key {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != 1 {
		t.Fatalf("the cache holds %v, %v", list, err)
	}
	key, err := hex.DecodeString(list[0].Name())
	if err != nil {
		t.Fatal(err)
	}
	return cache.Key(key)
}

// A second run writes what the first did, and takes it from where it is kept: a change there shows, damage does not.
func TestGeneratedIsKept(t *testing.T) {
	dir, kept := filepath.Join(t.TempDir(), "nets"), filepath.Join(t.TempDir(), "kept")
	write(t, filepath.Join(dir, "go.mod"), "module nets\n", 0o644)
	write(t, filepath.Join(dir, "iris.yaml"), plainSpec, 0o644)
	generate := func(value string) map[string]string {
		t.Helper()
		if code, _, stderr := runWith(t, dir, value, "generate", "-q", "iris.yaml"); code != exitOK || stderr != "" {
			t.Fatalf("exit code %d: %s", code, stderr)
		}
		return emittedIn(t, dir)
	}
	want := generate(noCache)
	if got := generate(kept); !maps.Equal(got, want) {
		t.Error("where it is to be kept something else is generated")
	}
	key, folder := onlyEntry(t, kept), cache.At(kept)
	if got := generate(kept); !maps.Equal(got, want) {
		t.Error("the second time something else is generated")
	}
	onlyEntry(t, kept)

	k, ok := decodeKept(folder.Get(key))
	if !ok {
		t.Fatal("the entry cannot be read")
	}
	k.Files[0].Data = append(k.Files[0].Data, "// kept\n"...)
	data, err := encodeKept(k)
	if err != nil {
		t.Fatal(err)
	}
	folder.Put(key, data)
	if got := generate(kept); !strings.HasSuffix(got["iris_gen.go"], "// kept\n") {
		t.Error("what is kept is not used")
	}
	if got := generate(noCache); !maps.Equal(got, want) {
		t.Error("without a cache what is kept is used")
	}

	path := filepath.Join(kept, hex.EncodeToString(key[:]))
	for _, size := range []int64{0, 40, int64(len(data)) - 1} {
		if err := os.Truncate(path, size); err != nil {
			t.Fatal(err)
		}
		if got := generate(kept); !maps.Equal(got, want) {
			t.Errorf("with %d bytes of the entry something else is generated", size)
		}
		if _, ok := decodeKept(folder.Get(key)); !ok {
			t.Errorf("an entry of %d bytes was not replaced", size)
		}
	}
	folder.Put(key, []byte("no such thing"))
	if got := generate(kept); !maps.Equal(got, want) {
		t.Error("with an entry of something else, something else is generated")
	}
}

// What is kept says nothing of the user's folder: that is looked at every time.
func TestKeptIsChecked(t *testing.T) {
	dir, kept := filepath.Join(t.TempDir(), "nets"), filepath.Join(t.TempDir(), "kept")
	write(t, filepath.Join(dir, "go.mod"), "module nets\n", 0o644)
	write(t, filepath.Join(dir, "iris.yaml"), plainSpec, 0o644)
	try := func(want int, text string, args ...string) {
		t.Helper()
		code, stdout, stderr := runWith(t, dir, kept, args...)
		if code != want || !strings.Contains(stdout+stderr, text) {
			t.Errorf("%q: exit code %d, want %d: %s%s", args, code, want, stdout, stderr)
		}
		onlyEntry(t, kept)
	}
	try(exitOK, "which go.mod does not require yet", "generate", "iris.yaml")
	try(exitOK, "which go.mod does not require yet", "generate", "iris.yaml") // go.mod lacks it still
	try(exitOK, "is up to date", "check", "iris.yaml")
	write(t, filepath.Join(dir, "iris_team_gen.go"), "// Mine.\n\npackage nets\n", 0o644)
	try(exitIO, "iris_team_gen.go", "generate", "iris.yaml")
	try(exitStale, "iris_team_gen.go", "check", "iris.yaml")
	if err := os.Remove(filepath.Join(dir, "iris_team_gen.go")); err != nil {
		t.Fatal(err)
	}
	try(exitStale, "iris_team_gen.go: missing", "check", "iris.yaml")
	for _, declared := range []string{"var BenchmarkForward int", "func (*Iris) Forward() {}"} {
		write(t, filepath.Join(dir, "mine.go"), "package nets\n\n"+declared+"\n", 0o644)
		try(exitSpec, "mine.go:3", "generate", "iris.yaml")
	}
}

// A folder that cannot be had is no mistake; one that is not said clearly is.
func TestCacheFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "nets")
	write(t, filepath.Join(dir, "iris.yaml"), plainSpec, 0o644)
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "", 0o644)
	if code, _, stderr := runWith(t, dir, filepath.Join(file, "sub"), "generate", "-q", "iris.yaml"); code != exitOK ||
		stderr != "" {
		t.Errorf("below a file: exit code %d: %s", code, stderr)
	}
	for _, command := range []string{"generate", "check"} {
		code, _, stderr := runWith(t, dir, "sub", command, "iris.yaml")
		if code != exitUsage || !strings.Contains(stderr, cacheVariable) {
			t.Errorf("%s, a relative path: exit code %d: %s", command, code, stderr)
		}
	}
	e := env{getenv: func(string) string { return "" }}
	e.userCache = func() (string, error) { return "", errors.New("no HOME") }
	if f, err := e.cacheFolder(); f != nil || err != nil {
		t.Errorf("without a folder for caches: %v, %v", f, err)
	}
	e.userCache = func() (string, error) { return "/home/me/.cache", nil }
	want := cache.At(filepath.Join("/home/me/.cache", "backpropgen"))
	if f, err := e.cacheFolder(); err != nil || !reflect.DeepEqual(f, want) {
		t.Errorf("in a folder for caches: %v, %v", f, err)
	}
}

// jobOf is a job for a spec of a name, with files beside it.
func jobOf(t *testing.T, name, text string, beside fs.FS) *job {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	write(t, path, text, 0o644)
	s, _, err := load(path)
	if err != nil {
		t.Fatal(err)
	}
	j := &job{source: s, network: s.network}
	j.network.Package = "nets"
	j.options.Package, j.options.Source, j.options.Files = "nets", s.mark, beside
	return j
}

// Everything that files depend on makes another key, and nothing else does.
func TestKey(t *testing.T) {
	trained := plainSpec + "weights: iris.npz\n"
	weights := func(text string) fs.FS { return fstest.MapFS{"iris.npz": {Data: []byte(text)}} }
	build := byte(1)
	program := func() ([sha256.Size]byte, error) { return [sha256.Size]byte{build}, nil }
	keyOf := func(j *job) cache.Key {
		t.Helper()
		key, ok := j.key(program)
		if !ok {
			t.Fatal("no key")
		}
		return key
	}
	first := func() *job { return jobOf(t, "iris.yaml", trained, weights("1")) }
	want := keyOf(first())
	if keyOf(first()) != want {
		t.Error("the same in another folder has another key")
	}
	seen := map[cache.Key]string{want: "the first"}
	for name, change := range map[string]func(j *job){
		"spec":          func(j *job) { *j = *jobOf(t, "iris.yaml", trained+"batch: 16\n", weights("1")) },
		"name of spec":  func(j *job) { *j = *jobOf(t, "iris.yml", trained, weights("1")) },
		"weights":       func(j *job) { j.options.Files = weights("2") },
		"package":       func(j *job) { j.options.Package = "other" },
		"its package":   func(j *job) { j.network.Package = "other" },
		"qualify":       func(j *job) { j.options.Qualify = true },
		"another build": func(j *job) { build = 2 },
	} {
		build = 1
		j := first()
		change(j)
		key := keyOf(j)
		if other, ok := seen[key]; ok {
			t.Errorf("%s: the same key as %s", name, other)
		}
		seen[key] = name
	}

	for name, files := range map[string]fs.FS{
		"no file":  fstest.MapFS{},
		"a folder": fstest.MapFS{"iris.npz": {Mode: fs.ModeDir}},
		"a pipe":   fstest.MapFS{"iris.npz": {Mode: fs.ModeNamedPipe}},
	} {
		if _, ok := jobOf(t, "iris.yaml", trained, files).key(program); ok {
			t.Errorf("%s for weights: a key", name)
		}
	}
	if _, ok := first().key(func() (sum [sha256.Size]byte, err error) { return sum, errors.New("unreadable") }); ok {
		t.Error("a key without a checksum of the program")
	}
}

// changing is a file of weights that is another one each time it is read.
type changing struct {
	fs.FS
	opened *byte
}

func (c changing) Open(name string) (fs.File, error) {
	*c.opened++
	data := []byte{*c.opened}
	return fstest.MapFS{name: {Data: data}}.Open(name)
}

// Stat opens nothing that counts.
func (c changing) Stat(name string) (fs.FileInfo, error) { return fstest.MapFS{name: {}}.Stat(name) }

// The key tells when weights change while files are made of them.
func TestKeyOfChangingWeights(t *testing.T) {
	j := jobOf(t, "iris.yaml", plainSpec+"weights: iris.npz\n", changing{opened: new(byte)})
	before, ok := j.key(thisProgram)
	after, again := j.key(thisProgram)
	if !ok || !again || before == after {
		t.Errorf("%x and %x", before, after)
	}
}

// What comes back is what was kept, the summary included.
func TestKeptAsItWas(t *testing.T) {
	folder := cache.At(t.TempDir())
	text := plainSpec + "optimizers: [sgd, adam]\n"
	first, second := jobOf(t, "iris.yaml", text, nil), jobOf(t, "iris.yaml", text, nil)
	for _, j := range []*job{first, second} {
		if err := j.generate(folder); err != nil {
			t.Fatal(err)
		}
	}
	if !reflect.DeepEqual(first.files, second.files) || !reflect.DeepEqual(first.summary, second.summary) {
		t.Errorf("%+v\n%+v", first.summary, second.summary)
	}
}

// The checksum of a program is that of its file, which is older than the process.
func TestProgramSum(t *testing.T) {
	path := filepath.Join(t.TempDir(), "program")
	write(t, path, "one", 0o755)
	later := time.Now().Add(time.Hour)
	one, err := programSum(path, later)
	if err != nil || one != sha256.Sum256([]byte("one")) {
		t.Errorf("%x, %v", one, err)
	}
	if _, err := programSum(path, time.Now().Add(-time.Hour)); err == nil {
		t.Error("a program that is newer than its process has a checksum")
	}
	if _, err := programSum(path+"x", later); err == nil {
		t.Error("no file has a checksum")
	}
	self, err := os.Executable()
	if err != nil {
		t.Skip(err)
	}
	data, err := os.ReadFile(self)
	if err != nil {
		t.Skip(err)
	}
	if sum, err := thisProgram(); err != nil || sum != sha256.Sum256(data) {
		t.Errorf("this program: %x, %v", sum, err)
	}
}

// A spec that is refused is refused again.
func TestMistakesAreNotKept(t *testing.T) {
	folder := t.TempDir()
	j := jobOf(t, "iris.yaml", plainSpec+"weights: iris.npz\n", fstest.MapFS{"iris.npz": {Data: []byte("no weights")}})
	for range 2 {
		if err := j.generate(cache.At(folder)); err == nil {
			t.Error("no error")
		}
	}
	if list, err := os.ReadDir(folder); err != nil || len(list) > 0 {
		t.Errorf("kept %v, %v", list, err)
	}
}

// Files that are kept are not shared: their bytes belong to whom they are given.
func TestKeptFilesAreCopies(t *testing.T) {
	folder := cache.At(t.TempDir())
	var texts [][]byte
	for range 3 {
		j := jobOf(t, "iris.yaml", plainSpec, nil)
		if err := j.generate(folder); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, slices.Clone(j.files[0].Data))
		clear(j.files[0].Data)
	}
	if !bytes.Equal(texts[0], texts[1]) || !bytes.Equal(texts[1], texts[2]) {
		t.Error("a change of files changes what is kept")
	}
}
