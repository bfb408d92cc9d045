/** Provider side of `Domain`. */
import { z } from "zod";
import {
  type BlockingDevice,
  blockingDevices,
  blockingProblem,
  type DeviceKind,
  devicesOfKinds,
  optionalKinds,
} from "../../libvirt/definition/blocking-devices";
import { cpuProblems, hasOwnCpu, withCpu } from "../../libvirt/definition/cpu";
import { canonicalDefinition, definitionProblems } from "../../libvirt/definition/domain-xml";
import { withoutDevices } from "../../libvirt/definition/left-out";
import { type Element, elementOrMalformed, MalformedXml, parseXml } from "../../libvirt/definition/xml";
import type { Definition } from "../../lifecycle/definition";
import { blockerKinds } from "../../migration-blockers/table";
import { text } from "../shared/inputs";

const kinds: [DeviceKind, ...DeviceKind[]] = [...optionalKinds, ...blockerKinds];
const kind = z.enum(kinds, `must be one of ${kinds.join(", ")}`);

const policySchema = z.union(
  [z.enum(["fail", "keep", "remove"]), z.strictObject({ remove: z.array(kind).min(1, "must name at least one") })],
  `must be "fail", "keep", "remove", or { remove: [...] } with some of ${kinds.join(", ")}`,
);

type Policy = z.infer<typeof policySchema>;

const shape = z.strictObject({
  xml: text("the XML of a domain").max(1_000_000, "must have at most 1,000,000 characters"),
  blockingDevices: policySchema.default("fail"),
  cpu: text("a <cpu> element").max(100_000, "must have at most 100,000 characters").optional(),
  // Derived: what dependants know in the first preview.
  uuid: z.string().optional(),
  name: z.string().optional(),
  definition: z.string().optional(),
  removedDevices: z.array(z.string()).optional(),
});

const schema = shape.superRefine(({ xml, cpu, blockingDevices: policy }, { addIssue }) => {
  const inXml = xmlProblems(xml, policy);
  for (const problem of inXml) addIssue({ code: "custom", path: ["xml"], message: problem });
  for (const problem of cpu === undefined ? [] : ofCpu(cpu, xml, policy, inXml))
    addIssue({ code: "custom", path: ["cpu"], message: problem });
});

/** Beside what is wrong with the definition by itself. */
function ofCpu(text: string, xml: string, policy: Policy, inXml: readonly string[]): string[] {
  const [cpu, domain] = [elementOrMalformed(text), elementOrMalformed(xml)];
  if (cpu instanceof MalformedXml) return [`is not well-formed XML: ${cpu.message}`];
  if (domain instanceof MalformedXml) return [];
  const problems = cpuProblems(cpu, domain);
  if (problems.length > 0) return problems;
  return domainProblems(withCpu(domain, cpu), policy).filter((problem) => !inXml.includes(problem));
}

function xmlProblems(xml: string, policy: Policy): string[] {
  const domain = elementOrMalformed(xml);
  return domain instanceof MalformedXml
    ? [`is not well-formed XML: ${domain.message}`]
    : domainProblems(domain, policy);
}

function domainProblems(domain: Element, policy: Policy): string[] {
  const problems = definitionProblems(domain);
  if (policy === "keep" || problems.length > 0) return problems;
  const left = withoutDevices(domain, leftOut(domain, policy));
  return blockingDevices(left).map(
    (device) =>
      `has ${blockingProblem(device)} Or set blockingDevices to { remove: ["${device.kind}"] } to have it left out, or to "keep" if the guest is never to move`,
  );
}

/** The devices that the user wants left out. */
function leftOut(domain: Element, policy: Policy): BlockingDevice[] {
  if (policy === "remove") return blockingDevices(domain);
  return typeof policy === "object" ? devicesOfKinds(domain, policy.remove) : [];
}

export const domain: Definition<typeof schema, z.infer<typeof schema>, object, object> = {
  schema,
  replaceOn: [], // it is on no host; which one it is placed as is DomainPlacement's business
  secrets: [],
  secretWithInputs: ["definition"],
  id: ({ uuid = "" }) => uuid,
  derived: {
    keys: ["uuid", "name", "definition", "removedDevices"],
    from: ({ xml, cpu, blockingDevices: policy }, urn) => {
      const own = parseXml(xml);
      const element = cpu === undefined ? own : withCpu(own, parseXml(cpu));
      const gone = leftOut(element, policy);
      const removedDevices = gone.map(({ what }) => what);
      return { ...canonicalDefinition(withoutDevices(element, gone), urn), removedDevices };
    },
  },
  model: (args) => args,
  observe: async () => ({}),
  stateOf: () => ({}),
  reconcile: async ({ info }, { name, xml, cpu, removedDevices = [] }) => {
    if (cpu !== undefined && hasOwnCpu(parseXml(xml)))
      info(`The <cpu> in the xml of ${name} gives way to the input cpu, apart from <topology>, <cache> and <numa>.`);
    if (removedDevices.length > 0) info(`Left out of ${name}, as blockingDevices says: ${removedDevices.join(", ")}.`);
    return {};
  },
  remove: async () => {},
};
