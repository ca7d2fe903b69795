// Backpropgen turns network specs into Go source: forward and backward functions specialised to one
// network each, free of allocations, and on amd64 and arm64 with assembly.
//
//	backpropgen generate [-o DIR] [-pkg NAME] SPEC…   write the files (default: beside each spec); -watch goes on
//	backpropgen check [-d] SPEC|DIR|./...…            exit 4 if missing, stale, orphaned or edited by hand
//	backpropgen explain SPEC…                         the plan: buffers, passes, costs, memory, code size, bounds on errors
//	backpropgen init [NAME]                           a starting spec, a generate.go, a test
//	backpropgen import [-name NAME] MODEL             a spec and its parameters from a model trained elsewhere
//	backpropgen export [-o FILE] SPEC                 a network with its parameters as ONNX, safetensors or npz
//	backpropgen schema                                the JSON Schema of specs, for editors
//	backpropgen version                               which version this is, and which Go built it
//	backpropgen help [COMMAND | spec]                 how to use a command; what a spec may hold
//
// This package is flags, files and exit codes; what is written comes from package gen. Every command
// works out everything in memory first and then either does all of its work or, with every mistake
// reported, none of it. `backpropgen help COMMAND` teaches each of them.
package main

import (
	"os"
	"runtime/debug"
)

// gcPercent is how much a run allocates between two collections, in percent of what it holds: most are over in a tenth
// of a second, and hold little.
const gcPercent = 400

// memoryLimit is the size from which on garbage is collected more often: what large networks need at once is less.
const memoryLimit = 832 << 20

func main() {
	debug.SetGCPercent(gcPercent)
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	os.Exit(run(os.Args[1:], env{
		stdin:     os.Stdin,
		stdout:    os.Stdout,
		stderr:    os.Stderr,
		getenv:    os.Getenv,
		userCache: os.UserCacheDir,
	}))
}
