package isa

import (
	"fmt"
	"strings"
)

// namedRegister is what is known of a register: the level that it needs, how wide it is where that is more than 16
// bytes, and whether it may be part of an address.
type namedRegister struct {
	needs   Level
	wide    int
	address bool
}

// registersByName are the registers that instructions may have.
var registersByName = func() map[string]namedRegister {
	all := map[string]namedRegister{}
	for _, name := range strings.Fields("AX BX CX DX SI DI R8 R9 R10 R11 R12 R13") {
		all[name] = namedRegister{needs: AVX2, address: true}
	}
	for n := range 8 {
		all[fmt.Sprint("K", n)] = namedRegister{needs: AVX512}
	}
	for n := range 32 {
		needs := AVX2
		if n > 15 {
			needs = AVX512
		}
		all[fmt.Sprint("X", n)] = namedRegister{needs: needs}
		all[fmt.Sprint("Y", n)] = namedRegister{needs: needs, wide: 32}
		all[fmt.Sprint("Z", n)] = namedRegister{needs: AVX512, wide: 64}
	}
	return all
}()
