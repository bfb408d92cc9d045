/** What a preflight of QEMU's asks hosts of this machine, and what it makes of their answers: the codes of findings. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeConnections } from "../../provider/host/ssh-host";
import type { Located } from "../../provider/placement/observe/locate";
import type { Step } from "../../provider/placement/plan/steps";
import { qemuDriver } from "../../provider/qemu/driver";
import type { QemuGuestOptions } from "../../provider/qemu/guest";
import { subjectFindings } from "../../provider/qemu/migration/source-subject";
import { refusedByQemu, userFindings } from "../../provider/qemu/preflight/moving";
import { startFindings } from "../../provider/qemu/preflight/starting";
import { versionFindings } from "../../provider/qemu/preflight/version-checks";
import { silentOperation } from "../silent-operation";
import { domain, says, uuid, wanted } from "../unit/placement/world";
import { answeringHost } from "./answering-host";
import { stopProgrammedHosts } from "./programmed-host";

const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-qemu-findings-"));
const { signal } = new AbortController();
afterEach(async () => {
  await closeConnections();
  await stopProgrammedHosts();
});
afterAll(() => rmSync(folder, { recursive: true }));

const emulator = "qemu-system-test";
const guestWith = (more: Partial<QemuGuestOptions> = {}): QemuGuestOptions => ({
  domain: { uuid, name: "web" },
  emulator,
  commandLine: [],
  user: undefined,
  migration: { tls: false, tlsCredsDir: folder, ports: { min: 49152, max: 49215 } } as QemuGuestOptions["migration"],
  owner: undefined,
  warn() {},
  ...more,
});

/** @param version of its QEMU. @param machines that it knows */
const hostWith = (name: string, version = "7.2.22", machines = ["pc-q35-7.2"]) =>
  answeringHost(name, {
    [emulator]: `case $1 in --version) echo "QEMU emulator version ${version}" ;; *) printf "%s  a machine\\n" Supported ${machines.join(" ")} ;; esac`,
    id: `case $2 in --) set -- "$1" "$3" ;; esac
      case "$1 $2" in "-u anna" | "-g anna") echo ${name === "a" ? 1001 : 1002} ;; *) exit 1 ;; esac`,
  });

const codesOf = (findings: readonly { code: string }[]) => findings.map(({ code }) => code);

const image = (name: string) => {
  const path = join(folder, name);
  writeFileSync(path, "image");
  return path;
};

test.each<[code: string, guest: Partial<QemuGuestOptions>, commandLine: string[]]>([
  ["emulator-missing", { emulator: "no-such-qemu" }, []],
  ["user-missing", { user: "no-such-user" }, []],
  ["image-missing", {}, ["-hda", "/nowhere/a.raw"]],
  ["file-missing", {}, ["-kernel", "/nowhere/vmlinuz"]],
  ["folder-missing", {}, ["-serial", "file:/nowhere/serial.log"]],
  ["bridge-missing", {}, ["-nic", "bridge,br=nobr0"]],
])("%s: a start says so", async (code, guest, commandLine) => {
  const findings = await startFindings(guestWith(guest), await hostWith("b"), commandLine, signal);
  expect(codesOf(findings)).toContain(code);
});

test("certificate-missing", async () => {
  const guest = guestWith();
  guest.migration.tlsCredsDir = "/nowhere";
  const findings = await startFindings(guest, await hostWith("b"), [], signal, ["server-cert.pem"]);
  expect(codesOf(findings)).toContain("certificate-missing");
});

test("a host that has everything has no finding", async () =>
  expect(await startFindings(guestWith(), await hostWith("b"), ["-hda", image("fine.raw")], signal)).toEqual([]));

test("file-inaccessible: of a user that may not open it", async () => {
  const path = image("of-root.raw");
  const findings = await startFindings(guestWith({ user: "anna" }), await hostWith("b"), ["-hda", path], signal);
  expect(findings).toMatchObject([{ code: "file-inaccessible", subject: path }]);
});

test("port-taken: by what listens on this machine", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const commandLine = ["-serial", `tcp:127.0.0.1:${port},server=on,wait=off`];
  const findings = await startFindings(guestWith(), await hostWith("b"), commandLine, signal);
  server.close();
  expect(findings).toMatchObject([{ code: "port-taken", subject: `port ${port}` }]);
});

test("user-different: one name with two numbers", async () => {
  const [a, b] = [await hostWith("a"), await hostWith("b")];
  expect(codesOf(await userFindings(guestWith({ user: "anna" }), a, b, [], signal))).toEqual(["user-different"]);
});

test.each([
  ["machine-type-missing", ["-machine", "pc-q35-9.9"], ["pc-q35-9.9", "pc-q35-7.2"]],
  ["machine-type-varies", [], ["pc-q35-7.2"]],
  ["machine-type-varies", ["-machine", "q35"], ["pc-q35-7.2"]],
  ["older-release", ["-machine", "pc-q35-7.2"], ["pc-q35-7.2"]],
])("%s: of two versions with %j", async (code, commandLine, machines) => {
  const [a, b] = [await hostWith("a", "9.9.0", machines), await hostWith("b")];
  const codes = codesOf(await versionFindings(guestWith(), a, b, commandLine, signal));
  expect(codes).toEqual([code]);
});

test("certificate-without-subject", async () => {
  writeFileSync(join(folder, "client-cert.pem"), "no certificate");
  expect(codesOf(await subjectFindings(await hostWith("a"), folder, signal))).toEqual(["certificate-without-subject"]);
});

test("command-line-unknown, and qemu-refuses-move", async () => {
  const candidates = [await hostWith("a"), await hostWith("b")];
  const seen = domain("running (booted)", { commandLineProblem: "its unit cannot be read" });
  const observations = [says("a", seen), says("b", undefined)];
  const location: Located["location"] = {
    kind: "at",
    hostName: "a",
    domain: seen,
    leftovers: [],
    staleCopies: [],
    isInterrupted: false,
  };
  const steps: Step[] = [{ do: "migrate", from: "a", to: "b" }];
  const findings = await qemuDriver(guestWith()).preflight(
    { ...wanted, candidates },
    steps,
    { location, observations, unchangedForMs: 0 },
    silentOperation(),
  );
  expect(findings).toMatchObject([{ code: "command-line-unknown", hostName: "a" }]);
  expect(refusedByQemu("web", "a", "x is not migratable")).toMatchObject({ code: "qemu-refuses-move" });
});
