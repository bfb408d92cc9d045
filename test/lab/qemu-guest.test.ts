/** A guest without libvirt on hosts where no libvirt runs: its unit, its moves, its drift, its end. */
import { guests } from "../../lab/guest/build";
import { imagePath } from "../../lab/guest/domain";
import { isPlainQemuStream, isTlsHandshake } from "../../lab/machine/pcap";
import { NativeGuest } from "./native-guest";
import { messageOf } from "./placed-guest";
import { everything, lengthyTest, prepareHypervisors, runningLab } from "./support";

const { lab, hvA, hvB } = runningLab();
const guest = new NativeGuest("native", guests.full);

const libvirtd = "libvirtd.service libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd-tls.socket".split(
  " ",
);
const onBoth = (...argv: string[]) => Promise.all([hvA, hvB].map((host) => host.exec(argv)));

beforeAll(async () => {
  await prepareHypervisors();
  await onBoth("systemctl", "stop", ...libvirtd);
  await guest.furnish();
});
afterAll(async () => {
  await guest.remove();
  await onBoth("systemctl", "start", ...libvirtd.slice(1));
});

test("up starts it in a unit of its own, as the owner of its image, with monitors that only root can open", async () => {
  await guest.up("hv-a");
  await guest.expectOn("hv-a");
  const { stdout } = await hvA.script(
    `ps -o uid= -p "$(systemctl show --property=MainPID --value "$1")"
     stat -c '%U %a' "/run/pulumi-kvm-live/qemu/$2" "/run/pulumi-kvm-live/qemu/$2"/*.sock | sort | uniq -c`,
    guest.unit,
    guest.uuid,
  );
  expect(stdout.split("\n").map((line) => line.trim())).toEqual([guest.owner, "5 root 700", ""]);
  const asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "systemctl"];
  for (const ask of [["show"], ["cat"]]) {
    const shown = (await hvA.exec([...asNobody, ...ask, guest.unit])).stdout;
    expect(shown).toContain("pulumi-kvm-live");
    expect(shown).not.toContain(imagePath(guest.guest));
  }
  expect(await guest.up("hv-a")).toBe("unchanged");
  expect(await guest.driver.refresh()).toBe("unchanged");
});

lengthyTest("a second QEMU with the same image is refused by the image's lock, and nothing of it is left", async () => {
  const drives = [{ file: imagePath(guest.guest) }];
  const twin = new NativeGuest("twin", guests.full, undefined, { drives, serial: { file: "/srv/vm/twin.log" } });
  expect(await messageOf(twin.up("hv-b"))).toMatch(
    /The QEMU of twin on root@\S+ has ended:\n.*Failed to get "write" lock.*look for a second copy of the guest/s,
  );
  expect(twin.driver.exists).toBe(false);
  expect((await hvB.exec(["systemctl", "list-units", "--all", "--no-legend", "pulumi-kvm-live-*"])).stdout).toBe("");
  await guest.expectOn("hv-a");
});

const encrypted = { tls: true, multifdChannels: 4 };
const plain = { tls: false, multifdChannels: 2, bandwidthMiBps: 8 }; // else it is over before anybody looks
const others = [
  {},
  { tls: false, bandwidthMiBps: 8 },
  { tls: true, multifdChannels: 2 },
  { tls: false, multifdChannels: 4, bandwidthMiBps: 8 },
];

async function moveBy(migration: { tls?: boolean; multifdChannels?: number; bandwidthMiBps?: number }): Promise<void> {
  const { tls = true, multifdChannels = 0 } = migration;
  const { from, to } = guest.nextMove();
  const capture = await lab.capture();
  await guest.up(to.name, { migration });
  const streams = (await capture.stop()).filter(({ sent }) => sent.bytes > 0); // the preflight tries a port, and sends nothing
  await guest.expectOn(to.name);
  expect(guest.told).toContain(`migrates native live from ${from.name} to ${to.name}: it keeps running`);
  expect(guest.told).toMatch(/migrating hv-. => hv-.: \d+ %, [\d.]+ MiB sent/);
  expect(/crosses the network unencrypted/.test(guest.told)).toBe(!tls);
  expect(guest.lastMigration).toMatchObject({ from: from.name, to: to.name, encrypted: tls, transport: "qemu" });
  for (const figure of ["totalTimeMs", "downtimeMs", "bytes", "iterations"] as const)
    expect(guest.lastMigration?.[figure]).toBeGreaterThan(0);
  // Each of multifd's channels has a magic number of its own.
  expect(streams.map((stream) => isTlsHandshake(stream.sent.firstBytes))).toEqual(Array(1 + multifdChannels).fill(tls));
  expect(streams.filter((stream) => isPlainQemuStream(stream.sent.firstBytes))).toHaveLength(tls ? 0 : 1);
}

test.each(everything ? [encrypted, ...others] : [encrypted])("moves by %j", moveBy);

lengthyTest("moved by somebody else, it is found where it is, and the next up moves it back", async () => {
  const { to } = guest.nextMove();
  await guest.asSomebodyElse().up(to.name);
  expect(await guest.driver.refresh()).toBe("changed");
  expect(guest.driver.outputs.host).toBe(to.name);
  await moveBy(plain);
});

lengthyTest("another command line waits for its next start, and moves the guest as it runs", async () => {
  const { to } = guest.nextMove();
  const more = { smp: 2 };
  const host = String(guest.driver.outputs.host);
  expect(await guest.driver.preview(guest.inputs(host, more))).toContain("takes effect when the guest is next started");
  await guest.up(host, more);
  expect(guest.driver.outputs.runningCommandLine).not.toContain("-smp");
  expect(await guest.driver.refresh()).toBe("unchanged");
  await guest.up(to.name, more);
  await guest.expectOn(to.name);
  expect(guest.driver.outputs.runningCommandLine).not.toContain("-smp");
});

lengthyTest("one that has ended is drift, and the next up starts it, with its new command line", async () => {
  const host = lab.host(String(guest.driver.outputs.host));
  await host.script('kill "$(systemctl show --property=MainPID --value "$1")"', guest.unit);
  await guest.untilState("shut off");
  expect(guest.driver.outputs.drift).toEqual([`native has ended on ${host.name} (shutdown)`]);
  await guest.up(host.name, { smp: 2 });
  expect(guest.told).toContain(`\`pulumi up\` starts native on ${host.name}.`);
  expect(guest.told).not.toContain("takes effect when the guest is next started");
  await guest.expectProcessOn(host.name);
  expect(guest.driver.outputs.runningCommandLine).toContain("-smp");
});

lengthyTest("started with another command line by hand is drift that shows what it is", async () => {
  const host = lab.host(String(guest.driver.outputs.host));
  await guest.startByHand(host, (word) => (word === "64" ? "48" : word));
  expect(await guest.driver.refresh()).toBe("changed");
  expect(guest.driver.outputs.drift).toEqual([`native on ${host.name} was started by hand with another command line`]);
  expect(guest.driver.outputs.commandLine).toContain("48");
});

lengthyTest("a process that shows other arguments than systemd's record decides nothing on another host", async () => {
  const host = lab.host(String(guest.driver.outputs.host));
  const other = host.name === "hv-a" ? "hv-b" : "hv-a";
  await guest.startByHand(host, (word) => word);
  await expect(guest.up(other)).rejects.toThrow(/was started by hand, so that/);
  await host.exec(["systemctl", "stop", guest.unit]);
  await guest.up(host.name);
  const before = guest.driver.outputs.commandLine;
  await guest.forgeArgument(host, "64", "48");
  expect(await guest.driver.refresh()).toBe("changed");
  expect(guest.driver.outputs.drift).toEqual([expect.stringContaining("only the process itself can have changed")]);
  expect(guest.driver.outputs.commandLine).toEqual(before);
  await expect(guest.up(other)).rejects.toThrow(/native cannot move from .* broken/);
});

test("gone from all hosts it is gone from the state; destroy of what is gone is fine", async () => {
  const host = lab.host(String(guest.driver.outputs.host));
  await host.exec(["systemctl", "stop", guest.unit]);
  expect(await guest.driver.refresh()).toBe("gone");
  await guest.up("hv-a");
  await guest.driver.destroy();
  for (const each of [hvA, hvB]) await guest.expectNothingLeftOn(each);
});
