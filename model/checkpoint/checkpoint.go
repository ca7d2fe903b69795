// Package checkpoint makes networks of files that hold weights and nothing else: safetensors, npz, and state_dicts of
// PyTorch. The layers follow from names and shapes. No such file says which activations stand between them: the caller
// does.
package checkpoint

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/internal/regular"
	"github.com/backpropgen/backpropgen/tensors"
)

// Extensions are the endings of the names of files that ReadFile reads.
var Extensions = []string{".safetensors", ".npz", ".pt", ".pth"}

// Ordered says whether the tensors of a file are in the order of the layers: those of a state_dict are.
func Ordered(path string) bool {
	return slices.Contains([]string{".pt", ".pth"}, strings.ToLower(filepath.Ext(path)))
}

// ReadFile reads the tensors of a file by the ending of its name.
func ReadFile(path string) (*tensors.File, error) {
	if !Ordered(path) {
		return tensors.ReadFile(path)
	}
	f, size, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t, err := ReadTorch(f, size)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}
