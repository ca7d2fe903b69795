package templates

import (
	"bytes"
	"fmt"
	"go/format"
	"slices"
	"strings"
)

// Store is what the file that saves and loads a network needs to know.
type Store struct {
	Package, Name, Prefix, Precision string
	Header                           []string
	Layers                           int
	Activations, Cost                string // for messages
	Function, Training               string // digests of what parameters and states of optimizers belong to
	Shapes                           []Shape
	Types                            []Stored // the parameters first
}

// Shape is a matrix of parameters, or a vector of them if Cols is 0, by the name of its field.
type Shape struct {
	Name       string
	Rows, Cols int
}

// Stored is a type that is stored: the parameters, which Kind says, or an optimizer.
type Stored struct {
	Type, Kind string
	Fields     []string // hyperparameters
	Counts     bool     // T counts updates
	Arrays     []string // states laid out like the parameters
	Large      bool     // too large to be copied to a stack
	Needed     []string // hyperparameters whose default is not 0: a zero value takes these, which the field set says
}

func (t Stored) parameters() bool { return t.Kind == "parameters" }

// self is the name of the receiver, as in the kernels' file.
func (t Stored) self() string {
	if t.parameters() {
		return "p"
	}
	return "o"
}

// storePath is what the emitted file imports.
const storePath = "github.com/backpropgen/backpropgen/store"

// methodsText are the methods of the parameters, for the type Xtype, whose receiver is called xself, with all that they
// promise.
const methodsText = `
// WriteTo writes xself as one binary record and returns how many bytes it wrote.
func (xself *Xtype) WriteTo(w io.Writer) (int64, error) { return xstored.Write(xself, w) }

// ReadFrom reads one binary record into xself, and no byte behind it, so that several may follow one another.
// Data of another kind, precision or network, damaged or cut short, are an error, and xself is then as it was; where r
// is at its end the error is io.EOF to errors.Is. See package store for the format.
func (xself *Xtype) ReadFrom(r io.Reader) (int64, error) { return xstored.Read(xself, r) }

// MarshalBinary returns xself as one binary record.
// AppendBinary and WriteTo do so without a copy of xself.
// value {
// The receiver is a value, so that package gob finds the method also where a value is not behind a pointer.
// value }
// pointer {
// Give package gob a pointer: values of this size cannot be copied to a stack.
// pointer }
func (xreceiver) MarshalBinary() ([]byte, error) { return xself.AppendBinary(nil) }

// AppendBinary appends xself to b as one binary record.
func (xself *Xtype) AppendBinary(b []byte) ([]byte, error) { return xstored.Append(xself, b) }

// UnmarshalBinary reads the binary record that data are, like ReadFrom; there may be no bytes behind it.
func (xself *Xtype) UnmarshalBinary(data []byte) error { return xstored.Decode(xself, data) }

// MarshalJSON returns xself as JSON for people.
// Every number stands by its field, finite ones exactly, others as "NaN", "+Inf" and "-Inf".
// value {
// The receiver is a value, so that package json finds the method also where a value is not behind a pointer.
// value }
// pointer {
// Give package json a pointer: values of this size cannot be copied to a stack.
// pointer }
func (xreceiver) MarshalJSON() ([]byte, error) { return xstored.JSON(xpointer) }

// UnmarshalJSON reads what MarshalJSON writes.
// Fields may be in any order, and all must be there; an error says which one is wrong, and xself is then as it was.
// Unlike others it takes null for an error.
func (xself *Xtype) UnmarshalJSON(data []byte) error { return xstored.FromJSON(xself, data) }
`

// sameMethodsText are those of an optimizer, which promise the same: the declarations without what is said of them.
var sameMethodsText = declarations(methodsText)

// declarations are the lines of some Go that begin functions of one line.
func declarations(text string) string {
	var b strings.Builder
	b.WriteString("\n")
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "func ") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// methods are the methods of a type. One that is too large for a stack has pointers for receivers.
func (s Store) methods(t Stored) (text string, err error) {
	text = sameMethodsText
	if t.parameters() {
		text, err = keepParts(methodsText, map[string]bool{"value": !t.Large, "pointer": t.Large})
	}
	receiver, pointer := "xself Xtype", "&xself"
	if t.Large {
		receiver, pointer = "xself *Xtype", "xself"
	}
	text = strings.NewReplacer("xreceiver", receiver, "xpointer", pointer).Replace(text)
	return strings.NewReplacer("Xtype", t.Type, "xself", t.self(), "xstored", s.variable(t)).Replace(text), err
}

// tensorsText gives views of the parameters.
const tensorsText = `
// Tensors names every matrix of weights and every vector of biases, W1, b1, W2, …, in the order of Flat, and gives
// views of them: what is written to Data is written to p. The shape of weights is outputs by inputs, and Data has them
// row by row, one row for each output. Package github.com/backpropgen/backpropgen/tensors loads them from safetensors
// and npz files, and saves them there.
func (p *Xnet) Tensors() []struct {
	Name  string
	Shape []int
	Data  []xfloat
} {
	return store.Tensors(&xnetNetwork, p.Flat()[:])
}
`

// StoreNames lists the package-level names of the emitted file of a network, whose optimizers' types end so.
func StoreNames(prefix string, optimizers []string) []string {
	names := []string{prefix + "Network", prefix + "Stored"}
	for _, o := range optimizers {
		names = append(names, prefix+o+"Stored")
	}
	return names
}

// StoreFile returns the formatted file that saves and loads a network and its optimizers.
func StoreFile(s Store) ([]byte, error) {
	var b bytes.Buffer
	for _, line := range s.Header {
		fmt.Fprintln(&b, strings.TrimRight(remark(line), " "))
	}
	fmt.Fprintf(&b, "\npackage %s\n\nimport (\n\"io\"\n\n%q\n)\n\n", s.Package, storePath)
	s.describe(&b)
	for _, t := range s.Types {
		s.stored(&b, t)
		text, err := s.methods(t)
		if err != nil {
			return nil, err
		}
		b.WriteString(text)
	}
	b.WriteString(strings.NewReplacer("Xnet", s.Name, "xnet", s.Prefix, "xfloat", s.Precision).Replace(tensorsText))
	src, err := format.Source(b.Bytes())
	if err != nil {
		return nil, fmt.Errorf("formatting: %w", err)
	}
	return src, nil
}

// variable is the name of what says how a type is stored.
func (s Store) variable(t Stored) string {
	return s.Prefix + strings.TrimPrefix(t.Type, s.Name) + "Stored"
}

// describe declares what is known of the network:
//
//	var irisNetwork = store.Network{
//		Name: "Iris", Inputs: IrisInputs, Outputs: IrisOutputs, Layers: 2,
//		…
//		Shapes: []store.Shape{
//			{Name: "W1", Rows: 8, Cols: 4},
//			{Name: "B1", Rows: 8},
//		},
//	}
func (s Store) describe(b *bytes.Buffer) {
	fmt.Fprintf(b, "// %sNetwork is what tells the numbers of %s from others.\nvar %[1]sNetwork = store.Network{\n",
		s.Prefix, s.Name)
	fmt.Fprintf(b, "Name: %q, Inputs: %[2]sInputs, Outputs: %[2]sOutputs, Layers: %[3]d,\n", s.Name, s.Name, s.Layers)
	fmt.Fprintf(b, "Activations: %q, Cost: %q,\n", s.Activations, s.Cost)
	fmt.Fprintf(b, "Function: %q,\nTraining: %q,\nShapes: []store.Shape{\n", s.Function, s.Training)
	for _, shape := range s.Shapes {
		fmt.Fprintf(b, "{Name: %q, Rows: %d", shape.Name, shape.Rows)
		if shape.Cols > 0 {
			fmt.Fprintf(b, ", Cols: %d", shape.Cols)
		}
		b.WriteString("},\n")
	}
	b.WriteString("},\n}\n\n")
}

// stored declares how a type is stored, and where a value of it has its numbers:
//
//	var irisAdamStored = store.Type[IrisAdam, float32]{
//		Network: &irisNetwork, Name: "IrisAdam", Kind: "adam", Parts: (*IrisAdam).stored,
//	}
//
//	func (o *IrisAdam) stored() (s store.Parts[float32]) {
//		s.Updates = &o.T
//		s.Set = &o.set
//		s.Need("Beta1", &o.Beta1)
//		s.Field("WeightDecay", &o.WeightDecay)
//		s.Array("M", o.M.Flat()[:])
//		return s
//	}
func (s Store) stored(b *bytes.Buffer, t Stored) {
	self, variable := t.self(), s.variable(t)
	said := ""
	if t.parameters() {
		fmt.Fprintf(b, "// %s is how %s is stored.\n", variable, t.Type)
		said = fmt.Sprintf("// stored says what is stored of %s.\n", self)
	} else {
		fmt.Fprintf(b, "\n// %s is saved and loaded as %s is, by the same methods.\n", t.Type, s.Name)
		if t.Large {
			b.WriteString("// Give packages gob and json a pointer: values of this size cannot be copied to a stack.\n")
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(b, "var %s = store.Type[%s, %s]{\n", variable, t.Type, s.Precision)
	fmt.Fprintf(b, "Network: &%sNetwork, Name: %q, Kind: %q, Parts: (*%s).stored,\n}\n\n", s.Prefix, t.Type, t.Kind,
		t.Type)
	fmt.Fprintf(b, "%sfunc (%s *%s) stored() (s store.Parts[%s]) {\n", said, self, t.Type, s.Precision)
	if t.Counts {
		fmt.Fprintf(b, "s.Updates = &%s.T\n", self)
	}
	if len(t.Needed) > 0 {
		fmt.Fprintf(b, "s.Set = &%s.set\n", self)
	}
	for _, f := range t.Fields {
		add := "Field"
		if slices.Contains(t.Needed, f) {
			add = "Need"
		}
		fmt.Fprintf(b, "s.%s(%q, &%s.%s)\n", add, f, self, f)
	}
	if t.parameters() {
		fmt.Fprintf(b, "s.Array(\"\", %s.Flat()[:])\n", self)
	}
	for _, f := range t.Arrays {
		fmt.Fprintf(b, "s.Array(%q, %s.%s.Flat()[:])\n", f, self, f)
	}
	b.WriteString("return s\n}\n")
}
