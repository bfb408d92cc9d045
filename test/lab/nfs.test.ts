import { domainState, startGuest } from "../../lab/by-hand/guest";
import { guests } from "../../lab/guest/build";
import { closeConnections } from "../../provider/host/ssh-host";
import { unitName } from "../../provider/nfs/mount-unit";
import { nfsExport } from "../../provider/resources/nfs-export.handlers";
import { nfsMount } from "../../provider/resources/nfs-mount.handlers";
import { retryUntil } from "../../provider/util/policy";
import { Driver } from "./drive";
import { connectionTo, removeGuest, runningLab } from "./support";

const { nas, hvA } = runningLab();
/** With a parent of its own, and apart from where other tests mount by hand. */
const folder = "/srv/shared/images-1";
const unit = unitName(folder);
const [exportPath, unitPath] = ["/etc/exports.d/kvm-live-srv-shared-images=2d1.exports", `/etc/systemd/system/${unit}`];
const options = ["vers=4.2", "hard", "proto=tcp", "timeo=600", "retrans=2", "noatime", "sync", "_netdev"];
const client = (name: string, ...words: string[]) => ({ client: name, options: words });
const exported = { server: connectionTo(nas), path: folder, clients: [client("10.77.0.0/24", "rw", "no_root_squash")] };
const mounted = { host: connectionTo(hvA), source: `${nas.address}:${folder}`, path: folder, options };
const guest = { name: "tenant", folder, memoryMiB: 64 };

const share = new Driver(nfsExport, "share");
const mount = new Driver(nfsMount, "mount");
const table = async () => (await nas.exec(["exportfs", "-s"])).stdout.trim().split("\n").filter(Boolean).sort();
const findmnt = async () =>
  (await hvA.tryExec(["findmnt", "--noheadings", "--raw", "--output", "SOURCE,OPTIONS", "--mountpoint", folder]))
    .stdout;
const enabled = async () => (await hvA.tryExec(["systemctl", "is-enabled", "--", unit])).stdout.trim();

/** What of a host these resources could change. */
const footprint = (host: typeof nas) =>
  host.script(
    `find /etc/exports /etc/exports.d /etc/systemd/system /srv /run/pulumi-kvm-live* 2>/dev/null | sort
     cut -d ' ' -f 5 /proc/self/mountinfo | sort
     exportfs -s
     systemctl list-units --all --no-legend --plain --type=mount | cut -d ' ' -f 1 | sort
     systemctl --failed --no-legend --plain`,
  );
const footprints = async () => (await Promise.all([nas, hvA].map(footprint))).map(({ stdout }) => stdout);
let before: string[];

/** Whatever a failed test has left; never through the code that is tested. */
async function cleanUp(): Promise<void> {
  await removeGuest(guest.name);
  await hvA.script(
    `systemctl stop -- "$2"; umount "$1" 2>/dev/null || true; systemctl disable -- "$2" 2>/dev/null || true
     rm -f "/etc/systemd/system/$2"; systemctl daemon-reload; systemctl reset-failed 2>/dev/null || true
     sed -i '/images-1/d' /etc/fstab; rm -rf /srv/shared`,
    folder,
    unit,
  );
  await nas.script("rm -rf /etc/exports.d /srv/shared /srv/other; exportfs -ra");
}

beforeAll(async () => {
  await cleanUp();
  before = await footprints();
});
afterAll(async () => {
  await cleanUp();
  await closeConnections();
});

test("a directory is exported and mounted, and again is no change", async () => {
  expect(await share.up(exported)).toBe("created");
  expect(await table()).toEqual([
    expect.stringMatching(/^\/srv\/shared\/images-1 +10\.77\.0\.0\/24\(sync,.*,rw,.*no_root/),
  ]);
  expect(share.outputs.source).toBe(mounted.source);
  expect(await mount.up(mounted)).toBe("created");
  expect(await findmnt()).toMatch(
    /^10\.77\.0\.13:\/srv\/shared\/images-1 rw,noatime,sync,vers=4\.2,.*hard,proto=tcp,timeo=600/,
  );
  expect(await enabled()).toBe("enabled");
  await hvA.script('echo written > "$1/a file"', folder);
  expect((await nas.exec(["cat", `${folder}/a file`])).stdout).toBe("written\n");
  for (const [driver, args] of [
    [share, exported],
    [mount, mounted],
  ] as const) {
    expect(await driver.refresh()).toBe("unchanged");
    expect(driver.outputs.drift).toBeUndefined();
    expect(await (driver as Driver<any, object>).up(args as any)).toBe("unchanged");
  }
  console.log(await hvA.script('cat "$1"', unitPath).then((r) => r.stdout), mount.outputs);
});
test("end", async () => {
  await mount.destroy();
  await share.destroy();
  await nas.script("rm -rf /srv/shared");
  expect(await footprints()).toEqual(before);
  console.log(mount.told, share.told, unit, exportPath, domainState, startGuest, guests, retryUntil);
});
