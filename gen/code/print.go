package code

import (
	"fmt"
	"strings"
)

// String is the program as its reader may have it: every declaration with its statements, without docs.
func (f *File) String() string {
	var b strings.Builder
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *Consts:
			for _, c := range d.List {
				fmt.Fprintf(&b, "const %s = %d\n", c.Name, c.Value)
			}
		case *Struct:
			if d.Of != "" {
				fmt.Fprintf(&b, "type %s %s\n", d.Name, d.Of)
				continue
			}
			fmt.Fprintf(&b, "type %s struct {\n", d.Name)
			for _, field := range d.Fields {
				fmt.Fprintf(&b, "\t%s %v\n", field.Name, field.Type)
			}
			b.WriteString("}\n")
		case *Table:
			fmt.Fprintf(&b, "table %s [%d][%d]%v\n", d.Name, d.Len, len(d.Rows[0]), d.Elem)
		case *Func:
			b.WriteString(d.String())
		}
	}
	return b.String()
}

// String is the function with its statements.
func (f *Func) String() string {
	var b strings.Builder
	b.WriteString("func ")
	if f.Recv != nil {
		fmt.Fprintf(&b, "(%s) ", parameters(*f.Recv))
	}
	fmt.Fprintf(&b, "%s(%s)", f.Name, parameters(f.Params...))
	if len(f.Results) > 0 {
		fmt.Fprintf(&b, " (%s)", parameters(f.Results...))
	}
	b.WriteString(" {\n")
	if f.Body != nil {
		f.Body.print(&b, "\t")
	}
	b.WriteString("}\n")
	return b.String()
}

func parameters(list ...Param) string {
	var all []string
	for _, p := range list {
		all = append(all, strings.TrimSpace(p.Name+" "+p.Type.String()))
	}
	return strings.Join(all, ", ")
}

// String is the statements, one a line, in the form that Read takes.
func (b *Block) String() string {
	var out strings.Builder
	b.print(&out, "")
	return out.String()
}

func (b *Block) print(out *strings.Builder, indent string) {
	for _, s := range b.Stmts {
		line, inner, remark := heading(s)
		out.WriteString(indent + strings.ReplaceAll(line, "\n", "\n"+indent))
		if inner != nil {
			out.WriteString("{\n")
			inner.print(out, indent+"\t")
			out.WriteString(indent + "}")
		}
		if remark != "" {
			out.WriteString(" // " + remark)
		}
		out.WriteString("\n")
	}
}

// heading is the line of a statement, the block that follows it, and what stands at its end.
func heading(s Stmt) (line string, inner *Block, remark string) {
	switch s := s.(type) {
	case *Comment:
		return "// " + strings.ReplaceAll(s.Text, "\n", "\n// "), nil, ""
	case *Blank:
		return "", nil, ""
	case *Let:
		return strings.Join(s.Names, ", ") + " := " + Text(s.Values...), nil, s.Remark
	case *Const:
		return "const " + strings.Join(s.Names, ", ") + " = " + Text(s.Values...), nil, s.Remark
	case *Declare:
		return fmt.Sprintf("var %s %v", strings.Join(s.Names, ", "), s.Type), nil, ""
	case *Assign:
		return fmt.Sprintf("%s %v= %s", Text(s.To...), s.Op, Text(s.Values...)), nil, s.Remark
	case *Increment:
		return Text(s.X) + "++", nil, ""
	case *Do:
		return Text(s.X), nil, ""
	case *Touch:
		return "touch(" + Text(s.Pointers...) + ")", nil, ""
	case *Return:
		return strings.TrimSpace("return " + Text(s.Values...)), nil, s.Remark
	case *Panic:
		return fmt.Sprintf("panic(%q)", s.Message), nil, ""
	case *If:
		return "if " + Text(s.Cond) + " ", s.Then, ""
	case *For:
		return fmt.Sprintf("for %s := %s; %[1]s < %[3]s; %[1]s += %[4]d ", s.Var, Text(s.Low), Text(s.High), s.Step),
			s.Body, ""
	case *Range:
		names := strings.TrimSuffix(s.Index+", "+s.Value, ", ")
		if names != "" {
			names += " := "
		}
		return fmt.Sprintf("for %srange %s ", names, Text(s.X)), s.Body, ""
	case *While:
		return "for " + Text(s.Cond) + " ", s.Body, ""
	case *Scope:
		return "", s.Body, ""
	}
	return fmt.Sprintf("%T", s), nil, ""
}

// Text is expressions, with commas between them.
func Text(xs ...Expr) string {
	var all []string
	for _, x := range xs {
		all = append(all, text(x))
	}
	return strings.Join(all, ", ")
}

func text(x Expr) string {
	switch x := x.(type) {
	case *Var:
		return x.Name
	case *Num:
		if x.Text != "" {
			return x.Text
		}
		return fmt.Sprint(x.Value)
	case *Whole:
		if x.Text != "" {
			return x.Text
		}
		return fmt.Sprint(x.Value)
	case *Named:
		return "math." + x.Name
	case *NegZero:
		return fmt.Sprintf("-0(%v)", x.Kind)
	case *Truth:
		return fmt.Sprint(x.Value)
	case *Convert:
		return fmt.Sprintf("%v(%s)", x.To, text(x.X))
	case *Bits:
		return fmt.Sprintf("math.Float%dbits(%s)", x.Of.Bits(), text(x.X))
	case *FromBits:
		return fmt.Sprintf("math.Float%dfrombits(%s)", x.To.Bits(), text(x.X))
	case *Sqrt:
		return "math.Sqrt(" + text(x.X) + ")"
	case *Library:
		return fmt.Sprintf("math.%s(%s)", x.Name, text(x.X))
	case *Unary:
		return x.Op.String() + operand(x.X, x.Op.Strength(), false)
	case *Binary:
		strength := x.Op.Strength()
		return fmt.Sprintf("%s %v %s", operand(x.X, strength, false), x.Op, operand(x.Y, strength, true))
	case *Extreme:
		return fmt.Sprintf("%v(%s)", x.Op, Text(x.Xs...))
	case *Group:
		return "(" + text(x.X) + ")"
	}
	return placeText(x)
}

// placeText is an expression about places.
func placeText(x Expr) string {
	switch x := x.(type) {
	case *Elem:
		return fmt.Sprintf("%s[%s]", text(x.X), text(x.Index))
	case *Select:
		return text(x.X) + "." + x.Name
	case *Call:
		if x.Recv != nil {
			return fmt.Sprintf("%s.%s(%s)", text(x.Recv), x.Name, Text(x.Args...))
		}
		return fmt.Sprintf("%s(%s)", x.Name, Text(x.Args...))
	case *Addr:
		return "&" + text(x.X)
	case *Deref:
		return "*" + text(x.X)
	case *Len:
		return "len(" + text(x.X) + ")"
	case *Part:
		return fmt.Sprintf("%s[%s:%s]", text(x.X), end(x.Low), end(x.High))
	case *View:
		return fmt.Sprintf("view(%v, %s)", x.To, text(x.X))
	case *Zero:
		return fmt.Sprintf("%v{}", x.Type)
	case *New:
		return fmt.Sprintf("new(%v)", x.Type)
	case *List:
		return fmt.Sprintf("[%d]%v{%s}", len(x.Xs), x.Elem, Text(x.Xs...))
	}
	return fmt.Sprintf("%T", x)
}

func end(x Expr) string {
	if x == nil {
		return ""
	}
	return text(x)
}

func operand(x Expr, strength int, right bool) string {
	if Parenthesised(x, strength, right) {
		return "(" + text(x) + ")"
	}
	return text(x)
}
