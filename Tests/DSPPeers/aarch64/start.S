// From reset to main on qemu's `virt` machine: a stack, floating-point registers (the vector unit is used), and the memory mapped one
// to one and cached, because without a map AArch64 treats it as device memory, where no access may be unaligned.
    .section .text.start, "ax"
    .global _start
_start:
    ldr x0, =stack_top
    mov sp, x0
    mov x0, #(3 << 20)
    msr cpacr_el1, x0
    // Attribute 0: device; attribute 1: normal memory, cached.
    ldr x0, =0xFF00
    msr mair_el1, x0
    // 39 bits of addresses in pages of 4 KiB: blocks of 1 GiB stand in the first table. 40 bits of physical addresses.
    ldr x0, =0x200803519
    msr tcr_el1, x0
    adrp x0, blocks
    add x0, x0, :lo12:blocks
    msr ttbr0_el1, x0
    isb
    mrs x0, sctlr_el1
    mov x1, #0x1005
    orr x0, x0, x1
    bic x0, x0, #2
    msr sctlr_el1, x0
    isb
    bl run
    // Semihosting: SYS_EXIT with ADP_Stopped_ApplicationExit, status 0.
    ldr x1, =exit_block
    mov w0, #0x18
    hlt #0xF000
1:  b 1b

    .section .data
    .balign 8
exit_block:
    .quad 0x20026, 0
    .balign 4096
blocks:
    // Valid block, access flag; the first GiB is devices, the second is memory, inner shareable.
    .quad 0x0000000000000401
    .quad 0x0000000040000705
    .fill 510, 8, 0
