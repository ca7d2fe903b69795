package portable

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/token"
	"go/types"
	"maps"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable/schedule"
)

// TestPrintIsGo checks over random networks that what is printed type-checks, that gofmt leaves it alone, that a second
// time gives the same bytes, that it imports math and unsafe at most, and that no comment could be a directive.
func TestPrintIsGo(t *testing.T) {
	eachNetwork(t, func(t *testing.T, d *drawn) {
		n, src := d.n, d.src(t)
		file, _ := d.parsed(t)
		if formatted, err := format.Source([]byte(src)); err != nil || string(formatted) != src {
			t.Errorf("gofmt changes it: %v", err)
		}
		if again := string(mustPrint(t, n)); again != src {
			t.Error("printed a second time, it differs")
		}
		for _, group := range file.Comments {
			for _, c := range group.List {
				if c.Text != "//" && !strings.HasPrefix(c.Text, "// ") && !strings.HasPrefix(c.Text, "//\t") {
					t.Errorf("the comment %q could be a directive", c.Text)
				}
			}
		}
		for _, imported := range file.Imports {
			if path := imported.Path.Value; path != `"math"` && path != `"unsafe"` {
				t.Errorf("it imports %s", path)
			}
		}
	})
}

// TestScalarsOnly checks over random networks what keeps kernels fast: no local array, slice or map, and no closure.
// The samples of a batch are arguments.
func TestScalarsOnly(t *testing.T) {
	eachNetwork(t, func(t *testing.T, d *drawn) {
		file, info := d.parsed(t)
		parameters := map[types.Object]bool{}
		ast.Inspect(file, func(node ast.Node) bool {
			if f, ok := node.(*ast.FuncDecl); ok {
				for _, p := range f.Type.Params.List {
					for _, id := range p.Names {
						parameters[info.Defs[id]] = true
					}
				}
			}
			return true
		})
		for id, obj := range info.Defs {
			v, ok := obj.(*types.Var)
			if !ok || v.IsField() || v.Parent() == v.Pkg().Scope() || parameters[obj] {
				continue
			}
			switch v.Type().Underlying().(type) {
			case *types.Array, *types.Slice, *types.Map:
				t.Errorf("%s is a variable of type %s", id.Name, v.Type())
			}
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if _, ok := node.(*ast.FuncLit); ok {
				t.Error("there is a closure")
			}
			return true
		})
	})
}

// TestReadOnce checks over random networks that no function reads an element of memory into a scalar while a scalar in
// reach holds it, and that := declares every variable on its left.
func TestReadOnce(t *testing.T) {
	loads := 0
	eachNetwork(t, func(t *testing.T, d *drawn) {
		file, info := d.parsed(t)
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			r := &reader{info: info}
			r.block(f.Body.List, map[string]string{})
			loads += r.loads
			for _, failure := range r.failures {
				t.Errorf("%s: %s", f.Name.Name, failure)
			}
		}
	})
	if loads == 0 {
		t.Error("no network reads an element into a scalar")
	}
}

// TestReadOnceFinds shows that TestReadOnce can fail.
func TestReadOnceFinds(t *testing.T) {
	for body, want := range map[string]string{
		"u := x[0]; v := x[0]; _, _ = u, v":                                      "x[0] is read into v; u holds it",
		"u := x[0]; { v := x[0]; _ = v }; _ = u":                                 "x[0] is read into v; u holds it",
		"u := x[0]; u, v := x[1], x[2]; _, _ = u, v":                             "u is not declared by u :=",
		"{ u := x[0]; _ = u }; v := x[0]; _ = v":                                 "",
		"u := x[0]; x[0] = 1; v := x[0]; _, _ = u, v":                            "",
		"u := x[0]; for i := 0; i < 2; i++ { x[i] = 1 }; v := x[0]; _, _ = u, v": "",
		"u := x[0]; f(x); v := x[0]; _, _ = u, v":                                "",
		"u := x[0]; u = 1; v := x[0]; _, _ = u, v":                               "",
		"u := x[0]; for i := 0; i < 2; i++ { v := x[0]; _ = v }; _ = u":          "x[0] is read into v; u holds it",
	} {
		file, info := typeCheck(t, "package p\n\nfunc f(x *[4]float32) {\n"+body+"\n}\n")
		r := &reader{info: info}
		r.block(file.Decls[0].(*ast.FuncDecl).Body.List, map[string]string{})
		if got := strings.Join(r.failures, "\n"); got != want {
			t.Errorf("%s: found %q, want %q", body, got, want)
		}
	}
}

// reader follows the statements of a function, knowing which variable holds which element of memory.
type reader struct {
	info     *types.Info
	loads    int
	failures []string
}

// block reads statements; held maps elements, as they are written, to variables of this block or those around it.
func (r *reader) block(list []ast.Stmt, held map[string]string) {
	for _, stmt := range list {
		switch s := stmt.(type) {
		case *ast.AssignStmt:
			r.assign(s, held)
		case *ast.ExprStmt:
			clear(held) // a call of a method, which may write anything
		case *ast.ForStmt:
			// What the loop writes is not held in its first statement either, the second time round.
			forget(s.Body, held)
			r.block(s.Body.List, maps.Clone(held))
		case *ast.IfStmt:
			r.block(s.Body.List, maps.Clone(held))
			forget(s.Body, held)
		case *ast.BlockStmt:
			r.block(s.List, maps.Clone(held))
			forget(s, held)
		}
	}
}

func (r *reader) assign(s *ast.AssignStmt, held map[string]string) {
	for i, left := range s.Lhs {
		id, ok := left.(*ast.Ident)
		if !ok {
			// A store: the element changes.
			delete(held, types.ExprString(left))
			continue
		}
		if s.Tok == token.DEFINE && r.info.Defs[id] == nil {
			r.failures = append(r.failures, fmt.Sprintf("%s is not declared by %s :=", id.Name, id.Name))
		}
		maps.DeleteFunc(held, func(_, name string) bool { return name == id.Name })
		if _, ok := s.Rhs[0].(*ast.CallExpr); ok && strings.HasPrefix(types.ExprString(s.Rhs[0]), "p.") {
			clear(held)
			continue
		}
		if len(s.Rhs) != len(s.Lhs) {
			continue // the results of one call
		}
		if _, ok := s.Rhs[i].(*ast.IndexExpr); !ok || s.Tok != token.DEFINE && s.Tok != token.ASSIGN {
			continue
		}
		element := types.ExprString(s.Rhs[i])
		if name, ok := held[element]; ok {
			r.failures = append(r.failures, fmt.Sprintf("%s is read into %s; %s holds it", element, id.Name, name))
		}
		held[element] = id.Name
		r.loads++
	}
}

// forget drops what the statements of a block may change: elements of the arrays they store to, and variables.
func forget(b *ast.BlockStmt, held map[string]string) {
	ast.Inspect(b, func(node ast.Node) bool {
		s, ok := node.(*ast.AssignStmt)
		if !ok || s.Tok == token.DEFINE {
			return true
		}
		for _, left := range s.Lhs {
			base, index := types.ExprString(left), false
			for x, ok := left.(*ast.IndexExpr); ok; x, ok = x.X.(*ast.IndexExpr) {
				base, index = types.ExprString(x.X), true
			}
			maps.DeleteFunc(held, func(element, name string) bool {
				return name == base || index && strings.HasPrefix(element, base+"[")
			})
		}
		return true
	})
}

// odd is an operation that the package does not know.
type odd struct{}

func (*odd) Reads() []*plan.Buffer  { return nil }
func (*odd) Writes() []*plan.Buffer { return nil }
func (*odd) String() string         { return "odd" }

// TestPrintErrors checks that a plan that cannot be printed is an error that says where.
func TestPrintErrors(t *testing.T) {
	for want, damage := range map[string]func(s *schedule.Schedule){
		"Forward: variable q is not bound": func(s *schedule.Schedule) {
			s.Program.Func(plan.Forward).Ops[0].(*plan.Affine).Each.Sets[0].Expr = expr.Exp(expr.Var("q"))
		},
		"Forward: unexpected operation *portable.odd": func(s *schedule.Schedule) {
			s.Function(s.Program.Func(plan.Forward)).Parts[0].Pieces[0] = schedule.Piece{Op: &odd{}}
		},
	} {
		s := mustSchedule(t, network("mse", []int{2, 3, 1}, "tanh", "identity"))
		damage(s)
		if _, err := Build(s, Options{Package: "net"}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %q", err, want)
		}
	}
}
