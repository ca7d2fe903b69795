package tensors_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/backpropgen/backpropgen/generated/iris"
	"github.com/backpropgen/backpropgen/tensors"
)

// loadAndSave is what docs/weights.md shows.
func loadAndSave() error {
	var net iris.Iris
	if err := tensors.Load("iris.safetensors", &net); err != nil {
		return err
	}
	// train it further, and save it
	return tensors.Save("iris.npz", &net)
}

// A network is saved as safetensors, and another one loads it.
func ExampleLoad() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "iris.safetensors")

	var trained, net iris.Iris
	trained.B2[0] = 0.5
	if err := tensors.Save(path, &trained); err != nil {
		panic(err)
	}
	if err := tensors.Load(path, &net); err != nil {
		panic(err)
	}
	fmt.Println(net == trained)
	for _, t := range net.Tensors() {
		fmt.Println(t.Name, t.Shape)
	}
	fmt.Println(loadAndSave() != nil) // there is no such file here
	// Output:
	// true
	// W1 [8 4]
	// b1 [8]
	// W2 [3 8]
	// b2 [3]
	// true
}
