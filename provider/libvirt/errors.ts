/** Reads virsh's stderr; nothing else does. */
import { endOf } from "../util/printable";

/** The destination of a migration has no figures of it, and says so. */
export const isIncomingJob = (stderr: string): boolean =>
  stderr.includes("migration statistics are available only on the source host");

/** virsh's own words, with what can be done about them. */
export function explained(stderr: string): string {
  const said = endOf(stderr).replace(/^error: /gm, "");
  return [said, hintFor(said)].filter(Boolean).join("\n");
}

/** The rest of what libvirt says is clear by itself. */
const hints: readonly [pattern: RegExp, hint: string][] = [
  [
    /Connection refused/,
    "libvirt does not listen for TLS on the destination: a LibvirtTlsPki with both hosts sets it up.",
  ],
  [
    /not trusted|known issuer|failed validation|Certificate .* owner does not match/i,
    "The two hosts do not accept each other's certificates: a LibvirtTlsPki with both hosts issues them from one authority.",
  ],
  [
    /Unsafe migration/,
    "The disks have to be on storage that both hosts share, e.g. an NfsMount of one NfsExport at the same path.",
  ],
  [/Cannot access storage file|Failed to open file/, "The disk images have to be at the same path on the destination."],
  [/Failed to get "write" lock/, "Another QEMU has the image open: look for a second copy of the guest first."],
];

const hintFor = (said: string) => hints.find(([pattern]) => pattern.test(said))?.[1];
