/** A placement on any of several hosts, from the first preview to a move by hand. */
import { closeConnections } from "../../provider/host/ssh-host";
import type { Properties } from "../../provider/lifecycle/control-keys";
import { makeHandlers } from "../../provider/lifecycle/handlers";
import { domainPlacement } from "../../provider/resources/domain-placement/definition";
import { forgetSharedAnswers } from "../../provider/util/shared-answers";
import { silentOperation } from "../silent-operation";
import { type LibvirtInFolder, libvirtInFolder } from "./libvirt-in-a-folder";
import { stopProgrammedHosts } from "./programmed-host";

const said: string[] = [];
const say = (message: string) => void said.push(message);
const operationFor = () => silentOperation({ info: say, warn: say });
const handlers = makeHandlers(domainPlacement, { operationFor, unknownValue: "?" });
const uuid = "0f0806ab-531d-6134-5def-c5b495529284";
const xml = `<domain type='kvm'><name>web</name><uuid>${uuid}</uuid></domain>`;
type Name = "hv-a" | "hv-b" | "hv-c";
let hosts: Record<Name, LibvirtInFolder>;

beforeEach(async () => {
  hosts = { "hv-a": await libvirtInFolder(), "hv-b": await libvirtInFolder(), "hv-c": await libvirtInFolder() };
});
afterEach(async () => {
  await closeConnections();
  await stopProgrammedHosts();
});

const program = (more: Properties = {}): Properties => ({
  domain: { uuid, name: "web", definition: xml },
  anyOf: { hosts: ["hv-a", "hv-b"], prefer: "hv-b" },
  candidates: Object.fromEntries(Object.entries(hosts).map(([name, { scripted }]) => [name, scripted.args])),
  powerState: "shut off",
  ...more,
});

interface State {
  inputs: Properties;
  outs: Properties;
}

/** As Pulumi does it: check, diff, and what follows from them. */
async function up(wanted: Properties, state?: State): Promise<State & { changes: unknown; shown: string[] }> {
  forgetSharedAnswers();
  said.length = 0;
  const { inputs, failures } = await handlers.check(state?.inputs ?? {}, wanted);
  expect(failures ?? []).toEqual([]);
  if (state === undefined)
    return { inputs, outs: (await handlers.create(inputs)).outs as Properties, changes: true, shown: [...said] };
  const { changes } = await handlers.diff(uuid, state.outs, inputs);
  const shown = [...said];
  if (changes === false) return { inputs, outs: state.outs, changes, shown };
  return { inputs, outs: (await handlers.update(uuid, state.outs, inputs)).outs as Properties, changes, shown };
}

async function refresh({ outs }: State): Promise<State> {
  forgetSharedAnswers();
  const { inputs, props } = (await handlers.read(uuid, outs)) as { inputs: Properties; props: Properties };
  return { inputs, outs: props };
}

const movedByHand = (from: Name, to: Name) => hosts[to].define(uuid, hosts[from].undefine(uuid));

test("a new one goes to the preferred host, or else to the first, and dependants know it in the preview", async () => {
  const { inputs } = await handlers.check({}, program({ anyOf: { hosts: ["hv-a", "hv-b"] } }));
  expect(inputs.host).toBe("hv-a");
  expect(await up(program())).toMatchObject({ inputs: { host: "hv-b" }, outs: { host: "hv-b", state: "shut off" } });
});

test("what is adopted on one of them stays there", async () => {
  hosts["hv-a"].define(uuid, xml);
  const adopted = await up(program({ adopt: true }));
  expect(adopted).toMatchObject({ inputs: { host: "hv-a" }, outs: { host: "hv-a" } });
  expect(await up(program({ adopt: true }), adopted)).toMatchObject({ changes: false, shown: [] });
});

test("a move by hand from one to another is told by a refresh, and is nothing to repair", async () => {
  const first = await up(program());
  movedByHand("hv-b", "hv-a");
  const refreshed = await refresh(first);
  expect(refreshed).toMatchObject({ inputs: { host: "hv-a" }, outs: { host: "hv-a" } });
  expect(refreshed.outs).not.toHaveProperty("drift");
  expect(await up(program(), refreshed)).toMatchObject({ changes: false, shown: [] });
});

test("without a refresh, what else has changed is done where it is, and that is no change afterwards", async () => {
  const first = await up(program());
  movedByHand("hv-b", "hv-a");
  const second = await up(program({ autostart: false, shutdownTimeoutSeconds: 60, powerState: "shut off" }), first);
  expect(second.outs).toMatchObject({ host: "hv-a", shutdownTimeoutSeconds: 60 });
  expect(await up(program({ shutdownTimeoutSeconds: 60 }), second)).toMatchObject({ changes: false });
});

test("from another host it goes to the preferred one, and the preview says why", async () => {
  const first = await up(program());
  movedByHand("hv-b", "hv-c");
  const moved = await up(program(), await refresh(first));
  expect(moved.shown).toEqual([
    "`pulumi up` writes the definition of web on hv-b.",
    "`pulumi up` undefines the leftover of web on hv-c; it does not run there.",
    "web is on none of hv-a, hv-b (anyOf), so it goes to hv-b, which is preferred.",
  ]);
  expect(moved.outs).toMatchObject({ host: "hv-b" });
});

test("one host that becomes one of several changes nothing, and one that is left out is left", async () => {
  const named = await up({ ...program(), anyOf: undefined, host: "hv-a" });
  const several = await up(program(), named);
  expect(several).toMatchObject({ inputs: { host: "hv-a" }, outs: { host: "hv-a" }, shown: [] });
  const left = await up(program({ anyOf: { hosts: ["hv-b", "hv-c"] } }), several);
  expect(left.shown).toContain("web is on none of hv-b, hv-c (anyOf), so it goes to hv-b, the first of them.");
  expect(left.outs).toMatchObject({ host: "hv-b" });
});

test("a fenced host is none of them for the time being", async () => {
  const first = await up(program());
  const { inputs, failures } = await handlers.check(first.inputs, program({ fenced: ["hv-b"] }));
  expect(failures ?? []).toEqual([]);
  expect(inputs).toMatchObject({ host: "hv-a", fenced: ["hv-b"] });
});

test("it is unknown as long as another input is", async () => {
  const { inputs } = await handlers.check({}, program({ autostart: "?" }));
  expect(inputs.host).toBe("?");
});
