/** What lab tests share: the lab that `npm test` booted. */
import { counterOf, domainState } from "../../lab/by-hand/guest";
import { shareFolder, withdrawFolder } from "../../lab/by-hand/nfs";
import { exchangeCertificates, withdrawCertificates } from "../../lab/by-hand/tls";
import type { GuestDomain } from "../../lab/guest/domain";
import { Lab } from "../../lab/lab";
import type { LabHost } from "../../lab/lab-host";
import { retryUntil } from "../../provider/util/policy";

/** @throws Error when no lab is up, with how to get one */
export function runningLab(): { lab: Lab; nas: LabHost; hvA: LabHost; hvB: LabHost } {
  const lab = new Lab(process.env.KVM_LIVE_LAB ?? "test");
  if (!lab.isUp) throw new Error("These tests need a lab: run them by `npm run test:lab`.");
  return { lab, nas: lab.host("nas"), hvA: lab.host("hv-a"), hvB: lab.host("hv-b") };
}

/** A lab host as an input of a resource: what the program side makes of a `Host`. */
export function connectionTo({ name, address }: LabHost) {
  const { identityFile, knownHostsFile } = runningLab().lab.ssh;
  return { name, address, identityFile, knownHosts: knownHostsFile, agent: false as const };
}

/** Several of them, by name. */
export function connectionsTo(hosts: readonly LabHost[]) {
  return Object.fromEntries(hosts.map(connectionTo).map(({ name, ...connection }) => [name, connection]));
}

export const imageFolder = "/srv/vm";

/** The hypervisors that are always there. */
const both = () => [runningLab().hvA, runningLab().hvB];

/**
 * Shared storage and certificates, as each migration needs them; again is fine.
 *
 * @param more hypervisors beside the two that are always there
 */
export async function prepareHypervisors(more: readonly LabHost[] = []): Promise<void> {
  const hosts = [...both(), ...more];
  await shareFolder(runningLab().nas, hosts, imageFolder);
  const has = await Promise.all(hosts.map((host) => host.tryExec(["test", "-e", "/etc/pki/CA/cacert.pem"])));
  if (has.some(({ exitCode }) => exitCode !== 0)) await exchangeCertificates(hosts);
}

/** Takes away what {@link prepareHypervisors} has made: for tests that begin with nothing. */
export async function clearHypervisors(): Promise<void> {
  const { nas, hvA, hvB } = runningLab();
  await withdrawFolder(nas, [hvA, hvB], imageFolder);
  await withdrawCertificates([hvA, hvB]);
}

/** Ends a guest wherever it is, and forgets it. */
export async function removeGuest(name: string, hosts: readonly LabHost[] = both()): Promise<void> {
  const forget = (host: LabHost) => host.tryExec(["sh", "-c", 'virsh destroy "$0"; virsh undefine "$0"', name]);
  await Promise.all(hosts.map(forget));
}

/** It is in this state on `host`, and unknown to every other hypervisor; on none when `host` is undefined. */
export async function expectOnlyOn(
  host: LabHost | undefined,
  name: string,
  state = "running",
  hosts: readonly LabHost[] = both(),
): Promise<void> {
  const states = async (candidate: LabHost) => [candidate.name, await domainState(candidate, name)];
  expect(Object.fromEntries(await Promise.all(hosts.map(states)))).toEqual(
    Object.fromEntries(hosts.map(({ name }) => [name, name === host?.name ? state : undefined])),
  );
}

/** The guest counts on, and has never missed a number. */
export async function expectUnbroken(guest: GuestDomain): Promise<void> {
  const { nas } = runningLab();
  const count = async () => (await counterOf(nas, guest)).numbers.length;
  const before = await count();
  const more = async () => expect(await count()).toBeGreaterThan(before + 5);
  await retryUntil(more, { everyMs: 300, timeoutMs: 120_000 });
  expect(await counterOf(nas, guest)).toMatchObject({ breaks: [], garbage: [] });
}

/** Waits until `check` throws no more, at most while `running` runs. @throws what `running` throws, at once */
export async function waitDuring(running: Promise<unknown>, check: () => void): Promise<void> {
  const over = new AbortController();
  const checked = retryUntil(async () => check(), { everyMs: 200, timeoutMs: 300_000, signal: over.signal });
  await Promise.race([running, checked]).finally(() => over.abort());
}

/** `npm run test:everything`: also other values, faults and numbers of what `npm test` proves by some of them. */
export const everything = process.env.KVM_LIVE_EVERYTHING === "1";

/** A test that takes minutes and has a quicker sibling: in `npm run test:everything` only. */
export const lengthyTest = (name: string, body: () => Promise<void>) => (everything ? test : test.skip)(name, body);
