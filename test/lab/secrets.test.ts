/** What is secret is printed nowhere: by the real CLI, which prints more than the provider tells it to. No host is asked. */
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createPulumiWorkspace, type PulumiWorkspace } from "../../lab/pulumi/workspace";
import { lengthyTest } from "./support";

const word = `S3CR3T${randomUUID().replaceAll("-", "")}`;
let workspace: PulumiWorkspace;

beforeAll(async () => {
  process.env.KVM_LIVE_TEST_SECRET = word;
  workspace = await createPulumiWorkspace({ program: "test/lab/secret-program" });
  await workspace.pulumi(["stack", "init", "lab"]);
});
afterAll(() => workspace.remove());

/** All files that the CLI has written. */
function written(): string {
  const folders = ["backend", "home"].map((name) => join(workspace.env.PULUMI_HOME ?? "", "..", name));
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()),
  );
  return files.map(({ parentPath, path, name }) => readFileSync(join(parentPath ?? path, name), "utf8")).join("\n");
}

async function refused(what: string, reason: RegExp): Promise<void> {
  await workspace.configure({ case: what });
  const { exitCode, stdout, stderr } = await workspace.tryPulumi(["preview", "--diff"]);
  expect(exitCode).not.toBe(0);
  expect(`${stdout}${stderr}`).toMatch(reason);
  expect([stdout, stderr, written()].filter((text) => text.includes(word))).toEqual([]);
}

test.each([
  ["two candidates of one address", /has a problem: candidates: .*must be different machines, and a and twin are both/],
  ["a domain with a bad name", /has a problem: xml: is refused\. It is marked as secret/],
  ["a command line with a bad option", /has a problem: arguments\.?\S*: is refused\. It is marked as secret/],
])("%s", refused);

describe("every other refusal", () => {
  const others: [string, RegExp][] = [
    ["two candidates of a QEMU guest", /candidates: .*must be different machines/],
    ["ssh access with one host", /has a problem: hosts: /],
    ["ssh access with one address twice", /has a problem: hosts: /],
    ["a firewall with one address twice", /has a problem: hosts: .*must not name an address twice/],
    ["a PKI with one address twice", /has a problem: hosts: .*must not name an address twice/],
    ["requests with one address twice", /has a problem: hosts: .*must not name an address twice/],
    ["an export without clients", /has a problem: clients: .*must have a client/],
    ["a mount at a relative path", /has a problem: path: .*must be an absolute path/],
    ["a CPU of no architecture", /has a problem: arch: .*must be an architecture/],
    ["a host with a bad port", /has a problem: port: 0 must be 1 to 65535/],
    ["typed arguments with a bad option", /has a problem: extraArguments\.?\S*: is refused\. It is marked as secret/],
  ];
  for (const [what, reason] of others) lengthyTest(what, () => refused(what, reason));
});

test("what is derived of a secret is one: in previews, in the state, and in other resources' inputs", async () => {
  for (const what of ["a domain", "a command line"]) {
    await workspace.configure({ case: what });
    const { stdout } = await workspace.tryPulumi(["preview", "--diff"]);
    expect(stdout).toMatch(/(definition|commandLine) *: \[secret\]/);
    expect(stdout).not.toContain(word);
  }
  await workspace.configure({ case: "a domain" });
  // The hosts do not answer; the domain is on none.
  const { stdout, stderr } = await workspace.tryPulumi(["up", "--yes", "--skip-preview", "--target", "**Domain::x"]);
  const state = (await workspace.pulumi(["stack", "export"])).stdout;
  expect(JSON.parse(state).deployment.resources.map(({ urn }: { urn: string }) => urn)).toContainEqual(
    expect.stringMatching(/Domain::x$/),
  );
  expect([stdout, stderr, state, written()].filter((text) => text.includes(word))).toEqual([]);
});
