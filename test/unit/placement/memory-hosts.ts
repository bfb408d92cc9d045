/** Hosts in memory with one guest. Its migrations send memory as the clock goes on, as QEMU does: in passes. */
import { HostError, HostUnreachable } from "../../../provider/host/errors";
import type { PerformOutcome } from "../../../provider/placement/driver";
import type { Job, ObservedJob } from "../../../provider/placement/migration/job";
import {
  type DomainFacts,
  type HostAnswer,
  hasAnswered,
  isSilent,
  isUnreachable,
  type Observation,
} from "../../../provider/placement/observe/observation";
import type { Step } from "../../../provider/placement/plan/steps";
import { after, domain, says } from "./world";

const mib = 1024 ** 2;
const tickMs = 250;

export interface GuestMemory {
  totalMiB: number;
  /** How fast the guest writes to it. */
  dirtyMiBps: number;
  bandwidthMiBps: number;
  /** Time before anything of it is sent, in which the job has no figures. */
  setupMs?: number;
}

/** What a migration is begun with. */
export interface Start {
  from: string;
  to: string;
  autoConverge: boolean;
  /** Whether the source's record says that the stream is TLS; undefined: there is no record. */
  tls?: boolean | undefined;
  /** The source stays as a paused copy until it is told that the guest has arrived. */
  leavesCopy?: boolean;
}

export class MemoryHosts {
  /** Commands that change something, in order. */
  readonly commands: string[] = [];
  world: Observation[];
  maxDowntimeMs = 300;
  job: MemoryJob | undefined;
  finished: Job | undefined;

  constructor(
    hosts: Readonly<Record<string, DomainFacts | undefined>>,
    readonly memory: GuestMemory = { totalMiB: 64, dirtyMiBps: 0, bandwidthMiBps: 32 },
  ) {
    this.world = Object.entries(hosts).map(([hostName, facts]) => says(hostName, facts));
  }

  /** What happens at this moment, by someone else's hand. */
  at(ms: number, action: () => void): void {
    setTimeout(action, ms);
  }

  set(hostName: string, what: DomainFacts | string | undefined): void {
    this.world = this.world.map((one) => (one.hostName === hostName ? says(hostName, what) : one));
  }

  on(hostName: string): DomainFacts | undefined {
    return this.world.filter(hasAnswered).find((one) => one.hostName === hostName)?.domain;
  }

  /** As people read it, e.g. `running (migrated) on b`. */
  get whereabouts(): string {
    const texts = this.world.map((one) => {
      if (isUnreachable(one)) return `${one.hostName} unreachable`;
      if (isSilent(one)) return `${one.hostName} silent`;
      return one.domain && `${one.domain.state} (${one.domain.reason}) on ${one.hostName}`;
    });
    return texts.filter(Boolean).join(", ") || "nowhere";
  }

  answer(hostName: string): HostAnswer {
    const found = this.world.find((one) => one.hostName === hostName);
    if (!found || isUnreachable(found)) throw new HostUnreachable(hostName, found?.unreachable ?? "no such host");
    if (isSilent(found)) throw new HostError(hostName, found.silent);
    return found;
  }

  hasQemu(hostName: string): boolean {
    const found = this.world.find((one) => one.hostName === hostName);
    if (!found || isUnreachable(found) || found.hasQemu === undefined) throw new HostError(hostName, "no answer");
    return found.hasQemu;
  }

  act(step: Step, mark: string): void {
    this.world = after(this.world, step, { mark });
  }

  migrate(start: Start): MemoryJob {
    this.job = new MemoryJob(this, start);
    return this.job;
  }
}

/** One migration job, from its begin to its end. */
export class MemoryJob {
  readonly ended: Promise<PerformOutcome>;
  isActive = true;
  isSuspended = false;
  /** Nothing is sent any more. */
  isBroken = false;
  private isInPostCopy = false;
  private end: (outcome: PerformOutcome) => void = () => {};
  private readonly source: DomainFacts;
  private figures: Job;
  private passStartedMs = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly hosts: MemoryHosts,
    readonly start: Start,
  ) {
    const source = hosts.on(start.from);
    if (!source) throw new Error(`There is no guest on ${start.from}.`);
    this.source = source;
    const { totalMiB, dirtyMiBps, bandwidthMiBps } = hosts.memory;
    this.figures = {
      active: true,
      operation: "outgoing",
      elapsedMs: 0,
      downtimeMs: 0,
      totalBytes: totalMiB * mib,
      processedBytes: 0,
      remainingBytes: totalMiB * mib,
      bytesPerSecond: bandwidthMiBps * mib,
      dirtyBytesPerSecond: dirtyMiBps * mib,
      iterations: 1,
      throttlePercent: 0,
    };
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
    this.show("running", source.reason, "starting up");
    this.timer = setInterval(() => this.tick(), tickMs);
  }

  get look(): ObservedJob {
    const unknown = { totalBytes: 0, remainingBytes: 0, bytesPerSecond: 0, dirtyBytesPerSecond: 0 };
    const figures = { ...this.figures, ...(this.isBeingSetUp && unknown) };
    return { ...figures, active: this.isActive && !this.isBrokenPostCopy, tls: this.start.tls };
  }

  abort(): boolean {
    if (!this.isActive || this.isInPostCopy) return false;
    this.finish({ failure: "operation aborted: migration out: canceled by client" });
    this.hosts.set(this.start.from, { ...this.source, state: "running", reason: "migration canceled", job: "none" });
    this.hosts.set(this.start.to, undefined);
    return true;
  }

  suspend(): boolean {
    this.isSuspended = this.isActive;
    if (this.isSuspended) this.show("paused", "user", "starting up");
    return this.isSuspended;
  }

  startPostCopy(): boolean {
    if (!this.isActive || this.isInPostCopy) return false;
    this.isInPostCopy = true;
    this.show("paused", "post-copy", "");
    this.hosts.set(this.start.to, this.arrived("running", "post-copy", "incoming"));
    return true;
  }

  /** The connection between the two is gone for good. */
  breakDown(): void {
    this.isBroken = true;
    if (!this.isInPostCopy) return;
    clearInterval(this.timer);
    this.hosts.set(this.start.from, { ...this.source, state: "paused", reason: "post-copy failed", job: "outgoing" });
    this.hosts.set(this.start.to, this.arrived("running", "post-copy failed", "incoming"));
    this.end({ failure: "post-copy failed" });
  }

  /** The source has sent everything and hears nothing more: it stands still, and the destination does not answer. */
  loseAtSwitchover(): void {
    const { from, to } = this.start;
    this.finish({ failure: "unable to wait for the destination" });
    this.hosts.set(from, { ...this.source, state: "paused", reason: "migrating", job: "none" });
    this.hosts.set(to, "no route to host");
  }

  /** The guest runs on the destination. */
  complete(downtimeMs = 0): void {
    const { from, to, leavesCopy } = this.start;
    this.figures = { ...this.figures, downtimeMs };
    this.finish({ failure: "" });
    this.hosts.finished = { ...this.figures, active: false, operation: "incoming" };
    this.hosts.set(
      to,
      this.arrived(this.isSuspended ? "paused" : "running", this.isSuspended ? "user" : "migrated", "none"),
    );
    this.hosts.set(
      from,
      leavesCopy ? { ...this.source, state: "paused", reason: "migrating", job: "none" } : undefined,
    );
  }

  private get isBeingSetUp(): boolean {
    return this.figures.elapsedMs <= (this.hosts.memory.setupMs ?? -1);
  }

  private get isBrokenPostCopy(): boolean {
    return this.isBroken && this.isInPostCopy;
  }

  private finish(outcome: PerformOutcome): void {
    clearInterval(this.timer);
    this.isActive = false;
    this.end(outcome);
  }

  private show(state: string, reason: string, destination: string): void {
    this.hosts.set(this.start.from, { ...this.source, state, reason, job: "outgoing" });
    if (destination)
      this.hosts.set(this.start.to, domain(`paused (${destination})`, { job: "incoming", persistent: false }));
  }

  private arrived(state: string, reason: string, job: DomainFacts["job"]): DomainFacts {
    return { ...this.source, state, reason, job };
  }

  private tick(): void {
    const { figures } = this;
    figures.elapsedMs += tickMs;
    if (this.isBroken) return;
    if (this.isBeingSetUp) {
      this.passStartedMs = figures.elapsedMs;
      return;
    }
    const sent = Math.min((figures.bytesPerSecond * tickMs) / 1000, figures.remainingBytes);
    figures.processedBytes += sent;
    figures.remainingBytes -= sent;
    if (figures.remainingBytes === 0) this.nextPass();
  }

  private nextPass(): void {
    const { figures } = this;
    if (this.isInPostCopy) {
      this.complete(50);
      return;
    }
    const passMs = figures.elapsedMs - this.passStartedMs;
    this.passStartedMs = figures.elapsedMs;
    const isStill = this.isSuspended ? 0 : 1 - figures.throttlePercent / 100;
    figures.remainingBytes = Math.min((figures.dirtyBytesPerSecond * isStill * passMs) / 1000, figures.totalBytes);
    const downtimeMs = (figures.remainingBytes / figures.bytesPerSecond) * 1000;
    if (downtimeMs <= this.hosts.maxDowntimeMs) {
      this.complete(Math.round(downtimeMs));
      return;
    }
    figures.iterations += 1;
    if (this.start.autoConverge && figures.iterations > 2)
      figures.throttlePercent = Math.min(99, figures.throttlePercent + (figures.throttlePercent === 0 ? 20 : 10));
  }
}
