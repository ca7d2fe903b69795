package isa

// elementRows are the instructions that name one lane of a register, that fill a register with it, or that make one
// number of all lanes.
var elementRows = []row{
	// By a lane of the last operand.
	{"fmla.4s.lane", "fmla {Vd}.4s, {Vn}.4s, {Vm}.s[{Lane32}]", 0x4f801000, Overwrites, nil, ""},
	{"fmla.2d.lane", "fmla {Vd}.2d, {Vn}.2d, {Vm}.d[{Lane64}]", 0x4fc01000, Overwrites, nil, ""},
	{"fmls.4s.lane", "fmls {Vd}.4s, {Vn}.4s, {Vm}.s[{Lane32}]", 0x4f805000, Overwrites, nil, ""},
	{"fmls.2d.lane", "fmls {Vd}.2d, {Vn}.2d, {Vm}.d[{Lane64}]", 0x4fc05000, Overwrites, nil, ""},
	{"fmul.4s.lane", "fmul {Vd}.4s, {Vn}.4s, {Vm}.s[{Lane32}]", 0x4f809000, Plain, nil, ""},
	{"fmul.2d.lane", "fmul {Vd}.2d, {Vn}.2d, {Vm}.d[{Lane64}]", 0x4fc09000, Plain, nil, ""},

	// Lanes that are copied.
	{"dup.4s", "dup {Vd}.4s, {Vn}.s[{To32}]", 0x4e000400, Moves, nil, "VDUP {Vn}.S[{To32}], {Vd}.S4"},
	{"dup.2d", "dup {Vd}.2d, {Vn}.d[{To64}]", 0x4e000400, Moves, nil, "VDUP {Vn}.D[{To64}], {Vd}.D2"},
	{"dup.s", "dup {Sd}, {Vn}.s[{To32}]", 0x5e000400, Moves, nil, ""},
	{"dup.d", "dup {Dd}, {Vn}.d[{To64}]", 0x5e000400, Moves, nil, ""},
	{"dup.4s.general", "dup {Vd}.4s, {Wn}", 0x4e040c00, Moves, nil, "VDUP {Wn}, {Vd}.S4"},
	{"dup.2d.general", "dup {Vd}.2d, {Xn}", 0x4e080c00, Moves, nil, "VDUP {Xn}, {Vd}.D2"},
	{"ins.s", "ins {Vd}.s[{To32}], {Vn}.s[{From32}]", 0x6e000400, Overwrites | Moves, nil,
		"VMOV {Vn}.S[{From32}], {Vd}.S[{To32}]"},
	{"ins.d", "ins {Vd}.d[{To64}], {Vn}.d[{From64}]", 0x6e000400, Overwrites | Moves, nil,
		"VMOV {Vn}.D[{From64}], {Vd}.D[{To64}]"},
	{"ins.s.general", "ins {Vd}.s[{To32}], {Wn}", 0x4e001c00, Overwrites | Moves, nil, "VMOV {Wn}, {Vd}.S[{To32}]"},
	{"ins.d.general", "ins {Vd}.d[{To64}], {Xn}", 0x4e001c00, Overwrites | Moves, nil, "VMOV {Xn}, {Vd}.D[{To64}]"},
	{"umov.s", "umov {Wd}, {Vn}.s[{To32}]", 0x0e003c00, Moves, nil, "VMOV {Vn}.S[{To32}], {Wd}"},
	{"umov.d", "umov {Xd}, {Vn}.d[{To64}]", 0x4e003c00, Moves, nil, "VMOV {Vn}.D[{To64}], {Xd}"},

	// All lanes to one.
	{"fmaxv.4s", "fmaxv {Sd}, {Vn}.4s", 0x6e30f800, Plain, nil, ""},
	{"fminv.4s", "fminv {Sd}, {Vn}.4s", 0x6eb0f800, Plain, nil, ""},
	{"fmaxnmv.4s", "fmaxnmv {Sd}, {Vn}.4s", 0x6e30c800, Plain, nil, ""},
	{"fminnmv.4s", "fminnmv {Sd}, {Vn}.4s", 0x6eb0c800, Plain, nil, ""},
	{"addv.4s", "addv {Ld}, {Vn}.4s", 0x4eb1b800, Plain, nil, "VADDV {Vn}.S4, {Ld}"},
	{"umaxv.4s", "umaxv {Sd}, {Vn}.4s", 0x6eb0a800, Plain, nil, ""},
	{"uminv.4s", "uminv {Sd}, {Vn}.4s", 0x6eb1a800, Plain, nil, ""},
	{"faddp.s", "faddp {Sd}, {Vn}.2s", 0x7e30d800, Plain, nil, ""},
	{"faddp.d", "faddp {Dd}, {Vn}.2d", 0x7e70d800, Plain, nil, ""},
	{"fmaxp.s", "fmaxp {Sd}, {Vn}.2s", 0x7e30f800, Plain, nil, ""},
	{"fmaxp.d", "fmaxp {Dd}, {Vn}.2d", 0x7e70f800, Plain, nil, ""},
	{"fminp.s", "fminp {Sd}, {Vn}.2s", 0x7eb0f800, Plain, nil, ""},
	{"fminp.d", "fminp {Dd}, {Vn}.2d", 0x7ef0f800, Plain, nil, ""},
}

// scalarRows are the instructions on one number, in the lowest lane of a register. They leave 0 in the others.
var scalarRows = []row{
	{"fadd.%E", "fadd {%Ud}, {%Un}, {%Um}", 0x1e202800, Plain, scalar, "FADD%U {%Um}, {%Un}, {%Ud}"},
	{"fsub.%E", "fsub {%Ud}, {%Un}, {%Um}", 0x1e203800, Plain, scalar, "FSUB%U {%Um}, {%Un}, {%Ud}"},
	{"fmul.%E", "fmul {%Ud}, {%Un}, {%Um}", 0x1e200800, Plain, scalar, "FMUL%U {%Um}, {%Un}, {%Ud}"},
	{"fnmul.%E", "fnmul {%Ud}, {%Un}, {%Um}", 0x1e208800, Plain, scalar, "FNMUL%U {%Um}, {%Un}, {%Ud}"},
	{"fdiv.%E", "fdiv {%Ud}, {%Un}, {%Um}", 0x1e201800, Plain, scalar, "FDIV%U {%Um}, {%Un}, {%Ud}"},
	{"fmax.%E", "fmax {%Ud}, {%Un}, {%Um}", 0x1e204800, Plain, scalar, "FMAX%U {%Um}, {%Un}, {%Ud}"},
	{"fmin.%E", "fmin {%Ud}, {%Un}, {%Um}", 0x1e205800, Plain, scalar, "FMIN%U {%Um}, {%Un}, {%Ud}"},
	{"fmaxnm.%E", "fmaxnm {%Ud}, {%Un}, {%Um}", 0x1e206800, Plain, scalar, "FMAXNM%U {%Um}, {%Un}, {%Ud}"},
	{"fminnm.%E", "fminnm {%Ud}, {%Un}, {%Um}", 0x1e207800, Plain, scalar, "FMINNM%U {%Um}, {%Un}, {%Ud}"},
	{"fsqrt.%E", "fsqrt {%Ud}, {%Un}", 0x1e21c000, Plain, scalar, "FSQRT%U {%Un}, {%Ud}"},
	{"fabs.%E", "fabs {%Ud}, {%Un}", 0x1e20c000, Plain, scalar, "FABS%U {%Un}, {%Ud}"},
	{"fneg.%E", "fneg {%Ud}, {%Un}", 0x1e214000, Plain, scalar, "FNEG%U {%Un}, {%Ud}"},
	{"frintn.%E", "frintn {%Ud}, {%Un}", 0x1e244000, Plain, scalar, "FRINTN%U {%Un}, {%Ud}"},
	{"fmov.%E", "fmov {%Ud}, {%Un}", 0x1e204000, Moves, scalar, "FMOV%U {%Un}, {%Ud}"},
	// Go's assembler knows this one, but for 2.
	{"fmov.%E.number", "fmov {%Ud}, #{FloatS}", 0x1e201000, Moves, scalar, ""},
	{"fmadd.%E", "fmadd {%Ud}, {%Un}, {%Um}, {%Ua}", 0x1f000000, Plain, scalar, "FMADD%U {%Um}, {%Ua}, {%Un}, {%Ud}"},
	{"fmsub.%E", "fmsub {%Ud}, {%Un}, {%Um}, {%Ua}", 0x1f008000, Plain, scalar, "FMSUB%U {%Um}, {%Ua}, {%Un}, {%Ud}"},
	{"fnmadd.%E", "fnmadd {%Ud}, {%Un}, {%Um}, {%Ua}", 0x1f200000, Plain, scalar,
		"FNMADD%U {%Um}, {%Ua}, {%Un}, {%Ud}"},
	{"fnmsub.%E", "fnmsub {%Ud}, {%Un}, {%Um}, {%Ua}", 0x1f208000, Plain, scalar,
		"FNMSUB%U {%Um}, {%Ua}, {%Un}, {%Ud}"},
	{"fcmp.%E", "fcmp {%Un}, {%Um}", 0x1e202000, Compares, scalar, "FCMP%U {%Um}, {%Un}"},
	{"fcsel.%E", "fcsel {%Ud}, {%Un}, {%Um}, {If}", 0x1e200c00, Plain, scalar, "FCSEL%U {If}, {%Un}, {%Um}, {%Ud}"},
	{"fcvt.d.s", "fcvt {Dd}, {Sn}", 0x1e22c000, Plain, nil, "FCVTSD {Sn}, {Dd}"},
	{"fcvt.s.d", "fcvt {Sd}, {Dn}", 0x1e624000, Plain, nil, "FCVTDS {Dn}, {Sd}"},
	{"scvtf.%E.x", "scvtf {%Ud}, {Xn}", 0x9e220000, Plain, scalar, "SCVTF%U {Xn}, {%Ud}"},
	{"scvtf.%E.w", "scvtf {%Ud}, {Wn}", 0x1e220000, Plain, scalar, "SCVTFW%U {Wn}, {%Ud}"},
	{"fcvtzs.x.%E", "fcvtzs {Xd}, {%Un}", 0x9e380000, Plain, scalar, "FCVTZS%U {%Un}, {Xd}"},
	{"fmov.x.d", "fmov {Xd}, {Dn}", 0x9e660000, Moves, nil, "FMOVD {Dn}, {Xd}"},
	{"fmov.d.x", "fmov {Dd}, {Xn}", 0x9e670000, Moves, nil, "FMOVD {Xn}, {Dd}"},
	{"fmov.w.s", "fmov {Wd}, {Sn}", 0x1e260000, Moves, nil, "FMOVS {Sn}, {Wd}"},
	{"fmov.s.w", "fmov {Sd}, {Wn}", 0x1e270000, Moves, nil, "FMOVS {Wn}, {Sd}"},
}
