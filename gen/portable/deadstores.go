package portable

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// dropDeadStores leaves out the stores to scratch of the workspace that no function reads: where values stay in
// variables until they are used, nothing reads what is dead when the function returns.
func dropDeadStores(f *code.File, p *plan.Program) {
	scratch := map[string]bool{} // fields
	for _, b := range p.Buffers {
		if b.Kind == plan.Scratch && b.Slot >= 0 {
			scratch[field(b)] = true
		}
	}
	dropUnread(f, scratch)
}

// dropUnread leaves out the stores to some fields that no function reads.
func dropUnread(f *code.File, fields map[string]bool) {
	read := map[string]bool{}
	blocks := func(visit func(b *code.Block)) {
		for _, d := range f.Decls {
			if fn, ok := d.(*code.Func); ok && fn.Body != nil {
				fn.Body.Nested(visit)
			}
		}
	}
	blocks(func(b *code.Block) {
		for _, s := range b.Stmts {
			if to := storedTo(s); fields[to] {
				continue // of a variable
			}
			code.Expressions(s, func(e code.Expr) {
				if s, ok := e.(*code.Select); ok {
					read[s.Name] = true
				}
			})
		}
	})
	blocks(func(b *code.Block) {
		b.Stmts = slices.DeleteFunc(b.Stmts, func(s code.Stmt) bool {
			to := storedTo(s)
			return fields[to] && !read[to]
		})
	})
}

// storedTo is the field to an element of which a statement stores a variable, ws.scratch0[3] = a1_3; empty of others.
func storedTo(s code.Stmt) string {
	a, ok := s.(*code.Assign)
	if !ok || a.Op != code.Set || len(a.To) != 1 {
		return ""
	}
	_, variable := a.Values[0].(*code.Var)
	element, ok := a.To[0].(*code.Elem)
	if !ok || !variable {
		return ""
	}
	if place, ok := element.X.(*code.Select); ok {
		return place.Name
	}
	return ""
}
