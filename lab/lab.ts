/** A lab: a few real hosts on this machine, in a network namespace of their own. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cpuFor, defaultHosts, type HostSpec, hostSpec, hostSpecs } from "./hosts";
import { LabHost } from "./lab-host";
import { withLock } from "./lock";
import { type Capture, startCapture } from "./machine/capture";
import { clientKeyFile, ensureKeys } from "./machine/keys";
import { createNetwork, removeNetwork } from "./machine/network";
import type { PortRange } from "./machine/pcap";
import { inNamespace, knownHostsFile, sshConfigFile, writeSshConfig } from "./machine/ssh";
import { checkLabName, labFolder, labsFolder, namespaceExists, namespaceName } from "./paths";
import { allowedCpus } from "./preflight/facts";
import { ensureImage } from "./rootfs/build";

export interface UpOptions {
  /** Names of the hosts to boot; nas, hv-a and hv-b by default. */
  hosts?: readonly string[];
  /** Called with each line of progress. */
  report?: (line: string) => void;
}

const defaultName = "lab";

export class Lab {
  readonly name: string;

  /** @param name labs with different names live side by side. @throws Error for a name that is not one */
  constructor(name = defaultName) {
    this.name = checkLabName(name);
  }

  /** @throws Error naming the hosts there are */
  host(name: string): LabHost {
    return this.hostOf(hostSpec(name));
  }

  /** All hosts that this lab could have, whether they are up or not. */
  get hosts(): LabHost[] {
    return hostSpecs.map((spec) => this.hostOf(spec));
  }

  /** The command that boots it, for messages. */
  get upCommand(): string {
    return `npm run lab -- ${this.name === defaultName ? "" : `--name ${this.name} `}up`;
  }

  get isUp(): boolean {
    return namespaceExists(this.name);
  }

  /**
   * Boots the wanted hosts and waits until they are ready. A host that runs is left as it is; one that does not run
   * gets a fresh disk. What an earlier run left behind is cleared first.
   */
  async up({ hosts = defaultHosts, report = () => {} }: UpOptions = {}): Promise<void> {
    const wanted = hosts.map((name) => this.host(name));
    const image = ({ spec }: LabHost) =>
      ensureImage(spec.rootFs, (line) => report(`root file system ${spec.rootFs}: ${line}`));
    for (const host of wanted) await image(host); // before the lab is locked, since it can take minutes
    await ensureKeys();
    await this.exclusively(async () => {
      if (!this.hosts.some((host) => host.isRunning)) await this.remove();
      mkdirSync(labFolder(this.name), { recursive: true });
      writeSshConfig(this.name);
      await createNetwork(this.name);
      for (const host of wanted.filter((candidate) => !candidate.isRunning)) {
        report(`booting ${host.name}`);
        await host.create(await image(host));
      }
    }, report);
    await Promise.all(wanted.map((host) => host.waitUntilReady().then(() => report(`${host.name} is ready`))));
  }

  /** Ends everything that belongs to the lab, also after a crash. A lab that is down is fine. */
  async down(report: (line: string) => void = () => {}): Promise<void> {
    await this.exclusively(() => this.remove(), report);
  }

  /**
   * The argv that runs a program inside the lab's network, where its hosts can be reached.
   *
   * @throws Error when the lab is down
   */
  enter(argv: readonly string[]): string[] {
    if (!this.isUp) throw new Error(`Lab ${this.name} is down: run \`${this.upCommand}\` first.`);
    return inNamespace(this.name, argv);
  }

  /**
   * Starts recording TCP connections between hosts; by default those of migrations. It records when this returns, until
   * the caller stops it.
   */
  capture(ports?: PortRange): Promise<Capture> {
    return startCapture(this.name, ports);
  }

  /** Files with which an ssh client inside the lab's network logs in as root and verifies the hosts. */
  get ssh() {
    return {
      configFile: sshConfigFile(this.name),
      knownHostsFile: knownHostsFile(this.name),
      identityFile: clientKeyFile(),
    };
  }

  private async remove(): Promise<void> {
    for (const host of this.hosts) await host.kill();
    await removeNetwork(this.name);
    rmSync(labFolder(this.name), { recursive: true, force: true });
  }

  private exclusively(work: () => Promise<void>, report: (line: string) => void): Promise<void> {
    const busy = () => report(`waiting for another command on ${namespaceName(this.name)}`);
    return withLock(join(labsFolder, `${this.name}.lock`), work, busy);
  }

  private hostOf(spec: HostSpec): LabHost {
    return new LabHost(this.name, spec, cpuFor(this.name, spec.name, allowedCpus()));
  }
}
