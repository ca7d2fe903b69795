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
	known  map[uint64][]int // by a hash of what they have
	// at says which parameter an operand of the run has, by its order, -1 for none.
	at []int
}

// column is what a parameter has at every place: operands, or numbers.
type column struct {
	operands []*operand
	numeric  bool
}

// same says whether operands at all places have the parameter.
func (c column) same(operands []*operand, numeric bool) bool {
	if c.numeric != numeric {
		return false
	}
	for i, o := range operands {
		if numeric && o.value-operands[0].value != c.operands[i].value-c.operands[0].value ||
			!numeric && o != c.operands[i] {
			return false
		}
	}
	return true
}

// draft finds the parameters of the runs of a length at some places, and how many bytes shorter the file becomes by the
// macro: not at all if it has more parameters than it may.
func (f *file) draft(places []int, length int, sizes []int) (d draft, gain int) {
	if len(places) < 2 {
		return d, 0
	}
	d.known = map[uint64][]int{}
	gain = -len(defineLine) - len(f.lines[places[0]].about)/2
	operands := make([]*operand, len(places))
	for k := range length {
		first := f.lines[places[0]+k]
		gain -= first.size() + len("; \\")
		for o := range first.operands {
			equal, numeric := true, true
			for i, at := range places {
				operands[i] = f.lines[at+k].operands[o]
				equal = equal && operands[i] == operands[0]
				numeric = numeric && operands[i].numeric() && operands[i].frame == operands[0].frame
			}
			if equal {
				d.at = append(d.at, -1)
				continue
			}
			p := d.parameter(operands, numeric)
			if p == mostParams {
				return d, 0
			}
			d.at = append(d.at, p)
		}
	}
	for i, at := range places {
		gain += sizes[at+length] - sizes[at] - callBytes
		for p := range d.params {
			gain -= d.params[p].size(i) + len(", ")
		}
	}
	return d, gain
}

// parameter is the parameter that has these operands, a new one if there is none; mostParams if there may be no more.
func (d *draft) parameter(operands []*operand, numeric bool) int {
	hash := uint64(len(operands))
	for _, o := range operands {
		v := o.id
		if numeric {
			v = o.value - operands[0].value
		}
		hash = (hash ^ uint64(v)) * 0x100000001b3 // as FNV does
	}
	for _, p := range d.known[hash] {
		if d.params[p].same(operands, numeric) {
			return p
		}
	}
	p := len(d.params)
	if p < mostParams {
		d.params = append(d.params, column{slices.Clone(operands), numeric})
		d.known[hash] = append(d.known[hash], p)
	}
	return p
}

// size is the size of the argument at a place.
func (c column) size(place int) int {
	if c.numeric {
		return len(strconv.Itoa(c.operands[place].value))
	}
	return len(c.operands[place].text)
}

// arguments are those of the call at a place.
func (d draft) arguments(f *file, place int) (args []*operand) {
	for _, c := range d.params {
		text := c.operands[place].text
		if c.numeric {
			text = strconv.Itoa(c.operands[place].value)
		}
		args = append(args, f.operand(text))
	}
	return args
}

// define makes the macro of a draft.
func (f *file) define(d draft, places []int, length int) definition {
	made := definition{about: f.lines[places[0]].about, params: len(d.params)}
	at := 0
	for k := range length {
		l := f.lines[places[0]+k]
		body := line{op: l.op, about: l.about}
		for _, o := range l.operands {
			if p := d.at[at]; p >= 0 {
				text := parameter(p)
				if c := d.params[p]; c.numeric {
					if difference := o.value - c.operands[0].value; difference != 0 {
						text += fmt.Sprintf("%+d", difference)
					}
					text = o.before + text + o.after
				}
				o = &operand{text: text}
			}
			at++
			body.operands = append(body.operands, o)
		}
		made.body = append(made.body, body)
	}
	return made
}

// print writes the definition.
func (d definition) print(b *bytes.Buffer) {
	var params []string
	for i := range d.params {
		params = append(params, parameter(i))
	}
	fmt.Fprintf(b, "\n// In %s:\n#define %s(%s)", d.about, d.name, strings.Join(params, ", "))
	for i, l := range d.body {
		if i > 0 {
			b.WriteString(";")
		}
		fmt.Fprintf(b, " \\\n\t%s", l)
	}
	b.WriteString("\n")
}
