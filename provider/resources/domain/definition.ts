/** Provider side of `Domain`. */
import { z } from "zod";
import { blockingDevices } from "../../libvirt/definition/blocking-devices";
import { canonicalDefinition, definitionProblems } from "../../libvirt/definition/domain-xml";
import { type Element, MalformedXml, parseXml } from "../../libvirt/definition/xml";
import type { Definition } from "../../lifecycle/definition";
import { text } from "../shared/inputs";

const shape = z.strictObject({
  xml: text("the XML of a domain").max(1_000_000, "must have at most 1,000,000 characters"),
  blockingDevices: z.enum(["fail", "remove"], 'must be "fail" or "remove"').default("fail"),
  // Derived: what dependants know in the first preview.
  uuid: z.string().optional(),
  name: z.string().optional(),
  definition: z.string().optional(),
  removedDevices: z.array(z.string()).optional(),
});

const schema = shape.superRefine(({ xml, blockingDevices: policy }, { addIssue }) => {
  for (const problem of xmlProblems(xml, policy)) addIssue({ code: "custom", path: ["xml"], message: problem });
});

function xmlProblems(xml: string, policy: "fail" | "remove"): string[] {
  const domain = parsed(xml);
  if (domain instanceof MalformedXml) return [`is not well-formed XML: ${domain.message}`];
  const problems = definitionProblems(domain);
  if (policy === "remove" || problems.length > 0) return problems;
  return blockingDevices(domain).map(
    ({ what }) =>
      `has a device that cannot move live: ${what}. Remove it, or set blockingDevices to "remove" to have all such devices left out`,
  );
}

function parsed(xml: string): Element | MalformedXml {
  try {
    return parseXml(xml);
  } catch (error) {
    if (error instanceof MalformedXml) return error;
    throw error;
  }
}

export const domain: Definition<typeof schema, z.infer<typeof schema>, object, object> = {
  schema,
  replaceOn: [], // it is on no host; which one it is placed as is DomainPlacement's business
  secrets: [],
  id: ({ uuid = "" }) => uuid,
  derived: {
    keys: ["uuid", "name", "definition", "removedDevices"],
    from: ({ xml, blockingDevices: policy }, urn) => {
      const element = parseXml(xml);
      const strip = policy === "remove";
      const removedDevices = strip ? blockingDevices(element).map(({ what }) => what) : [];
      return { ...canonicalDefinition(element, urn, strip), removedDevices };
    },
  },
  model: (args) => args,
  observe: async () => ({}),
  stateOf: () => ({}),
  reconcile: async ({ info }, { name, removedDevices = [] }) => {
    if (removedDevices.length > 0)
      info(`Left out of ${name}, since it cannot move live: ${removedDevices.join(", ")}.`);
    return {};
  },
  remove: async () => {},
};
