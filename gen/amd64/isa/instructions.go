package isa

import (
	"fmt"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/x86"
)

// Build makes an instruction of its name and its operands, in Go's order. _BCST at the end of a name says that it reads
// one number from memory into every lane, _Z that it makes 0 of the lanes outside of the mask. The error says what it
// does not take.
func Build(name string, operands ...operand.Op) (*ir.Instruction, error) {
	build := instructions[name]
	if build == nil {
		return nil, fmt.Errorf("the table of instructions has no %s", name)
	}
	return build(operands...)
}

// Has says whether there is an instruction of a name.
func Has(name string) bool { return instructions[name] != nil }

// Needs is the level that an instruction needs, and whether any has it.
func Needs(mnemonic string) (level Level, known bool) {
	level, known = mnemonics[mnemonic]
	return level, known
}

// instructions are the ones that functions are made of, by name. avo says at once which operands one doesn't take.
var instructions = map[string]instruction{
	"ADDQ":              two(x86.ADDQ),
	"ANDQ":              two(x86.ANDQ),
	"CMPQ":              two(x86.CMPQ),
	"CPUID":             none(x86.CPUID),
	"IMUL3Q":            three(x86.IMUL3Q),
	"JEQ":               one(x86.JEQ),
	"JGE":               one(x86.JGE),
	"JGT":               one(x86.JGT),
	"JLE":               one(x86.JLE),
	"JLT":               one(x86.JLT),
	"JMP":               one(x86.JMP),
	"JNE":               one(x86.JNE),
	"KMOVW":             two(x86.KMOVW),
	"KXNORW":            three(x86.KXNORW),
	"LEAQ":              two(x86.LEAQ),
	"MOVL":              two(x86.MOVL),
	"MOVQ":              two(x86.MOVQ),
	"NEGQ":              one(x86.NEGQ),
	"PREFETCHT0":        one(x86.PREFETCHT0),
	"RET":               none(x86.RET),
	"SHRQ":              x86.SHRQ,
	"SUBL":              two(x86.SUBL),
	"SUBQ":              two(x86.SUBQ),
	"TESTQ":             two(x86.TESTQ),
	"VADDPD":            x86.VADDPD,
	"VADDPD_BCST":       x86.VADDPD_BCST,
	"VADDPS":            x86.VADDPS,
	"VADDPS_BCST":       x86.VADDPS_BCST,
	"VANDNPD":           x86.VANDNPD,
	"VANDNPD_BCST":      x86.VANDNPD_BCST,
	"VANDNPS":           x86.VANDNPS,
	"VANDNPS_BCST":      x86.VANDNPS_BCST,
	"VANDPD":            x86.VANDPD,
	"VANDPD_BCST":       x86.VANDPD_BCST,
	"VANDPS":            x86.VANDPS,
	"VANDPS_BCST":       x86.VANDPS_BCST,
	"VBLENDMPD":         x86.VBLENDMPD,
	"VBLENDMPD_BCST":    x86.VBLENDMPD_BCST,
	"VBLENDMPS":         x86.VBLENDMPS,
	"VBLENDMPS_BCST":    x86.VBLENDMPS_BCST,
	"VBLENDPD":          four(x86.VBLENDPD),
	"VBLENDPS":          four(x86.VBLENDPS),
	"VBLENDVPD":         four(x86.VBLENDVPD),
	"VBLENDVPS":         four(x86.VBLENDVPS),
	"VBROADCASTF128":    two(x86.VBROADCASTF128),
	"VBROADCASTF32X4":   x86.VBROADCASTF32X4,
	"VBROADCASTF64X4":   x86.VBROADCASTF64X4,
	"VBROADCASTSD":      x86.VBROADCASTSD,
	"VBROADCASTSS":      x86.VBROADCASTSS,
	"VCMPPD":            x86.VCMPPD,
	"VCMPPD_BCST":       x86.VCMPPD_BCST,
	"VCMPPS":            x86.VCMPPS,
	"VCMPPS_BCST":       x86.VCMPPS_BCST,
	"VCVTPD2PS":         x86.VCVTPD2PS,
	"VCVTPD2PSX":        x86.VCVTPD2PSX,
	"VCVTPD2PSY":        x86.VCVTPD2PSY,
	"VCVTPS2PD":         x86.VCVTPS2PD,
	"VCVTQQ2PD":         x86.VCVTQQ2PD,
	"VCVTSI2SDQ":        three(x86.VCVTSI2SDQ),
	"VCVTSI2SSQ":        three(x86.VCVTSI2SSQ),
	"VDIVPD":            x86.VDIVPD,
	"VDIVPD_BCST":       x86.VDIVPD_BCST,
	"VDIVPS":            x86.VDIVPS,
	"VDIVPS_BCST":       x86.VDIVPS_BCST,
	"VEXTRACTF128":      three(x86.VEXTRACTF128),
	"VEXTRACTF32X4":     x86.VEXTRACTF32X4,
	"VEXTRACTF64X4":     x86.VEXTRACTF64X4,
	"VEXTRACTPS":        three(x86.VEXTRACTPS),
	"VFMADD132PD":       x86.VFMADD132PD,
	"VFMADD132PD_BCST":  x86.VFMADD132PD_BCST,
	"VFMADD132PS":       x86.VFMADD132PS,
	"VFMADD132PS_BCST":  x86.VFMADD132PS_BCST,
	"VFMADD213PD":       x86.VFMADD213PD,
	"VFMADD213PD_BCST":  x86.VFMADD213PD_BCST,
	"VFMADD213PS":       x86.VFMADD213PS,
	"VFMADD213PS_BCST":  x86.VFMADD213PS_BCST,
	"VFMADD231PD":       x86.VFMADD231PD,
	"VFMADD231PD_BCST":  x86.VFMADD231PD_BCST,
	"VFMADD231PS":       x86.VFMADD231PS,
	"VFMADD231PS_BCST":  x86.VFMADD231PS_BCST,
	"VFMSUB132PD":       x86.VFMSUB132PD,
	"VFMSUB132PD_BCST":  x86.VFMSUB132PD_BCST,
	"VFMSUB132PS":       x86.VFMSUB132PS,
	"VFMSUB132PS_BCST":  x86.VFMSUB132PS_BCST,
	"VFMSUB213PD":       x86.VFMSUB213PD,
	"VFMSUB213PD_BCST":  x86.VFMSUB213PD_BCST,
	"VFMSUB213PS":       x86.VFMSUB213PS,
	"VFMSUB213PS_BCST":  x86.VFMSUB213PS_BCST,
	"VFMSUB231PD":       x86.VFMSUB231PD,
	"VFMSUB231PD_BCST":  x86.VFMSUB231PD_BCST,
	"VFMSUB231PS":       x86.VFMSUB231PS,
	"VFMSUB231PS_BCST":  x86.VFMSUB231PS_BCST,
	"VFNMADD132PD":      x86.VFNMADD132PD,
	"VFNMADD132PD_BCST": x86.VFNMADD132PD_BCST,
	"VFNMADD132PS":      x86.VFNMADD132PS,
	"VFNMADD132PS_BCST": x86.VFNMADD132PS_BCST,
	"VFNMADD213PD":      x86.VFNMADD213PD,
	"VFNMADD213PD_BCST": x86.VFNMADD213PD_BCST,
	"VFNMADD213PS":      x86.VFNMADD213PS,
	"VFNMADD213PS_BCST": x86.VFNMADD213PS_BCST,
	"VFNMADD231PD":      x86.VFNMADD231PD,
	"VFNMADD231PD_BCST": x86.VFNMADD231PD_BCST,
	"VFNMADD231PS":      x86.VFNMADD231PS,
	"VFNMADD231PS_BCST": x86.VFNMADD231PS_BCST,
	"VGATHERQPD":        three(x86.VGATHERQPD),
	"VINSERTF128":       four(x86.VINSERTF128),
	"VINSERTF32X4":      x86.VINSERTF32X4,
	"VINSERTF64X4":      x86.VINSERTF64X4,
	"VINSERTPS":         four(x86.VINSERTPS),
	"VMASKMOVPD":        three(x86.VMASKMOVPD),
	"VMASKMOVPS":        three(x86.VMASKMOVPS),
	"VMAXPD":            x86.VMAXPD,
	"VMAXPD_BCST":       x86.VMAXPD_BCST,
	"VMAXPS":            x86.VMAXPS,
	"VMAXPS_BCST":       x86.VMAXPS_BCST,
	"VMINPD":            x86.VMINPD,
	"VMINPD_BCST":       x86.VMINPD_BCST,
	"VMINPS":            x86.VMINPS,
	"VMINPS_BCST":       x86.VMINPS_BCST,
	"VMOVAPD":           x86.VMOVAPD,
	"VMOVAPD_Z":         three(x86.VMOVAPD_Z),
	"VMOVAPS":           x86.VMOVAPS,
	"VMOVAPS_Z":         three(x86.VMOVAPS_Z),
	"VMOVDDUP":          x86.VMOVDDUP,
	"VMOVSD":            x86.VMOVSD,
	"VMOVSS":            x86.VMOVSS,
	"VMOVUPD":           x86.VMOVUPD,
	"VMOVUPD_Z":         three(x86.VMOVUPD_Z),
	"VMOVUPS":           x86.VMOVUPS,
	"VMOVUPS_Z":         three(x86.VMOVUPS_Z),
	"VMULPD":            x86.VMULPD,
	"VMULPD_BCST":       x86.VMULPD_BCST,
	"VMULPS":            x86.VMULPS,
	"VMULPS_BCST":       x86.VMULPS_BCST,
	"VORPD":             x86.VORPD,
	"VORPD_BCST":        x86.VORPD_BCST,
	"VORPS":             x86.VORPS,
	"VORPS_BCST":        x86.VORPS_BCST,
	"VPADDD":            x86.VPADDD,
	"VPADDD_BCST":       x86.VPADDD_BCST,
	"VPADDQ":            x86.VPADDQ,
	"VPADDQ_BCST":       x86.VPADDQ_BCST,
	"VPCMPD":            x86.VPCMPD,
	"VPCMPD_BCST":       x86.VPCMPD_BCST,
	"VPCMPEQD":          x86.VPCMPEQD,
	"VPCMPEQQ":          x86.VPCMPEQQ,
	"VPCMPGTD":          x86.VPCMPGTD,
	"VPCMPGTQ":          x86.VPCMPGTQ,
	"VPCMPQ":            x86.VPCMPQ,
	"VPCMPQ_BCST":       x86.VPCMPQ_BCST,
	"VPCMPUD":           x86.VPCMPUD,
	"VPCMPUD_BCST":      x86.VPCMPUD_BCST,
	"VPCMPUQ":           x86.VPCMPUQ,
	"VPCMPUQ_BCST":      x86.VPCMPUQ_BCST,
	"VPERM2F128":        four(x86.VPERM2F128),
	"VPERMI2PD":         x86.VPERMI2PD,
	"VPERMI2PS":         x86.VPERMI2PS,
	"VPERMPS":           x86.VPERMPS,
	"VPMAXSD":           x86.VPMAXSD,
	"VPMAXSD_BCST":      x86.VPMAXSD_BCST,
	"VPMAXSQ":           x86.VPMAXSQ,
	"VPMAXSQ_BCST":      x86.VPMAXSQ_BCST,
	"VPMAXUD":           x86.VPMAXUD,
	"VPMAXUD_BCST":      x86.VPMAXUD_BCST,
	"VPMAXUQ":           x86.VPMAXUQ,
	"VPMAXUQ_BCST":      x86.VPMAXUQ_BCST,
	"VPMINSD":           x86.VPMINSD,
	"VPMINSD_BCST":      x86.VPMINSD_BCST,
	"VPMINSQ":           x86.VPMINSQ,
	"VPMINSQ_BCST":      x86.VPMINSQ_BCST,
	"VPMINUD":           x86.VPMINUD,
	"VPMINUD_BCST":      x86.VPMINUD_BCST,
	"VPMINUQ":           x86.VPMINUQ,
	"VPMINUQ_BCST":      x86.VPMINUQ_BCST,
	"VPMOVSXDQ":         x86.VPMOVSXDQ,
	"VPMOVZXDQ":         x86.VPMOVZXDQ,
	"VPMULLQ":           x86.VPMULLQ,
	"VPMULUDQ":          x86.VPMULUDQ,
	"VPSLLD":            x86.VPSLLD,
	"VPSLLQ":            x86.VPSLLQ,
	"VPSLLVQ":           x86.VPSLLVQ,
	"VPSRAD":            x86.VPSRAD,
	"VPSRAQ":            x86.VPSRAQ,
	"VPSRLD":            x86.VPSRLD,
	"VPSRLQ":            x86.VPSRLQ,
	"VPSUBD":            x86.VPSUBD,
	"VPSUBD_BCST":       x86.VPSUBD_BCST,
	"VPSUBQ":            x86.VPSUBQ,
	"VPSUBQ_BCST":       x86.VPSUBQ_BCST,
	"VPTERNLOGD":        x86.VPTERNLOGD,
	"VPTERNLOGQ":        x86.VPTERNLOGQ,
	"VPTESTMQ":          x86.VPTESTMQ,
	"VPTESTMQ_BCST":     x86.VPTESTMQ_BCST,
	"VRCP14PS":          x86.VRCP14PS,
	"VREDUCEPD":         x86.VREDUCEPD,
	"VRNDSCALEPD":       x86.VRNDSCALEPD,
	"VROUNDPD":          three(x86.VROUNDPD),
	"VRNDSCALEPS":       x86.VRNDSCALEPS,
	"VSCALEFPD":         x86.VSCALEFPD,
	"VSCALEFPS":         x86.VSCALEFPS,
	"VSCALEFPS_Z":       four(x86.VSCALEFPS_Z),
	"VSHUFF32X4":        x86.VSHUFF32X4,
	"VSHUFPD":           x86.VSHUFPD,
	"VSHUFPS":           x86.VSHUFPS,
	"VSQRTPD":           x86.VSQRTPD,
	"VSQRTPD_BCST":      x86.VSQRTPD_BCST,
	"VSQRTPS":           x86.VSQRTPS,
	"VSQRTPS_BCST":      x86.VSQRTPS_BCST,
	"VSUBPD":            x86.VSUBPD,
	"VSUBPD_BCST":       x86.VSUBPD_BCST,
	"VSUBPD_Z":          four(x86.VSUBPD_Z),
	"VSUBPS":            x86.VSUBPS,
	"VSUBPS_BCST":       x86.VSUBPS_BCST,
	"VSUBPS_Z":          four(x86.VSUBPS_Z),
	"VUNPCKHPD":         x86.VUNPCKHPD,
	"VUNPCKHPS":         x86.VUNPCKHPS,
	"VUNPCKLPD":         x86.VUNPCKLPD,
	"VUNPCKLPS":         x86.VUNPCKLPS,
	"VXORPD":            x86.VXORPD,
	"VXORPD_BCST":       x86.VXORPD_BCST,
	"VXORPS":            x86.VXORPS,
	"VXORPS_BCST":       x86.VXORPS_BCST,
	"VZEROUPPER":        none(x86.VZEROUPPER),
	"XORL":              two(x86.XORL),
}

// instruction makes an instruction of its operands.
type instruction func(ops ...operand.Op) (*ir.Instruction, error)

// none to four adapt avo's constructors of a fixed number of operands.

func none(build func() (*ir.Instruction, error)) instruction {
	return func(ops ...operand.Op) (*ir.Instruction, error) {
		if err := count(ops, 0); err != nil {
			return nil, err
		}
		return build()
	}
}

func one(build func(a operand.Op) (*ir.Instruction, error)) instruction {
	return func(ops ...operand.Op) (*ir.Instruction, error) {
		if err := count(ops, 1); err != nil {
			return nil, err
		}
		return build(ops[0])
	}
}

func two(build func(a, b operand.Op) (*ir.Instruction, error)) instruction {
	return func(ops ...operand.Op) (*ir.Instruction, error) {
		if err := count(ops, 2); err != nil {
			return nil, err
		}
		return build(ops[0], ops[1])
	}
}

func three(build func(a, b, c operand.Op) (*ir.Instruction, error)) instruction {
	return func(ops ...operand.Op) (*ir.Instruction, error) {
		if err := count(ops, 3); err != nil {
			return nil, err
		}
		return build(ops[0], ops[1], ops[2])
	}
}

func four(build func(a, b, c, d operand.Op) (*ir.Instruction, error)) instruction {
	return func(ops ...operand.Op) (*ir.Instruction, error) {
		if err := count(ops, 4); err != nil {
			return nil, err
		}
		return build(ops[0], ops[1], ops[2], ops[3])
	}
}

func count(ops []operand.Op, n int) error {
	if len(ops) != n {
		return fmt.Errorf("%d operands, not %d", len(ops), n)
	}
	return nil
}
