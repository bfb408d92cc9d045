import { runningLab } from "./support";

const { lab } = runningLab();
const hvC = lab.host("hv-c");

test("a fourth host runs Debian 13 beside the others", async () => {
  await lab.up({ hosts: ["hv-c"] });
  expect((await hvC.exec(["sh", "-c", ". /etc/os-release; echo $VERSION_ID"])).stdout).toBe("13\n");
  const { stdout } = await hvC.exec(["virsh", "version"]);
  expect(stdout).toMatch(/Using library: libvirt 11\.3\./);
  expect(stdout).toMatch(/Running hypervisor: QEMU 10\.0\./);
  expect((await hvC.tryExec(["ls", "/etc/pki"])).exitCode).not.toBe(0);
  await hvC.kill();
});
