package gen_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"

	"github.com/backpropgen/backpropgen/gen/elementary"
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// tally counts the operations in emitted code.
type tally struct {
	methods map[string]*ast.FuncDecl
	// functions are the elementary functions by name, each counted as what it is.
	functions map[string]expr.Count
	params    int // of the network
	samples   int // in the slices of a batch, at the place that is counted
}

func newTally(src []byte, prefix string) (*tally, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "net_gen.go", src, 0)
	if err != nil {
		return nil, err
	}
	c := &tally{methods: map[string]*ast.FuncDecl{}, functions: map[string]expr.Count{}}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if typ := receiver(f); strings.EqualFold(typ, prefix) || strings.EqualFold(typ, prefix+"Grad") { // optimizers have others of some names
			c.methods[f.Name.Name] = f
		}
	}
	for op := range expr.Op(255) {
		if name := elementary.Name(prefix, op); name != "" {
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
	defer func(n int) { c.samples = n }(c.samples)
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
	case *ast.IfStmt:
		if ofLengths(s.Cond) {
			return plan.Count{}, nil // of the arguments; no branch that is taken when they are as they should be
		}
	case *ast.RangeStmt:
		if isNamed(s.X, "xs") {
			body, err := c.block(s.Body)
			return body.Times(int64(c.samples)), err
		}
	case *ast.ForStmt:
		if s.Init == nil && ofLengths(s.Cond) {
			return c.blocks(s)
		}
		trips, err := tripsOf(s)
		if err != nil {
			return plan.Count{}, err
		}
		body, err := c.block(s.Body)
		return body.Times(int64(trips)), err
	case *ast.AssignStmt:
		if isNamed(s.Lhs[0], "xs") {
			return plan.Count{}, nil // blocks are counted with their loop
		}
		if isNamed(s.Lhs[0], "_") {
			return plan.Count{}, nil // pointers are tried, no element is read
		}
		if _, ok := s.Rhs[0].(*ast.CompositeLit); ok {
			return plan.Count{Stores: int64(c.params), ParamStores: int64(c.params)}, nil // *g = NetGrad{}
		}
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

// blocks counts the loop of a batch over blocks, for len(xs) > 32 && len(ys) > 32 { … }: as many whole blocks as leave
// some samples over, which are in the slices then.
func (c *tally) blocks(s *ast.ForStmt) (plan.Count, error) {
	cond := s.Cond
	for {
		b, ok := cond.(*ast.BinaryExpr)
		if !ok {
			return plan.Count{}, fmt.Errorf("a loop of unexpected form")
		}
		if b.Op == token.GTR {
			cond = b.Y
			break
		}
		cond = b.X
	}
	size, err := number(cond)
	if err != nil {
		return plan.Count{}, err
	}
	all := c.samples
	whole := max(0, all-1) / size
	c.samples = size
	body, err := c.block(s.Body)
	c.samples = all - whole*size
	return body.Times(int64(whole)), err
}

// ofLengths says whether a condition is about the lengths of slices alone.
func ofLengths(e ast.Expr) bool {
	switch x := e.(type) {
	case *ast.BinaryExpr:
		return ofLengths(x.X) && ofLengths(x.Y)
	case *ast.BasicLit:
		return true
	case *ast.CallExpr:
		return isNamed(x.Fun, "len")
	}
	return false
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
	case *ast.SliceExpr:
		if isSamples(x) {
			return own, nil
		}
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
		if isNamed(f.X, "math") && slices.Contains([]string{"Copysign", "Inf", "NaN", "Float32frombits", "Float64frombits"}, f.Sel.Name) {
			return plan.Count{}, nil // a constant that Go has no notation for
		}
		if f.Sel.Name == "Flat" {
			return args, nil
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
			args.Selects += int64(len(x.Args) - 1)
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

// isSamples says whether an expression is a block of the samples of a batch: xs[:32].
func isSamples(x *ast.SliceExpr) bool {
	return x.Low == nil && (isNamed(x.X, "xs") || isNamed(x.X, "ys") || isNamed(x.X, "out") || isNamed(x.X, "gxs"))
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
