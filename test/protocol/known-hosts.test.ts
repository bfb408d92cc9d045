/** OpenSSH is the judge: whatever a known_hosts file says, both trust the same host. */
import { execFile } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HostKeyRefused } from "../../provider/host/errors";
import { closeConnections, SshHost } from "../../provider/host/ssh-host";
import { ScriptedHost } from "./scripted-host";

const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-known-"));
const file = join(folder, "known_hosts");
let host: ScriptedHost;
let other: ScriptedHost;

beforeAll(async () => {
  host = await ScriptedHost.start();
  other = await ScriptedHost.start();
});
afterAll(async () => {
  await closeConnections();
  await ScriptedHost.stopAll();
  rmSync(folder, { recursive: true });
});

const hashed = (name: string) => {
  const salt = Buffer.from("salt of twenty bytes");
  return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
};

/** KEY is the host's, OTHER another one of the type, PORT where it listens. */
test.each([
  ["127.0.0.1 KEY", true],
  ["[127.0.0.1]:PORT KEY", true],
  ["[127.0.0.1]:PORT KEY some comment\r", true],
  ["\t 127.0.0.1   KEY", true],
  ["127.0.0.* KEY", true],
  ["[127.0.0.1]:* KEY", true],
  ["* KEY", true],
  ["hv-a,127.0.0.1,hv-b KEY", true],
  ["HASH KEY", true],
  ["PORTHASH KEY", true],
  ["127.0.0.1 OTHER\n127.0.0.1 KEY", true],
  ["127.0.0.1 OTHER\n[127.0.0.1]:PORT KEY", true],
  ["[127.0.0.1]:PORT OTHER\n127.0.0.1 KEY", false],
  ["127.0.0.1 OTHER", false],
  ["[127.0.0.1]:1 KEY", false],
  ["127.0.0.1:PORT KEY", false],
  ["127.0.0.*,!127.0.0.1 KEY", false],
  ["*,![127.0.0.1]:PORT KEY", true],
  ["hv-a, 127.0.0.1 KEY", false],
  ["# 127.0.0.1 KEY", false],
  ["@cert-authority 127.0.0.1 KEY", false],
  ["@unknown 127.0.0.1 KEY", false],
  ["@revoked * KEY\n127.0.0.1 KEY", false],
  ["127.0.0.1 KEY\n@revoked [127.0.0.1]:PORT KEY", false],
  ["@revoked 127.0.0.1 OTHER\n127.0.0.1 KEY", true],
  ["", false],
])("%j is trusted by ssh and by us: %s", async (pattern, isTrusted) => {
  const { port } = host.args;
  const text = pattern
    .replaceAll("PORTHASH", hashed(`[127.0.0.1]:${port}`))
    .replaceAll("HASH", hashed("127.0.0.1"))
    .replaceAll("PORT", String(port))
    .replaceAll("KEY", host.publicKey)
    .replaceAll("OTHER", other.publicKey);
  writeFileSync(file, `${text}\n`);
  expect(await isTrustedBySsh(port ?? 0)).toBe(isTrusted);
  const { hostKey: _, ...args } = host.args;
  const run = new SshHost({ ...args, user: "root", knownHosts: file }).run(["true"]);
  if (isTrusted) await run;
  else await expect(run).rejects.toThrow(HostKeyRefused);
  await closeConnections();
});

test("a certificate authority is said to be unsupported", async () => {
  writeFileSync(file, `@cert-authority * ${other.publicKey}\n`);
  const { hostKey: _, ...args } = host.args;
  await expect(new SshHost({ ...args, knownHosts: file }).run(["true"])).rejects.toThrow(
    /knows the host by a certificate authority only, which is not supported\. Compare it/,
  );
});

/** A login without any key fails, but only once ssh has taken the host's key. */
function isTrustedBySsh(port: number): Promise<boolean> {
  const options = {
    UserKnownHostsFile: file,
    GlobalKnownHostsFile: "/dev/null",
    StrictHostKeyChecking: "yes",
    BatchMode: "yes",
    IdentityFile: "/dev/null",
    IdentityAgent: "none",
    UpdateHostKeys: "no",
  };
  const argv = Object.entries(options).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
  return new Promise((resolve, reject) => {
    execFile("ssh", ["-F", "none", ...argv, "-p", String(port), "root@127.0.0.1", "true"], (error, _, stderr) => {
      if (!error || /Permission denied/.test(stderr)) resolve(true);
      else if (/Host key verification failed|No .* host key is known/.test(stderr)) resolve(false);
      else reject(new Error(stderr));
    });
  });
}
