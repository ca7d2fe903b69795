// Package spec says what a network is.
//
// A Network is the whole input of the generator: widths of layers, activations, a cost, and a few choices about the
// emitted code. People write it as YAML or JSON, or build it in Go. Decoding is strict: it reports every mistake at
// once, each with its place in the file. Nothing here knows how code is emitted. Everything else in the module starts
// from a Network that has passed Validate.
package spec

// Network is one network: the affine layers, their activations, the cost and how to emit it. The zero
// value of every optional field means its documented default, so a literal needs only Name,
// Input, Layers and Cost.
type Network struct {
	// Name is an exported Go identifier in ASCII, at most MaxNameLength bytes long; every emitted name
	// starts with it. So that networks of different names can share a package, it neither ends
	// as emitted names do (Grad, Workspace, …) nor begins like a test function.
	Name string
	// Package is the Go package of the emitted files. Empty: $GOPACKAGE, else the folder's name.
	Package string
	// Precision is the type of every number in the emitted code. Default Float32.
	Precision Precision
	// Input is n₀, the number of inputs, 1…MaxWidth.
	Input int
	// Layers are the layers 1…L in order, 1…MaxLayers of them; together they have at most MaxParams
	// weights and biases, and their formulas a size of at most MaxFormulas.
	Layers []Layer
	// Cost is C(ŷ, y), minimised by training. One that needs probabilities (see Entry) needs a last
	// activation that gives them.
	Cost Function
	// Cache says what the forward pass keeps for the backward pass. Default CacheAuto.
	Cache Cache
	// Batch is the block size of batch kernels, in samples, 1…MaxBatch. Default 32.
	Batch int
	// Rounding says whether compilers may contract operations and sums be added up in any order, or every rounding is
	// fixed, so that all machines give the same bits. Default RoundingFast.
	Rounding Rounding
	// Unroll says how far loops are unrolled. Default UnrollAuto.
	Unroll Unroll
	// InputGradient also emits the gradient of the loss with respect to the input.
	InputGradient bool
	// SampleWeights also emits the batch functions that learn with a weight for each sample.
	SampleWeights bool
	// Optimizers lists the optimizers that are emitted beside the kernels, each with a type of its own. nil and
	// empty: none.
	Optimizers []Optimizer
	// Emit lists what is emitted; Emits says what follows from it. nil means the default, all Parts.
	Emit []Part
	// Derivatives lists the derivatives that are emitted besides; Emit must have what they go on from. nil and empty:
	// none.
	Derivatives []Derivative
	// Targets lists the architectures that get assembly beside the portable Go. nil means the
	// default, [amd64, arm64]; an empty non-nil slice means portable Go only.
	Targets []Target
	// Weights is a file of trained weights beside the spec, which are emitted as a variable: a path within the spec's
	// folder with slashes, that ends in .safetensors or .npz. Empty: none.
	Weights string
}

// Layer is one affine map a ↦ W·a + b followed by an activation.
type Layer struct {
	// Dense is the number of rows of W, 1…MaxWidth: the layer's width before its activation.
	Dense int
	// Activation is σ, applied to the whole layer. The zero value is the identity.
	Activation Function
	// NoBias leaves out b ("bias: false").
	NoBias bool
}

// Function is an activation or a cost: one of the catalogue, by Name, or a formula, Expr. The zero value is
// no function.
type Function struct {
	// Name is an entry of the catalogue, which Activations and Costs list; empty with Expr.
	Name string
	// Params are the parameters given, by name; those left out have the defaults that the entry
	// lists. nil where there are none.
	Params map[string]float64
	// Expr is a formula of package formula: an activation in z, or the term of a cost in a and y, which
	// is summed over the outputs. Empty with Name.
	Expr string
}

// Precision is the floating-point type of the emitted code.
type Precision string

// Cache says what the forward pass keeps of each layer: pre-activations z, post-activations a, or both.
type Cache string

// Rounding says whether the emitted code fixes every rounding.
type Rounding string

// Unroll says how far the emitted code is unrolled.
type Unroll string

// Target is an architecture with assembly kernels.
type Target string

// The values of the enumerations; the first of each group is the default.
const (
	Float32 Precision = "float32"
	Float64 Precision = "float64"

	CacheAuto Cache = "auto"
	CachePre  Cache = "pre"
	CachePost Cache = "post"
	CacheBoth Cache = "both"

	RoundingFast   Rounding = "fast"
	RoundingStrict Rounding = "strict"

	UnrollAuto Unroll = "auto"
	UnrollFull Unroll = "full"
	UnrollLoop Unroll = "loop"

	AMD64 Target = "amd64"
	ARM64 Target = "arm64"
)
