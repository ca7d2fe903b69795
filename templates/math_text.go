package templates

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/dave/jennifer/jen"
)

// Elementary functions are straight lines of arithmetic that a reader should see as they will stand in the emitted
// file. So their bodies are written here as that Go, and text turns it into statements.

// qualified is what text replaces: a function or constant of package math.
var qualified = regexp.MustCompile(`\bmath\.[A-Z]\w*`)

// text writes Go statements, line by line. In them @ stands for the network's name, as in @Roots, and names of package
// math are imported where they are used.
func (b *Block) text(prefix, src string) {
	for line := range strings.Lines(strings.ReplaceAll(strings.Trim(src, "\n"), "@", prefix)) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if comment, ok := strings.CutPrefix(line, "// "); ok {
			b.Comment(comment)
			continue
		}
		s, at := jen.Null(), 0
		for _, m := range qualified.FindAllStringIndex(line, -1) {
			s.Add(jen.Id(line[at:m[0]]), jen.Qual("math", line[m[0]+len("math."):m[1]]))
			at = m[1]
		}
		b.raw(s.Add(jen.Id(line[at:])))
	}
}

// constants names numbers: const e0, e1 = 0.5, 0.16666666666666666. The names are one word and the number's place,
// which for a single number is left out.
func (b *Block) constants(name string, vs ...float64) {
	names := []string{name}
	if len(vs) > 1 {
		names = nil
		for i := range vs {
			names = append(names, fmt.Sprint(name, i))
		}
	}
	var left, right []jen.Code
	for i, v := range vs {
		left, right = append(left, jen.Id(names[i])), append(right, exactLiteral(v))
	}
	b.raw(jen.Const().List(left...).Op("=").List(right...))
}
