#include "textflag.h"

// func readBlocks(p unsafe.Pointer, blocks, step int)
TEXT ·readBlocks(SB), NOSPLIT, $0-24
	MOVQ p+0(FP), DI
	MOVQ blocks+8(FP), CX
	MOVQ step+16(FP), DX

read:
	VMOVUPS (DI), Y0
	VMOVUPS 32(DI), Y1
	VMOVUPS 64(DI), Y2
	VMOVUPS 96(DI), Y3
	VMOVUPS 128(DI), Y4
	VMOVUPS 160(DI), Y5
	VMOVUPS 192(DI), Y6
	VMOVUPS 224(DI), Y7
	ADDQ    DX, DI
	DECQ    CX
	JNE     read
	VZEROUPPER
	RET

// func writeBlocks(p unsafe.Pointer, blocks, step int)
TEXT ·writeBlocks(SB), NOSPLIT, $0-24
	MOVQ   p+0(FP), DI
	MOVQ   blocks+8(FP), CX
	MOVQ   step+16(FP), DX
	VXORPS Y0, Y0, Y0

write:
	VMOVUPS Y0, (DI)
	VMOVUPS Y0, 32(DI)
	VMOVUPS Y0, 64(DI)
	VMOVUPS Y0, 96(DI)
	VMOVUPS Y0, 128(DI)
	VMOVUPS Y0, 160(DI)
	VMOVUPS Y0, 192(DI)
	VMOVUPS Y0, 224(DI)
	ADDQ    DX, DI
	DECQ    CX
	JNE     write
	VZEROUPPER
	RET

// func updateBlocks(p unsafe.Pointer, blocks, step int)
TEXT ·updateBlocks(SB), NOSPLIT, $0-24
	MOVQ p+0(FP), DI
	MOVQ blocks+8(FP), CX
	MOVQ step+16(FP), DX

update:
	VMOVUPS (DI), Y0
	VMOVUPS 32(DI), Y1
	VMOVUPS 64(DI), Y2
	VMOVUPS 96(DI), Y3
	VMOVUPS 128(DI), Y4
	VMOVUPS 160(DI), Y5
	VMOVUPS 192(DI), Y6
	VMOVUPS 224(DI), Y7
	VMOVUPS Y0, (DI)
	VMOVUPS Y1, 32(DI)
	VMOVUPS Y2, 64(DI)
	VMOVUPS Y3, 96(DI)
	VMOVUPS Y4, 128(DI)
	VMOVUPS Y5, 160(DI)
	VMOVUPS Y6, 192(DI)
	VMOVUPS Y7, 224(DI)
	ADDQ    DX, DI
	DECQ    CX
	JNE     update
	VZEROUPPER
	RET

// func cpuid(leaf uint32) (a, b uint32)
TEXT ·cpuid(SB), NOSPLIT, $0-16
	MOVL leaf+0(FP), AX
	XORL CX, CX
	CPUID
	MOVL AX, a+8(FP)
	MOVL BX, b+12(FP)
	RET
