package house

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const modulePath = "github.com/backpropgen/backpropgen"

// listed is what go list says about a package, with paths of this module relative to it.
type listed struct {
	ImportPath                         string
	Dir                                string
	Imports, TestImports, XTestImports []string
	Deps                               []string
}

// anywhere is the package of plurals, which every other one may import. It computes nothing that could be judged.
const anywhere = "internal/plural"

// mayImport is the direction of imports: for every package of this module the ones of this module that it may
// import, its tests apart. "*" in a path stands for the name of a network.
var mayImport = map[string][]string{
	"spec":                {"spec/formula", "spec/internal/words"},
	"spec/formula":        {"spec/internal/words"},
	"spec/internal/words": nil,

	"gen/expr":       {"spec", "spec/formula"},
	"gen/plan":       {"spec", "spec/formula", "gen/expr"},
	"templates":      {"gen/code"},
	"gen/code":       {"gen/expr"},
	"gen/elementary": {"gen/code", "gen/expr"},
	"gen/bound":      {"spec", "gen/expr", "gen/plan"},
	"gen/portable": {"spec", "gen/code", "gen/elementary", "gen/expr", "gen/parallel", "gen/plan",
		"gen/portable/schedule"},
	"gen/parallel":    nil,
	"gen/macro":       nil,
	"gen/goasm":       nil,
	"gen/vec":         nil,
	"gen/kernel":      {"spec", "gen/expr", "gen/kernel/idiom", "gen/plan", "gen/vec"},
	"gen/amd64/cores": nil,
	"gen/amd64/isa":   {"gen/goasm"},
	"gen/arm64/isa":   {"gen/goasm"},
	"gen/arm64/cores": {"gen/arm64/isa"},
	"gen/arm64": {"gen/arm64/cores", "gen/arm64/isa", "gen/arm64/neon", "gen/assembly", "gen/kernel",
		"gen/macro", "gen/plan", "gen/vec", "templates"},
	"gen/arm64/neon": {"gen/arm64/isa", "gen/vec"},
	"gen/assembly":   {"spec", "gen/kernel", "gen/kernel/idiom", "gen/plan", "gen/vec", "templates"},
	"gen/amd64": {"spec", "gen/amd64/cores", "gen/amd64/isa", "gen/assembly", "gen/kernel", "gen/kernel/idiom",
		"gen/macro", "gen/plan", "gen/parallel", "gen/vec", "templates"},
	"gen": {"spec", "tensors", "gen/code", "gen/elementary", "gen/expr", "gen/plan", "gen/bound", "gen/portable",
		"gen/portable/schedule", "gen/kernel", "gen/amd64", "gen/amd64/cores", "gen/amd64/isa", "gen/arm64",
		"gen/arm64/cores", "gen/assembly", "gen/parallel", "templates"},

	"gen/vec/functions":     {"gen/vec"},
	"gen/kernel/idiom":      {"gen/code", "gen/elementary", "gen/expr", "gen/plan", "gen/vec", "gen/vec/functions"},
	"gen/portable/schedule": {"spec", "gen/expr", "gen/plan"},

	// What tests share, and packages that have nothing but tests.
	"gen/plan/plantest":         {"spec"},
	"gen/assembly/assemblytest": {"spec", "gen/assembly", "gen/kernel", "gen/plan", "gen/vec", "verify"},
	"gen/internal/gentest":      {"spec", "tensors", "spec/formula", "gen", "gen/expr", "gen/portable"},
	"internal/overlay":          nil,
	"gen/arm64/figures":         nil,
	"gen/endtoend":              nil,
	"gen/mutants":               nil,
	"gen/machinecode":           nil,
	"internal/house":            nil,
	"internal/pages":            nil,
	"internal/difference":       nil,
	"internal/absent":           nil,
	"internal/regular":          nil,
	"internal/replace":          {"internal/regular"},
	anywhere:                    nil,

	"gen/measure":         {"spec", "gen", "gen/measure/harness", "gen/plan"},
	"gen/measure/harness": nil,

	"gen/cmd/backpropgen": {"spec", "spec/formula", "gen", "gen/cmd/backpropgen/internal/cache", "gen/measure",
		"gen/parallel", "model", "model/checkpoint", "model/compare", "model/onnx", "tensors"},
	"gen/cmd/backpropgen/internal/cache": nil,

	// Networks of other tools know nothing of the generator; only what compares them needs the judge.
	"model":            {"spec", "tensors"},
	"model/onnx":       {"spec", "spec/formula", "model", "tensors"},
	"model/checkpoint": {"spec", "model", "tensors", "internal/regular"},
	"model/compare":    {"spec", "model", "tensors", "verify"},

	// A mistake of the generator must not be shared by its judge. Of its rooms those below know nothing of those above.
	"verify/internal/draw":       nil,
	"verify/internal/linear":     nil,
	"verify/internal/memory":     nil,
	"verify/internal/scalar":     nil,
	"verify/internal/verifytest": {"spec"},
	"verify/internal/once":       {"verify/internal/memory"},
	"verify/internal/rounding":   {"spec", "verify/internal/linear"},
	"verify/internal/formula":    within("verify/internal", "spec/formula", "linear", "rounding", "scalar"),
	"verify/internal/function":   within("verify/internal", "spec", "formula", "linear", "rounding", "scalar"),
	"verify/internal/reference":  within("verify/internal", "spec", "function", "linear", "rounding"),
	"verify/internal/finding":    within("verify/internal", "spec", "memory", "rounding"),
	"verify/internal/fence":      within("verify/internal", "", "finding", "memory"),
	"verify/internal/trial": within("verify/internal", "spec", "draw", "finding", "function", "linear",
		"reference", "rounding"),
	"verify/internal/judge": within("verify/internal", "spec",
		"fence", "finding", "function", "linear", "memory", "once", "reference", "rounding", "trial"),
	"verify/internal/optimizer": within("verify/internal", "spec", "fence", "finding", "memory", "once", "rounding",
		"trial"),
	"verify/internal/stored": within("verify/internal", "spec", "finding", "memory", "optimizer", "trial"),
	"verify/internal/hunt": within("verify/internal", "spec",
		"finding", "judge", "linear", "memory", "reference", "rounding", "trial"),
	"verify": within("verify/internal", "spec",
		"fence", "finding", "hunt", "judge", "memory", "optimizer", "reference", "rounding", "stored", "trial"),

	"train":   {"internal/absent", "internal/regular", "internal/replace"}, // user programs import these at run time: see standardOnly
	"tensors": {"internal/absent", "internal/regular", "internal/replace"},
	"store":   nil,
	"team":    {"internal/absent"},

	"leastsquares":                 {"internal/absent"}, // on gonum
	"leastsquares/compare":         {"spec", "gen", "leastsquares/compare/measure", "tensors"},
	"leastsquares/compare/measure": {"leastsquares", "tensors"},

	"generated":                   nil,
	"generated/*":                 {"store", "team"},
	"generated/internal/training": {"train"},
	"generated/internal/short":    nil,
	"generated/internal/digests":  {"train"},
	"generated/*/train":           {"train", "generated/*", "generated/internal/training"},
	// tests whose code pages quote
	"docs/examples": nil,
	// it describes them; nothing imports it
	"docs/mathematics/page": {"spec", "spec/formula", "gen", "gen/expr", "gen/plan"},
}

// onlyIn are the packages of other modules that few of ours may import directly, tests included: the beginning of
// their paths, the longest that fits, and who may.
var onlyIn = map[string][]string{
	"github.com/dave/jennifer":   {"templates"},
	"github.com/mmcloughlin":     {"gen/amd64", "gen/amd64/cores", "gen/amd64/isa"},
	"google.golang.org/protobuf": {"model/onnx"},
	"gonum.org/v1/gonum": {"verify", "leastsquares", "generated/internal/training", "generated/*/train",
		"docs/examples"}, // verify with its rooms
	"gonum.org/v1/plot": {"generated/internal/training", "generated/*/train", "docs/mathematics/page",
		"leastsquares/compare"},
}

// standardOnly are the packages that import nothing but the standard library and one another, tests apart, so that they
// cost those who import them no dependency.
var standardOnly = []string{
	"train", "tensors", "store", "team", "internal/absent", "internal/regular", "internal/replace", anywhere,
}

// standard says whether a package is of the standard library: others have a host's name in front, ours are in
// mayImport.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	_, ours := mayImport[rule(path)]
	return !strings.Contains(first, ".") && !ours
}

// within lists a package besides, unless it is empty, and rooms of a folder.
func within(folder, besides string, rooms ...string) (list []string) {
	if besides != "" {
		list = append(list, besides)
	}
	for _, r := range rooms {
		list = append(list, folder+"/"+r)
	}
	return list
}

// house is what a package belongs to: verify, with its rooms, or itself.
func house(path string) string {
	if strings.HasPrefix(path, "verify/internal/") {
		return "verify"
	}
	return rule(path)
}

// rule is the key of mayImport for a package.
func rule(path string) string {
	if _, ok := mayImport[path]; ok {
		return path
	}
	if parts := strings.Split(path, "/"); len(parts) >= 2 && parts[0] == "generated" && parts[1] != "internal" {
		parts[1] = "*"
		return strings.Join(parts, "/")
	}
	return path
}

// violations are the imports that break the rules, a line each.
func violations(packages []listed) []string {
	var lines []string
	for _, p := range packages {
		allowed, known := mayImport[rule(p.ImportPath)]
		if !known {
			lines = append(lines, fmt.Sprintf("%s: no rule says what this package may import; add one to mayImport",
				p.ImportPath))
			continue
		}
		for _, path := range p.Imports {
			if slices.Contains(standardOnly, rule(p.ImportPath)) && !standard(path) &&
				!((slices.Contains(allowed, path) || path == anywhere) && slices.Contains(standardOnly, path)) {
				lines = append(lines, fmt.Sprintf("%s imports %s; it may import the standard library only",
					p.ImportPath, path))
			} else if _, ours := mayImport[rule(path)]; ours && !slices.Contains(allowed, rule(path)) &&
				path != anywhere {
				lines = append(lines, fmt.Sprintf("%s imports %s; of this module it may import only %q", p.ImportPath,
					path, allowed))
			}
		}
		for _, path := range p.Deps {
			// A way round through another package is as bad; only the judge needs more than the direct rules give.
			if house(p.ImportPath) == "verify" && (path == "templates" || path == "gen" ||
				strings.HasPrefix(path, "gen/")) {
				lines = append(lines, fmt.Sprintf("%s depends on %s, which it is to judge", p.ImportPath, path))
			}
		}
		for _, path := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			for prefix, who := range onlyIn {
				if (path == prefix || strings.HasPrefix(path, prefix+"/")) &&
					!slices.Contains(who, house(p.ImportPath)) {
					lines = append(lines, fmt.Sprintf("%s imports %s; only %q may", p.ImportPath, path, who))
				}
			}
		}
	}
	return lines
}

// list is go list over the whole module, with the package that its patterns leave out.
func list(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Imports,TestImports,XTestImports,Deps", "./...",
		"./generated/strict")
	cmd.Dir = "../.."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list ./...: %v\n%s", err, &stderr)
	}
	out = bytes.ReplaceAll(out, []byte(`"`+modulePath+`/`), []byte(`"`))
	var packages []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatalf("go list -json: %v", err)
		}
		packages = append(packages, p)
	}
}

// TestBoundaries holds the module's imports to one direction.
func TestBoundaries(t *testing.T) {
	packages := list(t)
	for _, want := range []string{"spec", "gen", "gen/expr", "gen/plan", "gen/portable", "templates", "verify", "train",
		"tensors", "store", "generated/strict"} {
		if !slices.ContainsFunc(packages, func(p listed) bool { return p.ImportPath == want }) {
			t.Errorf("go list ./... does not list %s: %d packages", want, len(packages))
		}
	}
	for _, v := range violations(packages) {
		t.Error(v)
	}
}

// TestViolations breaks every rule once.
func TestViolations(t *testing.T) {
	for _, c := range []struct {
		name string
		p    listed
		want string // part of the only line; empty: no line
	}{
		{"in order", listed{ImportPath: "gen/plan", Imports: []string{"fmt", "spec", "gen/expr"}}, ""},
		{"spec on ours", listed{ImportPath: "spec", Imports: []string{"gen/expr"}}, "spec imports gen/expr"},
		{"against the direction", listed{ImportPath: "gen/expr", Imports: []string{"gen/plan"}},
			"gen/expr imports gen/plan"},
		{"plan on templates", listed{ImportPath: "gen/plan", Imports: []string{"templates"}},
			"gen/plan imports templates"},
		{"verify on the generator", listed{ImportPath: "verify", Imports: []string{"gen/expr"}},
			"verify imports gen/expr"},
		{"verify by a way round", listed{ImportPath: "verify", Deps: []string{"templates"}},
			"verify depends on templates"},
		{"a room on the generator", listed{ImportPath: "verify/internal/trial", Deps: []string{"gen/plan"}},
			"verify/internal/trial depends on gen/plan"},
		{"a room on one above", listed{ImportPath: "verify/internal/trial", Imports: []string{"verify/internal/judge"}},
			"verify/internal/trial imports verify/internal/judge"},
		{"gonum in a room", listed{ImportPath: "verify/internal/linear", Imports: []string{"gonum.org/v1/gonum/mat"}},
			""},
		{"tests of verify", listed{ImportPath: "verify", TestImports: []string{"generated/iris"}}, ""},
		{"jennifer elsewhere", listed{ImportPath: "gen/portable", Imports: []string{"github.com/dave/jennifer/jen"}},
			"only [\"templates\"] may"},
		{"gonum elsewhere", listed{ImportPath: "gen", XTestImports: []string{"gonum.org/v1/gonum/mat"}},
			"gen imports gonum.org/v1/gonum/mat"},
		{"gonum in verify", listed{ImportPath: "verify", Imports: []string{"gonum.org/v1/gonum/mat"}}, ""},
		{"plot in verify", listed{ImportPath: "verify", Imports: []string{"gonum.org/v1/plot"}},
			"verify imports gonum.org/v1/plot"},
		{"plot in training", listed{ImportPath: "generated/internal/training",
			Imports: []string{"gonum.org/v1/plot/vg"}}, ""},
		{"a kernel on ours", listed{ImportPath: "generated/iris", Imports: []string{"spec"}},
			"generated/iris imports spec"},
		{"the loop on a kernel", listed{ImportPath: "train", Imports: []string{"generated/iris"}},
			"train imports generated/iris"},
		{"the loop on others", listed{ImportPath: "train", Imports: []string{"golang.org/x/term"}},
			"train imports golang.org/x/term"},
		{"the loop", listed{ImportPath: "train", Imports: []string{"math/rand/v2"},
			XTestImports: []string{"generated/xor"}}, ""},
		{"training on the loop", listed{ImportPath: "generated/internal/training", Imports: []string{"train"}}, ""},
		{"a kernel on the loop", listed{ImportPath: "generated/iris", Imports: []string{"train"}},
			"generated/iris imports train"},
		{"training", listed{ImportPath: "generated/iris/train",
			Imports: []string{"generated/iris", "generated/internal/training"}}, ""},
		{"the page", listed{ImportPath: "docs/mathematics/page",
			Imports: []string{"gen/plan", "gonum.org/v1/plot"}}, ""},
		{"the page on a kernel", listed{ImportPath: "docs/mathematics/page", Imports: []string{"generated/iris"}},
			"page imports generated/iris"},
		{"on the page", listed{ImportPath: "gen", Imports: []string{"docs/mathematics/page"}},
			"gen imports docs/mathematics/page"},
		{"weights on others", listed{ImportPath: "tensors", Imports: []string{"golang.org/x/exp/mmap"}},
			"tensors imports golang.org/x/exp/mmap"},
		{"a new package", listed{ImportPath: "hamsters"}, "no rule says"},
	} {
		got := violations([]listed{c.p})
		if c.want == "" && len(got) == 0 || len(got) == 1 && c.want != "" && strings.Contains(got[0], c.want) {
			continue
		}
		t.Errorf("%s: found %q, want one line with %q", c.name, got, c.want)
	}
}

// TestKernelImports checks that emitted kernels, for whichever platform, need nothing but math and unsafe.
func TestKernelImports(t *testing.T) {
	files, err := filepath.Glob("../../generated/*/*_gen.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no kernels below ../generated: %v", err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, src, parser.ImportsOnly)
		if err != nil {
			t.Errorf("%s does not parse: %v", file, err)
			continue
		}
		allowed := []string{"math", "unsafe"}
		switch {
		case strings.HasSuffix(file, "_amd64_gen.go"):
			allowed = append(allowed, "golang.org/x/sys/cpu")
		case strings.HasSuffix(file, "_team_gen.go"): // nor this
			allowed = []string{modulePath + "/team"}
		case strings.HasSuffix(file, "_store_gen.go"): // which kernels do not need
			allowed = []string{"io", modulePath + "/store"}
		}
		for _, spec := range parsed.Imports {
			if path, err := strconv.Unquote(spec.Path.Value); err != nil || !slices.Contains(allowed, path) {
				t.Errorf("%s imports %s; an emitted kernel may import only %q", file, spec.Path.Value, allowed)
			}
		}
	}
}
