package templates

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// Weights is what the file of a network's trained weights needs to know.
type Weights struct {
	Package, Name, Precision string
	Header                   []string
	Doc                      []string // of the variable
	Shapes                   []Shape
	Values                   [][]float64 // of each shape, row by row; finite and exact in the precision
}

// TrainedName is the variable that holds the trained weights of a network.
func TrainedName(network string) string { return network + "Trained" }

// weightsColumns is how long a line of numbers gets.
const weightsColumns = 110

// WeightsFile returns the file of a network's trained weights, formatted. The numbers are constants: those of a row in
// a line, or in several where it is long. A constant has no -0, so -0 becomes 0. The outline has no numbers; types are
// checked by it, since the numbers are many.
func WeightsFile(w Weights) (file, outline []byte) {
	var b bytes.Buffer
	for _, line := range w.Header {
		fmt.Fprintln(&b, strings.TrimRight(remark(line), " "))
	}
	fmt.Fprintf(&b, "\npackage %s\n\n", w.Package)
	for _, line := range w.Doc {
		fmt.Fprintln(&b, remark(line))
	}
	fmt.Fprintf(&b, "var %s = %s{\n", TrainedName(w.Name), w.Name)
	short := bytes.NewBuffer(bytes.Clone(b.Bytes()))
	bits := 32
	if w.Precision == "float64" {
		bits = 64
	}
	for i, s := range w.Shapes {
		typ := fmt.Sprintf("[%d]%s", s.Rows, w.Precision)
		if s.Cols > 0 {
			typ = fmt.Sprintf("[%d][%d]%s", s.Rows, s.Cols, w.Precision)
		}
		fmt.Fprintf(&b, "\t%s: %s{\n", s.Name, typ)
		fmt.Fprintf(short, "\t%s: %s{},\n", s.Name, typ)
		values := w.Values[i]
		if s.Cols == 0 {
			numberLines(&b, "\t\t", values, bits)
		}
		for row := 0; s.Cols > 0 && row < s.Rows; row++ {
			numberRow(&b, values[row*s.Cols:(row+1)*s.Cols], bits)
		}
		b.WriteString("\t},\n")
	}
	b.WriteString("}\n")
	short.WriteString("}\n")
	return b.Bytes(), short.Bytes()
}

// numberRow prints a row of a matrix.
func numberRow(b *bytes.Buffer, values []float64, bits int) {
	start := b.Len()
	b.WriteString("\t\t{")
	for i, v := range values {
		if i > 0 {
			b.WriteString(", ")
		}
		b.Write(appendConstant(b.AvailableBuffer(), v, bits))
		if b.Len()-start > weightsColumns {
			b.Truncate(start)
			b.WriteString("\t\t{\n")
			numberLines(b, "\t\t\t", values, bits)
			b.WriteString("\t\t},\n")
			return
		}
	}
	b.WriteString("},\n")
}

// numberLines prints numbers in as many lines as they take.
func numberLines(b *bytes.Buffer, indent string, values []float64, bits int) {
	start := b.Len()
	for i, v := range values {
		text := appendConstant(nil, v, bits)
		switch {
		case i == 0:
			b.WriteString(indent)
		case b.Len()-start+len(text)+2 > weightsColumns:
			b.WriteString("\n" + indent)
			start = b.Len() - len(indent)
		default:
			b.WriteByte(' ')
		}
		b.Write(append(text, ','))
	}
	b.WriteByte('\n')
}

// appendConstant appends the fewest digits that tell a number from its neighbours.
func appendConstant(b []byte, v float64, bits int) []byte {
	return strconv.AppendFloat(b, v+0, 'g', -1, bits) // -0 + 0 is 0
}
