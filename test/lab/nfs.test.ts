import { domainState, startGuest } from "../../lab/by-hand/guest";
import { guests } from "../../lab/guest/build";
import { closeConnections } from "../../provider/host/ssh-host";
import { unitName } from "../../provider/nfs/mount-unit";
import { nfsExport } from "../../provider/resources/nfs-export/definition";
import { nfsMount } from "../../provider/resources/nfs-mount/definition";
import { retryUntil } from "../../provider/util/policy";
import { ResourceHarness } from "./resource-harness";
import { connectionTo, everything, lengthyTest, removeGuest, runningLab } from "./support";

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

const share = new ResourceHarness(nfsExport, "NfsExport::share");
const mount = new ResourceHarness(nfsMount, "NfsMount::mount");
const table = async () => (await nas.exec(["exportfs", "-s"])).stdout.trim().split("\n").filter(Boolean).sort();
const findmnt = async () =>
  (await hvA.tryExec(["findmnt", "--noheadings", "--raw", "--output", "SOURCE,OPTIONS", "--mountpoint", folder]))
    .stdout;
const enabled = async () => (await hvA.tryExec(["systemctl", "is-enabled", "--", unit])).stdout.trim();

/** What of a host these resources could change. */
const footprint = (host: typeof nas) =>
  host.script(
    `find /etc/exports /etc/exports.d /etc/systemd/system /srv /run/pulumi-kvm-live.* 2>/dev/null | sort
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
    `for path in "$1" /srv/shared/b; do while umount "$path" 2>/dev/null; do :; done; done
     systemctl disable -- "$2" 2>/dev/null || true
     rm -f "/etc/systemd/system/$2" /etc/systemd/system/srv-shared-b.mount
     systemctl daemon-reload; systemctl reset-failed 2>/dev/null || true
     sed -i '/srv.shared/d' /etc/fstab; rm -rf --one-file-system /srv/shared`,
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
  expect(await table()).toEqual([expect.stringMatching(/^\S+images-1 +10\.77\.0\.0\/24\(sync,.*,rw,.*no_root_squash/)]);
  expect(share.outputs.source).toBe(mounted.source);
  expect(await mount.up(mounted)).toBe("created");
  expect(await findmnt()).toMatch(/^10\.77\.0\.13:\S+ rw,noatime,sync,vers=4\.2,.*hard,proto=tcp,timeo=600/);
  expect(await enabled()).toBe("enabled");
  expect((await hvA.exec(["systemd-escape", "-p", "--suffix=mount", folder])).stdout.trim()).toBe(unit);
  await hvA.script('echo written > "$1/a file"', folder);
  expect((await nas.exec(["cat", `${folder}/a file`])).stdout).toBe("written\n");
  expect([await share.refresh(), await mount.refresh()]).toEqual(["unchanged", "unchanged"]);
  expect([share.outputs.drift, mount.outputs.drift]).toEqual([undefined, undefined]);
  expect([await share.up(exported), await mount.up(mounted)]).toEqual(["unchanged", "unchanged"]);
  await nas.exec(["exportfs", "-ra"]); // as after a reboot: the file alone makes the same table
  expect(await share.refresh()).toBe("unchanged");
});

describe("drift is shown by refresh and repaired by up", () => {
  const words = (line: string) => line.replace("FOLDER", folder).replace("SOURCE", mounted.source);

  test.each<[string, string, string[]]>([
    [
      "the file is gone, and it is exported with other options",
      'rm "$1"; exportfs -i -o ro,no_root_squash,insecure,no_subtree_check "10.77.0.0/24:$2"',
      [
        `nas: ${exportPath} is missing`,
        "nas: FOLDER is exported to 10.77.0.0/24 with ro instead of rw",
        "nas: FOLDER is exported to 10.77.0.0/24 with insecure instead of secure",
      ],
    ],
    [
      "the file was changed, and the export withdrawn",
      'echo "# mine" >> "$1"; exportfs -u "10.77.0.0/24:$2"',
      [`nas: ${exportPath} was changed`, "nas: FOLDER is not exported to 10.77.0.0/24"],
    ],
  ])("export: %s", async (_, change, drift) => {
    await nas.script(change, exportPath, folder);
    expect(await share.refresh()).toBe("changed");
    expect(share.outputs.drift).toEqual(drift.map(words));
    expect(await share.up(exported)).toBe("updated");
    expect(share.outputs.drift).toBeUndefined();
    expect(await table()).toHaveLength(1);
    expect(share.outputs.createdDirectories).toEqual(["/etc/exports.d", "/srv/shared", folder]);
  });

  const ofMount: [string, string, string[]][] = [
    ["it is not mounted", 'umount "$2"', ["hv-a: SOURCE is not mounted at FOLDER"]],
    [
      "the unit is gone, and something else is mounted",
      'umount "$2"; mount -t tmpfs elsewhere "$2"; rm "$1"',
      [`hv-a: ${unitPath} is missing`, "hv-a: elsewhere (tmpfs) is mounted at FOLDER instead of SOURCE"],
    ],
    [
      "the unit was changed and disabled, and it is mounted with other options",
      'umount "$2"; mount -t nfs -o vers=4.2,timeo=100 "$3" "$2"; echo "# mine" >> "$1"; systemctl disable -- "$4"',
      [
        `hv-a: ${unitPath} was changed`,
        `hv-a: ${unitPath} is not enabled`,
        "hv-a: FOLDER is mounted with timeo=100 instead of timeo=600",
        "hv-a: FOLDER is mounted with no sync",
        "hv-a: FOLDER is mounted with no noatime",
      ],
    ],
  ];

  test.each(everything ? ofMount : ofMount.slice(-1))("mount: %s", async (_, change, drift) => {
    await hvA.script(change, unitPath, folder, mounted.source, unit);
    expect(await mount.refresh()).toBe("changed");
    expect(mount.outputs.drift).toEqual(drift.map(words));
    expect(await mount.up(mounted)).toBe("updated");
    expect(mount.outputs.drift).toBeUndefined();
    expect(await enabled()).toBe("enabled");
    expect(await findmnt()).toMatch(/^10\.77\.0\.13:\S+ rw,noatime,sync,.*timeo=600\S+\n$/);
  });
});

lengthyTest("in use it is not taken away, and who uses it is named", async () => {
  await startGuest(nas, hvA, guest, guests.beat);
  const holder = await hvA.script('cd "$1"; sleep 300 > held 2>&1 < /dev/null & echo $!', folder);
  const pid = holder.stdout.trim();
  const users = [`hv-a: the guest tenant uses ${folder}.`, `hv-a: process ${pid} (sleep 300) uses ${folder}.`];
  const running = async () => expect((await nas.exec(["cat", `${folder}/tenant.log`])).stdout).not.toBe("");
  await retryUntil(running, { everyMs: 300, timeoutMs: 120_000 });
  const seen = [await findmnt(), await table()];
  const why = (attempt: Promise<unknown>) => attempt.catch((error: Error) => error.message);
  const refusals = [await why(mount.up({ ...mounted, options: ["vers=4.2"] })), await why(mount.destroy())];
  for (const refusal of refusals) for (const user of users) expect(refusal).toContain(user);
  expect(await why(share.destroy())).toContain(`nas: 10.77.0.11 has ${folder}/tenant.qcow2 open.`);
  const narrower = { ...exported, clients: [client("10.77.0.12", "rw")] };
  expect(await why(share.up(narrower))).toContain(`nas: 10.77.0.11 has ${folder}/tenant.log open.`);
  expect([await findmnt(), await table()]).toEqual(seen);
  expect(await domainState(hvA, guest.name)).toBe("running");
  await hvA.exec(["kill", pid]);
  await removeGuest(guest.name);
  expect(await mount.up({ ...mounted, options: [...options, "nodev"] })).toBe("updated");
  expect(await findmnt()).toContain("nodev");
});

test("other exports stay as they are, whatever happens to ours", async () => {
  await nas.script(
    `mkdir -p /srv/other
     exportfs -i -o ro,no_subtree_check 10.78.0.0/24:/srv/other
     exportfs -i -o rw,no_subtree_check 10.79.0.0/24:/srv/other
     printf '%s\\n' '/srv/other 10.1.1.1(mistake)' '/srv/other 10.79.0.0/24(rw,no_subtree_check)' "$1 10.99.0.1(rw)" \\
       > /etc/exports.d/other.exports`,
    folder,
  );
  const ours = await table();
  expect(ours).toHaveLength(3);
  const file = await nas.exec(["cat", exportPath]);
  const newer = { ...exported, clients: [...exported.clients, client("10.80.0.1", "rw", "xprtsec=mtls")] };
  await expect(share.up(newer)).rejects.toThrow(/exportfs refused the export of .*: .*unknown keyword "xprtsec=mtls"/);
  expect(await table()).toEqual(ours);
  expect((await nas.exec(["cat", exportPath])).stdout).toBe(file.stdout);

  await expect(share.up({ ...exported, clients: [client("10.99.0.1", "rw")] })).rejects.toThrow(
    `nas: /etc/exports.d/other.exports has an entry that would export ${folder} to 10.99.0.1. Remove that entry`,
  );
  const more = [...exported.clients, client("10.80.0.1", "ro"), client("2001:db8::/32", "ro", "fsid=7")];
  expect(await share.up({ ...exported, clients: more, mode: "0751" })).toBe("updated");
  expect((await nas.exec(["stat", "-c", "%a", folder])).stdout).toBe("751\n");
  expect(await table()).toHaveLength(5);
  expect(share.outputs.drift).toBeUndefined();
  expect(await share.up(exported)).toBe("updated");
  expect(await table()).toEqual(ours);
});

lengthyTest("what is not ours is refused with a reason, and left as it was", async () => {
  const fresh = new ResourceHarness(nfsMount, "NfsMount::fresh");
  const other = { ...mounted, path: "/srv/shared/b" };
  await hvA.script('mkdir -p "$1"; echo > "$1/precious"; echo "nas:/x $1 nfs defaults 0 0" >> /etc/fstab', other.path);
  const attempt = fresh.up({ ...other, source: `${nas.address}:/srv/none` });
  const error = await attempt.catch((reason: Error) => reason.message);
  await hvA.script('sed -i "/shared.b/d" /etc/fstab; rm "$1/precious"', other.path);
  expect(error).toContain("hv-a: /etc/fstab has nas:/x for /srv/shared/b. Remove it");
  expect(error).toContain("hv-a: /srv/shared/b is not empty: a mount would hide precious.");
  expect(error).toContain("cannot mount 10.77.0.13:/srv/none: 10.77.0.13 does not export /srv/none to it.");
  const odd = { ...other, options: ["vers=4.2", "colour=blue"] };
  await expect(fresh.up(odd)).rejects.toThrow("one of the options is not supported there");
  await hvA.exec(["mount", "-t", "tmpfs", "elsewhere", other.path]);
  await expect(fresh.up({ ...other, adopt: true })).rejects.toThrow("hv-a: elsewhere (tmpfs) is mounted at");
  await hvA.script('umount "$1"; mount -t nfs -o vers=4.2 "$2" "$1"', other.path, other.source);
  await expect(fresh.up(other)).rejects.toThrow("is already mounted at /srv/shared/b, not by this provider.");
  expect(fresh.exists).toBe(false);
  expect(await fresh.up({ ...other, adopt: true })).toBe("created");
  expect(fresh.outputs.drift).toBeUndefined();
  await fresh.destroy();
  await hvA.exec(["rmdir", other.path]); // was there before, and is empty again
});

test("a crash forgets nothing: what was made is found again, and all of it goes", async () => {
  share.forget();
  mount.forget();
  expect(await share.up(exported)).toBe("created");
  expect(await mount.up(mounted)).toBe("created");
  await mount.destroy();
  await nas.script(
    `rm -r "$1"/* /etc/exports.d/other.exports
     exportfs -u 10.78.0.0/24:/srv/other; exportfs -u 10.79.0.0/24:/srv/other; rmdir /srv/other`,
    folder,
  );
  await share.destroy();
  expect(await footprints()).toEqual(before);
  await mount.destroy();
});

lengthyTest("renamed, replaced or wanted by another stack, what is there stays as it is", async () => {
  await share.up(exported);
  await mount.up(mounted);
  const [exports, mounts] = [await table(), await findmnt()];
  const renamed = new ResourceHarness(nfsExport, "NfsExport::renamed");
  const fitted = new ResourceHarness(nfsMount, "NfsMount::renamed");
  expect([await renamed.up(exported), await fitted.up(mounted)]).toEqual(["created", "created"]);
  await share.destroy();
  await mount.destroy();
  expect(share.told.join("\n")).toMatch(/the export of .* stays: it belongs to the NfsExport "renamed"/);
  await renamed.replace(exported);
  const inProd = new ResourceHarness(nfsExport, "NfsExport::share", "prod").up(exported);
  await expect(inProd).rejects.toThrow(/belongs to the NfsExport "renamed" of the stack "lab"/);
  const mountInProd = new ResourceHarness(nfsMount, "NfsMount::mount", "prod").up(mounted);
  await expect(mountInProd).rejects.toThrow(/belongs to the NfsMount "renamed" of the stack "lab"/);
  expect([await table(), await findmnt()]).toEqual([exports, mounts]);
  expect([await renamed.refresh(), await fitted.refresh()]).toEqual(["unchanged", "unchanged"]);
  await fitted.destroy();
  await renamed.destroy();
  expect(await footprints()).toEqual(before);
});

test("what the user has put there stays", async () => {
  await nas.script('mkdir -p "$1"; echo mine > "$1/image"', folder);
  const kept = new ResourceHarness(nfsExport, "NfsExport::kept");
  await kept.up(exported);
  await kept.destroy();
  expect(kept.told).toContainEqual(`nas: ${folder} is no longer exported. The directory and its content stay.`);
  expect((await nas.exec(["cat", `${folder}/image`])).stdout).toBe("mine\n");
});
