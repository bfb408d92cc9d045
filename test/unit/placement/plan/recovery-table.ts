/** The decision table of docs/recovery.md: for each row what it says, and hosts that are in it with what must be done. */
import type { DomainFacts } from "../../../../provider/placement/observe/observation";
import type { Want } from "../world";
import { domain, uuid } from "../world";

/** What a host says: a domain, nothing, or why it does not answer. */
type Answer = DomainFacts | string | undefined;

/** S is the source of the last move and is called `a`; D is its destination, `b`, where the guest is wanted. */
export interface Hosts {
  S: Answer;
  D: Answer;
  /** What else is wanted. */
  want?: Partial<Want>;
  /** For how long nothing has changed. */
  unchangedForMs?: number;
}

export interface Case extends Hosts {
  /** Labels of the steps, between which hosts a migration is waited for, or what a refusal says. */
  expected: readonly string[] | { wait: { from?: string | undefined; to?: string | undefined } } | { refusal: Refusal };
}

/** As a whole, or what it contains, or what it matches. */
export type Refusal = string | readonly string[] | RegExp;

interface Row {
  /** `S | D | meaning | action`, as docs/recovery.md has them. */
  row: string;
  /** By what they show. */
  cases: Readonly<Record<string, readonly Case[]>>;
}

const nothing = undefined;
const running = domain("running (booted)");
const arrived = domain("running (migrated)");
const transient = domain("running (migrated)", { persistent: false });
const off = domain("shut off (shutdown)");
const outgoing = (state: string) => domain(state, { job: "outgoing" });
const incoming = (state = "paused (starting up)") => domain(state, { job: "incoming", persistent: false });
const interruptedSource = outgoing("paused (post-copy failed)");
const interruptedDestination = domain("running (post-copy failed)", { job: "incoming" });
const saved = domain("shut off (saved)", { managedSave: true });
const foreign = domain("shut off (shutdown)", { mark: undefined as never });
const silent = "no route to host";
const longAgo = 90_000;
const unfinished = ["migrating", "api error"].map((reason) => domain(`paused (${reason})`));

export const rows: Readonly<Record<string, Row>> = {
  a: {
    row: "running | nothing, or a definition | not moved | moves it",
    cases: {
      "it is tried again": [
        { S: domain("running (migration canceled)"), D: nothing, expected: ["migrate from a to b"] },
        { S: running, D: domain("shut off (failed)"), expected: ["migrate from a to b"] },
      ],
    },
  },
  b: {
    row: "running, job | paused, job | a move is under way | waits for its end",
    cases: {
      "whoever began it": [
        { S: outgoing("running (booted)"), D: incoming(), expected: { wait: { from: "a", to: "b" } } },
        { S: outgoing("running (booted)"), D: nothing, expected: { wait: { from: "a", to: undefined } } },
        { S: running, D: incoming(), expected: { wait: { from: undefined, to: "b" } } },
        {
          S: outgoing("running (booted)"),
          D: incoming(),
          unchangedForMs: longAgo,
          expected: { wait: { from: "a", to: "b" } },
        },
      ],
    },
  },
  c: {
    row: "nothing | running | moved | nothing",
    cases: { done: [{ S: nothing, D: arrived, expected: [] }] },
  },
  d: {
    row: "shut off (migrated) | running | moved, the source's definition stayed | undefines it",
    cases: {
      "once the guest is seen elsewhere": [
        { S: domain("shut off (migrated)", { autostart: true }), D: arrived, expected: ["undefine on a"] },
      ],
    },
  },
  e: {
    row: "nothing, or shut off | running, transient | moved without its definition | defines it on D, then undefines S",
    cases: {
      "defined there before the source's goes": [
        { S: nothing, D: transient, expected: ["define on b"] },
        { S: domain("shut off (migrated)"), D: transient, expected: ["define on b", "undefine on a"] },
      ],
    },
  },
  f: {
    row: "paused (migrating) or (api error) | nothing, or a definition | cut off before the guest ran on D | resumes it on S, then moves it",
    cases: {
      "rolled back, then moved": unfinished.flatMap((S) => [
        { S, D: nothing, expected: ["roll back on a", "migrate from a to b"] },
        { S, D: off, want: { hostName: "a" }, expected: ["roll back on a", "undefine on b"] },
      ]),
    },
  },
  g: {
    row: "paused (migrating) or (api error) | running (migrated) | cut off after that | destroys the copy on S, undefines it",
    cases: {
      "the stale copy goes, then its definition": unfinished.flatMap((S) => [
        { S, D: arrived, expected: ["destroy stale copy on a", "undefine on a"] },
        { S, D: transient, expected: ["destroy stale copy on a", "define on b", "undefine on a"] },
      ]),
      "what runs has not arrived from there: the operator decides": [
        {
          S: domain("paused (migrating)"),
          D: running,
          expected: {
            refusal: [
              "It is paused (migrating) on a and running (booted) on b. Nothing shows that the running guest came by a migration from the paused one.",
              "When you have decided:",
              `  to keep the one on a: on b: virsh destroy ${uuid}; on a: virsh resume ${uuid}`,
              `  to keep the one on b: on a: virsh destroy ${uuid}`,
            ].join("\n"),
          },
        },
      ],
    },
  },
  h: {
    row: "running | running | two guests | refuses",
    cases: {
      "the operator decides, and both hosts are named with what to type": [
        {
          S: domain("running (migration canceled)"),
          D: arrived,
          expected: {
            refusal: [
              "It is running (migration canceled) on a and running (migrated) on b.",
              `stop the one with the older data now (virsh suspend ${uuid})`,
              `to keep the one on a: on b: virsh destroy ${uuid}`,
              `to keep the one on b: on a: virsh destroy ${uuid}`,
            ],
          },
        },
      ],
      "one that an operator has paused counts as running": [
        {
          S: domain("paused (user)"),
          D: arrived,
          expected: { refusal: ["More than one of them is a guest"] },
        },
      ],
    },
  },
  i: {
    row: "nothing, or shut off | nothing, or shut off | off: crashed, or shut down by itself | starts it where it is wanted",
    cases: {
      "from the definition that there is": [
        { S: off, D: nothing, expected: ["define on b", "undefine on a", "start on b"] },
        { S: domain("shut off (crashed)"), D: off, expected: ["undefine on a", "start on b"] },
        { S: nothing, D: nothing, expected: ["define on b", "start on b"] },
      ],
      "a saved memory image is neither lost nor resumed on other disks": [
        { S: nothing, D: saved, expected: ["start on b"] },
        { S: saved, D: nothing, expected: { refusal: /a has a saved memory image .* On a: virsh start/ } },
        { S: saved, D: running, expected: { refusal: /a has a saved memory image/ } },
      ],
    },
  },
  j: {
    row: "paused (post-copy) | running (post-copy) | post-copy is under way | waits for its end",
    cases: {
      "however long": [
        {
          S: outgoing("paused (post-copy)"),
          D: incoming("running (post-copy)"),
          unchangedForMs: longAgo,
          expected: { wait: { from: "a", to: "b" } },
        },
      ],
    },
  },
  k: {
    row: "paused (post-copy failed) | running (post-copy failed) | post-copy lost its connection | resumes the post-copy",
    cases: {
      "wherever the guest is wanted then": [
        { S: interruptedSource, D: interruptedDestination, expected: ["resume post-copy from a to b"] },
        {
          S: interruptedSource,
          D: interruptedDestination,
          want: { hostName: "a" },
          expected: ["resume post-copy from a to b", "migrate from b to a"],
        },
      ],
      "as long as the destination has not noticed, it is waited for": [
        { S: interruptedSource, D: incoming("running (post-copy)"), expected: { wait: {} } },
      ],
      "with one half gone nothing can go on": [
        {
          S: silent,
          D: interruptedDestination,
          want: { fenced: ["a"] },
          unchangedForMs: longAgo,
          expected: { refusal: /the other part is gone.* on b: virsh destroy/s },
        },
        { S: interruptedSource, D: nothing, expected: { refusal: /the other part is gone.* on a: virsh destroy/s } },
      ],
    },
  },
  l: {
    row: "paused (post-copy failed) | running (migrated) | post-copy ended, S was not told | destroys the copy on S, undefines it",
    cases: {
      "its stale copy goes": [
        { S: interruptedSource, D: arrived, expected: ["destroy stale copy on a", "undefine on a"] },
      ],
    },
  },
  m: {
    row: "running | shut off | a definition was left | undefines it, or overwrites it when it moves there",
    cases: {
      "if it is ours": [
        { S: domain("shut off (shutdown)", { mark: "older" }), D: running, expected: ["undefine on a"] },
        {
          S: foreign,
          D: running,
          expected: {
            refusal:
              /a has a definition of web .* nothing marks .* on a: virsh undefine \S+ --keep-nvram --keep-tpm\. Or set adopt/,
          },
        },
        { S: foreign, D: running, want: { adopt: true }, expected: ["undefine on a"] },
      ],
    },
  },
  n: {
    row: "running, no job | paused, job | D waits for memory that nobody sends | gives libvirt 90 s to end it, then destroys it",
    cases: {
      "after libvirt's own time for it": [
        { S: running, D: incoming(), expected: { wait: {} } },
        {
          S: running,
          D: incoming(),
          unchangedForMs: longAgo,
          expected: ["destroy stale copy on b", "migrate from a to b"],
        },
      ],
      "without its source anywhere the operator decides": [
        {
          S: nothing,
          D: incoming(),
          unchangedForMs: longAgo,
          expected: { refusal: /no candidate is its source any more.*on b: virsh destroy/s },
        },
      ],
    },
  },
  o: {
    row: "paused (I/O error) | nothing | its storage failed | resumes it on S, before anything else",
    cases: {
      "where it is": [
        { S: domain("paused (I/O error)"), D: nothing, expected: ["resume on a", "migrate from a to b"] },
        { S: nothing, D: domain("paused (I/O error)"), expected: ["resume on b"] },
      ],
    },
  },
  p: {
    row: "anything | no answer | unknown | refuses, unless D is unreachable and fenced",
    cases: {
      "nothing is done, whatever the others say": [nothing, running, off, domain("paused (migrating)")].map((D) => ({
        S: silent,
        D,
        expected: {
          refusal: /It may be on any of a, b; its location is unknown.*\na: no route to host\n.*fenced: \["a"\]/s,
        },
      })),
      "unless the operator says that it is off": [
        { S: silent, D: nothing, want: { fenced: ["a"] }, expected: ["define on b", "start on b"] },
        { S: silent, D: running, want: { fenced: ["a"] }, expected: [] },
      ],
      "that word ends when the host is back": [
        {
          S: domain("shut off (crashed)"),
          D: running,
          want: { fenced: ["a"] },
          expected: { refusal: /^a is listed in fenced, but it answers\. Remove it/ },
        },
      ],
    },
  },
  q: {
    row: "paused (migrating) or (api error) | the same, but fenced, booted or defined since | nothing shows that the guest did not run on D | refuses",
    cases: {}, // what hosts are asked for this is in ran-since.test.ts
  },
};
