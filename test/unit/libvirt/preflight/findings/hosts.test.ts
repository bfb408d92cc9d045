/** Findings that follow from how two hosts are set up. */
import { parseXml } from "../../../../../provider/libvirt/definition/xml";
import { leaseFindings } from "../../../../../provider/libvirt/preflight/findings/leases";
import { lockManagerFindings } from "../../../../../provider/libvirt/preflight/findings/lock-managers";
import { hasTpmStateInFolder, tpmFindings } from "../../../../../provider/libvirt/preflight/findings/tpm";
import { parseLibvirtFacts } from "../../../../../provider/libvirt/preflight/libvirt-facts";
import { releaseFindings } from "../../../../../provider/placement/preflight/releases";

const asGrepPrints = (qemuConf: string) => qemuConf.replace(/^/gm, "/etc/libvirt/qemu.conf:");

const facts = (name: string, records: Record<string, string>) => ({
  name,
  ...parseLibvirtFacts(
    Object.entries(records).map(([key, value]) =>
      key === "qemuConf" ? { key: "libvirtFiles", values: [asGrepPrints(value)] } : { key, values: [value] },
    ),
    { from: 0, to: 0 },
  ),
});

describe("lock managers", () => {
  const found = (here: string, there: string) =>
    lockManagerFindings(facts("hv-a", { qemuConf: here }), facts("hv-b", { qemuConf: there }));

  test("alike", () => {
    expect(found('#lock_manager = "lockd"\n', "")).toEqual([]);
    expect(found('lock_manager = "lockd"', "lock_manager = 'lockd' # both")).toEqual([]);
  });

  test("libvirt takes the first of several settings", () =>
    expect(found('lock_manager = "lockd"\nlock_manager = "sanlock"\n', 'lock_manager = "lockd"')).toEqual([]));

  test("on one side only, or two of them", () => {
    expect(found('lock_manager = "lockd"', "")).toEqual([
      expect.objectContaining({
        code: "lock-manager-different",
        seen: expect.stringContaining("hv-a has lockd as its lock_manager, and hv-b has none"),
      }),
    ]);
    expect(found('lock_manager = "lockd"', 'lock_manager = "sanlock"')).toHaveLength(1);
  });
});

describe("leases of NFS servers", () => {
  const mounts = (seconds: number) =>
    `device /dev/vda mounted on / with fstype ext4\ndevice nas:/srv/vm mounted on /srv/vm with fstype nfs4 statvers=1.1\n\tnfsv4:\tbm0=0xfdffbfff,bm1=0x40f9be3e,acl=0x3,sessions,pnfs=not configured,lease_time=${seconds},lease_expired=0\n`;
  const found = (seconds: number, conf = "", sources = ["nas:/srv/vm", "nas:/srv/vm"]) =>
    leaseFindings(facts("hv-a", { qemuConf: conf }), facts("hv-b", { mounts: mounts(seconds) }), sources);

  test("long enough, of something else, or never needed", () => {
    expect(found(90)).toEqual([]);
    expect(found(15, "", ["nas:/srv/iso"])).toEqual([]);
    expect(found(15, "keepalive_interval = -1")).toEqual([]);
    expect(found(30, "keepalive_interval = 2\nkeepalive_count = 3")).toEqual([]);
  });

  test("shorter than libvirt's keepalive", () => {
    expect(found(15)).toEqual([
      expect.objectContaining({
        code: "lease-short",
        seen: expect.stringMatching(
          /nas:\/srv\/vm keeps .* for 15 s, and libvirt on hv-a resumes the guest 30 s after/,
        ),
        fix: expect.stringContaining("Set the server's lease to 90 s"),
      }),
    ]);
    expect(found(90, "keepalive_interval = 20")).toHaveLength(1);
  });
});

describe("the state of a TPM", () => {
  const local = { swtpm: '{ "features": [ "tpm-2.0", "cmdarg-seccomp" ] }', swtpmStorage: "ext4\n" };
  const shared = { ...local, swtpmStorage: "nfs4\n" };
  const able = { ...shared, swtpm: '{ "features": [ "cmdarg-migration", "nvram-backend-dir" ] }' };
  const found = (here: Record<string, string>, there: Record<string, string>) =>
    tpmFindings("web", facts("hv-a", here), facts("hv-b", there));

  test("on each host's own disk it goes along; on shared storage where both give the lock up", () => {
    expect(found(local, local)).toEqual([]);
    expect(found(able, able)).toEqual([]);
  });

  test("on shared storage, and swtpm keeps its lock", () => {
    expect(found(able, shared)).toEqual([expect.objectContaining({ code: "tpm-lock-kept", hostName: "hv-b" })]);
    expect(found(shared, { swtpmStorage: "nfs" }).map(({ hostName }) => hostName)).toEqual(["hv-a", "hv-b"]);
  });

  test("on shared storage on one of them only", () =>
    expect(found(able, local)).toEqual([
      expect.objectContaining({
        code: "tpm-state-mixed",
        seen: expect.stringMatching(/hv-a has .* on nfs4, and hv-b/),
      }),
    ]));

  test.each<[string, boolean]>([
    ["<tpm><backend type='emulator' version='2.0'/></tpm>", true],
    ["<tpm><backend type='emulator'><source type='dir' path='/srv/tpm'/></backend></tpm>", false],
    ["<tpm><backend type='passthrough'/></tpm>", false],
    ["", false],
  ])("%s", (tpm, expected) =>
    expect(hasTpmStateInFolder(parseXml(`<domain><devices>${tpm}</devices></domain>`))).toBe(expected),
  );
});

describe("releases", () => {
  const side = (name: string, libvirt: string, qemu: string) =>
    facts(name, {
      version: `Compiled against library: libvirt ${libvirt}\nUsing library: libvirt ${libvirt}\nUsing API: QEMU ${libvirt}\nRunning hypervisor: QEMU ${qemu}\nRunning against daemon: ${libvirt}\n`,
    });
  const found = (
    [libvirt, qemu]: [string, string],
    [newLibvirt, newQemu]: [string, string],
    { threads = 1, hasPostCopy = false } = {},
  ) =>
    releaseFindings("web", {
      from: side("hv-a", libvirt, qemu),
      to: side("hv-b", newLibvirt, newQemu),
      threads,
      hasPostCopy,
    }).map(({ code, seen }) => `${code}: ${seen}`);

  test("the same, or newer", () => {
    expect(found(["9.0.0", "7.2.22"], ["11.3.0", "10.0.13"])).toEqual([]);
    expect(found(["9.0.0", "7.2.22"], ["9.0.0", "7.2.18"])).toEqual([]);
  });

  test("older", () =>
    expect(found(["11.3.0", "10.0.13"], ["9.0.0", "7.2.22"])).toEqual([
      expect.stringMatching(
        /^older-release: web goes from hv-a .* QEMU 7\.2\.22 after 10\.0\.13, libvirt 9\.0\.0 after 11\.3\.0/,
      ),
    ]));

  test("known to go wrong, and how that is known", () => {
    expect(found(["11.6.0", "10.0.3"], ["11.6.0", "10.1.1"])).toEqual([
      expect.stringMatching(
        /^known-bad-releases: .* QEMU 10\.1\.0 and 10\.1\.1 .* \(read in the changelog of 10\.1\.2, not tried\)/,
      ),
    ]);
    expect(found(["11.6.0", "10.1.0"], ["11.6.0", "10.1.1"])).toEqual([]);
    expect(found(["11.6.0", "10.0.3"], ["11.6.0", "10.1.2"])).toEqual([]);
    const debian: [string, string] = ["11.3.0", "10.0.13"];
    expect(found(debian, debian, { threads: 2 })).toEqual([expect.stringMatching(/extra feature ht/)]);
    expect(found(debian, debian)).toEqual([]);
    expect(found(["11.10.0", "10.0.13"], ["11.10.0", "10.0.13"], { threads: 2 })).toEqual([]);
    expect(found(debian, debian, { hasPostCopy: true })).toEqual([expect.stringMatching(/crash as the destination/)]);
    expect(found(["11.4.0", "10.0.13"], ["11.4.0", "10.0.13"], { hasPostCopy: true })).toEqual([]);
  });

  test("not told", () =>
    expect(found(["9.0.0", "7.2.22"], ["", ""])).toEqual([
      expect.stringMatching(/^unknown-facts: libvirt on hv-b does not say/),
    ]));
});
