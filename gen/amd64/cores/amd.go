package cores

import "maps"

// AMD's cores have four units for vectors. Two multiply, the other two add, and two of them shuffle.
const (
	amdMultipliers = vector0 | vector1
	amdAdders      = vector2 | vector3
	amdShufflers   = vector1 | vector2
	amdVector      = amdMultipliers | amdAdders
	amdLoaders     = loader0 | loader1
	amdScalar      = scalar0 | scalar1 | scalar2 | scalar3
)

// amd is what instructions take on all of AMD's cores but for what those say differently.
var amd = map[string]operation{
	"VFMADD": {amdMultipliers, 4, 1}, "VFNMADD": {amdMultipliers, 4, 1}, "VFMSUB": {amdMultipliers, 4, 1},
	"VMUL": {amdMultipliers, 3, 1}, "VADD": {amdAdders, 3, 1}, "VSUB": {amdAdders, 3, 1}, "VMAX": {amdAdders, 2, 1},
	"VMIN": {amdAdders, 2, 1}, "VCMP": {amdMultipliers, 3, 1}, "VCVT": {amdAdders, 5, 1}, "VSCALEF": {amdAdders, 3, 2},
	"VRNDSCALE": {amdAdders, 3, 1}, "VREDUCE": {amdAdders, 6, 2}, "VROUND": {amdAdders, 3, 1},
	"VDIVPS": {divider, 11, 3}, "VDIVPD": {divider, 13, 5}, "VSQRTPS": {divider, 15, 5}, "VSQRTPD": {divider, 21, 9},
	"VUNPCK": {amdShufflers, 1, 1}, "VSHUFPS": {amdShufflers, 1, 1}, "VSHUFPD": {amdShufflers, 1, 1},
	"VSHUFF": {amdShufflers, 3, 1}, "VPERM": {amdShufflers, 4, 1}, "VPERMI2": {amdShufflers, 4, 1},
	"VRCP14": {amdMultipliers, 5, 1}, "VPSLL": {amdAdders, 2, 1}, "VPSR": {amdAdders, 2, 1},
	"VEXTRACT": {amdShufflers, 3, 1}, "VINSERT": {amdShufflers, 2, 1}, "VBROADCAST": {amdShufflers, 3, 1},
	"VMOVDDUP": {amdShufflers, 1, 1}, "VPMUL": {amdMultipliers, 3, 1},
	"V": {amdVector, 1, 1}, "K": {amdMultipliers, 3, 1}, "": {amdScalar, 1, 1}, "VMASKMOV": {amdVector, 1, 1},
	"VZEROUPPER": {amdScalar, 1, 1}, "VGATHER": {amdLoaders, 12, 8},
}

// with is a table with some entries of its own.
func with(table, own map[string]operation) map[string]operation {
	table = maps.Clone(table)
	maps.Copy(table, own)
	return table
}

// Zen3 is AMD's Zen 3, which stands for all cores without AVX-512: figures of uops.info and of Agner Fog's tables,
// rounded, and of memory from Chips and Cheese. That stores get in the way of operations on three vectors was measured
// with loops of nothing else: twelve of these take 6 cycles, and with four, six or twelve stores of any width 9.5, 11.5
// and 18. Products and sums by themselves begin beside stores. Likewise what moves numbers from one half of a register
// to the other runs where one of two products does: twelve operations on three vectors take 9 cycles with six of those.
var Zen3 = &Core{
	Name: "zen3", Title: "Zen 3",
	width: 6, window: 256, waiting: 64, results: 120, pending: 64,
	Call: 13, byHalves: true, acrossPages: 32, inTheWay: true,
	turns: 2, loaders: amdLoaders, wideLoaders: amdLoaders, storers: storer0, loaded: 32, stored: 32,
	LoadLatency: 7, ForwardLatency: 10, blockedLatency: 20, convertLatency: 3, betweenHalves: vector1,
	operations: with(amd, map[string]operation{
		"VMAX": {amdAdders, 1, 1}, "VMIN": {amdAdders, 1, 1}, "VCMP": {amdMultipliers, 1, 1},
		"VPSLL": {amdShufflers, 1, 1}, "VPSR": {amdShufflers, 1, 1}, "VPERM": {amdShufflers, 7, 2},
		"VPERM2": {vector1, 3, 1}, "VINSERTPS": {amdShufflers, 1, 1}, "VINSERTF": {vector1, 2, 1},
		"VEXTRACTF": {vector1, 4, 1}, "VBLENDV": {amdMultipliers, 1, 1}, "VCVTP": {amdAdders, 4, 1},
	}),
	FirstCache: 28 << 10, secondCache: 450 << 10, thirdCache: 16 << 20,
	fromSecond: 200, fromThird: 400, fromMemory: 1200,
}

// Zen4 is AMD's Zen 4, its figures rounded. It takes 512 bits in two halves. What comes from the second and the third
// cache was measured with many networks: 3.43 µs for a matrix of 401 KB read in whole lines and 3.51 in halves; for
// 2.1 MB 21.3 µs row by row, 22.9 with four rows side by side, and half as much again in columns of 128 bytes. To write
// these as well takes 25 µs more by stores of 32 bytes, and 28 by stores of 64. How long stores take that begin within
// halves of lines, cross pages or are read again was measured with loops of nothing else. Of its 192 vectors 52 are in
// registers and on the way to them.
var Zen4 = &Core{
	Name: "zen4", Title: "Zen 4", Wide: true,
	// Zen 5 in laptops, but for the largest, takes 512 bits in two halves as well.
	Processors: []Processor{amdFamily(0x19), amdModels(0x1a, 0x20, 0x3f), amdModels(0x1a, 0x60, 0x6f)},
	width:      6, window: 320, waiting: 64, results: 140, pending: 64,
	Call: 13, byHalves: true, acrossPages: 32, slowStore: 60,
	turns: 2, loaders: amdLoaders, wideLoaders: amdLoaders, storers: storer0, loaded: 32, stored: 32,
	LoadLatency: 7, ForwardLatency: 10, blockedLatency: 20, convertLatency: 3,
	operations: amd,
	FirstCache: 28 << 10, secondCache: 900 << 10, thirdCache: 16 << 20,
	fromSecond: 200, fromThird: 235, fromMemory: 1200, inRow: 10, thirdAbreast: 45, thirdAstray: 700,
	nearWhole: 70, pieces: 8,
}

// Zen5 is AMD's Zen 5 as servers and desktops have it. It takes 512 bits at once, and 2 cycles for what takes 1 on
// others. What comes from the second cache was measured with networks of 256-256-10 and 784-128-10: 1.55 µs for a
// matrix of 401 KB row by row, 2.6 with eight rows side by side, and 0.4 µs more for 256 rows on the way down.
var Zen5 = &Core{
	Name: "zen5", Title: "Zen 5", Wide: true,
	Processors: []Processor{amdModels(0x1a, 0, 0x1f), amdModels(0x1a, 0x40, 0x5f), amdModels(0x1a, 0x70, 0x7f)},
	width:      8, window: 448, waiting: 114, results: 330, pending: 104,
	Call:  13,
	turns: 1, loaders: amdLoaders, wideLoaders: amdLoaders, storers: storer0, loaded: 64, stored: 64,
	LoadLatency: 7, ForwardLatency: 8, blockedLatency: 20, convertLatency: 3,
	operations: with(amd, map[string]operation{
		"VUNPCK": {amdShufflers, 2, 1}, "VSHUFPS": {amdShufflers, 2, 1}, "VSHUFPD": {amdShufflers, 2, 1},
		"VMOVDDUP": {amdShufflers, 2, 1}, "V": {amdVector, 2, 1}, "VMASKMOV": {amdVector, 2, 1},
	}),
	wide: map[string]operation{
		"VDIVPS": {divider, 11, 6}, "VDIVPD": {divider, 13, 10}, "VSQRTPS": {divider, 15, 10},
		"VSQRTPD": {divider, 21, 18},
		"VPERM":   {amdShufflers, 5, 1}, "VGATHER": {amdLoaders, 12, 16},
	},
	FirstCache: 44 << 10, secondCache: 900 << 10, thirdCache: 28 << 20,
	fromSecond: 105, fromThird: 260, fromMemory: 900, abreast: 65, astray: 430,
}
