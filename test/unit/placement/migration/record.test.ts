import { parseJob } from "../../../../provider/libvirt/migration/job";
import { transportOf } from "../../../../provider/libvirt/migration/options";
import { copiedImages } from "../../../../provider/libvirt/migration/storage";
import { copiedDiskFindings } from "../../../../provider/libvirt/preflight/copied-images";
import { isWatched } from "../../../../provider/lifecycle/terminal";
import { recordOf, withRecords } from "../../../../provider/placement/migration/record";
import { printFinding } from "../../../../provider/placement/preflight/finding";
import { fixture } from "../../../fixtures/read";

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));
const known = { from: "a", to: "b", encrypted: true, transport: "qemu+tls" };

test("a record has libvirt's figures and the time it was learnt of", () => {
  expect(recordOf(known, parseJob(fixture("virsh-9.0.0-job-completed.txt")), at(1))).toEqual({
    ...known,
    totalTimeMs: 19227,
    downtimeMs: 405,
    bytes: 1149913,
    iterations: 3,
    recordedAt: "2026-01-01T00:01:00.000Z",
  });
});

test("the history keeps the ten newest, newest first", () => {
  const records = Array.from({ length: 12 }, (_, minute) => recordOf(known, undefined, at(minute)));
  const history = records.reduce((all, record) => withRecords(all, [record]), withRecords(undefined, []));
  expect(history.map(({ recordedAt }) => recordedAt)).toEqual(
    records
      .slice(2)
      .reverse()
      .map(({ recordedAt }) => recordedAt),
  );
  expect(withRecords(history, [])).toEqual(history);
  expect(withRecords(undefined, records)).toEqual(history);
});

test.each([
  ["qemu+tls", "qemu+tls"],
  ["qemu+ssh://root@hv-b:2222/system", "qemu+ssh"],
])("%s travels by %s", (uri, expected) => expect(transportOf({ uri })).toBe(expected));

test("images of named disks are found; a name that is none, or is no file, is told", () => {
  const disk = (target: string, source: string) => `<disk><source ${source}/><target dev='${target}'/></disk>`;
  const devices = disk("vda", "file='/a.qcow2'") + disk("vdb", "file='/b.qcow2'") + disk("vdc", "dev='/dev/c'");
  const definition = `<domain><devices>${devices}</devices></domain>`;
  expect(copiedImages(definition, { disks: ["vdb"] })).toEqual([{ disk: "vdb", path: "/b.qcow2", format: "raw" }]);
  expect(saidOf(definition, ["vdb"], "all")).toEqual([]);
  expect(saidOf(definition, ["vda", "vdc", "vdx"], "all")).toEqual([
    expect.stringContaining("no disk vdc with an image file. Name disks that it has (vda, vdb, vdc)"),
    expect.stringContaining("no disk vdx"),
  ]);
});

test("what an image is based on is what the definition says, never what the image says", () => {
  const based = `<backingStore type='file'><format type='qcow2'/><source file='/base.qcow2'/><backingStore/></backingStore>`;
  const disk = (inner: string) =>
    `<domain><devices><disk><driver name='qemu' type='qcow2'/><source file='/a.qcow2'/>${inner}<target dev='vda'/></disk></devices></domain>`;
  const vda = { disk: "vda", path: "/a.qcow2", format: "qcow2" };
  const backing = { path: "/base.qcow2", format: "qcow2" };
  expect(copiedImages(disk(based), { disks: ["vda"] })).toEqual([{ ...vda, backing }]);
  expect(saidOf(disk(based), ["vda"], "incremental")).toEqual([]);
  expect(saidOf(disk(""), ["vda"], "incremental")).toEqual([expect.stringMatching(/Add its <backingStore>/)]);
});

function saidOf(definition: string, disks: string[], mode: "all" | "incremental"): string[] {
  return copiedDiskFindings("hv-a", definition, { disks, mode }).map(printFinding);
}

test("without a Pulumi CLI above, somebody may be watching", () => {
  expect(isWatched(process.pid)).toBe(true);
  expect(isWatched(-1)).toBe(true);
});
