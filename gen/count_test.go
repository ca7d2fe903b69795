package gen_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/templates"
)

// TestCountsGolden counts the operations in the emitted code of the committed networks, in every mode and precision.
func TestCountsGolden(t *testing.T) {
	for _, name := range []string{"xor", "iris", "control", "digits", "pixels"} {
		n, err := spec.DecodeFile(filepath.Join("..", "generated", name, name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		for _, n.Precision = range []spec.Precision{spec.Float32, spec.Float64} {
			for _, n.Cache = range []spec.Cache{spec.CacheAuto, spec.CachePre, spec.CachePost, spec.CacheBoth} {
				for _, n.Unroll = range []spec.Unroll{spec.UnrollAuto, spec.UnrollFull, spec.UnrollLoop} {
					if n.Unroll == spec.UnrollFull && n.Params() > 10*fullLimit {
						continue
					}
					checkCounts(t, n)
				}
			}
		}
	}
}

// TestCountsRandom counts the operations in the emitted code of random networks.
func TestCountsRandom(t *testing.T) {
	count := max(120, *specs)
	if testing.Short() {
		count = 30
	}
	for _, n := range drawSpecs(*seed, count, ordinary) {
		checkCounts(t, n)
		if t.Failed() {
			t.Fatalf("network %s of seed %d fails; its spec:\n%s", n.Name, *seed, yaml(n))
		}
	}
}

// checkCounts compares the counts of every function of a network's plan with what its emitted code performs.
func checkCounts(t *testing.T, n spec.Network) {
	t.Helper()
	p, err := plan.Compile(n.WithDefaults())
	if err != nil {
		t.Fatal(err)
	}
	src, err := portable.Print(p, portable.Options{Package: "net"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := newTally(src, portable.Prefix(n.Name))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range p.Funcs {
		want, err := p.CountFunc(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.function(f.Name)
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		if got != want {
			t.Errorf("%s, %s, cache %s, unroll %s: the code of %s performs\n%+v, the plan counts\n%+v", n.Name, n.Precision, n.Cache, n.Unroll, f.Name, got, want)
		}
	}
	checkUpdates(t, n, src, c)
}

// checkUpdates compares the counts of every optimizer's cases with the loops of its Update.
func checkUpdates(t *testing.T, n spec.Network, src []byte, c *tally) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "net_gen.go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	descents, err := plan.Descents(n)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range descents {
		cases := caseStatements(file, n.Name+d.Type)
		if len(cases) != len(d.Cases) {
			t.Fatalf("%s has %d cases, the plan %d", d.Name, len(cases), len(d.Cases))
		}
		for i, stmts := range cases {
			got, err := c.block(&ast.BlockStmt{List: stmts})
			if err != nil {
				t.Fatalf("%s: %v", d.Name, err)
			}
			if want := d.Count(i); got != want {
				t.Errorf("%s, %s: case %d of %s performs\n%+v, the plan counts\n%+v", n.Name, n.Precision, i, d.Name, got, want)
			}
		}
	}
}

// caseStatements are the statements of each case in the Update of an optimizer, which are what follows the views of all
// arrays: cases under a condition are the blocks of an if that returns, the rest is the last.
func caseStatements(file *ast.File, typ string) [][]ast.Stmt {
	var body []ast.Stmt
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if ok && f.Name.Name == "Update" && f.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name == typ {
			body = f.Body.List
		}
	}
	for i, stmt := range body {
		if s, ok := stmt.(*ast.AssignStmt); ok && isNamed(s.Lhs[0], "ps") {
			body = body[i+1:]
			break
		}
	}
	var cases [][]ast.Stmt
	for {
		s, ok := body[0].(*ast.IfStmt)
		if !ok {
			return append(cases, body)
		}
		inner := s.Body.List
		cases = append(cases, inner[:len(inner)-1]) // without its return
		body = body[1:]
	}
}

// TestTally shows that the operations of code are seen: what TestCountsGolden and TestCountsRandom rest on.
func TestTally(t *testing.T) {
	arithmetic := func(c expr.Count) plan.Count { return plan.Count{Count: c} }
	for body, want := range map[string]plan.Count{
		"a := b * c + d - e":                               arithmetic(expr.Count{Muls: 1, Adds: 2}),
		"a = -b / (c - 1)":                                 arithmetic(expr.Count{Selects: 1, Divs: 1, Adds: 1}),
		"a = (-0.5) * b":                                   arithmetic(expr.Count{Muls: 1}),
		"a += max(b, c, 0) * netExp(d - netAbs(e))":        arithmetic(expr.Count{Adds: 2, Muls: 1, Calls: 1, Selects: 3}),
		"var loss float32; loss *= 0.25":                   arithmetic(expr.Count{Muls: 1}),
		"a, b := x[0], ws.A1[1]":                           {Loads: 2},
		"g.W1[1][2] = a * p.W1[3][4]":                      {Count: expr.Count{Muls: 1}, Loads: 1, ParamLoads: 1, Stores: 1, ParamStores: 1},
		"p.B1[0] -= a":                                     {Count: expr.Count{Adds: 1}, Loads: 1, ParamLoads: 1, Stores: 1, ParamStores: 1},
		"w_i := &p.W1[i]; a := w_i[3]":                     {Loads: 1, ParamLoads: 1},
		"ws.D1[0] = float32(0)":                            {Stores: 1},
		"for i := 0; i < 24; i += 8 { ws.A1[i+1] = x[i] }": {Loads: 3, Stores: 3},
		"for i := 2; i < 6; i++ { for j := 0; j < 9; j += 3 { a += x[j]; { b += c } } }": {Count: expr.Count{Adds: 24}, Loads: 12},
		"loss := p.part(x); p.part(x); return &ws.A1":                                    {Count: expr.Count{Adds: 2}, Loads: 2},
	} {
		c, err := newTally([]byte("package net\nfunc (p *Net) F() {\n"+body+"\n}\nfunc (p *Net) part(x *[1]float32) float32 { return x[0] + 1 }\n"), "net")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.function("F"); err != nil || got != want {
			t.Errorf("%s: counted %+v, %v; want %+v", body, got, err, want)
		}
	}
	for _, body := range []string{"a := b % c", "a := math.Sqrt(b)", "if a { }", "a <<= 1", "for i := range x { }", "a := x[0:1]", "a = netSinh(b)"} {
		c, err := newTally([]byte("package net\nfunc (p *Net) F() {\n"+body+"\n}\n"), "net")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.function("F"); err == nil {
			t.Errorf("%s: counted %+v, want an error: it is not in emitted code", body, got)
		}
	}
}

// tally counts the operations in emitted code.
type tally struct {
	methods map[string]*ast.FuncDecl
	// functions are the elementary functions by name, each counted as what it is.
	functions map[string]expr.Count
}

func newTally(src []byte, prefix string) (*tally, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "net_gen.go", src, 0)
	if err != nil {
		return nil, err
	}
	c := &tally{methods: map[string]*ast.FuncDecl{}, functions: map[string]expr.Count{}}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil {
			c.methods[f.Name.Name] = f
		}
	}
	for op := range expr.Op(255) {
		if name := templates.FunctionName(prefix, op); name != "" {
			c.functions[name] = expr.CountOps(expr.Unary{Op: op, X: expr.Z})
		}
	}
	return c, nil
}

// function counts what one call of a method performs.
func (c *tally) function(name string) (plan.Count, error) {
	f := c.methods[name]
	if f == nil {
		return plan.Count{}, fmt.Errorf("no method %s", name)
	}
	return c.block(f.Body)
}

func (c *tally) block(b *ast.BlockStmt) (plan.Count, error) {
	var all plan.Count
	for _, stmt := range b.List {
		n, err := c.statement(stmt)
		if err != nil {
			return all, err
		}
		all = all.Plus(n)
	}
	return all, nil
}

func (c *tally) statement(stmt ast.Stmt) (plan.Count, error) {
	switch s := stmt.(type) {
	case *ast.BlockStmt:
		return c.block(s)
	case *ast.ExprStmt:
		return c.expression(s.X)
	case *ast.ReturnStmt:
		return c.expressions(s.Results)
	case *ast.DeclStmt: // var loss float32
		return plan.Count{}, nil
	case *ast.ForStmt:
		trips, err := tripsOf(s)
		if err != nil {
			return plan.Count{}, err
		}
		body, err := c.block(s.Body)
		return body.Times(trips), err
	case *ast.AssignStmt:
		all, err := c.expressions(s.Rhs)
		if err != nil {
			return all, err
		}
		for _, left := range s.Lhs {
			n, err := c.target(left, s.Tok)
			if err != nil {
				return all, err
			}
			all = all.Plus(n)
		}
		return all, nil
	}
	return plan.Count{}, fmt.Errorf("unexpected statement %T", stmt)
}

// target counts what assigning to an element or a variable performs.
func (c *tally) target(left ast.Expr, tok token.Token) (plan.Count, error) {
	var n plan.Count
	if x, ok := left.(*ast.IndexExpr); ok {
		n.Stores = 1
		if ofParams(x) {
			n.ParamStores = 1
		}
		if tok != token.ASSIGN {
			n = n.Plus(load(x))
		}
	} else if _, ok := left.(*ast.Ident); !ok {
		return n, fmt.Errorf("unexpected assignment to %T", left)
	}
	switch tok {
	case token.DEFINE, token.ASSIGN:
	case token.ADD_ASSIGN, token.SUB_ASSIGN:
		n.Adds = 1
	case token.MUL_ASSIGN:
		n.Muls = 1
	case token.QUO_ASSIGN:
		n.Divs = 1
	default:
		return n, fmt.Errorf("unexpected assignment %v", tok)
	}
	return n, nil
}

func (c *tally) expressions(list []ast.Expr) (plan.Count, error) {
	var all plan.Count
	for _, e := range list {
		n, err := c.expression(e)
		if err != nil {
			return all, err
		}
		all = all.Plus(n)
	}
	return all, nil
}

func (c *tally) expression(e ast.Expr) (plan.Count, error) {
	var own plan.Count
	switch x := e.(type) {
	case *ast.Ident, *ast.BasicLit:
		return own, nil
	case *ast.ParenExpr:
		return c.expression(x.X)
	case *ast.IndexExpr:
		return load(x), nil
	case *ast.UnaryExpr:
		if _, constant := x.X.(*ast.BasicLit); constant || x.Op == token.AND {
			return own, nil // a negative number, or an address
		}
		if x.Op != token.SUB {
			return own, fmt.Errorf("unexpected operator %v", x.Op)
		}
		own.Selects = 1
		operand, err := c.expression(x.X)
		return own.Plus(operand), err
	case *ast.BinaryExpr:
		switch x.Op {
		case token.ADD, token.SUB:
			own.Adds = 1
		case token.MUL:
			own.Muls = 1
		case token.QUO:
			own.Divs = 1
		default:
			return own, fmt.Errorf("unexpected operator %v", x.Op)
		}
		operands, err := c.expressions([]ast.Expr{x.X, x.Y})
		return own.Plus(operands), err
	case *ast.CallExpr:
		return c.call(x)
	}
	return own, fmt.Errorf("unexpected expression %T", e)
}

func (c *tally) call(x *ast.CallExpr) (plan.Count, error) {
	if _, view := x.Fun.(*ast.ParenExpr); view {
		return plan.Count{}, nil // a vector seen as the rows of a matrix: no element is read
	}
	args, err := c.expressions(x.Args)
	if err != nil {
		return args, err
	}
	switch f := x.Fun.(type) {
	case *ast.SelectorExpr:
		if isNamed(f.X, "math") && slices.Contains([]string{"Copysign", "Inf", "NaN"}, f.Sel.Name) {
			return plan.Count{}, nil // a constant that Go has no notation for
		}
		if !isNamed(f.X, "p") {
			return args, fmt.Errorf("unexpected call of %s", f.Sel.Name)
		}
		return c.function(f.Sel.Name)
	case *ast.Ident:
		switch f.Name {
		case "float32", "float64":
			return args, nil
		case "max", "min":
			args.Selects += len(x.Args) - 1
			return args, nil
		}
		if own, ok := c.functions[f.Name]; ok {
			args.Count = args.Count.Plus(own)
			return args, nil
		}
		return args, fmt.Errorf("unexpected call of %s", f.Name)
	}
	return args, fmt.Errorf("unexpected call of a %T", x.Fun)
}

// load is an element read.
func load(x *ast.IndexExpr) plan.Count {
	if ofParams(x) {
		return plan.Count{Loads: 1, ParamLoads: 1}
	}
	return plan.Count{Loads: 1}
}

// ofParams says whether an element belongs to the parameters or their gradient: p.W1[2][3], g.B1[0], w_i3[2] where w_i3
// points to a row, or an element of the views ps and gs of all of them.
func ofParams(x *ast.IndexExpr) bool {
	var base ast.Expr = x
	for {
		index, ok := base.(*ast.IndexExpr)
		if !ok {
			break
		}
		base = index.X
	}
	switch b := base.(type) {
	case *ast.SelectorExpr:
		return isNamed(b.X, "p") || isNamed(b.X, "g")
	case *ast.Ident:
		return strings.HasPrefix(b.Name, "w_") || b.Name == "ps" || b.Name == "gs"
	}
	return false
}

func isNamed(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

// tripsOf is how often a loop of the form for i := 0; i < 64; i += 8 runs.
func tripsOf(s *ast.ForStmt) (int, error) {
	init, ok1 := s.Init.(*ast.AssignStmt)
	cond, ok2 := s.Cond.(*ast.BinaryExpr)
	if !ok1 || !ok2 || cond.Op != token.LSS {
		return 0, fmt.Errorf("a loop of unexpected form")
	}
	lo, err := number(init.Rhs[0])
	if err != nil {
		return 0, err
	}
	hi, err := number(cond.Y)
	if err != nil {
		return 0, err
	}
	step := 1
	if post, ok := s.Post.(*ast.AssignStmt); ok {
		if step, err = number(post.Rhs[0]); err != nil {
			return 0, err
		}
	}
	return (hi - lo + step - 1) / step, nil
}

func number(e ast.Expr) (int, error) {
	lit, ok := e.(*ast.BasicLit)
	if !ok {
		return 0, fmt.Errorf("a bound that is no number")
	}
	return strconv.Atoi(lit.Value)
}
