/** Pure: what has changed since a CPU was computed. */
import type { CommonCpu } from "./baseline";

export interface KnownCpu {
  model: string;
  vendor: string;
  features: readonly string[];
}

/** @returns which host lacks what, and what all have by now; nothing when the known CPU is still the richest */
export function cpuDrift({ model, vendor, features }: KnownCpu, { hosts, baseline, problems }: CommonCpu): string[] {
  if (baseline === undefined) return [...problems];
  const lines = hosts.flatMap((host) => [
    ...without(features, host.features).map((lacking) => `${host.name}: lacks ${lacking}, which the CPU has`),
    ...(host.models.includes(model) ? [] : [`${host.name}: its QEMU has no CPU model ${model}`]),
    ...(vendor === "" || host.vendor === vendor
      ? []
      : [`${host.name}: its CPU is of ${host.vendor}, not of ${vendor}`]),
  ]);
  return [
    ...lines,
    ...without(baseline.features, features).map((gained) => `all hosts have ${gained}, which the CPU lacks`),
    // Not for want of a feature by itself: libvirt gives a CPU a feature only with what else it needs.
    ...(lines.length === 0
      ? without(features, baseline.features).map((lost) => `libvirt leaves out ${lost}, which the CPU has`)
      : []),
  ];
}

const mostNamed = 12;

/** The names that are in the first only, as one text. */
function without(names: readonly string[], others: readonly string[]): string[] {
  const only = names.filter((name) => !others.includes(name));
  if (only.length === 0) return [];
  const more = only.length > mostNamed ? ` and ${only.length - mostNamed} more` : "";
  return [only.slice(0, mostNamed).join(", ") + more];
}
