/** Whatever two to five hosts say: no plan can double a guest or lose one, and each plan does what it sets out to. */
import fc from "fast-check";
import {
  hasAnswered,
  isActive,
  isSilent,
  isUnreachable,
  type Observation,
} from "../../../../provider/placement/observe/observation";
import { remaining } from "../../../../provider/placement/plan/plan";
import { hostsOf, type Step } from "../../../../provider/placement/plan/steps";
import type { Owner } from "../../../../provider/util/owner";
import { after, domain, mute, owners, planFor, removalFor, running, says, type Want, wanted, withQemu } from "../world";

/** The same each time; `KVM_LIVE_CASES=1000000 npm run test:unit` tries others, and more. */
const cases = Number(process.env.KVM_LIVE_CASES ?? 10_000);
const run = { numRuns: cases, ...(process.env.KVM_LIVE_CASES === undefined && { seed: 20_261_124 }) };

const states = [
  ...["running (booted)", "running (migrated)", "running (migration canceled)", "running (unpaused)"],
  ...["running (post-copy)", "running (post-copy failed)", "in shutdown (unknown)", "crashed (panicked)"],
  ...["paused (user)", "paused (migrating)", "paused (api error)", "paused (I/O error)", "paused (starting up)"],
  ...["paused (post-copy)", "paused (post-copy failed)"],
  ...["shut off (shutdown)", "shut off (migrated)", "shut off (failed)", "shut off (crashed)"],
];

const facts = fc
  .record({
    state: fc.constantFrom(...states),
    job: fc.constantFrom("none", "none", "none", "outgoing", "incoming", "other"),
    persistent: fc.boolean(),
    autostart: fc.boolean(),
    managedSave: fc.constantFrom(false, false, true),
    mark: fc.constantFrom("m", "m", "older", undefined),
    owner: fc.constantFrom(...Array<Owner>(6).fill(owners.self), ...Object.values(owners), undefined),
  })
  .map(({ state, ...rest }) => {
    const isOff = state.startsWith("shut off");
    const persistent = isOff || rest.persistent;
    const possible = {
      persistent,
      autostart: persistent && rest.autostart,
      ...(isOff ? { job: "none" } : { managedSave: false }),
    };
    return domain(state, { ...rest, ...possible } as never);
  });
const word = fc.oneof(
  { weight: 2, arbitrary: fc.constant(undefined) },
  { weight: 5, arbitrary: facts },
  { weight: 1, arbitrary: fc.constant("no route to host") },
  { weight: 1, arbitrary: fc.constantFrom("silent with a QEMU", "silent") },
);
const names = ["a", "b", "c", "d", "e"];
/** Mostly what they say is in accord with itself; sometimes a QEMU runs that libvirt does not know of. */
const world = fc.array(fc.tuple(word, fc.integer({ min: 0, max: 30 })), { minLength: 2, maxLength: 5 }).map((words) =>
  words.map(([what, odd], index): Observation => {
    if (typeof what === "string" && what.startsWith("silent"))
      return mute(names[index] ?? "", what.includes("QEMU") || (odd > 0 ? false : undefined));
    const said = says(names[index] ?? "", what);
    return hasAnswered(said) && odd === 0 ? { ...said, hasQemu: true } : said;
  }),
);
const question = fc.record({
  world,
  host: fc.nat(4),
  powerState: fc.constantFrom("running", "running", "shut off"),
  autostart: fc.boolean(),
  persistent: fc.constantFrom(true, true, true, false),
  redefine: fc.boolean(),
  adopt: fc.boolean(),
  isInState: fc.constantFrom(true, true, false),
  fenced: fc.subarray(names),
  unchangedForMs: fc.constantFrom(0, 90_000),
});

function wish({
  world: hosts,
  host,
  fenced,
  ...rest
}: Omit<typeof question extends fc.Arbitrary<infer T> ? T : never, "unchangedForMs">): Want {
  const on = names[host % hosts.length] ?? "";
  const known = hosts.map((one) => one.hostName);
  const transient = rest.persistent ? {} : { powerState: "running", autostart: false }; // inputs that go with it
  return {
    ...wanted,
    ...rest,
    ...transient,
    hostName: on,
    fenced: fenced.filter((name) => name !== on && known.includes(name)),
  } as Want;
}

/** @throws Error for a step that takes away or changes what another stack owns, or in a removal any other resource */
function expectOwn(hosts: readonly Observation[], step: Step, { adopt }: Want, removes = false): void {
  for (const host of hostsOf(step)) {
    const found = hosts.filter(hasAnswered).find(({ hostName }) => hostName === host)?.domain;
    if (!found?.owner || found.mark === undefined) continue;
    if (removes) expect(found.owner).toEqual(owners.self);
    else if (!adopt) expect(found.owner).not.toEqual(owners.otherStack);
  }
}

/** @throws Error for a step that could double a guest, lose one, or touch what has not answered */
function expectSafe(hosts: readonly Observation[], step: Step): void {
  const elsewhere = (on: string) => withQemu(hosts).filter((host) => host !== on);
  const of = (on: string) => hosts.filter(hasAnswered).find(({ hostName }) => hostName === on)?.domain;
  for (const host of hostsOf(step))
    expect(hosts.find((one) => one.hostName === host && hasAnswered(one))).toBeDefined();
  if ("on" in step && ["start", "create", "resume", "roll back"].includes(step.do))
    expect(elsewhere(step.on)).toEqual([]);
  if (step.do === "start" || step.do === "create") expect(withQemu(hosts)).toEqual([]);
  if (step.do === "destroy stale copy") {
    expect(of(step.on)?.state).toBe("paused");
    expect(elsewhere(step.on)).not.toEqual([]);
  }
  if (step.do === "migrate") expect(withQemu(hosts)).toEqual([step.from]);
  if (step.do === "undefine") expect(isActive(of(step.on) ?? domain("running"))).toBe(false);
}

/** Nobody knows what runs there; a host that answers in any way is not off, whatever the operator says. */
const isUnexplained = (one: Observation, { fenced }: Want) =>
  isSilent(one) || (isUnreachable(one) && !fenced.includes(one.hostName));

const definedOn = (hosts: readonly Observation[]) =>
  hosts.filter(hasAnswered).flatMap(({ hostName, domain: facts }) => (facts?.persistent ? [hostName] : []));

test("no plan doubles, loses or guesses; carried out, it ends with nothing to do", () => {
  const seen = { steps: 0, wait: 0, refused: 0, acts: 0 };
  fc.assert(
    fc.property(question, ({ unchangedForMs, ...asked }) => {
      const want = wish(asked);
      const plan = planFor(asked.world, want, unchangedForMs);
      seen[plan.kind] += 1;
      expect(planFor(asked.world, want, unchangedForMs)).toEqual(plan);
      if (asked.world.some((one) => isUnexplained(one, want))) expect(plan.kind).toBe("refused");
      if (plan.kind !== "steps") return;
      if (!want.persistent && definedOn(asked.world).length > 0) return; // the preflight refuses it
      seen.acts += plan.steps.length;
      let [hosts, rest, then] = [asked.world, plan.steps, want];
      for (;;) {
        const [step] = rest;
        if (!step) break;
        expectSafe(hosts, step);
        expectOwn(hosts, step, want);
        const before = running(hosts);
        const next = after(hosts, step, want);
        expect(running(next).length).toBeLessThanOrEqual(Math.max(1, before.length));
        if (before.length > 0 && want.powerState === "running") expect(running(next)).not.toEqual([]);
        // What post-copy has brought may have to be defined yet.
        if (definedOn(hosts).length > 0 && step.do !== "resume post-copy") expect(definedOn(next)).not.toEqual([]);
        if (step.do === "define") then = { ...then, redefine: false };
        hosts = next;
        const again = planFor(hosts, then, unchangedForMs); // while it says wait, it is waited for
        expect(again.kind).toBe("steps");
        if (again.kind === "steps") rest = remaining("web", rest.slice(1), again.steps, hosts);
      }
      expect(running(hosts).length).toBeLessThanOrEqual(1);
      expect(planFor(hosts, then, unchangedForMs)).toMatchObject({ kind: "steps", steps: [] });
    }),
    run,
  );
  // That all of this was about something.
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(cases / 20);
});

test("no removal ends what it has not found, nor leaves a half behind", () => {
  let removed = 0;
  fc.assert(
    fc.property(question, fc.constantFrom("shutdown", "destroy"), ({ unchangedForMs, ...asked }, onDelete) => {
      const want = wish(asked);
      const plan = removalFor(asked.world, want, onDelete, unchangedForMs);
      if (asked.world.some((one) => isUnexplained(one, want))) expect(plan.kind).toBe("refused");
      if (plan.kind !== "steps") return;
      let [hosts, rest] = [asked.world, plan.steps];
      for (let [step] = rest; step; [step] = rest) {
        expectSafe(hosts, step);
        expectOwn(hosts, step, want, true);
        hosts = after(hosts, step);
        const again = removalFor(hosts, want, onDelete, unchangedForMs);
        expect(again.kind).toBe("steps");
        if (again.kind === "steps") rest = remaining("web", rest.slice(1), again.steps, hosts);
      }
      const left = hosts.filter(hasAnswered).flatMap(({ domain: facts }) => facts ?? []);
      if (left.length > 0) {
        const others = left.filter(({ owner }) => owner !== undefined && owner !== owners.self);
        expect(others).not.toEqual([]);
        return;
      }
      expect(withQemu(hosts)).toEqual([]);
      removed += 1;
    }),
    run,
  );
  expect(removed).toBeGreaterThan(cases / 40);
});
