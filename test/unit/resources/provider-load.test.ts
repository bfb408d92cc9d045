/** What Pulumi's provider process loads, and when: in a process of its own, as there. */
import { repository } from "../../../lab/paths";
import { run } from "../../../lab/process";

/** Asks for handlers by their names, one after another, and prints after each what has been loaded by then. */
const script = `
  const { handlers } = require("./provider/provider.ts");
  const packages = ["zod", "ssh2", "saxes"];
  const loaded = () => packages.filter((name) => Object.keys(require.cache).some((file) => file.includes("/node_modules/" + name + "/")));
  const seen = [["nothing", loaded()]];
  for (const type of Object.getOwnPropertyNames(handlers)) {
    const methods = Object.keys(handlers[type]).sort().join();
    seen.push([type, loaded(), methods]);
  }
  console.log(JSON.stringify(seen));
  process.exit(0);`;

test("a resource is loaded when it is first asked for, and ssh2 by none: the first connection does", async () => {
  const { stdout } = await run([process.execPath, "--import", "tsx", "-e", script], { cwd: repository });
  const seen = JSON.parse(stdout) as [type: string, packages: string[], methods?: string][];
  expect(seen[0]).toEqual(["nothing", []]);
  expect(seen.slice(1).map(([type, , methods]) => `${type} ${methods}`)).toEqual(
    [
      "CpuBaseline",
      "Domain",
      "DomainPlacement",
      "Host",
      "LibvirtSshAccess",
      "LibvirtTlsPki",
      "LibvirtTlsRequests",
      "MigrationFirewall",
      "NfsExport",
      "NfsMount",
      "PlacementPolicy",
      "QemuGuest",
    ].map((type) => `${type} check,create,delete,diff,read,update`),
  );
  expect(seen.at(-1)?.[1]).toEqual(["zod", "saxes"]);
});
