package code

import (
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"strings"
)

// Read reads statements as Go has them: of programs that people write, as elementary functions are, that is the form
// they read best. Only what a program may contain is read. Comments and parentheses are kept.
func Read(text string) (*Block, error) {
	const before = "package p\nfunc f() {\n"
	r := &reader{fset: token.NewFileSet(), lines: strings.Count(before, "\n")}
	file, err := parser.ParseFile(r.fset, "", before+text+"\n}", parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("reading code: %w", err)
	}
	for _, group := range file.Comments {
		r.comments = append(r.comments, group.List...)
	}
	b := r.block(file.Decls[0].(*ast.FuncDecl).Body)
	return b, errors.Join(r.errs...)
}

type reader struct {
	fset     *token.FileSet
	lines    int            // that stand before the text
	comments []*ast.Comment // those that are not in a statement yet
	errs     []error
}

// fail says what can't be read, and where it stands.
func (r *reader) fail(n ast.Node, what string) {
	r.errs = append(r.errs, fmt.Errorf("line %d: %s", r.line(n.Pos())-r.lines, what))
}

func (r *reader) line(p token.Pos) int { return r.fset.Position(p).Line }

// block reads statements, and the comments between them.
func (r *reader) block(list *ast.BlockStmt) *Block {
	b := &Block{}
	for _, s := range list.List {
		r.before(s.Pos(), b)
		if stmt := r.statement(s); stmt != nil {
			b.Add(stmt)
		}
	}
	r.before(list.End(), b)
	return b
}

// before puts the comments up to a position into a block.
func (r *reader) before(p token.Pos, b *Block) {
	for len(r.comments) > 0 && r.comments[0].Pos() < p {
		b.Comment(r.comment())
	}
}

// comment takes the next comment.
func (r *reader) comment() string {
	c := r.comments[0]
	r.comments = r.comments[1:]
	return strings.TrimSpace(strings.TrimPrefix(c.Text, "//"))
}

// remark takes the comment that stands at the end of the line where a statement ends, if there is one.
func (r *reader) remark(s ast.Stmt) string {
	if len(r.comments) > 0 && r.line(r.comments[0].Pos()) == r.line(s.End()) {
		return r.comment()
	}
	return ""
}

// assignments are the operators of assignments.
var assignments = map[token.Token]Op{
	token.ASSIGN: Set, token.ADD_ASSIGN: Add, token.SUB_ASSIGN: Sub, token.MUL_ASSIGN: Mul, token.QUO_ASSIGN: Div,
	token.AND_ASSIGN: And, token.OR_ASSIGN: Or, token.XOR_ASSIGN: Xor, token.AND_NOT_ASSIGN: AndNot,
	token.SHL_ASSIGN: Shl, token.SHR_ASSIGN: Shr,
}

// statement reads one.
func (r *reader) statement(s ast.Stmt) Stmt {
	switch s := s.(type) {
	case *ast.AssignStmt:
		if s.Tok == token.DEFINE {
			return &Let{Names: r.names(s.Lhs), Values: r.expressions(s.Rhs), Remark: r.remark(s)}
		}
		op, ok := assignments[s.Tok]
		if !ok {
			r.fail(s, "unexpected assignment "+s.Tok.String())
		}
		return &Assign{To: r.expressions(s.Lhs), Op: op, Values: r.expressions(s.Rhs), Remark: r.remark(s)}
	case *ast.DeclStmt:
		if d, ok := s.Decl.(*ast.GenDecl); ok && d.Tok == token.CONST && len(d.Specs) == 1 {
			v := d.Specs[0].(*ast.ValueSpec)
			var names []ast.Expr
			for _, name := range v.Names {
				names = append(names, name)
			}
			return &Const{Names: r.names(names), Values: r.expressions(v.Values), Remark: r.remark(s)}
		}
	case *ast.IfStmt:
		if s.Else == nil && s.Init == nil {
			cond := r.expression(s.Cond)
			return &If{cond, r.block(s.Body)}
		}
	case *ast.ReturnStmt:
		return &Return{Values: r.expressions(s.Results), Remark: r.remark(s)}
	}
	r.fail(s, fmt.Sprintf("unexpected statement %T", s))
	return nil
}

func (r *reader) names(list []ast.Expr) []string {
	var names []string
	for _, e := range list {
		id, ok := e.(*ast.Ident)
		if !ok {
			r.fail(e, "no name")
			continue
		}
		names = append(names, id.Name)
	}
	return names
}

func (r *reader) expressions(list []ast.Expr) []Expr {
	var xs []Expr
	for _, e := range list {
		xs = append(xs, r.expression(e))
	}
	return xs
}

// operators are those of two operands, and of one.
var (
	operators = map[token.Token]Op{
		token.ADD: Add, token.SUB: Sub, token.MUL: Mul, token.QUO: Div, token.AND: And, token.OR: Or, token.XOR: Xor,
		token.AND_NOT: AndNot, token.SHL: Shl, token.SHR: Shr, token.EQL: Eq, token.NEQ: Ne, token.LSS: Lt,
		token.LEQ: Le, token.GTR: Gt, token.GEQ: Ge, token.LAND: Both, token.LOR: Either,
	}
	unaries = map[token.Token]Op{token.SUB: Neg, token.NOT: Not}
)

// expression reads one.
func (r *reader) expression(e ast.Expr) Expr {
	switch x := e.(type) {
	case *ast.Ident:
		return V(x.Name)
	case *ast.BasicLit:
		return r.literal(x)
	case *ast.ParenExpr:
		return &Group{r.expression(x.X)}
	case *ast.IndexExpr:
		return &Elem{r.expression(x.X), r.expression(x.Index)}
	case *ast.UnaryExpr:
		if x.Op == token.AND {
			return &Addr{r.expression(x.X)}
		}
		if lit, ok := x.X.(*ast.BasicLit); ok && x.Op == token.SUB && lit.Kind == token.FLOAT {
			n := r.literal(lit).(*Num)
			return &Num{Value: -n.Value, Text: "-" + n.Text}
		}
		if op, ok := unaries[x.Op]; ok {
			return &Unary{op, r.expression(x.X)}
		}
	case *ast.BinaryExpr:
		if op, ok := operators[x.Op]; ok {
			return &Binary{op, r.expression(x.X), r.expression(x.Y)}
		}
	case *ast.SelectorExpr:
		if isMath(x) && mathematical[x.Sel.Name] != nil {
			return &Named{x.Sel.Name}
		}
	case *ast.CallExpr:
		return r.call(x)
	}
	r.fail(e, fmt.Sprintf("unexpected expression %T", e))
	return I(0)
}

// literal reads a number, which keeps its spelling.
func (r *reader) literal(x *ast.BasicLit) Expr {
	v := constant.MakeFromLiteral(x.Value, x.Kind, 0)
	switch x.Kind {
	case token.INT:
		if n, ok := constant.Uint64Val(v); ok {
			return &Whole{Value: int64(n), Text: x.Value}
		}
	case token.FLOAT:
		f, _ := constant.Float64Val(v)
		return &Num{Value: f, Text: x.Value}
	}
	r.fail(x, "unexpected literal "+x.Value)
	return I(0)
}

// isMath says whether a name is of package math.
func isMath(x *ast.SelectorExpr) bool {
	id, ok := x.X.(*ast.Ident)
	return ok && id.Name == "math"
}

// call reads a conversion, a function of package math, min, max, or a call of another function.
func (r *reader) call(x *ast.CallExpr) Expr {
	args := r.expressions(x.Args)
	switch f := x.Fun.(type) {
	case *ast.SelectorExpr:
		if !isMath(f) || len(args) != 1 {
			break
		}
		switch f.Sel.Name {
		case "Sqrt":
			return &Sqrt{args[0]}
		case "Float32bits":
			return &Bits{Float32, args[0]}
		case "Float64bits":
			return &Bits{Float64, args[0]}
		case "Float32frombits":
			return &FromBits{Float32, args[0]}
		case "Float64frombits":
			return &FromBits{Float64, args[0]}
		}
	case *ast.Ident:
		switch k := KindOf(f.Name); {
		case k != None && len(args) == 1:
			return &Convert{k, args[0]}
		case f.Name == "min":
			return &Extreme{Min, args}
		case f.Name == "max":
			return &Extreme{Max, args}
		}
		return CallOf(f.Name, args...)
	}
	r.fail(x, "unexpected call")
	return I(0)
}
