package portable

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// fusible lists the products of floating-point numbers in a file that a compiler may fuse with a sum: those that are
// not converted at once. The squares of a norm in float32 are exact in float64, and the scale of one in float64 is a
// power of two; what elementary functions multiply is checked where they are written.
func fusible(file *ast.File, info *types.Info) (found []string) {
	floating := func(e ast.Expr) bool {
		v := info.Types[e]
		b, ok := v.Type.Underlying().(*types.Basic)
		return ok && b.Info()&types.IsFloat != 0 && v.Value == nil
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Recv == nil || f.Name.Name == "norm" || f.Name.Name == "Init" {
			continue
		}
		converted := map[ast.Expr]bool{}
		ast.Inspect(f, func(node ast.Node) bool {
			switch n := node.(type) {
			case *ast.CallExpr:
				if info.Types[n.Fun].IsType() {
					converted[n.Args[0]] = true
				}
			case *ast.BinaryExpr:
				if n.Op == token.MUL && floating(n) && !converted[n] &&
					!strings.Contains(types.ExprString(n), "scale") {
					found = append(found, f.Name.Name+": "+types.ExprString(n))
				}
			case *ast.AssignStmt:
				if n.Tok == token.MUL_ASSIGN && floating(n.Lhs[0]) {
					found = append(found, f.Name.Name+": "+types.ExprString(n.Lhs[0])+" *= …")
				}
			}
			return true
		})
	}
	return found
}

// TestStrictFusesNothing checks over random networks that strict code leaves a compiler no product to fuse, and calls
// nothing of package math but what is exact everywhere.
func TestStrictFusesNothing(t *testing.T) {
	fast, strict := 0, 0
	eachNetwork(t, func(t *testing.T, d *drawn) {
		file, info := d.parsed(t)
		found := fusible(file, info)
		if d.n.Rounding != spec.RoundingStrict {
			fast += len(found)
			return
		}
		strict++
		for _, f := range found {
			t.Errorf("not converted: %s", f)
		}
		exact := map[string]bool{
			"Float32bits": true, "Float32frombits": true, "Float64bits": true, "Float64frombits": true, "Sqrt": true,
			"Inf": true, "NaN": true, "Copysign": true, "Ln2": true, "Log2E": true, "MaxFloat32": true,
			"MaxFloat64": true,
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if s, ok := node.(*ast.SelectorExpr); ok {
				if id, ok := s.X.(*ast.Ident); ok && id.Name == "math" && !exact[s.Sel.Name] {
					t.Errorf("it uses math.%s, which may give other bits elsewhere", s.Sel.Name)
				}
			}
			return true
		})
	})
	if fast == 0 || strict == 0 {
		t.Errorf("%d products left to fuse in fast networks, and %d strict networks: the test sees nothing", fast,
			strict)
	}
}
