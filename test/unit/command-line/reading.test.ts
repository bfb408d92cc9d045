/** What a command line and a state say, as values. */

import { readState } from "../../../provider/command-line/stack/read-state";
import { visibleWidth, wrapped } from "../../../provider/command-line/wrap";
import { connectionOf } from "../../../provider/host/host-word";
import { entriesIn } from "../../../provider/placement/lock/read-journals";

test.each<[string, object | undefined]>([
  ["hv-a", { address: "hv-a" }],
  ["admin@hv-a.example:2222", { user: "admin", address: "hv-a.example", port: 2222 }],
  ["192.0.2.1", { address: "192.0.2.1" }],
  ["root@[2001:db8::1]:22", { user: "root", address: "2001:db8::1", port: 22 }],
  ["2001:db8::1", { address: "2001:db8::1" }],
  ["EXAMPLE$@hv-a", { user: "EXAMPLE$", address: "hv-a" }],
  ["hv-a:22:23", undefined],
  ["cafe:22", { address: "cafe", port: 22 }],
  ["-oProxyCommand=x", undefined],
  ["hv-a:0", undefined],
  ["hv-a:65536", undefined],
  ["hv a", undefined],
  ["hv-a;id", undefined],
  ["", undefined],
])("%j is a host as ssh has it", (word, connection) => {
  expect(connectionOf(word)).toEqual(connection);
});

const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:AAAA" };
const hostIn = (name: string, inputs: object, outputs: object = { libvirtDaemon: "libvirtd" }) => ({
  urn: `urn:pulumi:prod::shop::pulumi-nodejs:dynamic/kvm:Host::${name}`,
  type: "pulumi-nodejs:dynamic/kvm:Host",
  inputs: { __provider: "text", ...inputs },
  outputs,
});
const stateWith = (...resources: object[]) => readState(JSON.stringify({ version: 3, deployment: { resources } }));

test("a state's hosts are reached as the program says, without what is encrypted there", () => {
  const proxyJump = { address: "gate", privateKey: secret };
  const state = stateWith(
    hostIn("hv-a", { address: "192.0.2.1", user: "admin", privateKey: secret, passphrase: secret, proxyJump }),
    hostIn("nas", { address: "192.0.2.9" }, { libvirtDaemon: "" }),
    hostIn("hv-b", { address: secret }),
    hostIn("hv-c", { address: "192.0.2.3", proxyJump: secret }),
    hostIn("hv-d", { address: "-oProxyCommand=x" }),
  );
  expect(state).toEqual({
    stack: "prod",
    hosts: [{ name: "hv-a", connection: { address: "192.0.2.1", user: "admin", proxyJump: { address: "gate" } } }],
    unreadable: [
      { name: "hv-b", problem: expect.stringContaining("Its address is a secret in the state") },
      { name: "hv-c", problem: expect.stringContaining("Its proxyJump is a secret in the state") },
      { name: "hv-d", problem: expect.stringContaining("does not say how to reach it") },
    ],
    guests: [],
  });
  expect(JSON.stringify(state)).not.toContain("AAAA");
});

test("a plugin's stack is read as one of the dynamic provider, and hosts that are only named are found at their guests", () => {
  const inPlugin = (kind: string, name: string, inputs: object, outputs: object) => {
    const type = `kvm:index:${kind}`;
    return { urn: `urn:pulumi:prod::shop::pkg:Cluster$${type}::${name}`, type, inputs, outputs };
  };
  const candidates = {
    "hv-a": { address: "192.0.2.1", port: 22 },
    "192.0.2.2:2222": { address: "192.0.2.2", port: 2222, user: "admin", privateKey: secret },
    "192.0.2.1": { address: "192.0.2.1" },
  };
  const outputs = {
    uuid: "0f0806ab-531d-6134-5def-c5b495529284",
    name: "web",
    host: "hv-a",
    state: "running (booted)",
  };
  const state = stateWith(
    { ...inPlugin("Host", "hv-a", { address: "192.0.2.1", user: "root" }, {}), type: "other:index:Host" },
    inPlugin("Host", "hv-a", { address: "192.0.2.1", user: "root" }, { libvirtDaemon: "libvirtd", memoryMiB: 4096 }),
    inPlugin("DomainPlacement", "web", { candidates }, outputs),
  );
  expect(state).toEqual({
    stack: "prod",
    hosts: [
      { name: "hv-a", connection: { address: "192.0.2.1", user: "root" }, memoryMiB: 4096 },
      { name: "192.0.2.2:2222", connection: { address: "192.0.2.2", port: 2222, user: "admin" } },
    ],
    unreadable: [],
    guests: [{ ...outputs, memoryMiB: 0, history: [] }],
  });
});

test.each(["", "[]", "null", '{"deployment":null}', '{"deployment":{"resources":{}}}'])("%j is no state", (text) => {
  expect(() => readState(text)).toThrow(/This is no state of a stack: .*`pulumi stack export` prints one/);
});

test("a journal's lines as this provider writes them, and others as they are", () => {
  const uuid = "0f0806ab-531d-6134-5def-c5b495529284";
  const at = "2026-11-28T08:00:00.000Z";
  const lines = [
    `${uuid} ${at} root@adm[11] urn:pulumi:p::q::t::a b: web: 2: migrate from hv-a to hv-b: failed: error: x: y`,
    `${uuid} ${at} somebody wrote this`,
    "no line of a journal",
  ];
  expect(entriesIn(lines.join("\n"))).toEqual([
    {
      uuid,
      at,
      who: "root@adm[11] urn:pulumi:p::q::t::a b",
      guest: "web: 2",
      step: "migrate from hv-a to hv-b",
      outcome: "failed: error: x: y",
      move: { from: "hv-a", to: "hv-b" },
    },
    { uuid, at, who: "", guest: "", step: "", outcome: "somebody wrote this" },
  ]);
});

test("lines are broken between words only, colours do not count, and in a pipe none is broken", () => {
  expect(wrapped("  one two three", 9, "    ")).toBe("  one two\n    three");
  expect(wrapped("unbreakable-word", 5)).toBe("unbreakable-word");
  expect(wrapped("one two three", Number.POSITIVE_INFINITY)).toBe("one two three");
  const red = "\u001b[31mone\u001b[39m";
  expect(wrapped(`${red} two`, 7)).toBe(`${red} two`);
  expect(visibleWidth(`${red}\n12345`)).toBe(5);
});
