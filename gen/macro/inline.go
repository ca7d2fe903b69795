package macro

// inline takes macros away that others have made needless: one that stands for a call of another, or that is called
// once. Their bodies take the place of calls.
func (f *file) inline(defined []definition) []definition {
	for {
		calls := map[string]int{}
		count := func(lines []line) {
			for _, l := range lines {
				calls[l.op]++
			}
		}
		count(f.lines)
		for _, d := range defined {
			count(d.body)
		}
		needless := func(d definition) bool {
			return len(d.body) == 1 && isCall(d.body[0].op) || calls[placeholder(d.number)] < 2
		}
		at := -1
		for i, d := range defined {
			if needless(d) {
				at = i
			}
		}
		if at < 0 {
			return defined
		}
		gone := defined[at]
		rest := append(defined[:at:at], defined[at+1:]...)
		f.lines = f.spread(f.lines, gone)
		for i := range rest {
			rest[i].body = f.spread(rest[i].body, gone)
		}
		defined = rest
	}
}

// spread writes a macro out in some lines.
func (f *file) spread(lines []line, d definition) []line {
	var out []line
	for i, l := range lines {
		if l.op != placeholder(d.number) {
			if out != nil {
				out = append(out, l)
			}
			continue
		}
		if out == nil {
			out = append(make([]line, 0, len(lines)+len(d.body)), lines[:i]...)
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
	if out == nil {
		return lines
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
