package isa

// memoryRows are the instructions that load and store. The letter after the point is what is moved: q, d and s of a
// vector register, 16, 8 and 4 bytes; x, w and b of a general one. Then follows how the address is made, where it is
// not a register and a distance that is a multiple of the bytes moved.
var memoryRows = []row{
	{"ldr.q", "ldr {Qt}, [{Pn}{U16}]", 0x3dc00000, Loads | Moves, nil, "FMOVQ {U16}({Pn}), {Qt}"},
	{"ldr.d", "ldr {Dt}, [{Pn}{U8}]", 0xfd400000, Loads | Moves, nil, "FMOVD {U8}({Pn}), {Dt}"},
	{"ldr.s", "ldr {St}, [{Pn}{U4}]", 0xbd400000, Loads | Moves, nil, "FMOVS {U4}({Pn}), {St}"},
	{"str.q", "str {Qt}, [{Pn}{U16}]", 0x3d800000, Stores | Moves, nil, "FMOVQ {Qt}, {U16}({Pn})"},
	{"str.d", "str {Dt}, [{Pn}{U8}]", 0xfd000000, Stores | Moves, nil, "FMOVD {Dt}, {U8}({Pn})"},
	{"str.s", "str {St}, [{Pn}{U4}]", 0xbd000000, Stores | Moves, nil, "FMOVS {St}, {U4}({Pn})"},

	// A distance of any number of bytes, with a sign.
	{"ldur.q", "ldur {Qt}, [{Pn}{N16}]", 0x3cc00000, Loads | Moves, nil, "FMOVQ {N16}({Pn}), {Qt}"},
	{"ldur.d", "ldur {Dt}, [{Pn}{N8}]", 0xfc400000, Loads | Moves, nil, "FMOVD {N8}({Pn}), {Dt}"},
	{"ldur.s", "ldur {St}, [{Pn}{N4}]", 0xbc400000, Loads | Moves, nil, "FMOVS {N4}({Pn}), {St}"},
	{"stur.q", "stur {Qt}, [{Pn}{N16}]", 0x3c800000, Stores | Moves, nil, "FMOVQ {Qt}, {N16}({Pn})"},
	{"stur.d", "stur {Dt}, [{Pn}{N8}]", 0xfc000000, Stores | Moves, nil, "FMOVD {Dt}, {N8}({Pn})"},
	{"stur.s", "stur {St}, [{Pn}{N4}]", 0xbc000000, Stores | Moves, nil, "FMOVS {St}, {N4}({Pn})"},

	// A second register, as it is or in units of what is moved.
	{"ldr.q.index", "ldr {Qt}, [{Pn}, {Ym}]", 0x3ce06800, Loads | Moves, nil, ""},
	{"ldr.d.index", "ldr {Dt}, [{Pn}, {Ym}]", 0xfc606800, Loads | Moves, nil, "FMOVD ({Pn})({Ym}), {Dt}"},
	{"ldr.s.index", "ldr {St}, [{Pn}, {Ym}]", 0xbc606800, Loads | Moves, nil, "FMOVS ({Pn})({Ym}), {St}"},
	{"ldr.q.scaled", "ldr {Qt}, [{Pn}, {Ym}, lsl #4]", 0x3ce07800, Loads | Moves, nil, ""},
	{"ldr.d.scaled", "ldr {Dt}, [{Pn}, {Ym}, lsl #3]", 0xfc607800, Loads | Moves, nil, "FMOVD ({Pn})({Ym}<<3), {Dt}"},
	{"ldr.s.scaled", "ldr {St}, [{Pn}, {Ym}, lsl #2]", 0xbc607800, Loads | Moves, nil, "FMOVS ({Pn})({Ym}<<2), {St}"},
	{"str.q.index", "str {Qt}, [{Pn}, {Ym}]", 0x3ca06800, Stores | Moves, nil, ""},
	{"str.d.index", "str {Dt}, [{Pn}, {Ym}]", 0xfc206800, Stores | Moves, nil, "FMOVD {Dt}, ({Pn})({Ym})"},
	{"str.s.index", "str {St}, [{Pn}, {Ym}]", 0xbc206800, Stores | Moves, nil, "FMOVS {St}, ({Pn})({Ym})"},
	{"str.q.scaled", "str {Qt}, [{Pn}, {Ym}, lsl #4]", 0x3ca07800, Stores | Moves, nil, ""},
	{"str.d.scaled", "str {Dt}, [{Pn}, {Ym}, lsl #3]", 0xfc207800, Stores | Moves, nil, "FMOVD {Dt}, ({Pn})({Ym}<<3)"},
	{"str.s.scaled", "str {St}, [{Pn}, {Ym}, lsl #2]", 0xbc207800, Stores | Moves, nil, "FMOVS {St}, ({Pn})({Ym}<<2)"},

	// What is added to the address afterwards.
	{"ldr.q.post", "ldr {Qt}, [{Pn}], #{O9}", 0x3cc00400, Loads | Moves | Posts, nil, "FMOVQ.P {O9}({Pn}), {Qt}"},
	{"ldr.d.post", "ldr {Dt}, [{Pn}], #{O9}", 0xfc400400, Loads | Moves | Posts, nil, "FMOVD.P {O9}({Pn}), {Dt}"},
	{"ldr.s.post", "ldr {St}, [{Pn}], #{O9}", 0xbc400400, Loads | Moves | Posts, nil, "FMOVS.P {O9}({Pn}), {St}"},
	{"str.q.post", "str {Qt}, [{Pn}], #{O9}", 0x3c800400, Stores | Moves | Posts, nil, "FMOVQ.P {Qt}, {O9}({Pn})"},
	{"str.d.post", "str {Dt}, [{Pn}], #{O9}", 0xfc000400, Stores | Moves | Posts, nil, "FMOVD.P {Dt}, {O9}({Pn})"},
	{"str.s.post", "str {St}, [{Pn}], #{O9}", 0xbc000400, Stores | Moves | Posts, nil, "FMOVS.P {St}, {O9}({Pn})"},

	// Two registers from neighbouring places.
	{"ldp.q", "ldp {Qt}, {Qu}, [{Pn}{P16}]", 0xad400000, Loads | Moves | Pairs, nil, "FLDPQ {P16}({Pn}), ({Qt}, {Qu})"},
	{"ldp.d", "ldp {Dt}, {Du}, [{Pn}{P8}]", 0x6d400000, Loads | Moves | Pairs, nil, "FLDPD {P8}({Pn}), ({Dt}, {Du})"},
	{"ldp.s", "ldp {St}, {Su}, [{Pn}{P4}]", 0x2d400000, Loads | Moves | Pairs, nil, "FLDPS {P4}({Pn}), ({St}, {Su})"},
	{"stp.q", "stp {Qt}, {Qu}, [{Pn}{P16}]", 0xad000000, Stores | Moves | Pairs, nil,
		"FSTPQ ({Qt}, {Qu}), {P16}({Pn})"},
	{"stp.d", "stp {Dt}, {Du}, [{Pn}{P8}]", 0x6d000000, Stores | Moves | Pairs, nil, "FSTPD ({Dt}, {Du}), {P8}({Pn})"},
	{"stp.s", "stp {St}, {Su}, [{Pn}{P4}]", 0x2d000000, Stores | Moves | Pairs, nil, "FSTPS ({St}, {Su}), {P4}({Pn})"},
	{"ldp.q.post", "ldp {Qt}, {Qu}, [{Pn}], #{O16}", 0xacc00000, Loads | Moves | Pairs | Posts, nil,
		"FLDPQ.P {O16}({Pn}), ({Qt}, {Qu})"},
	{"stp.q.post", "stp {Qt}, {Qu}, [{Pn}], #{O16}", 0xac800000, Stores | Moves | Pairs | Posts, nil,
		"FSTPQ.P ({Qt}, {Qu}), {O16}({Pn})"},

	// One lane, and one number in every lane: the address is a register, without a distance.
	{"ld1.s", "ld1 {{Vt}.s}[{Part32}], [{Pn}]", 0x0d408000, Places | Loads | Moves | Overwrites, nil,
		"VLD1 ({Pn}), {Vt}.S[{Part32}]"},
	{"ld1.d", "ld1 {{Vt}.d}[{Part64}], [{Pn}]", 0x0d408400, Places | Loads | Moves | Overwrites, nil,
		"VLD1 ({Pn}), {Vt}.D[{Part64}]"},
	{"st1.s", "st1 {{Vt}.s}[{Part32}], [{Pn}]", 0x0d008000, Places | Stores | Moves, nil,
		"VST1 {Vt}.S[{Part32}], ({Pn})"},
	{"st1.d", "st1 {{Vt}.d}[{Part64}], [{Pn}]", 0x0d008400, Places | Stores | Moves, nil,
		"VST1 {Vt}.D[{Part64}], ({Pn})"},
	{"ld1r.4s", "ld1r {{Vt}.4s}, [{Pn}]", 0x4d40c800, Places | Loads | Moves, nil, "VLD1R ({Pn}), [{Vt}.S4]"},
	{"ld1r.2d", "ld1r {{Vt}.2d}, [{Pn}]", 0x4d40cc00, Places | Loads | Moves, nil, "VLD1R ({Pn}), [{Vt}.D2]"},
	{"ld1r.4s.post", "ld1r {{Vt}.4s}, [{Pn}], #4", 0x4ddfc800, Places | Loads | Moves | Posts, nil,
		"VLD1R.P 4({Pn}), [{Vt}.S4]"},
	{"ld1r.2d.post", "ld1r {{Vt}.2d}, [{Pn}], #8", 0x4ddfcc00, Places | Loads | Moves | Posts, nil,
		"VLD1R.P 8({Pn}), [{Vt}.D2]"},
	{"ld1.4s", "ld1 {{Vt}.4s}, [{Pn}]", 0x4c407800, Loads | Moves, nil, "VLD1 ({Pn}), [{Vt}.S4]"},
	{"ld1.2d", "ld1 {{Vt}.2d}, [{Pn}]", 0x4c407c00, Loads | Moves, nil, "VLD1 ({Pn}), [{Vt}.D2]"},
	{"st1.4s", "st1 {{Vt}.4s}, [{Pn}]", 0x4c007800, Stores | Moves, nil, "VST1 [{Vt}.S4], ({Pn})"},
	{"st1.2d", "st1 {{Vt}.2d}, [{Pn}]", 0x4c007c00, Stores | Moves, nil, "VST1 [{Vt}.D2], ({Pn})"},

	// General registers.
	{"ldr.x", "ldr {Xt}, [{Pn}{U8}]", 0xf9400000, Loads | Moves, nil, "MOVD {U8}({Pn}), {Xt}"},
	{"ldr.w", "ldr {Wt}, [{Pn}{U4}]", 0xb9400000, Loads | Moves, nil, "MOVWU {U4}({Pn}), {Wt}"},
	{"ldr.b", "ldrb {Wt}, [{Pn}{U1}]", 0x39400000, Loads | Moves, nil, "MOVBU {U1}({Pn}), {Wt}"},
	{"str.x", "str {Xt}, [{Pn}{U8}]", 0xf9000000, Stores | Moves, nil, "MOVD {Xt}, {U8}({Pn})"},
	{"str.w", "str {Wt}, [{Pn}{U4}]", 0xb9000000, Stores | Moves, nil, "MOVW {Wt}, {U4}({Pn})"},
	{"ldr.x.index", "ldr {Xt}, [{Pn}, {Ym}]", 0xf8606800, Loads | Moves, nil, "MOVD ({Pn})({Ym}), {Xt}"},
	{"ldr.x.scaled", "ldr {Xt}, [{Pn}, {Ym}, lsl #3]", 0xf8607800, Loads | Moves, nil, "MOVD ({Pn})({Ym}<<3), {Xt}"},
	{"str.x.index", "str {Xt}, [{Pn}, {Ym}]", 0xf8206800, Stores | Moves, nil, "MOVD {Xt}, ({Pn})({Ym})"},
	{"ldp.x", "ldp {Xt}, {Xu}, [{Pn}{P8}]", 0xa9400000, Loads | Moves | Pairs, nil, "LDP {P8}({Pn}), ({Xt}, {Xu})"},
	{"stp.x", "stp {Xt}, {Xu}, [{Pn}{P8}]", 0xa9000000, Stores | Moves | Pairs, nil, "STP ({Xt}, {Xu}), {P8}({Pn})"},
	{"prfm", "prfm {Hint}, [{Pn}{U8}]", 0xf9800000, Plain, nil, "PRFM {U8}({Pn}), {Hint}"},
}
