/** Limits of migrations over several runs, by real locks of this machine: each host has a folder for them. */
import { closeConnections, SshHost } from "../../provider/host/ssh-host";
import { withMigrationTurn } from "../../provider/placement/lock/migration-turn";
import type { Candidate } from "../../provider/placement/observe/candidate";
import { retryUntil } from "../../provider/util/policy";
import { programmedHost, stopProgrammedHosts } from "./programmed-host";

const never = new AbortController().signal;
let hosts: Record<"a" | "b" | "c", Candidate>;

async function candidate(name: string): Promise<Candidate> {
  const inFolder = (command: string, folder: string) => command.replaceAll("/run/pulumi-kvm-live", `${folder}/locks`);
  const { scripted } = await programmedHost({}, {}, inFolder);
  const { port = 22, ...args } = scripted.args;
  const limits = { maxOutgoingMigrations: 2, maxIncomingMigrations: 2 };
  return { name, address: name, port, host: new SshHost({ ...args, port }), ...limits };
}

beforeEach(async () => {
  hosts = { a: await candidate("a"), b: await candidate("b"), c: await candidate("c") };
});
afterEach(async () => {
  await closeConnections();
  await stopProgrammedHosts();
});

/** A migration of a run of its own, which ends when it is told to. */
function migration(who: string, from: Candidate, to: Candidate, signal = never) {
  const waits: string[] = [];
  let [begin, end] = [() => {}, () => {}];
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const work = () => {
    begin();
    return new Promise<void>((resolve) => {
      end = resolve;
    });
  };
  const onWait = (holder: string) => void waits.push(holder);
  const done = withMigrationTurn({ from, to, who, signal, onWait, askAgainMs: 50 }, work);
  return { begun, waits, done, end: () => end() };
}

const waitsIn = ({ waits }: ReturnType<typeof migration>) =>
  retryUntil(async () => expect(waits.length).toBeGreaterThan(1), { everyMs: 20, timeoutMs: 60_000 });

test("as many as a host may have go on at once, whoever's they are; the next one waits for one of them", async () => {
  const { a, b, c } = hosts;
  const first = migration("anna", a, b);
  const second = migration("bert", c, b);
  await Promise.all([first.begun, second.begun]);
  const third = migration("carl", a, b);
  await waitsIn(third);
  expect(third.waits[0]).toMatch(/^(anna|bert), since 20/);
  first.end();
  await third.begun;
  for (const one of [second, third]) one.end();
  await Promise.all([first, second, third].map(({ done }) => done));
});

test("one that waits for a host keeps nobody from the other", async () => {
  const b = { ...hosts.b, maxIncomingMigrations: 1 };
  const [a, c] = [hosts.a, { ...hosts.c, maxOutgoingMigrations: 1 }];
  const first = migration("anna", a, b);
  await first.begun;
  const waiting = migration("bert", c, b);
  await waitsIn(waiting);
  const other = migration("carl", c, a);
  await other.begun;
  other.end();
  first.end();
  await waiting.begun;
  waiting.end();
  await Promise.all([first, waiting, other].map(({ done }) => done));
});

test("Ctrl-C ends the waiting, and a host that does not answer the attempt", async () => {
  const { a, c } = hosts;
  const b = { ...hosts.b, maxIncomingMigrations: 1 };
  const first = migration("anna", a, b);
  await first.begun;
  const stop = new AbortController();
  const waiting = migration("bert", c, b, stop.signal);
  await waitsIn(waiting);
  stop.abort(new Error("Cancelled."));
  await expect(waiting.done).rejects.toThrow("Cancelled.");
  first.end();
  await first.done;
  const gone = { ...b, host: new SshHost({ address: "127.0.0.1", port: 1 }) };
  await expect(migration("carl", a, gone).done).rejects.toThrow(/cannot be reached/);
  const after = migration("dora", a, c);
  await after.begun;
  after.end();
  await after.done;
});
