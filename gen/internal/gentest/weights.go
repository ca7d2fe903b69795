package gentest

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"testing/fstest"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/tensors"
)

// Trained are weights for a network, and the folder with the file of them that the network names. Among them are the
// numbers that are most easily lost: the largest, the smallest, subnormal ones, and such of many digits. Those of a
// float32 network are rounded to it.
func Trained(t testing.TB, n spec.Network, seed uint64) (values []float64, folder fstest.MapFS) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 11))
	odd := []float64{0, -1, 1e21, 1e20, 1e-5, math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32, 0x1p-126,
		0x1.fffffcp-127, 16777217, 0.1, 1.0 / 3}
	if n.Precision == spec.Float64 {
		odd = append(odd, math.MaxFloat64, math.SmallestNonzeroFloat64, 0x1.ffffffffffffep-1023, 0x1p-1022,
			0x1p53+2, 0.30000000000000004)
	}
	file := &tensors.File{}
	add := func(name string, shape ...int) {
		size := 1
		for _, d := range shape {
			size *= d
		}
		part := make([]float64, size)
		for i := range part {
			part[i] = math.Copysign(r.ExpFloat64(), r.Float64()-0.5) * math.Ldexp(1, r.IntN(40)-30)
			if r.IntN(4) == 0 {
				part[i] = odd[r.IntN(len(odd))]
			}
		}
		tensor := tensors.New(name, shape, part)
		if n.Precision != spec.Float64 {
			single := make([]float32, size)
			for i, v := range part {
				single[i] = float32(v)
				part[i] = float64(single[i])
			}
			tensor = tensors.New(name, shape, single)
		}
		file.Tensors = append(file.Tensors, tensor)
		values = append(values, part...)
	}
	for l := 1; l <= n.Depth(); l++ {
		add(fmt.Sprint("W", l), n.Layers[l-1].Dense, n.Width(l-1))
		if !n.Layers[l-1].NoBias {
			add(fmt.Sprint("b", l), n.Layers[l-1].Dense)
		}
	}
	var b bytes.Buffer
	if err := tensors.WriteSafetensors(&b, file); err != nil {
		t.Fatal(err)
	}
	return values, fstest.MapFS{n.Weights: {Data: b.Bytes()}}
}
