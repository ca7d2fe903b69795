package elementary

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/expr"
)

// TestElementaryDeclares emits every elementary function in both precisions: they type-check, depend on nothing but
// package math, are the same bytes each time, and declare no name that Names leaves out.
func TestElementaryDeclares(t *testing.T) {
	for typ, table := range map[string]map[expr.Op]elementary{"float32": elementary32, "float64": elementary64} {
		emit := func() string {
			f := &code.File{Package: "p"}
			if err := Declare(f, "iris", slices.Sorted(maps.Keys(table)), code.KindOf(typ)); err != nil {
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
			if !slices.Contains(Names("iris"), name) {
				t.Errorf("%s: %s is declared and not among the names %v", typ, name, Names("iris"))
			}
		}
		want := len(table) + len(tablesOf[typ])
		if typ == "float32" {
			want++ // what several exponentials have in common
		}
		if len(declared) != want {
			t.Errorf("%s: %d declarations %v, want %d", typ, len(declared), declared, want)
		}
	}
}

// binaries are those on two.
var binaries = []expr.Op{expr.OpAdd, expr.OpSub, expr.OpMul, expr.OpDiv, expr.OpMax, expr.OpMin, expr.OpPow}

// unaries are the operations on one operand that have a function, and the sign.
var unaries = []expr.Op{
	expr.OpNeg, expr.OpExp, expr.OpExpm1, expr.OpLog, expr.OpLog1p, expr.OpSqrt, expr.OpTanh, expr.OpSigmoid,
	expr.OpAtan, expr.OpErf,
	expr.OpSin, expr.OpCos, expr.OpAbs,
}

var (
	tablesOf    = map[string][]table{"float32": tables32, "float64": tables64}
	functionsOf = map[string]map[expr.Op]elementary{"float32": elementary32, "float64": elementary64}
)

// TestElementaryOnDemand checks that only what is asked for is emitted, and a table with the functions that read it
// alone.
func TestElementaryOnDemand(t *testing.T) {
	for typ, tables := range tablesOf {
		for op := range elementary32 {
			f := &code.File{Package: "p"}
			if err := Declare(f, "iris", []expr.Op{op}, code.KindOf(typ)); err != nil {
				t.Fatal(err)
			}
			src := render(t, f)
			typeCheck(t, src)
			if strings.Count(src, "func ") != 1 {
				t.Errorf("%s: %v emits\n%s", typ, op, src)
			}
			_, function, _ := strings.Cut(src, "func ")
			for _, table := range tables {
				reads := strings.Contains(function, "iris"+table.suffix+"[")
				if declared := strings.Contains(src, "var iris"+table.suffix+" = "); declared != reads {
					t.Errorf("%s: %v reads %s: %t; it is emitted: %t", typ, op, table.suffix, reads, declared)
				}
			}
		}
		if err := Declare(&code.File{}, "iris", []expr.Op{expr.OpAdd}, code.KindOf(typ)); err == nil ||
			!strings.Contains(err.Error(), "no emitted function for operation + in "+typ) {
			t.Errorf("%s: an addition as a function: the error is %v", typ, err)
		}
	}
}

// TestFunctionNames checks that every operation on one operand but the sign has a function, in both precisions, with a
// name of its own.
func TestFunctionNames(t *testing.T) {
	seen := map[string]bool{}
	for _, op := range unaries {
		name := Name("iris", op)
		_, in32 := elementary32[op]
		_, in64 := elementary64[op]
		if want := op != expr.OpNeg; (name != "") != want || in32 != want || in64 != want || seen[name] {
			t.Errorf("%v is called %q, in float32 %t, in float64 %t", op, name, in32, in64)
		}
		seen[name] = true
	}
	// pow and where have more operands.
	if want := len(unaries) - 1 + 2; len(elementary32) != want || len(elementary64) != want {
		t.Errorf("%d functions in float32 and %d in float64 for %d operations", len(elementary32), len(elementary64),
			want)
	}
	for _, op := range binaries {
		if name := Name("iris", op); name != "" && op != expr.OpPow {
			t.Errorf("%v is a function, %s", op, name)
		}
	}
}
