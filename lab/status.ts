/** The state of a lab's hosts, as a table. */

import { tableText } from "../provider/util/table";
import type { Lab } from "./lab";
import type { LabHost } from "./lab-host";

const head = ["host", "address", "OS", "libvirt", "state", "CPU"];

/** A table when the lab is up, a sentence when it is not. */
export async function statusTable(lab: Lab): Promise<string> {
  if (!lab.isUp) return `Lab ${lab.name} is down. \`${lab.upCommand}\` boots it.`;
  return tableText(head, await Promise.all(lab.hosts.map(row)));
}

async function row(host: LabHost): Promise<string[]> {
  const { os, libvirt, state } = await observe(host);
  return [host.name, host.address, os, libvirt, state, String(host.cpu)];
}

async function observe(host: LabHost): Promise<{ os: string; libvirt: string; state: string }> {
  const unknown = { os: "", libvirt: "" };
  if (!host.isRunning) return { ...unknown, state: "off" };
  if (await host.isPartitioned()) return { ...unknown, state: "partitioned" };
  if (await host.isAdminCut()) return { ...unknown, state: "admin network cut" };
  // Each line begins with its key, since a host may lack any of them.
  const ask = `. /etc/os-release; echo "os $PRETTY_NAME"
    echo "state $(systemctl is-system-running)"
    [ "$(systemctl is-enabled libvirtd.socket 2>/dev/null)" != masked-runtime ] && libvirtd --version | sed 's/.* /libvirt /'
    systemctl list-units --failed --plain --no-legend | sed 's/ .*//; s/^/failed /'`;
  try {
    const { stdout } = await host.tryExec(["sh", "-c", ask], { timeoutMs: 20_000 });
    return readAnswers(stdout);
  } catch {
    return { ...unknown, state: "no answer" };
  }
}

/** Pure: a host's answers as columns of the table. */
export function readAnswers(text: string): { os: string; libvirt: string; state: string } {
  const answers = text.split("\n").map((line) => line.split(/ (.*)/));
  const all = (key: string) => answers.filter(([found]) => found === key).map(([, value = ""]) => value);
  const failed = all("failed");
  const systemState = all("state")[0] ?? "no answer";
  return {
    os: (all("os")[0] ?? "").replace("GNU/Linux ", ""),
    libvirt: all("libvirt")[0] ?? "",
    state: systemState === "running" ? "up" : [systemState, ...failed].join(" "),
  };
}
