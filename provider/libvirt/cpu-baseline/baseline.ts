/** The richest CPU that all of several hosts can give, as their libvirts say. */
import type { RemoteHost } from "../../host/host";
import { askRecords, firstOf, recordFunctions } from "../../host/records";
import { scriptFile, sh } from "../../host/script";
import { endOf } from "../../util/printable";
import { type Element, parseXml, printXml } from "../definition/xml";
import { type CpuFacts, featuresOf, type Hypervisor, hypervisorArguments, modelOf, observeCpu } from "./facts";
import { cpusFor, inOrder } from "./inputs";

/** A host with its name in the program. */
export interface NamedHost {
  name: string;
  host: RemoteHost;
}

type HostCpu = NamedHost & CpuFacts;

interface Baseline {
  /** As libvirt writes it. */
  cpu: Element;
  /** All features, those of its model too; sorted. */
  features: readonly string[];
}

/** Either a baseline, or why there is none. */
export interface CommonCpu {
  hosts: readonly HostCpu[];
  baseline: Baseline | undefined;
  problems: readonly string[];
}

const script = sh`${recordFunctions}${scriptFile(__dirname, "ask-about.sh")}`;

/**
 * Asks each host for its CPU, one of them for what all have, and each of the others whether it has that.
 *
 * @throws HostError of a host that does not answer
 */
export async function commonCpu(
  among: readonly NamedHost[],
  asked: Hypervisor,
  signal: AbortSignal,
): Promise<CommonCpu> {
  const hosts = await Promise.all(
    among.map(async (one) => ({ ...one, ...(await observeCpu(one.host, asked, signal)) })),
  );
  const problems = hostProblems(hosts, asked);
  if (problems.length > 0) return { hosts, baseline: undefined, problems };
  const refusals: string[] = [];
  for (const host of inOrder(hosts)) {
    const others = hosts.filter((one) => one !== host);
    const found = await computedOn(host, others, asked, signal);
    const against = "refusal" in found ? [found.refusal] : await refusalsOf(found, others, asked, signal);
    if (!("refusal" in found) && against.length === 0) return { hosts, baseline: found, problems: [] };
    refusals.push(...against.map((said) => `As ${host.name} computes it: ${said}`));
  }
  return { hosts, baseline: undefined, problems: ["libvirt finds no CPU that all hosts have.", ...refusals] };
}

/** Pure: what keeps libvirt from being asked. */
export function hostProblems(hosts: readonly (CpuFacts & { name: string })[], { type }: Hypervisor): string[] {
  const silent = hosts.filter(({ refusal }) => refusal !== "");
  const vendors = new Map(hosts.filter(({ vendor }) => vendor !== "").map(({ name, vendor }) => [vendor, name]));
  return [
    ...silent.map(({ name, refusal }) => `${name}: libvirt has no CPU for guests of type ${type}: ${endOf(refusal)}`),
    ...(vendors.size > 1
      ? [
          `Their CPUs are of different vendors (${[...vendors].map(([vendor, name]) => `${name}: ${vendor}`).join(", ")}), and no guest moves live between those. Make a CpuBaseline for each.`,
        ]
      : []),
  ];
}

async function computedOn(
  { host, ...own }: HostCpu,
  others: readonly HostCpu[],
  asked: Hypervisor,
  signal: AbortSignal,
): Promise<Baseline | { refusal: string }> {
  const input = cpusFor(own, others).map(printXml).join("");
  const records = await askRecords(host, script, ["baseline", ...hypervisorArguments(asked)], { signal, input });
  const refusal = firstOf(records, "refused").trim();
  if (refusal !== "") return { refusal: endOf(refusal) };
  return {
    cpu: parseXml(firstOf(records, "cpu")),
    features: featuresOf(parseXml(firstOf(records, "features")), "require"),
  };
}

async function refusalsOf(
  { cpu }: Baseline,
  others: readonly HostCpu[],
  asked: Hypervisor,
  signal: AbortSignal,
): Promise<string[]> {
  const said = await Promise.all(
    others.map(async ({ name, host, models }) => {
      if (!models.includes(modelOf(cpu))) return [`${name} has no CPU model ${modelOf(cpu)}`];
      const records = await askRecords(host, script, ["compare", ...hypervisorArguments(asked)], {
        signal,
        input: printXml(cpu),
      });
      const refusal = firstOf(records, "refused").trim();
      return refusal === "" ? [] : [`${name} refuses it: ${endOf(refusal)}`];
    }),
  );
  return said.flat();
}
