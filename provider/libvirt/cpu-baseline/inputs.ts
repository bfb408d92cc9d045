/** Pure: the CPUs of several hosts, in words that the libvirt of one of them understands. */
import { compareVersions } from "../../util/version";
import { type Element, elementsIn } from "../definition/xml";
import { type CpuFacts, modelOf } from "./facts";

/**
 * The order in which hosts are asked to compute. The oldest libvirt first: later ones know its models and features, while
 * an answer of theirs may have names that it does not know.
 */
export const inOrder = <T extends CpuFacts>(hosts: readonly T[]): T[] =>
  [...hosts].sort((one, other) => compareVersions(one.libvirtVersion, other.libvirtVersion));

/** A model that every x86 libvirt and QEMU has, with next to no features of its own. */
const plainModel = "486";

/**
 * The host's own CPU as it is, and the others' without what it does not know: it cannot have that, so neither can a CPU
 * that all have. An unknown name is an error to libvirt.
 */
export function cpusFor(host: CpuFacts, others: readonly CpuFacts[]): Element[] {
  const known = new Set([...host.features, ...host.lacking]);
  return [host, ...others].flatMap((one) => {
    const { hostModel } = one;
    if (hostModel === undefined) return [];
    if (one === host) return [hostModel];
    return [host.models.includes(modelOf(hostModel)) ? filtered(hostModel, known) : spelledOut(one, known)];
  });
}

const filtered = (cpu: Element, known: ReadonlySet<string>): Element => ({
  ...cpu,
  children: elementsIn(cpu).filter(({ name, attributes }) => name !== "feature" || known.has(attributes.name ?? "")),
});

function spelledOut({ vendor, features }: CpuFacts, known: ReadonlySet<string>): Element {
  const leaf = (name: string, text: string): Element => ({ name, attributes: {}, children: [text] });
  const feature = (name: string): Element => ({
    name: "feature",
    attributes: { policy: "require", name },
    children: [],
  });
  return {
    name: "cpu",
    attributes: {},
    children: [
      leaf("model", plainModel),
      ...(vendor === "" ? [] : [leaf("vendor", vendor)]),
      ...features.filter((name) => known.has(name)).map(feature),
    ],
  };
}
