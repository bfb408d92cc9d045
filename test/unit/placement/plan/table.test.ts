/** One test for each row of the decision table, which is the one that docs/recovery.md shows to operators. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../../../lab/paths";
import { asker, domain, planFor, says, wanted } from "../world";
import { type Case, type Hosts, type Refusal, rows } from "./recovery-table";

const asked = asker(wanted);
const asks = <Made>(ask: (...args: Parameters<typeof asked.plan>) => Made) => {
  return ({ S, D, want, unchangedForMs }: Hosts): Made => ask(S, D, want, unchangedForMs);
};
const [plan, steps, refusal] = [asks(asked.plan), asks(asked.steps), asks(asked.refusal)];

const inPlan = Object.entries(rows).filter(([, { cases }]) => Object.keys(cases).length > 0);
describe.each(inPlan)("%s", (_letter, { row, cases }) => {
  test.each(Object.entries(cases))(`${row.split(" | ")[2]}: %s`, (_title, sets) => {
    for (const { expected, ...hosts } of sets) expectPlanned(hosts, expected);
  });
});

function expectPlanned(hosts: Hosts, expected: Case["expected"]): void {
  if ("wait" in expected) expect(plan(hosts)).toMatchObject({ kind: "wait", ...expected.wait });
  else if ("refusal" in expected) expectRefused(refusal(hosts), expected.refusal);
  else expect(steps(hosts)).toEqual(expected);
}

function expectRefused(reason: string, expected: Refusal): void {
  if (typeof expected === "string") expect(reason).toBe(expected);
  else if (expected instanceof RegExp) expect(reason).toMatch(expected);
  else for (const part of expected) expect(reason).toContain(part);
}

test("f: never as long as a QEMU of it runs elsewhere, whatever libvirt there says", () => {
  const world = [says("a", domain("paused (migrating)")), { hostName: "b", names: new Map(), hasQemu: true }];
  expect(planFor(world, wanted)).toMatchObject({
    kind: "refused",
    reason: expect.stringMatching(/A QEMU with its UUID runs on b, and libvirt there does not manage it.*on b: pgrep/s),
  });
});

test("docs/recovery.md shows these rows, and no others", () => {
  const guide = readFileSync(join(repository, "docs/recovery.md"), "utf8");
  const [, section = ""] = guide.split("\n## The table\n");
  const shown = (section.split("\n## ")[0] ?? "").split("\n").filter((line) => /^\| [a-z] /.test(line));
  const plain = shown.map((line) =>
    line
      .slice(2, -2)
      .trim()
      .replace(/ +\| +/g, " | "),
  );
  expect(plain).toEqual(Object.entries(rows).map(([letter, { row }]) => `${letter} | ${row}`));
});
