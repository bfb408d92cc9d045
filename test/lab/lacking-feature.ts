/** A host whose QEMU lacks a feature of the CPU. */
import type { LabHost } from "../../lab/lab-host";

/**
 * QEMU itself leaves avx2 out of every CPU that it emulates there, so libvirt is told the truth. What no lab host can do is
 * to lack it in hardware. Undone by the host's next fresh disk.
 */
export const takeAvx2From = (host: LabHost) =>
  host.script(
    `mv /usr/bin/qemu-system-x86_64 /usr/bin/qemu-system-x86_64.whole
     printf '#!/bin/sh\\nexec /usr/bin/qemu-system-x86_64.whole -global x86_64-cpu.avx2=off "$@"\\n' > /usr/bin/qemu-system-x86_64
     chmod 755 /usr/bin/qemu-system-x86_64
     systemctl restart libvirtd.service`,
  );
