/** The programs of other languages in examples/, previewed by the real CLI and language hosts; the hosts are in this process. */
import { join } from "node:path";
import { repository } from "../../lab/paths";
import { createPulumiWorkspace, type PulumiWorkspace } from "../../lab/pulumi/workspace";
import { type NamedHosts, namedHosts } from "../protocol/command-line-hosts";
import { stopProgrammedHosts } from "../protocol/programmed-host";
import { lengthyTest } from "./support";

const names = ["hv-a", "hv-b", "nas"];
const resources = [
  ...names.map((name) => `kvm:index:Host ${name}`),
  "kvm:index:NfsExport images",
  ...["hv-a", "hv-b"].map((name) => `kvm:index:NfsMount images-${name}`),
  "kvm:index:LibvirtTlsPki pki",
  "kvm:index:Domain ubuntu-14.04",
  "kvm:index:DomainPlacement ubuntu-14.04",
];

let fleet: NamedHosts;
let workspace: PulumiWorkspace | undefined;
afterEach(async () => {
  workspace?.remove();
  fleet?.remove();
  await stopProgrammedHosts();
});

for (const language of ["yaml", "python", "go"])
  lengthyTest(
    `live-migration-${language} previews what live-migration does, with the logins of its stack`,
    async () => {
      fleet = await namedHosts(names);
      workspace = await createPulumiWorkspace({ program: `examples/live-migration-${language}` });
      await workspace.pulumi(["stack", "init", "dev"]);
      await workspace.configure({
        ...Object.fromEntries(names.map((name) => [`addresses["${name}"]`, name])),
        "login.sshConfig": fleet.ssh[1] ?? "",
        clients: "192.0.2.0/24",
        host: "hv-b",
        domainXml: join(repository, "examples/live-migration/ubuntu-14.04.xml"),
      });
      const { stdout } = await workspace.pulumi(["preview"]);
      for (const resource of resources) expect(stdout).toContain(`${resource} create`);
      expect(stdout).not.toMatch(/kvm:index.* (update|replace|delete)/);
      expect(stdout).toMatch(/Outputs:\n +host +: "hv-b"\n +lastMigration: /);
      for (const { scripted } of Object.values(fleet.hosts)) expect(scripted.commands).not.toEqual([]);

      await workspace.configure({ host: "hv-z" });
      const { stdout: refused } = await workspace.tryPulumi(["preview"]);
      expect(refused).toMatch(/"hv-z" must be one of the candidates \(hv-a, hv-b\)/);
    },
  );
