package machinecode

import (
	"fmt"
	"strconv"
	"strings"
)

// frame is how much of the stack a function takes: what its prologue lowers the stack pointer by, and the return
// address.
func (f compiled) frame() (int, error) {
	bytes := 8
	for i, in := range f.code {
		switch {
		case in.op == "PUSHQ":
			bytes += 8
		case len(in.args) == 2 && in.args[1] == "SP" && (in.op == "SUBQ" || in.op == "ADDQ"):
			by, err := strconv.ParseInt(strings.TrimPrefix(in.args[0], "$"), 0, 64)
			if err != nil {
				return 0, fmt.Errorf("%s: %s moves the stack pointer by %s", f.short(), in.where, in.args[0])
			}
			if in.op == "ADDQ" {
				by = -by
			}
			return bytes + int(by), nil
		case i == 12:
			return bytes, nil // no prologue is longer
		}
	}
	return bytes, nil
}

// depths are how much of the stack a call of each function takes, with those it calls in turn. Functions outside the
// list count as nothing.
func depths(functions []compiled) (map[string]int, error) {
	named := map[string]compiled{}
	for _, f := range functions {
		named[f.name] = f
	}
	done := map[string]int{}
	var depth func(name string) (int, error)
	depth = func(name string) (int, error) {
		f, known := named[name]
		if bytes, ok := done[name]; ok || !known {
			return bytes, nil
		}
		done[name] = 0 // of a function that calls itself
		deepest := 0
		for _, in := range f.code {
			if in.symbol == "" || in.symbol == name {
				continue
			}
			below, err := depth(in.symbol)
			if err != nil {
				return 0, err
			}
			deepest = max(deepest, below)
		}
		own, err := f.frame()
		done[name] = own + deepest
		return done[name], err
	}
	for _, f := range functions {
		if _, err := depth(f.name); err != nil {
			return nil, err
		}
	}
	return done, nil
}
