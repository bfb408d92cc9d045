import { parseFacts } from "../../../provider/libvirt/host-facts";

test("a hypervisor's answer", () => {
  const answer = `hostname hv-a
operatingSystem Debian GNU/Linux 12 (bookworm)
cpuModel AMD EPYC 9354 32-Core Processor
cpus 64
memoryKiB 1493504
libvirtDaemon libvirtd
libvirtVersion 9.0.0
qemuVersion 7.2.22
`;
  expect(parseFacts(answer)).toEqual({
    hostname: "hv-a",
    operatingSystem: "Debian GNU/Linux 12 (bookworm)",
    cpuModel: "AMD EPYC 9354 32-Core Processor",
    cpus: 64,
    memoryMiB: 1458,
    libvirtDaemon: "libvirtd",
    libvirtVersion: "9.0.0",
    qemuVersion: "7.2.22",
  });
});

test("a host without libvirt says so by saying nothing", () => {
  expect(parseFacts("hostname nas\ncpus 1\nmemoryKiB 2048\n")).toMatchObject({
    hostname: "nas",
    memoryMiB: 2,
    libvirtDaemon: "",
    libvirtVersion: "",
    qemuVersion: "",
  });
});
