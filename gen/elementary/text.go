package elementary

import (
	"fmt"
	"strings"

	"github.com/backpropgen/backpropgen/gen/code"
)

// Elementary functions are straight lines of arithmetic that a reader should see as they will stand in the emitted
// file. So their bodies are written as such, in the form that package code reads programs in.

// body is the body of a function, while it is written.
type body struct {
	prefix string // of names
	kind   code.Kind
	block  *code.Block
	// reduces says that a function of its own reduces arguments of exponentials.
	reduces bool
	err     error // the first
}

// formats are what differs between the numbers of both precisions, as it is written in functions for either: $W is the
// width, $S what the sign is shifted by and $M the bits after the point; then follow the bits of 1 and of infinity,
// those from which on all numbers are whole and even, and those of NaN.
var formats = map[code.Kind]*strings.Replacer{
	code.Float32: strings.NewReplacer("$W", "32", "$S", "31", "$M", "23",
		"$one", "0x7f << 23", "$inf", "0xff << 23", "$whole", "0x96 << 23", "$even", "0x97 << 23",
		"$nan", "0x1ff << 22"),
	code.Float64: strings.NewReplacer("$W", "64", "$S", "63", "$M", "52",
		"$one", "0x3ff << 52", "$inf", "0x7ff << 52", "$whole", "0x433 << 52", "$even", "0x434 << 52",
		"$nan", "0xfff << 51"),
}

// text adds statements. In them @ stands for the network's name, as in @Roots, and what formats list for what it is.
func (b *body) text(src string) {
	if b.reduces {
		src = strings.ReplaceAll(src, exp32Reduction, "\nscale, r, q := @Reduce(t)\n")
	}
	src = strings.ReplaceAll(src, "@", b.prefix)
	if f := formats[b.kind]; f != nil {
		src = f.Replace(src)
	}
	read, err := code.Read(src)
	if err != nil && b.err == nil {
		b.err = err
	}
	if err == nil {
		b.block.Add(read.Stmts...)
	}
}

// constants names numbers: const e0, e1 = 0.5, 0.16666666666666666. The names are one word and the number's place,
// which for a single number is left out.
func (b *body) constants(name string, vs ...float64) {
	c := &code.Const{Names: []string{name}}
	if len(vs) > 1 {
		c.Names = nil
		for i := range vs {
			c.Names = append(c.Names, fmt.Sprint(name, i))
		}
	}
	for _, v := range vs {
		c.Values = append(c.Values, &code.Num{Value: v, Text: code.Exact(v)})
	}
	b.block.Add(c)
}
