package neon

import (
	"fmt"
	"sync"

	"github.com/backpropgen/backpropgen/gen/arm64/isa"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Four lanes that are wanted from those of two registers, by a pattern that is known when code is written: the shortest
// sequence is looked for, among all of one and of two instructions. What takes more is put together of halves.

// pattern names four lanes: 0 to 3 of the first operand, 4 to 7 of the second.
type pattern [4]uint8

// move is an instruction that moves lanes: what it makes of the lanes of two registers.
type move struct {
	text string // with a and b for its operands
	tied bool   // it changes one lane of what the register of its result holds: that of its first operand
	of   func(a, b pattern) pattern
}

// moves are those of lanes of 4 bytes.
var moves = func() (list []move) {
	add := func(text string, of func(a, b pattern) pattern) { list = append(list, move{text, false, of}) }
	add("zip1.4s o a b", func(a, b pattern) pattern { return pattern{a[0], b[0], a[1], b[1]} })
	add("zip2.4s o a b", func(a, b pattern) pattern { return pattern{a[2], b[2], a[3], b[3]} })
	add("uzp1.4s o a b", func(a, b pattern) pattern { return pattern{a[0], a[2], b[0], b[2]} })
	add("uzp2.4s o a b", func(a, b pattern) pattern { return pattern{a[1], a[3], b[1], b[3]} })
	add("trn1.4s o a b", func(a, b pattern) pattern { return pattern{a[0], b[0], a[2], b[2]} })
	add("trn2.4s o a b", func(a, b pattern) pattern { return pattern{a[1], b[1], a[3], b[3]} })
	add("zip1.2d o a b", func(a, b pattern) pattern { return pattern{a[0], a[1], b[0], b[1]} })
	add("zip2.2d o a b", func(a, b pattern) pattern { return pattern{a[2], a[3], b[2], b[3]} })
	for n := 1; n < 4; n++ {
		add(fmt.Sprintf("ext o a b #%d", 4*n), func(a, b pattern) (p pattern) {
			both := [8]uint8{a[0], a[1], a[2], a[3], b[0], b[1], b[2], b[3]}
			copy(p[:], both[n:])
			return p
		})
	}
	add("rev64.4s o a", func(a, _ pattern) pattern { return pattern{a[1], a[0], a[3], a[2]} })
	for n := range 4 {
		add(fmt.Sprintf("dup.4s o a #%d", n), func(a, _ pattern) pattern { return pattern{a[n], a[n], a[n], a[n]} })
	}
	for to := range 4 {
		for from := range 4 {
			list = append(list, move{fmt.Sprintf("ins.s o #%d b #%d", to, from), true, func(a, b pattern) pattern {
				a[to] = b[from]
				return a
			}})
		}
	}
	for to := range 2 {
		for from := range 2 {
			list = append(list, move{fmt.Sprintf("ins.d o #%d b #%d", to, from), true, func(a, b pattern) pattern {
				a[2*to], a[2*to+1] = b[2*from], b[2*from+1]
				return a
			}})
		}
	}
	return list
}()

// written is a move of registers with letters, with what is to be tied.
func (m move) written(a, b, out string) string {
	text := ""
	for i, r := range m.text {
		switch {
		case r == 'a' && m.text[i-1] == ' ':
			text += a
		case r == 'b' && m.text[i-1] == ' ':
			text += b
		case r == 'o' && m.text[i-1] == ' ':
			text += out
		default:
			text += string(r)
		}
	}
	return text
}

// shortest are the sequences of at most two instructions, by pattern.
var shortest = sync.OnceValue(func() map[pattern]string {
	operands := map[string]pattern{"x": {0, 1, 2, 3}, "y": {4, 5, 6, 7}}
	found := map[pattern]string{operands["x"]: "mov o x", operands["y"]: "mov o y"}
	note := func(p pattern, text string) {
		if _, ok := found[p]; !ok {
			found[p] = text
		}
	}
	letters := []string{"x", "y"}
	type step struct {
		p    pattern
		text string // with its result in t
		tied string
	}
	var firsts []step
	for _, a := range letters {
		for _, b := range letters {
			for _, m := range moves {
				p := m.of(operands[a], operands[b])
				if m.tied {
					note(p, "o="+a+"; "+m.written(a, b, "o"))
				} else {
					note(p, m.written(a, b, "o"))
				}
				firsts = append(firsts, step{p, m.written(a, b, "t"), map[bool]string{true: a}[m.tied]})
			}
		}
	}
	for _, one := range firsts {
		after := map[string]pattern{"x": operands["x"], "y": operands["y"], "t": one.p}
		for _, a := range []string{"x", "y", "t"} {
			for _, b := range []string{"x", "y", "t"} {
				if a != "t" && b != "t" {
					continue
				}
				for _, m := range moves {
					p := m.of(after[a], after[b])
					switch {
					case one.tied != "" && (b == "t" || !m.tied || a != "t"):
						continue // only what goes on changing lanes of the result needs no copy
					case one.tied != "":
						first := replaced(one.text, "t", "o")
						note(p, "o="+one.tied+"; "+first+"; "+m.written("o", b, "o"))
					case m.tied && a == "t" && b != "t":
						note(p, replaced(one.text, "t", "o")+"; "+m.written("o", b, "o"))
					case m.tied && a != "t":
						note(p, one.text+"; o="+a+"; "+m.written(a, b, "o"))
					case !m.tied:
						note(p, one.text+"; "+m.written(a, b, "o"))
					}
				}
			}
		}
	}
	return found
})

// replaced is a sequence with another letter for a register.
func replaced(text, old, letter string) string {
	out := []byte(text)
	for i := 1; i < len(out); i++ {
		if text[i:i+1] == old && text[i-1] == ' ' {
			out[i] = letter[0]
		}
	}
	return string(out)
}

// Shuffle is the sequence that brings lanes of 4 bytes to where they are wanted: 0 to 3 of the first operand, 4 to 7 of
// the second.
func Shuffle(lanes [4]int) (Sequence, error) {
	var p pattern
	for i, n := range lanes {
		if n < 0 || n > 7 {
			return Sequence{}, fmt.Errorf("no lane of two registers is %d", n)
		}
		p[i] = uint8(n)
	}
	return parse(shuffled(p), "4s", 0)
}

// shuffled is the text of that.
func shuffled(p pattern) string {
	if text, ok := shortest()[p]; ok {
		return text
	}
	// The lower half in the lower half of the result, the upper half in that of another register.
	low, high := half(p[0], p[1]), half(p[2], p[3])
	second := replaced(replaced(high, "t", "u"), "o", "t")
	return low + "; " + second + "; zip1.2d o o t"
}

// half are two lanes in the lower half of a register: one instruction, or one and another that changes a lane.
func half(a, b uint8) string {
	register := func(lane uint8) string { return map[bool]string{true: "x", false: "y"}[lane < 4] }
	return fmt.Sprintf("dup.4s o %s #%d; ins.s o #1 %s #%d", register(a), a%4, register(b), b%4)
}

// moved are the sequences of a pattern that an operation has as its constant.
func moved(s *vec.Apply) ([]string, error) {
	t := s.Out.Type
	if t.Bytes() != 16 {
		return nil, fmt.Errorf("%v of %v is no operation on registers of 128 bits", s.Op, t)
	}
	if t.Lanes == 2 { // a blend
		return []string{[]string{"mov o x", "o=y; ins.d o #1 x #1", "o=x; ins.d o #1 y #1", "mov o y"}[s.Imm&3]}, nil
	}
	var p pattern
	for i := range p {
		if s.Op == vec.Within {
			p[i] = uint8(s.Imm>>(2*i)&3 + i/2*4)
		} else {
			p[i] = uint8(i + s.Imm>>i&1*4)
		}
	}
	if s.Args[0] == s.Args[1] {
		for i := range p {
			p[i] %= 4
		}
	}
	return []string{shuffled(p)}, nil
}

// smallNumber is the immediate operand of an instruction that fills a register with a number.
func smallNumber(v float64) (int, bool) { return isa.SmallFloat(v) }
