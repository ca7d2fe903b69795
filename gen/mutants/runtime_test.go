package mutants

import (
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
)

// Packages that emitted files import at run time have mistakes planted in a copy of them, in a folder of the package
// that imports it: so there are as many of them in one program as there are mistakes.

// withSource adds the package of a file of this module to emitted files, and what it imports from internal, which Go
// lets no other module import. It adds nothing if the file is an emitted one.
func withSource(t *testing.T, files []gen.File, file string) []gen.File {
	t.Helper()
	if pkg := path.Dir(file); pkg != "." {
		return withPackage(t, files, pkg)
	}
	return files
}

// withPackage adds a package of this module, and those from internal that it imports.
func withPackage(t *testing.T, files []gen.File, pkg string) []gen.File {
	t.Helper()
	sources, err := filepath.Glob(filepath.Join(gentest.Root(t), pkg, "*.go"))
	if err != nil || len(sources) == 0 {
		t.Fatalf("package %s has %d files: %v", pkg, len(sources), err)
	}
	files = files[:len(files):len(files)]
	internal := map[string]bool{}
	for _, source := range sources {
		if strings.HasSuffix(source, "_test.go") {
			continue
		}
		data, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, gen.File{Name: path.Join(pkg, filepath.Base(source)), Kind: gen.More, Data: data})
		for _, m := range importsInternal.FindAllSubmatch(data, -1) {
			internal[string(m[1])] = true
		}
	}
	for _, other := range slices.Sorted(maps.Keys(internal)) {
		files = withPackage(t, files, other)
	}
	return files
}

// importsInternal matches the import of a package below internal.
var importsInternal = regexp.MustCompile(`"` + regexp.QuoteMeta(gentest.ModulePath) + `/(internal/[^"]*)"`)

// importing returns the text of an emitted file that imports the copies among files, of a package of the module.
func importing(pkg string, files []gen.File, text []byte) []byte {
	for _, f := range files {
		if copied := path.Dir(f.Name); copied != "." {
			text = []byte(strings.ReplaceAll(string(text), `"`+gentest.ModulePath+"/"+copied+`"`,
				`"random/`+pkg+"/"+copied+`"`))
		}
	}
	return text
}
