package harness

import "unsafe"

// chainCycles is the latency of a product of integers on every x86-64 core of the last ten years.
const chainCycles = 3

// Assembly says that emitted networks may have assembly here, and that there are loops over memory; these need AVX2.
const Assembly = true

//go:noescape
func readBlocks(p unsafe.Pointer, blocks, step int)

//go:noescape
func writeBlocks(p unsafe.Pointer, blocks, step int)

//go:noescape
func updateBlocks(p unsafe.Pointer, blocks, step int)

// cpuid asks the processor.
func cpuid(leaf uint32) (a, b uint32)

// identify says what processor this is.
func identify() Machine {
	_, maker := cpuid(0)
	version, _ := cpuid(1)
	letters := string([]byte{byte(maker), byte(maker >> 8), byte(maker >> 16), byte(maker >> 24)})
	return Machine{Maker: letters, Family: int(version>>8&15 + version>>20&255),
		Model: int(version>>4&15 | version>>12&0xf0)}
}
