import { jobFindings } from "../../../../provider/libvirt/preflight/guest-jobs";

const guest = { name: "web", uuid: "uuid-of-web" };
const found = (blockJobs: Record<string, string>, hasBackup = false) =>
  jobFindings(guest, "hv-a", { hasBackup, blockJobs: new Map(Object.entries(blockJobs)) });

test.each(["No current block job for vda\n", "error: Requested operation is not valid: domain is not running\n"])(
  "no job: %j",
  (said) => expect(found({ vda: said })).toEqual([]),
);

test("a block job and a backup, each with the command that ends it", () => {
  expect(found({ vda: "Block Copy: [ 42 %]\n", vdb: "No current block job for vdb\n" })).toEqual([
    {
      code: "block-job-running",
      hostName: "hv-a",
      subject: "disk vda",
      seen: "Block Copy of web's disk vda is under way on hv-a, and libvirt does not move a guest meanwhile.",
      fix: expect.stringContaining("`virsh blockjob uuid-of-web vda --abort`"),
    },
  ]);
  expect(found({ vda: "Active Block Commit: [100 %]" })[0]?.seen).toMatch(/^Active Block Commit of/);
  expect(found({}, true)).toEqual([
    expect.objectContaining({ code: "backup-running", fix: expect.stringContaining("virsh domjobabort uuid-of-web") }),
  ]);
});

test("what libvirt does not tell is a finding", () =>
  expect(found({ vda: "error: Timed out during operation: cannot acquire state change lock" })).toEqual([
    expect.objectContaining({
      code: "unknown-facts",
      seen: expect.stringContaining("cannot acquire state change lock"),
    }),
  ]));
