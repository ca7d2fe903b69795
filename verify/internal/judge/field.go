package judge

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unsafe"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/reference"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// Field is a field of the workspace with a documented meaning: Zℓ, Aℓ or Dℓ, which hold z_ℓ, a_ℓ and ∇z_ℓ.
type Field[F memory.Float] struct {
	Block  finding.Block
	Letter byte
	// gradient says that the field is valid after a backward pass only.
	gradient bool
	View     []F
}

// FieldsOf views the documented fields of a workspace of type t. The error says which is not of its layer's size.
func FieldsOf[F memory.Float](n spec.Network, t reflect.Type, ws unsafe.Pointer) (list []Field[F], err error) {
	if t.Kind() != reflect.Struct {
		return nil, nil
	}
	for i := range t.NumField() {
		letter, l := documented(t.Field(i), n.Depth())
		if l == 0 {
			continue
		}
		size := n.Layers[l-1].Dense
		if letter == 'A' {
			size = n.Width(l)
		}
		typ, name := t.Field(i).Type, t.Field(i).Name
		if want := reflect.ArrayOf(size, reflect.TypeFor[F]()); typ != want {
			return nil, fmt.Errorf("the workspace's field %s is a %v, for layer %d it must be a %v; "+
				"generate it again from this spec", name, typ, l, want)
		}
		at := unsafe.Add(ws, t.Field(i).Offset)
		list = append(list, Field[F]{
			finding.Block{Name: name, Layer: l, N: size}, letter, letter == 'D', unsafe.Slice((*F)(at), size),
		})
	}
	return list, nil
}

// documented returns the letter and the layer of a field's name; the layer is 0 if the name says nothing.
func documented(f reflect.StructField, depth int) (letter byte, l int) {
	if !f.IsExported() || !strings.ContainsAny(f.Name[:1], "ZAD") {
		return 0, 0
	}
	l, err := strconv.Atoi(f.Name[1:])
	if err != nil || l < 1 || l > depth || strconv.Itoa(l) != f.Name[1:] {
		return 0, 0
	}
	return f.Name[0], l
}

// expected returns what the field must hold.
func (f Field[F]) expected(between reference.Intermediates) rounding.Estimate {
	switch f.Letter {
	case 'Z':
		return between.Z[f.Block.Layer]
	case 'A':
		return between.A[f.Block.Layer]
	}
	return between.D[f.Block.Layer]
}
