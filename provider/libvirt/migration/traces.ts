/** Traces of a move on its hosts: a line in the guest's log on the source, the definition on the destination. */
import type { RemoteHost } from "../../host/host";
import { runScript, scriptFile } from "../../host/script";
import { qemuForSeconds, secondsIn } from "../../placement/observe/how-long";
import type { Ages, DomainName } from "../../placement/observe/observation";

const leaving = scriptFile(__dirname, "leaving.sh");
const agesScript = scriptFile(__dirname, "ages.sh");

/** The age of its QEMU where the log does not tell, since it was rotated. */
export async function leavingForSeconds(
  host: RemoteHost,
  { name, uuid }: DomainName,
  signal: AbortSignal,
): Promise<number> {
  const [now, began] = (await runScript(host, leaving, [name], { signal })).stdout.split("\n").map(secondsOfTime);
  const seconds = (now ?? Number.NaN) - (began ?? Number.NaN);
  return seconds >= 0 ? seconds : qemuForSeconds(host, uuid, signal);
}

/** A move defines the guest on its destination after all of its memory has arrived, and before it runs there. */
export async function ages(host: RemoteHost, name: string, signal: AbortSignal): Promise<Ages> {
  const [up = "", defined = ""] = (await runScript(host, agesScript, [name], { signal })).stdout.split("\n");
  const definedForSeconds = secondsIn(defined);
  return { upForSeconds: secondsIn(up), ...(definedForSeconds !== undefined && { definedForSeconds }) };
}

const secondsOfTime = (text: string): number => Date.parse(`${text.replace(" ", "T")}Z`) / 1000;
