/** One cell's hosts by their role in the move, its guest, and a log of everything. */
import type { LabHost } from "../../lab/lab-host";
import { sshConfigFile } from "../../lab/machine/ssh";
import { cacheFolder, labsFolder, repository } from "../../lab/paths";
import { PlacedGuest } from "../lab/placed-guest";
import { runningLab } from "../lab/support";
import { guestMiB } from "./guest-size";

interface SceneOptions {
  localLog?: boolean;
  unlocked?: boolean;
  hosts?: { source: string; destination: string };
}

export class Scene {
  readonly source: LabHost;
  readonly destination: LabHost;
  readonly nas: LabHost;
  readonly guest: PlacedGuest;
  readonly log: string[] = [];
  private readonly began = Date.now();

  /** Hosts with the guest's log, in the order in which it counts on them. */
  readonly logHosts: readonly LabHost[];

  /** @param options @see Fault */
  constructor(
    readonly name: string,
    { localLog = false, unlocked = false, hosts }: SceneOptions = {},
  ) {
    const { lab, nas, hvA, hvB } = runningLab();
    this.nas = nas;
    [this.source, this.destination] = hosts ? [lab.host(hosts.source), lab.host(hosts.destination)] : [hvA, hvB];
    this.guest = new PlacedGuest(
      name,
      { fillMiB: guestMiB.fill, dirtyMiBPerSecond: 0 },
      { memoryMiB: guestMiB.memory, unlocked, ...(localLog && { logFolder: "/var/lib/libvirt/images" }) },
      this.hypervisors,
    );
    this.logHosts = localLog ? this.hypervisors : [nas];
  }

  get hypervisors(): LabHost[] {
    return [this.source, this.destination];
  }

  note(line: string): void {
    this.log.push(`${((Date.now() - this.began) / 1000).toFixed(1)} s  ${withoutPaths(line)}`);
  }

  /** Runs a few lines of shell on a host and logs their output. Values arrive as `$1`, `$2` … */
  async run(host: LabHost, text: string, ...values: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await host.tryExec(["sh", "-c", text, "sh", ...values], {
      timeoutMs: 300_000,
    });
    const said = `${stdout}${stderr}`.trim();
    const [first = "", ...more] = text.trim().split("\n");
    this.note(`${host.name}$ ${first}${more.length > 0 ? " …" : ""} => ${exitCode}${said ? `\n${indent(said)}` : ""}`);
    return stdout.trim();
  }

  /** Like {@link run}. @throws Error when it fails: a fault that did not happen proves nothing */
  async must(host: LabHost, text: string, ...values: string[]): Promise<string> {
    const said = await this.run(host, `( ${text}\n) && echo applied`, ...values);
    if (!/(^|\n)applied$/.test(said)) throw new Error(`The fault could not be applied on ${host.name}: ${said}`);
    return said;
  }

  /** Like {@link run}, but returns at once, and goes on when the connection breaks. */
  inBackground(host: LabHost, text: string, ...values: string[]): Promise<string> {
    return this.run(host, 'setsid sh -c "$@" < /dev/null > /dev/null 2>&1 &', text, "sh", ...values);
  }
}

const indent = (text: string) => text.slice(0, 1500).replace(/^/gm, "    ");

/** Pure: a text without this machine's own paths. */
export function withoutPaths(text: string): string {
  return [repository, sshConfigFile("x").replace(/\/x\/.*/, ""), labsFolder, cacheFolder()].reduce(
    (rest, path) => rest.replaceAll(path, "…"),
    text,
  );
}
