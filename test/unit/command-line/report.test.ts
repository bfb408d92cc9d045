/** Moves out of journals, and the page that is made of them. */
import type { HistoryEntry } from "../../../provider/command-line/history/merge";
import { type Drain, drainsIn, movesIn } from "../../../provider/command-line/report/moves";
import { pageOf, type Report } from "../../../provider/command-line/report/page";

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 28, 8) + seconds * 1000).toISOString();

const entry = (seconds: number, guest: string, outcome: string, from = "hv-a", to = "hv-b"): HistoryEntry => ({
  uuid: `uuid-of-${guest}`,
  at: at(seconds),
  who: "root@adm[1]",
  guest,
  step: `migrate from ${from} to ${to}`,
  outcome,
  move: { from, to },
  hosts: [from, to],
});

const record = (from: string, to: string, seconds: number, downtimeMs: number) => ({
  ...{ from, to, totalTimeMs: 7000, downtimeMs, bytes: 1, iterations: 2 },
  recordedAt: at(seconds),
});

const web = {
  ...{ uuid: "uuid-of-web", name: "web", host: "hv-b", state: "running", memoryMiB: 512 },
  history: [record("hv-a", "hv-b", 12, 41), record("hv-a", "hv-b", -9000, 99)],
};

test("a move is a beginning and its end, with the figures that the state noted right after it", () => {
  const entries = [
    entry(0, "web", "begun"),
    entry(1, "db", "begun"),
    entry(8, "db", "failed: no room"),
    entry(10, "web", "done"),
    entry(20, "db", "begun"),
    { ...entry(21, "db", "done"), move: undefined as never },
    entry(30, "mail", "done"),
  ];
  expect(movesIn(entries, [web])).toEqual([
    {
      ...{ uuid: "uuid-of-web", guest: "web", from: "hv-a", to: "hv-b" },
      ...{ beganMs: Date.parse(at(0)), endedMs: Date.parse(at(10)) },
      figures: { totalTimeMs: 7000, downtimeMs: 41, bytes: 1 },
    },
    expect.objectContaining({ guest: "db", failure: "no room", endedMs: Date.parse(at(8)) }),
    { uuid: "uuid-of-db", guest: "db", from: "hv-a", to: "hv-b", beganMs: Date.parse(at(20)) },
  ]);
});

test("moves away from one host are one drain as long as no long pause is between them; the newest comes first", () => {
  const entries = [
    ...[entry(0, "web", "begun"), entry(10, "web", "done"), entry(5, "db", "begun"), entry(30, "db", "done")],
    ...[entry(40, "x", "begun", "hv-b", "hv-a"), entry(50, "x", "done", "hv-b", "hv-a")],
    ...[entry(700, "mail", "begun"), entry(710, "mail", "done")],
  ];
  const drains = drainsIn(movesIn(entries, []));
  expect(drains.map(({ from, moves }) => [from, ...moves.map(({ guest }) => guest)])).toEqual([
    ["hv-a", "mail"],
    ["hv-b", "x"],
    ["hv-a", "web", "db"],
  ]);
  expect((drains[2] as Drain).endedMs).toBe(Date.parse(at(30)));
});

const page = (more: Partial<Report> = {}) =>
  pageOf({ stack: "prod", madeAt: at(0), hosts: [], elsewhere: [], drains: [], silent: [], ...more });

test("the page holds the fleet and each drain in words, too, and nothing that runs or comes from elsewhere", () => {
  const moves = movesIn(
    [entry(0, "web", "begun"), entry(10, "web", "done"), entry(10, "db", "begun"), entry(20, "db", "failed: no room")],
    [web],
  );
  const html = page({
    hosts: [
      { name: "hv-a", memoryMiB: 4096, guests: [] },
      { name: "hv-b", memoryMiB: 2048, guests: [web] },
    ],
    drains: drainsIn(moves),
  });
  expect(html).toContain("<li>web, running, 512 MiB</li>");
  expect(html).toContain("<h3>hv-b <small>512 of 2048 MiB</small></h3>");
  expect(html).toContain(
    "Away from hv-a <small>2026-11-28 08:00:00 UTC: 2 moves in 20 s, 1 failed, longest downtime 41 ms</small>",
  );
  expect(html).toContain('<td data-of="total time">7.0 s</td><td data-of="downtime">41 ms</td>');
  expect(html).toContain('<p class="why">no room</p>');
  expect(html).toMatch(/<rect x="500.0" y="0" width="500.0" height="24" class="failed">/);
  expect(html).not.toMatch(/<script|https?:|@import|url\(| on[a-z]+=/i);
});

test("what hosts and guests are called is text there, whatever it is", () => {
  const name = `<script>alert("1")</script>&'\u001b[2J`;
  const guest = { name, state: name, memoryMiB: 1 };
  const html = page({
    stack: name,
    hosts: [{ name, guests: [guest] }],
    elsewhere: [guest],
    silent: [{ name, problem: name }],
  });
  expect(html).not.toMatch(/<script/);
  expect(html).not.toContain("\u001b");
  expect(html.match(/&#60;script&#62;/g)?.length).toBeGreaterThan(6);
});
