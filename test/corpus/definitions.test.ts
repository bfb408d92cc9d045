/** libvirt's own test definitions through `Domain`: accepted, or refused for a reason that a second judge finds, too. */
import { devicesOfKinds } from "../../provider/libvirt/definition/blocking-devices";
import { canonicalDefinition } from "../../provider/libvirt/definition/domain-xml";
import { parseXml } from "../../provider/libvirt/definition/xml";
import { domain } from "../../provider/resources/domain/definition";
import { isOfQemu, kindsThatCannotMove } from "./judge";
import { definitionsOf, ensureTests, libvirtReleases, type TestFile } from "./libvirt-tests";
import { afterOneRun, partsOf } from "./xml-parts";

let all: TestFile[];
beforeAll(async () => {
  for (const release of libvirtReleases) await ensureTests(release);
  all = libvirtReleases.flatMap(definitionsOf).filter(({ text }) => isOfQemu(text));
});

type Policy = "keep" | "remove" | { remove: ["usb"] };

const problemsOf = (xml: string, blockingDevices?: Policy): string[] => {
  const { error } = domain.schema.safeParse({ xml, ...(blockingDevices && { blockingDevices }) });
  return error?.issues.map(({ message }) => message) ?? [];
};

/** What `Domain` gives to libvirt, before it is marked. */
function definitionOf(xml: string, blockingDevices: Policy): string {
  const { definition = "" } = domain.derived?.from({ xml, blockingDevices }, "urn") ?? {};
  return definition;
}

/** The kind that a problem names as the one to leave out. */
const kindIn = (problem: string) => /\{ remove: \["([\w-]+)"\] \}/.exec(problem)?.[1] ?? problem;

/** Those for which something is said. */
const wrong = (say: (file: TestFile) => string | undefined): string[] =>
  all.flatMap((file) => {
    const said = say(file);
    return said === undefined ? [] : [`${file.name}: ${said}`];
  });

test("there are enough of them, of both releases", () => {
  for (const { version } of libvirtReleases)
    expect(all.filter(({ name }) => name.startsWith(version)).length).toBeGreaterThan(450);
});

test("all that can move are accepted, and each refusal has the right reasons", () => {
  const count = { accepted: 0, refused: 0 };
  const byKind: Record<string, number> = {};
  const disagreements = wrong(({ text }) => {
    const found = [...new Set(problemsOf(text).map(kindIn))].sort();
    const judged = kindsThatCannotMove(text).sort();
    count[found.length === 0 ? "accepted" : "refused"]++;
    for (const kind of found) byKind[kind] = (byKind[kind] ?? 0) + 1;
    return String(found) === String(judged) ? undefined : `refused for [${found}], cannot move for [${judged}]`;
  });
  process.stdout.write(`${all.length} definitions: ${JSON.stringify(count)}\nrefused for ${JSON.stringify(byKind)}\n`);
  expect(disagreements).toEqual([]);
});

test("without what cannot move, each is accepted, and stays as it is", () => {
  const disagreements = wrong(({ text }) => {
    const problems = problemsOf(text, "remove");
    if (problems.length > 0) return problems.join();
    const left = definitionOf(text, "remove");
    const judged = kindsThatCannotMove(left.replaceAll('"', "'"));
    if (judged.length > 0) return `what is left has ${judged}`;
    if (problemsOf(left).length > 0) return `what is left is refused: ${problemsOf(left)}`;
    return definitionOf(left, "remove") === left ? undefined : "is another definition the second time";
  });
  expect(disagreements).toEqual([]);
});

test("without USB, nothing is on USB, and libvirt is told to add no controller", () => {
  let count = 0;
  const disagreements = wrong(({ text }) => {
    const left = definitionOf(text, { remove: ["usb"] });
    if (left !== definitionOf(text, "keep")) count++;
    if (devicesOfKinds(parseXml(left), ["usb"]).length > 0) return "USB devices are found";
    const onUsb = left.split("\n").filter((line) => /"usb"|<(hub|redirdev|smartcard)\b/.test(line));
    const others = onUsb.filter((line) => line.trim() !== '<controller type="usb" model="none"/>');
    // A controller that is none may have an index and a place in the original.
    return others.every((line) => /<controller type="usb".* model="none"/.test(line)) ? undefined : others.join();
  });
  process.stdout.write(`${count} of ${all.length} definitions had something on USB\n`);
  expect(disagreements).toEqual([]);
});

test("the canonical text loses nothing but what one run has, and is canonical", () => {
  const disagreements = wrong(({ text }) => {
    const { definition } = canonicalDefinition(parseXml(text), "seed");
    if (canonicalDefinition(parseXml(definition), "other").definition !== definition) return "is not canonical";
    const [before, after] = [partsOf(afterOneRun(text)), partsOf(definition)];
    const lost = before.filter((part) => !after.includes(part));
    const added = after.filter((part) => !before.includes(part));
    if (lost.length + added.length > 0) return `loses ${lost}, gets ${added}`;
    return before.length === after.length ? undefined : `has ${after.length} parts of ${before.length}`;
  });
  expect(disagreements).toEqual([]);
});
