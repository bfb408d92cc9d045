/** Facts of a host, by the real script: of this machine, and of a virsh that answers from files. */
import { closeConnections, SshHost } from "../../provider/host/ssh-host";
import { guestJobsOf } from "../../provider/libvirt/preflight/guest-jobs";
import { knownHost } from "../../provider/libvirt/preflight/host-pair";
import { libvirtFactsOf } from "../../provider/libvirt/preflight/libvirt-facts";
import { isKnown } from "../../provider/placement/preflight/known-host";
import { silentOperation } from "../silent-operation";
import { programmedHost, stopProgrammedHosts } from "./programmed-host";
import { answer, ScriptedHost } from "./scripted-host";

afterEach(async () => {
  await closeConnections();
  await stopProgrammedHosts();
});

const virsh = `#!/bin/sh
shift 2
case "$*" in
  "version --daemon; echo "*"; net-list --name")
    printf 'Running hypervisor: QEMU 7.2.22\\nRunning against daemon: 9.0.0\\n\\n= networks =\\ndefault\\nthe lan\\n\\n' ;;
  "net-dumpxml -- default") echo "<network><forward mode='nat'/><bridge name='virbr0'/></network>" ;;
  "net-dumpxml -- the lan") echo "<network><forward mode='bridge'/><bridge name='br0'/><portgroup name='web'/></network>" ;;
  "blockjob uuid vda") echo "No current block job for vda" ;;
  *) echo "error: what is $*?" >&2; exit 1 ;;
esac
`;

function candidate({ scripted }: { scripted: ScriptedHost }) {
  const limits = { maxOutgoingMigrations: 2, maxIncomingMigrations: 2 };
  const { address, port = 0 } = scripted.args;
  return { scripted, on: { name: "hv-b", address, port, host: new SshHost(scripted.args), ...limits } };
}

const { signal } = new AbortController();

test("what a host is and has, by one command that all guests of a preview share", async () => {
  const { scripted, on } = candidate(await programmedHost({ virsh }));
  const [facts] = await Promise.all([libvirtFactsOf(on, silentOperation()), libvirtFactsOf(on, silentOperation())]);
  expect(scripted.commands).toHaveLength(1);
  expect(facts).toMatchObject({ libvirtVersion: "9.0.0", qemuVersion: "7.2.22" });
  expect([...facts.networks]).toEqual([
    ["default", { mode: "nat", bridge: "virbr0", portGroups: [] }],
    ["the lan", { mode: "bridge", bridge: "br0", portGroups: ["web"] }],
  ]);
  expect(facts.freeKiB).toBeGreaterThan(0);
  expect(facts.cpus?.has(0)).toBe(true);
  expect(facts.clockAheadMs.atLeast).toBeLessThanOrEqual(0);
  expect(facts.clockAheadMs.atMost).toBeGreaterThanOrEqual(0);
  await libvirtFactsOf(on, silentOperation({ acts: true }));
  expect(scripted.commands).toHaveLength(2);
});

test("what cannot be read is a finding", async () => {
  const { on } = candidate({ scripted: await ScriptedHost.start({ run: (_, channel) => answer(channel, 3) }) });
  const host = await knownHost(on, silentOperation({ acts: true }));
  expect(isKnown(host)).toBe(false);
  expect(host).toMatchObject({
    code: "unknown-facts",
    hostName: "hv-b",
    seen: expect.stringContaining("could not be read"),
  });
});

test("the jobs of a guest", async () => {
  const { on } = candidate(await programmedHost({ virsh }));
  const { hasBackup, blockJobs } = await guestJobsOf(on.host, "uuid", ["vda", "vdb"], signal);
  expect(hasBackup).toBe(false);
  expect([...blockJobs]).toEqual([
    ["vda", "No current block job for vda"],
    ["vdb", "error: what is blockjob uuid vdb?"],
  ]);
});
