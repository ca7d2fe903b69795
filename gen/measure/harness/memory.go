package harness

import "unsafe"

// Memory is what a function does with matrices, without computing anything. How long plain loops take for it is what
// memory takes of the function's time.
type Memory struct {
	Passes []Pass
	// Alternate goes upwards and downwards in alternation, from call to call and from one pass to the next.
	Alternate bool
}

// Pass is that a function goes over a matrix: it reads it, writes it, or does both.
type Pass struct {
	At            unsafe.Pointer
	Bytes         uintptr
	Reads, Writes bool
}

// blockBytes is what one round of a loop takes. What is left of a matrix is left out.
const blockBytes = 256

// Run makes so many calls.
func (m Memory) Run(calls int) {
	for call := range calls {
		down := m.Alternate && call%2 > 0
		for _, p := range m.Passes {
			blocks, loop := int(p.Bytes/blockBytes), readBlocks
			switch {
			case blocks == 0:
				continue
			case p.Reads && p.Writes:
				loop = updateBlocks
			case p.Writes:
				loop = writeBlocks
			}
			if down {
				loop(unsafe.Add(p.At, (blocks-1)*blockBytes), blocks, -blockBytes)
			} else {
				loop(p.At, blocks, blockBytes)
			}
			down = down != m.Alternate
		}
	}
}
