package mutants

import (
	"testing"

	"golang.org/x/sys/cpu"

	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

// orderedVictim has sums of several registers whose order is a promise, and comparisons.
var orderedVictim = spec.Network{
	Name: "Ordered", Input: 35, Layers: []spec.Layer{gentest.Act(7, "hard-tanh"),
		{Dense: 3, NoBias: true}}, Cost: spec.Function{Name: "mse"},
	Rounding: spec.RoundingStrict, InputGradient: true,
}

// wideVictim has loops over rows and along them, and alternates in which way it goes through them.
var wideVictim = spec.Network{
	Name: "Wide", Precision: spec.Float64, Input: 70, Layers: []spec.Layer{gentest.Act(67, "softplus"),
		gentest.Act(3, "identity")}, Cost: spec.Function{Name: "mse"},
}

// written is a mistake in a function of the assembly for AVX2, which any machine that has it shows.
func written(victim spec.Network, in, mistake, find, put string) fileMutant {
	return fileMutant{victim: victim, file: inAssembly, in: in, mistake: mistake, find: find, put: put}
}

// unseen is a mistake that no caller sees, but the generator.
func unseen(victim spec.Network, in, mistake, find, put string) fileMutant {
	m := written(victim, in, mistake, find, put)
	m.unseen = true
	return m
}

var assemblyMistakes = []fileMutant{
	written(vectorVictim, "Forward", "the weights of another row", `VMULPS +88\(DI\), Y0`, "VMULPS 44(DI), Y0"),
	written(vectorVictim, "Forward", "a load beyond x, of lanes that are thrown away",
		`VMOVSD +32\(DX\), X8\n\tVINSERTPS +\$0x20`, "VMOVUPS 32(DX), X8\n\tVINSERTPS $$0x28"),
	written(vectorVictim, "Forward", "a load before x that nothing needs", `VMOVUPS +\(DX\), Y0\n`,
		"VMOVSS -4(DX), X15\n\t$0"),
	written(vectorVictim, "Forward", "a load beyond the parameters that nothing needs", `VMOVUPS +\(DX\), Y0\n`,
		"VMOVSS 632(DI), X15\n\t$0"),
	written(vectorVictim, "Forward", "an aligned load", `VMOVUPS( +\(DX\), Y0)`, "VMOVAPS$1"),
	written(vectorVictim, "Forward", "relu hides NaN", `VCMPPS +\$0x16`, "VCMPPS $$0x1e"),
	written(vectorVictim, "Forward", "relu compares the other way round", `(VCMPPS +\$0x16), Y2, Y0,`, "$1, Y0, Y2,"),
	written(vectorVictim, "Forward", "VMIN for VMAX", `VMAXPS +Y3, Y2, Y2`, "VMINPS Y3, Y2, Y2"),
	written(vectorVictim, "Forward", "a mask of other lanes", `VectorConstants<>\+320\(SB\), Y1`,
		"VectorConstants<>+316(SB), Y1"),
	written(vectorVictim, "Forward", "what follows a row is not cut off", `VANDPS( +)76\(DI\), Y9, Y10`,
		"VMOVUPS${1}76(DI), Y10"),
	written(vectorVictim, "Forward", "halves of another register", `VPERM2F128 +\$0x31`, "VPERM2F128 $$0x21"),
	written(vectorVictim, "Forward", "a wrong immediate of a shuffle", `VSHUFPS +\$0x4e`, "VSHUFPS $$0xb1"),
	written(vectorVictim, "Forward", "a difference the wrong way round", `VSUBPS +Y2, Y0, Y0`, "VSUBPS Y0, Y2, Y0"),
	written(vectorVictim, "Forward", "biases off by one", `396\(DI\), Y0, Y0`, "392(DI), Y0, Y0"),
	written(vectorVictim, "Forward", "a shift by a bit less", `VPSLLD +\$0x17`, "VPSLLD $$0x16"),
	written(vectorVictim, "Forward", "the last unit is not kept", `VMOVSS +X1, 32\(SI\)\n`, "\n"),
	written(vectorVictim, "Loss", "a wrong immediate of the last shuffle",
		`VSHUFPS +\$0xb1(, Y0, Y0, Y1\n\tVADDPS +Y1, Y0, Y0\n\tVMOVSS)`, "VSHUFPS $$0x4e$1"),
	written(vectorVictim, "Loss", "a load beyond y, of lanes that are thrown away", `VMOVSS +16\(CX\), X3`,
		"VMOVUPS 16(CX), X3"),
	written(vectorVictim, "Loss", "x is written", `VMOVSS +X0, ret`, "VMOVSS X0, (DX)\n\t$0"),
	written(vectorVictim, "Loss", "no loss is returned", `VMOVSS +X0, ret\+32\(FP\)\n`, "\n"),
	written(vectorVictim, "Loss", "a processor that rounds down", `VZEROUPPER`,
		"MOVL $$0x3f80, ret+32(FP)\n\tLDMXCSR ret+32(FP)\n\tVMOVSS X0, ret+32(FP)\n\t$0"),
	written(vectorVictim, "Grad", "a store one element too far", `VEXTRACTPS +\$0x2, X0, 392\(BX\)`,
		"VEXTRACTPS $$0x2, X0, 396(BX)"),
	written(vectorVictim, "Grad", "a store of a whole register", `VMOVSS +X1, 628\(BX\)`, "VMOVUPS X1, 628(BX)"),
	written(vectorVictim, "Grad", "the last row goes on over what follows",
		`VMOVSD +X0, 384\(BX\)\n\tVEXTRACTPS +\$0x2, X0, 392\(BX\)`, "VMOVUPS X0, 384(BX)"),
	written(vectorVictim, "Grad", "the delta of another unit", `VBROADCASTSS +132\(SI\)`, "VBROADCASTSS 128(SI)"),
	written(vectorVictim, "Grad", "a product is subtracted", `VFMADD231PS( +88\(DI\), Y4)`, "VFNMADD231PS$1"),
	written(vectorVictim, "Grad", "the last row is skipped", `VFMADD231PS +352\(DI\), Y4, Y1\n`, "\n"),
	written(vectorVictim, "Grad", "the last input's gradient is another's", `VEXTRACTPS +\$0x2, X0, 180\(SI\)`,
		"VEXTRACTPS $$0x1, X0, 180(SI)"),
	written(vectorVictim, "Grad", "a load beyond x, of a lane that is not stored",
		`VMOVSD +32\(DX\), X2\n\tVINSERTPS +\$0x20, 40\(DX\), X2, X2`, "VMOVUPS 32(DX), X2"),
	written(vectorVictim, "Step", "a row goes on over the next",
		`VMOVUPS +(X\d+), 76\(DI\)\n\tVMOVUPS +(Y\d+), 88\(DI\)`, "VMOVUPS $2, 88(DI)\n\tVMOVUPS $1, 76(DI)"),
	written(vectorVictim, "Step", "a weight is not stored", `VMOVUPS +Y\d+, 44\(DI\)\n`, "\n"),
	written(vectorVictim, "Step", "the bias of another unit moves", `VMOVSS +(X\d+), 428\(DI\)`, "VMOVSS $1, 424(DI)"),
	written(vectorVictim, "ForwardBatch", "another sample in a lane", `VINSERTF128 +\$0x1, 176\(DX\)`,
		"VINSERTF128 $$0x1, 132(DX)"),
	written(vectorVictim, "ForwardBatch", "a wrong stride of samples", `ADDQ +\$0x2c0, DX`,
		"ADDQ $$0x2b0, DX"),
	written(vectorVictim, "ForwardBatch", "a wrong stride of results", `ADDQ +\$0x140, CX`,
		"ADDQ $$0x120, CX"),
	written(vectorVictim, "ForwardBatch", "one tile, however many there are", `MOVQ +tiles\+32\(FP\), R13`,
		"MOVQ $$0x1, R13"),
	written(vectorVictim, "ForwardBatch", "a load beyond the samples that nothing needs", `MOVQ +R13, \(SP\)\n`,
		"$0\tVMOVUPS 680(DX), Y15\n"),
	written(vectorVictim, "ForwardBatch", "a result beyond the last", `VMOVSS +X0, 316\(CX\)`, "VMOVSD X0, 316(CX)"),
	written(vectorVictim, "ForwardBatch", "a row of a tile over another", `VMOVUPS +Y4, 128\(SI\)`,
		"VMOVUPS Y4, 64(SI)"),
	written(vectorVictim, "GradBatchSums", "a wrong stride of tiles", `ADDQ +\$0x5c0, CX`,
		"ADDQ $$0x5a0, CX"),
	written(vectorVictim, "GradBatchSums", "a sum begins anywhere", `VMOVAPS +Y0, Y13\n`, "\n"),
	written(vectorVictim, "GradBatchSums", "half of the samples are left out",
		`VADDPS +Y0, Y11, Y0\n\tVMOVAPS +Y0, Y11\n\tADDQ`, "ADDQ"),
	written(vectorVictim, "LossBatch", "a result is returned in another place", `VMOVSS +(X\d+), ret\+\d+\(FP\)`,
		"VMOVSS $1, xs+16(FP)"),
	written(orderedVictim, "Forward", "a product is fused", `VMULPS +64\(DI\), Y8, Y9\n\tVADDPS +Y9, Y1, Y1`,
		"VFMADD231PS 64(DI), Y8, Y1"),
	written(orderedVictim, "Forward", "a term goes to another lane", `(VMULPS +64\(DI\), Y8, Y9\n\tVADDPS +Y9), Y1, Y1`,
		"$1, Y5, Y5"),
	written(orderedVictim, "Forward", "lanes are padded with 0", `VORPS +OrderedConstants<>\+\d+\(SB\), Y8, Y8\n`,
		"\n"),
	written(orderedVictim, "Forward", "operands of VMAX are swapped", `VMAXPS +(\S+), (\S+), (\S+)\n`,
		"VMAXPS $2, $1, $3\n"),
	written(orderedVictim, "Forward", "operands of VMIN are swapped", `VMINPS +(\S+), (\S+), (\S+)\n`,
		"VMINPS $2, $1, $3\n"),
	written(orderedVictim, "Grad", "a product of two sums is another's", `VBROADCASTSS +(\d)(\d*)\(SI\)`,
		"VBROADCASTSS 4(SI)"),
	written(wideVictim, "Forward", "a column further", `36400\(DI\)`, "36408(DI)"),
	written(wideVictim, "Forward", "a load beyond x, of lanes that are thrown away", `VMOVUPS +544\(DX\), X3`,
		"VMOVUPS 560(DX), X4\n\t$0"),
	written(wideVictim, "Forward", "its turn is written behind the workspace", `1656\(SI\)`, "1664(SI)"),
	written(wideVictim, "Forward", "the last rows are taken from elsewhere", `37504\(DI\), X4`, "37512(DI), X4"),
	written(wideVictim, "Step", "the last columns are skipped", `CMPQ( +R9), \$0x200`, "CMPQ$1, $$0x100"),
	written(wideVictim, "Step", "a block of rows less", `MOVL( +)\$0x10, R12\n`, "MOVL$1$$0xf, R12\n"),
	written(wideVictim, "Step", "a wrong stride of rows", `SUBQ +\$0x8c0, R11`, "SUBQ $$0x8b8, R11"),
	written(wideVictim, "Step", "a store of a whole register", `VMOVUPS +X0, 2224\(R10\)`, "VMOVUPS Y0, 2224(R10)"),
	written(wideVictim, "Step", "a step uphill", `VFNMADD231PD( +Y0, Y13)`, "VFMADD231PD$1"),
	unseen(vectorVictim, "Forward", "wide registers are left dirty", `\tVZEROUPPER\n`, ""),
	unseen(vectorVictim, "Grad", "wide registers are left dirty", `\tVZEROUPPER\n`, ""),
	unseen(wideVictim, "GradBatch", "wide registers are used again after VZEROUPPER", `VZEROUPPER\n\tRET`,
		"VZEROUPPER\n\tVXORPS Y0, Y0, Y0\n\tRET"),
	unseen(vectorVictim, "Forward", "the goroutine's register is overwritten", `MOVQ +x\+16\(FP\), DX`,
		"$0\n\tXORL R14, R14"),
	unseen(vectorVictim, "Grad", "a shared library's register is overwritten", `MOVQ +x\+16\(FP\), DX`,
		"$0\n\tMOVQ DX, R15"),
	unseen(vectorVictim, "Loss", "the frame's register is overwritten", `MOVQ +x\+16\(FP\), DX`, "$0\n\tMOVQ DX, BP"),
	unseen(vectorVictim, "Loss", "strings go backwards", `VZEROUPPER`, "STD\n\t$0"),
	unseen(vectorVictim, "Loss", "rounding is changed and changed back", `VZEROUPPER`,
		"STMXCSR ret+32(FP)\n\tLDMXCSR ret+32(FP)\n\t$0"),
	unseen(vectorVictim, "Forward", "an instruction of another level", `VXORPS +X2, X2, X2`, "VPXORQ X2, X2, X2"),
	unseen(vectorVictim, "Forward", "a register of another level", `VXORPS +X2, X2, X2`, "VXORPS X18, X18, X2"),
	unseen(vectorVictim, "Forward", "an instruction that the level does not promise", `VXORPS +X2, X2, X2`,
		"ANDNQ AX, BX, CX"),
	unseen(vectorVictim, "ForwardBatch", "a slot beyond the frame", `MOVQ +R13, \(SP\)`, "MOVQ R13, 4096(SP)"),
	unseen(vectorVictim, "ForwardBatch", "no frame is declared", `\$\d+-40`, "$$0-40"),
	unseen(vectorVictim, "ForwardBatch", "an argument is overwritten", `MOVQ +R13, \(SP\)`, "MOVQ R13, p+0(FP)"),
	unseen(vectorVictim, "Step", "a call", `VZEROUPPER`, "CALL ·vectorLoss(SB)\n\t$0"),
	unseen(vectorVictim, "Step", "a store past the cache", `VMOVUPS( +Y\d+, \d*\(DI\))`, "VMOVNTPS$1"),
	unseen(orderedVictim, "Forward", "a fused product in strict assembly",
		`VMULPS +64\(DI\), Y8, Y9\n\tVADDPS +Y9, Y1, Y1`, "VFMADD231PS 64(DI), Y8, Y1"),
	unseen(orderedVictim, "Grad", "a fused difference in strict assembly", `VMULPS +(\S+), (\S+), (\S+)\n`,
		"VFNMADD132PS $1, $2, $3\n"),
}

// TestAssemblyMutants plants mistakes in emitted assembly: the emitted test finds every one, or the generator refuses
// to emit it. It is long because each is a package of its own; no other test shows that the judge sees assembly. The
// whole of it: go test ./gen/mutants -run AssemblyMutants -v -mutants
func TestAssemblyMutants(t *testing.T) {
	t.Parallel()
	if gentest.Processor() != "amd64" || !cpu.X86.HasAVX2 || !cpu.X86.HasFMA {
		t.Skip("this machine has no AVX2, and so does not run what mistakes are planted in")
	}
	testMutants(t, assemblyMistakes)
}
