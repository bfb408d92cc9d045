/** What others see of a guest without libvirt, and who is let in to an incoming port. */
import { guests } from "../../lab/guest/build";
import type { LabHost } from "../../lab/lab-host";
import type { Candidate } from "../../provider/placement/observe/candidate";
import { qemuGuest } from "../../provider/resources/qemu-guest/definition";
import { qemuGuestSchema } from "../../provider/resources/qemu-guest/inputs";
import { retryUntil } from "../../provider/util/policy";
import { silentOperation } from "../silent-operation";
import { NativeGuest } from "./native-guest";
import { messageOf } from "./placed-guest";
import { lengthyTest, prepareHypervisors, runningLab } from "./support";

const { hvA, hvB } = runningLab();
const secret = "S3CR3Tword";
const guest = new NativeGuest("guarded", guests.full, undefined, {
  extraArguments: ["-fw_cfg", `name=opt/io.systemd.credentials/word,string=${secret}`],
});

beforeAll(async () => {
  await prepareHypervisors();
  await guest.furnish();
  await guest.up("hv-a");
});
afterAll(() => guest.remove());

const here = () => (guest.driver.outputs.host === "hv-a" ? hvA : hvB);
const kill = (signal: string) =>
  here().script('kill "-$2" "$(systemctl show --property=MainPID --value "$1")"', guest.unit, signal);
const recordsOn = async (host: LabHost) =>
  (await host.script('find /run/pulumi-kvm-live/qemu -name "argv-*" -printf "%m %U\\n"')).stdout;

/** All that systemd tells of it, to everybody and to root, in files and in the journal. */
const told = async () =>
  (
    await here().script(
      `journalctl --sync
       setpriv --reuid=65534 --regid=65534 --clear-groups sh -c 'systemctl show "$1"; systemctl cat "$1"; systemctl status "$1" | grep -v "[-]uuid"' sh "$1" || true
       systemctl show --all "$1"; cat /run/systemd/transient/"$1"
       journalctl --output=export --all | tr -d '\\000'`,
      guest.unit,
    )
  ).stdout;

lengthyTest(
  "systemd and its journal have none of its arguments, while it runs and once it has ended or failed",
  async () => {
    expect(guest.told).toMatch(/looks like a secret, .*\n-fw_cfg string= holds a credential: use file=/);
    expect(guest.told).not.toContain(secret);
    expect(await told()).toContain(guest.unit);
    expect(await told()).not.toContain(secret);
    expect(await recordsOn(hvA)).toBe("600 0\n");
    await kill("TERM");
    await guest.untilState("shut off");
    expect(guest.driver.outputs.runningCommandLine.join()).toContain(secret);
    // QEMU has said so itself: the journal notes whose command line wrote it.
    await retryUntil(async () => expect(await told()).toMatch(/terminating on signal 15/), {
      everyMs: 500,
      timeoutMs: 60_000,
    });
    expect(await told()).not.toContain(secret);
    await guest.up("hv-a");
    await kill("KILL");
    await guest.untilState("shut off");
    expect(guest.driver.outputs.drift).toEqual(["guarded has ended on hv-a (crashed)"]);
    expect(guest.driver.outputs.runningCommandLine.join()).toContain(secret);
    expect(await told()).not.toContain(secret);
    await guest.up("hv-a");
    expect(await recordsOn(hvA)).toBe("600 0\n");
  },
);

lengthyTest("stopped by an operator, nothing of it stays on its host", async () => {
  await hvA.exec(["systemctl", "stop", guest.unit]);
  await guest.expectNothingLeftOn(hvA);
  expect(await guest.driver.refresh()).toBe("gone");
  await guest.up("hv-a");
});

lengthyTest("a guest that an earlier version has started is known, and moves into a unit of this one", async () => {
  await guest.startByHand(hvA, (word) => word, true);
  await guest.driver.refresh();
  expect(guest.driver.outputs.drift).toBeUndefined();
  await guest.up("hv-b");
  await guest.expectProcessOn("hv-b");
  expect(await told()).not.toContain(secret);
  await guest.up("hv-a");
  await guest.expectProcessOn("hv-a");
});

lengthyTest("a record that is gone leaves the guest where it is, and says why", async () => {
  await hvA.script("rm /run/pulumi-kvm-live/qemu/*/argv-*");
  expect(await messageOf(guest.up("hv-b"))).toContain("cannot move from hv-a: the record of the arguments");
  await guest.expectProcessOn("hv-a");
  await hvA.exec(["systemctl", "stop", guest.unit]);
  expect(await guest.driver.refresh()).toBe("gone");
  await guest.up("hv-a");
});

const never = new AbortController().signal;
function candidateNamed(candidates: readonly Candidate[], { name }: LabHost): Candidate {
  const found = candidates.find((one) => one.name === name);
  if (found === undefined) throw new Error(`No candidate ${name}`);
  return found;
}

/** A QEMU with the certificates in `folder` of that host, which sends another guest to the port. @returns what it says of it */
const sendStranger = async (from: LabHost, folder: string, to: LabHost, port: string) =>
  (
    await from.script(
      `printf '%s\\n' 'migrate_set_parameter tls-creds t' "migrate_set_parameter tls-hostname $2" "migrate tcp:$2:$3" 'info migrate' quit |
         timeout 120 qemu-system-x86_64 -M pc-i440fx-7.2 -accel tcg -m 64 -nodefaults -display none -S -monitor stdio \\
           -object "tls-creds-x509,id=t,dir=$1,endpoint=client,verify-peer=on" 2>&1`,
      ...[folder, to.address, port],
    )
  ).stdout;

lengthyTest(
  "another member that connects to the incoming port is refused; the source itself is let in after it",
  async () => {
    const { from, to } = guest.nextMove();
    const args = qemuGuestSchema.parse({ ...guest.inputs(to.name), uuid: guest.uuid });
    const { candidates, driver } = qemuGuest.model(args, silentOperation()).placement;
    const attempt = driver.migration(candidateNamed(candidates, from), candidateNamed(candidates, to), never);
    await attempt.prepare();
    const port = (await to.script("ss -Hltnp | sed -n 's/.*:\\(49[0-9]*\\) .*qemu-system.*/\\1/p'")).stdout.trim();
    expect(await sendStranger(to, "/etc/pki/qemu", to, port)).toMatch(/Migration status: failed/);
    const denied = async () =>
      expect((await to.exec(["journalctl", "-u", guest.unit])).stdout).toMatch(/authz check for .*hv-.* is denied/);
    await retryUntil(denied, { everyMs: 500, timeoutMs: 60_000 });
    await guest.driver.refresh();
    expect(guest.driver.outputs).toMatchObject({ host: from.name, state: "running" });
    const { outcome } = await attempt.perform(false);
    await retryUntil(async () => expect(await outcome()).toMatchObject({ failure: "", figures: expect.anything() }), {
      everyMs: 500,
      timeoutMs: 300_000,
    });
    await attempt.confirm();
    await guest.driver.refresh();
    await guest.expectProcessOn(to.name);
  },
);

lengthyTest("a certificate without a subject to be let in by is refused before anything is started", async () => {
  const { from, to } = guest.nextMove();
  const file = "/etc/pki/qemu/client-cert.pem";
  await from.script('cp -a "$1" /root/aside.pem; echo foreign > "$1"', file);
  try {
    expect(await messageOf(guest.up(to.name))).toContain(`${file} on ${from.name} has no subject that the destination`);
  } finally {
    await from.script('cp -a /root/aside.pem "$1"; rm /root/aside.pem', file);
  }
  await guest.expectProcessOn(from.name);
});
