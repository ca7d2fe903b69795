package gen

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"sync"

	"github.com/backpropgen/backpropgen/gen/parallel"
	"github.com/backpropgen/backpropgen/templates"
)

// stubs are the declarations of other packages that emitted files use, so that they are type-checked without reading
// those packages. A test compares them with the packages themselves.
var stubs = map[string]string{
	"math": `package math
const (
	Ln2 = 0.693147180559945309417232121458176568075500134360255254120680009
	Log2E = 1 / Ln2
	Pi = 3.14159265358979323846264338327950288419716939937510582097494459
	MaxFloat32 = 0x1p127 * (1 + (1 - 0x1p-23))
)
func Abs(x float64) float64
func Atan(x float64) float64
func Copysign(f, sign float64) float64
func Cos(x float64) float64
func Erf(x float64) float64
func Exp(x float64) float64
func Expm1(x float64) float64
func Inf(sign int) float64
func IsInf(f float64, sign int) bool
func IsNaN(f float64) bool
func Log(x float64) float64
func Log1p(x float64) float64
func NaN() float64
func Pow(x, y float64) float64
func Sin(x float64) float64
func Sqrt(x float64) float64
func Tanh(x float64) float64
func Float32bits(f float32) uint32
func Float32frombits(b uint32) float32
func Float64bits(f float64) uint64
func Float64frombits(b uint64) float64
`,
	"io": `package io
type Reader interface{ Read(p []byte) (n int, err error) }
type Writer interface{ Write(p []byte) (n int, err error) }
`,
	"math/rand": `package rand
type Source interface{ Int63() int64 }
type Rand struct{ src Source }
func New(src Source) *Rand
func NewSource(seed int64) Source
func (r *Rand) NormFloat64() float64
func (r *Rand) Intn(n int) int
`,
	"golang.org/x/sys/cpu": `package cpu
var X86 struct {
	HasAVX2 bool
	HasAVX512F bool
	HasAVX512DQ bool
	HasAVX512VL bool
	HasFMA bool
}
`,
	"runtime": `package runtime
const GOARCH string = "amd64"
`,
	"fmt": `package fmt
func Println(a ...any) (n int, err error)
func Printf(format string, a ...any) (n int, err error)
`,
	"time": `package time
type Duration int64
func (d Duration) Nanoseconds() int64
`,
	"testing": `package testing
import "time"
type TB interface{ Helper() }
type T struct{ c int }
func (t *T) Helper()
func (t *T) Run(name string, f func(t *T)) bool
type B struct{ N int }
func (b *B) Run(name string, f func(b *B)) bool
func (b *B) Helper()
func (b *B) ReportAllocs()
func (b *B) ResetTimer()
func (b *B) Elapsed() time.Duration
func (b *B) ReportMetric(n float64, unit string)
`,
	"github.com/backpropgen/backpropgen/store": `package store
import "io"
type Float interface{ float32 | float64 }
type Network struct {
	Name string
	Inputs, Outputs, Layers int
	Activations, Cost string
	Function string
	Training string
	Shapes []Shape
}
type Shape struct {
	Name string
	Rows, Cols int
}
type Parts[F Float] struct {
	Fields []Field[F]
	Updates *uint64
	Set *bool
	Arrays []Array[F]
}
func (p *Parts[F]) Field(name string, value *F)
func (p *Parts[F]) Need(name string, value *F)
func (p *Parts[F]) Array(name string, values []F)
type Field[F Float] struct {
	Name string
	Value *F
	Needed bool
}
type Array[F Float] struct {
	Name string
	Values []F
}
type Type[T any, F Float] struct {
	Network *Network
	Name string
	Kind string
	Parts func(v *T) Parts[F]
}
func (t *Type[T, F]) Write(v *T, w io.Writer) (int64, error)
func (t *Type[T, F]) Read(v *T, r io.Reader) (n int64, err error)
func (t *Type[T, F]) Append(v *T, b []byte) ([]byte, error)
func (t *Type[T, F]) Decode(v *T, data []byte) error
func (t *Type[T, F]) JSON(v *T) ([]byte, error)
func (t *Type[T, F]) FromJSON(v *T, data []byte) error
func Tensors[F Float](n *Network, flat []F) []struct {
	Name string
	Shape []int
	Data []F
} {}
`,
	"github.com/backpropgen/backpropgen/team": `package team
type Float interface{ float32 | float64 }
type Updater[P, G any, F Float] interface {
	Update(p *P, g *G, rate F)
}
type Network[P, G, B, X, Y any, F Float] struct {
	Name string
	Params int
	Block int
	Runs int
	Forward func(p *P, b *B, xs []X, out []Y)
	Loss func(p *P, b *B, xs []X, ys []Y) F
	Grad func(p *P, b *B, xs []X, ys []Y, g *G) F
	InputGrad func(p *P, b *B, xs []X, ys []Y, gxs []X) F
	LossWeighted func(p *P, b *B, xs []X, ys []Y, weights []F) F
	GradWeighted func(p *P, b *B, xs []X, ys []Y, weights []F, g *G) F
	Parameters func(p *P) []F
	Gradient func(g *G) []F
	Descend func(ps, gs []F, rate F, lo, hi int) bool
	SpreadFrom int
	Shares func(o Updater[P, G, F]) bool
	Count func(o Updater[P, G, F])
	Part func(o Updater[P, G, F], p *P, g *G, rate F, lo, hi int)
}
type Team[P, G, B, X, Y any, F Float] struct {
	net *Network[P, G, B, X, Y, F]
}
func (n *Network[P, G, B, X, Y, F]) New(workers int) *Team[P, G, B, X, Y, F]
func (n *Network[P, G, B, X, Y, F]) Close(t *Team[P, G, B, X, Y, F])
func (n *Network[P, G, B, X, Y, F]) ForwardBatch(t *Team[P, G, B, X, Y, F], p *P, xs []X, out []Y)
func (n *Network[P, G, B, X, Y, F]) LossBatch(t *Team[P, G, B, X, Y, F], p *P, xs []X, ys []Y) F
func (n *Network[P, G, B, X, Y, F]) GradBatch(t *Team[P, G, B, X, Y, F], p *P, xs []X, ys []Y, g *G) F
func (n *Network[P, G, B, X, Y, F]) StepBatch(t *Team[P, G, B, X, Y, F], p *P, xs []X, ys []Y, rate F) F
func (n *Network[P, G, B, X, Y, F]) InputGradBatch(t *Team[P, G, B, X, Y, F], p *P, xs []X, ys []Y, gxs []X) F
func (n *Network[P, G, B, X, Y, F]) Update(t *Team[P, G, B, X, Y, F], o Updater[P, G, F], p *P, g *G, rate F)
func (n *Network[P, G, B, X, Y, F]) UpdateBatch(t *Team[P, G, B, X, Y, F], o Updater[P, G, F], p *P, xs []X, ys []Y,
	rate F) F
func (n *Network[P, G, B, X, Y, F]) LossBatchWeighted(t *Team[P, G, B, X, Y, F], p *P, xs []X, ys []Y, weights []F) F
func (n *Network[P, G, B, X, Y, F]) GradBatchWeighted(t *Team[P, G, B, X, Y, F], p *P, xs []X, ys []Y, weights []F,
	g *G) F
func (n *Network[P, G, B, X, Y, F]) StepBatchWeighted(t *Team[P, G, B, X, Y, F], p *P, xs []X, ys []Y, weights []F,
	rate F) F
func (n *Network[P, G, B, X, Y, F]) UpdateBatchWeighted(t *Team[P, G, B, X, Y, F], o Updater[P, G, F], p *P, xs []X,
	ys []Y, weights []F, rate F) F
`,
	"github.com/backpropgen/backpropgen/verify": `package verify
import "testing"
type Float interface{ float32 | float64 }
type Kernel[P, G, W, B, X, Y any, F Float] struct {
	Init func(p *P, norm func() float64)
` + apiFields(false) + `	InputGrad func(ws *W) *X
	Norm func(g *G) F
	Clip func(g *G, limit F) F
	Scale func(g *G, k F)
	Cuts Cuts
}
type Cuts struct{ Block, Tile, Chunk, Runs int }
type Levels struct {
	Set func(level int)
	Names []string
}
func (l Levels) Each(machine int, test func(level string))
type Derivatives[P, G, W, B, X, Y, J, K any, F Float] struct {
` + derivativeFields() + `	Cuts Cuts
}
func TestDerivatives[P, G, W, B, X, Y, J, K any, F Float](t testing.TB, network string,
	d Derivatives[P, G, W, B, X, Y, J, K, F]) {}
func TestDerivativeLevels[P, G, W, B, X, Y, J, K any, F Float](t testing.TB, network string,
	d Derivatives[P, G, W, B, X, Y, J, K, F], atLevels func(test func(level string))) {}
func Test[P, G, W, B, X, Y any, F Float](t testing.TB, network string, k Kernel[P, G, W, B, X, Y, F]) {}
type Team[T, P, G, X, Y any, F Float] struct {
	New func(workers int) *T
` + apiFields(true) + `	Close func(t *T)
	Cuts Cuts
}
func TestTeam[T, P, G, X, Y any, F Float](t testing.TB, network string, k Team[T, P, G, X, Y, F]) {}
type OptimizerTeam[T, O, P, G, X, Y any, F Float] struct {
	New func(workers int) *T
	GradBatch func(t *T, p *P, xs []X, ys []Y, g *G) F
	Update func(t *T, o O, p *P, g *G, rate F)
	UpdateBatch func(t *T, o O, p *P, xs []X, ys []Y, rate F) F
	GradBatchWeighted func(t *T, p *P, xs []X, ys []Y, weights []F, g *G) F
	UpdateBatchWeighted func(t *T, o O, p *P, xs []X, ys []Y, weights []F, rate F) F
	Close func(t *T)
}
func TestOptimizerTeam[S, T, O, P, G, X, Y any, F Float](t testing.TB, network, name string, newState func() *S,
	update func(s *S, p *P, g *G, rate F), k OptimizerTeam[T, O, P, G, X, Y, F]) {}
func TestLevels[P, G, W, B, X, Y any, F Float](t testing.TB, network string, k Kernel[P, G, W, B, X, Y, F],
	atLevels func(test func(level string))) {}
func TestStored[S any](t testing.TB, network, kind string) {}
func TestOptimizer[S, P, G any, F Float](t testing.TB, network, name string, newState func() *S,
	update func(s *S, p *P, g *G, rate F)) {}
func TestOptimizerBatch[S, P, G, B, X, Y any, F Float](t testing.TB, network, name string, newState func() *S,
	update func(s *S, p *P, g *G, rate F), step func(s *S, p *P, b *B, xs []X, ys []Y, rate F) F,
	gradient func(p *P, b *B, xs []X, ys []Y, g *G) F) {}
func TestOptimizerBatchWeighted[S, P, G, B, X, Y any, F Float](t testing.TB, network, name string, newState func() *S,
	update func(s *S, p *P, g *G, rate F), step func(s *S, p *P, b *B, xs []X, ys []Y, weights []F, rate F) F,
	gradient func(p *P, b *B, xs []X, ys []Y, weights []F, g *G) F) {}
func TestOptimizerLevels[S, P, G any, F Float](t testing.TB, network, name string, newState func() *S,
	update func(s *S, p *P, g *G, rate F), atLevels func(test func(level string))) {}
`,
}

// typeCheck parses emitted Go files and type-checks those of each build as one package: the common files, of which one
// has been parsed, with those of one of the others where there are any. An error is a mistake in the generator; it is
// found here so that no user's compiler has to.
func typeCheck(parsed templates.Source, common []File, others ...[]File) error {
	fset := parsed.Set
	parse := func(files []File) (trees []*ast.File, err error) {
		for _, f := range files {
			file, err := parser.ParseFile(fset, f.Name, f.Data, parser.SkipObjectResolution)
			if err != nil {
				return nil, err
			}
			trees = append(trees, file)
		}
		return trees, nil
	}
	files, err := parse(common)
	if err != nil {
		return err
	}
	files = append(files, parsed.Tree)
	var variants [][]*ast.File
	for _, other := range others {
		v, err := parse(other)
		if err != nil {
			return err
		}
		variants = append(variants, v)
	}
	if len(variants) == 0 {
		return checkBuild(fset, files, false)
	}
	checks := []func() error{func() error {
		return checkBuild(fset, append(files[:len(files):len(files)], variants[0]...), false)
	}}
	names := declared(slices.Concat(variants...))
	for _, v := range variants[1:] {
		// What mentions nothing of the files that differ has been checked.
		build := append(mentioning(files, names), v...)
		checks = append(checks, func() error { return checkBuild(fset, build, true) })
	}
	return parallel.Run(checks...)
}

// declared are the names of the functions, methods and variables that files declare.
func declared(files []*ast.File) map[string]bool {
	names := map[string]bool{}
	for _, file := range files {
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				names[d.Name.Name] = true
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if v, ok := s.(*ast.ValueSpec); ok {
						for _, name := range v.Names {
							names[name.Name] = true
						}
					}
				}
			}
		}
	}
	return names
}

// mentioning are files without the bodies of functions that mention none of some names.
func mentioning(files []*ast.File, names map[string]bool) (short []*ast.File) {
	for _, file := range files {
		copied := *file
		copied.Decls = slices.Clone(file.Decls)
		for i, d := range copied.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil && !mentions(fn.Body, names) {
				declaration := *fn
				declaration.Body = nil
				copied.Decls[i] = &declaration
			}
		}
		short = append(short, &copied)
	}
	return short
}

// mentions says whether one of some names occurs in code.
func mentions(code ast.Node, names map[string]bool) (found bool) {
	ast.Inspect(code, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && names[id.Name] {
			found = true
		}
		return !found
	})
	return found
}

// checkBuild type-checks parsed files as one package, some of whose functions may have no body, in part.
func checkBuild(fset *token.FileSet, files []*ast.File, part bool) error {
	var errs []error
	conf := types.Config{Importer: imports, DisableUnusedImportCheck: part, Error: func(err error) {
		if len(errs) < 10 {
			errs = append(errs, err)
		}
	}}
	// The first error is in errs as well.
	_, _ = conf.Check("emitted", fset, files, nil)
	return errors.Join(errs...)
}

// imports is what emitted files import by: one for all, so that every stub is checked once.
var imports = &sharedImporter{stubs: stubImporter{fset: token.NewFileSet(),
	done: map[string]*types.Package{"unsafe": types.Unsafe}}}

// sharedImporter lets one at a time import stubs.
type sharedImporter struct {
	importing sync.Mutex
	stubs     stubImporter
}

// Import returns the package of a stub.
func (s *sharedImporter) Import(path string) (*types.Package, error) {
	s.importing.Lock()
	defer s.importing.Unlock()
	return s.stubs.Import(path)
}

// stubImporter checks each stub when it is imported for the first time.
type stubImporter struct {
	fset *token.FileSet
	done map[string]*types.Package
}

// Import returns the package of a stub. Any other path is an import that emitted code must not have.
func (s *stubImporter) Import(path string) (*types.Package, error) {
	if p := s.done[path]; p != nil {
		return p, nil
	}
	src, ok := stubs[path]
	if !ok {
		return nil, fmt.Errorf("emitted code must not import %q", path)
	}
	file, err := parser.ParseFile(s.fset, path+"/stub.go", src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	conf := types.Config{Importer: s, IgnoreFuncBodies: true}
	p, err := conf.Check(path, s.fset, []*ast.File{file}, nil)
	if err != nil {
		return nil, err
	}
	s.done[path] = p
	return p, nil
}
