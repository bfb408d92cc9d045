import { closeConnections } from "../../provider/host/ssh-host";
import { nfsExport } from "../../provider/resources/nfs-export.handlers";
import { Driver } from "./drive";
import { connectionTo, runningLab } from "./support";

const { nas, hvA } = runningLab();
const folder = "/srv/shared/images";
const client = (client: string, ...options: string[]) => ({ client, options });
const network = client("10.77.0.0/24", "rw", "no_root_squash");
const shared = { server: connectionTo(nas), path: folder, clients: [network] };
const table = async () => (await nas.exec(["exportfs", "-s"])).stdout;

afterAll(closeConnections);
test("smoke", async () => {
  const d = new Driver(nfsExport, "e");
  expect(await d.up(shared)).toBe("created");
  console.log(await table(), d.outputs, (await nas.exec(["sh", "-c", "cat /etc/exports.d/*"])).stdout);
  expect(await d.up(shared)).toBe("unchanged");
  expect(await d.refresh()).toBe("unchanged");
  await d.destroy();
  console.log(await table(), (await nas.tryExec(["ls", "-la", "/etc/exports.d", "/srv"])).stdout, d.told);
});
