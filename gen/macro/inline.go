package macro

import "slices"

// inline takes macros away that others have made needless: one that stands for a call of another, or that is called
// once. Their bodies take the place of calls.
func (f *file) inline(defined []definition) []definition {
	calls := make([]int, len(defined)) // of each macro
	count := func(lines []line, times int) {
		for i := range lines {
			if n := lines[i].calls; n > 0 {
				calls[n-1] += times
			}
		}
	}
	count(f.lines, 1)
	for _, d := range defined {
		count(d.body, 1)
	}
	for {
		at := len(defined) - 1
		for ; at >= 0; at-- {
			d := &defined[at]
			if len(d.body) == 1 && isCall(d.body[0].op) || calls[d.number] < 2 {
				break
			}
		}
		if at < 0 {
			return defined
		}
		gone := defined[at]
		defined = slices.Delete(defined, at, at+1)
		f.lines = f.spread(f.lines, gone)
		for i := range defined {
			defined[i].body = f.spread(defined[i].body, gone)
		}
		// Its body stands where its calls did, and no longer in a definition.
		count(gone.body, calls[gone.number]-1)
	}
}

// spread writes a macro out in some lines.
func (f *file) spread(lines []line, d definition) []line {
	calls := func(l line) bool { return l.calls == d.number+1 }
	from := slices.IndexFunc(lines, calls)
	if from < 0 {
		return lines
	}
	out := append(make([]line, 0, len(lines)+len(d.body)), lines[:from]...)
	for _, l := range lines[from:] {
		if !calls(l) {
			out = append(out, l)
			continue
		}
		for _, inner := range d.body {
			operands := make([]*operand, len(inner.operands))
			for k, o := range inner.operands {
				operands[k] = f.given(o, l.operands)
			}
			inner.operands = operands
			out = append(out, inner)
		}
	}
	return out
}

// given is an operand of a macro's body where it is called with some arguments.
func (f *file) given(o *operand, args []*operand) *operand {
	if o.parameter == "" {
		return o
	}
	arg := args[o.parameter[0]-'a']
	switch {
	case o.whole:
		return arg
	case arg.parameter != "":
		return o.in(arg.parameter, true, arg.value+o.value)
	}
	return f.operand(o.at(arg.value + o.value))
}
