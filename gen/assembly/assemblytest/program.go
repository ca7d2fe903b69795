// Package assemblytest executes the programs of functions that are written for any set of instructions, and compares
// what they leave with the reference.
package assemblytest

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
	"github.com/backpropgen/backpropgen/spec"
)

// Execute checks and executes the program of a function and returns the 8 bytes of its result. Arguments are arrays,
// integers, and numbers as their bits.
func Execute(t *testing.T, fn *assembly.Function, arguments ...any) uint64 {
	t.Helper()
	for _, err := range fn.Errs {
		t.Fatal(err)
	}
	if err := fn.Program.Check(); err != nil {
		t.Fatalf("%s: %s", fn.Name, FirstLines(err.Error()))
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
	params := map[string]int64{
		assembly.ArgumentsParam: m.Add(at), assembly.ConstantsParam: m.Add(fn.File.Bytes()),
		assembly.StackParam: m.Add(make([]byte, fn.Frame+64)),
	}
	if err := fn.Program.Exec(m, params); err != nil {
		t.Fatal(err)
	}
	return binary.LittleEndian.Uint64(at[8*len(arguments):])
}

// FirstLines are the first five lines of a text.
func FirstLines(text string) string {
	lines := strings.Split(text, "\n")
	return strings.Join(lines[:min(len(lines), 5)], "\n")
}

// Numbers are an array.
type Numbers struct {
	Elem  vec.Elem
	Bytes []byte
}

func NewNumbers(elem vec.Elem, n int) Numbers {
	return Numbers{elem, make([]byte, n*elem.Size())}
}

func (f Numbers) Set(i int, v float64) {
	if b := f.Bytes[i*f.Elem.Size():]; f.Elem == vec.F32 {
		binary.LittleEndian.PutUint32(b, uint32(f.Elem.Bits(v)))
	} else {
		binary.LittleEndian.PutUint64(b, f.Elem.Bits(v))
	}
}

func (f Numbers) At(i int) float64 {
	if b := f.Bytes[i*f.Elem.Size():]; f.Elem == vec.F32 {
		return f.Elem.Number(uint64(binary.LittleEndian.Uint32(b)))
	}
	return f.Elem.Number(binary.LittleEndian.Uint64(f.Bytes[8*i:]))
}

// Networks are small networks that have all of what functions are made of: packed and short rows, loops,
// windows, elementary functions, every cost that is an expression, and both precisions.
func Networks(t *testing.T, rounding spec.Rounding) (list []spec.Network) {
	t.Helper()
	texts := []string{
		"input: 3\nlayers:\n  - {dense: 5, activation: tanh}\n  - {dense: 3, activation: softmax}\ncost: cross-entropy",
		"input: 8\nlayers:\n  - {dense: 16, activation: sigmoid}\n" +
			"  - {dense: 1, activation: sigmoid}\ncost: binary-cross-entropy",
		"input: 17\nlayers:\n  - {dense: 33, activation: relu}\n" +
			"  - {dense: 6, activation: {name: max-pool, window: 2}}\n" +
			"  - {dense: 2, activation: gelu}\ncost: mse",
		"input: 2\nlayers:\n  - {dense: 2, activation: {expr: \"erf(z)*log1p(abs(z)^1.5)\"}}\n" +
			"  - {dense: 1, activation: arctan}\ncost: {name: huber, delta: 0.5}",
		"input: 70\nlayers:\n  - {dense: 90, activation: {expr: \"sin(z) + exp(-z^2)\"}}\n" +
			"  - {dense: 2, activation: radial-sigmoid}\ncost: log-cosh",
	}
	if testing.Short() {
		texts = texts[:2] // the last takes as long as all the others
	}
	for i, text := range texts {
		for k, precision := range []spec.Precision{spec.Float32, spec.Float64} {
			if testing.Short() && (i+k)%2 > 0 { // by turns
				continue
			}
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

// Arrays are the arguments of a function of one sample, by the names of its parameters.
func Arrays(p *plan.Program, f *assembly.File, seed uint64) map[string]Numbers {
	rnd, elem, arrays := rand.New(rand.NewPCG(seed, 1)), vec.FloatOf(p.ElementBytes()), map[string]Numbers{}
	params := f.Kernel.Layout.Params / elem.Size()
	arrays["p"], arrays["grad"] = NewNumbers(elem, params), NewNumbers(elem, params)
	arrays["ws"] = NewNumbers(elem, f.Kernel.Layout.Space/elem.Size()+64)
	n := p.Network
	arrays["x"], arrays["y"] = NewNumbers(elem, n.Input), NewNumbers(elem, n.Width(n.Depth()))
	if len(n.Derivatives) > 0 {
		arrays[plan.DirectionArg], arrays[plan.ProductArg] = NewNumbers(elem, n.Input),
			NewNumbers(elem, n.Width(n.Depth()))
		arrays[plan.VectorArg], arrays[plan.HessianArg] = NewNumbers(elem, params), NewNumbers(elem, params)
		arrays[plan.JacobianArg] = NewNumbers(elem, n.Width(n.Depth())*max(params, n.Input))
	}
	for i := range params {
		arrays["p"].Set(i, rnd.NormFloat64()/3)
	}
	for i := range n.Input {
		arrays["x"].Set(i, rnd.NormFloat64())
	}
	for i := range n.Width(n.Depth()) {
		arrays["y"].Set(i, rnd.Float64()/float64(n.Width(n.Depth())))
	}
	return arrays
}

// Run executes a function of one sample at a level.
func Run(
	t *testing.T, p *plan.Program, c *assembly.Common, m assembly.Machine, name string,
	arrays map[string]Numbers, rate float64,
	set func(f *assembly.File), look func(fn *assembly.Function),
) float64 {
	t.Helper()
	f := assembly.NewFile(c)
	f.Programs = true
	set(f)
	fn, err := assembly.Sample(f, p, m, p.Func(name))
	if err != nil {
		t.Fatal(err)
	}
	look(fn)
	var arguments []any
	for _, param := range assembly.Params(f, p, name) {
		if a, ok := arrays[param.Name]; ok {
			arguments = append(arguments, a.Bytes)
		} else {
			arguments = append(arguments, m.Bits(rate))
		}
	}
	bits := Execute(t, fn, arguments...)
	if m.Size == 4 {
		bits &= math.MaxUint32
	}
	return m.Number().Number(bits)
}

// numbers are all of an array.
func (f Numbers) All() (list []float64) {
	for i := range len(f.Bytes) / f.Elem.Size() {
		list = append(list, f.At(i))
	}
	return list
}

// All executes the programs of all functions of one sample at a level. What is set of their files is set before
// they are written, and they are looked at before they are executed.
func All(
	t *testing.T, p *plan.Program, c *assembly.Common, m assembly.Machine, set func(f *assembly.File),
	look func(fn *assembly.Function),
) {
	t.Helper()
	const rate = 0.125
	n := p.Network
	name := fmt.Sprintf("%s, %s, %s, %s", n.Name, n.Precision, n.Rounding, m.Set)
	f := assembly.NewFile(c)
	arrays := Arrays(p, f, 7)
	want := Expect(t, n, arrays["p"].All(), arrays["x"].All(), arrays["y"].All(), rate)
	for _, function := range []string{plan.Forward, plan.Backward, plan.LossOnly, plan.Grad, plan.Step} {
		if p.Func(function) == nil {
			continue
		}
		got := Run(t, p, c, m, function, arrays, rate, set, look)
		CompareLeft(t, name, function, p, f, arrays, got, want)
	}
}
