package amd64

import (
	"testing"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/assembly/assemblytest"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// TestTriples executes sums of three neighbours, in registers of every width, of whole vectors and fewer: every row has
// its own three numbers.
func TestTriples(t *testing.T) {
	cube := func(i int) float64 { return float64(i * i * i) } // of which no three have the sum of three others
	for _, level := range isa.Levels {
		for bits := 128; bits <= (machineOf(level, 4)).Widest(); bits *= 2 {
			for count := 1; count <= 3; count++ {
				f := assembly.NewFile(&assembly.Common{})
				f.Programs = true
				fn := assembly.NewFunction(f, machineOf(level, 4), "f",
					[]assembly.Param{{Name: "x", Dim: 48}, {Name: "y", Dim: 16}}, false)
				lanes := bits / 32
				in, out := assemblytest.NewNumbers(vec.F32, 3*lanes), assemblytest.NewNumbers(vec.F32, lanes)
				for i := range 3 * lanes {
					in.Set(i, cube(i))
				}
				codeOf(fn).Wide(bits, func() {
					var vectors []*vec.Value
					for k := range count {
						vectors = append(vectors,
							codeOf(fn).Load(vec.Place{Base: fn.Bases["x"], Disp: k * bits / 8}, lanes))
					}
					codeOf(fn).Store(codeOf(fn).Triples(vectors), vec.Place{Base: fn.Bases["y"]}, lanes)
				})
				fn.Finish()
				assemblytest.Execute(t, fn, in.Bytes, out.Bytes)
				for row := range count * lanes / 3 {
					if got, want := out.At(row), cube(3*row)+cube(3*row+1)+cube(3*row+2); got != want {
						t.Errorf("%v, %d bits, %d vectors: row %d is %v, want %v", level, bits, count, row, got, want)
					}
				}
			}
		}
	}
}
