/**
 * Hostile values through every text of every resource's inputs: each is refused in words, or reaches files and commands
 * as it is, read back by readers that are not ours or that are written from the format's own description.
 */
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { quoteCommand } from "../../provider/host/command";
import { activeSettings, withoutSettings, withSettings } from "../../provider/libvirt/daemon/conf-file";
import { exportFileText } from "../../provider/nfs/export-file";
import { optionList } from "../../provider/qemu-command-line/option-list";
import { typedArguments } from "../../provider/qemu-command-line/typed";
import { cpuBaseline } from "../../provider/resources/cpu-baseline/definition";
import { domain } from "../../provider/resources/domain/definition";
import { domainPlacement } from "../../provider/resources/domain-placement/definition";
import { host } from "../../provider/resources/host/definition";
import { libvirtSshAccess } from "../../provider/resources/libvirt-ssh-access/definition";
import { libvirtTlsPki } from "../../provider/resources/libvirt-tls-pki/definition";
import { libvirtTlsRequests } from "../../provider/resources/libvirt-tls-requests/definition";
import { migrationFirewall } from "../../provider/resources/migration-firewall/definition";
import { nfsExport } from "../../provider/resources/nfs-export/definition";
import { nfsMount } from "../../provider/resources/nfs-mount/definition";
import { placementPolicy } from "../../provider/resources/placement-policy/definition";
import { qemuGuest } from "../../provider/resources/qemu-guest/definition";
import type { ResourceType } from "../../provider/resources/shared/managed-resource";
import { printable } from "../../provider/util/printable";

const pieces = [
  "'",
  '"',
  "\\",
  "$(touch x)",
  "`id`",
  "$HOME",
  ";",
  "|",
  "&",
  "\n",
  "\r",
  "\t",
  " ",
  "*",
  "?",
  "~",
  "#",
];
const more = ["%n", "%%", "$$", "-", "--", "=", ",", ",,", ":", "/", "..", "<", ">", "(", ")", "[", "]", "{", "}", "!"];
const odd = [
  "é",
  "\u202E",
  "\u001b[2J",
  "\u2028",
  "\u{1f600}",
  "a",
  "Z",
  "0",
  "constructor",
  "__proto__",
  "help",
  "]]>",
];
const hostile = fc
  .array(fc.constantFrom(...pieces, ...more, ...odd), { minLength: 1, maxLength: 8 })
  .map((a) => a.join(""));
const values = fc.sample(hostile, { numRuns: 10_000, seed: 16 });

/** NUL ends each argument, since no argument has one. */
function seenByProgram(shell: readonly string[], line: string): string[] {
  const { stdout, error } = spawnSync(shell[0] ?? "", [...shell.slice(1), "-s"], {
    input: line,
    maxBuffer: 64 * 1024 ** 2,
  });
  if (error) throw error;
  return stdout.toString().split("\0").slice(0, -1);
}

test.each([[["sh"]], [["bash"]], [["bash", "--posix"]]])(
  "10,000 arguments reach a program through %j as they are",
  (shell) => {
    expect(seenByProgram(shell, quoteCommand(["printf", "%s\\0", ...values]))).toEqual(values);
  },
);

test("no backslash stands within single quotes, where fish reads it otherwise than a POSIX shell", () => {
  const parts = (line: string) => [...line.matchAll(/\\.|('[^']*')/gs)].flatMap(([, within]) => within ?? []);
  const quoted = values.flatMap((value) => parts(quoteCommand(["x", value])));
  expect(quoted.length).toBeGreaterThan(5000);
  expect(quoted.filter((part) => part.includes("\\"))).toEqual([]);
});

const connection = { address: "10.77.0.11", user: "root", hostKey: `SHA256:${"A".repeat(43)}`, knownHosts: "/k" };
const reach = {
  ...connection,
  identityFile: "/id",
  passphrase: "p",
  privateKey: "k",
  agent: "/a",
  proxyJump: connection,
};
const candidates = { a: { ...reach, migrationAddress: "10.78.0.11" } };
const withMemory = "<domain type='kvm'><name>web</name><memory unit='GiB'>1</memory></domain>";
const xml = "<domain type='kvm'><name>web</name></domain>";
/** Definitions with inputs in which every text is filled in. */
const samples = {
  CpuBaseline: [
    cpuBaseline,
    { hosts: { a: reach }, type: "kvm", arch: "x86_64", machine: "q35", emulator: "/usr/bin/qemu" },
  ],
  Domain: [domain, { xml, blockingDevices: "fail", cpu: "<cpu mode='custom'><model>qemu64</model></cpu>" }],
  DomainPlacement: [
    domainPlacement,
    { domain: { uuid: "u", name: "web", definition: xml }, host: "a", candidates, fenced: [] },
  ],
  Host: [host, { ...reach }],
  LibvirtSshAccess: [libvirtSshAccess, { hosts: { a: reach, b: { ...reach, address: "10.77.0.12" } } }],
  LibvirtTlsPki: [
    libvirtTlsPki,
    {
      authority: { ...reach, name: "a" },
      hosts: { a: reach },
      organization: "Example",
      allowedDns: ["CN=x"],
      libvirtd: {
        unixSockGroup: "libvirt",
        unixSockRwPerms: "0770",
        unixSockAdminPerms: "0700",
        tlsPriority: "NORMAL",
        saslAllowedUsernameList: ["admin@EXAMPLE"],
        logFilters: "1:qemu",
        logOutputs: "3:journald",
      },
    },
  ],
  LibvirtTlsRequests: [libvirtTlsRequests, { hosts: { a: reach }, organization: "Example" }],
  MigrationFirewall: [
    migrationFirewall,
    {
      hosts: candidates,
      peers: { b: { ...reach, address: "10.77.0.12" } },
      migrations: [{ uri: "qemu+tls", migrateUri: "tcp://10.78.0.11" }],
    },
  ],
  NfsExport: [
    nfsExport,
    {
      server: { ...reach, name: "nas" },
      path: "/srv/vm",
      clients: [{ client: "10.77.0.0/24", options: ["rw"] }],
      mode: "0755",
      owner: "root",
      group: "root",
    },
  ],
  NfsMount: [
    nfsMount,
    { host: { ...reach, name: "a" }, source: "10.77.0.21:/srv/vm", path: "/srv/vm", options: ["vers=4.2"] },
  ],
  PlacementPolicy: [
    placementPolicy,
    {
      hosts: { a: reach },
      guests: {
        web: { uuid: "u", name: "web", definition: withMemory, home: "a", inMaintenance: "stay" },
        db: { uuid: "v", name: "db", definition: withMemory },
      },
      rules: [{ apart: ["web", "db"] }, { guests: ["web"], on: ["a"] }],
      maintenance: ["a"],
      whenBack: "stay",
    },
  ],
  QemuGuest: [
    qemuGuest,
    {
      host: "a",
      candidates,
      name: "web",
      memoryMiB: 64,
      machine: "q35",
      drives: [{ file: "/srv/a.qcow2" }],
      netdevs: [{ type: "tap", id: "n", ifname: "tap0", br: "br0", model: "e1000" }],
      vnc: { display: 1, listen: "127.0.0.1" },
      serial: { file: "/srv/log" },
      extraArguments: ["-rtc", "base=utc"],
      user: "qemu",
    },
  ],
} satisfies Record<ResourceType, [{ schema: unknown }, object]>;

interface Schema {
  safeParse(value: unknown): { success: boolean; error?: { issues: { message: string }[] } };
}

/** Every text in a sample, by its path. */
function textsIn(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value === "string") return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => textsIn(inner, [...path, key]));
}

function withValue(sample: object, path: readonly (string | number)[], value: string): object {
  const copy = structuredClone(sample) as Record<string, unknown>;
  let at = copy;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  at[path.at(-1) ?? ""] = value;
  return copy;
}

test.each(Object.entries(samples))(
  "%s: every text of its inputs is taken or refused in words, and nothing throws",
  (_type, [{ schema }, sample]) => {
    const { safeParse: parse } = schema as Schema;
    const paths = textsIn(sample);
    let tried = 0;
    for (const path of paths)
      for (const value of fc.sample(hostile, { numRuns: 250, seed: tried++ })) {
        const { success, error } = parse(withValue(sample, path, value));
        const said = (error?.issues ?? []).map(({ message }) => printable(message));
        if (!success && (said.length === 0 || said.some((message) => message === "")))
          throw new Error(`${value}: ${said}`);
      }
    expect(paths.length).toBeGreaterThan(1);
  },
);

/** QEMU's own rule: an option ends at a comma that is not followed by another one, which stands for one. */
function optionsByQemu(text: string): string[] {
  const parts: string[] = [];
  let part = "";
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== ",") part += text[at];
    else if (text[at + 1] === ",") part += text[at++];
    else {
      parts.push(part);
      part = "";
    }
  }
  return [...parts, part];
}

test("values of QEMU's options stay one value each", () => {
  const lists = values.map((value) => optionsByQemu(optionList({ a: value, b: value })));
  expect(lists).toEqual(values.map((value) => [`a=${value}`, `b=${value}`]));
  for (const listen of values) {
    const { success, data } = qemuGuest.schema.safeParse({ ...samples.QemuGuest[1], vnc: { display: 1, listen } });
    if (!success) continue;
    const argv = typedArguments(data, "0f0806ab-531d-6134-5def-c5b495529284");
    expect(optionsByQemu(argv[argv.indexOf("-vnc") + 1] ?? "")).toHaveLength(1);
  }
});

test("libvirtd.conf comes back byte for byte, and our settings are what counts", () => {
  for (const text of values) {
    const written = withSettings(text, [["listen_tls", "1"]]);
    if (withoutSettings(written) !== text) throw new Error(JSON.stringify(text));
  }
  expect(activeSettings(withSettings("listen_tls = 0\n", [["listen_tls", "1"]])).get("listen_tls")).toBe("1");
});

/** exports(5): fields end at white space, and a quote keeps it within one; `#` begins a comment. */
test("what an export's file holds is one line for the export, with nothing but its path and clients", () => {
  const schema = nfsExport.schema;
  let taken = 0;
  for (const value of values) {
    const client = { client: value, options: ["rw"] };
    const { success, data } = schema.safeParse({ ...samples.NfsExport[1], clients: [client] });
    if (!success) continue;
    taken++;
    const text = exportFileText(data.path, data.clients, { createdDirectories: [], owner: undefined } as never);
    const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    expect(lines).toHaveLength(1);
    expect(lines[0]?.split(/\s+/)).toHaveLength(2);
  }
  expect(taken).toBeGreaterThan(0);
});
