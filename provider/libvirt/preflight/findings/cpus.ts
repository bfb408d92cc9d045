/** Pure: vCPUs that a host cannot give, and CPUs and NUMA nodes that a guest is bound to and the host lacks. */
import type { Finding } from "../../../placement/preflight/finding";
import { listOf, type MachineFacts, numbersIn } from "../../../placement/preflight/machine-facts";
import { type Element, elementAt, elementsAt, textAt } from "../../definition/xml";

interface BoundTo {
  /** As it stands in the definition: `<vcpupin vcpu='0' cpuset='4'>`. */
  subject: string;
  numbers: ReadonlySet<number>;
}

export interface CpuNeeds {
  /** Highest number of vCPUs that it may have; undefined where the definition has none. */
  vcpus: number | undefined;
  machine: string;
  cpus: BoundTo[];
  nodes: BoundTo[];
}

/** @see https://libvirt.org/formatdomain.html#cpu-tuning @see https://libvirt.org/formatdomain.html#numa-node-tuning */
export function cpuNeedsOf(domain: Element): CpuNeeds {
  const vcpus = Number(textAt(domain, "vcpu"));
  const vcpu = elementAt(domain, "vcpu");
  const tuning = ["vcpupin", "emulatorpin", "iothreadpin"].flatMap((name) => elementsAt(domain, "cputune", name));
  const memory = ["memory", "memnode"].flatMap((name) => elementsAt(domain, "numatune", name));
  // With `auto` numad chooses anew at each start.
  const chosen = (element: Element) => element.attributes.placement !== "auto";
  return {
    vcpus: Number.isInteger(vcpus) && vcpus > 0 ? vcpus : undefined,
    machine: elementAt(domain, "os", "type")?.attributes.machine ?? "",
    cpus: boundBy([...(vcpu ? [vcpu] : []), ...tuning].filter(chosen), "cpuset"),
    nodes: boundBy(memory.filter(chosen), "nodeset"),
  };
}

function boundBy(elements: readonly Element[], attribute: "cpuset" | "nodeset"): BoundTo[] {
  return elements.flatMap((element) => {
    const numbers = numbersIn(element.attributes[attribute] ?? "");
    const id = ["vcpu", "iothread", "cellid"].find((name) => element.attributes[name] !== undefined);
    const which = id === undefined ? "" : ` ${id}='${element.attributes[id]}'`;
    return numbers === undefined
      ? []
      : [{ subject: `<${element.name}${which} ${attribute}='${element.attributes[attribute]}'>`, numbers }];
  });
}

/** @param maximum of vCPUs, as libvirt there says it of this machine type */
export function cpuFindings(
  guest: string,
  hostName: string,
  needs: CpuNeeds,
  maximum: number | undefined,
  { cpus, nodes }: Pick<MachineFacts, "cpus" | "nodes">,
): Finding[] {
  const { vcpus, machine } = needs;
  const missing = (kind: "CPU" | "NUMA node", bound: readonly BoundTo[], has: ReadonlySet<number> | undefined) =>
    bound.flatMap(({ subject, numbers }): Finding[] => {
      const lacking = [...numbers].filter((number) => has?.has(number) === false);
      if (lacking.length === 0 || has === undefined) return [];
      const code = kind === "CPU" ? "pinned-cpu-missing" : "numa-node-missing";
      return [
        {
          code,
          hostName,
          subject,
          seen: `${guest} has ${subject}, and ${hostName} has no ${kind} ${listOf(lacking)}: it has ${listOf(has)}.`,
          fix: `Bind it to ${kind}s that all candidates have, or take the element out.`,
        },
      ];
    });
  return [
    ...(vcpus !== undefined && maximum !== undefined && vcpus > maximum
      ? [
          {
            code: "too-many-vcpus" as const,
            hostName,
            subject: "<vcpu>",
            seen: `${guest} has ${vcpus} vCPUs, and ${hostName} can give ${maximum} at most with the machine type ${machine || "that is its default"}.`,
            fix: "Give it fewer, or a machine type that allows more (`virsh domcapabilities --machine …`: <vcpu max>); both take effect when it is next started.",
          },
        ]
      : []),
    ...missing("CPU", needs.cpus, cpus),
    ...missing("NUMA node", needs.nodes, nodes),
  ];
}
