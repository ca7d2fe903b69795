package cores

// All are those whose figures are known; the first one predicts where none is asked for.
var All = []*Core{Zen4}

// Zen4 is AMD's Zen 4, its figures rounded. Other cores with these instruction sets differ in them, but hardly in which
// of two ways to compute the same is the faster.
var Zen4 = &Core{
	Name:  "zen4",
	width: 6, window: 320, waiting: 64,
	Call:  13,
	turns: 2, moved: 32,
	LoadLatency: 7, ForwardLatency: 8, convertLatency: 3,
	operations: map[string]operation{
		"VFMADD": {multipliers, 4, 1}, "VFNMADD": {multipliers, 4, 1}, "VFMSUB": {multipliers, 4, 1},
		"VMUL": {multipliers, 3, 1}, "VADD": {adders, 3, 1}, "VSUB": {adders, 3, 1}, "VMAX": {adders, 2, 1},
		"VMIN": {adders, 2, 1}, "VCMP": {multipliers, 3, 1}, "VCVT": {adders, 5, 1}, "VSCALEF": {adders, 3, 2},
		"VRNDSCALE": {adders, 3, 1}, "VREDUCE": {adders, 6, 2}, "VROUND": {adders, 3, 1}, "VDIVPS": {divider, 11, 3},
		"VDIVPD": {divider, 13, 5}, "VSQRTPS": {divider, 15, 5}, "VSQRTPD": {divider, 21, 9},
		"VUNPCK": {shufflers, 1, 1}, "VSHUFPS": {shufflers, 1, 1}, "VSHUFPD": {shufflers, 1, 1},
		"VSHUFF": {shufflers, 3, 1}, "VPERM": {shufflers, 4, 1}, "VPERMI2": {shufflers, 4, 1},
		"VRCP14": {multipliers, 5, 1}, "VPSLL": {adders, 2, 1}, "VPSR": {adders, 2, 1}, "VEXTRACT": {shufflers, 3, 1},
		"VINSERT": {shufflers, 2, 1}, "VBROADCAST": {shufflers, 3, 1}, "VMOVDDUP": {shufflers, 1, 1},
		"V": {anyVector, 1, 1}, "K": {multipliers, 3, 1}, "": {anyScalar, 1, 1}, "VMASKMOV": {anyVector, 1, 1},
		"VZEROUPPER": {anyScalar, 1, 1}, "VGATHER": {loaders, 12, 8},
	},
	FirstCache: 28 << 10, secondCache: 900 << 10, thirdCache: 16 << 20,
	fromSecond: 2, fromThird: 4, fromMemory: 12,
}
