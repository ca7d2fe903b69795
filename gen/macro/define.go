package macro

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// definition is a macro: a run of instructions whose operands have parameters in them.
type definition struct {
	number int
	name   string
	about  string // the comment that the run stands under
	params int
	body   []line
}

// placeholder stands for the name of a macro until all are known.
func placeholder(number int) string { return fmt.Sprintf("macro %d", number) }

// isCall says whether an operation is a macro: instructions have neither spaces nor underscores.
func isCall(op string) bool { return strings.ContainsAny(op, " _") }

// parameter is the name of a macro's parameter.
func parameter(i int) string { return string(rune('a' + i)) }

// draft is the parameters of a macro: what each has at every place. Operands that are the same at all places need none.
// Those whose numbers differ by the same from another operand's at every place share its parameter, with the difference
// added; those that are the same register at every place share one as well.
type draft struct {
	params []column
	// at says which parameter an operand of the run has, by its order, -1 for none.
	at []int
	// operands are those of all columns.
	operands []*operand
}

// column is what a parameter has at every place: operands, or numbers, and a hash of that.
type column struct {
	operands []*operand
	numeric  bool
	hash     uint64
}

// columnOf is what operands have at every place.
func columnOf(operands []*operand, numeric bool) column {
	hash := uint64(len(operands))
	for _, o := range operands {
		v := o.id
		if numeric {
			v = o.value - operands[0].value
		}
		hash = (hash ^ uint64(v)) * 0x100000001b3 // as FNV does
	}
	return column{operands, numeric, hash}
}

// same says whether a parameter serves for other operands as well.
func (c column) same(other column) bool {
	if c.numeric != other.numeric {
		return false
	}
	for i, o := range other.operands {
		if c.numeric && (o.value-other.operands[0].value != c.operands[i].value-c.operands[0].value ||
			o.parameter != c.operands[i].parameter) || !c.numeric && o.text != c.operands[i].text {
			return false
		}
	}
	return true
}

// draft finds the parameters of the runs of a length at some places, and how many bytes shorter the file becomes by the
// macro. It goes no further where that is less than a macro is worth, or there are more parameters than it may have.
// Most runs are drafted only to know the gain, so that there is one draft at a time.
func (f *file) draft(places []int, length int, sizes []int) (d *draft, gain int) {
	d = &f.drafted
	d.params, d.at, d.operands = d.params[:0], d.at[:0], d.operands[:0]
	if len(places) < 2 {
		return d, 0
	}
	begin := places[0]
	gain = -len(defineLine) - sizes[begin+length] + sizes[begin] - length*len("; \\")
	for _, at := range places {
		gain += sizes[at+length] - sizes[at] - callBytes
	}
	for k := range length {
		for o, like := range f.lines[begin+k].operands {
			if like.parameter == "" && f.equal(places, k, o) {
				d.at = append(d.at, -1)
				continue
			}
			numeric, begin := true, len(d.operands)
			for _, at := range places {
				one := f.lines[at+k].operands[o]
				numeric = numeric && one.numeric() && one.frame == like.frame
				d.operands = append(d.operands, one)
			}
			p, known := d.parameter(columnOf(d.operands[begin:len(d.operands):len(d.operands)], numeric))
			if p == mostParams {
				return d, 0
			}
			if known {
				d.operands = d.operands[:begin]
			} else {
				if gain -= d.params[p].sizes(); gain < leastGain {
					return d, gain
				}
			}
			d.at = append(d.at, p)
		}
	}
	return d, gain
}

// equal says whether an operand of the runs at some places is the same at all of them.
func (f *file) equal(places []int, k, o int) bool {
	like := f.lines[places[0]+k].operands[o]
	for _, at := range places[1:] {
		if f.lines[at+k].operands[o] != like {
			return false
		}
	}
	return true
}

// parameter is the parameter that has some operands, a new one if none was known; mostParams if there may be no more.
func (d *draft) parameter(c column) (p int, known bool) {
	for p := range d.params {
		if d.params[p].hash == c.hash && d.params[p].same(c) {
			return p, true
		}
	}
	p = len(d.params)
	if p < mostParams {
		d.params = append(d.params, c)
	}
	return p, false
}

// sizes is the size of the arguments at all places, with the commas after them.
func (c column) sizes() (bytes int) {
	for _, o := range c.operands {
		bytes += o.argumentSize(c.numeric) + len(argumentComma)
	}
	return bytes
}

// arguments are those of the call at a place.
func (d *draft) arguments(f *file, place int) (args []*operand) {
	for _, c := range d.params {
		switch o := c.operands[place]; {
		case !c.numeric:
			args = append(args, o)
		case o.parameter == "":
			args = append(args, f.operand(strconv.Itoa(o.value)))
		default:
			args = append(args, f.operand("0").in(o.parameter, true, o.value))
		}
	}
	return args
}

// define makes the macro of a draft.
func (f *file) define(d *draft, places []int, length int) definition {
	made := definition{about: f.lines[places[0]].about, params: len(d.params)}
	at := 0
	for k := range length {
		l := f.lines[places[0]+k]
		l.operands = slices.Clone(l.operands)
		for i, o := range l.operands {
			if p := d.at[at]; p >= 0 {
				c := d.params[p]
				l.operands[i] = o.in(parameter(p), c.numeric, o.value-c.operands[0].value)
			}
			at++
		}
		made.body = append(made.body, l)
	}
	return made
}

// define writes definitions, those of one equation together, in the order of the first ones.
func define(b *bytes.Buffer, defined []definition) {
	written := map[string]bool{}
	for i, first := range defined {
		if written[first.about] {
			continue
		}
		written[first.about] = true
		fmt.Fprintf(b, "\n// In %s:", first.about)
		for _, d := range defined[i:] {
			if d.about == first.about {
				d.print(b)
			}
		}
	}
}

// print writes the definition.
func (d definition) print(b *bytes.Buffer) {
	var params []string
	for i := range d.params {
		params = append(params, parameter(i))
	}
	fmt.Fprintf(b, "\n#define %s(%s)", d.name, strings.Join(params, argumentComma))
	width := 0 // of the line so far
	for i, l := range d.body {
		text := l.String()
		if i > 0 && l.op == d.body[i-1].op && width+len("; ")+len(text) <= widest {
			b.WriteString("; " + text)
			width += len("; ") + len(text)
			continue
		}
		if i > 0 {
			b.WriteString(";")
		}
		b.WriteString(" \\\n\t" + text)
		width = len(text)
	}
	b.WriteString("\n")
}

// widest is how wide lines of definitions are at most. Instructions that do the same to several registers share one.
const widest = 100
