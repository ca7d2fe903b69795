package mutants

import (
	"testing"

	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

// vectorVictim is small, has tails of every kind in its registers, and an optimizer to save.
var vectorVictim = spec.Network{
	Name: "Vector", Input: 11, Layers: []spec.Layer{gentest.Act(9, "relu"),
		gentest.Act(5, "softmax")}, Cost: spec.Function{Name: "cross-entropy"},
	InputGradient: true, Optimizers: []spec.Optimizer{spec.Adam},
}

// stored is a mistake in what saves and loads.
func stored(mistake, find, put string) fileMutant {
	return fileMutant{victim: vectorVictim, file: "_store_gen.go", mistake: mistake, find: find, put: put}
}

var storeMistakes = []fileMutant{
	stored("the checksum is not checked", `if binary\.LittleEndian\.Uint32\(sum\) != crc \{`,
		"if len(sum) == 0 && crc == 0 {"),
	stored("the digest is not checked", `case digest != s\.digest:`, `case digest == "":`),
	stored("the kind is not checked", `case kind != s\.kind:`, `case kind == "":`),
	stored("the precision is not checked", `case precision != vectorPrecision:`, `case precision == "":`),
	stored("inputs are not checked", `u32\(96\) != VectorInputs \|\| `, ""),
	stored("outputs are not checked", `u32\(100\) != VectorOutputs \|\| `, ""),
	stored("layers are not checked", `u32\(104\) != vectorLayers \|\| `, ""),
	stored("parameters are not checked", ` \|\| u32\(108\) != VectorParams `, " "),
	stored("more numbers are accepted", `int64\(n\) != int64\(s\.numbers\(\)\)`, "int64(n) < int64(s.numbers())"),
	stored("T is lost", `\*s\.updates = updates`, "_ = updates"),
	stored("T is cut to 32 bits", `updates = \*s\.updates`, "updates = uint64(uint32(*s.updates))"),
	stored("updates are ignored where none are counted", `else if updates != 0 \{`, "else if updates == 1<<63 {"),
	stored("ReadFrom writes the receiver early", `v := new\(Vector\)(\n\tn, err := v\.stored\(\)\.read)`, "v := p$1"),
	stored("UnmarshalBinary writes the receiver early", `v := new\(Vector\)(\n\tif err := v\.stored\(\)\.decode)`,
		"v := p$1"),
	stored("UnmarshalJSON writes the receiver early", `v := new\(Vector\)(\n\tif err := v\.stored\(\)\.fromJSON)`,
		"v := p$1"),
	stored("an optimizer is written early", `v := new\(VectorAdam\)(\n\tn, err := v\.stored\(\)\.read)`, "v := o$1"),
	stored("a short read is taken for the end", `io\.ReadFull\(r\.r, b\)`, "r.r.Read(b)"),
	stored("what follows is not seen", `if err == nil && n < int64\(len\(data\)\) \{`,
		"if err == nil && n > int64(len(data)) {"),
	stored("the end of a stream is no io.EOF", `r\.err == io\.EOF && r\.n > 0`, "r.err == io.EOF"),
	stored("a cut record is io.EOF", `r\.err = io\.ErrUnexpectedEOF`, "r.err = io.EOF"),
	stored("a short write is none", `if w\.err == nil && n < len\(w\.buf\) \{`, "if w.err == nil && n < 0 {"),
	stored("a failed write is none", `if out\.err != nil \{`, "if out.err == io.EOF {"),
	stored("the number of bytes is that of the last write", `w\.n \+= int64\(n\)`, "w.n = int64(n)"),
	stored("digits of JSON are too few", `return strconv\.AppendFloat\(b, x, 'g', -1, `,
		"return strconv.AppendFloat(b, x, 'g', 7, "),
	stored("NaN is no text", `math\.IsNaN\(x\) \|\| `, ""),
	stored("-Inf is refused", `t == "-Inf"`, `t == "-Infinity"`),
	stored("a field may come twice", `if seen\[i\] \{`, "if seen[i] && i < 0 {"),
	stored("matrices may be missing", `if given \|\| members\[i\]\.optional \{`,
		"if given || members[i].optional || i >= 4 {"),
	stored("rows may be too short", `if i < n \{`, "if i < n && n < 0 {"),
	stored("what follows JSON is not seen", `if _, err := d\.Token\(\); err != io\.EOF \{`,
		"if _, err := d.Token(); err == io.ErrShortWrite {"),
	stored("T of JSON has 32 bits", `strconv\.ParseUint\(number\.String\(\), 10, 64\)`,
		"strconv.ParseUint(number.String(), 10, 32)"),
	stored("T of JSON is rounded", `strconv\.AppendUint\(b, \*s\.updates, 10\)`,
		"strconv.AppendUint(b, uint64(float64(*s.updates>>1))<<1, 10)"),
	stored("AppendBinary overwrites", `sink := vectorSink\{b\}`, "sink := vectorSink{b[:0]}"),
	{victim: vectorVictim, file: "_store_gen.go", mistake: "the other byte order", find: `binary\.LittleEndian`,
		put: "binary.BigEndian", all: true},
	stored("another beginning", `(Magic +=.*bpg)\\r\\n`, `${1}\r\r`),
	stored("the digest of the training", `digest: vectorFunction`, "digest: vectorTraining"),
	stored("M is saved for V", `"V", \(\*Vector\)\(&o\.V\)`, `"V", (*Vector)(&o.M)`),
	stored("a hyperparameter for another", `"Eps", &o\.Eps`, `"Eps", &o.Beta1`),
	stored("views of parameters are copies", `flat := p\.Flat\(\)\[:\](\n\tfor i, s := range vectorLayout \{\n\t\tt)`,
		"flat := append([]float32(nil), p.Flat()[:]...)$1"),
	stored("a view goes on into the next", `flat\[:n:n\]`, "flat[:n]"),
	stored("a bias is named like its field", `"b"\+s\.name\[1:\]`, "s.name"),
	stored("a vector has two axes", `t\.Shape\[:1:1\]`, "t.Shape"),
	stored("weights are inputs by outputs", `\[\]int\{s\.rows, s\.cols\}`, "[]int{max(s.cols, 1), s.rows}"),
	stored("-0 loses its sign", `vectorAppend\(w\.buf, v\)`, "vectorAppend(w.buf, v+0)"),
	stored("subnormal numbers become 0", `vectorAppend\(w\.buf, v\)`, "vectorAppend(w.buf, v*0x1p-20*0x1p20)"),
}

// TestStoreMutants plants mistakes in what saves and loads: the emitted test finds every one. The whole of it: go
// test ./gen/mutants -run StoreMutants -v -mutants
func TestStoreMutants(t *testing.T) {
	t.Parallel()
	testMutants(t, storeMistakes)
}
