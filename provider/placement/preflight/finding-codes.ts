/**
 * Every code that a finding may have, with its severity. A code never changes its meaning.
 *
 * - `error`: the step would fail, and no other resource mends that.
 * - `error for now`: it would fail as things are, and another resource of the same run may mend it before: a mount, a
 *   certificate, an image, a guest that leaves first. A preview says it and goes on; an update refuses.
 * - `warning`: it may go wrong later, or nobody could find out.
 */
type Severity = "error" | "error for now" | "warning";

export const findingCodes = {
  // What the guest needs on a host.
  "image-missing": "error for now",
  "image-different": "error for now",
  "image-unproven": "error for now",
  "image-header-unread": "error for now",
  "image-locked": "error for now",
  "image-lock-unknown": "error for now",
  "image-without-lock": "warning",
  "medium-missing": "error for now",
  "medium-different": "error for now",
  "volume-missing": "error for now",
  "secret-missing": "error for now",
  "file-missing": "error for now",
  "file-inaccessible": "error for now",
  "folder-missing": "error for now",
  "device-missing": "error for now",
  "usb-device-missing": "error",
  "pci-device-missing": "error",
  "bridge-missing": "error for now",
  "network-inactive": "error for now",
  "network-interface-missing": "error",
  "network-filter-missing": "error for now",
  "address-missing": "error",
  "port-taken": "error for now",
  "emulator-missing": "error for now",
  "program-missing": "error for now",
  "user-missing": "error for now",
  "user-different": "error",
  // What its hypervisor can do.
  "machine-type-missing": "error",
  "machine-type-varies": "error",
  "kvm-missing": "error",
  "cpu-incompatible": "error",
  "memory-short": "error for now",
  "huge-pages-short": "error for now",
  "hypervisor-unknown": "error for now",
  // What of it cannot move, or is in the way.
  "device-unmovable": "error",
  "qemu-refuses-move": "error",
  "command-line-unknown": "error",
  "state-left-behind": "error",
  "definition-stays": "error",
  "name-taken": "error for now",
  // What the chosen way of moving needs.
  "copied-disk-unknown": "error",
  "copied-disk-read-only": "error",
  "copied-disk-base-unknown": "error",
  "copy-needs-running": "error",
  "copy-target-exists": "error",
  "copy-folder-missing": "error for now",
  "compression-unsupported": "error",
  "post-copy-parallel-unsupported": "error",
  "userfaultfd-missing": "error",
  "post-copy-resume-unsupported": "error",
  // How the hosts reach each other.
  "name-unresolved": "error for now",
  "name-of-itself": "error for now",
  "libvirt-silent": "error for now",
  "libvirt-not-listening": "error for now",
  "libvirt-missing": "error for now",
  "libvirt-refuses": "error for now",
  "ssh-missing": "error for now",
  "ssh-host-key-refused": "error for now",
  "ssh-login-refused": "error for now",
  "certificate-missing": "error for now",
  "certificate-expired": "error for now",
  "certificate-not-yet-valid": "error for now",
  "certificate-revoked": "error for now",
  "certificate-of-another-authority": "error for now",
  "certificate-not-trusted": "error for now",
  "certificate-unusable": "error for now",
  "certificate-refused": "error for now",
  "certificate-for-other-names": "error for now",
  "certificate-without-subject": "error for now",
} as const satisfies Record<string, Severity>;

export type FindingCode = keyof typeof findingCodes;
