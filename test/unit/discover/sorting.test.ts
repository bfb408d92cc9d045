/** What is taken over of what hosts have, as far as that can be told without asking them again. */
import { certificatesOf } from "../../../provider/discover/certificates";
import { exportsOf } from "../../../provider/discover/exports";
import { givenHosts } from "../../../provider/discover/given-hosts";
import { guestsOf } from "../../../provider/discover/guests";
import { mountsOf } from "../../../provider/discover/mounts";
import { printMark } from "../../../provider/host/file-mark";
import { notAHost } from "../../../provider/host/host-word";
import { exportFile } from "../../../provider/nfs/export-file";
import { parseExports } from "../../../provider/nfs/exports";
import { unitFile } from "../../../provider/nfs/mount-unit";
import { parseMountInfo } from "../../../provider/nfs/mountinfo";
import { pkiFacts, seenDomain, seenHost, uuidOf } from "./fleets";

const owner = { urn: "urn:pulumi:prod::shop::pulumi-nodejs:dynamic/kvm:NfsMount::images", uid: "00000001" };
const mark = printMark({ createdDirectories: [], owner });

describe("hosts as they are named", () => {
  test.each([
    ["hv-a", "hv-a", { address: "hv-a" }],
    ["admin@hv-a.example:2222", "hv-a.example:2222", { address: "hv-a.example", user: "admin", port: 2222 }],
    ["[fd77::11]:22", "fd77::11:22", { address: "fd77::11", port: 22 }],
    ["root@fd77::11", "fd77::11", { address: "fd77::11", user: "root" }],
  ])("%s", (text, name, connection) => {
    expect(givenHosts([text], undefined)).toEqual({ hosts: [{ name, connection }], problems: [] });
  });

  test("all problems at once", () => {
    expect(givenHosts(["hv-a", "-oProxyCommand=id", "hv-a", "hv-b:70000", "a b", ""], undefined).problems).toEqual([
      notAHost("-oProxyCommand=id"),
      notAHost("hv-b:70000"),
      notAHost("a b"),
      notAHost(""),
      "hv-a is named twice. Leave one of them out.",
    ]);
    expect(givenHosts([], undefined).problems).toHaveLength(1);
  });

  test("a configuration of ssh is named to all of them", () => {
    expect(givenHosts(["hv-a"], "/x").hosts[0]?.connection).toEqual({ address: "hv-a", sshConfig: "/x" });
  });
});

describe("domains", () => {
  const guestsOn = (...domains: ReturnType<typeof seenDomain>[]) => guestsOf([seenHost("hv-a", { domains })], false);

  test("as they are", () => {
    const { found, leftOut } = guestsOn(
      seenDomain(1, { autostart: true }),
      seenDomain(2, { state: "shut off" }),
      seenDomain(3, { persistent: false }),
      seenDomain(4, { hasPassword: [false, true] }, "<devices><graphics type='sdl'/><graphics type='vnc'/></devices>"),
      seenDomain(5, {}, "<devices><hostdev mode='subsystem' type='pci'/></devices>"),
    );
    expect(leftOut).toEqual([]);
    expect(found).toMatchObject([
      { name: "web1", host: "hv-a", powerState: "running", autostart: true, persistent: true, blocking: [] },
      { name: "web2", powerState: "shut off", autostart: false },
      { name: "web3", persistent: false, hasPassword: false },
      { name: "web4", hasPassword: true, xml: expect.stringContaining('<graphics type="vnc" passwd="*****"/>') },
      { name: "web5", blocking: ["host device (subsystem pci)"] },
    ]);
  });

  test.each<[string, ReturnType<typeof seenDomain>, RegExp]>([
    ["paused", seenDomain(1, { state: "paused" }), /^it is paused, and a program has it running or shut off/],
    [
      "of another stack",
      seenDomain(
        1,
        {},
        `<metadata><k:d xmlns:k='urn:pulumi-kvm-live:domain' definition='d' owner='${owner.urn}#${owner.uid}'/></metadata>`,
      ),
      /^it belongs to the NfsMount "images" of the stack "prod"/,
    ],
    [
      "of an earlier version",
      seenDomain(1, {}, "<metadata><k:d xmlns:k='urn:pulumi-kvm-live:domain' definition='d'/></metadata>"),
      /^it was made by an earlier version/,
    ],
    ["not read", seenDomain(1, { xml: "" }), /^its definition could not be read/],
    ["with several passwords", seenDomain(1, { hasPassword: [true, true] }), /^it has several passwords/],
  ])("one that is %s is left out", (_, domain, reason) => {
    const { found, leftOut } = guestsOn(domain);
    expect([found, leftOut]).toEqual([
      [],
      [{ what: expect.stringContaining("on hv-a"), reason: expect.stringMatching(reason) }],
    ]);
  });

  test("one that is on two hosts is left out on both, and so is a QEMU without libvirt", () => {
    const hosts = ["hv-a", "hv-b"].map((name) =>
      seenHost(name, { domains: [seenDomain(1), seenDomain(name === "hv-a" ? 2 : 3)] }),
    );
    const { found, leftOut } = guestsOf([...hosts, seenHost("hv-c", { qemus: ["db (process 7)"] })], false);
    expect(found.map((one) => one.kind === "DomainPlacement" && one.uuid)).toEqual([uuidOf(2), uuidOf(3)]);
    expect(leftOut.map(({ what }) => what)).toEqual([
      'the domain "web1" on hv-a',
      'the domain "web1" on hv-b',
      "the QEMU db (process 7) on hv-c",
    ]);
    expect(leftOut[0]?.reason).toMatch(/^it is on hv-a and hv-b: a guest belongs on one host/);
  });

  test("what another stack has made is taken over on request", () => {
    const domain = seenDomain(1, {}, "<metadata><k:d xmlns:k='urn:pulumi-kvm-live:domain' definition='d'/></metadata>");
    const { found } = guestsOf([seenHost("hv-a", { domains: [domain] })], true);
    expect(found).toMatchObject([{ name: "web1", xml: expect.not.stringContaining("metadata") }]);
  });
});

describe("exports", () => {
  const table =
    "/srv/vm  10.77.0.0/24(sync,wdelay,hide,no_subtree_check,sec=sys,rw,secure,no_root_squash,no_all_squash)\n";
  const exported = parseExports(table);

  test("by hand, in the words that one would write", () => {
    expect(exportsOf([seenHost("nas", { exported })], false)).toEqual({
      found: [
        {
          kind: "NfsExport",
          host: "nas",
          path: "/srv/vm",
          clients: [{ client: "10.77.0.0/24", options: ["rw", "no_root_squash"] }],
        },
      ],
      leftOut: [],
    });
  });

  test("in the words of the file that has the provider's name for it", () => {
    const text = "/srv/vm 10.77.0.0/24(rw,no_root_squash,no_pnfs)\n";
    const { found } = exportsOf(
      [seenHost("nas", { exported, exportFiles: [{ path: exportFile("/srv/vm"), text }] })],
      false,
    );
    expect(found).toMatchObject([{ clients: [{ options: ["rw", "no_root_squash", "no_pnfs"] }] }]);
  });

  test("what is another stack's, or not in force, is left out", () => {
    const exportFiles = [
      { path: exportFile("/srv/vm"), text: `${mark}\n/srv/vm 10.77.0.0/24(rw)\n` },
      { path: "/etc/exports", text: "/srv/old *(ro)\n" },
    ];
    const { found, leftOut } = exportsOf([seenHost("nas", { exported, exportFiles })], false);
    expect(found).toEqual([]);
    expect(leftOut).toEqual([
      { what: "the export of /srv/vm on nas", reason: expect.stringMatching(/^it belongs to the NfsMount "images"/) },
      { what: "the export of /srv/old to * on nas", reason: "/etc/exports has it, and it is not in force." },
    ]);
    expect(exportsOf([seenHost("nas", { exported, exportFiles })], true).found).toHaveLength(1);
  });
});

describe("mounts", () => {
  const line = (path: string, options: string, type = "nfs4") =>
    `40 25 0:35 / ${path} rw,noatime shared:1 - ${type} 10.77.0.13:/srv/vm ${options}\n`;
  const shown =
    "rw,sync,vers=4.2,rsize=65536,wsize=65536,namlen=255,acregmin=0,acregmax=0,acdirmin=0,acdirmax=0,hard,proto=tcp,timeo=600,retrans=2,sec=sys,clientaddr=10.77.0.11,local_lock=none,addr=10.77.0.13";
  const mounts = parseMountInfo(`${line("/srv/vm", shown)}${line("/", "rw", "ext4")}`);
  const optionsOf = (more: object) =>
    mountsOf([seenHost("hv-a", { mounts, ...more })], false).found.flatMap((one) =>
      one.kind === "NfsMount" ? [one.options] : [],
    );

  test("by hand: with the options that give it again", () => {
    expect(optionsOf({})).toEqual([
      [...["noatime", "sync", "vers=4.2", "proto=tcp", "timeo=600", "retrans=2"], ...["actimeo=0", "hard", "_netdev"]],
    ]);
  });

  test("by fstab or a unit: with the options that are written there, if they are in force", () => {
    const asked = ["rw", "noatime", "sync", "actimeo=0", "nofail"];
    const fstab = `# x\n10.77.0.13:/srv/vm /srv/vm/ nfs ${asked.join(",")} 0 0\n`;
    expect(optionsOf({ fstab })).toEqual([asked]);
    const unit = { path: unitFile("/srv/vm"), text: "[Mount]\nWhat=x\nOptions=noatime,sync,actimeo=0\n" };
    expect(optionsOf({ fstab, mountUnits: [unit] })).toEqual([["noatime", "sync", "actimeo=0"]]);
    expect(optionsOf({ fstab: fstab.replace("sync,", "") })[0]).toContain("vers=4.2");
  });

  test("one that may corrupt images stays recognizable, so that it is refused", () => {
    const soft = parseMountInfo(line("/srv/vm", shown.replace("hard", "soft")));
    expect(optionsOf({ mounts: soft })[0]).toContain("soft");
  });

  test("what is another stack's, or not mounted, is left out", () => {
    const mountUnits = [{ path: unitFile("/srv/vm"), text: `${mark}\n[Mount]\n` }];
    const fstab = "nas:/x /srv/x nfs4 defaults 0 0\n/dev/vda1 / ext4 defaults 0 1\n";
    const { found, leftOut } = mountsOf([seenHost("hv-a", { mounts, mountUnits, fstab })], false);
    expect(found).toEqual([]);
    expect(leftOut).toEqual([
      { what: "the mount at /srv/vm on hv-a", reason: expect.stringMatching(/^it belongs to the NfsMount "images"/) },
      { what: "the mount at /srv/x on hv-a", reason: "/etc/fstab has it, and it is not mounted." },
    ]);
  });
});

describe("certificates", () => {
  const pki = (baseline: object | undefined, files: string[] = []) => ({
    ...pkiFacts,
    baseline: baseline ? JSON.stringify(baseline) : "",
    files: new Map(files.map((path) => [path, { mode: "644", owner: "root", group: "root", text: "x" }])),
  });
  const enrolled = { authority: "hv-a", units: { "libvirtd-tls.socket": { enabled: false, active: false } } };
  const both = ["hv-a", "hv-b"].map((name) =>
    seenHost(name, { pki: pki({ ...enrolled, owner: `${owner.urn}#${owner.uid}` }) }),
  );

  test("of another stack are left out, and taken over on request", () => {
    expect(certificatesOf(both, false)).toMatchObject({
      found: [],
      leftOut: [{ what: "the certificates of hv-a, hv-b" }],
    });
    expect(certificatesOf(both, true)).toEqual({
      found: [{ kind: "LibvirtTlsPki", host: "hv-a", hosts: ["hv-a", "hv-b"], organization: "", owner }],
      leftOut: [],
    });
  });

  test("that cannot be read are not taken for none", () => {
    expect(certificatesOf([seenHost("hv-a", { pki: "unreadable" }), seenHost("nas")], true).leftOut).toEqual([
      { what: "the certificates of hv-a", reason: "certtool, which reads them, is not there." },
    ]);
  });

  test("without their authority, of one outside, or of somebody else are left out", () => {
    const reasons = (...hosts: ReturnType<typeof seenHost>[]) =>
      certificatesOf(hosts, true).leftOut.map(({ reason }) => reason);
    expect(reasons(...both.slice(1))).toEqual([
      expect.stringMatching(/^their authority is on hv-a, which is none of the hosts/),
    ]);
    expect(reasons(seenHost("hv-a", { pki: pki({ ...enrolled, authority: "external" }) }))).toEqual([
      expect.stringMatching(/^an authority outside/),
    ]);
    expect(reasons(seenHost("hv-a", { pki: pki(undefined, ["/etc/pki/CA/cacert.pem"]) }))).toEqual([
      expect.stringMatching(/^somebody else has made \/etc\/pki\/CA\/cacert\.pem/),
    ]);
  });
});
