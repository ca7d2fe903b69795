package stored

import (
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/generated/xor"
)

// Tensors are those of Xor with a mistake.
func (p *brokenXor) Tensors() []tensor[float32] {
	list := p.Xor.Tensors()
	switch flaw {
	case "views are copies":
		for i := range list {
			list[i].Data = slices.Clone(list[i].Data)
		}
	case "the views are of another value":
		return new(xor.Xor).Tensors()
	case "a vector is missing":
		return list[:3]
	case "two are exchanged":
		list[0], list[1] = list[1], list[0]
	case "a shape is turned round":
		slices.Reverse(list[0].Shape)
	case "a vector is a matrix":
		list[1].Shape = append(list[1].Shape, 1)
	case "a name is the field's":
		list[1].Name = "B1"
	case "a view ends early":
		list[0].Data = list[0].Data[:5:5]
	case "a view goes on":
		list[0].Data = p.Flat()[:6]
	case "a view begins later":
		list[1].Data = p.Flat()[7:10:10]
	case "a shape belongs to all lists":
		list[0].Shape = sharedShape
	case "numbers are changed":
		p.W2[0][1]++
	}
	return list
}

var sharedShape = []int{3, 2}

// withoutTensors has a method of another type.
type withoutTensors struct{ xor.Xor }

func (p *withoutTensors) Tensors() []tensor[int] { return nil }

// doubled has views of another precision.
type doubled struct{ xor.Xor }

func (p *doubled) Tensors() []tensor[float64] { return make([]tensor[float64], 4) }

// TestTensorsMutants finds every mistake in the views of parameters.
func TestTensorsMutants(t *testing.T) {
	n := xorNet(t)
	const call = "Tensors of parameters"
	for _, m := range []mutant{
		{"views are copies", call, "a view", "what is written there is not seen"},
		{"the views are of another value", call, "a view", "0 is read, not the parameter"},
		{"a vector is missing", call, "the list", "3 tensors; this network has 4"},
		{"two are exchanged", call, "a tensor", `"b1" of shape [3] is number 0; it should be "W1" of shape [3 2]`},
		{"a shape is turned round", call, "a tensor", `"W1" of shape [2 3]`},
		{"a vector is a matrix", call, "a tensor", `"b1" of shape [3 1]`},
		{"a name is the field's", call, "a tensor", `"B1" of shape [3] is number 1`},
		{"a view ends early", call, "a view", "5 numbers, not 6"},
		{"a view goes on", call, "a view", "room for 7 numbers behind it"},
		{"a view begins later", call, "a view", "it is not number 6 of Flat"},
		{"a shape belongs to all lists", call, "a tensor", `"W1" of shape [0 0]`},
		{"numbers are changed", call, "a view", "2.25 is read, not the parameter"},
	} {
		flaw = m.flaw
		m.judged(t, checked[brokenXor](n, "parameters"))
		sharedShape = []int{3, 2}
	}
	flaw = ""
	mutant{"no method", call, "the method", "must have Tensors() []struct{Name string; Shape []int; Data []float32}"}.
		judged(t, checked[withoutTensors](n, "parameters"))
	mutant{"another precision", call, "the type", "Data are []float64; the parameters are float32"}.
		judged(t, checked[doubled](n, "parameters"))
}
