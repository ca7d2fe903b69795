package machinecode

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

// The most of the stack that a call of an emitted function may take with all that it calls, in bytes: of the committed
// networks, and of any network that is drawn.
const (
	stackCommitted = 1024
	stackDrawn     = 8192
)

// branching are the emitted functions that may jump on data, and why.
var branching = map[string]string{
	`^\(\*\w+Grad\)\.Clip$`:                     "a gradient is scaled only if its norm is above the limit",
	`^\(\*\w+\)\.(vector\w+|\w+Tiles|gradOne)$`: "assembly that pauses is called again until it is done, which its loops alone decide",
	`^\(\*\w+\)\.(Update|begin)$`:               "of optimizers: what depends on their settings and on the number of steps",
}

// outside are what emitted functions may call that is not emitted, and why. Their own jumps are not looked at.
var outside = map[string]string{
	`^runtime\.morestack`:  "the stack grows, once",
	`^runtime\.(duff|mem)`: "copies and zeroes of constant size",
	`^runtime\.gopanic`:    "slices of samples that differ in length are refused, before anything is done",
	`^math\.`:              "of optimizers: once in an update, not for every parameter",
	`\.[a-z]\w*(Forward|Loss|Backward|Grad|Step|Jacobian|Tangent|HessianVector|Squares|Largest|Clip|Scale|Descend|Update\w*)(Batch(Weighted)?(Sums|One|Few)?)?$`: "assembly, whose jumps package amd64 tests: the disassembler doesn't know all of its instructions",
}

// notKernels are emitted functions that are no kernels: they take a function of the caller's, make things, or look at
// the machine once.
var notKernels = regexp.MustCompile(`^\(\*\w+\)\.Init$|^New\w+$|^init$|^\w+(AtLevels|Machine|Core)$`)

// TestMachineCode compiles the committed networks, one of every activation and cost, and random ones for amd64, and
// reads the machine code of their kernels: no jump depends on data, nothing is called but what is known, and the stack
// stays small. Both precisions of each, and more random networks: go test ./gen/machinecode -run MachineCode -specs 400
func TestMachineCode(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiling and disassembling takes seconds; go test without -short does it")
	}
	m := gentest.NewModule(t)
	m.EmitKernels(t, "every", everyFunction(*gentest.Specs > 30)...)
	m.EmitKernels(t, "victims", portables(gentest.Victims)...)
	m.EmitKernels(t, "drawn", gentest.DrawSpecs(*gentest.Seed, max(2, *gentest.Specs/3), gentest.Ordinary)...)
	// The committed packages as other tests have them compiled.
	committed := kernels(disassemble(t, gentest.Root(t), os.Environ(), committedPackages(t)...))
	drawn := kernels(disassemble(t, m.Dir, gentest.Environment(), "./every", "./victims", "./drawn"))
	for _, list := range [][]compiled{committed, drawn} {
		if len(list) < 50 {
			t.Fatalf("only %d kernels were found in the machine code; has the form of names changed?", len(list))
		}
	}
	all := slices.Concat(committed, drawn)
	t.Run("jumps", func(t *testing.T) {
		used := map[string]bool{}
		for _, f := range all {
			found := dataJumps(f)
			if len(found) > 0 && !allowed(branching, f.base(), used) {
				t.Errorf("a jump may depend on data:\n%s", strings.Join(found, "\n"))
			}
		}
		unused(t, branching, used)
	})
	t.Run("calls", func(t *testing.T) {
		own := map[string]bool{}
		for _, f := range all {
			own[f.name] = true
		}
		for _, f := range all {
			for _, in := range f.code {
				if in.symbol != "" && !own[in.symbol] && !allowed(outside, in.symbol, map[string]bool{}) {
					t.Errorf("%s calls %s (%s), which is not known to be harmless", f.short(), in.symbol, in.where)
				}
				if in.op == "CALL" && in.symbol == "" {
					t.Errorf("%s calls a computed address (%s)", f.short(), in.where)
				}
			}
		}
	})
	t.Run("stack", func(t *testing.T) {
		// Sums of rounding: strict have more lanes than there are registers.
		strict := func(f compiled) bool { return strings.Contains(f.name, "/generated/strict.") }
		spilling := slices.DeleteFunc(slices.Clone(committed), func(f compiled) bool { return !strict(f) })
		others := slices.DeleteFunc(slices.Clone(committed), strict)
		for _, c := range []struct {
			name      string
			functions []compiled
			most      int
		}{{"the committed networks", others, stackCommitted}, {"the strict ones", spilling, stackDrawn}, {"the others",
			drawn, stackDrawn}} {
			bytes, err := depths(c.functions)
			if err != nil {
				t.Fatal(err)
			}
			deepest := slices.MaxFunc(slices.Collect(maps.Keys(bytes)),
				func(a, b string) int { return bytes[a] - bytes[b] })
			t.Logf("of %s, %s takes the most: %d bytes", c.name, deepest, bytes[deepest])
			for name, n := range bytes {
				if n > c.most {
					t.Errorf("%s takes %d bytes of the stack, more than %d", name, n, c.most)
				}
			}
		}
	})
	t.Logf("%d functions of committed networks, %d of others", len(committed), len(drawn))
}

// allowed says whether a name is in a list of patterns, and notes which.
func allowed(list map[string]string, name string, used map[string]bool) bool {
	for pattern := range list {
		if regexp.MustCompile(pattern).MatchString(name) {
			used[pattern] = true
			return true
		}
	}
	return false
}

// unused fails the test for exceptions that nothing needs.
func unused(t *testing.T, list map[string]string, used map[string]bool) {
	t.Helper()
	for _, pattern := range slices.Sorted(maps.Keys(list)) {
		if !used[pattern] {
			t.Errorf("no function needs the exception %q (%s) any more; remove it", pattern, list[pattern])
		}
	}
}

// kernels are the functions in files of kernels, Go or assembly: not those that save and load, and not those of teams,
// which wait for one another and call these.
func kernels(functions []compiled) []compiled {
	return slices.DeleteFunc(functions, func(f compiled) bool {
		kernel := strings.HasSuffix(f.file, "_gen.go") && !strings.HasSuffix(f.file, "_store_gen.go") &&
			!strings.HasSuffix(f.file, "_team_gen.go") || strings.HasSuffix(f.file, "_gen.s")
		return !kernel || len(f.code) == 0 || notKernels.MatchString(f.base())
	})
}

// committedPackages are those under generated that have a spec.
func committedPackages(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(gentest.Root(t), "generated/*/*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no specs under generated: %v", err)
	}
	var packages []string
	for _, f := range files {
		packages = append(packages, "./generated/"+filepath.Base(filepath.Dir(f)))
	}
	return slices.Compact(packages)
}

// portables are networks without their assembly.
func portables(networks []spec.Network) []spec.Network {
	list := slices.Clone(networks)
	for i := range list {
		list[i].Targets = []spec.Target{}
	}
	return list
}

// everyFunction are small networks with every activation, in the last layer and in one before, and every cost: in one
// of the precisions by turns, or in both. They have no assembly, which says nothing of the machine code that the
// compiler makes of their Go.
func everyFunction(both bool) []spec.Network {
	var list []spec.Network
	turn := 0
	add := func(layers []spec.Layer, cost string) {
		turn++
		for i, p := range []spec.Precision{spec.Float32, spec.Float64} {
			if !both && i != turn%2 {
				continue
			}
			n := spec.Network{Precision: p, Input: 3, Layers: layers, Cost: spec.Function{Name: cost},
				InputGradient: turn%4 == 0, Targets: []spec.Target{}}
			n.Name = fmt.Sprintf("Every%d", len(list))
			n.Cache = []spec.Cache{spec.CacheAuto, spec.CachePre, spec.CachePost, spec.CacheBoth}[turn/2%4]
			n.Unroll = []spec.Unroll{spec.UnrollAuto, spec.UnrollLoop}[turn/2%2]
			list = append(list, n)
		}
	}
	for _, a := range spec.Activations() {
		add([]spec.Layer{gentest.Act(9, a.Name), gentest.Act(4, a.Name)}, "mse")
	}
	for _, c := range spec.Costs() {
		for _, last := range []string{"softmax", "sigmoid", "identity"} {
			if e, _ := spec.Lookup(spec.ActivationRole, last); !c.Probabilities || e.Probabilities {
				add([]spec.Layer{gentest.Act(4, last)}, c.Name)
			}
		}
	}
	return list
}

// TestDataJumps compiles functions whose jumps depend on data or not, as their comments say, and one of each size of
// frame.
func TestDataJumps(t *testing.T) {
	if testing.Short() {
		t.Skip("the go command compiles its disassembler first, which takes seconds; go test without -short does it")
	}
	const source = `package p

import "math"

func Counted(p *[64]float32) (s float32) { for i := 0; i < 64; i += 8 { for j := i; j < i+8; j++ { s += p[j&63] } }; return s } // clean
func Length(p []float32) (s float32) { for _, v := range p { s += v }; return s } // clean
func Select(a, b float32) float32 { u, v := math.Float32bits(a), math.Float32bits(b); if a > 0 { v = u }; return math.Float32frombits(v) } // clean
func Spills(p *[64]float32, q *[64]int) (s float32) { for i := 0; i < 64; i++ { s += Called(p[i]) }; return s } // clean
func Compared(p *[64]float32) float32 { if p[0] > p[1] { return Called(p[0]) }; return 0 } // data
func Bits(x float32) float32 { if math.Float32bits(x)&7 == 3 { return Called(x) }; return x } // data
func Loaded(p *[64]int) (s int) { for i := 0; i < p[0]&63; i++ { s += i*i ^ s }; return s } // data
func Converges(x float32) float32 { for x > 1 { x = x*0.5 + Called(x) }; return x } // data
func Refuses(p, q []float32) (s float32) { if len(p) != len(q) { panic("lengths") }; for i, v := range p { s += v * q[i] }; return s } // clean
func Many(p, q *float32, a, b, c []float32) (s float32) { if len(a) != len(b) || len(a) != len(c) { panic("lengths") }; for i := range c { s += Called(a[i&63]) }; return s } // clean
func Table(p *[64]int, x float32) float32 { switch p[0] { case 0: return Called(x); case 1: return x*x; case 2: return x+3; case 3: return Called(x*x); case 4: return x-1; case 5: return x/2; case 6: return Called(x+1); case 7: return 8*x }; return x } // data

//go:noinline
func Called(x float32) float32 { var a [100]float32; for i := range a { a[i] = x * float32(i) }; s := x; for i := 100; i > 0; i-- { s += a[i-1]*s }; return s } // clean
`
	m := gentest.NewModule(t)
	m.Write(t, "p/p_gen.go", []byte(source))
	found := map[string][]string{}
	functions := kernels(disassemble(t, m.Dir, gentest.Environment(), "./p"))
	for _, f := range functions {
		found[f.base()] = dataJumps(f)
	}
	if len(found) != 12 {
		t.Errorf("%d functions in the machine code, want 12", len(found))
	}
	for _, m := range regexp.MustCompile(`(?m)^func (\w+)\(.* // (clean|data)$`).FindAllStringSubmatch(source, -1) {
		if got := found[m[1]]; m[2] == "clean" && len(got) > 0 || m[2] == "data" && len(got) == 0 {
			t.Errorf("%s: jumps on data found: %q, want %s", m[1], got, m[2])
		}
	}
	bytes, err := depths(functions)
	if err != nil {
		t.Fatal(err)
	}
	called, caller := bytes["random/p.Called"], bytes["random/p.Spills"]
	if called < 400 || called > 480 || caller < called+16 || caller > called+96 {
		t.Errorf("a function with an array of 400 bytes takes %d bytes of the stack, one that calls it %d", called,
			caller)
	}
}

// exceptions is a table of names, as patterns, and reasons.
func exceptions(what string, list map[string]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| %s | why |\n|---|---|\n", what)
	for _, pattern := range slices.Sorted(maps.Keys(list)) {
		fmt.Fprintf(&b, "| `%s` | %s |\n", strings.ReplaceAll(pattern, "|", `\|`), list[pattern])
	}
	return b.String()
}

// TestExceptions holds the page of guarantees to the limits and exceptions that tests allow.
func TestExceptions(t *testing.T) {
	gentest.Says(t, "stack", fmt.Sprintf("A call takes at most %d bytes of the stack with all that it calls in the committed networks, and at most %d in those with\n`rounding: strict` and in others that were compiled.\n",
		stackCommitted, stackDrawn))
	gentest.Says(t, "jumps", exceptions("function", branching))
	gentest.Says(t, "calls", exceptions("called", outside))
}
