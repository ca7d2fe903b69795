package templates

import (
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// TestRoots checks that the table of 2^(j/32) is correctly rounded: the 32nd power of the interval of half an ULP around
// every entry holds 2^j.
func TestRoots(t *testing.T) {
	const bits = 2000
	vs := roots()
	if len(vs) != rootCount {
		t.Fatalf("%d entries, want %d", len(vs), rootCount)
	}
	power := func(x *big.Float) *big.Float {
		for n := rootCount; n > 1; n /= 2 {
			x = new(big.Float).SetPrec(bits).Mul(x, x)
		}
		return x
	}
	for j, v := range vs {
		half := new(big.Float).SetPrec(bits).SetFloat64((math.Nextafter(v, 3) - v) / 2)
		mid := new(big.Float).SetPrec(bits).SetFloat64(v)
		low := power(new(big.Float).SetPrec(bits).Sub(mid, half))
		high := power(new(big.Float).SetPrec(bits).Add(mid, half))
		want := new(big.Float).SetMantExp(big.NewFloat(1), j)
		if low.Cmp(want) > 0 || high.Cmp(want) < 0 {
			t.Errorf("2^(%d/32) is not %v to half an ULP", j, v)
		}
	}
}

// TestElementaryDeclares emits every elementary function in both precisions: they type-check, depend on nothing but
// package math, are the same bytes each time, and declare no name that FunctionNames leaves out.
func TestElementaryDeclares(t *testing.T) {
	for typ, table := range map[string]map[expr.Op]elementary{"float32": elementary32, "float64": elementary64} {
		emit := func() string {
			f := NewFile("p", nil)
			if err := f.Elementary("iris", slices.Sorted(maps.Keys(table)), typ); err != nil {
				t.Fatal(err)
			}
			return render(t, f)
		}
		src := emit()
		if again := emit(); again != src {
			t.Errorf("%s: emitted twice, the functions differ", typ)
		}
		files, info := typeCheck(t, src)
		if imports := files[0].Imports; len(imports) != 1 || imports[0].Path.Value != `"math"` {
			t.Errorf("%s: the functions import %v", typ, imports)
		}
		var declared []string
		for id, obj := range info.Defs {
			if obj != nil && obj.Parent() == obj.Pkg().Scope() {
				declared = append(declared, id.Name)
			}
		}
		for _, name := range declared {
			if !slices.Contains(FunctionNames("iris"), name) {
				t.Errorf("%s: %s is declared and not among the names %v", typ, name, FunctionNames("iris"))
			}
		}
		// Besides the functions there is the table of roots, for float32.
		if want := len(table) + map[string]int{"float32": 1}[typ]; len(declared) != want {
			t.Errorf("%s: %d declarations %v, want %d", typ, len(declared), declared, want)
		}
	}
}

// TestElementaryOnDemand checks that only what is asked for is emitted, and the table with what reads it.
func TestElementaryOnDemand(t *testing.T) {
	for _, c := range []struct {
		op    expr.Op
		table bool
	}{{expr.OpExp, true}, {expr.OpTanh, true}, {expr.OpSigmoid, true}, {expr.OpLog, false}, {expr.OpWhere, false}} {
		f := NewFile("p", nil)
		if err := f.Elementary("iris", []expr.Op{c.op}, "float32"); err != nil {
			t.Fatal(err)
		}
		src := render(t, f)
		typeCheck(t, src)
		if strings.Count(src, "func ") != 1 || strings.Contains(src, "irisRoots = ") != c.table {
			t.Errorf("%v emits, table %t:\n%s", c.op, c.table, src)
		}
	}
	for _, typ := range []string{"float32", "float64"} {
		if err := NewFile("p", nil).Elementary("iris", []expr.Op{expr.OpAdd}, typ); err == nil || !strings.Contains(err.Error(), "no emitted function for operation + in "+typ) {
			t.Errorf("%s: an addition as a function: the error is %v", typ, err)
		}
	}
}

// TestFunctionNames checks that every operation on one operand but the sign has a function, in both precisions, with a
// name of its own.
func TestFunctionNames(t *testing.T) {
	seen := map[string]bool{}
	for _, op := range unaries {
		name := FunctionName("iris", op)
		_, in32 := elementary32[op]
		_, in64 := elementary64[op]
		if want := op != expr.OpNeg; (name != "") != want || in32 != want || in64 != want || seen[name] {
			t.Errorf("%v is called %q, in float32 %t, in float64 %t", op, name, in32, in64)
		}
		seen[name] = true
	}
	// pow and where have more operands.
	if want := len(unaries) - 1 + 2; len(elementary32) != want || len(elementary64) != want {
		t.Errorf("%d functions in float32 and %d in float64 for %d operations", len(elementary32), len(elementary64), want)
	}
	for _, op := range binaries {
		if name := FunctionName("iris", op); name != "" && op != expr.OpPow {
			t.Errorf("%v is a function, %s", op, name)
		}
	}
}
