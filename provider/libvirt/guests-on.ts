/** Memory of a host, and all guests there: those of libvirt, and QEMUs that it knows nothing of. By one command. */
import type { RemoteHost } from "../host/host";
import { askRecords, firstOf, type HostRecord, recordFunctions, valuesOf } from "../host/records";
import { scriptFile, sh } from "../host/script";
import { uuidForm } from "../util/identity";

export interface HostGuests {
  /** Size of the memory, without what the kernel reserves. */
  memoryMiB: number;
  domains: readonly DomainOnHost[];
  /** QEMUs without libvirt. */
  processes: readonly { what: string; memoryMiB: number }[];
}

interface DomainOnHost {
  uuid: string;
  name: string;
  /** In virsh's words, e.g. `running`. */
  state: string;
  memoryMiB: number;
}

const script = sh`${recordFunctions}${scriptFile(__dirname, "guests-on.sh")}`;

/** @throws HostError; an Error when guests came or went while they were read */
export async function guestsOn(host: RemoteHost, signal: AbortSignal): Promise<HostGuests> {
  for (let attempts = 3; attempts > 0; attempts--) {
    const found = parseGuests(await askRecords(host, script, [], { signal }));
    if (found !== undefined) return found;
  }
  throw new Error(`Guests came or went on ${host.label} while they were read. Run the same command again.`);
}

/** Pure. @returns undefined when a domain that is still there was not described */
function parseGuests(records: readonly HostRecord[]): HostGuests | undefined {
  const answer = firstOf(records, "domains");
  const listed = answer.split("\n").filter((line) => uuidForm.test(line.trim()));
  const domains = answer.split(/^(?=Id: {2,})/m).flatMap((text) => domainIn(text) ?? []);
  if (listed.some((uuid) => !domains.some((domain) => domain.uuid === uuid.trim()))) return undefined;
  const known = new Set(domains.map(({ uuid }) => uuid));
  return {
    memoryMiB: Math.floor(Number(firstOf(records, "memoryKiB")) / 1024),
    domains: domains.filter(({ uuid }) => listed.some((one) => one.trim() === uuid)),
    processes: valuesOf(records, "qemu").flatMap(([pid = "", text = "", residentKiB = ""]) => {
      const argv = text.split("\n");
      const after = (option: string) => (argv.includes(option) ? (argv[argv.indexOf(option) + 1] ?? "") : "");
      // libvirt asks each QEMU for what it can, on a machine without anything.
      const isNone = text.trim() === "" || /^none(,|$)/.test(after("-machine")) || after("-M") === "none";
      if (isNone || known.has(after("-uuid"))) return [];
      const name = after("-name")
        .split(",")[0]
        ?.replace(/^guest=/, "");
      return [{ what: name ? `${name} (process ${pid})` : `process ${pid}`, memoryMiB: MiB(residentKiB) }];
    }),
  };
}

/** As `virsh dominfo` prints it. */
function domainIn(text: string): DomainOnHost | undefined {
  const value = (key: string) => new RegExp(`^${key}: +(.+)$`, "m").exec(text)?.[1]?.trim();
  const [uuid, state] = [value("UUID"), value("State")];
  if (uuid === undefined || state === undefined) return undefined;
  return { uuid, name: value("Name") ?? "", state, memoryMiB: MiB(value("Used memory")?.split(" ")[0]) };
}

const MiB = (KiB: string | undefined): number => Math.ceil(Number(KiB || 0) / 1024);
