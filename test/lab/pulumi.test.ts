import { inNamespace } from "../../lab/machine/ssh";
import { createPulumiWorkspace, type PulumiWorkspace } from "../../lab/pulumi/workspace";
import { runningLab } from "./support";

const { lab } = runningLab();
let workspace: PulumiWorkspace;

beforeAll(async () => {
  workspace = await createPulumiWorkspace({
    program: "examples/check-setup",
    wrap: (argv) => inNamespace(lab.name, argv),
  });
});
afterAll(() => workspace.remove());

test("the real CLI takes a dynamic resource through its life", async () => {
  expect((await workspace.pulumi("version")).stdout).toMatch(/^v?3\./);
  await workspace.pulumi("stack", "init", "check");
  const first = await workspace.pulumi("up", "--yes");
  expect(first.stdout).toContain("kvm:Check");
  expect(first.stdout).not.toMatch(/warning/i);
  const outputs = JSON.parse((await workspace.pulumi("stack", "output", "--json")).stdout);
  expect(outputs.said).toBe("hello");
  expect(outputs.providerProcess).not.toBe(outputs.programProcess);

  await workspace.pulumi("config", "set", "greeting", "good day");
  expect((await workspace.pulumi("preview")).stdout).toMatch(/1 to update/);
  expect((await workspace.pulumi("up", "--yes")).stdout).toMatch(/1 updated/);
  expect((await workspace.pulumi("refresh", "--yes")).stdout).toMatch(/unchanged/);
  expect((await workspace.pulumi("destroy", "--yes")).stdout).toMatch(/2 deleted/);
});

test("nothing of the user's own Pulumi is used", () => {
  expect(workspace.env).toMatchObject({
    PULUMI_BACKEND_URL: expect.stringMatching(/^file:\/\/\/tmp\//),
    PULUMI_SKIP_UPDATE_CHECK: "true",
  });
  expect(workspace.env.PULUMI_HOME).toMatch(/^\/tmp\//);
});
