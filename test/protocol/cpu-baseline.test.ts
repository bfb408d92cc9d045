/** Which host is asked for what on the way to a common CPU; a virsh that answers from files stands on each. */
import { closeConnections, SshHost } from "../../provider/host/ssh-host";
import { commonCpu } from "../../provider/libvirt/cpu-baseline/baseline";
import { modelOf } from "../../provider/libvirt/cpu-baseline/facts";
import { fixture } from "../fixtures/read";
import { programmedHost, stopProgrammedHosts } from "./programmed-host";

afterEach(async () => {
  await closeConnections();
  await stopProgrammedHosts();
});

/** Keeps a line of each question that is asked of several hosts. */
const virsh = `#!/bin/sh
cd "$HERE"
shift 2
echo "$*" >> asked
[ ! -e silent ] || { echo "error: failed to connect to the hypervisor" >&2; exit 1; }
case "$1" in
  version | uri) cat version ;;
  domcapabilities) cat capabilities ;;
  hypervisor-cpu-baseline)
    if grep -q domainCapabilities "$2"; then cat features; exit; fi
    cp "$2" computed-of
    if [ -e unknown ]; then cat unknown >&2; exit 1; fi
    case "$*" in *--features*) cat common-features ;; *) cat common ;; esac ;;
  hypervisor-cpu-compare)
    cp "$2" compared
    if [ -e incompatible ]; then cat incompatible >&2; exit 1; fi ;;
esac
`;

const common = '<cpu mode="custom" match="exact"><model fallback="forbid">EPYC</model></cpu>';

async function hypervisor(name: string, release: "9.0.0" | "11.3.0", files: Record<string, string> = {}) {
  const all = {
    version: `Using library: libvirt ${release}\nRunning hypervisor: QEMU 7.2.22\n`,
    capabilities: fixture(`virsh-${release}-domcapabilities-qemu.xml`),
    features: fixture(`virsh-${release}-hypervisor-cpu-baseline-features.xml`),
    common,
    "common-features": common.replace("</cpu>", '<feature policy="require" name="avx2"/></cpu>'),
    ...files,
  };
  const { scripted } = await programmedHost({ virsh }, all);
  return { name, host: new SshHost(scripted.args), scripted };
}

const asked = { type: "qemu", arch: "x86_64", machine: "", emulator: "" };
const found = (hosts: Awaited<ReturnType<typeof hypervisor>>[]) =>
  commonCpu(hosts, asked, new AbortController().signal);

test("one command a host, then one computes and the others verify", async () => {
  const hosts = [
    await hypervisor("hv-c", "11.3.0"),
    await hypervisor("hv-a", "9.0.0"),
    await hypervisor("hv-b", "9.0.0"),
  ];
  const { baseline, problems } = await found(hosts);
  expect(problems).toEqual([]);
  expect(baseline && modelOf(baseline.cpu)).toBe("EPYC");
  expect(baseline?.features).toEqual(["avx2"]);
  expect(hosts.map(({ scripted: { commands } }) => commands.length)).toEqual([2, 2, 2]);
  const asks = hosts.map(({ scripted: { commands } }) => / sh (\w+) qemu /.exec(commands.at(-1) ?? "")?.[1]);
  expect(asks).toEqual(["compare", "baseline", "compare"]);
});

test("what a host refuses is computed by the next one", async () => {
  const incompatible =
    "error: the CPU is incompatible with host CPU: Host CPU does not provide required features: vme\n";
  const hosts = [
    await hypervisor("hv-a", "9.0.0", { unknown: "error: internal error: Unknown CPU feature x\n" }),
    await hypervisor("hv-c", "11.3.0"),
  ];
  expect((await found(hosts)).baseline).toBeDefined();
  const none = [hosts[0], await hypervisor("hv-d", "11.3.0", { unknown: "error: CPUs are incompatible\n" })];
  expect((await found(none.flatMap((one) => one ?? []))).problems).toEqual([
    "libvirt finds no CPU that all hosts have.",
    "As hv-a computes it: error: internal error: Unknown CPU feature x",
    "As hv-d computes it: error: CPUs are incompatible",
  ]);
  const refusing = [
    await hypervisor("hv-e", "9.0.0", { incompatible }),
    await hypervisor("hv-f", "9.0.0", { incompatible }),
  ];
  expect((await found(refusing)).problems).toEqual([
    "libvirt finds no CPU that all hosts have.",
    `As hv-e computes it: hv-f refuses it: ${incompatible.trim()}`,
    `As hv-f computes it: hv-e refuses it: ${incompatible.trim()}`,
  ]);
});

test("a model that another host's QEMU lacks is no answer", async () => {
  const other = common.replace("EPYC", "EPYC-v1");
  const hosts = [await hypervisor("hv-a", "9.0.0"), await hypervisor("hv-c", "11.3.0", { common: other })];
  expect((await found(hosts)).baseline).toBeDefined();
  const newest = [await hypervisor("hv-d", "9.0.0", { unknown: "error: no\n" }), hosts[1]].flatMap((one) => one ?? []);
  expect((await found(newest)).problems).toContain("As hv-c computes it: hv-d has no CPU model EPYC-v1");
});

test("a libvirt that does not answer is an error, and nothing follows from it", async () => {
  const hosts = [await hypervisor("hv-a", "9.0.0"), await hypervisor("hv-c", "11.3.0", { silent: "" })];
  await expect(found(hosts)).rejects.toThrow("failed to connect to the hypervisor");
});
