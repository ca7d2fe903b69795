//go:build !amd64

package harness

import "unsafe"

// On other processors neither the clock is known nor how they are told apart.
const chainCycles = 0

// Assembly says that emitted networks have none here, nor are there loops over memory.
const Assembly = false

func readBlocks(unsafe.Pointer, int, int)   {}
func writeBlocks(unsafe.Pointer, int, int)  {}
func updateBlocks(unsafe.Pointer, int, int) {}

func identify() Machine { return Machine{} }
