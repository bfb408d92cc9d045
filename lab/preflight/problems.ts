/** Pure: reasons why this machine cannot run the lab, each with what to do about it. */
import { isAtLeast } from "../../provider/util/version";
import type { MachineFacts } from "./facts";

export const minimumPulumi = "3.200.0";
/** The Go version that the Pulumi CLI's modules need. */
const minimumGo = "1.25.11";

/** Needs of the work ahead; less when part of it is done already. */
export interface Needs {
  memoryMiB: number;
  diskMiB: number;
  pulumi: boolean;
}

/** @returns every problem at once; none when the work can start */
export function findProblems(facts: MachineFacts, needs: Needs): string[] {
  const { distribution, distributionVersion, architecture, availableMemoryMiB, freeDiskMiB } = facts;
  return [
    facts.userId !== 0 && "Not root: the lab makes network namespaces and file systems. Run the command as root.",
    (distribution !== "debian" || distributionVersion !== "12") &&
      `This is ${distribution} ${distributionVersion}, not Debian 12: the lab uses Debian 12's packages. Use a machine with Debian 12; a virtual one is fine.`,
    architecture !== "x64" &&
      `The processor is ${architecture}: User-Mode Linux is available for x86-64 only. Use an x86-64 machine.`,
    !facts.hasTun &&
      "There is no /dev/net/tun: the hosts' network cards are tap devices. Run `modprobe tun`, or in a container add the device to it.",
    availableMemoryMiB < needs.memoryMiB &&
      `Only ${availableMemoryMiB} MiB of memory are available: the lab needs ${needs.memoryMiB} MiB. End other programs or use a larger machine.`,
    freeDiskMiB < needs.diskMiB &&
      `Only ${freeDiskMiB} MiB of disk are free in ${facts.cacheFolder}: ${needs.diskMiB} MiB are needed. Make room, or set PULUMI_KVM_LIVE_CACHE to a folder elsewhere.`,
    needs.pulumi && pulumiProblem(facts),
  ].filter((problem) => problem !== false);
}

function pulumiProblem({ pulumiVersion, goVersion }: MachineFacts): string | false {
  if (pulumiVersion !== undefined && isAtLeast(pulumiVersion, minimumPulumi)) return false;
  if (goVersion !== undefined && isAtLeast(goVersion, minimumGo)) return false;
  const cli = pulumiVersion === undefined ? "There is no Pulumi CLI" : `The Pulumi CLI is ${pulumiVersion}`;
  const go = goVersion === undefined ? "there is no Go" : `Go is ${goVersion}`;
  return `${cli}, and ${go} to build one with. Install the Pulumi CLI ${minimumPulumi} or newer, or Go ${minimumGo} or newer, and put it on PATH.`;
}
