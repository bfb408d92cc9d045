import { parseJob } from "../../../../provider/libvirt/migration/job";
import { progressLine } from "../../../../provider/placement/migration/job";
import { fixture } from "../../../fixtures/read";

const outgoing = parseJob(fixture("virsh-9.0.0-job-outgoing.txt"));

test("an active job on the source", () => {
  expect(outgoing).toMatchObject({ active: true, operation: "outgoing", elapsedMs: 4157, remainingBytes: 50331648 });
});

test("a completed job on the destination", () => {
  expect(parseJob(fixture("virsh-9.0.0-job-completed.txt"))).toEqual({
    active: false,
    operation: "incoming",
    elapsedMs: 19227,
    downtimeMs: 405,
    totalBytes: 72163328,
    processedBytes: 1149913,
    remainingBytes: 0,
    bytesPerSecond: 1047822,
    iterations: 3,
    dirtyBytesPerSecond: 0,
    throttlePercent: 0,
  });
});

test("no job, or nothing at all", () => {
  expect(parseJob("Job type: 0\n\n")).toMatchObject({ active: false, elapsedMs: 0 });
  expect(parseJob("")).toMatchObject({ active: false });
});

test("progress has percent, bytes, remaining, rate and seconds", () => {
  expect(progressLine(outgoing)).toBe("30 %, 18.0 MiB sent, 48.0 MiB of 68.8 MiB remaining, 1.0 MiB/s, 4 s");
  expect(progressLine({ ...outgoing, totalBytes: 0 })).toBe("preparing, 4 s");
});
