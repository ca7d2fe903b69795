package mutants

// sweepMistakes are made in the assembly that goes through all parameters, and in the Go that calls it.
var sweepMistakes = []packageMutant{
	on(inAssembly, "Tiled", "SGDUpdateAVX2", "the last vector of a round is not stored", `VMOVUPS +Y\d+, 96\(DI\)\(\w+\*1\)\n`, "\n"),
	on(inAssembly, "Tiled", "SGDUpdateAVX2", "the second vector of a round is taken from the first", `32\(SI\)\((\w+)\*1\), (Y\d+)`, "(SI)($1*1), $2"),
	on(inAssembly, "Tiled", "SGDUpdateAVX2", "a lane too many in the last vector", `32\(AX\)\((\w+)\*4\)`, "28(AX)($1*4)"),
	on(inAssembly, "Tiled", "SGDUpdateAVX2", "a lane too few in the last vector", `32\(AX\)\((\w+)\*4\)`, "36(AX)($1*4)"),
	on(inAssembly, "Tiled", "SGDUpdateAVX2", "the last vector is stored without its mask", `VMASKMOVPS +(Y\d+), Y\d+, (\(DI\).*)`, "VMOVUPS $1, $2"),
	on(inAssembly, "Tiled", "SGDUpdateAVX2", "the last vector is read without its mask", `VMASKMOVPS +(\(SI\)\S*), Y\d+, (Y\d+)`, "VMOVUPS $1, $2"),
	on(inAssembly, "Tiled", "MomentumUpdateAVX2", "weight decay of the other sign", `VFMADD231PS`, "VFNMADD231PS"),
	on(inAssembly, "Tiled", "NesterovUpdateAVX2", "the velocity is not kept", `VMOVUPS +Y\d+, \(DX\)\(\w+\*1\)\n`, "\n"),
	on(inAssembly, "Tiled", "RMSpropUpdateAVX2", "a quotient the wrong way round", `VDIVPS +(\w+), (\w+),`, "VDIVPS $2, $1,"),
	on(inAssembly, "Tiled", "RMSpropUpdateMomentumAVX2", "the momentum is the weight decay", `VBROADCASTSS 12\(R8\)`, "VBROADCASTSS 16(R8)"),
	on(inAssembly, "Tiled", "AdamUpdateAVX2", "an approximate quotient", `VDIVPS +(\w+), (\w+), (\w+)`, "VRCPPS $1, $1\n\tVMULPS $1, $2, $3"),
	on(inAssembly, "Tiled", "AdamUpdateAVX2", "the last vector's mean of squares is not kept", `VMASKMOVPS +Y\d+, Y\d+, \(CX\).*\n`, "\n"),
	on(inAssembly, "Tiled", "AdamWUpdateAVX2", "a wrong stride", `ADDQ +\$0x00000020, R9`, "ADDQ $$0x0000001c, R9"),
	on(inAssembly, "Broad", "GradScaleAVX2", "the vectors after the first lanes are left out", `JGT +whole`, "JGT done"),
	on(inAssembly, "Broad", "GradScaleAVX2", "the first lanes are left out", `JMP +part`, "LEAQ (CX)(BX*4), CX\n\tJMP whole"),
	on(inAssembly, "Tiled", "GradClipAVX2", "a factor of two", `VMULPD +(Y\d+), Y15, (Y\d+)`, "VADDPD $1, $1, $2"),
	on(inAssembly, "Tiled", "GradSquaresAVX2", "half of the sums are left out", `done:\n\tVADDPD +Y11, Y15, Y0`, "done:\n\tVMOVAPS Y15, Y0"),
	on(inAssembly, "Pooled", "GradSquaresAVX2", "the scale is forgotten", `VBROADCASTSD \(DX\)`, "VBROADCASTSD (CX)"),
	on(inAssembly, "Pooled", "GradLargestAVX2", "VMIN for VMAX", `VMAXPD`, "VMINPD"),
	on(inDispatch, "Tiled", "Adam.vectorUpdate", "the last parameter is left out", `66, numbers`, "65, numbers"),
	on(inDispatch, "Tiled", "AdamW.vectorUpdate", "the state of another", `&ms\[0\], &vs\[0\]`, "&vs[0], &ms[0]"),
	on(inDispatch, "Broad", "Grad.vectorSquares", "the last element is left out", `2458, lanes`, "2457, lanes"),
}
