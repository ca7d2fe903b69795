package tensors_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/backpropgen/backpropgen/generated/xor"
	"github.com/backpropgen/backpropgen/tensors"
)

// A network is saved as safetensors, and another one loads it.
func ExampleLoad() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "xor.safetensors")

	var trained, net xor.Xor
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
	// Output:
	// true
	// W1 [3 2]
	// b1 [3]
	// W2 [1 3]
	// b2 [1]
}
