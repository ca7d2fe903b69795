package mutants

import (
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// neon is a mistake in a function of the assembly for AArch64.
func neon(victim spec.Network, in, mistake, find, put string) fileMutant {
	return fileMutant{victim: victim, file: "_arm64_gen.s", in: in, mistake: mistake, find: find, put: put}
}

// unseenNEON is one that no caller sees, but the generator.
func unseenNEON(victim spec.Network, in, mistake, find, put string) fileMutant {
	m := neon(victim, in, mistake, find, put)
	m.unseen = true
	return m
}

var neonMistakes = []fileMutant{
	neon(vectorVictim, "Forward", "the weights of another row", `FMOVQ 88\(R0\), F4`, "FMOVQ 44(R0), F4"),
	neon(vectorVictim, "Forward", "a load beyond x, of a lane that is cut off",
		`FMOVD 32\(R2\), F1\n\tADD \$40, R2, R16\n\tVLD1 .*`, "FMOVQ 32(R2), F1"),
	neon(vectorVictim, "Forward", "a load before x that nothing needs", `FLDPQ \(R2\), \(F0, F1\)`,
		"FMOVS -4(R2), F31\n\t$0"),
	neon(vectorVictim, "Forward", "a load beyond the parameters that nothing needs", `FLDPQ \(R2\), \(F0, F1\)`,
		"FMOVS 632(R0), F31\n\t$0"),
	neon(vectorVictim, "Forward", "what follows a row is not cut off", `VAND V11.B16, V10.B16, V10.B16\n`, "\n"),
	neon(vectorVictim, "Forward", "a third of the terms is left out", `VFMLA V4.S4, V1.S4, V3.S4\n`, "\n"),
	neon(vectorVictim, "Forward", "a product is subtracted", `VFMLA V4.S4, V1.S4, V3.S4`, "VFMLS V4.S4, V1.S4, V3.S4"),
	neon(vectorVictim, "Forward", "relu hides NaN", `WORD \$0x4e23f421 // fmax v1`, "WORD $$0x4e23c421 // fmaxnm v1"),
	neon(vectorVictim, "Forward", "fmin for fmax", `WORD \$0x4e23f421 // fmax v1`, "WORD $$0x4ea3f421 // fmin v1"),
	neon(vectorVictim, "Forward", "a difference the wrong way round", `WORD \$0x4ea1d400 // fsub v0.4s, v0.4s, v1.4s`,
		"WORD $$0x4ea0d420 // fsub v0.4s, v1.4s, v0.4s"),
	neon(vectorVictim, "Forward", "sums in the places of others", `WORD \$0x6e24d463 // faddp v3.4s, v3.4s, v4.4s`,
		"WORD $$0x6e23d483 // faddp v3.4s, v4.4s, v3.4s"),
	neon(vectorVictim, "Forward", "biases off by one", `FMOVQ -116\(R19\), F1`, "FMOVQ -120(R19), F1"),
	neon(vectorVictim, "Forward", "a shift by a bit less", `VSHL \$23, V5`, "VSHL $$22, V5"),
	neon(vectorVictim, "Forward", "the last unit is not kept", `FMOVS F0, 32\(R1\)\n`, "\n"),
	neon(vectorVictim, "Forward", "neighbours are not added again",
		`(WORD \$0x6e22d442 // faddp v2.4s, v2.4s, v2.4s\n)\tWORD \$0x6e22d442 .*\n`, "$1"),
	neon(vectorVictim, "Forward", "a store of a whole register", `FMOVS F0, 108\(R1\)`, "FMOVQ F0, 108(R1)"),
	neon(vectorVictim, "Forward", "a WORD that writes another register", `WORD \$0x6e24dc04`, "WORD $$0x6e24dc1f"),
	neon(vectorVictim, "Loss", "no loss is returned", `FMOVS F0, ret\+32\(FP\)\n`, "\n"),
	neon(vectorVictim, "Loss", "x is written", `FMOVS F0, ret`, "FMOVS F0, (R2)\n\t$0"),
	neon(vectorVictim, "Loss", "a processor that rounds down", `FMOVS F0, ret`,
		"MOVD $$0x800000, R17\n\tMSR R17, FPCR\n\t$0"),
	neon(vectorVictim, "Loss", "subnormals become 0 from now on", `FMOVS F0, ret`,
		"MOVD $$0x1000000, R17\n\tMSR R17, FPCR\n\t$0"),
	neon(vectorVictim, "Grad", "a store one element too far", `ADD \$392, R4, R16`, "ADD $$396, R4, R16"),
	neon(vectorVictim, "Grad", "a store of a whole register", `FMOVS F6, 628\(R4\)`, "FMOVQ F6, 628(R4)"),
	neon(vectorVictim, "Grad", "the delta of another unit", `FMOVS 136\(R1\), F3`, "FMOVS 132(R1), F3"),
	neon(vectorVictim, "Grad", "a term of the last row is left out", `(FLDPQ 352\(R0\), .*\n)\tWORD .*\n`, "$1"),
	neon(vectorVictim, "Grad", "the last input's gradient is another's", `(ADD \$180, R1, R16\n\tVST1 V0.S)\[2\]`,
		"$1[1]"),
	neon(vectorVictim, "Grad", "a factor of another row", `WORD \$0x4fa81127 // fmla .*, v8.s\[1\]`,
		"WORD $$0x4f881127 // fmla v7.4s, v9.4s, v8.s[0]"),
	neon(vectorVictim, "Grad", "a pair the wrong way round", `FSTPQ \(F2, F3\), 432`, "FSTPQ (F3, F2), 432"),
	neon(vectorVictim, "Step", "a weight is not stored", `FMOVD F0, 384\(R0\)\n`, "\n"),
	neon(vectorVictim, "Step", "a step uphill", `WORD \$0x4f805066 // fmls v6`, "WORD $$0x4f801066 // fmla v6"),
	neon(vectorVictim, "ForwardBatch", "another sample in a lane", `VZIP1 V5.D2, V4.D2, V6.D2`,
		"VZIP2 V5.D2, V4.D2, V6.D2"),
	neon(vectorVictim, "ForwardBatch", "a wrong stride of samples", `ADDS \$704, R2, R2`, "ADDS $$688, R2, R2"),
	neon(vectorVictim, "ForwardBatch", "a wrong stride of results", `ADDS \$320, R3, R3`, "ADDS $$288, R3, R3"),
	neon(vectorVictim, "ForwardBatch", "one tile, however many there are", `MOVD tiles\+32\(FP\), R12`,
		"MOVD $$1, R12"),
	neon(vectorVictim, "ForwardBatch", "a load beyond the samples that nothing needs", `MOVD R12, R17\n`,
		"$0\tFMOVD 700(R2), F31\n"),
	neon(vectorVictim, "ForwardBatch", "a result beyond the last", `FMOVS F0, 316\(R3\)`, "FMOVD F0, 316(R3)"),
	neon(vectorVictim, "ForwardBatch", "a row of a tile over another", `FMOVQ F4, 128\(R20\)`, "FMOVQ F4, 64(R20)"),
	neon(vectorVictim, "GradBatchSums", "a wrong stride of tiles", `ADDS \$1472, R3, R3`, "ADDS $$1440, R3, R3"),
	neon(vectorVictim, "GradBatchSums", "a sum begins anywhere", `VMOV V0.B16, V30.B16\n`, "\n"),
	// Every mask: the first is that of samples which a tile always has, for few of them go one by one.
	everywhere(neon(vectorVictim, "GradBatchSums", "samples that fill a tile up count",
		`VAND V0.B16, V2.B16, V2.B16\n`, "\n")),
	neon(orderedVictim, "Forward", "a product is fused", `WORD \$0x6e31de10 // fmul .*\n\tWORD \$0x4e30d400 // fadd .*`,
		"VFMLA V17.S4, V16.S4, V0.S4"),
	neon(orderedVictim, "Forward", "lanes are padded with 0", `VORR V17.B16, V16.B16, V16.B16\n`, "\n"),
	unseenNEON(vectorVictim, "Forward", "the goroutine's register is overwritten", `MOVD x\+16\(FP\), R2`,
		"$0\n\tMOVD ZR, g"),
	unseenNEON(vectorVictim, "Forward", "it is, by its number", `MOVD x\+16\(FP\), R2`,
		"$0\n\tWORD $$0xd280001c // mov x28, #0x0"),
	unseenNEON(vectorVictim, "Forward", "the platform's register is overwritten", `MOVD x\+16\(FP\), R2`,
		"$0\n\tMOVD ZR, R18_PLATFORM"),
	unseenNEON(vectorVictim, "Forward", "an argument goes to the platform's register", `MOVD x\+16\(FP\), R2`,
		"MOVD x+16(FP), R18"),
	unseenNEON(vectorVictim, "Forward", "the assembler's register is used", `MOVD x\+16\(FP\), R2`,
		"$0\n\tMOVD R2, R27"),
	unseenNEON(vectorVictim, "Grad", "the frame's register is overwritten", `MOVD x\+16\(FP\), R2`,
		"$0\n\tMOVD R2, R29"),
	unseenNEON(vectorVictim, "Grad", "where it returns to is overwritten", `\tRET\n`, "\tMOVD R0, R30\n$0"),
	unseenNEON(vectorVictim, "Loss", "rounding is changed and changed back", `FMOVS F0, ret`,
		"MRS FPCR, R17\n\tMSR R17, FPCR\n\t$0"),
	unseenNEON(vectorVictim, "Loss", "the stack's end moves and moves back", `FMOVS F0, ret`,
		"SUB $$16, RSP\n\tADD $$16, RSP\n\t$0"),
	unseenNEON(vectorVictim, "Forward", "an instruction that not every processor has", `FLDPQ \(R2\), \(F0, F1\)`,
		"$0\n\tWORD $$0x04a0001f // add z31.s, z0.s, z0.s"),
	unseenNEON(vectorVictim, "Forward", "a WORD is not what stands beside it", `WORD \$0x6e24dc04`,
		"WORD $$0x6e24dc1f"),
	unseenNEON(vectorVictim, "Forward", "nothing stands beside a WORD", `(WORD \$0x6e24dc04) .*`, "$1"),
	unseenNEON(vectorVictim, "ForwardBatch", "a slot beyond the frame", `MOVD R17, 16\(RSP\)`, "MOVD R17, 32(RSP)"),
	unseenNEON(vectorVictim, "ForwardBatch", "where it returns to is overwritten", `MOVD R17, 16\(RSP\)`,
		"MOVD R17, (RSP)"),
	unseenNEON(vectorVictim, "ForwardBatch", "no frame is declared", `\$24-40`, "$$0-40"),
	unseenNEON(vectorVictim, "ForwardBatch", "an argument is overwritten", `MOVD R17, 16\(RSP\)`, "MOVD R17, p+0(FP)"),
	unseenNEON(vectorVictim, "ForwardBatch", "an argument that there is not", `MOVD out\+24\(FP\)`, "MOVD out+40(FP)"),
	unseenNEON(vectorVictim, "ForwardBatch", "a jump to nowhere", `BNE loop0`, "BNE loop99"),
	unseenNEON(vectorVictim, "Step", "a call", `MOVD x\+16\(FP\), R2`, "$0\n\tBL ·vectorLoss(SB)"),
	unseenNEON(vectorVictim, "Step", "it doesn't return", `\tRET\n`, ""),
	unseenNEON(orderedVictim, "Forward", "a fused product in strict assembly",
		`WORD \$0x6e31de10 // fmul .*\n\tWORD \$0x4e30d400 // fadd .*`, "VFMLA V17.S4, V16.S4, V0.S4"),
	unseenNEON(orderedVictim, "Grad", "a fused difference in strict assembly", `WORD \$0x\w+ // fadd .*`,
		"FMSUBS F0, F1, F2, F3"),
}

// TestNEONMutants plants mistakes in emitted assembly for AArch64: the emitted test finds every one, or the generator
// refuses to emit it. All are planted everywhere; those that a test must find are run on such a processor, or under
// qemu: go test ./gen/mutants -run NEONMutants -v -mutants -qemu -timeout 0
func TestNEONMutants(t *testing.T) {
	t.Parallel()
	testMutants(t, neonMistakes)
}
