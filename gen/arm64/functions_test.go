package arm64

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/arm64/cores"
	"github.com/backpropgen/backpropgen/gen/arm64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/assembly/assemblytest"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
	"github.com/backpropgen/backpropgen/spec"
)

// argument is what a function is given: an array, an integer, or the bits of a number.
type argument struct {
	Array []byte
	Bits  uint64
	Want  []byte
}

// call is a call of a function of a file of assembly, and what it must leave.
type call struct {
	Name      string
	Function  int
	Arguments []argument
	Result    uint64
	Size      int
	Elem      int
	Pauses    bool
}

// calls are functions and calls of them.
type calls struct {
	t         *testing.T
	files     []*assembly.File
	functions []*assembly.Function
	list      []call
}

// add calls a function, and executes its program for what is to be compared.
func (c *calls) add(name string, fn *assembly.Function, elem int, arguments ...argument) {
	c.t.Helper()
	for _, err := range fn.Errs {
		c.t.Fatal(err)
	}
	if err := fn.Program.Check(); err != nil {
		c.t.Fatalf("%s: %s", fn.Name, firstLines(err.Error(), 5))
	}
	m := &vec.Memory{}
	at := make([]byte, 8*(len(arguments)+1))
	for i := range arguments {
		a := &arguments[i]
		word := at[8*i:]
		if a.Array == nil {
			binary.LittleEndian.PutUint64(word, a.Bits)
			continue
		}
		a.Want = bytes.Clone(a.Array)
		binary.LittleEndian.PutUint64(word, uint64(m.Add(a.Want)))
	}
	params := map[string]int64{
		assembly.ArgumentsParam: m.Add(at), assembly.ConstantsParam: m.Add(fn.File.Bytes()),
		assembly.StackParam: m.Add(make([]byte, fn.Frame+64)),
	}
	if err := fn.Program.Exec(m, params); err != nil {
		c.t.Fatal(err)
	}
	one := call{Name: name, Function: len(c.functions), Arguments: arguments, Elem: elem, Pauses: fn.Pause != nil}
	if fn.Returns {
		one.Size, one.Result = fn.Machine.Size, binary.LittleEndian.Uint64(at[8*len(arguments):])
	}
	c.functions, c.list = append(c.functions, fn), append(c.list, one)
}

// run assembles all functions and calls them, on the processor or under qemu.
func (c *calls) run(strict bool) {
	t := c.t
	t.Helper()
	files := map[string]string{"go.mod": "module functions\n\ngo 1.25.0\n"}
	var declared, table bytes.Buffer
	declared.WriteString("package functions\n\nimport (\n\t\"math\"\n\t\"unsafe\"\n)\n\nvar _ = math.Pi\n")
	byFile := map[*assembly.File][]*assembly.Function{}
	for i, fn := range c.functions {
		renamed := *fn
		renamed.Name = fmt.Sprintf("f%d", i)
		byFile[fn.File] = append(byFile[fn.File], &renamed)
		var types, passed []string
		number := fmt.Sprintf("float%d", 8*fn.Machine.Size)
		for k, p := range fn.Params {
			switch {
			case p.Integer:
				types, passed = append(types, p.Name+" int"), append(passed, fmt.Sprintf("int(bits[%d])", k))
			case isNumber(p):
				from := fmt.Sprintf("math.Float64frombits(bits[%d])", k)
				if fn.Machine.Size == 4 {
					from = fmt.Sprintf("math.Float32frombits(uint32(bits[%d]))", k)
				}
				types, passed = append(types, p.Name+" "+number), append(passed, from)
			default:
				types, passed = append(types, p.Name+" unsafe.Pointer"), append(passed, fmt.Sprintf("at[%d]", k))
			}
		}
		result, invoke := "", fmt.Sprintf("f%d(%s)", i, strings.Join(passed, ", "))
		if fn.Returns {
			result = " " + number
			invoke = fmt.Sprintf("return uint64(math.Float%dbits(%s))", 8*fn.Machine.Size, invoke)
		} else {
			invoke += "; return 0"
		}
		fmt.Fprintf(&declared, "\n//go:noescape\nfunc f%d(%s)%s\n", i, strings.Join(types, ", "), result)
		fmt.Fprintf(&table, "\tfunc(at *[16]unsafe.Pointer, bits *[16]uint64) uint64 { %s },\n", invoke)
	}
	for i, f := range c.files {
		f.Symbol = fmt.Sprintf("c%d", i)
		var b bytes.Buffer
		fmt.Fprintf(&b, "// Written by a test.\n\n//go:build %s\n\n#include \"textflag.h\"\n", constraint)
		for _, fn := range byFile[f] {
			if err := printer(nil).functionText(&b, fn, ""); err != nil {
				t.Fatal(err)
			}
		}
		constantsText(&b, f)
		text := b.Bytes()
		if err := isa.Lint(text, constraint, strict); err != nil {
			t.Errorf("%s", firstLines(err.Error(), 10))
		}
		files[fmt.Sprintf("code%d_arm64.s", i)] = string(text)
	}
	if testing.Short() && runtime.GOARCH != "arm64" {
		return // the lint has read it; to assemble it and to run it under qemu takes seconds
	}
	source, err := os.ReadFile("testdata/functions/functions_test.go")
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(c.list)
	if err != nil {
		t.Fatal(err)
	}
	files["functions_test.go"], files["checks.json"] = string(source), string(data)
	files["code_arm64.go"] = declared.String() +
		"\nvar functions = []func(at *[16]unsafe.Pointer, bits *[16]uint64) uint64{\n" + table.String() + "}\n"
	if _, err := exec.LookPath("qemu-aarch64"); err != nil {
		t.Skipf("NOT TESTED: nothing is executed, as there is no qemu-aarch64 (Debian: qemu-user)")
	}
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"vet", "-asmdecl", "-framepointer", "."}, {"test", "-c", "-vet=off", "-o", "functions.test", "."},
	} {
		build := exec.Command("go", args...)
		build.Dir = dir
		build.Env = append(os.Environ(), "GOARCH=arm64", "GOOS=linux", "CGO_ENABLED=0", "GOFLAGS=-trimpath",
			"GOWORK=off",
			"GOTOOLCHAIN=local", "GOPROXY=off")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, firstLines(string(out), 40))
		}
	}
	cmd := exec.Command("qemu-aarch64", "./functions.test", "-test.v")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: TestFunctions")) {
		t.Fatalf("%v\n%s", err, firstLines(string(out), 60))
	}
}

// firstLines are the first lines of a text.
func firstLines(text string, n int) string {
	lines := strings.Split(text, "\n")
	return strings.Join(lines[:min(len(lines), n)], "\n")
}

// machineOf is the machine of numbers of a size.
func machineOf(size int) assembly.Machine {
	return assembly.Machine{Set: set{cores.NeoverseN1}, Size: size}
}

// executedNetworks are small networks that have all of what functions are made of: packed and short rows, loops,
// windows, elementary functions, every cost that is an expression, and both precisions.
func executedNetworks(t *testing.T, rounding spec.Rounding) (list []*plan.Program) {
	t.Helper()
	for _, n := range assemblytest.Networks(t, rounding) {
		p, err := plan.Compile(n)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return list
}

// file is a file of the assembly of a network, which keeps the programs of functions.
func (c *calls) file(p *plan.Program) *assembly.File {
	f := assembly.NewFile(assembly.NewCommon(p, false))
	f.Programs = true
	c.files = append(c.files, f)
	return f
}

// numbers are random numbers of a size, by what draws them.
func numbers(size, n int, draw func() float64) argument {
	e := vec.FloatOf(size)
	raw := []byte{}
	for range n {
		raw = binary.LittleEndian.AppendUint64(raw, e.Bits(draw()))[:len(raw)+size]
	}
	return argument{Array: raw}
}

// TestSamples calls all functions of one sample, fast and strict: they leave the bits that their programs leave, in all
// of memory.
func TestSamples(t *testing.T) {
	for _, rounding := range []spec.Rounding{spec.RoundingFast, spec.RoundingStrict} {
		c := &calls{t: t}
		for _, p := range executedNetworks(t, rounding) {
			f, n, size := c.file(p), p.Network, p.ElementBytes()
			m := machineOf(size)
			for _, name := range []string{plan.Forward, plan.Backward, plan.LossOnly, plan.Grad, plan.Step} {
				if p.Func(name) == nil {
					continue
				}
				fn, err := assembly.Sample(f, p, m, p.Func(name))
				if err != nil {
					t.Fatal(err)
				}
				rnd := rand.New(rand.NewPCG(7, 1))
				out := n.Width(n.Depth())
				arrays := map[string]argument{
					"p":    numbers(size, f.Kernel.Layout.Params/size, func() float64 { return rnd.NormFloat64() / 3 }),
					"grad": numbers(size, f.Kernel.Layout.Params/size, rnd.NormFloat64),
					"ws":   numbers(size, f.Kernel.Layout.Space/size, rnd.NormFloat64),
					"x":    numbers(size, n.Input, rnd.NormFloat64),
					"y":    numbers(size, out, func() float64 { return rnd.Float64() / float64(out) }),
				}
				var arguments []argument
				for _, param := range assembly.Params(f, p, name) {
					a, ok := arrays[param.Name]
					if !ok {
						a = argument{Bits: m.Bits(0.125)}
					}
					arguments = append(arguments, a)
				}
				c.add(fmt.Sprintf("%s of %s, %s, %s", name, n.Name, n.Precision, rounding), fn, size, arguments...)
			}
		}
		c.run(rounding == spec.RoundingStrict)
	}
}

// TestBatches calls those of batches, over one tile that is not full and over two that are, and over one of wider rows.
func TestBatches(t *testing.T) {
	for _, rounding := range []spec.Rounding{spec.RoundingFast, spec.RoundingStrict} {
		c := &calls{t: t}
		for _, p := range executedNetworks(t, rounding) {
			f, n, size := c.file(p), p.Network, p.ElementBytes()
			for k, of := range []struct{ tiles, lines int }{{2, 1}, {1, 1}, {1, 2}} {
				if testing.Short() && k > 0 {
					continue
				}
				tiles, lay := of.tiles, kernel.NewTileLayout(p, kernel.Tiling{Row: of.lines * kernel.LineBytes})
				parts, err := assembly.Batch(f, p, machineOf(size), p.Func(plan.GradBatch), lay)
				if err != nil {
					t.Fatal(err)
				}
				rnd := rand.New(rand.NewPCG(5, 5))
				out, all := n.Width(n.Depth()), tiles*lay.Samples
				samples := lay.Samples - 3*(2-tiles)
				params := f.Kernel.Layout.Params / size
				weights := numbers(size, params, func() float64 { return rnd.NormFloat64() / 3 })
				area := numbers(size, (lay.Bytes()+64)/size+lay.Samples*(n.Input+out)+lay.Tiles*lay.Samples,
					rnd.NormFloat64)
				xs := numbers(size, all*n.Input, rnd.NormFloat64)
				ys := numbers(size, all*out, func() float64 { return rnd.Float64() / float64(out) })
				counts := []argument{{Bits: uint64(tiles)}, {Bits: uint64(samples)}}
				name := fmt.Sprintf("GradBatch of %s, %s, %s, %d tiles of %d samples", n.Name, n.Precision, rounding,
					tiles,
					lay.Samples)
				c.add(name, parts[0], size, append([]argument{weights, area, xs, ys}, counts...)...)
				area.Array = c.list[len(c.list)-1].Arguments[1].Want
				grad := numbers(size, params, rnd.NormFloat64)
				c.add(name+", sums", parts[1], size, append([]argument{area, xs, grad}, counts...)...)
			}
			c.few(p, f)
		}
		c.run(rounding == spec.RoundingStrict)
	}
}

// few calls what takes few samples of GradBatch: one alone, and where gradients are summed up apart, the sums over
// three.
func (c *calls) few(p *plan.Program, f *assembly.File) {
	n, size, rnd := p.Network, p.ElementBytes(), rand.New(rand.NewPCG(5, 6))
	parts, err := assembly.Batch(f, p, machineOf(size), p.Func(plan.GradBatch),
		kernel.NewTileLayout(p, kernel.Tiling{}))
	if err != nil {
		c.t.Fatal(err)
	}
	const samples = 3
	params, space, out := f.Kernel.Layout.Params/size, f.Kernel.Layout.Space/size, n.Width(n.Depth())
	gradient := func() argument { return numbers(size, params, rnd.NormFloat64) }
	workspaces, xs := numbers(size, samples*space, rnd.NormFloat64), numbers(size, samples*n.Input, rnd.NormFloat64)
	name := fmt.Sprintf("GradBatch of %s, %s, %s", n.Name, n.Precision, n.Rounding)
	one, few := parts[assembly.TiledParts], parts[assembly.TiledParts+1:]
	arguments := []argument{gradient(), numbers(size, space, rnd.NormFloat64), numbers(size, n.Input, rnd.NormFloat64),
		numbers(size, out, func() float64 { return rnd.Float64() / float64(out) })}
	if len(few) == 0 {
		arguments = append(arguments, gradient())
	}
	c.add(name+", one sample", one, size, arguments...)
	for _, sums := range few {
		for _, onto := range []int{kernel.Forgotten, kernel.GoneOnFrom, kernel.Moved} {
			c.add(fmt.Sprintf("%s, few samples onto %d", name, onto), sums, size, workspaces, xs, gradient(),
				argument{Bits: samples}, argument{Bits: uint64(onto)}, argument{Bits: machineOf(size).Bits(-0.125)})
		}
	}
}

// TestPauses calls functions that pause every few hundred cycles, until they are done: they leave the same.
func TestPauses(t *testing.T) {
	c := &calls{t: t}
	for _, p := range executedNetworks(t, spec.RoundingFast) {
		f, n, size := c.file(p), p.Network, p.ElementBytes()
		f.CallCycles = 400
		for _, fn := range p.Funcs {
			for _, name := range assembly.PartNames(p, fn) {
				f.Pausing[name] = true
			}
		}
		rnd := rand.New(rand.NewPCG(3, 1))
		params, out := f.Kernel.Layout.Params/size, n.Width(n.Depth())
		weights := func() argument { return numbers(size, params, func() float64 { return rnd.NormFloat64() / 3 }) }
		pause := func() argument { return argument{Array: make([]byte, 8*(1+assembly.PauseWords))} }
		fn, err := assembly.Sample(f, p, machineOf(size), p.Func(plan.Step))
		if err != nil {
			t.Fatal(err)
		}
		if len(fn.Pause.Points) == 0 && n.Params() > 1000 {
			t.Errorf("%s has no point", fn.Name)
		}
		c.add("Step of "+n.Name, fn, size, weights(), numbers(size, f.Kernel.Layout.Space/size, rnd.NormFloat64),
			numbers(size, n.Input, rnd.NormFloat64), numbers(size, out, rnd.Float64),
			argument{Bits: machineOf(size).Bits(0.125)}, pause())
		lay := kernel.NewTileLayout(p, kernel.Tiling{})
		parts, err := assembly.Batch(f, p, machineOf(size), p.Func(plan.LossBatch), lay)
		if err != nil {
			t.Fatal(err)
		}
		area := numbers(size, (lay.Bytes()+64)/size+lay.Samples*(n.Input+out)+lay.Tiles*lay.Samples, rnd.NormFloat64)
		c.add("LossBatch of "+n.Name, parts[0], size, weights(), area,
			numbers(size, lay.Samples*n.Input, rnd.NormFloat64),
			numbers(size, lay.Samples*out, rnd.Float64), argument{Bits: 1}, argument{Bits: uint64(lay.Samples)},
			pause())
	}
	c.run(false)
}

// TestSweeps calls the updates of all optimizers over arrays of many lengths: no other element is touched.
func TestSweeps(t *testing.T) {
	for _, rounding := range []spec.Rounding{spec.RoundingFast, spec.RoundingStrict} {
		c := &calls{t: t}
		for _, precision := range []spec.Precision{spec.Float32, spec.Float64} {
			n, err := spec.Decode("test.yaml", []byte(fmt.Sprintf("name: S\ninput: 2\nlayers:\n"+
				"  - {dense: 1, activation: tanh}\ncost: mse\nrounding: %s\nprecision: %s\n"+
				"optimizers: [sgd, momentum, nesterov, rmsprop, adam, adamw]\n", rounding, precision)))
			if err != nil {
				t.Fatal(err)
			}
			p, err := plan.Compile(n.WithDefaults())
			if err != nil {
				t.Fatal(err)
			}
			sweeps, err := plan.Sweeps(p.Network)
			if err != nil || len(sweeps) < 6 {
				t.Fatalf("%d sweeps, %v", len(sweeps), err)
			}
			size := p.ElementBytes()
			for _, s := range sweeps {
				f := c.file(p)
				for _, length := range []int{1, 3, 8, 15, 16, 31, 77} {
					rnd := rand.New(rand.NewPCG(9, uint64(length)))
					draw := func() float64 { return rnd.Float64() + 0.25 }
					var arguments []argument
					for range s.Arrays {
						arguments = append(arguments, numbers(size, length, draw))
					}
					arguments = append(arguments, argument{Bits: uint64(length)})
					computed := size
					if s.Wide {
						computed = 8
					}
					if len(s.Numbers) > 0 {
						arguments = append(arguments, numbers(computed, len(s.Numbers), draw))
					}
					if s.Fold != plan.NoFold {
						arguments = append(arguments, numbers(computed, plan.FoldLanes, draw))
					}
					w, err := assembly.NewSweep(f, machineOf(size), s)
					if err != nil {
						t.Fatal(err)
					}
					c.add(fmt.Sprintf("%s of %s over %d, %s", s.Function(), precision, length, rounding), w, size,
						arguments...)
				}
			}
		}
		c.run(rounding == spec.RoundingStrict)
	}
}
