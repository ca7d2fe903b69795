package mutants

import (
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
)

// Packages that emitted files import at run time have mistakes planted in a copy of them, in a folder of the package
// that imports it: so there are as many of them in one program as there are mistakes.

// withSource adds the package of a file of this module to emitted files; it adds nothing if the file is an emitted one.
func withSource(t *testing.T, files []gen.File, file string) []gen.File {
	t.Helper()
	pkg := path.Dir(file)
	if pkg == "." {
		return files
	}
	sources, err := filepath.Glob(filepath.Join(gentest.Root(t), pkg, "*.go"))
	if err != nil || len(sources) == 0 {
		t.Fatalf("package %s has %d files: %v", pkg, len(sources), err)
	}
	files = files[:len(files):len(files)]
	for _, source := range sources {
		if strings.HasSuffix(source, "_test.go") {
			continue
		}
		data, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, gen.File{Name: path.Join(pkg, filepath.Base(source)), Kind: gen.More, Data: data})
	}
	return files
}

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
