package gen_test

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

// breakages are ways to spoil a valid network, each a little.
var breakages = []struct {
	name string
	do   func(r *rand.Rand, n *spec.Network)
}{
	{"name", func(r *rand.Rand, n *spec.Network) {
		n.Name = gentest.Pick(r, "", "_", "iris", "Iris Net", "Iris\n", "É", "9", "IrisGrad", "TestIris", "Iris;",
			"I\x00", "../Iris", strings.Repeat("I", 65))
	}},
	{"package", func(r *rand.Rand, n *spec.Network) {
		n.Package = gentest.Pick(r, "_", "func", "a b", "a\nimport \"os\"", "a;", "a_test", "ä", "/etc")
	}},
	{"input", func(r *rand.Rand, n *spec.Network) { n.Input = badCount(r, spec.MaxWidth, true) }},
	{"width", func(r *rand.Rand, n *spec.Network) {
		n.Layers[r.IntN(len(n.Layers))].Dense = badCount(r, spec.MaxWidth, true)
	}},
	{"parameters", func(r *rand.Rand, n *spec.Network) {
		n.Input, n.Layers[0].Dense = spec.MaxWidth, spec.MaxWidth
	}},
	{"no layers", func(r *rand.Rand, n *spec.Network) { n.Layers = nil }},
	{"too many layers", func(r *rand.Rand, n *spec.Network) {
		n.Layers = slices.Repeat(n.Layers, spec.MaxLayers+1)
	}},
	{"activation", func(r *rand.Rand, n *spec.Network) {
		n.Layers[r.IntN(len(n.Layers))].Activation = spec.Function{Name: gentest.Pick(r, "tan", "Tanh", "mse", " relu",
			"relu\n")}
	}},
	{"cost", func(r *rand.Rand, n *spec.Network) {
		n.Cost = spec.Function{Name: gentest.Pick(r, "", "mae?", "softmax", "MSE")}
	}},
	{"parameter", func(r *rand.Rand, n *spec.Network) {
		params := gentest.Pick(r, map[string]float64{"slop": 1}, map[string]float64{"slope": math.NaN()},
			map[string]float64{"slope": math.Inf(1)},
			map[string]float64{"slope": 1e300}, map[string]float64{"slope\n": 1})
		n.Layers[r.IntN(len(n.Layers))].Activation = spec.Function{Name: "leaky-relu", Params: params}
	}},
	{"window", func(r *rand.Rand, n *spec.Network) {
		window := gentest.Pick(r, 0, -1, 0.5, 1e300, math.NaN(), float64(n.Layers[0].Dense+1))
		n.Layers[0].Activation = spec.Function{Name: gentest.Pick(r, "max-pool", "avg-pool"),
			Params: map[string]float64{spec.Window: window}}
	}},
	{"formula", func(r *rand.Rand, n *spec.Network) {
		text := gentest.Pick(r, " ", "z +", "z)", "2z", "q", "a", "z; os.Exit(1)", "z\n//", "pow(z)", "1", "z**2",
			"exp z", strings.Repeat("(", 1000)+"z")
		n.Layers[r.IntN(len(n.Layers))].Activation = spec.Function{Expr: text}
	}},
	{"formula of a cost", func(r *rand.Rand, n *spec.Network) {
		n.Cost = spec.Function{Expr: gentest.Pick(r, "z", "y", "a -", "3")}
	}},
	{"two kinds of function", func(r *rand.Rand, n *spec.Network) {
		n.Cost = spec.Function{Name: "mse", Expr: "(a - y)^2"}
	}},
	{"cost without probabilities", func(r *rand.Rand, n *spec.Network) {
		n.Layers[len(n.Layers)-1].Activation = spec.Function{Name: gentest.Pick(r, "", "identity", "relu", "tanh")}
		n.Cost = spec.Function{Name: gentest.Pick(r, "cross-entropy", "binary-cross-entropy")}
	}},
	{"precision", func(r *rand.Rand, n *spec.Network) {
		n.Precision = gentest.Pick[spec.Precision](r, "float16", "int", "float32 ")
	}},
	{"cache", func(r *rand.Rand, n *spec.Network) { n.Cache = gentest.Pick[spec.Cache](r, "none", "z") }},
	{"unroll", func(r *rand.Rand, n *spec.Network) { n.Unroll = gentest.Pick[spec.Unroll](r, "8", "yes") }},
	{"rounding", func(r *rand.Rand, n *spec.Network) {
		n.Rounding = gentest.Pick[spec.Rounding](r, "exact",
			"Strict")
	}},
	{"batch", func(r *rand.Rand, n *spec.Network) { n.Batch = badCount(r, spec.MaxBatch, false) }},
	{"optimizers", func(r *rand.Rand, n *spec.Network) {
		n.Optimizers = [][]spec.Optimizer{{"lion"}, {""}, {spec.Adam, spec.Adam}}[r.IntN(3)]
	}},
	{"targets", func(r *rand.Rand, n *spec.Network) {
		n.Targets = [][]spec.Target{{"mips"}, {""}, {spec.AMD64, spec.AMD64}}[r.IntN(3)]
	}},
}

// badCount is a number that cannot count anything up to most; of some counts 0 is the default.
func badCount(r *rand.Rand, most int, zero bool) int {
	bad := []int{-1, math.MinInt, most + 1, math.MaxInt}
	if zero {
		bad = append(bad, 0)
	}
	return gentest.Pick(r, bad...)
}

// TestGenerateBroken generates thousands of networks that are each a little broken: each gives an error that says what
// is wrong with it, no files, and never a panic.
func TestGenerateBroken(t *testing.T) {
	done := map[string]bool{}
	for i := range 5000 {
		r := rand.New(rand.NewPCG(*gentest.Seed, uint64(i)))
		n := gentest.DrawSpec(r, fmt.Sprintf("N%d", i), gentest.Small)
		b := breakages[r.IntN(len(breakages))]
		b.do(r, &n)
		done[b.name] = true
		files, err := gentest.Generate(t, n, gen.Options{Package: "p"})
		if list := (spec.ErrorList)(nil); !errors.As(err, &list) || len(list) == 0 || files != nil {
			t.Fatalf("broken in its %s, network %d of seed %d gives error %v (%T) and %d files, want a spec.ErrorList and none:\n%.2000s",
				b.name, i, *gentest.Seed, err, err, len(files), gentest.YAML(n))
		}
	}
	for _, b := range breakages {
		if !done[b.name] {
			t.Errorf("no network was broken in its %s; draw more", b.name)
		}
	}
}

// TestGenerateAny generates valid networks: each gives files that hold together, and every fourth the same ones again.
// No other test looks at the files of so many networks; others compile some of them. More of them: -specs 2000.
func TestGenerateAny(t *testing.T) {
	t.Parallel()
	count := max(40, *gentest.Specs)
	if testing.Short() {
		count = 3
	}
	for i := range count {
		if testing.Short() && i%4 == 0 {
			continue // which take several times as long
		}
		r := rand.New(rand.NewPCG(*gentest.Seed, uint64(i)))
		n := gentest.DrawSpec(r, fmt.Sprintf("N%d", i), gentest.Small)
		o := gen.Options{Package: gentest.Pick(r, "", "p"), Source: gentest.Pick(r, "", "spec.yaml"),
			Qualify: r.IntN(2) == 0, NoMacros: i%4 != 0}
		if i%5 == 2 {
			n.Weights = "weights/n.npz.safetensors"
			_, o.Files = gentest.Trained(t, n, uint64(i))
		}
		files, err := gentest.Generate(t, n, o)
		problem := fmt.Sprint(err)
		if err == nil {
			problem = coherent(n, o, files)
		}
		if i%4 == 0 && problem == "" {
			if again, err := gentest.Generate(t, n, o); err != nil || !same(files, again) {
				problem = fmt.Sprintf("generated again, it gives other files, and error %v", err)
			}
		}
		if problem != "" {
			t.Fatalf("network %d of seed %d: %s; its spec:\n%s", i, *gentest.Seed, problem, gentest.YAML(n))
		}
	}
}

func same(a, b []gen.File) bool {
	return slices.EqualFunc(a, b, func(x, y gen.File) bool { return x.Name == y.Name && bytes.Equal(x.Data, y.Data) })
}

// coherent says what is wrong with the files of a network: their names, form, package, or a declaration that
// PackageNames does not tell of.
func coherent(n spec.Network, o gen.Options, files []gen.File) string {
	least := 4 // without what backends take over
	if n.Weights != "" {
		least = 5
	}
	want := o.Names(n)
	if len(files) < least {
		return fmt.Sprintf("%d files, want %q or the first %d of them", len(files), want, least)
	}
	for _, f := range files { // in their order, and some may be missing
		i := slices.Index(want, gen.FileName{Name: f.Name, Kind: f.Kind})
		if i < 0 {
			return fmt.Sprintf("%s is none of %q, or not in that order", f.Name, want)
		}
		want = want[i+1:]
	}
	known := map[string]bool{}
	for _, name := range gen.PackageNames(n) {
		known[name] = true
	}
	for _, f := range files {
		if !firstLine.Match(f.Data) {
			return fmt.Sprintf("%s begins with %.100q", f.Name, f.Data)
		}
		if strings.HasSuffix(f.Name, ".s") {
			continue
		}
		if formatted, err := format.Source(f.Data); err != nil || !bytes.Equal(formatted, f.Data) {
			return fmt.Sprintf("%s is not formatted: %v", f.Name, err)
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name, f.Data, parser.SkipObjectResolution)
		if err != nil {
			return err.Error()
		}
		if o.Package != "" && parsed.Name.Name != o.Package {
			return fmt.Sprintf("%s is in package %s", f.Name, parsed.Name.Name)
		}
		for _, name := range declared(parsed) {
			// A package may declare init as often as it likes.
			if !known[name] && name != "_" && name != "init" && !strings.HasPrefix(name, "Benchmark") {
				return fmt.Sprintf("%s declares %s, which PackageNames does not list", f.Name, name)
			}
		}
	}
	return ""
}

// declared are the identifiers that a file declares in its package.
func declared(f *ast.File) []string {
	var names []string
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				names = append(names, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					names = append(names, s.Name.Name)
				case *ast.ValueSpec:
					for _, id := range s.Names {
						names = append(names, id.Name)
					}
				}
			}
		}
	}
	return names
}

// firstLine is what tools know generated files by.
var firstLine = regexp.MustCompile(`^// Code generated by backpropgen from [!-~]+; DO NOT EDIT\.\n`)

// TestHostileSource names the spec's file in ways that would break out of a comment: the first line stays one
// comment line, and nothing after it changes.
func TestHostileSource(t *testing.T) {
	t.Parallel()
	// the least assembly
	n := spec.Network{Name: "Net", Input: 1, Layers: []spec.Layer{gentest.Act(1, "identity")},
		Cost: spec.Function{Name: "mse"}}
	plain, err := gen.Generate(n, gen.Options{Source: "net.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	sources := []string{
		"net.yaml\nimport \"os\"", "net.yaml\r\npackage evil", "\n//go:build ignore\n", "net\u2028.yaml",
		"net\x00.yaml", "net.yaml\u0085x",
		"*/ package evil /*", "/*", "//go:generate rm -rf .", "a; DO NOT EDIT.", "; DO NOT EDIT.\nvar x = 1",
		"\xff\xfe", "\ufeffnet.yaml", "нет.yaml",
		strings.Repeat("x", 10000), " ", "%s%d%!", "`", "\"", "\\n", "\t", "\v\f", "\x1b[31m",
	}
	r := rand.New(rand.NewPCG(*gentest.Seed, 0))
	withAssembly := 8
	if testing.Short() {
		withAssembly = 2
	}
	for range 50 {
		name := make([]byte, 1+r.IntN(20))
		for i := range name {
			name[i] = byte(r.IntN(256))
		}
		sources = append(sources, string(name))
	}
	// Every file has the same first lines. So assembly is written for the first few sources, and others go without.
	goes := n
	goes.Targets = []spec.Target{}
	plainGo, err := gen.Generate(goes, gen.Options{Source: "net.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	for k, source := range sources {
		n, plain := n, plain
		if k >= withAssembly {
			n, plain = goes, plainGo
		}
		files, err := gen.Generate(n, gen.Options{Source: source})
		if err != nil {
			t.Errorf("source %q: %v", source, err)
			continue
		}
		for i, f := range files {
			if !firstLine.Match(f.Data) || !bytes.HasPrefix(f.Data, []byte(gen.Marker)) {
				t.Errorf("source %q: %s begins with %.200q", source, f.Name, f.Data)
				continue
			}
			_, rest, _ := bytes.Cut(f.Data, []byte("\n"))
			if _, want, _ := bytes.Cut(plain[i].Data, []byte("\n")); !bytes.Equal(rest, want) {
				t.Errorf("source %q changes %s below its first line", source, f.Name)
			}
		}
	}
}

// TestHostilePackage offers package names that are code: they are errors.
func TestHostilePackage(t *testing.T) {
	n := gentest.DrawSpec(rand.New(rand.NewPCG(1, 1)), "Net", gentest.Small)
	for _, name := range []string{"a; import \"os\"", "a\nvar x = 1", "a//", "a b", "type", "_", "é", "a\x00"} {
		if files, err := gen.Generate(n, gen.Options{Package: name}); err == nil {
			t.Errorf("package %q gives %d files, want an error", name, len(files))
		}
	}
}

// TestLargest generates networks at the limits of a spec in the widest, the deepest and the largest matrix.
func TestLargest(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("printing the largest networks takes seconds; go test without -short does it")
	}
	layer := func(width int, activation string) spec.Layer {
		return spec.Layer{Dense: width, Activation: spec.Function{Name: activation}}
	}
	for _, n := range []spec.Network{
		{Name: "WideIn", Input: spec.MaxWidth, Layers: []spec.Layer{layer(3, "tanh")}, Cost: spec.Function{Name: "mse"},
			InputGradient: true},
		{Name: "WideOut", Input: 3, Layers: []spec.Layer{layer(spec.MaxWidth, "softmax")},
			Cost: spec.Function{Name: "cross-entropy"}},
		{Name: "WideHidden", Input: 2, Layers: []spec.Layer{layer(spec.MaxWidth, "softmax"), layer(2, "sigmoid")},
			Cost: spec.Function{Name: "mse"}},
		{Name: "Large", Input: 4000, Layers: []spec.Layer{layer(4000, "relu"), layer(10, "softmax")},
			Cost: spec.Function{Name: "cross-entropy"}},
		{Name: "Deep", Input: 8, Layers: slices.Repeat([]spec.Layer{layer(8, "tanh")}, spec.MaxLayers),
			Cost: spec.Function{Name: "mse"}},
	} {
		files, err := gen.Generate(n, gen.Options{})
		if err != nil {
			t.Errorf("%s: %v", n.Name, err)
			continue
		}
		if problem := coherent(n, gen.Options{}, files); problem != "" {
			t.Errorf("%s: %s", n.Name, problem)
		}
		// Unrolled in full the same network is straight code, or an error that says what to do.
		n.Unroll = spec.UnrollFull
		if _, err := gen.Generate(n, gen.Options{}); err != nil && !strings.Contains(err.Error(), "use unroll: auto") {
			t.Errorf("%s, unrolled in full: %v, want files or an error with a remedy", n.Name, err)
		}
	}
}
