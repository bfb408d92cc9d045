import { checkRate } from "../../../lab/machine/network";
import { readAnswers } from "../../../lab/status";

test("what a healthy hypervisor answers", () => {
  expect(readAnswers("os Debian GNU/Linux 12 (bookworm)\nstate running\nlibvirt 9.0.0\n")).toEqual({
    os: "Debian 12 (bookworm)",
    libvirt: "9.0.0",
    state: "up",
  });
});

test("failed units are named", () => {
  expect(readAnswers("os Debian\nstate degraded\nfailed a.service\nfailed b.mount\n").state).toBe(
    "degraded a.service b.mount",
  );
});

test.each(["10mbit", "500kbit", "1gbit", "1.5mbit", "64kbps"])("%s is a rate", (rate) => {
  expect(() => checkRate(rate)).not.toThrow();
});

test.each(["", "10", "fast", "-1mbit", "0mbit", "10 mbit", "10mbit; reboot", "10MBIT"])("%j is no rate", (rate) => {
  expect(() => checkRate(rate)).toThrow(`Bad rate ${JSON.stringify(rate)}: use a number with a unit of tc(8)`);
});
