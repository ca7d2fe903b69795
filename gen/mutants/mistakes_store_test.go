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

// stored is a mistake in the emitted file that saves and loads.
func stored(mistake, find, put string) fileMutant {
	return fileMutant{victim: vectorVictim, file: "_store_gen.go", mistake: mistake, find: find, put: put}
}

// inStore is a mistake in a file of package store, which the victim imports a copy of.
func inStore(file, mistake, find, put string) fileMutant {
	return fileMutant{victim: vectorVictim, file: "store/" + file, mistake: mistake, find: find, put: put}
}

// everywhere plants the mistake at every match.
func everywhere(m fileMutant) fileMutant {
	m.all = true
	return m
}

var storeMistakes = []fileMutant{
	inStore("binary.go", "the checksum is not checked", `if binary\.LittleEndian\.Uint32\(sum\) != crc \{`,
		"if len(sum) == 0 && crc == 0 {"),
	inStore("store.go", "the digest is not checked", `case digest != own:`, `case digest == "":`),
	inStore("store.go", "the kind is not checked", `case kind != s\.kind:`, `case kind == "":`),
	inStore("store.go", "the precision is not checked", `case precision != precisionOf\[F\]\(\):`,
		`case precision == "":`),
	inStore("binary.go", "inputs are not checked", `inputs != uint32\(s\.net\.Inputs\) \|\| `, ""),
	inStore("binary.go", "outputs are not checked", `outputs != uint32\(s\.net\.Outputs\) \|\|\n\s*`, ""),
	inStore("binary.go", "layers are not checked", `layers != uint32\(s\.net\.Layers\) \|\| `, ""),
	inStore("binary.go", "parameters are not checked", ` \|\| params != uint32\(s\.net\.params\(\)\)`, ""),
	inStore("binary.go", "more numbers are accepted", `int64\(n\) != int64\(s\.numbers\(\)\)`,
		"int64(n) < int64(s.numbers())"),
	inStore("binary.go", "T is lost", `\*s\.Updates = updates`, "_ = updates"),
	inStore("binary.go", "T is cut to 32 bits", `updates = \*s\.Updates`, "updates = uint64(uint32(*s.Updates))"),
	inStore("binary.go", "updates are ignored where none are counted", `else if updates != 0 \{`,
		"else if updates == 1<<63 {"),
	inStore("type.go", "ReadFrom writes the receiver early", `into := new\(T\)`,
		"$0\nif method == \"ReadFrom\" {\ninto = v\n}"),
	inStore("type.go", "UnmarshalBinary writes the receiver early", `into := new\(T\)`,
		"$0\nif method == \"UnmarshalBinary\" {\ninto = v\n}"),
	inStore("type.go", "UnmarshalJSON writes the receiver early", `into := new\(T\)`,
		"$0\nif method == \"UnmarshalJSON\" {\ninto = v\n}"),
	inStore("type.go", "an optimizer is written early", `into := new\(T\)`,
		"$0\nif t.Kind != parameters {\ninto = v\n}"),
	inStore("binary.go", "a short read is taken for the end", `io\.ReadFull\(r\.r, b\)`, "r.r.Read(b)"),
	inStore("binary.go", "what follows is not seen", `if err == nil && n < int64\(len\(data\)\) \{`,
		"if err == nil && n > int64(len(data)) {"),
	inStore("binary.go", "the end of a stream is no io.EOF", `r\.err == io\.EOF && r\.n > 0`, "r.err == io.EOF"),
	inStore("binary.go", "a cut record is io.EOF", `r\.err = io\.ErrUnexpectedEOF`, "r.err = io.EOF"),
	inStore("binary.go", "a short write is none", `if w\.err == nil && n < len\(w\.buf\) \{`,
		"if w.err == nil && n < 0 {"),
	inStore("binary.go", "a failed write is none", `if out\.err != nil \{`, "if out.err == io.EOF {"),
	inStore("binary.go", "the number of bytes is that of the last write", `w\.n \+= int64\(n\)`, "w.n = int64(n)"),
	inStore("json.go", "digits of JSON are too few", `return strconv\.AppendFloat\(b, x, 'g', -1, `,
		"return strconv.AppendFloat(b, x, 'g', 7, "),
	inStore("json.go", "NaN is no text", `math\.IsNaN\(x\) \|\| `, ""),
	inStore("json.go", "-Inf is refused", `t == "-Inf"`, `t == "-Infinity"`),
	inStore("json.go", "a field may come twice", `if seen\[i\] \{`, "if seen[i] && i < 0 {"),
	inStore("json.go", "matrices may be missing", `if given \|\| members\[i\]\.optional \{`,
		"if given || members[i].optional || i >= 4 {"),
	inStore("json.go", "rows may be too short", `if i < n \{`, "if i < n && n < 0 {"),
	inStore("json.go", "what follows JSON is not seen", `if _, err := d\.Token\(\); err != io\.EOF \{`,
		"if _, err := d.Token(); err == io.ErrShortWrite {"),
	inStore("json.go", "T of JSON has 32 bits", `strconv\.ParseUint\(number\.String\(\), 10, 64\)`,
		"strconv.ParseUint(number.String(), 10, 32)"),
	inStore("json.go", "T of JSON is rounded", `strconv\.AppendUint\(b, \*s\.Updates, 10\)`,
		"strconv.AppendUint(b, uint64(float64(*s.Updates>>1))<<1, 10)"),
	inStore("binary.go", "AppendBinary overwrites", `out := sink\{b\}`, "out := sink{b[:0]}"),
	everywhere(inStore("number.go", "numbers in the other byte order", `binary\.LittleEndian`, "binary.BigEndian")),
	everywhere(inStore("binary.go", "a header in the other byte order", `binary\.LittleEndian`, "binary.BigEndian")),
	inStore("binary.go", "another beginning", `(magic +=.*bpg)\\r\\n`, `${1}\r\r`),
	inStore("store.go", "the digest of the training", `return n\.Function`, "return n.Training"),
	stored("M is saved for V", `"V", o\.V\.`, `"V", o.M.`),
	stored("a hyperparameter for another", `"Eps", &o\.Eps`, `"Eps", &o.Beta1`),
	stored("views of parameters are copies", `Network, p\.Flat\(\)\[:\]\)`,
		"Network, append([]float32(nil), p.Flat()[:]...))"),
	inStore("tensors.go", "a view goes on into the next", `flat\[:n:n\]`, "flat[:n]"),
	inStore("tensors.go", "a bias is named like its field", `"b"\+s\.Name\[1:\]`, "s.Name"),
	inStore("tensors.go", "a vector has two axes", `t\.Shape\[:1:1\]`, "t.Shape"),
	inStore("tensors.go", "weights are inputs by outputs", `\[\]int\{s\.Rows, s\.Cols\}`,
		"[]int{max(s.Cols, 1), s.Rows}"),
	inStore("binary.go", "-0 loses its sign", `appendNumber\(w\.buf, v\)`, "appendNumber(w.buf, v+0)"),
	inStore("binary.go", "subnormal numbers become 0", `appendNumber\(w\.buf, v\)`,
		"appendNumber(w.buf, v*0x1p-20*0x1p20)"),
	stored("the shape of a matrix is turned round", `Rows: 9, Cols: 11`, "Rows: 11, Cols: 9"),
	stored("the network of another name", `(vectorNetwork = store\.Network\{\n\s*Name: )"Vector"`, `${1}"Victor"`),
	stored("the kind of another optimizer", `Kind: "adam"`, `Kind: "adamw"`),
	stored("no digest of the cost", `(?s)(Function: (".*?"),\n\s*Training: )".*?"`, "${1}${2}"),
}

// TestStoreMutants plants mistakes in what saves and loads: the emitted test finds every one. The whole of it: go
// test ./gen/mutants -run StoreMutants -v -mutants
func TestStoreMutants(t *testing.T) {
	t.Parallel()
	testMutants(t, storeMistakes)
}
