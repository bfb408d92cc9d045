/** The seed scenario through the plugin, and a stack with a running guest that changes over to its SDK and back. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { migrateCommand } from "../../lab/by-hand/guest";
import { serialLogPath } from "../../lab/guest/domain";
import type { LabHost } from "../../lab/lab-host";
import { repository } from "../../lab/paths";
import { run } from "../../lab/process";
import { generateSdks } from "../../lab/pulumi/sdk-generators";
import type { PulumiWorkspace } from "../../lab/pulumi/workspace";
import { exampleGuest } from "../../lab/scenarios/adapt-domain";
import { createLiveMigrationStack, prepareHosts } from "../../lab/scenarios/live-migration";
import {
  clearHypervisors,
  everything,
  expectOnlyOn,
  expectUnbroken,
  lengthyTest,
  removeGuest,
  runningLab,
} from "./support";

const { lab, nas, hvA, hvB } = runningLab();
const example = "examples/live-migration";
let folder: string;
let stack: PulumiWorkspace;
const pulumi = async (...args: string[]) => (await stack.pulumi(args)).stdout;
const up = () => pulumi("up", "--yes", "--skip-preview");

/** For a describe: hosts with nothing but the guest's image, and a stack of the example. @param by another program */
function onFreshHosts(by?: string): void {
  if (!everything) return;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-plugin-"));
    await clearHypervisors();
    await prepareHosts(lab);
    await nas.exec(["rm", "-f", serialLogPath(exampleGuest)]);
    stack = await createLiveMigrationStack(lab, folder, by);
  });
  afterAll(async () => {
    await removeGuest(exampleGuest.name);
    await stack?.tryPulumi(["destroy", "--yes", "--skip-preview"]); // nothing to do when all went well
    rmSync(folder, { recursive: true });
  });
}

/** The stack's next runs are by this program. @param text of its project file */
const runBy = (text: string) => writeFileSync(join(folder, "project/Pulumi.yaml"), text);
const inNode = (main: string) => JSON.stringify({ name: "live-migration", runtime: "nodejs", main }); // JSON is YAML

/** The example with its classes from the SDK that Pulumi generates. @returns its folder */
async function exampleBySdk(): Promise<string> {
  const [sdk, program] = [join(folder, "nodejs"), join(folder, "program")];
  const modules = join(repository, "node_modules");
  await generateSdks(join(repository, "dist/plugin/schema.json"), folder);
  symlinkSync(modules, `${sdk}/node_modules`);
  await run([join(modules, ".bin/tsc"), "-p", "."], { cwd: sdk });
  copyFileSync(`${sdk}/package.json`, `${sdk}/bin/package.json`);
  mkdirSync(`${program}/node_modules`, { recursive: true });
  symlinkSync(join(modules, "@pulumi"), `${program}/node_modules/@pulumi`);
  symlinkSync(sdk, `${program}/node_modules/pulumi-kvm`);
  const text = readFileSync(join(repository, example, "index.ts"), "utf8")
    .replace('"pulumi-kvm-live"', '"pulumi-kvm"')
    .replace("map((host) =>", "map((host, index) =>")
    .replace("host.name", '["hv-a", "hv-b"][index]'); // a Host of the SDK has no name
  writeFileSync(`${program}/index.ts`, text);
  writeFileSync(`${program}/package.json`, JSON.stringify({ name: "program", main: "index.ts" }));
  return program;
}

describe.each(["yaml", "python", "go"])("a program in %s", (language) => {
  onFreshHosts(`${example}-${language}`);

  lengthyTest("moves its guest, finds where it was moved by hand, and moves it back", async () => {
    await up();
    await expectOnlyOn(hvA, exampleGuest.name);
    await pulumi("preview", "--expect-no-changes");

    await pulumi("config", "set", "host", "hv-b");
    expect(await up()).toMatch(/kvm:index:DomainPlacement ubuntu-14\.04 .*migrating hv-a => hv-b: /);
    await expectOnlyOn(hvB, exampleGuest.name);
    await expectUnbroken(exampleGuest);
    const { lastMigration } = JSON.parse(await pulumi("stack", "output", "--json"));
    expect(lastMigration).toMatchObject({ from: "hv-a", to: "hv-b", encrypted: true, downtimeMs: expect.any(Number) });

    await hvB.exec(migrateCommand(exampleGuest, hvA));
    expect(await pulumi("refresh", "--yes", "--diff")).toMatch(/~ host *: "hv-b" => "hv-a"/);
    expect(await up()).toMatch(/migrating hv-a => hv-b: /);
    await expectOnlyOn(hvB, exampleGuest.name);
    await expectUnbroken(exampleGuest);

    await pulumi("destroy", "--yes", "--skip-preview");
    await expectOnlyOn(undefined, exampleGuest.name);
  });
});

describe("a stack of the dynamic provider", () => {
  let uuid: string;
  const uuidOn = async (host: LabHost) => (await host.exec(["virsh", "domuuid", exampleGuest.name])).stdout;
  onFreshHosts();

  lengthyTest("changes over to the SDK of the plugin without a change, and its guest moves", async () => {
    await up();
    uuid = await uuidOn(hvA);
    runBy(inNode(await exampleBySdk()));
    stack.env.PATH = [join(repository, "plugin"), stack.env.PATH].join(delimiter);
    expect((await up()).replace(/\s+/g, " ")).toMatch(/Resources: 10 unchanged/);
    await pulumi("config", "set", "host", "hv-b");
    expect(await up()).toMatch(/migrating hv-a => hv-b: /);
    await expectOnlyOn(hvB, exampleGuest.name);
  });

  lengthyTest("changes back, as the same guest, which has run all the time", async () => {
    runBy(inNode(join(repository, example)));
    expect(await up()).not.toMatch(/created|replaced|deleted|migrating/);
    await pulumi("preview", "--refresh", "--expect-no-changes");
    await pulumi("config", "set", "host", "hv-a");
    expect(await up()).toMatch(/migrating hv-b => hv-a: /);
    await expectOnlyOn(hvA, exampleGuest.name);
    expect(await uuidOn(hvA)).toBe(uuid);
    await expectUnbroken(exampleGuest);
  });
});
