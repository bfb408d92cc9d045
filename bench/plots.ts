/** Which plots a run of the bench gives, as data; those of what was not measured are left out. */
import { median, type Sample } from "./sample";
import { type Plot, svgOf } from "./svg";

interface Wanted {
  /** Name of the file. */
  name: string;
  title: string;
  /** What the number of guests is of. */
  x: string;
  y: string;
  /** What is drawn, one line each. */
  lines: readonly { name: string; like: Pick<Sample, "what" | "of"> }[];
}

/** One command of Pulumi, beside the floor. */
const command = (what: string, title: string): Wanted => ({
  name: what,
  title,
  x: "placements",
  y: "seconds",
  lines: [
    { name: "ours", like: { what, of: "ours" } },
    { name: "floor", like: { what, of: "floor" } },
    { name: "OpenTofu", like: { what, of: "peer" } },
  ],
});

const fleet = (what: string, title: string, y: string): Wanted => ({
  name: what.replaceAll(/[: ]+/g, "-"),
  title,
  x: "guests, 25 for each host",
  y,
  lines: [{ name: "simulated", like: { what, of: "ours" } }],
});

const wanted: readonly Wanted[] = [
  command("refresh", "pulumi refresh"),
  command("preview", "pulumi preview, nothing to change"),
  command("up", "pulumi up, nothing to change"),
  command("create", "pulumi up, everything is new"),
  command("destroy", "pulumi destroy"),
  fleet("fleet refresh", "Handlers' part of a refresh", "seconds"),
  fleet("fleet refresh: memory", "Memory of the provider in a refresh", "MiB"),
  fleet("fleet refresh: commands of a host", "Commands that a host gets in a refresh", "commands"),
  fleet("fleet refresh: bytes", "Bytes between the provider and its hosts in a refresh", "bytes"),
];

/** @returns texts of the files by their names */
export function plotsOf(samples: readonly Sample[]): Record<string, string> {
  const files = wanted.flatMap((one): [string, string][] => {
    const lines = one.lines.map(({ name, like }) => ({ name, points: pointsOf(samples, like) }));
    const drawn = lines.filter(({ points }) => points.length > 1);
    const plot: Plot = { title: one.title, x: one.x, y: one.y, lines: drawn };
    return drawn.length > 0 ? [[`${one.name}.svg`, svgOf(plot)]] : [];
  });
  return Object.fromEntries(files);
}

/** Medians by the number of guests. */
function pointsOf(samples: readonly Sample[], like: Pick<Sample, "what" | "of">) {
  const own = samples.filter(({ what, of }) => what === like.what && of === like.of);
  const numbers = [...new Set(own.map(({ guests = 0 }) => guests))].sort((a, b) => a - b);
  return numbers.map((number) => {
    const values = own.filter(({ guests = 0 }) => guests === number).map(({ value }) => value);
    return [number, median(values) ?? 0] as const;
  });
}
