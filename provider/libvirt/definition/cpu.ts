/** Pure: a definition with another CPU. @see https://libvirt.org/formatdomain.html#cpu-model-and-topology */
import { attributeAt, type Element, elementAt, elementsAt, elementsIn, textOf } from "./xml";

/** Elements that belong to a guest, whatever CPU it has; the rest is of the CPU. */
const layout = ["topology", "cache", "numa"];

/** All that is wrong with a CPU for this definition, as phrases that follow "its CPU". */
export function cpuProblems(cpu: Element, domain: Element): string[] {
  if (cpu.name !== "cpu") return [`must have <cpu> as its outermost element, not <${cpu.name}>`];
  const { mode = "custom" } = cpu.attributes;
  const models = elementsAt(cpu, "model");
  const hasModel = models.length === 1 && textOf(models[0] ?? cpu).trim() !== "";
  const nameless = elementsAt(cpu, "feature").filter(
    ({ attributes: { name, policy = "require" } }) => !name || !policies.includes(policy),
  );
  const own = elementAt(domain, "cpu");
  const twice = layout.filter((name) => own && elementAt(own, name) && elementAt(cpu, name));
  const twins = elementsAt(domain, "cpu").length > 1;
  return [
    ...(modes.includes(mode)
      ? []
      : [`has the mode ${JSON.stringify(mode).slice(0, 60)}: it must be ${modes.join(", ")}`]),
    ...(mode === "custom" && !hasModel
      ? ["must have one <model> with the name of a CPU model, since its mode is custom"]
      : []),
    ...nameless.map(
      ({ line }) =>
        `has a <feature> on line ${line} without a name, or with a policy that is none of ${policies.join(", ")}`,
    ),
    ...twice.map((name) => `has a <${name}>, and so has the <cpu> of xml. Leave one of them out`),
    ...(twins ? ["cannot take the place of several <cpu> in xml. Leave all but one of them out"] : []),
  ];
}

const modes = ["custom", "host-model", "host-passthrough", "maximum"];
const policies = ["force", "require", "optional", "disable", "forbid"];

/** Takes the place of the definition's own, whose topology, caches and NUMA cells stay. */
export function withCpu(domain: Element, cpu: Element): Element {
  const own = elementAt(domain, "cpu");
  const kept = own ? elementsIn(own).filter(({ name }) => layout.includes(name)) : [];
  const given = { ...cpu, children: [...cpu.children, ...kept] };
  if (own) return { ...domain, children: domain.children.map((child) => (child === own ? given : child)) };
  return { ...domain, children: [...domain.children, given] };
}

/** True when the definition's own CPU would give way to another one. */
export const hasOwnCpu = (domain: Element): boolean =>
  elementAt(domain, "cpu", "model") !== undefined || attributeAt(domain, "mode", "cpu") !== undefined;
