package amd64

import (
	"encoding/binary"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"math"
	"math/bits"

	"github.com/backpropgen/backpropgen/gen/code"
	functions "github.com/backpropgen/backpropgen/gen/elementary"
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/vec"
	"github.com/backpropgen/backpropgen/templates"
)

// source is an elementary function as the portable code has it, in Go, with what is known of its types and constants.
type source struct {
	fset   *token.FileSet
	decl   *ast.FuncDecl
	info   *types.Info
	tables map[string]*table
}

// table is a table that such a function reads: rows of numbers as their bits, lengthened to a power of two so that a
// row is found by a shift.
type table struct {
	shift int // the length of a row is 1<<shift
	bits  []uint64
}

// mathPackage declares what elementary functions take from package math: constants and operations that are exact
// everywhere.
const mathPackage = `package math
const (
	Ln2 = 0.693147180559945309417232121458176568075500134360255254120680009
	Log2E = 1 / Ln2
	Pi = 3.14159265358979323846264338327950288419716939937510582097494459
)
func Sqrt(x float64) float64
func Float32bits(f float32) uint32
func Float32frombits(b uint32) float32
func Float64bits(f float64) uint64
func Float64frombits(b uint64) float64
`

// portable finds the source of an elementary function in the file's precision. It is emitted, parsed and type-checked
// once a file.
func (c *common) portable(op expr.Op, size int) (*source, error) {
	c.adding.Lock()
	defer c.adding.Unlock()
	key := sourceKey{op, size}
	if s, ok := c.sources[key]; ok {
		return s, nil
	}
	s, err := readSource(op, size)
	if err != nil {
		return nil, fmt.Errorf("the portable %v: %w", op, err)
	}
	c.sources[key] = s
	return s, nil
}

type sourceKey struct {
	op   expr.Op
	size int
}

func readSource(op expr.Op, size int) (*source, error) {
	program := &code.File{Package: "p"}
	if err := functions.Declare(program, "p", []expr.Op{op}, code.KindOf(fmt.Sprintf("float%d", 8*size))); err != nil {
		return nil, err
	}
	text, err := templates.Program(program).Render()
	if err != nil {
		return nil, err
	}
	s := &source{fset: token.NewFileSet(), tables: map[string]*table{}}
	file, err := parser.ParseFile(s.fset, "portable.go", text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	s.info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	conf := types.Config{Importer: mathImporter{s.fset}}
	if _, err := conf.Check("p", s.fset, []*ast.File{file}, s.info); err != nil {
		return nil, err
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.Name == functions.Name("p", op) {
				s.decl = d
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if v, ok := spec.(*ast.ValueSpec); ok {
					if s.tables[v.Names[0].Name], err = s.table(v); err != nil {
						return nil, err
					}
				}
			}
		}
	}
	if s.decl == nil {
		return nil, fmt.Errorf("no function %s", functions.Name("p", op))
	}
	return s, nil
}

// table reads the literal of a table.
func (s *source) table(v *ast.ValueSpec) (*table, error) {
	all, ok := v.Values[0].(*ast.CompositeLit)
	if !ok {
		return nil, fmt.Errorf("%s is no table", v.Names[0].Name)
	}
	t := &table{}
	for _, e := range all.Elts {
		if keyed, ok := e.(*ast.KeyValueExpr); ok { // what comes before it is 0
			_, at, _ := s.constant(keyed.Key)
			t.bits = append(t.bits, make([]uint64, int(at)<<bits.Len(uint(len(rowElements(keyed.Value))-1))-len(t.bits))...)
			e = keyed.Value
		}
		row := rowElements(e)
		t.shift = bits.Len(uint(len(row) - 1))
		for _, x := range row {
			kind, value, ok := s.constant(x)
			if !ok || wordOf(kind) != 8 {
				return nil, fmt.Errorf("%s has an element that is no constant of 64 bits", v.Names[0].Name)
			}
			t.bits = append(t.bits, value)
		}
		for len(t.bits)%(1<<t.shift) != 0 {
			t.bits = append(t.bits, 0)
		}
	}
	if array, ok := s.info.Types[all].Type.Underlying().(*types.Array); ok { // what an index may reach is in the table
		t.bits = append(t.bits, make([]uint64, int(array.Len())<<t.shift-len(t.bits))...)
	}
	return t, nil
}

// rowElements are the elements of a row, which may be a single one.
func rowElements(e ast.Expr) []ast.Expr {
	if row, ok := e.(*ast.CompositeLit); ok {
		return row.Elts
	}
	return []ast.Expr{e}
}

// rows is how many there are.
func (t *table) rows() int { return len(t.bits) >> t.shift }

// permutedRows are so many rows as are looked up in four registers of 64 bytes. That takes five instructions, a third
// of the time of a gather.
const permutedRows = 32

// column looks up a column of a table of no more rows, by the rows' indices.
func (b *block) column(t *table, index *vec.Value, at int) *vec.Value {
	registers := make([]*vec.Value, permutedRows/8)
	for i := range registers {
		lanes := make([]uint64, 8)
		for k := range lanes {
			if row := 8*i + k; row < t.rows() {
				lanes[k] = t.bits[row<<t.shift+at]
			}
		}
		registers[i] = b.lanesOf(lanes...)
	}
	half := func(low, high *vec.Value) *vec.Value { // by the four lowest bits
		return b.apply(vec.Permute2, index, low, high)
	}
	first, second := half(registers[0], registers[1]), half(registers[2], registers[3])
	return b.choose(b.test(index, b.pattern(permutedRows/2)), second, first)
}

// place finds a place for a table in the data section, once a file.
func (f *file) place(t *table) ref {
	raw := make([]byte, 0, 8*len(t.bits))
	for _, v := range t.bits {
		raw = binary.LittleEndian.AppendUint64(raw, v)
	}
	return f.table(string(raw), raw)
}

// constant is the value of an expression that the compiler knows, as bits of its type.
func (s *source) constant(e ast.Expr) (kind types.BasicKind, value uint64, ok bool) {
	tv := s.info.Types[e]
	if tv.Value == nil {
		return 0, 0, false
	}
	basic, ok := types.Default(tv.Type).Underlying().(*types.Basic)
	if !ok {
		return 0, 0, false
	}
	switch kind = basic.Kind(); kind {
	case types.Float64:
		v, _ := constant.Float64Val(constant.ToFloat(tv.Value))
		return kind, math.Float64bits(v), true
	case types.Float32:
		v, _ := constant.Float32Val(constant.ToFloat(tv.Value))
		return kind, uint64(math.Float32bits(v)), true
	}
	whole := constant.ToInt(tv.Value)
	if v, exact := constant.Uint64Val(whole); exact {
		return kind, v, true
	}
	v, exact := constant.Int64Val(whole)
	if wordOf(kind) == 4 {
		return kind, uint64(uint32(v)), exact
	}
	return kind, uint64(v), exact
}

// wordOf is the size in bytes of the types that elementary functions compute with.
func wordOf(kind types.BasicKind) int {
	switch kind {
	case types.Float32, types.Int32, types.Uint32:
		return 4
	}
	return 8
}

type mathImporter struct{ fset *token.FileSet }

// Import returns the only package that elementary functions import.
func (m mathImporter) Import(path string) (*types.Package, error) {
	if path != "math" {
		return nil, fmt.Errorf("elementary functions must not import %q", path)
	}
	file, err := parser.ParseFile(m.fset, "math.go", mathPackage, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	conf := types.Config{IgnoreFuncBodies: true}
	return conf.Check(path, m.fset, []*ast.File{file}, nil)
}
