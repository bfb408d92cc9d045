/** Pure: a report as one HTML file, with pictures as inline SVG, without scripts and without anything from elsewhere. */
import { printable } from "../../util/printable";
import type { Drain, Move } from "./moves";
import { style } from "./style";

export interface Report {
  /** Name of the stack. */
  stack: string;
  /** When it was made, as ISO 8601 in UTC. */
  madeAt: string;
  hosts: ReportedHost[];
  /** Guests that the state has on none of these hosts. */
  elsewhere: ReportedGuest[];
  drains: readonly Drain[];
  /** Hosts whose journals could not be read, and why. */
  silent: readonly { name: string; problem: string }[];
}

export interface ReportedHost {
  name: string;
  /** Undefined when the state does not have it. */
  memoryMiB?: number;
  guests: ReportedGuest[];
}

interface ReportedGuest {
  name: string;
  /** As the state has it, e.g. `running`. */
  state: string;
  memoryMiB: number;
}

export function pageOf(report: Report): string {
  const { stack, madeAt, hosts, elsewhere, drains, silent } = report;
  const title = `Guests of ${stack}`;
  const gaps = silent.map(({ name, problem }) => `<li>${text(name)}: ${text(problem)}</li>`).join("");
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${text(title)}</h1>
<p>From the state of the stack and the journals of its hosts, made ${text(timeOf(Date.parse(madeAt)))} UTC.</p>
${gaps && `<section class="gap"><h2>Not everything is known</h2><p>These journals could not be read, so moves may be missing:</p><ul>${gaps}</ul></section>`}
<h2>Where the guests are</h2>
<p>As the last update or refresh of the stack has seen it.</p>
${hosts.map((host) => fleetRow(host, largestOf(hosts))).join("\n")}
${elsewhere.length > 0 ? `<h3>On none of these hosts</h3>${guestList(elsewhere)}` : ""}
<h2>Moves</h2>
${drains.length === 0 ? "<p>None is noted.</p>" : drains.map(drainSection).join("\n")}
</body>
</html>
`;
}

/** Text of hosts, guests and others as HTML. */
const text = (raw: string): string =>
  printable(raw).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const largestOf = (hosts: readonly ReportedHost[]): number =>
  Math.max(1, ...hosts.map(({ memoryMiB, guests }) => Math.max(memoryMiB ?? 0, sumOf(guests))));

const sumOf = (guests: readonly ReportedGuest[]): number => guests.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0);

/** A thousand units wide, whatever the window: only rectangles are in it, so nothing is squeezed that has to be read. */
const picture = (label: string, shapes: string): string =>
  `<svg viewBox="0 0 1000 24" preserveAspectRatio="none" role="img" aria-label="${text(label)}">${shapes}</svg>`;

/** What is too short to be seen is drawn a little longer, and within the picture. */
function rectangle(x: number, width: number, kind: string, title = ""): string {
  const drawn = Math.max(4, width);
  const from = Math.min(x, 1000 - drawn);
  return `<rect x="${from.toFixed(1)}" y="0" width="${drawn.toFixed(1)}" height="24" class="${kind}">${title && `<title>${text(title)}</title>`}</rect>`;
}

function fleetRow({ name, memoryMiB, guests }: ReportedHost, largest: number): string {
  const scale = 1000 / largest;
  let at = 0;
  const parts = guests.map((guest) => {
    const part = rectangle(at, guest.memoryMiB * scale - 2, guest.state === "running" ? "on" : "off", labelOf(guest));
    at += guest.memoryMiB * scale;
    return part;
  });
  const room = memoryMiB === undefined ? "" : rectangle(0, memoryMiB * scale, "room");
  const of = memoryMiB === undefined ? "" : ` of ${memoryMiB} MiB`;
  return `<section class="host"><h3>${text(name)} <small>${sumOf(guests)}${of || " MiB"}</small></h3>
${picture(`${name}: ${guests.map(labelOf).join(", ") || "no guests"}`, `${room}${parts.join("")}`)}
${guestList(guests)}</section>`;
}

const labelOf = ({ name, state, memoryMiB }: ReportedGuest): string => `${name}, ${state}, ${memoryMiB} MiB`;

const guestList = (guests: readonly ReportedGuest[]): string =>
  guests.length === 0
    ? "<p>No guests.</p>"
    : `<ul class="guests">${guests.map((guest) => `<li>${text(labelOf(guest))}</li>`).join("")}</ul>`;

function drainSection({ from, moves, beganMs, endedMs }: Drain): string {
  const lengthMs = Math.max(1, endedMs - beganMs);
  const known = moves.flatMap(({ figures }) => figures ?? []);
  const failed = moves.filter(({ failure }) => failure !== undefined).length;
  const facts = [
    `${moves.length} ${moves.length === 1 ? "move" : "moves"} in ${duration(endedMs - beganMs)}`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(known.length > 0 ? [`longest downtime ${Math.max(...known.map(({ downtimeMs }) => downtimeMs))} ms`] : []),
  ];
  const rows = moves.map((move) => moveRow(move, beganMs, lengthMs)).join("\n");
  return `<section class="drain"><h3>Away from ${text(from)} <small>${text(timeOf(beganMs))} UTC: ${facts.join(", ")}</small></h3>
<table><thead><tr><th>guest</th><th>to</th><th class="line">${text(timeOf(beganMs).slice(11))} to ${text(timeOf(endedMs).slice(11))}</th><th>total time</th><th>downtime</th></tr></thead>
<tbody>
${rows}
</tbody></table></section>`;
}

function moveRow(move: Move, beganMs: number, lengthMs: number): string {
  const { guest, to, endedMs, failure, figures } = move;
  const kind = failure !== undefined ? "failed" : endedMs === undefined ? "open" : "done";
  const end = endedMs ?? beganMs + lengthMs;
  const total = figures
    ? `${(figures.totalTimeMs / 1000).toFixed(1)} s`
    : endedMs === undefined
      ? "end not noted"
      : `${duration(endedMs - move.beganMs)}, by the journal`;
  const label = `${guest}: ${kind === "open" ? "end not noted" : kind}, ${duration(end - move.beganMs)}`;
  const bar = rectangle(
    ((move.beganMs - beganMs) / lengthMs) * 1000,
    ((end - move.beganMs) / lengthMs) * 1000,
    kind,
    label,
  );
  const why = failure === undefined ? "" : `<p class="why">${text(failure)}</p>`;
  return `<tr><td data-of="guest">${text(guest)}${why}</td><td data-of="to">${text(to)}</td><td class="line">${picture(label, bar)}</td><td data-of="total time">${text(failure === undefined ? total : "failed")}</td><td data-of="downtime">${figures ? `${figures.downtimeMs} ms` : "not known"}</td></tr>`;
}

const timeOf = (ms: number): string =>
  Number.isNaN(ms) ? "" : new Date(ms).toISOString().slice(0, 19).replace("T", " ");

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
