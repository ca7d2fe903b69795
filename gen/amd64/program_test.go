package amd64

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/mmcloughlin/avo/ir"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
	"github.com/backpropgen/backpropgen/spec"
)

// execute checks and executes the program of a function and returns the 8 bytes of its result. Arguments are arrays,
// integers, and numbers as their bits.
func execute(t *testing.T, fn *assembly.Function, arguments ...any) uint64 {
	t.Helper()
	for _, err := range fn.Errs {
		t.Fatal(err)
	}
	if err := fn.Program.Check(); err != nil {
		t.Fatalf("%s: %s", fn.Name, firstLines(err.Error()))
	}
	m := &vec.Memory{}
	at := make([]byte, 8*(len(arguments)+1))
	for i, a := range arguments {
		word := at[8*i:]
		switch a := a.(type) {
		case []byte:
			binary.LittleEndian.PutUint64(word, uint64(m.Add(a)))
		case int:
			binary.LittleEndian.PutUint64(word, uint64(a))
		case uint64:
			binary.LittleEndian.PutUint64(word, a)
		}
	}
	params := map[string]int64{assembly.ArgumentsParam: m.Add(at), assembly.ConstantsParam: m.Add(fn.File.Bytes()), assembly.StackParam: m.Add(make([]byte, fn.Frame+64))}
	if err := fn.Program.Exec(m, params); err != nil {
		t.Fatal(err)
	}
	return binary.LittleEndian.Uint64(at[8*len(arguments):])
}

func firstLines(text string) string {
	lines := strings.Split(text, "\n")
	return strings.Join(lines[:min(len(lines), 5)], "\n")
}

// numbersInMemory are an array.
type numbersInMemory struct {
	elem  vec.Elem
	bytes []byte
}

func newNumbers(elem vec.Elem, n int) numbersInMemory {
	return numbersInMemory{elem, make([]byte, n*elem.Size())}
}

func (f numbersInMemory) set(i int, v float64) {
	if b := f.bytes[i*f.elem.Size():]; f.elem == vec.F32 {
		binary.LittleEndian.PutUint32(b, uint32(f.elem.Bits(v)))
	} else {
		binary.LittleEndian.PutUint64(b, f.elem.Bits(v))
	}
}

func (f numbersInMemory) at(i int) float64 {
	if b := f.bytes[i*f.elem.Size():]; f.elem == vec.F32 {
		return f.elem.Number(uint64(binary.LittleEndian.Uint32(b)))
	}
	return f.elem.Number(binary.LittleEndian.Uint64(f.bytes[8*i:]))
}

// executedNetworks are small networks that have all of what functions are made of: packed and short rows, loops,
// windows, elementary functions, every cost that is an expression, and both precisions.
func executedNetworks(t *testing.T, rounding spec.Rounding) (list []spec.Network) {
	t.Helper()
	texts := []string{
		"input: 3\nlayers:\n  - {dense: 5, activation: tanh}\n  - {dense: 3, activation: softmax}\ncost: cross-entropy",
		"input: 8\nlayers:\n  - {dense: 16, activation: sigmoid}\n  - {dense: 1, activation: sigmoid}\ncost: binary-cross-entropy",
		"input: 17\nlayers:\n  - {dense: 33, activation: relu}\n  - {dense: 6, activation: {name: max-pool, window: 2}}\n  - {dense: 2, activation: gelu}\ncost: mse",
		"input: 2\nlayers:\n  - {dense: 2, activation: {expr: \"erf(z)*log1p(abs(z)^1.5)\"}}\n  - {dense: 1, activation: arctan}\ncost: {name: huber, delta: 0.5}",
		"input: 70\nlayers:\n  - {dense: 90, activation: {expr: \"sin(z) + exp(-z^2)\"}}\n  - {dense: 2, activation: radial-sigmoid}\ncost: log-cosh",
	}
	if testing.Short() {
		texts = texts[:2] // the last takes as long as all the others
	}
	for i, text := range texts {
		for _, precision := range []spec.Precision{spec.Float32, spec.Float64} {
			text := fmt.Sprintf("name: N%d\n%s\nprecision: %s\nrounding: %s\n", i, text, precision, rounding)
			n, err := spec.Decode("test.yaml", []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, n.WithDefaults())
		}
	}
	return list
}

// executedMemory are the arguments of a function of one sample, by the names of its parameters.
func executedMemory(p *plan.Program, f *assembly.File, seed uint64) map[string]numbersInMemory {
	rnd, elem, arrays := rand.New(rand.NewPCG(seed, 1)), vec.FloatOf(p.ElementBytes()), map[string]numbersInMemory{}
	params := f.Kernel.Layout.Params / elem.Size()
	arrays["p"], arrays["grad"], arrays["ws"] = newNumbers(elem, params), newNumbers(elem, params), newNumbers(elem, f.Kernel.Layout.Space/elem.Size()+64)
	n := p.Network
	arrays["x"], arrays["y"] = newNumbers(elem, n.Input), newNumbers(elem, n.Width(n.Depth()))
	for i := range params {
		arrays["p"].set(i, rnd.NormFloat64()/3)
	}
	for i := range n.Input {
		arrays["x"].set(i, rnd.NormFloat64())
	}
	for i := range n.Width(n.Depth()) {
		arrays["y"].set(i, rnd.Float64()/float64(n.Width(n.Depth())))
	}
	return arrays
}

// run executes a function of one sample at a level.
func run(
	t *testing.T, p *plan.Program, c *assembly.Common, l isa.Level, name string, arrays map[string]numbersInMemory, rate float64,
	set func(f *assembly.File), look func(fn *assembly.Function),
) float64 {
	t.Helper()
	f := assembly.NewFile(c)
	f.Programs = true
	set(f)
	m := machineOf(l, p.ElementBytes())
	fn, err := assembly.Sample(f, p, m, p.Func(name))
	if err != nil {
		t.Fatal(err)
	}
	look(fn)
	var arguments []any
	for _, param := range assembly.Params(f, p, name) {
		if a, ok := arrays[param.Name]; ok {
			arguments = append(arguments, a.bytes)
		} else {
			arguments = append(arguments, m.Bits(rate))
		}
	}
	bits := execute(t, fn, arguments...)
	if m.Size == 4 {
		bits &= math.MaxUint32
	}
	return m.Number().Number(bits)
}

// numbers are all of an array.
func (f numbersInMemory) numbers() (list []float64) {
	for i := range len(f.bytes) / f.elem.Size() {
		list = append(list, f.at(i))
	}
	return list
}

// TestProgramsCompute executes the programs of all functions of one sample at every level, also of those that this
// machine has not, and compares what they leave with the reference, to within its bounds on rounding errors.
func TestProgramsCompute(t *testing.T) {
	for _, rounding := range []spec.Rounding{spec.RoundingFast, spec.RoundingStrict} {
		for _, n := range executedNetworks(t, rounding) {
			p, err := plan.Compile(n)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range isa.Levels {
				executeAll(t, p, commonOf(p), l, func(*assembly.File) {}, func(*assembly.Function) {})
			}
		}
	}
}

// executeAll executes the programs of all functions of one sample at a level. What is set of their files is set before
// they are written, and they are looked at before they are executed.
func executeAll(t *testing.T, p *plan.Program, c *assembly.Common, l isa.Level, set func(f *assembly.File), look func(fn *assembly.Function)) {
	t.Helper()
	const rate = 0.125
	n := p.Network
	name := fmt.Sprintf("%s, %s, %s, %s", n.Name, n.Precision, n.Rounding, l)
	f := assembly.NewFile(c)
	arrays := executedMemory(p, f, 7)
	want := expect(t, n, arrays["p"].numbers(), arrays["x"].numbers(), arrays["y"].numbers(), rate)
	for _, function := range []string{plan.Forward, plan.Backward, plan.LossOnly, plan.Grad, plan.Step} {
		if p.Func(function) == nil {
			continue
		}
		got := run(t, p, c, l, function, arrays, rate, set, look)
		compareLeft(t, name, function, p, f, arrays, got, want)
	}
}

// TestProgramsOfLongFunctions executes the programs of functions that pause and are rolled up: what all of their calls
// do, layer after layer.
func TestProgramsOfLongFunctions(t *testing.T) {
	text := "name: Deep\ninput: 6\nlayers:\n" + strings.Repeat("  - {dense: 6, activation: tanh}\n", 9) + "cost: mse\n"
	for _, rounding := range []string{"fast", "strict"} {
		n, err := spec.Decode("deep.yaml", []byte(text+"rounding: "+rounding+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		p, err := plan.Compile(n.WithDefaults())
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range isa.Levels {
			executeAll(t, p, commonOf(p), l, func(f *assembly.File) {
				f.Layered, f.CallCycles = true, 1500
				for _, fn := range p.Funcs {
					f.Pausing[fn.Name] = true
				}
			}, func(fn *assembly.Function) {
				written := len(fn.Nodes)
				if err := roll(fn, written); err != nil {
					t.Fatalf("%s: %v", fn.Name, err)
				}
				text := ""
				for _, node := range fn.Nodes {
					if c, ok := node.(*ir.Comment); ok {
						text += strings.Join(c.Lines, "\n") + "\n"
					}
				}
				if len(fn.Pause.Points) == 0 || !strings.Contains(text, "times, for layer after layer") {
					t.Errorf("%s has %d points, and its operations are\n%s", fn.Name, len(fn.Pause.Points), text)
				}
			})
		}
	}
}

// TestProgramsAgree executes strict networks at both levels: whatever registers there are, the bits are the same.
func TestProgramsAgree(t *testing.T) {
	for _, n := range executedNetworks(t, spec.RoundingStrict) {
		p, err := plan.Compile(n)
		if err != nil {
			t.Fatal(err)
		}
		c, as, looked := commonOf(p), func(*assembly.File) {}, func(*assembly.Function) {}
		var left [][]byte
		for _, l := range isa.Levels {
			arrays := executedMemory(p, assembly.NewFile(c), 3)
			result := run(t, p, c, l, plan.Grad, arrays, 0, as, looked)
			bytes := binary.LittleEndian.AppendUint64(slices.Clone(arrays["grad"].bytes), math.Float64bits(result))
			run(t, p, c, l, plan.Step, arrays, 0.5, as, looked)
			left = append(left, append(bytes, arrays["p"].bytes...))
		}
		if !slices.Equal(left[0], left[1]) {
			t.Errorf("%s, %s: the levels leave other bits", n.Name, n.Precision)
		}
	}
}
