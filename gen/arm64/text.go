package arm64

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/backpropgen/backpropgen/gen/arm64/isa"
	"github.com/backpropgen/backpropgen/gen/arm64/neon"
	"github.com/backpropgen/backpropgen/gen/assembly"
)

// The text of finished functions and of the constants that they read.

// argumentBytes is the size of a function's arguments and its result.
func argumentBytes(fn *assembly.Function) int {
	bytes := 8 * len(fn.Params)
	if fn.Returns {
		return bytes + fn.Machine.Size
	}
	// what comes after it would be aligned
	if n := len(fn.Params); n > 0 && isNumber(fn.Params[n-1]) {
		bytes += fn.Machine.Size - 8
	}
	return bytes
}

// isNumber says whether a parameter is a number, and no pointer or integer.
func isNumber(p assembly.Param) bool { return p.Typ == "" && !p.Integer && p.Dim == 0 && p.To == nil }

// functionText is a function as it stands in a file, its instructions written by a printer.
func (w printer) functionText(b *bytes.Buffer, fn *assembly.Function, prefix string) error {
	local, attribute := fn.Local, ""
	if local > 0 {
		local += frameBegins - 8 // the assembler counts from what is after the return address
	}
	if fn.NoSplit {
		attribute = "NOSPLIT, "
	}
	fmt.Fprintf(b, "\nTEXT ·%s(SB), %s$%d-%d\n", prefix+strings.TrimSuffix(fn.Name, Level), attribute, local, argumentBytes(fn))
	for _, n := range fn.Nodes {
		if c, ok := n.(constant); ok && c.bytes > 0 {
			fmt.Fprintf(b, "\tMOVD $%s<>+0(SB), R%d\n", fn.File.Symbol, int(constants))
			break
		}
	}
	for _, n := range fn.Nodes {
		if err := w.lineText(b, fn.File.Symbol, n); err != nil {
			return fmt.Errorf("%s: %w", fn.Name, err)
		}
	}
	return nil
}

// printer writes instructions: as Go has them, where it is nil, or by macros, of which it notes the forms.
type printer map[*isa.Form]bool

// instruction writes an instruction and ends the line.
func (w printer) instruction(b *bytes.Buffer, i isa.Instruction) {
	text := b.AvailableBuffer()
	if w == nil {
		text = i.AppendGo(text)
	} else {
		if i.Form != nil && i.Form.Macro() != "" {
			w[i.Form] = true
		}
		text = i.AppendCall(text)
	}
	b.Write(append(text, '\n'))
}

// define defines the macros that were used.
func (w printer) define(b *bytes.Buffer) {
	if len(w) == 0 {
		return
	}
	b.WriteString("\n// Instructions on vectors, which Go's assembler has no names for:\n")
	for _, f := range isa.All() {
		if w[f] {
			b.WriteString(f.Define())
		}
	}
}

// lineText is a line of it.
func (w printer) lineText(b *bytes.Buffer, symbol string, n assembly.Line) error {
	switch n := n.(type) {
	case isa.Instruction:
		if n.Form == nil {
			b.WriteByte('\n')
		} else {
			b.WriteByte('\t')
		}
		w.instruction(b, n)
	case pseudo:
		fmt.Fprintf(b, "\t%s\n", n)
	case comment:
		b.WriteByte('\n')
		for line := range strings.SplitSeq(string(n), "\n") {
			fmt.Fprintf(b, "\t// %s\n", line)
		}
	case constant:
		if n.bytes == 0 {
			fmt.Fprintf(b, "\tMOVD $%s<>+%d(SB), R%d\n", symbol, n.at, n.to)
			break
		}
		load := code()
		load.Load(n.to, neon.Address{Base: int(constants), Index: neon.NoIndex, Disp: n.at}, n.bytes/4, 4)
		for _, i := range load.Instructions {
			b.WriteByte('\t')
			w.instruction(b, i)
		}
		return load.Err()
	default:
		return fmt.Errorf("%T is no line", n)
	}
	return nil
}

// constantsText are the constants of a file.
func constantsText(b *bytes.Buffer, f *assembly.File) {
	if f.Size == 0 {
		return
	}
	b.WriteByte('\n')
	at := 0
	put := func(raw []byte) {
		if len(raw) == 8 {
			fmt.Fprintf(b, "DATA %s<>+%d(SB)/8, $%#016x\n", f.Symbol, at, binary.LittleEndian.Uint64(raw))
		} else {
			fmt.Fprintf(b, "DATA %s<>+%d(SB)/4, $%#08x\n", f.Symbol, at, binary.LittleEndian.Uint32(raw))
		}
		at += len(raw)
	}
	for _, c := range f.All {
		for at < c.At {
			put(make([]byte, 4))
		}
		for k := 0; k < len(c.Raw); k += c.Unit {
			put(c.Raw[k : k+c.Unit])
		}
	}
	fmt.Fprintf(b, "GLOBL %s<>(SB), RODATA|NOPTR, $%d\n", f.Symbol, at)
}
