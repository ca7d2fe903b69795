package endtoend

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/amd64"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/spec"
)

var measureCalls = flag.Bool("measure", false, "print how long calls of the assembly take")

// callsTest is the test that is put beside an emitted network: it calls every function of the assembly until it is
// done, with as many tiles as a call takes, and prints how long the longest of these calls took, which nothing can
// interrupt. Of each the shortest of some times counts.
const callsTest = `package %[1]s

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestCalls(t *testing.T) {
	const tiles, samples, rate = %[3]s, %[4]s, 0
	p, b, ws, grad := new(%[2]s), new(%[2]sBatch), new(%[2]sWorkspace), new(%[2]sGrad)
	p.Init(rand.NormFloat64)
	xs, ys := make([][%[2]sInputs]float32, tiles*samples), make([][%[2]sOutputs]float32, tiles*samples)
	for i := range xs {
		for k := range xs[i] {
			xs[i][k] = rand.Float32()
		}
	}
	out := slices.Clone(ys)
	measure := func(name string, level int, call func() (more bool)) {
		machine := %[5]sLevel
		if level > machine {
			return
		}
		%[5]sLevel = level
		defer func() { %[5]sLevel = machine }()
		var least []time.Duration
		begun := time.Now()
		for run := range 50 {
			if run > 2 && time.Since(begun) > time.Second {
				break
			}
			for i, more := 0, true; more; i++ {
				start := time.Now()
				more = call()
				d := time.Since(start)
				if i == len(least) {
					least = append(least, d)
				}
				least[i] = min(least[i], d)
			}
		}
		var all time.Duration
		for _, d := range least {
			all += d
		}
		t.Logf("%%s at level %%d: %%v, in %%d calls of which the longest takes %%v", name, level, all, len(least), slices.Max(least))
	}
%[6]s}
`

// wholeCall is the first call of the assembly in an emitted GradBatch, which takes as many tiles of as many samples as
// a call may.
var wholeCall = regexp.MustCompile(`gradTiles\(b, unsafe.*, g, (\d+), (\d+)\)`)

// callsOf measures the functions of the assembly that an emitted file declares.
func callsOf(t *testing.T, code []byte) string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "", code, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var list bytes.Buffer
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body != nil || strings.HasSuffix(f.Name.Name, amd64.ProcessorSuffix) {
			continue
		}
		var args []string
		pauses := false
		for _, field := range f.Type.Params.List {
			for _, name := range field.Names {
				switch name.Name {
				case "x", "y":
					args = append(args, "&"+name.Name+"s[0]")
				case "xs", "ys", "out":
					args = append(args, "&"+name.Name+"[0]")
				case "pause":
					pauses = true
					args = append(args, "&pause")
				case "gs":
					args = append(args, "&grad.Flat()[0]")
				case "n":
					args = append(args, "min(len(grad.Flat()), 16000)") // as many as a sweep takes at a time
				case "numbers", "lanes":
					var typ bytes.Buffer
					if err := printer.Fprint(&typ, token.NewFileSet(), field.Type.(*ast.StarExpr).X); err != nil {
						t.Fatal(err)
					}
					args = append(args, fmt.Sprintf("new(%s)", &typ))
				default:
					args = append(args, name.Name)
				}
			}
		}
		call := fmt.Sprintf("%s(%s)", f.Name.Name, strings.Join(args, ", "))
		for level := 1; level <= gentest.Levels(); level++ {
			if !pauses {
				fmt.Fprintf(&list, "\tmeasure(%q, %d, func() bool { %s; return false })\n", f.Name.Name, level, call)
				continue
			}
			pause := regexp.MustCompile(`^[a-z]\w*?(Forward|Loss|Backward|Grad|Step)`).FindStringSubmatchIndex(f.Name.Name)
			fmt.Fprintf(&list, "\t{\n\t\tvar pause %sPause\n\t\tmeasure(%q, %d, func() bool { %s; return pause.point > 0 })\n\t}\n", f.Name.Name[:pause[2]], f.Name.Name, level, call)
		}
	}
	return list.String()
}

// TestCalls prints, with -measure, how long the calls of the assembly take: so long a goroutine can't be interrupted.
// It asserts nothing.
//
//	go test ./gen/endtoend -run 'Calls$' -measure -v
func TestCalls(t *testing.T) {
	if !*measureCalls {
		t.Skip("times are taken with -measure only")
	}
	networks := []spec.Network{
		gentest.LargeNetwork("Large", 784, 1024, 1024, 10), gentest.LargeNetwork("Largest", 4000, 4000, 128,
			10), gentest.LargeNetwork("Wide", 65536, 100, 10), gentest.LargeNetwork("High", 100, 65536, 10),
	}
	for _, name := range []string{"xor", "iris", "control", "digits", "pixels"} {
		file := filepath.Join(gentest.Root(t), "generated", name, name+".yaml")
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		n, err := spec.Decode(file, data)
		if err != nil {
			t.Fatal(err)
		}
		networks = append(networks, n)
	}
	m := gentest.NewModule(t)
	for _, n := range networks {
		n.Optimizers = nil
		pkg := strings.ToLower(n.Name)
		m.EmitWith(t, n, gen.Options{Package: pkg, EveryLevel: true})
		code, err := os.ReadFile(filepath.Join(m.Dir, pkg, pkg+"_amd64_gen.go"))
		if err != nil {
			t.Fatal(err)
		}
		size := wholeCall.FindSubmatch(code)
		if size == nil {
			t.Fatalf("%s: no call of gradTiles is found", n.Name)
		}
		m.Write(t, filepath.Join(pkg, "calls_test.go"), fmt.Appendf(nil, callsTest, pkg, n.Name, size[1], size[2],
			portable.Prefix(n.Name), callsOf(t, code)))
	}
	for _, line := range strings.Split(m.GoTest(t, "-run=^TestCalls$", "-v", "-p=1", "./..."), "\n") {
		if strings.Contains(line, "the longest takes") {
			t.Log(strings.TrimSpace(line))
		}
	}
}
