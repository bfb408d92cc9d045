/** Targets as data: what each needs of the samples, and its limit. Ratios hold within one run only. */
import { medianOf, type Sample } from "./sample";

export interface Target {
  text: string;
  /** Unit of the value and of the limit; none for a ratio. */
  unit?: string;
  atMost: number;
  /** Undefined when it was not measured. */
  value(samples: readonly Sample[]): number | undefined;
}

export interface Verdict {
  text: string;
  atMost: string;
  measured: string;
  met: "yes" | "no" | "not measured";
}

/** Median of `of` over median of `base`. */
const ratio =
  (of: Partial<Sample>, base: Partial<Sample>): Target["value"] =>
  (samples) => {
    const [above, below] = [medianOf(samples, of), medianOf(samples, base)];
    return above === undefined || below === undefined ? undefined : above / below;
  };

const toFloor = (what: string, guests: number, atMost: number): Target => ({
  text: `${what} of ${guests} placements / floor`,
  atMost,
  value: ratio({ what, guests, of: "ours" }, { what, guests, of: "floor" }),
});

const atMost = (text: string, limit: number, unit: string, like: Partial<Sample>): Target => ({
  text,
  unit,
  atMost: limit,
  value: (samples) => medianOf(samples, like),
});

/** The most of all samples. */
const maximum = (text: string, limit: number, unit: string, like: (sample: Sample) => boolean): Target => ({
  text,
  unit,
  atMost: limit,
  value: (samples) => {
    const values = samples.filter(like).map(({ value }) => value);
    return values.length === 0 ? undefined : Math.max(...values);
  },
});

const fleet = { guests: 5000, hosts: 200, of: "ours" };

export const targets: readonly Target[] = [
  toFloor("refresh", 100, 1.6),
  toFloor("refresh", 300, 1.3),
  maximum("commands a host in a refresh of 100", 4, "", ({ what, guests }) => {
    return what === "refresh: commands of a host" && guests === 100;
  }),
  toFloor("preview", 100, 1.2),
  toFloor("up", 100, 1.2),
  maximum("connections in a preview or an `up` without changes", 0, "", ({ what }) =>
    /^(preview|up): connections/.test(what),
  ),
  atMost("create of 100 placements", 45, "s", { what: "create", guests: 100, of: "ours" }),
  atMost("destroy of 100 placements", 45, "s", { what: "destroy", guests: 100, of: "ours" }),
  { text: "move, handler / raw", atMost: 1.1, value: ratio({ what: "move", of: "ours" }, { what: "move", of: "raw" }) },
  {
    text: "downtime of a move, ours / raw",
    atMost: 1.05,
    value: ratio({ what: "downtime", of: "ours" }, { what: "downtime", of: "raw" }),
  },
  {
    text: "drain / shell loop",
    atMost: 0.7,
    value: ratio({ what: "drain", of: "ours" }, { what: "drain", of: "shell loop" }),
  },
  atMost("load of the provider and one resource", 150, "ms", { what: "load", of: "ours" }),
  maximum("memory of the provider with 300 placements", 250, "MiB", ({ what, guests }) => {
    return what.endsWith("memory of the provider") && guests === 300;
  }),
  atMost("refresh of a simulated fleet of 5,000, handlers", 60, "s", { ...fleet, what: "fleet refresh" }),
  atMost("its memory", 1024, "MiB", { ...fleet, what: "fleet refresh: memory" }),
  atMost("its commands of a host", 4, "", { ...fleet, what: "fleet refresh: commands of a host" }),
];

export function verdicts(samples: readonly Sample[]): Verdict[] {
  return targets.map(({ text, unit = "", atMost: limit, value }) => {
    const measured = value(samples);
    const shown = (number: number) => `${Number(number.toFixed(number < 10 ? 2 : 0))} ${unit}`.trim();
    if (measured === undefined) return { text, atMost: shown(limit), measured: "", met: "not measured" };
    return { text, atMost: shown(limit), measured: shown(measured), met: measured <= limit ? "yes" : "no" };
  });
}
