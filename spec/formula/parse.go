package formula

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/spec/internal/words"
)

// Parse reads a formula in the given variables. The first of them must occur in it: nothing is learnt
// through a function that does not depend on it. The error is an *Error. Parse keeps to the limits of
// this package, and every part of a formula without variables has a value, 0 or of a magnitude from
// MinMagnitude to MaxMagnitude.
//
//	sum     = product { ("+" | "-") product }
//	product = signed { ("*" | "/") signed }
//	signed  = "-" signed | power
//	power   = operand [ "^" signed ]
//	operand = number | "pi" | variable | function "(" sum { "," sum } ")" | "(" sum ")"
func Parse(text string, variables ...string) (Node, error) {
	if length := utf8.RuneCountInString(text); length > MaxLength {
		message := fmt.Sprintf("the formula is %d characters long; at most %d are allowed", length, MaxLength)
		return nil, &Error{MaxLength, message}
	}
	if strings.TrimSpace(text) == "" {
		return nil, &Error{0, "the formula is empty; write what it computes"}
	}
	p := parser{text: []rune(text), variables: variables}
	p.source = string(p.text)
	for i := range p.source {
		p.starts = append(p.starts, i)
	}
	p.next()
	x := p.sum()
	switch p.token.kind {
	case ')':
		p.fail(p.token.at, "this parenthesis closes none; remove it")
	case ',':
		p.fail(p.token.at, "a comma stands between the arguments of a function only; a decimal point is a point")
	}
	if p.err == nil {
		p.err = check(x, variables)
	}
	if p.err != nil {
		return nil, p.err
	}
	return x, nil
}

// parser reads a formula token by token. After the first mistake, which it keeps, there are none left.
type parser struct {
	text      []rune
	source    string // text in bytes, of which starts says where each rune begins
	starts    []int
	variables []string
	before    token // the last one read
	token     token // the one that comes next
	depth     int   // of what is being read
	err       *Error
}

// fail notes a mistake unless there has been one, and ends the reading.
func (p *parser) fail(at int, format string, args ...any) {
	p.stop(&Error{at, fmt.Sprintf(format, args...)})
}

func (p *parser) stop(err *Error) {
	if p.err == nil {
		p.err = err
	}
	p.token = token{kind: endKind, at: len(p.text)}
}

// next goes on to the next token.
func (p *parser) next() {
	if p.err != nil {
		return
	}
	p.before = p.token
	t, err := p.scan(p.token.at + len(p.token.text))
	if err != nil {
		p.stop(err)
		return
	}
	p.token = t
}

// nested reads something one level deeper than what it is part of.
func (p *parser) nested(at int, read func() Node) Node {
	if p.depth == MaxDepth {
		p.fail(at, "nested deeper than %d levels", MaxDepth)
	}
	p.depth++
	x := read()
	p.depth--
	return x
}

func (p *parser) sum() Node     { return p.chain("+-", p.product) }
func (p *parser) product() Node { return p.chain("*/", p.signed) }

// chain reads operands with operators of one rank between them, which group to the left.
func (p *parser) chain(operators string, operand func() Node) Node {
	x := operand()
	for p.token.kind != endKind && strings.IndexByte(operators, p.token.kind) >= 0 {
		op := p.token
		p.next()
		x = &Binary{op.at, op.kind, x, operand()}
	}
	return x
}

func (p *parser) signed() Node {
	if p.token.kind != '-' {
		return p.power()
	}
	at := p.token.at
	p.next()
	return &Negation{at, p.nested(at, p.signed)}
}

func (p *parser) power() Node {
	x := p.operand()
	if p.token.kind != '^' {
		return x
	}
	at := p.token.at
	p.next()
	return &Binary{at, '^', x, p.nested(at, p.signed)}
}

// operand reads a number, a name with its arguments or what stands in parentheses, and demands that no other
// operand follows.
func (p *parser) operand() Node {
	var x Node
	switch t := p.token; t.kind {
	case numberKind:
		v, err := value(t)
		if err != nil {
			p.stop(err)
		}
		p.next()
		x = &Number{t.at, v}
	case nameKind:
		p.next()
		x = p.name(t)
	case '(':
		p.next()
		x = p.nested(t.at, p.sum)
		p.closing(t, "this parenthesis is not closed; add )")
	default:
		p.missing()
	}
	switch p.token.kind {
	case numberKind, nameKind, '(':
		p.fail(p.token.at, "an operator is missing; to multiply, write %s*%s", clip(p.before.text), clip(p.token.text))
	}
	return x
}

// closing reads the parenthesis that closes the one given.
func (p *parser) closing(open token, message string) {
	switch p.token.kind {
	case ')':
		p.next()
	case ',':
		p.fail(p.token.at, "a comma stands between the arguments of a function only; a decimal point is a point")
	default:
		p.fail(open.at, "%s", message)
	}
}

// missing says that there should be an operand where the next token is.
func (p *parser) missing() {
	at, next, before := p.token.at, p.token.text, p.before.text
	switch p.token.kind {
	case endKind:
		p.fail(at, "an operand is missing after %s", before)
	case '+':
		p.fail(at, "an operand is missing before +; a sign + is not written")
	case ')':
		if before == "(" {
			p.fail(at, "nothing stands between the parentheses")
		}
		if before != "" {
			p.fail(at, "an operand is missing after %s", before)
		}
		p.fail(at, "an operand is missing before )")
	default:
		p.fail(at, "an operand is missing before %s", next)
	}
}

// name makes the node of a name that has been read, and reads the arguments of a function.
func (p *parser) name(t token) Node {
	if t.text == circleNumber {
		return pi(t.at)
	}
	if slices.Contains(p.variables, t.text) {
		return &Variable{t.at, t.text}
	}
	f, known := lookup(t.text)
	switch {
	case !known:
		p.unknown(t)
		return nil
	case p.token.kind != '(':
		p.fail(t.at, "%s is a function; write %s", f.Name, usage(f))
		return nil
	}
	return p.call(t, f)
}

// call reads the arguments of a function, of which the name has been read.
func (p *parser) call(t token, f Function) Node {
	open := p.token
	p.next()
	c := &Call{At: t.at, Name: f.Name}
	if p.token.kind != ')' {
		c.Args = append(c.Args, p.nested(open.at, p.sum))
	}
	for p.token.kind == ',' {
		p.next()
		c.Args = append(c.Args, p.nested(open.at, p.sum))
	}
	p.closing(open, "the parenthesis of "+f.Name+" is not closed; add )")
	if given := len(c.Args); given != f.Args {
		p.fail(t.at, "%s takes %s, not %d; write %s", f.Name, plural.Of(f.Args, "argument"), given, usage(f))
	}
	return c
}

// usage shows how a function is called.
func usage(f Function) string {
	if f.Args == 1 {
		return f.Name + "(…)"
	}
	return f.Name + "(…, …)"
}

// unknown says that a name is none of those that may be used.
func (p *parser) unknown(t token) {
	name, lower := clip(t.text), strings.ToLower(t.text)
	called := p.token.kind == '('
	var calls []string
	for _, f := range functions {
		calls = append(calls, f.Name)
	}
	what, allowed, use := "function", calls, words.List(calls, "or")
	if !called {
		names := append(slices.Clone(p.variables), circleNumber)
		what, allowed = "name", append(slices.Clone(names), calls...)
		use = words.List(append(names, "a function: "+strings.Join(calls, ", ")), "or")
	}
	switch near := words.Suggest(t.text, allowed, synonyms); {
	case idioms[lower] != "":
		p.fail(t.at, "unknown %s %s; write %s", what, name, idioms[lower])
	case near != "":
		p.fail(t.at, `unknown %s %s; did you mean "%s"?`, what, name, near)
	case !called && slices.Contains(letters, t.text) && len(p.variables) > 0:
		p.fail(t.at, "%s cannot be used in this formula; use %s", name, words.List(p.variables, "or"))
	default:
		p.fail(t.at, "unknown %s %s; use %s", what, name, use)
	}
}

// known reports whether a name is one that may be used.
func (p *parser) known(name string) bool {
	_, function := lookup(name)
	return function || name == circleNumber || slices.Contains(p.variables, name)
}
