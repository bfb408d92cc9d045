/** What many guests cost their hosts: how often each is reached and asked. */
import { closeConnections, SshHost } from "../../provider/host/ssh-host";
import { lookAtDomain, observeDomain } from "../../provider/libvirt/observe";
import { type Handlers, makeHandlers } from "../../provider/lifecycle/handlers";
import { domainPlacement } from "../../provider/resources/domain-placement/definition";
import { forgetSharedAnswers } from "../../provider/util/shared-answers";
import { silentOperation } from "../silent-operation";
import { type LibvirtInFolder, libvirtInFolder } from "./libvirt-in-a-folder";
import { stopProgrammedHosts } from "./programmed-host";
import { answer, ScriptedHost, separatorLine, withSeparator } from "./scripted-host";

type Properties = Record<string, unknown>;

let hosts: Record<"a" | "b", LibvirtInFolder>;
let handlers: Handlers;

/** One run of the CLI is one process. */
function newProcess(): void {
  forgetSharedAnswers();
  handlers = makeHandlers(domainPlacement, { operationFor: () => silentOperation(), unknownValue: "?" });
}

beforeEach(async () => {
  newProcess();
  hosts = { a: await libvirtInFolder(), b: await libvirtInFolder() };
});
afterEach(async () => {
  await closeConnections();
  await stopProgrammedHosts();
});

const uuidOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

function programOf(number: number, more: Properties = {}): Properties {
  const [uuid, name] = [uuidOf(number), `guest-${number}`];
  const definition = `<domain type='kvm'><name>${name}</name><uuid>${uuid}</uuid></domain>`;
  const candidates = { a: hosts.a.scripted.args, b: hosts.b.scripted.args };
  const urn = `urn:pulumi:test::test::pulumi-nodejs:dynamic/kvm:DomainPlacement::${name}`;
  const wanted = { domain: { uuid, name, definition }, host: "a", candidates, powerState: "shut off" };
  return { __provider: "text", __urn: urn, ...wanted, ...more };
}

const checked = async (program: Properties, olds: Properties = {}) => {
  const { inputs, failures = [] } = await handlers.check(olds, program);
  expect(failures).toEqual([]);
  return inputs as Properties;
};

/** Pulumi runs that many operations at a time, and checks them one by one. */
const atOnce = 8;

async function inTurns<T>(count: number, work: (number: number) => Promise<T>): Promise<T[]> {
  const done: T[] = [];
  let next = 0;
  const worker = async () => {
    for (let number = next++; number < count; number = next++) done[number] = await work(number);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return done;
}

const create = async (number: number) => (await handlers.create(await checked(programOf(number)))).outs as Properties;

/** What a state has of a guest that is defined on `a`. */
function placed(number: number): Properties {
  const program = programOf(number);
  hosts.a.define(uuidOf(number), (program.domain as { definition: string }).definition);
  return program;
}

/** Commands that each host gets meanwhile. */
async function commandsOf(work: () => Promise<unknown>): Promise<number[]> {
  const all = Object.values(hosts).map(({ scripted }) => scripted.commands);
  const before = all.map(({ length }) => length);
  await work();
  return all.map(({ length }, index) => length - (before[index] ?? 0));
}

test("a refresh asks each host once, whatever the number of guests", async () => {
  const refresh = (count: number) =>
    commandsOf(async () => {
      newProcess();
      const states = Array.from({ length: count }, (_, number) => placed(number));
      const read = await inTurns(count, (number) => handlers.read(uuidOf(number), states[number]));
      for (const { props } of read) expect(props).toMatchObject({ host: "a", state: "shut off" });
      expect(new Set(read.map(({ id }) => id)).size).toBe(count);
    });
  expect(await refresh(1)).toEqual([1, 1]);
  expect(await refresh(120)).toEqual([1, 1]);
});

test("what is nowhere is looked for twice, for all of them together", async () => {
  const commands = await commandsOf(async () => {
    for (let number = 0; number < 10; number++) expect(await handlers.read("", programOf(number))).toEqual({});
  });
  expect(commands).toEqual([2, 2]);
});

test("a preview of many new guests, which Pulumi checks one by one, looks twice", async () => {
  const commands = await commandsOf(async () => {
    for (let number = 0; number < 10; number++) await checked(programOf(number));
  });
  expect(commands).toEqual([2, 2]);
});

test("who looks after this process has acted on a guest is not told what was before", async () => {
  const { outs: state = {} } = await handlers.create(programOf(0));
  expect((await handlers.read("", state)).id).toBe(uuidOf(0));
  await handlers.delete("", state);
  expect(await handlers.read("", state)).toEqual({});
});

test("to create and to delete a guest that is off costs 13 commands, and those of many are sent together", async () => {
  const both = async (numbers: number[]) => {
    const states: Properties[] = [];
    const create = async (number: number) => {
      states[number] = (await handlers.create(programOf(number))).outs as Properties;
    };
    const created = await commandsOf(() => Promise.all(numbers.map(create)));
    const deleted = await commandsOf(() => Promise.all(numbers.map((number) => handlers.delete("", states[number]))));
    return [created, deleted];
  };
  // A lock, four looks at each host; on its own a line in the journal, the step, and another line.
  const alone = [8, 5];
  expect(await both([0])).toEqual([alone, alone]);
  for (const [onOwn = 0, onOther = 0] of await both([1, 2, 3, 4, 5, 6, 7, 8]))
    expect(onOwn + onOther).toBeLessThan(8 * 13 * 0.6);
});

test("who acts asks anew, whatever others have just seen", async () => {
  const { outs: state = {} } = await handlers.create(programOf(0));
  await handlers.read("", state);
  hosts.b.define(uuidOf(0), "<domain><name>guest-0</name></domain>");
  expect(await handlers.read("", state)).not.toHaveProperty("props.drift");
  await expect(handlers.delete("", state)).rejects.toThrow(/b has a definition of guest-0/);
});

test("what keeps a host from answering for all does not keep it from answering for each", async () => {
  const { host, asked } = await hostThatAnswersForOne();
  const signal = new AbortController().signal;
  const answers = await Promise.all([0, 1, 2].map((number) => observeDomain(host, uuidOf(number), signal)));
  expect(answers.map(({ domain }) => domain?.name)).toEqual([0, 1, 2].map(uuidOf));
  expect(asked).toEqual([3, 1, 1, 1]);
  expect((await lookAtDomain(host, uuidOf(0), signal)).domain?.name).toBe(uuidOf(0));
  expect(asked.slice(4)).toEqual([0, 1]);
});

/** Fails when it is asked for any number of domains but one. */
async function hostThatAnswersForOne(): Promise<{ host: SshHost; asked: number[] }> {
  const asked: number[] = [];
  const { args } = await ScriptedHost.start({
    run: (command, channel) => {
      const uuids = [...new Set(command.match(/00000000-0000-4000-8000-\d{12}/g))];
      asked.push(uuids.length);
      if (uuids.length !== 1) return answer(channel, 1, "", "error: Timed out during operation\n");
      const [uuid = ""] = uuids;
      const said = ["running (booted)", "", "Job type: 0", `<domain><name>${uuid}</name></domain>`, "", "", ""];
      const parts = [uuid, ...said, `${uuid} ${uuid}`, uuid];
      answer(channel, 0, withSeparator(command, parts.join(`\n${separatorLine}\n`)));
    },
  });
  return { host: new SshHost(args), asked };
}

test("a preview, and an `up`, of guests that are as they should be reach no host", async () => {
  const state = await create(0);
  await closeConnections();
  newProcess();
  const connections = () => Object.values(hosts).map(({ scripted }) => scripted.connections);
  const before = connections();
  const { changes } = await handlers.diff("", state, await checked(programOf(0), state));
  expect(changes).toBe(false);
  expect(connections()).toEqual(before);
});
