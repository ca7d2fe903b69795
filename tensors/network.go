package tensors

import (
	"fmt"

	"github.com/backpropgen/backpropgen/internal/absent"
)

// Network is what every emitted network has that saves and loads: views of its parameters, by name. A program need not
// name the type: Load and Save find F.
type Network[F Float] interface {
	Tensors() []struct {
		Name  string
		Shape []int
		Data  []F
	}
}

// Load reads the parameters of a network from a file whose name ends in .safetensors or .npz. The file must hold all of
// them, in their shapes, under the names that the package's comment lists, and nothing else; what differs is an error
// with a table of what was wanted and found. Numbers of another precision must be exact in the network's, unless
// [Round] is given. If there is an error, the network has not been touched.
func Load[F Float](path string, net Network[F], options ...Option) error {
	if missing(net) {
		return fmt.Errorf("tensors.Load: the network is a nil %T", net)
	}
	views := net.Tensors()
	wanted := make([]Wanted, len(views))
	for i, v := range views {
		wanted[i] = Wanted{v.Name, v.Shape}
	}
	f, err := ReadFile(path)
	if err != nil {
		return err
	}
	found, err := f.Pick(wanted)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	values := make([][]F, len(views))
	for i, v := range views {
		values[i] = make([]F, len(v.Data))
		if err := CopyTo(values[i], found[i], options...); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	for i, v := range views {
		copy(v.Data, values[i])
	}
	return nil
}

// Save writes the parameters of a network to a file whose name ends in .safetensors or .npz, as [WriteFile] does.
func Save[F Float](path string, net Network[F]) error {
	if missing(net) {
		return fmt.Errorf("tensors.Save: the network is a nil %T", net)
	}
	f := &File{}
	for _, v := range net.Tensors() {
		f.Tensors = append(f.Tensors, New(v.Name, v.Shape, v.Data))
	}
	return WriteFile(path, f)
}

// missing says whether a network is nil, or a nil pointer in an interface.
func missing(net any) bool { return net == nil || absent.Pointer(net) }
