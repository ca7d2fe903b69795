package gen_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/templates"
)

// TestCountsGolden counts the operations in the emitted code of the committed networks, in every mode and precision.
func TestCountsGolden(t *testing.T) {
	t.Parallel()
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

// TestCountsDeep counts those of a network whose loops together would be too much code, so that their bodies are tiny.
func TestCountsDeep(t *testing.T) {
	t.Parallel()
	for _, r := range []spec.Rounding{spec.RoundingFast, spec.RoundingStrict} {
		checkCounts(t, deepNetwork("Deep", 48, 16, r))
	}
}

// TestCountsRandom counts the operations in the emitted code of random networks.
func TestCountsRandom(t *testing.T) {
	t.Parallel()
	count := max(60, *specs)
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
	file, err := portable.Build(p, portable.Options{Package: "net"})
	if err != nil {
		t.Fatal(err)
	}
	src, err := templates.Program(file).Render()
	if err != nil {
		t.Fatal(err)
	}
	c, err := newTally(src, portable.Prefix(n.Name))
	if err != nil {
		t.Fatal(err)
	}
	c.params = n.Params()
	for _, f := range p.Funcs {
		if f.Batch {
			checkBatchCounts(t, n, p, c, f.Name)
			continue
		}
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

// checkBatchCounts is checkCounts for calls of a batch function with various numbers of samples.
func checkBatchCounts(t *testing.T, n spec.Network, p *plan.Program, c *tally, name string) {
	t.Helper()
	for _, c.samples = range []int{0, 1, p.Block, p.Block + 1, 3*p.Block + 2} {
		samples := c.samples
		want, err := p.CountBatch(name, samples)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.function(name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got != want {
			t.Errorf("%s, %s, cache %s, unroll %s: the code of %s performs for %d samples\n%+v, the plan counts\n%+v", n.Name, n.Precision, n.Cache, n.Unroll, name, samples, got, want)
		}
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
		// Of seven samples and six parameters.
		"for s := range xs { x := &xs[s]; a += x[1] }":                                                 {Count: expr.Count{Adds: 7}, Loads: 7},
		"*g = NetGrad{}; if len(xs) != len(ys) { panic(0) }":                                           {Stores: 6, ParamStores: 6},
		"ps, gs := p.Flat(), b.sum.Flat(); ps[2] -= gs[2]":                                             {Count: expr.Count{Adds: 1}, Loads: 2, Stores: 1, ParamLoads: 2, ParamStores: 1},
		"for len(xs) > 3 && len(ys) > 3 { p.each(b, xs[:3]); xs, ys = xs[3:], ys[3:] }; p.each(b, xs)": {Count: expr.Count{Adds: 7 + 3}},
	} {
		c, err := newTally([]byte("package net\nfunc (p *Net) F() {\n"+body+"\n}\nfunc (p *Net) part(x *[1]float32) float32 { return x[0] + 1 }\n"+
			"func (p *Net) each(b *NetBatch, xs [][1]float32) { for s := range xs { a += b }; a += 0 }\n"), "net")
		if err != nil {
			t.Fatal(err)
		}
		c.samples, c.params = 7, 6
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
