/** What a guest weighs in a stack's state, and what of it is what. */
import type { PulumiWorkspace } from "../lab/pulumi/workspace";
import type { Sample } from "./sample";

interface StateResource {
  type: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value ?? null));

export async function stateSamples(stack: PulumiWorkspace, guests: number): Promise<Sample[]> {
  const { stdout } = await stack.pulumi(["stack", "export"]);
  const { resources } = JSON.parse(stdout).deployment as { resources: StateResource[] };
  return [
    { what: "state", of: "ours", guests, value: bytesOf(resources), unit: "bytes" },
    ...resources
      .filter(({ type }) => type.endsWith("kvm:Domain"))
      .slice(0, 1)
      .map(
        (domain): Sample => ({ what: "state of a domain", of: "ours", guests, value: bytesOf(domain), unit: "bytes" }),
      ),
    ...placementSamples(resources, guests),
  ];
}

/** Bytes of one placement, and of what is in it; inputs and outputs each have all of it. */
export function placementSamples(resources: readonly StateResource[], guests: number): Sample[] {
  const placement = resources.find(({ type }) => type.endsWith("kvm:DomainPlacement"));
  if (!placement) return [];
  const both = [placement.inputs ?? {}, placement.outputs ?? {}];
  const sum = (of: (properties: Record<string, unknown>) => unknown) =>
    both.map((properties) => bytesOf(of(properties))).reduce((a, b) => a + b, 0);
  const sample = (what: string, value: number): Sample => ({ what, of: "ours", guests, value, unit: "bytes" });
  return [
    sample("state of a placement", bytesOf(placement)),
    sample(
      "state of a placement: definition",
      sum(({ domain }) => domain),
    ),
    sample(
      "state of a placement: candidates",
      sum(({ candidates }) => candidates),
    ),
    sample(
      "state of a placement: the provider's text",
      sum(({ __provider }) => __provider),
    ),
  ];
}
