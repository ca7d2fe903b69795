package amd64

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
	"github.com/backpropgen/backpropgen/spec"
)

// execute checks and executes the program of a function and returns the 8 bytes of its result. Arguments are arrays,
// integers, and numbers as their bits.
func execute(t *testing.T, fn *function, arguments ...any) uint64 {
	t.Helper()
	for _, err := range fn.errs {
		t.Fatal(err)
	}
	if err := fn.program.Check(); err != nil {
		t.Fatalf("%s: %s", fn.fn.Name, firstLines(err.Error()))
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
	constants := make([]byte, fn.file.data.Size)
	for _, c := range fn.file.all {
		copy(constants[c.at:], c.raw)
	}
	params := map[string]int64{argumentsParam: m.Add(at), constantsParam: m.Add(constants), stackParam: m.Add(make([]byte, fn.frame+64))}
	if err := fn.program.Exec(m, params); err != nil {
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
	for i, text := range []string{
		"input: 3\nlayers:\n  - {dense: 5, activation: tanh}\n  - {dense: 3, activation: softmax}\ncost: cross-entropy",
		"input: 8\nlayers:\n  - {dense: 16, activation: sigmoid}\n  - {dense: 1, activation: sigmoid}\ncost: binary-cross-entropy",
		"input: 17\nlayers:\n  - {dense: 33, activation: relu}\n  - {dense: 6, activation: {name: max-pool, window: 2}}\n  - {dense: 2, activation: gelu}\ncost: mse",
		"input: 70\nlayers:\n  - {dense: 90, activation: {expr: \"sin(z) + exp(-z^2)\"}}\n  - {dense: 2, activation: radial-sigmoid}\ncost: log-cosh",
		"input: 2\nlayers:\n  - {dense: 2, activation: {expr: \"erf(z)*log1p(abs(z)^1.5)\"}}\n  - {dense: 1, activation: arctan}\ncost: {name: huber, delta: 0.5}",
	} {
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
func executedMemory(p *plan.Program, f *file, seed uint64) map[string]numbersInMemory {
	rnd, elem, arrays := rand.New(rand.NewPCG(seed, 1)), vec.FloatOf(p.ElementBytes()), map[string]numbersInMemory{}
	params := f.layout.params / elem.Size()
	arrays["p"], arrays["grad"], arrays["ws"] = newNumbers(elem, params), newNumbers(elem, params), newNumbers(elem, p.WorkspaceBytes()/elem.Size()+64)
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
func run(t *testing.T, p *plan.Program, l Level, name string, arrays map[string]numbersInMemory, rate float64) (result float64, fn *function) {
	t.Helper()
	f := newFile(newCommon(p, zen4))
	f.programs = true
	m := machine{l, p.ElementBytes()}
	fn, err := print(f, p, m, p.Func(name))
	if err != nil {
		t.Fatal(err)
	}
	var arguments []any
	for _, param := range params(f, p, name) {
		if a, ok := arrays[param.name]; ok {
			arguments = append(arguments, a.bytes)
		} else {
			arguments = append(arguments, m.bits(rate))
		}
	}
	bits := execute(t, fn, arguments...)
	if m.size == 4 {
		bits &= math.MaxUint32
	}
	return m.number().Number(bits), fn
}

// near says whether a result is what it should be but for rounding.
func near(elem vec.Elem, got, want float64) bool {
	within := 1e-4
	if elem == vec.F64 {
		within = 1e-11
	}
	return math.Abs(got-want) <= within*(1+math.Abs(want))
}

// TestProgramsCompute executes the programs of all functions of one sample at every level, also of those that this
// machine has not, and compares what they leave with the interpreter of plans, in float64.
func TestProgramsCompute(t *testing.T) {
	const rate = 0.125
	for _, rounding := range []spec.Rounding{spec.RoundingFast, spec.RoundingStrict} {
		for _, n := range executedNetworks(t, rounding) {
			p, err := plan.Compile(n)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range Levels {
				name := fmt.Sprintf("%s, %s, %s, %s", n.Name, n.Precision, n.Rounding, l)
				f := newFile(newCommon(p, zen4))
				arrays, reference := executedMemory(p, f, 7), plan.NewMemory[float64](p)
				reference.Data("rate")[0] = rate
				for _, b := range p.Buffers {
					if a, ok := arrays[f.layout.where[b]]; ok {
						for i, data := 0, reference.Data(b.Name); i < b.Len(); i++ {
							data[i] = a.at(f.layout.at[b].disp/a.elem.Size() + i)
						}
					}
				}
				for _, function := range []string{plan.Forward, plan.Backward, plan.LossOnly, plan.Grad, plan.Step} {
					if p.Func(function) == nil {
						continue
					}
					got, _ := run(t, p, l, function, arrays, rate)
					if err := reference.Run(function); err != nil {
						t.Fatal(err)
					}
					if want := reference.Data("loss"); function != plan.Forward && !near(arrays["p"].elem, got, want[0]) {
						t.Errorf("%s: %s returns %v, want %v", name, function, got, want[0])
					}
					for _, b := range p.Buffers {
						a, ok := arrays[f.layout.where[b]]
						if !ok || b.Kind == plan.Scratch || b.Kind == plan.Cache || b.Kind == plan.Delta {
							continue
						}
						for i, want := range reference.Data(b.Name) {
							if v := a.at(f.layout.at[b].disp/a.elem.Size() + i); !near(a.elem, v, want) {
								t.Errorf("%s: %s leaves %v in number %d of %s, want %v", name, function, v, i, b.Name, want)
								break
							}
						}
					}
				}
			}
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
		var left [][]byte
		for _, l := range Levels {
			arrays := executedMemory(p, newFile(newCommon(p, zen4)), 3)
			result, _ := run(t, p, l, plan.Grad, arrays, 0)
			bytes := binary.LittleEndian.AppendUint64(slices.Clone(arrays["grad"].bytes), math.Float64bits(result))
			run(t, p, l, plan.Step, arrays, 0.5)
			left = append(left, append(bytes, arrays["p"].bytes...))
		}
		if !slices.Equal(left[0], left[1]) {
			t.Errorf("%s, %s: the levels leave other bits", n.Name, n.Precision)
		}
	}
}

// TestBatchProgramsCompute executes those of batches, over one tile that is not full and over two that are.
func TestBatchProgramsCompute(t *testing.T) {
	for _, rounding := range []spec.Rounding{spec.RoundingFast, spec.RoundingStrict} {
		for _, n := range executedNetworks(t, rounding) {
			p, err := plan.Compile(n)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range Levels {
				lay := newTileLayout(p, Tiling{})
				batchProgram(t, p, l, lay, 1, lay.samples-3)
				batchProgram(t, p, l, lay, 2, lay.samples)
			}
		}
	}
}

// batchProgram executes GradBatch and the function that sums its gradient up.
func batchProgram(t *testing.T, p *plan.Program, l Level, lay *tileLayout, tiles, samples int) {
	t.Helper()
	f, m, n := newFile(newCommon(p, zen4)), machine{l, p.ElementBytes()}, p.Network
	f.programs = true
	parts, err := printBatch(f, p, m, p.Func(plan.GradBatch), lay)
	if err != nil {
		t.Fatal(err)
	}
	out := n.Width(n.Depth())
	one, all := executedMemory(p, f, 11), (tiles-1)*lay.samples+samples
	batch := newNumbers(m.number(), (lay.bytes()+64)/m.size+lay.samples*(n.Input+out)+lay.tiles*lay.samples)
	xs, ys := newNumbers(m.number(), tiles*lay.samples*n.Input), newNumbers(m.number(), tiles*lay.samples*out)
	reference, rnd := plan.NewBatchMemory[float64](p, all), rand.New(rand.NewPCG(5, 5))
	fill := func(to numbersInMemory, width int, name string, draw func() float64) {
		for i := range tiles * lay.samples * width {
			v := math.NaN() // what fills a tile up counts for nothing
			if i < all*width {
				to.set(i, draw())
				v = to.at(i)
				reference.Samples[i/width].Data(name)[i%width] = v
			}
			to.set(i, v)
		}
	}
	fill(xs, n.Input, "x", rnd.NormFloat64)
	fill(ys, out, "y", func() float64 { return rnd.Float64() / float64(out) })
	for _, b := range p.Buffers {
		if b.Kind == plan.Weight || b.Kind == plan.Bias {
			for i, data := 0, reference.Network.Data(b.Name); i < b.Len(); i++ {
				data[i] = one["p"].at(f.layout.at[b].disp/m.size + i)
			}
		}
	}
	name := fmt.Sprintf("%s, %s, %s, %s, %d tiles", n.Name, n.Precision, n.Rounding, l, tiles)
	bits := execute(t, parts[0], one["p"].bytes, batch.bytes, xs.bytes, ys.bytes, tiles, samples)
	execute(t, parts[1], batch.bytes, xs.bytes, one["grad"].bytes, tiles, samples)
	if err := reference.RunBatch(plan.GradBatch); err != nil {
		t.Fatal(err)
	}
	if m.size == 4 {
		bits &= math.MaxUint32
	}
	if got := m.number().Number(bits); !lay.ordered && !near(m.number(), got, reference.Loss) {
		t.Errorf("%s: the loss is %v, want %v", name, got, reference.Loss)
	}
	for _, b := range p.Buffers {
		if b.Kind != plan.WeightGrad && b.Kind != plan.BiasGrad {
			continue
		}
		for i, want := range reference.Network.Data(b.Name) {
			if v := one["grad"].at(f.layout.at[b].disp/m.size + i); !near(m.number(), v/8, want/8) {
				t.Errorf("%s: number %d of %s is %v, want %v", name, i, b.Name, v, want)
				break
			}
		}
	}
}

// TestSweepProgramsAgree executes the updates of all optimizers over arrays of many lengths: strict ones leave the same
// bits at both levels, and no other element is touched.
func TestSweepProgramsAgree(t *testing.T) {
	n, err := spec.Decode("test.yaml", []byte("name: S\ninput: 2\nlayers:\n  - {dense: 1, activation: tanh}\ncost: mse\nrounding: strict\noptimizers: [sgd, momentum, nesterov, rmsprop, adam, adamw]\n"))
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
	for _, s := range sweeps {
		for _, length := range []int{1, 3, 8, 15, 16, 31, 64, 77, 300} {
			var left [][]byte
			for _, l := range Levels {
				f := newFile(newCommon(p, zen4))
				f.programs = true
				rnd := rand.New(rand.NewPCG(9, uint64(length)))
				numbers := func(elem vec.Elem, count, fill int) []byte {
					a := newNumbers(elem, count)
					for i := range fill {
						a.set(i, rnd.Float64()+0.25)
					}
					return a.bytes
				}
				var arguments []any
				for range s.Arrays {
					arguments = append(arguments, numbers(vec.F32, length, length))
				}
				arguments = append(arguments, length)
				computed := vec.F32
				if s.Wide {
					computed = vec.F64
				}
				if len(s.Numbers) > 0 {
					arguments = append(arguments, numbers(computed, len(s.Numbers), len(s.Numbers)))
				}
				if s.Fold != plan.NoFold {
					arguments = append(arguments, numbers(computed, plan.FoldLanes, plan.FoldLanes))
				}
				w, err := newSweep(f, machine{l, 4}, s)
				if err != nil {
					t.Fatal(err)
				}
				execute(t, w, arguments...)
				var bytes []byte
				for _, a := range arguments {
					if b, ok := a.([]byte); ok {
						bytes = append(bytes, b...)
					}
				}
				left = append(left, bytes)
			}
			if !slices.Equal(left[0], left[1]) {
				t.Errorf("%s over %d elements: the levels leave other bits", s.Function(), length)
			}
		}
	}
}
