/** What npm would publish: what is in it, and that a project which has nothing else previews and looks at hosts. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../lab/paths";
import { readModel } from "../../schema/read-model";
import { examples } from "../../schema/reference/examples";
import { pythonOf } from "../../schema/reference/python";
import { yamlOf } from "../../schema/reference/yaml";
import { namedHosts } from "../protocol/command-line-hosts";
import { stopProgrammedHosts } from "../protocol/programmed-host";
import { type InstalledProject, installedProject, type ModuleKind } from "./project";
import { packed, type Tarball } from "./tarball";

/** Of the command line. */
const names = ["kvm-live", "pulumi-kvm-live"];
const manifest = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
const program = `
import { Domain, DomainPlacement, Host, NfsExport } from "pulumi-kvm-live";

const hvA = new Host("hv-a", { address: "127.0.0.1", port: 1 });
const hvB = new Host("hv-b", { address: "127.0.0.2", port: 1 });
const clients = [{ client: "192.0.2.0/24", options: ["rw"] }];
export const { source } = new NfsExport("images", { server: hvA, path: "/srv/vm", clients });
const domain = new Domain("web", { xml: "<domain type='kvm'><name>web</name><memory>1024</memory></domain>" });
new DomainPlacement("web", { domain, host: hvA, candidates: [hvA, hvB] });
export const { uuid } = domain;
`;

let tarball: Tarball;
beforeAll(async () => {
  tarball = await packed();
});
afterAll(() => tarball.remove());

describe("what is in it", () => {
  test("what stands on its own", () => {
    const others = tarball.files.filter((path) => !/^(dist|docs)\//.test(path));
    const plugin = ["PulumiPlugin.yaml", "package.json", "pulumi-resource-kvm"].map((name) => `plugin/${name}`);
    expect(others.sort()).toEqual(["CHANGELOG.md", "LICENSE", "README.md", "package.json", ...plugin].sort());
  });

  test("of the provider each file, compiled, with its types, and nothing that has no source any more", () => {
    const sources = readdirSync(join(repository, "provider"), { recursive: true, encoding: "utf8" });
    const built = sources.flatMap((path) => {
      const name = /^(.*)\.ts$/.exec(path)?.[1];
      return name === undefined ? (path.endsWith(".sh") ? [path] : []) : [`${name}.js`, `${name}.d.ts`];
    });
    const expected = [...built, "plugin/schema.json"].map((path) => `dist/${path}`);
    expect(tarball.files.filter((path) => path.startsWith("dist/")).sort()).toEqual(expected.sort());
  });

  test("the documents that README names", () => {
    const readme = readFileSync(join(repository, "README.md"), "utf8");
    const named = [...readme.matchAll(/\]\((docs\/[^)#]+)/g)].map(([, path]) => path);
    expect(named.length).toBeGreaterThan(10);
    expect(tarball.files).toEqual(expect.arrayContaining(named));
    expect(tarball.files.filter((path) => path.startsWith("docs/") && !path.endsWith(".md"))).toEqual([]);
  });

  test("what package.json says is there", () => {
    const { main, types, exports, bin } = manifest;
    const entries = [main, types, exports["./provider"], ...Object.values<string>(bin)];
    expect(tarball.files).toEqual(expect.arrayContaining(entries.map((path) => path.replace("./", ""))));
    for (const path of entries) expect(existsSync(join(repository, path))).toBe(true);
  });
});

describe.each<ModuleKind>(["commonjs", "module"])("an empty project with modules of the kind %s", (kind) => {
  let project: InstalledProject;
  beforeAll(async () => {
    project = await installedProject(tarball.path, kind, program);
  });
  afterAll(() => project.remove());

  test("previews a program, with identities known", async () => {
    await project.compile();
    const { stdout } = await project.preview();
    expect(stdout).toContain("6 to create");
    expect(stdout).toMatch(/uuid *: "[0-9a-f-]{36}"/);
    expect(stdout).toContain("127.0.0.1:/srv/vm");
  });

  test("has both names of the command line, which looks at a host", async () => {
    for (const name of names) {
      expect((await project.npx([name, "--help"])).stdout).toContain("Usage: kvm-live");
      expect((await project.npx([name, "--version"])).stdout.trim()).toBe(manifest.version);
    }
    const named = await namedHosts(["hv-a"]);
    const uuid = "00000000-0000-4000-8000-000000000001";
    named.hosts["hv-a"]?.define(
      uuid,
      `<domain type='kvm'><name>web</name><uuid>${uuid}</uuid></domain>`,
      "running (booted)",
    );
    const { stdout, exitCode } = await project.npx(["pulumi-kvm-live", "status", "hv-a", ...named.ssh]);
    await stopProgrammedHosts();
    named.remove();
    expect(stdout).toMatch(/^hv-a +web +running \(booted\) +1024 MiB/m);
    expect(exitCode).toBe(0);
  });
});

test("an empty project has the plugin, too, and programs in YAML and Python preview with it", async () => {
  const project = await installedProject(tarball.path, "commonjs", program);
  const example = examples.DomainPlacement ?? [];
  const xml = { "web.xml": "<domain type='kvm'><name>web</name><memory>1024</memory></domain>" };
  const yaml = yamlOf(example).replace(/address: "192\.0\.2\.(\d+)"/g, "address: 127.0.0.$1\n      port: 1");
  const python = pythonOf(readModel(repository), example).replace(
    /address="192\.0\.2\.(\d+)"/g,
    'address="127.0.0.$1", port=1',
  );
  const previews = {
    yaml: await project.previewIn("yaml", { ...xml, "Pulumi.yaml": yaml }),
    python: await project.previewIn("python", {
      ...xml,
      "Pulumi.yaml": "name: shop\nruntime: python\n",
      "requirements.txt": "pulumi\n",
      "__main__.py": python,
    }),
  };
  for (const { stdout } of Object.values(previews)) {
    expect(stdout).toMatch(/kvm:index:DomainPlacement web create/);
    expect(stdout).toContain("5 to create");
  }
  project.remove();
});
