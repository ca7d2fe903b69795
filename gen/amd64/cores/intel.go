package cores

// Intel's cores have three units for vectors of up to 256 bits, at ports 0, 1 and 5. For 512 bits the first two make
// one, and the third is as wide as that.
const (
	port0     = vector0
	port1     = vector1
	port5     = vector2
	port01    = port0 | port1
	port15    = port1 | port5
	port05    = port0 | port5
	intelAny  = port0 | port1 | port5
	twoLoads  = loader0 | loader1
	allLoads  = twoLoads | loader2
	twoStores = storer0 | storer1
)

// skylake is what instructions take on Skylake-X, and on the others but for what those say differently.
var skylake = map[string]operation{
	"VFMADD": {port01, 4, 1}, "VFNMADD": {port01, 4, 1}, "VFMSUB": {port01, 4, 1},
	"VMUL": {port01, 4, 1}, "VADD": {port01, 4, 1}, "VSUB": {port01, 4, 1}, "VMAX": {port01, 4, 1},
	"VMIN": {port01, 4, 1}, "VCMP": {port01, 4, 1}, "VCVT": {port5, 7, 1}, "VCVTQQ2PD": {port01, 4, 1},
	"VSCALEF": {port01, 4, 1}, "VRNDSCALE": {port01, 8, 2}, "VREDUCE": {port01, 4, 1}, "VROUND": {port01, 8, 2},
	"VDIVPS": {divider, 11, 5}, "VDIVPD": {divider, 14, 8}, "VSQRTPS": {divider, 12, 6}, "VSQRTPD": {divider, 18, 12},
	"VUNPCK": {port5, 1, 1}, "VSHUFPS": {port5, 1, 1}, "VSHUFPD": {port5, 1, 1}, "VSHUFF": {port5, 3, 1},
	"VPERM": {port5, 3, 1}, "VRCP14": {port0, 4, 1}, "VPSLL": {port01, 1, 1}, "VPSR": {port01, 1, 1},
	"VEXTRACT": {port5, 3, 1}, "VINSERT": {port5, 3, 1}, "VINSERTPS": {port5, 1, 1}, "VBROADCAST": {port5, 3, 1},
	"VMOVDDUP": {port5, 1, 1}, "VPMUL": {port01, 5, 1}, "VPMULL": {port01, 15, 3}, "VPMOV": {port5, 3, 1},
	"VBLENDV": {intelAny, 2, 2}, "VPCMPEQ": {port01, 1, 1}, "VPCMPGTD": {port01, 1, 1}, "VPCMPGTQ": {port5, 3, 1},
	"VPCMP": {port5, 4, 1}, "VPTESTM": {port5, 4, 1}, "VPMIN": {port01, 1, 1}, "VPMAX": {port01, 1, 1},
	"VPMINUQ": {port01, 3, 2}, "VPMINSQ": {port01, 3, 2}, "VPMAXUQ": {port01, 3, 2}, "VPMAXSQ": {port01, 3, 2},
	"V": {intelAny, 1, 1}, "K": {port5, 1, 1}, "": {scalar0 | scalar1, 1, 1}, "VMASKMOV": {intelAny, 1, 1},
	"VZEROUPPER": {scalar0 | scalar1, 1, 1}, "VGATHER": {twoLoads, 20, 4},
}

// skylakeWide is what they take on 512 bits.
var skylakeWide = map[string]operation{
	"VFMADD": {port05, 4, 1}, "VFNMADD": {port05, 4, 1}, "VFMSUB": {port05, 4, 1},
	"VMUL": {port05, 4, 1}, "VADD": {port05, 4, 1}, "VSUB": {port05, 4, 1}, "VMAX": {port05, 4, 1},
	"VMIN": {port05, 4, 1}, "VCMP": {port5, 4, 1}, "VCVTQQ2PD": {port05, 4, 1},
	"VSCALEF": {port05, 4, 1}, "VRNDSCALE": {port05, 8, 2}, "VREDUCE": {port05, 4, 2},
	"VDIVPS": {divider, 18, 10}, "VDIVPD": {divider, 23, 16}, "VSQRTPS": {divider, 20, 12},
	"VSQRTPD": {divider, 32, 24}, "VSHUFPS": {port5, 1, 1}, "VSHUFPD": {port5, 1, 1}, "VRCP14": {port0, 7, 2},
	"VPSLL": {port0, 1, 1}, "VPSR": {port0, 1, 1}, "VPMUL": {port05, 5, 1}, "VPMULL": {port05, 15, 3},
	"VPMIN": {port0, 1, 1}, "VPMAX": {port0, 1, 1}, "VPMINUQ": {port05, 3, 2}, "VPMINSQ": {port05, 3, 2},
	"VPMAXUQ": {port05, 3, 2}, "VPMAXSQ": {port05, 3, 2}, "VCVT": {port5, 7, 1}, "VPERM": {port5, 3, 1},
	"VUNPCK": {port5, 1, 1}, "VSHUFF": {port5, 3, 1}, "VEXTRACT": {port5, 3, 1}, "VINSERT": {port5, 3, 1},
	"VBROADCAST": {port5, 3, 1}, "VMOVDDUP": {port5, 1, 1}, "VPMOV": {port5, 3, 1}, "VPCMP": {port5, 4, 1},
	"VPTESTM": {port5, 4, 1}, "V": {port05, 1, 1}, "VGATHER": {twoLoads, 20, 8},
}

// SkylakeX is Intel's Skylake as servers have it, with its successors Cascade Lake and Cooper Lake: figures of
// uops.info and of Agner Fog's tables, and of memory from Intel's manual of optimization and from Chips and Cheese.
var SkylakeX = &Core{
	Name: "skylake-x", Title: "Skylake-X", Wide: true,
	Processors: []Processor{intelModel(0x55)},
	width:      4, window: 224, waiting: 97, results: 130, pending: 56,
	Call: 13, apartAtSums: true,
	turns: 1, fused: true, loaders: twoLoads, wideLoaders: twoLoads, storers: storer0, loaded: 64, stored: 64,
	LoadLatency: 7, ForwardLatency: 6, blockedLatency: 14, convertLatency: 5,
	operations: skylake, wide: skylakeWide,
	FirstCache: 28 << 10, secondCache: 900 << 10, thirdCache: 16 << 20,
	fromSecond: 150, fromThird: 640, fromMemory: 1600,
}

// IceLake is Intel's Ice Lake as servers have it: likewise.
var IceLake = &Core{
	Name: "ice-lake", Title: "Ice Lake", Wide: true,
	Processors: []Processor{intelModel(0x6a), intelModel(0x6c), intelModel(0x7d), intelModel(0x7e), intelModel(0x8c),
		intelModel(0x8d), intelModel(0xa7)},
	width: 5, window: 352, waiting: 97, results: 180, pending: 72,
	Call: 13, apartAtSums: true,
	turns: 1, fused: true, loaders: twoLoads, wideLoaders: twoLoads, storers: twoStores, loaded: 64, stored: 32,
	LoadLatency: 7, ForwardLatency: 6, blockedLatency: 14, convertLatency: 5,
	operations: with(skylake, map[string]operation{"VSHUFPS": {port15, 1, 1}, "VSHUFPD": {port15, 1, 1}}),
	wide:       skylakeWide,
	FirstCache: 44 << 10, secondCache: 1100 << 10, thirdCache: 20 << 20,
	fromSecond: 135, fromThird: 600, fromMemory: 1600,
}

// GoldenCove is Intel's Golden Cove as servers have it, in Sapphire Rapids and, hardly changed, in Emerald Rapids,
// and nearly Redwood Cove after it: figures of the same tables. What comes from caches and goes back, stores across
// lines and operations at sums of registers were measured on an Emerald Rapids, with loops of nothing else and whole
// networks.
var GoldenCove = &Core{
	Name: "golden-cove", Title: "Golden Cove", Wide: true,
	Processors: []Processor{intelModel(0x8f), intelModel(0xcf), intelModel(0xad), intelModel(0xae)},
	width:      6, window: 512, waiting: 97, results: 190, pending: 112,
	Call: 13, apartAtSums: true,
	turns: 1, fused: true, loaders: allLoads, wideLoaders: twoLoads, storers: twoStores, loaded: 64, stored: 32,
	acrossLines: 50, LoadLatency: 8, ForwardLatency: 6, blockedLatency: 14, convertLatency: 5,
	operations: with(skylake, map[string]operation{
		"VSHUFPS": {port15, 1, 1}, "VSHUFPD": {port15, 1, 1}, "VADD": {port15, 3, 1}, "VSUB": {port15, 3, 1},
		"VBLENDV": {intelAny, 3, 3}, "VPCMP": {port5, 3, 1}, "VPTESTM": {port5, 3, 1}, "VGATHER": {allLoads, 28, 4},
		"": {scalar0 | scalar1 | scalar2, 1, 1}, "VZEROUPPER": {scalar0 | scalar1 | scalar2, 1, 1},
		"VPCMPEQ": {port01, 1, 1}, "VPCMPGTD": {port01, 1, 1},
	}),
	wide: with(skylakeWide, map[string]operation{
		"VADD": {port05, 3, 1}, "VSUB": {port05, 3, 1}, "VCMP": {port5, 3, 1}, "VPCMP": {port5, 3, 1},
		"VPTESTM": {port5, 3, 1}, "VGATHER": {allLoads, 28, 8},
	}),
	FirstCache: 40 << 10, secondCache: 1400 << 10, thirdCache: 30 << 20,
	fromSecond: 130, fromThird: 670, fromMemory: 1600, pieces: 40,
	written: 240, thirdWritten: 75, across: 90, apart: 350,
}
