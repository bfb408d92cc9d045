/** Which guests of a host need what lies under a path. */
import type { RemoteHost } from "../host/host";
import { askRecords, recordFunctions, valuesOf } from "../host/records";
import { scriptFile, sh } from "../host/script";
import { hypervisorNames } from "./daemon/flavours";

/**
 * Each active domain with its definition. A host whose libvirt does not run has none that libvirt could tell; QEMU
 * processes are then seen as processes. A domain that ends meanwhile is left out, any other failure is one.
 */
const script = sh`${recordFunctions}${scriptFile(__dirname, "guests-using.sh")}`;

/** Names of running and paused domains that have a disk, a log, a kernel or anything else at or under a path. */
export async function guestsUsing(host: RemoteHost, path: string): Promise<string[]> {
  const records = await askRecords(host, script, hypervisorNames);
  return valuesOf(records, "domain").flatMap(([name = "", xml = ""]) => (namesPath(xml, path) ? [name] : []));
}

/** Pure: whether a definition has the path, or one under it, as the value of any attribute or element. */
export function namesPath(xml: string, path: string): boolean {
  const devices = xml.replaceAll(/<(metadata|description|title)\b[^>]*>.*?<\/\1>/gs, "");
  const values = devices.matchAll(/=\s*"([^"]*)"|=\s*'([^']*)'|>([^<]*)</g);
  return [...values]
    .map(([, double, single, text]) => unescaped((double ?? single ?? text ?? "").trim()))
    .some((value) => value === path || value.startsWith(`${path}/`));
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

const unescaped = (value: string) =>
  value.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => entities[name] ?? "");
