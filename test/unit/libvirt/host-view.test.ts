import { shownDigest } from "../../../provider/libvirt/definition/shown";
import { parseXml } from "../../../provider/libvirt/definition/xml";
import { answerAbout, parseView, saysNothingOfJob } from "../../../provider/libvirt/host-view";
import { ChangedWhileReading } from "../../../provider/placement/observe/observation";
import { fixture } from "../../fixtures/read";

const uuid = "0f0806ab-531d-6134-5def-c5b495529284";
const other = "11111111-2222-3333-4444-555555555555";
const separator = "-- kvm-live --";
const running = fixture("virsh-9.0.0-view-running.txt");
const viewOf = (stdout: string, stderr = "") => parseView("hv", stdout.split(separator), stderr);
const parsed = (stdout: string, stderr = "") => answerAbout(viewOf(stdout, stderr), uuid);
const sections = (...parts: string[]) => parts.join(`${separator}\n`);
const said = "error: Operation not supported: migration statistics are available only on the source host\n";

test("a running domain, and the names of all", () => {
  const { domain, names, hasQemu } = parsed(running);
  expect(domain).toMatchObject({ name: "ubuntu-14.04", state: "running", reason: "booted", persistent: true });
  expect(domain).toMatchObject({ autostart: false, managedSave: false, job: "none" });
  expect(domain).not.toHaveProperty("mark");
  expect(names.get("a name with spaces")).toBe(other);
  expect(hasQemu).toBe(true);
});

test("snapshots and checkpoints are counted", () => {
  expect(parsed(running).domain).not.toHaveProperty("snapshots");
  const kept = running.replace(
    "-- kvm-live --\n\n-- kvm-live --\n\n",
    "-- kvm-live --\nfirst one\ntwo\n\n-- kvm-live --\nc1\n\n",
  );
  expect(parsed(kept).domain).toMatchObject({ snapshots: 2, checkpoints: 1 });
});

test("a domain that is not there, while others are", () => {
  const stdout = sections(`${uuid}\n`, "\n", "\n", "\n", "\n", "\n", "\n", "\n", `${other} other\n\n`, "");
  const { domain, names, hasQemu } = parsed(stdout, `error: failed to get domain '${uuid}'\n`);
  expect(domain).toBeUndefined();
  expect(hasQemu).toBe(false);
  expect([...names.keys()]).toEqual(["other"]);
});

test("a QEMU that libvirt does not know of is seen", () => {
  const { domain, hasQemu } = parsed(
    sections(`${uuid}\n`, "\n", "\n", "\n", "\n", "\n", "\n", "\n", "\n", `-uuid\n${uuid}\n--\n`),
  );
  expect([domain, hasQemu]).toEqual([undefined, true]);
});

test("what comes or goes between two questions is neither there nor absent", () => {
  expect(() => parsed(running.replace(/^running.*$/m, ""))).toThrow(ChangedWhileReading);
  expect(() => parsed(running.replace(`${uuid} ubuntu`, ""))).toThrow(ChangedWhileReading);
});

test("nor is what has come after the domains were counted", () => {
  const of = (list: string) => answerAbout(viewOf(sections("\n", list, "")), uuid);
  expect(of(`${other} other\n`).domain).toBeUndefined();
  expect(() => of(`${other} other\n${uuid} web\n`)).toThrow(ChangedWhileReading);
});

test("an answer that is cut off, or has anything before it, is none", () => {
  const parts = running.split(separator);
  expect(() => parseView("hv", parts.slice(0, -1), "")).toThrow(/answer of a script is not complete/);
  expect(() => parseView("hv", [`Welcome\n${parts[0]}`, ...parts.slice(1)], "")).toThrow(/not complete/);
});

test("a job's direction is known from either side", () => {
  const outgoing = running.replace("Job type: 0", fixture("virsh-9.0.0-job-outgoing.txt"));
  expect(parsed(outgoing).domain?.job).toBe("outgoing");
  expect(parsed(running.replace("Job type: 0", ""), said).domain?.job).toBe("incoming");
  expect(parsed(running.replace("Job type: 0", "Job type: 1\noperation: 6")).domain?.job).toBe("other");
});

test("a domain that a migration has brought there has its figures", () => {
  const figures = "Job type: 3\noperation: 4\ntime_elapsed: 1200\ndowntime: 87\n";
  const arrived = running.replace(
    "</domain>\n\n\n-- kvm-live --\n\n-- kvm-live --\n\n-- kvm-live --\n",
    `$&${figures}`,
  );
  expect(answerAbout(viewOf(arrived), uuid).arrivedBy).toMatchObject({ elapsedMs: 1200, downtimeMs: 87 });
  expect(answerAbout(viewOf(arrived.replace("operation: 4", "operation: 5")), uuid).arrivedBy).toBeUndefined();
  expect(answerAbout(viewOf(running), uuid).arrivedBy).toBeUndefined();
});

test("among others, an error about a job is nobody's in particular", () => {
  const xml = `<domain><name>x</name><uuid>${other}</uuid></domain>`;
  const two = (job: string, state = "running (booted)") => {
    const each = [
      ["running (booted)", "", "Job type: 0", xml, "", "", ""],
      [state, "", job, xml, "", "", ""],
    ];
    const list = `${uuid} web\n${other} arriving\n`;
    return viewOf(sections(`${uuid}\n${other}\n`, ...each.flat(), list, ""), said);
  };
  expect(saysNothingOfJob(two(""), other)).toBe(true);
  expect(saysNothingOfJob(two(""), uuid)).toBe(false);
  expect(answerAbout(two(""), uuid).domain?.job).toBe("none");
  expect(saysNothingOfJob(two("", "shut off (shutdown)"), other)).toBe(false);
  expect(answerAbout(two("", "shut off (shutdown)"), other).domain?.job).toBe("none");
});

test("a domain without a mark shows what it is made of, as a program has it with its password", () => {
  const [, xml = ""] = /(<domain .*<\/domain>)/s.exec(running) ?? [];
  const withGraphics = (text: string, passwd = "") =>
    text.replace("</domain>", `<devices><graphics type='vnc' port='-1' autoport='yes'${passwd}/></devices></domain>`);
  const { domain } = parsed(withGraphics(running));
  expect(domain?.shownDigest).toBe(
    shownDigest(parseXml(withGraphics(xml, " passwd='secret' passwdValidTo='2030-01-01T00:00:00'"))),
  );
  expect(domain?.shownDigest).not.toBe(shownDigest(parseXml(xml)));
  const metadata = '<metadata><k:domain xmlns:k="urn:pulumi-kvm-live:domain" definition="d"/></metadata></domain>';
  expect(parsed(running.replace("</domain>", metadata)).domain).not.toHaveProperty("shownDigest");
});
