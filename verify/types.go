package verify

import (
	"fmt"
	"reflect"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
)

// Float is the type of a kernel's numbers.
type Float interface{ float32 | float64 }

// types are those of a network's numbers, parameters, gradient, input and output.
type types struct{ number, params, gradient, input, output reflect.Type }

func typesOf[P, G, X, Y any, F Float]() types {
	return types{
		reflect.TypeFor[F](), reflect.TypeFor[P](), reflect.TypeFor[G](), reflect.TypeFor[X](), reflect.TypeFor[Y](),
	}
}

// fits checks types against the network.
func fits(n spec.Network, t types) error {
	number := t.number
	if number.String() != string(n.Precision) {
		return fmt.Errorf("the kernel computes in %v, the spec says %s", number, n.Precision)
	}
	for _, c := range []struct {
		role string
		typ  reflect.Type
		want int
	}{
		{"parameters", t.params, n.Params()},
		{"gradient", t.gradient, n.Params()},
		{"input", t.input, n.Width(0)},
		{"output", t.output, n.Width(n.Depth())},
	} {
		if got := c.typ.Size() / number.Size(); !memory.MadeOf(c.typ, number.Kind()) || got != uintptr(c.want) {
			return fmt.Errorf("the kernel's %s type %v (%s) must be %d × %v and nothing else; "+
				"generate it again from this spec", c.role, c.typ, plural.Of(c.typ.Size(), "byte"), c.want, number)
		}
	}
	return nil
}
