package amd64

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/mmcloughlin/avo/ir"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/assembly/assemblytest"
	"github.com/backpropgen/backpropgen/gen/vec"
	"github.com/backpropgen/backpropgen/internal/overlay"
)

// loweringArguments are the pointers that a tested piece of code has: three operands and the result, of 64 bytes each.
var loweringArguments = []string{"x", "y", "p", "grad"}

// loweredIn writes an operation with what it may have besides operands, and whether its result is numbers.
func loweredIn(b *assembly.Block, op vec.Op, elem vec.Elem, in []*vec.Value, which int) (v *vec.Value, numbers bool) {
	predicate := vec.Predicate(which % vec.Predicates)
	switch op {
	case vec.Compare, assembly.SignedGreater, assembly.BitsEqual:
		if elem.Float() {
			return b.Choose(b.Compare(predicate, in[0], in[1]), in[1], in[2]), false
		}
		m, not := b.CompareIntegers(predicate%vec.NotLess, elem, in[0], in[1])
		if not {
			return b.Choose(m, in[2], in[1]), false
		}
		return b.Choose(m, in[1], in[2]), false
	case vec.Select:
		return b.Choose(b.Compare(vec.Less, in[2], in[1]), in[0], in[1]), false
	case vec.Keep:
		return b.Keep(b.Compare(vec.Less, in[2], in[1]), in[0]), false
	case vec.Test:
		return b.Choose(b.Test(in[0], in[1]), in[1], in[2]), false
	}
	n := b.Of(op, elem, in[:op.Arity()]...)
	switch op {
	case vec.ShiftLeft, vec.ShiftRight:
		n.By(b, which%(8*elem.Size()))
	case vec.Block, vec.Insert:
		n.By(b, which%(b.Bits/128))
	case vec.Repeat:
		n.By(b, which%(16/elem.Size()))
	case vec.Within, vec.Blend:
		n.By(b, which*37%(1<<min(8, b.Bits/8/elem.Size())))
	}
	return b.Add(n), elem.Float() && (op < vec.And || op == vec.Widen || op == vec.Narrow) || op == vec.Float
}

// TestLowering writes every operation of the table, in registers of every width, and runs it at the levels that the
// machine has: the instruction does with lanes what the program says, on numbers of every kind. With -short it is
// written, and only programs are run.
func TestLowering(t *testing.T) {
	rnd := rand.New(rand.NewPCG(8, 8))
	c := &assembly.Common{Symbol: "lowering"}
	f := assembly.NewFile(c)
	f.Programs = true
	out := ir.NewFile()
	var declared, checks bytes.Buffer
	count := 0
	for _, r := range rules {
		for _, l := range isa.Levels {
			runs := slices.Contains(machineLevels(), l)
			for elem := range vec.Elem(vec.Elems) {
				for bits := 128; bits <= (machineOf(l, 4)).Widest(); bits *= 2 {
					if r.at&(1<<l) == 0 || r.elems&(1<<elem) == 0 || r.bits != 0 && r.bits != bits ||
						r.op == vec.Reciprocal {
						continue
					}
					for which := range 11 {
						size := elem.Size()
						name := fmt.Sprintf("f%d", count)
						count++
						var params []assembly.Param
						for _, a := range loweringArguments {
							params = append(params, assembly.Param{Name: a, Dim: 64 / size})
						}
						fn := assembly.NewFunction(f, machineOf(l, size), name, params, false)
						result, numbers := 0, false
						codeOf(fn).Wide(bits, func() {
							b := fn.Block
							var in []*vec.Value
							for _, a := range loweringArguments[:3] {
								in = append(in, b.Load(vec.Place{Base: fn.Bases[a]}, bits/8/size))
							}
							v, floats := loweredIn(b, r.op, elem, in, which)
							numbers = floats
							result = max(16, v.Type.Bytes())
							b.Within(8*result, func() { b.Store(v, vec.Place{Base: fn.Bases["grad"]}, result/size) })
						})
						fn.Finish()
						code := assembledOf(fn)
						var memory [4][]byte
						arguments := make([]any, 4)
						for i := range memory {
							memory[i] = make([]byte, 64)
							if i < 3 {
								fillLanes(rnd, memory[i], size)
							}
							arguments[i] = memory[i]
						}
						var in [3]string
						for i := range in {
							in[i] = string(memory[i])
						}
						assemblytest.Execute(t, fn, arguments...)
						if !runs {
							continue
						}
						out.AddSection(code)
						compared := 0
						if numbers {
							compared = size
							switch r.op {
							case vec.Widen:
								compared = 8
							case vec.Narrow:
								compared = 4
							}
						}
						fmt.Fprintf(&declared, "\n//go:noescape\nfunc %s(x, y, p, grad *[%d]float%d)\n", name, 64/size,
							8*size)
						typ := fmt.Sprintf("(*[%d]float%d)", 64/size, 8*size)
						fmt.Fprintf(&checks, "\t{%q, func(at [4]unsafe.Pointer) { %s(%[3]s(at[0]), %[3]s(at[1]), %[3]s(at[2]), %[3]s(at[3])) }, [3]string{%[4]q, %[5]q, %[6]q}, %[7]q, %[8]d},\n",
							fmt.Sprintf("%v of %v, %d bits, %v", r.op, elem, bits, l), name, typ, in[0], in[1], in[2],
							string(memory[3][:result]), compared)
					}
				}
			}
		}
	}
	if count < 500 {
		t.Errorf("%d pieces of code are run", count)
	}
	if len(machineLevels()) == 0 {
		t.Skip("this machine has none of the instruction sets")
	}
	if testing.Short() {
		t.Skip("SKIPPED with -short: compiling what was written takes seconds; go test without -short does it")
	}
	text := assemblyText(t, f, out)
	cmd := overlay.Files{
		"testdata/lowering/code_amd64.s":  text,
		"testdata/lowering/code_amd64.go": []byte("package lowering\n" + declared.String()),
		"testdata/lowering/checks_test.go": []byte("package lowering\n\nimport \"unsafe\"\n\nvar checks = []check{\n" +
			checks.String() + "}\n"),
	}.Go(t, "test", "-vet=off", "-count=1", "-v", "./testdata/lowering")
	if said, err := cmd.CombinedOutput(); err != nil || !bytes.Contains(said, []byte("--- PASS: TestLowering")) {
		t.Errorf("%v\n%s", err, assemblytest.FirstLines(string(said)))
	}
}

// fillLanes fills memory with numbers of every kind but NaN, and with any bits.
func fillLanes(rnd *rand.Rand, memory []byte, size int) {
	a := assemblytest.Numbers{Elem: vec.FloatOf(size), Bytes: memory}
	odd := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), 0.5, 1.5, -2.5, 1e-310, -1e-40, 3e38,
		2147483648.5}
	for i := range len(memory) / size {
		if rnd.IntN(2) == 0 {
			a.Set(i, rnd.NormFloat64()*math.Ldexp(1, rnd.IntN(12)))
		} else {
			a.Set(i, odd[rnd.IntN(len(odd))])
		}
	}
}
