/** A policy from preview to refresh, on hosts whose virsh, memory and processes are files. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { closeConnections } from "../../provider/host/ssh-host";
import type { Properties } from "../../provider/lifecycle/control-keys";
import { makeHandlers } from "../../provider/lifecycle/handlers";
import { placementPolicy } from "../../provider/resources/placement-policy/definition";
import { silentOperation } from "../silent-operation";
import { programmedHost, stopProgrammedHosts } from "./programmed-host";

afterEach(async () => {
  await closeConnections();
  await stopProgrammedHosts();
});

const programs = {
  virsh: `#!/bin/sh
cd "$HERE"
shift 3
case "$1" in
  list) cat listed ;;
  *) cat domains left ;;
esac
`,
  sed: `#!/bin/sh
for last; do :; done
if [ "$last" = /proc/meminfo ]; then echo 8388608; else exec /usr/bin/env -i PATH=/usr/bin:/bin sed "$@"; fi
`,
  grep: `#!/bin/sh
cat "$HERE/qemus"
`,
};

interface Guest {
  name: string;
  state?: string;
  memoryMiB?: number;
}

const uuidOf = (name: string) => `00000000-0000-4000-8000-${Buffer.from(name.padEnd(6)).toString("hex")}`;

/** As `virsh dominfo` of libvirt 9.0 prints it. */
const dominfo = ({ name, state = "running", memoryMiB = 1024 }: Guest) => `Id:             1
Name:           ${name}
UUID:           ${uuidOf(name)}
OS Type:        hvm
State:          ${state}
CPU(s):         1
Max memory:     ${memoryMiB * 1024} KiB
Used memory:    ${memoryMiB * 1024} KiB
Persistent:     yes
Autostart:      disable

`;

/** A host of 8 GiB. */
async function hypervisor() {
  const { scripted, folder } = await programmedHost(programs);
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const listOf = (guests: readonly Guest[]) => `${guests.map(({ name }) => `${uuidOf(name)}\n`).join("")}\n`;
  const runs = (...guests: Guest[]) => {
    for (const file of ["listed", "left"]) write(file, listOf(guests));
    write("domains", guests.map(dominfo).join(""));
    write("qemus", "");
  };
  const runsProcess = (pid: string, argv: readonly string[]) => {
    mkdirSync(join(folder, pid));
    write(`${pid}/cmdline`, argv.map((word) => `${word}\0`).join(""));
    write(`${pid}/status`, "VmRSS:\t  524288 kB\n");
    write("qemus", `${folder}/${pid}/comm\n`);
  };
  runs();
  return { args: scripted.args, scripted, write, runs, runsProcess };
}

type Hypervisor = Awaited<ReturnType<typeof hypervisor>>;

async function fleet(...names: string[]) {
  const hosts = new Map<string, Hypervisor>();
  for (const name of names) hosts.set(name, await hypervisor());
  const said: string[] = [];
  const say = (message: string) => void said.push(message);
  const operationFor = () => silentOperation({ info: say, warn: say });
  const handlers = makeHandlers(placementPolicy, { operationFor, unknownValue: "?" });
  const of = (name: string) => hosts.get(name) as Hypervisor;
  const connections = Object.fromEntries([...hosts].map(([name, { args }]) => [name, args]));
  const asked = () => [...hosts.values()].reduce((sum, { scripted }) => sum + scripted.commands.length, 0);
  const program = (more: object = {}) => ({
    hosts: connections,
    guests: { web: guest("web"), db: guest("db") },
    ...more,
  });

  /** As Pulumi does it. @returns what the preview has shown */
  async function up(program: Properties, state?: { inputs: Properties; outs: Properties }) {
    said.length = 0;
    const { inputs = {}, failures = [] } = await handlers.check(state?.inputs ?? {}, program);
    if (failures.length > 0) return { failures, inputs, outs: {} as Properties, changes: undefined, said: [] };
    if (state === undefined)
      return {
        failures,
        inputs,
        outs: (await handlers.create(inputs)).outs ?? {},
        changes: undefined,
        said: [...said],
      };
    const { changes } = await handlers.diff("policy", state.outs, inputs);
    const shown = [...said];
    const outs =
      changes === false ? state.outs : ((await handlers.update("policy", state.outs, inputs)).outs as Properties);
    return { failures, inputs, outs, changes, said: shown };
  }

  async function refresh({ outs }: { outs: Properties }) {
    const { inputs, props } = (await handlers.read("policy", outs)) as { inputs: Properties; props: Properties };
    return { inputs, outs: props };
  }
  return { of, program, up, refresh, asked, handlers };
}

const guest = (name: string, more: object = {}) => ({
  uuid: uuidOf(name),
  name,
  definition: `<domain type="kvm"><name>${name}</name><memory unit="GiB">2</memory></domain>`,
  ...more,
});

test("the first preview knows the hosts of all guests, and nobody is asked about what has been answered", async () => {
  const { of, program, up, asked } = await fleet("hv-a", "hv-b");
  of("hv-a").runs({ name: "web" });
  const first = await up(program());
  expect(first.inputs).toMatchObject({
    placements: { web: "hv-a", db: "hv-b" },
    reasons: { web: "stays", db: "has no host yet" },
    powerStates: { web: "running", db: "running" },
    found: { hosts: { "hv-a": { memoryMiB: 8192, othersMiB: 0 } }, places: { web: "hv-a" } },
  });
  const before = asked();
  const second = await up(program(), first);
  expect(second).toMatchObject({ inputs: first.inputs, changes: false });
  expect(asked()).toBe(before);
});

test("maintenance: each move with its reason, complete when nobody is left, and back", async () => {
  const { of, program, up, refresh } = await fleet("hv-a", "hv-b");
  of("hv-a").runs({ name: "web" }, { name: "db" });
  const first = await up(program());
  const drained = await up(program({ maintenance: ["hv-a"] }), first);
  expect(drained.said).toEqual([
    "web: hv-a => hv-b: leaves hv-a, which is in maintenance.",
    "db: hv-a => hv-b: leaves hv-a, which is in maintenance.",
  ]);
  expect(drained.outs).toMatchObject({
    placements: { web: "hv-b", db: "hv-b" },
    origins: { web: "hv-a", db: "hv-a" },
    maintenanceComplete: { "hv-a": false },
    remaining: { "hv-a": ["web", "db"] },
  });

  of("hv-a").runs({ name: "db", state: "shut off" });
  of("hv-b").runs({ name: "web" }, { name: "db" });
  const moved = await refresh(drained);
  expect(moved.outs).toMatchObject({ maintenanceComplete: { "hv-a": true }, remaining: { "hv-a": [] } });
  expect(await up(program({ maintenance: ["hv-a"] }), moved)).toMatchObject({ changes: false });

  const back = await up(program(), moved);
  expect(back.inputs).toMatchObject({
    placements: { web: "hv-a", db: "hv-a" },
    reasons: { web: "returns: hv-a is no longer in maintenance" },
  });
});

test("a guest that moved by hand within the rules stays there", async () => {
  const { of, program, up, refresh } = await fleet("hv-a", "hv-b");
  of("hv-a").runs({ name: "web" }, { name: "db" });
  const first = await up(program());
  of("hv-a").runs({ name: "db" });
  of("hv-b").runs({ name: "web" });
  const refreshed = await refresh(first);
  expect(refreshed.inputs).toMatchObject({
    placements: { web: "hv-b", db: "hv-a" },
    found: { places: { web: "hv-b" } },
  });
  expect(await up(program(), refreshed)).toMatchObject({ inputs: refreshed.inputs, changes: false });
  const rule = { rules: [{ guests: ["web"], on: ["hv-a"] }] };
  expect(await up(program(rule), refreshed)).toMatchObject({
    inputs: { placements: { web: "hv-a" }, reasons: { web: "may not be on hv-b by rules.0" } },
  });
});

test("while a guest moves it is where it runs; of two definitions that are off the one counts that was decided for", async () => {
  const { of, program, up, refresh } = await fleet("hv-a", "hv-b");
  of("hv-a").runs({ name: "web", state: "paused" });
  of("hv-b").runs({ name: "web" }, { name: "db" });
  const first = await up(program());
  expect(first.inputs).toMatchObject({ found: { places: { web: "hv-b", db: "hv-b" } } });
  of("hv-a").runs({ name: "web", state: "shut off" });
  of("hv-b").runs({ name: "web", state: "shut off" }, { name: "db" });
  expect(await refresh(first)).toMatchObject({ inputs: { found: { places: { web: "hv-b" } } } });
});

test("maintenance is not complete while anybody's guest runs there, and each one is named", async () => {
  const { of, program, up, refresh } = await fleet("hv-a", "hv-b");
  of("hv-b").runs({ name: "web" }, { name: "db" });
  of("hv-a").runs({ name: "hand", memoryMiB: 512 }, { name: "off", state: "shut off" });
  const first = await up(program({ maintenance: ["hv-a"] }));
  expect(first.outs).toMatchObject({
    maintenanceComplete: { "hv-a": false },
    remaining: { "hv-a": ["hand, which is not of this policy"] },
    found: { hosts: { "hv-a": { othersMiB: 512 } } },
  });
  of("hv-a").runs();
  of("hv-a").runsProcess("4711", ["qemu-system-x86_64", "-name", "guest=lone,debug-threads=on", "-m", "512"]);
  expect((await refresh(first)).outs).toMatchObject({
    maintenanceComplete: { "hv-a": false },
    remaining: { "hv-a": [expect.stringMatching(/^lone \(process .*4711\), which is a QEMU without libvirt$/)] },
    found: { hosts: { "hv-a": { othersMiB: 512 } } },
  });
  of("hv-a").runs();
  of("hv-a").runsProcess("4712", ["qemu-system-x86_64", "-S", "-machine", "none,accel=kvm:tcg"]);
  expect((await refresh(first)).outs).toMatchObject({ maintenanceComplete: { "hv-a": true } });
});

test("a guest that is shut down in maintenance stays there, and one that stays keeps it incomplete", async () => {
  const { of, program, up } = await fleet("hv-a", "hv-b");
  of("hv-a").runs({ name: "web" }, { name: "db" });
  const guests = { web: guest("web", { inMaintenance: "shutdown" }), db: guest("db", { inMaintenance: "stay" }) };
  const first = await up(program({ guests }));
  const drained = await up(program({ guests, maintenance: ["hv-a"] }), first);
  expect(drained.inputs).toMatchObject({
    placements: { web: "hv-a", db: "hv-a" },
    powerStates: { web: "shut off", db: "running" },
  });
  expect(drained.said).toEqual(["web: shut off: is off while hv-a is in maintenance."]);
});

test("an unreachable host is not drained, and the message says what fencing is", async () => {
  const { of, program, up, refresh } = await fleet("hv-a", "hv-b");
  const first = await up(program());
  await closeConnections();
  await of("hv-a").scripted.stop();
  const { failures } = await up(program({ maintenance: ["hv-a"] }), first);
  expect(failures).toEqual([
    {
      property: "hosts.hv-a",
      reason: expect.stringMatching(
        /cannot be reached.*An unreachable host is not drained.*If hv-a is off for certain, this is fencing: name it in `fenced`/s,
      ),
    },
  ]);
  await expect(refresh(first)).rejects.toThrow("An unreachable host is not drained");
});

test("a libvirt that does not answer is no host without guests", async () => {
  const { of, program, up } = await fleet("hv-a", "hv-b");
  of("hv-a").write("listed", "");
  of("hv-a").write("virsh", "#!/bin/sh\necho 'error: failed to connect to the hypervisor' >&2\nexit 1\n");
  const { failures } = await up(program());
  expect(failures).toEqual([
    { property: "hosts.hv-a", reason: expect.stringContaining("failed to connect to the hypervisor") },
  ]);
});

test("a domain that was not described, and is there at the end, is asked for again", async () => {
  const { of, program, up } = await fleet("hv-a", "hv-b");
  of("hv-a").write("left", `${uuidOf("web")}\n`);
  const { failures } = await up(program());
  expect(failures).toEqual([
    { property: "hosts.hv-a", reason: expect.stringMatching(/^Guests came or went on .* while they were read/) },
  ]);
  expect(of("hv-a").scripted.commands).toHaveLength(3);
});

test("what cannot be satisfied is refused with what each host says, all at once, also when a refresh has found it", async () => {
  const { of, program, up, refresh } = await fleet("hv-a", "hv-b");
  of("hv-b").runs({ name: "big", memoryMiB: 6000 });
  of("hv-a").runs({ name: "web" }, { name: "db" });
  const first = await up(program());
  const { failures } = await up(
    program({ maintenance: ["hv-a"], rules: [{ guests: ["db"], notOn: ["hv-b"] }] }),
    first,
  );
  expect(failures).toEqual([
    {
      property: "guests.web",
      reason: "web (2048 MiB) has no host: hv-a is in maintenance; hv-b has room for 1168 MiB. Nothing has been moved.",
    },
    {
      property: "guests.db",
      reason: "db (2048 MiB) has no host: hv-a is in maintenance; hv-b is excluded by rules.0. Nothing has been moved.",
    },
  ]);
  of("hv-b").runs();
  const rules = [{ apart: ["web", "db"] }];
  const apart = await up(program({ rules }), first);
  of("hv-b").runs({ name: "big", memoryMiB: 8000 });
  const refreshed = await refresh(apart);
  expect((await up(program({ rules }), refreshed)).failures).toHaveLength(1);
});
