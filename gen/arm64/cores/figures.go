package cores

import "maps"

// of are the figures of instructions that differ in nothing.
func of(latency int, each float64, names ...string) map[string]figure {
	table := map[string]figure{}
	for _, name := range names {
		table[name] = figure{latency: latency, each: each}
	}
	return table
}

// NeoverseN1 is Arm's core of 2019, which Graviton2 and Altra have: figures of its software optimisation guide, as LLVM
// has them, rounded. Of vector units there are two.
var NeoverseN1 = &Core{
	Name: "neoverse-n1", Title: "Neoverse N1",
	width: 4, waiting: 64, vectors: 2, general: 3, loaders: 2, storers: 2, accumulate: 2,
	onVectors: merged(
		of(2, 0.5, ""), of(3, 0.5, "fmul", "fnmul", "fcvt.", "addv"),
		of(4, 0.5, "fmla", "fmls", "fmadd", "fmsub", "fnmadd",
			"fnmsub", "frecps", "frsqrts"),
		// One unit shifts, converts and multiplies integers, four lanes of them in two turns.
		of(2, 1, "shl", "ushr", "sshr", "ushl", "sshl", "sli", "sri", "sshll", "ushll"),
		of(3, 1, "fcvt", "frint", "scvtf", "ucvtf", "addv", "umaxv", "uminv"),
		of(4, 2, "fcvtns.4s", "fcvtas.4s", "fcvtms.4s", "fcvtps.4s", "fcvtzs.4s", "fcvtzu.4s", "frintn.4s", "frintm.4s",
			"frintp.4s", "frintz.4s", "frinta.4s", "scvtf.4s", "ucvtf.4s", "frecpe.4s", "frsqrte.4s"),
		of(5, 2, "mul.4s", "mla.4s", "mls.4s"), of(4, 1, "umull", "umlal"), of(3, 0.5, "fcvt.d", "fcvt.s"),
		of(5, 0.5, "fmaxv", "fminv", "fmaxnmv", "fminnmv"),
		// What comes from general registers and goes there.
		of(3, 1, "dup.4s.general", "dup.2d.general", "fmov.d.x", "fmov.s.w"),
		of(5, 1, "ins.s.general", "ins.d.general"),
		of(2, 1, "umov.s", "fmov.x", "fmov.w", "fcmp"), of(6, 1, "scvtf.s.", "scvtf.d."), of(4, 1, "fcvtzs.x"),
		map[string]figure{
			"fdiv.4s": {10, 7, true}, "fdiv.2d": {15, 7, true}, "fdiv.s": {10, 7, true}, "fdiv.d": {15, 7, true},
			"fsqrt.4s": {10, 7, true}, "fsqrt.2d": {17, 7, true}, "fsqrt.s": {10, 7, true}, "fsqrt.d": {17, 7, true},
		},
	),
	onGeneral: merged(of(1, 0.33, ""), of(2, 1, "ands.x"),
		of(4, 3, "madd", "msub"), of(4, 0.5, "prfm")),
	onMemory: merged(of(5, 0.5, ""), of(7, 0.5, "ld1.s", "ld1.d", "ld1r"), of(7, 1, "ldp.q"),
		of(5, 1, "ldp.d", "ldp.s"),
		of(6, 0.5, "ldr.q.index", "ldr.q.scaled"), of(4, 1, "ldp.x"), of(4, 0.5, "ldr.x", "ldr.w", "ldr.b"),
		of(2, 0.5, "st"), of(2, 1, "str.q", "stur.q", "stp.d"), of(3, 2, "stp.q"), of(4, 0.5, "st1.s", "st1.d"),
		of(1, 0.5, "str.x", "str.w"), of(1, 1, "stp.x")),
	FirstCache: 60 << 10, secondCache: 900 << 10, thirdCache: 16 << 20,
	fromSecond: 300, fromThird: 600, fromMemory: 1500,
}

// NeoverseV2 is Arm's core of 2022, which Graviton4, Axion and Grace have: figures of its software optimisation guide,
// as LLVM has them, rounded. Of vector units there are four, of which two shift and convert.
var NeoverseV2 = &Core{
	Name: "neoverse-v2", Title: "Neoverse V2",
	width: 8, waiting: 112, vectors: 4, general: 6, loaders: 3, storers: 2, accumulate: 2,
	onVectors: merged(
		of(2, 0.25, ""), of(3, 0.25, "fmul", "fnmul"), of(4, 0.25, "fmla", "fmls", "fmadd", "fmsub", "fnmadd", "fnmsub",
			"frecps", "frsqrts"),
		of(2, 0.5, "shl", "ushr", "sshr", "ushl", "sshl", "sli", "sri", "sshll", "ushll", "tbl", "addv", "umaxv",
			"uminv"),
		of(3, 0.5, "fcvt", "frint", "scvtf", "ucvtf"),
		of(4, 1, "fcvtns.4s", "fcvtas.4s", "fcvtms.4s", "fcvtps.4s", "fcvtzs.4s", "fcvtzu.4s", "frintn.4s", "frintm.4s",
			"frintp.4s", "frintz.4s", "frinta.4s", "scvtf.4s", "ucvtf.4s", "frecpe.4s", "frsqrte.4s"),
		of(4, 0.5, "mul.4s", "mla.4s", "mls.4s", "umlal"), of(3, 0.5, "umull"),
		of(4, 0.5, "fmaxv", "fminv", "fmaxnmv", "fminnmv"), of(0, 0.06, "zero"),
		of(3, 1, "dup.4s.general", "dup.2d.general", "fmov.d.x", "fmov.s.w", "scvtf.s.", "scvtf.d.", "fcvtzs.x"),
		of(5, 1, "ins.s.general", "ins.d.general"), of(2, 1, "umov", "fmov.x", "fmov.w", "fcmp"),
		map[string]figure{
			"fdiv.4s": {10, 5, true}, "fdiv.2d": {15, 7, true}, "fdiv.s": {10, 1, true}, "fdiv.d": {15, 4, true},
			"fsqrt.4s": {10, 4.5, true}, "fsqrt.2d": {16, 7.5, true}, "fsqrt.s": {9, 1, true}, "fsqrt.d": {16, 4, true},
		},
	),
	onGeneral: merged(of(1, 0.17, ""),
		of(1, 0.25, "adds", "subs", "cmp", "ands"), of(2, 1, "madd", "msub"), of(4, 0.33, "prfm"),
		of(0, 0.06, "mov.x")),
	onMemory: merged(of(6, 0.33, ""), of(8, 0.33, "ld1.s", "ld1.d", "ld1r"), of(6, 0.67, "ldp.q"),
		of(7, 0.33, "ldr.q.scaled"), of(4, 0.33, "ldr.x", "ldr.w", "ldr.b", "ldp.x"),
		of(2, 0.5, "st"), of(2, 1, "stp.q"), of(4, 1, "st1.s", "st1.d"), of(1, 0.5, "str.x", "str.w", "stp.x")),
	FirstCache: 60 << 10, secondCache: 1900 << 10, thirdCache: 32 << 20,
	fromSecond: 200, fromThird: 500, fromMemory: 1200,
}

// AppleM1 is the fast core of Apple's M1: figures measured by Dougall Johnson (dougallj.github.io/applecpu), rounded.
// LLVM takes it for a core of 2013. Of vector units there are four, and hardly an instruction asks for one of them.
var AppleM1 = &Core{
	Name: "apple-m1", Title: "Apple M1",
	width: 8, waiting: 140, vectors: 4, general: 6, loaders: 3, storers: 2, accumulate: 4,
	onVectors: merged(
		of(2, 0.25, ""), of(3, 0.25, "fadd", "fsub", "fabd", "frint", "fcvt", "scvtf", "ucvtf", "mul", "mla", "mls",
			"umull",
			"umlal", "addv", "umaxv", "uminv"),
		of(4, 0.25, "fmul", "fnmul", "fmla", "fmls", "fmadd", "fmsub", "fnmadd", "fnmsub", "frecps", "frsqrts"),
		of(3, 1, "frecpe", "frsqrte"), of(5, 0.5, "fmaxv", "fminv", "fmaxnmv", "fminnmv"),
		of(6, 0.5, "dup.4s.general", "dup.2d.general", "ins.s.general", "ins.d.general", "umov", "fmov.x", "fmov.w",
			"fmov.d.x", "fmov.s.w", "scvtf.s.", "scvtf.d.", "fcvtzs.x", "fcmp"),
		map[string]figure{
			"fdiv.4s": {10, 1, true}, "fdiv.2d": {10, 1, true}, "fdiv.s": {8, 1, true}, "fdiv.d": {10, 1, true},
			"fsqrt.4s": {10, 2, true}, "fsqrt.2d": {13, 2, true}, "fsqrt.s": {10, 2, true}, "fsqrt.d": {13, 2, true},
		},
	),
	onGeneral: merged(of(1, 0.17, ""),
		of(1, 0.33, "adds", "subs", "cmp", "ands"), of(3, 0.5, "madd", "msub"), of(4, 0.33, "prfm"),
		of(0, 0.13, "mov.x")),
	onMemory: merged(of(5, 0.33, ""), of(7, 0.5, "ld1.s", "ld1.d", "ld1r"), of(5, 0.67, "ldp.q"),
		of(4, 0.33, "ldr.x", "ldr.w", "ldr.b", "ldp.x"),
		of(4, 0.5, "st"), of(4, 1, "stp.q"), of(6, 0.5, "st1.s", "st1.d")),
	FirstCache: 120 << 10, secondCache: 11 << 20, thirdCache: 16 << 20,
	fromSecond: 200, fromThird: 500, fromMemory: 700,
}

// merged are the entries of tables, of which later ones count.
func merged(tables ...map[string]figure) map[string]figure {
	all := map[string]figure{}
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}
