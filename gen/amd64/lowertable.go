package amd64

import "github.com/backpropgen/backpropgen/gen/vec"

// rules are the operations that are one instruction, in the order of package vec, to be read beside the processors'
// manuals. The columns: the operation, the types of lanes, the levels, the width of registers or 0 for all of them, the
// instruction, what the emitter must know of it, and its immediate operand. Where three names stand they are those for
// registers of 128, 256 and 512 bits.
var rules = []rule{
	{vec.Add, f32, all, 0, "VADDPS", folds | commutes, unfixed},
	{vec.Add, f64, all, 0, "VADDPD", folds | commutes, unfixed},
	{vec.Add, u32, all, 0, "VPADDD", folds, unfixed},
	{vec.Add, u64, all, 0, "VPADDQ", folds, unfixed},
	{vec.Sub, f32, all, 0, "VSUBPS", folds, unfixed},
	{vec.Sub, f64, all, 0, "VSUBPD", folds, unfixed},
	{vec.Sub, u32, all, 0, "VPSUBD", folds, unfixed},
	{vec.Sub, u64, all, 0, "VPSUBQ", folds, unfixed},
	{vec.Mul, f32, all, 0, "VMULPS", folds | commutes, unfixed},
	{vec.Mul, f64, all, 0, "VMULPD", folds | commutes, unfixed},
	{vec.Mul, u64, avx512, 0, "VPMULLQ", plain, unfixed},
	{vec.MulHalves, u64, all, 0, "VPMULUDQ", plain, unfixed},
	{vec.Div, f32, all, 0, "VDIVPS", folds, unfixed},
	{vec.Div, f64, all, 0, "VDIVPD", folds, unfixed},
	{vec.Min, f32, all, 0, "VMINPS", folds, unfixed},
	{vec.Min, f64, all, 0, "VMINPD", folds, unfixed},
	{vec.Min, i32, all, 0, "VPMINSD", folds | commutes, unfixed},
	{vec.Min, u32, all, 0, "VPMINUD", folds | commutes, unfixed},
	{vec.Min, i64, avx512, 0, "VPMINSQ", folds | commutes, unfixed},
	{vec.Min, u64, avx512, 0, "VPMINUQ", folds | commutes, unfixed},
	{vec.Max, f32, all, 0, "VMAXPS", folds, unfixed},
	{vec.Max, f64, all, 0, "VMAXPD", folds, unfixed},
	{vec.Max, i32, all, 0, "VPMAXSD", folds | commutes, unfixed},
	{vec.Max, u32, all, 0, "VPMAXUD", folds | commutes, unfixed},
	{vec.Max, i64, avx512, 0, "VPMAXSQ", folds | commutes, unfixed},
	{vec.Max, u64, avx512, 0, "VPMAXUQ", folds | commutes, unfixed},
	{vec.Sqrt, f32, all, 0, "VSQRTPS", folds, unfixed},
	{vec.Sqrt, f64, all, 0, "VSQRTPD", folds, unfixed},
	{vec.Round, f64, avx2, 0, "VROUNDPD", plain, toWhole},
	{vec.Round, f32, avx512, 0, "VRNDSCALEPS", plain, toWhole},
	{vec.Round, f64, avx512, 0, "VRNDSCALEPD", plain, toWhole},
	{vec.Fraction, f64, avx512, 0, "VREDUCEPD", plain, toWhole},
	{vec.Scale, f32, avx512, 0, "VSCALEFPS", plain, unfixed},
	{vec.Scale, f64, avx512, 0, "VSCALEFPD", plain, unfixed},
	{vec.Reciprocal, f32, avx512, 0, "VRCP14PS", folds, unfixed},
	{vec.MulAdd, f32, all, 0, "VFMADD*PS", fuses, unfixed},
	{vec.MulAdd, f64, all, 0, "VFMADD*PD", fuses, unfixed},
	{vec.NegMulAdd, f32, all, 0, "VFNMADD*PS", fuses, unfixed},
	{vec.NegMulAdd, f64, all, 0, "VFNMADD*PD", fuses, unfixed},
	{vec.MulSub, f32, all, 0, "VFMSUB*PS", fuses, unfixed},
	{vec.MulSub, f64, all, 0, "VFMSUB*PD", fuses, unfixed},

	{vec.And, f32, all, 0, "VANDPS", folds | commutes, unfixed},
	{vec.And, f64, all, 0, "VANDPD", folds | commutes, unfixed},
	{vec.AndNot, f32, all, 0, "VANDNPS", folds, unfixed},
	{vec.AndNot, f64, all, 0, "VANDNPD", folds, unfixed},
	{vec.Or, f32, all, 0, "VORPS", folds | commutes, unfixed},
	{vec.Or, f64, all, 0, "VORPD", folds | commutes, unfixed},
	{vec.Xor, f32, all, 0, "VXORPS", folds | commutes, unfixed},
	{vec.Xor, f64, all, 0, "VXORPD", folds | commutes, unfixed},
	{vec.XorAnd, f32, avx512, 0, "VPTERNLOGD", overwrite, firstXorBoth},
	{vec.XorAnd, f64, avx512, 0, "VPTERNLOGQ", overwrite, firstXorBoth},
	{vec.ShiftLeft, u32, all, 0, "VPSLLD", plain, unfixed},
	{vec.ShiftLeft, u64, all, 0, "VPSLLQ", plain, unfixed},
	{vec.ShiftRight, u32, all, 0, "VPSRLD", plain, unfixed},
	{vec.ShiftRight, u64, all, 0, "VPSRLQ", plain, unfixed},
	{vec.ShiftRight, i32, all, 0, "VPSRAD", plain, unfixed},
	{vec.ShiftRight, i64, avx512, 0, "VPSRAQ", plain, unfixed},
	{vec.ShiftLeftBy, u64, all, 0, "VPSLLVQ", plain, unfixed},

	// Masks are vectors at AVX2, where comparisons of integers are > of signed ones and =.
	{vec.Compare, f32, all, 0, "VCMPPS", folds, unfixed},
	{vec.Compare, f64, all, 0, "VCMPPD", folds, unfixed},
	{vec.Compare, i32, avx512, 0, "VPCMPD", folds, unfixed},
	{vec.Compare, i64, avx512, 0, "VPCMPQ", folds, unfixed},
	{vec.Compare, u32, avx512, 0, "VPCMPUD", folds, unfixed},
	{vec.Compare, u64, avx512, 0, "VPCMPUQ", folds, unfixed},
	{signedGreater, i32, avx2, 0, "VPCMPGTD", folds, unfixed},
	{signedGreater, i64, avx2, 0, "VPCMPGTQ", folds, unfixed},
	{bitsEqual, i32, avx2, 0, "VPCMPEQD", folds, unfixed},
	{bitsEqual, i64, avx2, 0, "VPCMPEQQ", folds, unfixed},
	{vec.Test, u64, avx512, 0, "VPTESTMQ", folds, unfixed},
	{vec.Select, f32, avx2, 0, "VBLENDVPS", folds, unfixed},
	{vec.Select, f64, avx2, 0, "VBLENDVPD", folds, unfixed},
	{vec.Select, f32, avx512, 0, "VBLENDMPS", folds, unfixed},
	{vec.Select, f64, avx512, 0, "VBLENDMPD", folds, unfixed},
	{vec.Keep, f32, avx512, 0, "VMOVAPS", plain, unfixed},
	{vec.Keep, f64, avx512, 0, "VMOVAPD", plain, unfixed},

	{vec.Widen, f32, all, 0, "VCVTPS2PD", plain, unfixed},
	{vec.Widen, i32, all, 0, "VPMOVSXDQ", plain, unfixed},
	{vec.Widen, u32, all, 0, "VPMOVZXDQ", plain, unfixed},
	{vec.Narrow, f64, all, 0, "VCVTPD2PSX VCVTPD2PSY VCVTPD2PS", plain, unfixed}, // by the width of what is converted
	{vec.Float, i64, avx512, 0, "VCVTQQ2PD", plain, unfixed},

	{vec.Broadcast, f32, all, 0, "VBROADCASTSS", plain, unfixed},
	{vec.Broadcast, f64, all, 0, "VBROADCASTSD", plain, unfixed},
	{vec.UpperHalf, numbers, avx2, 0, "VEXTRACTF128", plain, 1},
	{vec.UpperHalf, numbers, avx512, 0, "VEXTRACTF32X4 VEXTRACTF32X4 VEXTRACTF64X4", plain, 1},
	{vec.Join, numbers, avx2, 0, "VINSERTF128", plain, 1},
	{vec.Join, numbers, avx512, 0, "VINSERTF32X4 VINSERTF32X4 VINSERTF64X4", plain, 1},
	{vec.Block, numbers, avx2, 0, "VEXTRACTF128", plain, unfixed},
	{vec.Block, numbers, avx512, 0, "VEXTRACTF32X4", plain, unfixed},
	{vec.Insert, numbers, avx2, 0, "VINSERTF128", folds, unfixed},
	{vec.Insert, numbers, avx512, 0, "VINSERTF32X4", folds, unfixed},
	{vec.Repeat, f32, all, 0, "VSHUFPS", plain, unfixed},
	{vec.Repeat, f64, all, 0, "VSHUFPD", plain, unfixed},
	{vec.Within, f32, all, 0, "VSHUFPS", plain, unfixed},
	{vec.InterleaveLow, f32, all, 0, "VUNPCKLPS", plain, unfixed},
	{vec.InterleaveLow, f64, all, 0, "VUNPCKLPD", plain, unfixed},
	{vec.InterleaveHigh, f32, all, 0, "VUNPCKHPS", plain, unfixed},
	{vec.InterleaveHigh, f64, all, 0, "VUNPCKHPD", plain, unfixed},
	{vec.Evens, f32, all, 0, "VSHUFPS", plain, 0b10_00_10_00},
	{vec.Evens, f64, all, 0, "VUNPCKLPD", plain, unfixed},
	{vec.Odds, f32, all, 0, "VSHUFPS", plain, 0b11_01_11_01},
	{vec.Odds, f64, all, 0, "VUNPCKHPD", plain, unfixed},
	{vec.SwapPairs, f32, all, 0, "VSHUFPS", plain, 0b01_00_11_10},
	{vec.SwapNeighbours, f32, all, 0, "VSHUFPS", plain, 0b10_11_00_01},
	{vec.SwapNeighbours, f64, all, 0, "VSHUFPD", plain, 0b0101_0101},
	{vec.LowHalves, numbers, avx2, 256, "VPERM2F128", plain, 0x20},
	{vec.LowHalves, numbers, avx512, 256, "VSHUFF32X4", plain, 0b0_0},
	{vec.LowHalves, numbers, avx512, 512, "VSHUFF32X4", plain, 0b01_00_01_00},
	{vec.HighHalves, numbers, avx2, 256, "VPERM2F128", plain, 0x31},
	{vec.HighHalves, numbers, avx512, 256, "VSHUFF32X4", plain, 0b1_1},
	{vec.HighHalves, numbers, avx512, 512, "VSHUFF32X4", plain, 0b11_10_11_10},
	{vec.EvenBlocks, numbers, avx512, 512, "VSHUFF32X4", plain, 0b10_00_10_00},
	{vec.OddBlocks, numbers, avx512, 512, "VSHUFF32X4", plain, 0b11_01_11_01},
	{vec.SwapHalves, numbers, avx2, 256, "VPERM2F128", plain, 0x01},
	{vec.SwapHalves, numbers, avx512, 256, "VSHUFF32X4", plain, 0b0_1},
	{vec.SwapHalves, numbers, avx512, 512, "VSHUFF32X4", plain, 0b01_00_11_10},
	{vec.SwapBlocks, numbers, avx512, 512, "VSHUFF32X4", plain, 0b10_11_00_01},
	{vec.Blend, f32, avx2, 0, "VBLENDPS", plain, unfixed},
	{vec.Blend, f64, avx2, 0, "VBLENDPD", plain, unfixed},
	{vec.Permute, f32, all, 0, "VPERMPS", folds, unfixed},
	{vec.Permute2, f32, avx512, 0, "VPERMI2PS", overwrite, unfixed},
	{vec.Permute2, f64, avx512, 0, "VPERMI2PD", overwrite, unfixed},
}

// Comparisons of integers at AVX2, which say by themselves what they ask.
const (
	signedGreater vec.Op = vec.Ops + iota
	bitsEqual
	loweredOps = vec.Ops + iota
)

// Immediate operands.
const (
	toWhole      = 8    // round to whole numbers, half-way cases to even, and report nothing
	firstXorBoth = 0x78 // the bits of a truth table: the first, inverted where both the second and the third are set
)
