import { parseAnswer } from "../../../provider/libvirt/observe";
import { ChangedWhileReading } from "../../../provider/placement/observe/observation";
import { fixture } from "../../fixtures/read";

const uuid = "0f0806ab-531d-6134-5def-c5b495529284";
const separator = "-- kvm-live --";
const running = fixture("virsh-9.0.0-view-running.txt");
const parsed = (stdout: string, stderr = "") => parseAnswer(uuid, stdout.split(separator), stderr);
const sections = (...parts: string[]) => parts.join(`${separator}\n`);

test("a running domain, and the names of all", () => {
  const { domain, names } = parsed(running, "");
  expect(domain).toMatchObject({ name: "ubuntu-14.04", state: "running", reason: "booted", persistent: true });
  expect(domain).toMatchObject({ autostart: false, managedSave: false, job: "none" });
  expect(domain).not.toHaveProperty("mark");
  expect(names.get("a name with spaces")).toBe("11111111-2222-3333-4444-555555555555");
});

test("snapshots and checkpoints are counted", () => {
  expect(parsed(running, "").domain).not.toHaveProperty("snapshots");
  const kept = running.replace(
    "-- kvm-live --\n\n-- kvm-live --\n\n",
    "-- kvm-live --\nfirst one\ntwo\n\n-- kvm-live --\nc1\n\n",
  );
  expect(parsed(kept, "").domain).toMatchObject({ snapshots: 2, checkpoints: 1 });
});

test("a domain that is not there, while others are", () => {
  const stdout = sections("\n", "\n", "\n", "\n", "\n", "\n", "11111111-2222-3333-4444-555555555555 other\n\n", "");
  const { domain, names, hasQemu } = parsed(stdout, `error: failed to get domain '${uuid}'\n`);
  expect(domain).toBeUndefined();
  expect(hasQemu).toBe(false);
  expect([...names.keys()]).toEqual(["other"]);
});

test("a QEMU that libvirt does not know of is seen", () => {
  const { domain, hasQemu } = parsed(sections("\n", "\n", "\n", "\n", "\n", "\n", "\n", "/proc/4711/cmdline\n"), "");
  expect([domain, hasQemu]).toEqual([undefined, true]);
});

test("what comes or goes between two questions is neither there nor absent", () => {
  expect(() => parsed(running.replace(/^running.*$/m, ""), "")).toThrow(ChangedWhileReading);
  expect(() => parsed(running.replace(`${uuid} ubuntu`, ""), "")).toThrow(ChangedWhileReading);
});

test("a job's direction is known from either side", () => {
  const outgoing = running.replace("Job type: 0", fixture("virsh-9.0.0-job-outgoing.txt"));
  expect(parsed(outgoing, "").domain?.job).toBe("outgoing");
  const said = "error: Operation not supported: migration statistics are available only on the source host\n";
  expect(parsed(running.replace("Job type: 0", ""), said).domain?.job).toBe("incoming");
  expect(parsed(running.replace("Job type: 0", "Job type: 1\noperation: 6"), "").domain?.job).toBe("other");
});
