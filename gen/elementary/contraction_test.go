package elementary

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/code"
)

// TestUnfused checks that no elementary function leaves a compiler a product to fuse with a sum, so that its bits are
// the same on every machine.
func TestUnfused(t *testing.T) {
	for typ, functions := range functionsOf {
		f := &code.File{Package: "p"}
		if err := Declare(f, "iris", slices.Sorted(maps.Keys(functions)), code.KindOf(typ)); err != nil {
			t.Fatal(err)
		}
		for _, found := range fusible(t, render(t, f)) {
			t.Errorf("%s: %s", typ, found)
		}
	}
}

// TestUnfusedFinds shows that TestUnfused can fail.
func TestUnfusedFinds(t *testing.T) {
	for body, want := range map[string]string{
		"return x*y + z":                                "x*y",
		"return z - x*y":                                "x*y",
		"return z + -(x*y)":                             "x*y",
		"t := x*y; return t - z":                        "t",
		"t := z; t += x*y; return t":                    "x*y",
		"t := z; t = x*y; return z + t":                 "t",
		"return float64(x*y) + z":                       "",
		"t := float64(x*y); return t + z":               "",
		"t := x*y; return t*z":                          "",
		"t := 4*x; return t + z":                        "",
		"return x*3 + z":                                "x*3",
		"i, j := int(x), int(y); return float64(i*j+i)": "",
	} {
		found := fusible(t, "package p\n\nfunc f(x, y, z float64) float64 {\n"+body+"\n}\n")
		if got := strings.Join(found, " "); got != want {
			t.Errorf("%s: found %q, want %q", body, got, want)
		}
	}
}

// fusible lists the operands of sums of floating-point numbers that are products, or variables that hold one, and are
// not converted. A product with a power of two is exact, fused or not.
func fusible(t *testing.T, src string) []string {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "emitted.go", src, 0)
	if err != nil {
		t.Fatalf("%v in\n%s", err, src)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{},
		Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: importer.ForCompiler(fset, "source", nil)}
	if _, err := conf.Check("p", fset, []*ast.File{file}, info); err != nil {
		t.Fatalf("%v in\n%s", err, src)
	}
	floating := func(e ast.Expr) bool {
		b, ok := info.TypeOf(e).Underlying().(*types.Basic)
		return ok && b.Info()&types.IsFloat != 0 && info.Types[e].Value == nil
	}
	powerOfTwo := func(e ast.Expr) bool {
		v := info.Types[e].Value
		if v == nil {
			return false
		}
		f, _ := constant.Float64Val(constant.ToFloat(v))
		fraction, _ := math.Frexp(math.Abs(f))
		return fraction == 0.5
	}
	holds := map[types.Object]bool{} // variables with a product in them
	var product func(e ast.Expr) bool
	product = func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.ParenExpr:
			return product(e.X)
		case *ast.UnaryExpr:
			return product(e.X)
		case *ast.Ident:
			return holds[info.ObjectOf(e)]
		case *ast.BinaryExpr:
			return e.Op == token.MUL && floating(e) && !powerOfTwo(e.X) && !powerOfTwo(e.Y)
		}
		return false
	}
	var found []string
	summand := func(e ast.Expr) {
		if floating(e) && product(e) {
			for {
				switch inner := e.(type) {
				case *ast.ParenExpr:
					e = inner.X
					continue
				case *ast.UnaryExpr:
					e = inner.X
					continue
				}
				break
			}
			found = append(found, strings.ReplaceAll(types.ExprString(e), " ", ""))
		}
	}
	ast.Inspect(file, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.BinaryExpr:
			if n.Op == token.ADD || n.Op == token.SUB {
				summand(n.X)
				summand(n.Y)
			}
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				switch id, ok := left.(*ast.Ident); {
				case n.Tok == token.ADD_ASSIGN || n.Tok == token.SUB_ASSIGN:
					summand(left)
					summand(n.Rhs[i])
				case ok && len(n.Rhs) == 1 && len(n.Lhs) > 1: // of a function that comes before
					call, _ := n.Rhs[0].(*ast.CallExpr)
					results := info.TypeOf(call.Fun).(*types.Signature).Results()
					holds[info.ObjectOf(id)] = holds[results.At(i)]
				case !ok || len(n.Lhs) != len(n.Rhs):
					found = append(found, fmt.Sprintf("an assignment to %s that this test does not follow",
						types.ExprString(left)))
				default:
					holds[info.ObjectOf(id)] = holds[info.ObjectOf(id)] || product(n.Rhs[i])
				}
			}
		}
		return true
	})
	return found
}
