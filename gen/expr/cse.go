package expr

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
)

// A Program computes several expressions with their common subexpressions computed once.
type Program struct {
	// Lets are assignments to be made in order; each reads variables of the original expressions and
	// names of earlier assignments.
	Lets []Let
	// Results are the expressions given to Share, over the same variables and all names assigned.
	Results []Expr
}

// A Let is one assignment, Name = Value.
type Let struct {
	Name  Var
	Value Expr
}

// Share returns a program for the given expressions in which every subexpression that is needed
// more than once is assigned to a name of its own, and everything else stays where it stands. x*y and
// y*x are the same subexpression. Values are the same, bit for bit: no rewrite is applied. Names are
// prefix followed by 0, 1, …, in the order of assignment, without those that are variables of the
// expressions.
func Share(prefix string, results ...Expr) Program {
	s := sharing{numbering: newNumbering(), prefix: prefix, taken: make(map[Var]bool), names: make(map[int]Var)}
	roots := make([]int, len(results))
	for i, e := range results {
		roots[i] = s.number(e)
		for _, v := range Vars(e) {
			s.taken[v] = true
		}
	}
	s.uses = make([]int, len(s.nodes))
	for _, root := range roots {
		s.uses[root]++
	}
	for _, n := range s.nodes {
		for _, operand := range n.operands {
			s.uses[operand]++
		}
	}
	program := Program{Results: make([]Expr, len(results))}
	for i, root := range roots {
		program.Results[i] = s.place(root)
	}
	program.Lets = s.lets
	return program
}

// sharing is the state of Share: how often each distinct subexpression is used by another or as a result,
// and the name of those already assigned.
type sharing struct {
	*numbering
	prefix string
	taken  map[Var]bool
	next   int
	uses   []int
	names  map[int]Var
	lets   []Let
}

// place returns what stands for a subexpression where it is used, after appending the assignments that it
// needs.
func (s *sharing) place(number int) Expr {
	if name, ok := s.names[number]; ok {
		return name
	}
	node := s.nodes[number]
	var e Expr
	switch n := node.expr.(type) {
	case Unary:
		e = Unary{n.Op, s.place(node.operands[0])}
	case Binary:
		x := s.place(node.operands[0])
		e = Binary{n.Op, x, s.place(node.operands[1])}
	case Select:
		c, x := s.place(node.operands[0]), s.place(node.operands[1])
		e = Select{c, x, s.place(node.operands[2])}
	default:
		return n
	}
	if s.uses[number] < 2 {
		return e
	}
	name := s.name()
	s.names[number] = name
	s.lets = append(s.lets, Let{name, e})
	return name
}

func (s *sharing) name() Var {
	for {
		name := Var(s.prefix + strconv.Itoa(s.next))
		s.next++
		if !s.taken[name] {
			return name
		}
	}
}

// Count returns the operations of one run of the program.
func (p Program) Count() Count {
	var c Count
	for _, l := range p.Lets {
		c = c.Plus(CountOps(l.Value))
	}
	for _, e := range p.Results {
		c = c.Plus(CountOps(e))
	}
	return c
}

// String is the assignments, one a line, and a last line with the results.
func (p Program) String() string {
	var b strings.Builder
	for _, l := range p.Lets {
		fmt.Fprintf(&b, "%s = %s\n", l.Name, l.Value)
	}
	b.WriteString("->")
	for i, e := range p.Results {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString(" " + e.String())
	}
	return b.String()
}

// EvalProgram runs p in the arithmetic of F, as Eval does, and returns one value per result. It leaves env
// as it is. The error names a variable that env lacks.
func EvalProgram[F Float](p Program, env Env[F]) ([]F, error) {
	all := make(Env[F], len(env)+len(p.Lets))
	maps.Copy(all, env)
	for _, l := range p.Lets {
		v, err := Eval(l.Value, all)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.Name, err)
		}
		all[l.Name] = v
	}
	values := make([]F, len(p.Results))
	for i, e := range p.Results {
		v, err := Eval(e, all)
		if err != nil {
			return nil, fmt.Errorf("result %d: %w", i, err)
		}
		values[i] = v
	}
	return values, nil
}
