/**
 * What libvirt keeps of a guest in files of one host, beside its disks: the state of an emulated TPM, and UEFI variables. A
 * live move takes both along. A move of a guest that is off takes the definition only.
 *
 * @see https://libvirt.org/formatdomain.html#tpm-device
 * @see https://libvirt.org/formatdomain.html#bios-bootloader (nvram)
 */
import type { RemoteHost } from "../../host/host";
import type { Finding } from "../../placement/preflight/finding";
import { type CheckedRequirement, checkRequirements } from "../../placement/preflight/host-requirements";
import { sameImage } from "../../placement/preflight/same-image";
import { attributeAt, elementAt, elementsAt, parseXml, textAt } from "../definition/xml";

interface KeptState {
  what: "TPM state" | "UEFI variables";
  path: string;
}

/** Pure. */
export function keptStateOf(definition: string, uuid: string): KeptState[] {
  const domain = parseXml(definition);
  const tpms = elementsAt(domain, "devices", "tpm", "backend").filter(
    ({ attributes }) => attributes.type === "emulator",
  );
  const nvram = textAt(domain, "os", "nvram") || attributeAt(domain, "file", "os", "nvram", "source");
  const hasUefi = elementAt(domain, "os", "nvram") !== undefined || attributeAt(domain, "firmware", "os") === "efi";
  const name = textAt(domain, "name") ?? "";
  return [
    ...tpms.map(
      (backend): KeptState => ({
        what: "TPM state",
        path: attributeAt(backend, "path", "source") ?? `/var/lib/libvirt/swtpm/${uuid}`,
      }),
    ),
    ...(hasUefi
      ? [{ what: "UEFI variables" as const, path: nvram ?? `/var/lib/libvirt/qemu/nvram/${name}_VARS.fd` }]
      : []),
  ];
}

/** @returns why a guest that is off cannot be moved by its definition */
export async function leftBehind(
  guest: { name: string; definition: string; uuid: string },
  from: { name: string; host: RemoteHost },
  to: { name: string; host: RemoteHost },
  signal: AbortSignal,
): Promise<Finding[]> {
  const kept = keptStateOf(guest.definition, guest.uuid);
  if (kept.length === 0) return [];
  const files = kept.map(({ path }) => ({ kind: "image" as const, what: path }));
  const [here, there] = await Promise.all([from, to].map(({ host }) => checkRequirements(host, files, signal)));
  return kept.flatMap(({ what, path }, index) =>
    isLeft(here?.[index], there?.[index])
      ? [
          {
            code: "state-left-behind" as const,
            hostName: from.name,
            subject: what,
            seen: `${guest.name} has ${what} in ${path} on ${from.name}, and a guest that is off moves without what is there.`,
            fix: `Start it, move it, then shut it down: a live move takes it along. Or put ${path} on storage that ${to.name} has, too.`,
          },
        ]
      : [],
  );
}

function isLeft(here: CheckedRequirement | undefined, there: CheckedRequirement | undefined): boolean {
  if (!here?.isMet) return false; // it was never started
  return !(here.identity && there?.identity && sameImage(here.identity, there.identity) === "same");
}
