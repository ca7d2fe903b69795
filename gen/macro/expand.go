package macro

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Expand writes every macro of a text out, as the assembler's preprocessor does, an instruction a line. It is for those
// who read instructions; the text may have been shortened or not. It knows macros as Shorten writes them.
func Expand(text []byte) ([]byte, error) {
	e := expander{macros: map[string]expandable{}}
	joined := strings.ReplaceAll(string(text), " \\\n\t", " ")
	for text := range strings.SplitSeq(strings.TrimSuffix(joined, "\n"), "\n") {
		if err := e.line(text); err != nil {
			return nil, err
		}
	}
	e.out = append(e.out, e.held...)
	return []byte(strings.Join(e.out, "\n") + "\n"), nil
}

// expander writes macros out.
type expander struct {
	macros map[string]expandable
	out    []string
	held   []string // a comment, and the line before it, which may be a macro's
}

// expandable is a macro: its parameters and its body, as statements.
type expandable struct {
	params []string
	body   []string
}

var (
	defining  = regexp.MustCompile(`^#define (\w+)\(([^)]*)\) (.*)$`)
	zeroPlace = regexp.MustCompile(`([ ,])0(\([A-Z][A-Z0-9]*\))`) // which is printed without its 0
	macroCall = regexp.MustCompile(`^(\w+)\((.*)\)$`)
	word      = regexp.MustCompile(`[A-Za-z_]\w*`)
	inner     = regexp.MustCompile(`\bC\(([^()]*)\)`)
	doubled   = regexp.MustCompile(`\$(0x[0-9a-f]+)\*` + twice)
	sum       = regexp.MustCompile(`(^|[\s,+(])(-?\d+(?:[-+]+\d+)+)([(,]|$)`)
)

// line reads one line.
func (e *expander) line(text string) error {
	if m := defining.FindStringSubmatch(text); m != nil {
		d := expandable{body: strings.Split(m[3], "; ")}
		if m[2] != "" {
			d.params = strings.Split(m[2], argumentComma)
		}
		e.macros[m[1]], e.held = d, nil
		return nil
	}
	if text == "" || strings.HasPrefix(text, "//") {
		e.held = append(e.held, text)
		return nil
	}
	e.out, e.held = append(e.out, e.held...), nil
	return e.statement(text)
}

// statement writes out what may be a call.
func (e *expander) statement(text string) error {
	if strings.HasPrefix(strings.TrimSpace(text), "//") {
		e.out = append(e.out, text)
		return nil
	}
	if m := macroCall.FindStringSubmatch(strings.TrimSpace(text)); m != nil {
		if d, ok := e.macros[m[1]]; ok {
			args := operandsOf(nil, m[2])
			if len(args) != len(d.params) {
				return fmt.Errorf("%s: %d arguments, want %d", text, len(args), len(d.params))
			}
			for _, s := range d.body {
				indent := ""
				if strings.HasPrefix(text, "\t") {
					indent = "\t"
				}
				if err := e.statement(indent + substitute(strings.TrimSpace(s), d.params, args)); err != nil {
					return err
				}
			}
			return nil
		}
	}
	if c, ok := e.macros[constantMacro]; ok {
		text = inner.ReplaceAllStringFunc(text, func(call string) string {
			return substitute(c.body[0], c.params, []string{inner.FindStringSubmatch(call)[1]})
		})
	}
	e.out = append(e.out, zeroPlace.ReplaceAllString(evaluated(text), "$1$2"))
	return nil
}

// substitute puts arguments in the place of parameters.
func substitute(text string, params, args []string) string {
	return word.ReplaceAllStringFunc(text, func(w string) string {
		for i, p := range params {
			if p == w {
				return args[i]
			}
		}
		return w
	})
}

// evaluated has every sum of numbers worked out: 32+64(DI) is 96(DI). A word of two halves is one number.
func evaluated(text string) string {
	text = doubled.ReplaceAllStringFunc(text, func(s string) string {
		half, _ := strconv.ParseUint(doubled.FindStringSubmatch(s)[1], 0, 32)
		return fmt.Sprintf("$%#x", half<<32|half)
	})
	return sum.ReplaceAllStringFunc(text, func(s string) string {
		m := sum.FindStringSubmatch(s)
		total, sign, digits := 0, 1, ""
		add := func() {
			if digits != "" {
				v, _ := strconv.Atoi(digits)
				total, sign, digits = total+sign*v, 1, ""
			}
		}
		for _, c := range m[2] {
			switch c {
			case '+':
				add()
			case '-':
				add()
				sign = -sign
			default:
				digits += string(c)
			}
		}
		add()
		value := strconv.Itoa(total)
		if total == 0 && m[3] == "(" && m[1] != "+" {
			value = ""
		}
		return m[1] + value + m[3]
	})
}
