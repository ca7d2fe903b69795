package generated_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/generated/iris"
)

// The README's ways of saving and loading parameters and of a step on the mean loss of a batch.
func TestReadmeHints(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var net, loaded iris.Iris
	var ws iris.IrisWorkspace
	net.Init(random.NormFloat64)
	xs, ys := make([][4]float32, 8), make([][3]float32, 8)
	for i := range xs {
		for j := range xs[i] {
			xs[i][j] = float32(random.NormFloat64())
		}
		ys[i][i%3] = 1
	}

	var file bytes.Buffer
	if err := binary.Write(&file, binary.LittleEndian, net.Flat()); err != nil {
		t.Fatal(err)
	}
	if err := binary.Read(&file, binary.LittleEndian, loaded.Flat()); err != nil {
		t.Fatal(err)
	}
	if loaded != net || net == (iris.Iris{}) {
		t.Error("what was loaded is not what was saved")
	}

	loss := func() (sum float32) {
		for i := range xs {
			sum += net.Loss(&ws, &xs[i], &ys[i])
		}
		return sum
	}
	before := loss()
	var b iris.IrisBatch
	for range 20 {
		net.StepBatch(&b, xs, ys, 0.05/float32(len(xs)))
	}
	if after := loss(); !(after < before) {
		t.Errorf("20 steps of the whole batch took the loss from %v to %v", before, after)
	}
}
