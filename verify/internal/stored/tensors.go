package stored

import (
	"fmt"
	"slices"
	"unsafe"
)

// tensor is what Tensors says of a matrix or a vector.
type tensor[F any] = struct {
	Name  string
	Shape []int
	Data  []F
}

// tensors checks the views of all parameters: their names and shapes, that they lie in the order of Flat without gap or
// overlap, and that what is written through them is written to the value.
func (j *judge) tensors() {
	value := j.fresh()
	switch v := value.(type) {
	case interface{ Tensors() []tensor[float32] }:
		checkTensors(j, value, v.Tensors)
	case interface{ Tensors() []tensor[float64] }:
		checkTensors(j, value, v.Tensors)
	default:
		j.broken("Tensors", "the method", "", "*%v must have Tensors() []struct{Name string; Shape []int; Data []%v}",
			j.layout.typ, j.layout.number)
	}
}

func checkTensors[F float32 | float64](j *judge, value storable, call func() []tensor[F]) {
	v := j.layout.of(value)
	if unsafe.Sizeof(F(0)) != v.layout.number.Size() {
		j.broken("Tensors", "the type", "", "Data are []%T; the parameters are %v", F(0), v.layout.number)
		return
	}
	for i := range v.layout.len() {
		v.setNumber(i, 0.25)
	}
	want := j.wanted()
	list := call()
	if len(list) != len(want) {
		j.broken("Tensors", "the list", "", "%d tensors; this network has %d", len(list), len(want))
		return
	}
	// Lists belong to the caller.
	for _, t := range call() {
		t.Name = ""
		clear(t.Shape)
	}
	at := 0
	for i, w := range want {
		t, size := list[i], w.Shape[0]
		if len(w.Shape) == 2 {
			size *= w.Shape[1]
		}
		if t.Name != w.Name || !slices.Equal(t.Shape, w.Shape) {
			j.broken("Tensors", "a tensor", w.Name, "%q of shape %v is number %d; it should be %q of shape %v",
				t.Name, t.Shape, i, w.Name, w.Shape)
		}
		if len(t.Data) != size {
			j.broken("Tensors", "a view", w.Name, "%d numbers, not %d", len(t.Data), size)
			return
		}
		if cap(t.Data) != size {
			j.broken("Tensors", "a view", w.Name,
				"there is room for %d numbers behind it: appending writes to the next", cap(t.Data)-size)
		}
		for k := range t.Data {
			if t.Data[k] != 0.25 {
				j.broken("Tensors", "a view", fmt.Sprintf("%s[%d]", w.Name, k),
					"%v is read, not the parameter", t.Data[k])
				return
			}
			if t.Data[k] = 0.75; v.number(at) != 0.75 {
				j.broken("Tensors", "a view", fmt.Sprintf("%s[%d]", w.Name, k),
					"it is not number %d of Flat: what is written there is not seen", at)
				return
			}
			at++
		}
	}
}

// wanted are the names and shapes of a network's parameters in the order of Flat.
func (j *judge) wanted() (list []tensor[struct{}]) {
	for l := 1; l <= j.network.Depth(); l++ {
		rows := j.network.Layers[l-1].Dense // before pooling
		list = append(list, tensor[struct{}]{Name: fmt.Sprintf("W%d", l), Shape: []int{rows, j.network.Width(l - 1)}})
		if !j.network.Layers[l-1].NoBias {
			list = append(list, tensor[struct{}]{Name: fmt.Sprintf("b%d", l), Shape: []int{rows}})
		}
	}
	return list
}
