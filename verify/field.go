package verify

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unsafe"

	"github.com/backpropgen/backpropgen/spec"
)

// field is a field of the workspace with a documented meaning: Zℓ, Aℓ or Dℓ, which hold z_ℓ, a_ℓ and ∇z_ℓ.
type field[F Float] struct {
	block  block
	letter byte
	// gradient says that the field is valid after a backward pass only.
	gradient bool
	view     []F
}

// fieldsOf views the documented fields of a workspace of type t. The error says which is not of its layer's size.
func fieldsOf[F Float](n spec.Network, t reflect.Type, ws unsafe.Pointer) (list []field[F], err error) {
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
		list = append(list, field[F]{
			block{name: name, layer: l, n: size}, letter, letter == 'D', unsafe.Slice((*F)(at), size),
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
func (f field[F]) expected(between intermediates) estimate {
	switch f.letter {
	case 'Z':
		return between.z[f.block.layer]
	case 'A':
		return between.a[f.block.layer]
	}
	return between.d[f.block.layer]
}
