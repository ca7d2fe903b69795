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
	block  *code.Block
	err    error // the first
}

// text adds statements. In them @ stands for the network's name, as in @Roots.
func (b *body) text(src string) {
	read, err := code.Read(strings.ReplaceAll(src, "@", b.prefix))
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
