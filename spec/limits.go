package spec

// Limits of a spec. They are checked with integer arithmetic before anything is allocated, so a
// hostile spec costs no memory; a network that passes them fits what the generator and the Go
// compiler can handle.
const (
	// MaxWidth bounds the input and every layer: with it a product of two widths fits in 33 bits
	// and can never overflow, and no sensible fixed-array network is wider.
	MaxWidth = 65536
	// MaxLayers bounds the depth: rounding-error bounds and compile times grow with it, and code for
	// deeper networks would be better written as a loop over equal layers.
	MaxLayers = 256
	// MaxParams bounds the weights and biases of the whole network, 16 Mi: 64 MiB of float32 in one
	// fixed-size struct, twice that with a gradient. Beyond it fixed arrays stop being a good idea.
	MaxParams = 1 << 24
	// MaxFormulas bounds the numbers, variables, operators and calls in the formulas of all layers together, each
	// counted as formula.MaxSize counts it: every layer's code has its formula and the derivative of it, in all
	// functions, and products of many functions have derivatives many times as long.
	MaxFormulas = 10 << 10
	// MaxBatch bounds the block size of batch kernels, in samples; larger batches are processed in
	// blocks, so a larger block only costs workspace.
	MaxBatch = 65536
	// MaxTrained bounds the weights and biases of a network whose trained weights are emitted. They are constants, and
	// the Go compiler takes 20 s and 1 GB for 1 Mi of them.
	MaxTrained = 1 << 20
	// MaxWeightsPath bounds the path of a file of weights, in characters.
	MaxWeightsPath = 255
	// MaxNameLength bounds the network's and the package's name, in bytes: file systems limit file
	// names to 255 bytes and suffixes are added.
	MaxNameLength = 64
	// MaxFileBytes bounds a spec file: 1 MiB holds any valid spec many times over.
	MaxFileBytes = 1 << 20

	// maxDepth bounds the nesting of a file; a spec needs four levels.
	maxDepth = 100
	// maxMistakes bounds the mistakes that are collected from one spec.
	maxMistakes = 1000
	// maxShown bounds the mistakes that ErrorList prints; nobody reads more.
	maxShown = 50
)
