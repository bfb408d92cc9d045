# A whole guest in one boot sector. It counts: one decimal number per line on COM1, about 18 per second, from 1.
# The counter lives in a register only, so a log without a gap proves that the same machine went on running, and
# a log that starts again at 1 proves a reboot. It halts between ticks, so it costs its host almost nothing.
#
# Set by the assembler (--defsym):
#   FILL_BYTES       bytes of pseudo-random data written above 2 MiB before the first line, 0 for none
#   PAGES_PER_TICK   pages of it that are rewritten at each tick, 0 for none
#
# It obeys the ACPI power button (`virsh shutdown`): SeaBIOS puts the power-management ports of QEMU's pc and q35
# machines at 0x600.

    .set COM1, 0x3f8
    .set PM1_STATUS, 0x600
    .set PM1_ENABLE, 0x602
    .set PM1_CONTROL, 0x604
    .set POWER_BUTTON, 0x100
    .set SOFT_OFF, 0x2000
    .set BIOS_TICKS, 0x46c
    .set FILL_START, 0x200000
    .set FILL_END, FILL_START + FILL_BYTES
    .set PAGE_BYTES, 4096

    .code16
    .globl _start
_start:
    ljmp $0, $1f
1:  xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %ss
    movw $_start, %sp
    cld

    movw $COM1 + 3, %dx                 # 8 data bits, no parity, one stop bit, 115200 baud
    movb $0x83, %al
    outb %al, %dx
    movw $COM1, %dx
    movw $1, %ax
    outw %ax, %dx
    movw $COM1 + 3, %dx
    movb $0x03, %al
    outb %al, %dx

    movw $PM1_ENABLE, %dx
    movw $POWER_BUTTON, %ax
    outw %ax, %dx

    xorl %ebp, %ebp                     # ebp: the counter
    movl $0x9e3779b9, %esi              # esi: the state of the pseudo-random sequence
    movl $FILL_START, %edi              # edi: the next byte to write
.if FILL_BYTES
    call open_memory
    movl $FILL_BYTES / PAGE_BYTES, %ecx
    call write_pages
.endif

beat:
    incl %ebp
    movl %ebp, %eax
    call print_number
.if PAGES_PER_TICK
    call open_memory
    movl $PAGES_PER_TICK, %ecx
    call write_pages
.endif
    movw $PM1_STATUS, %dx
    inw %dx, %ax
    testw $POWER_BUTTON, %ax
    jz 1f
    movw $PM1_CONTROL, %dx
    movw $SOFT_OFF, %ax
    outw %ax, %dx
1:  sti
    movw BIOS_TICKS, %bx
2:  hlt
    cmpw BIOS_TICKS, %bx
    je 2b
    jmp beat

# Prints eax in decimal and a line feed.
print_number:
    xorw %cx, %cx
    movl $10, %ebx
1:  xorl %edx, %edx
    divl %ebx
    addb $'0', %dl
    pushw %dx
    incw %cx
    testl %eax, %eax
    jnz 1b
2:  popw %ax
    call print_byte
    loop 2b
    movb $'\n', %al
print_byte:
    movb %al, %ah
    movw $COM1 + 5, %dx
1:  inb %dx, %al
    testb $0x20, %al
    jz 1b
    movw $COM1, %dx
    movb %ah, %al
    outb %al, %dx
    ret

# Writes ecx pages from edi on, and wraps to the start at the end.
write_pages:
    cmpl $FILL_END, %edi
    jb 1f
    movl $FILL_START, %edi
1:  movw $PAGE_BYTES / 4, %dx
2:  movl %esi, %eax                     # xorshift32
    shll $13, %eax
    xorl %eax, %esi
    movl %esi, %eax
    shrl $17, %eax
    xorl %eax, %esi
    movl %esi, %eax
    shll $5, %eax
    xorl %eax, %esi
    movl %esi, (%edi)
    addl $4, %edi
    decw %dx
    jnz 2b
    decl %ecx
    jnz write_pages
    ret

# Real mode with a data segment of 4 GiB. A BIOS interrupt may put the 64 KiB limit back, so it is called each time.
open_memory:
    cli
    lgdt descriptor_pointer
    movl %cr0, %eax
    orb $1, %al
    movl %eax, %cr0
    movw $8, %bx
    movw %bx, %ds
    andb $0xfe, %al
    movl %eax, %cr0
    xorw %bx, %bx
    movw %bx, %ds
    movb $2, %al                        # address line 20
    outb %al, $0x92
    ret

    .balign 8
descriptors:
    .quad 0
    .quad 0x00cf92000000ffff
descriptor_pointer:
    .word . - descriptors - 1
    .long descriptors

    .org 510
    .word 0xaa55
