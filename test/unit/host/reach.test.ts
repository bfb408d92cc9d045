import type { ConnectionArgs } from "../../../provider/host/connection-args";
import { type Reach, resolveReach, type Surroundings } from "../../../provider/host/reach";

const surroundings = (text: string): Surroundings => ({
  files: [{ path: "~/.ssh/config", text }],
  including: () => [],
  home: "/home/bob",
  localUser: "bob",
  environment: { KEYS: "/keys" },
});
const resolve = (text: string, args: Partial<ConnectionArgs> = {}) =>
  resolveReach({ address: "hv-a", ...args }, surroundings(text));
const defaults = {
  knownHostsFiles: [
    "~/.ssh/known_hosts",
    "~/.ssh/known_hosts2",
    "/etc/ssh/ssh_known_hosts",
    "/etc/ssh/ssh_known_hosts2",
  ],
};

test.each<[string, Partial<ConnectionArgs>, Partial<Reach>]>([
  ["", {}, { address: "hv-a", ...defaults }],
  [
    "HostName %h.example\nPort 2222\nUser admin\n",
    {},
    { address: "hv-a.example", givenAddress: "hv-a", port: 2222, user: "admin", ...defaults },
  ],
  ["Port 2222\nUser admin\n", { port: 22, user: "root" }, { address: "hv-a", port: 22, user: "root", ...defaults }],
  ["HostKeyAlias other\n", {}, { address: "hv-a", hostKeyAlias: "other", ...defaults }],
  ["HostKeyAlias other\nUserKnownHostsFile /x\n", { hostKey: "SHA256:x" }, { address: "hv-a", hostKey: "SHA256:x" }],
  [
    `UserKnownHostsFile ~/k \${KEYS}/%k none\n`,
    {},
    { address: "hv-a", knownHostsFiles: ["/home/bob/k", "/keys/hv-a", ...defaults.knownHostsFiles.slice(2)] },
  ],
  ["GlobalKnownHostsFile none\n", {}, { address: "hv-a", knownHostsFiles: defaults.knownHostsFiles.slice(0, 2) }],
  ["UserKnownHostsFile /x\n", { knownHosts: "/own" }, { address: "hv-a", knownHosts: "/own" }],
  [
    "IdentityFile ~/.ssh/%n-%r\nIdentityFile %d/b\nIdentitiesOnly yes\nPort 2\n",
    {},
    {
      address: "hv-a",
      port: 2,
      identityFiles: ["/home/bob/.ssh/hv-a-root", "/home/bob/b"],
      identitiesOnly: true,
      ...defaults,
    },
  ],
  [
    "IdentityFile /a\nIdentitiesOnly yes\n",
    { identityFile: "/own" },
    { address: "hv-a", identityFile: "/own", ...defaults },
  ],
  ["IdentityFile /a\n", { privateKey: "key" }, { address: "hv-a", privateKey: "key", ...defaults }],
  ["StrictHostKeyChecking no\nForwardAgent yes\n", {}, { address: "hv-a", ...defaults }],
  ["ProxyJump none\nProxyCommand x\n", {}, { address: "hv-a", ...defaults }],
])("%j with %j", (text, args, reach) => {
  expect(resolve(text, args).reach).toEqual(reach);
});

test("each host on the way has settings of its own", () => {
  const text = `Host hv-a
  ProxyJump gate,admin@inner:2200
Host gate
  HostName 192.0.2.1
  ProxyJump outer
Host inner
  ProxyJump nowhere
  HostKeyAlias in
  Port 22
Host outer
  User carol
`;
  const jump = resolve(text).reach.proxyJump;
  expect(jump).toMatchObject({ address: "inner", port: 2200, user: "admin", hostKeyAlias: "in" });
  expect(jump?.proxyJump).toMatchObject({ address: "192.0.2.1", givenAddress: "gate", user: "bob" });
  expect(jump?.proxyJump?.proxyJump).toMatchObject({ address: "outer", user: "carol" });
  expect(jump?.proxyJump?.proxyJump?.proxyJump).toBeUndefined();
});

test("the program's jump host wins, and has settings of its own, too", () => {
  const { reach } = resolve("Host gate\nPort 2200\nHost hv-a\nProxyJump other\n", {
    proxyJump: { address: "gate", user: "x" },
  });
  expect(reach.proxyJump).toMatchObject({ address: "gate", user: "x", port: 2200 });
  expect(reach.proxyJump?.proxyJump).toBeUndefined();
});

test("a jump host of the program is logged in to as root, one of the configuration as the local user", () => {
  const { proxyJump } = resolve("Host gate\nProxyJump outer\n", { proxyJump: { address: "gate" } }).reach;
  expect(proxyJump).not.toHaveProperty("user");
  expect(proxyJump?.proxyJump).toMatchObject({ address: "outer", user: "bob" });
});

test("a jump host shares how hosts are trusted, but no key", () => {
  const { reach } = resolve("Host hv-a\nProxyJump [fd00::1]:22\n", {
    privateKey: "secret",
    passphrase: "s",
    knownHosts: "/k",
    agent: false,
  });
  expect(reach.proxyJump).toEqual({ address: "fd00::1", port: 22, user: "bob", knownHosts: "/k", agent: false });
});

test("what was taken is told with its place", () => {
  const { taken } = resolve("Host *\n  Port 2222\n  Compression yes\n  User x\nHost hv-a\nProxyJump gate\n", {
    user: "y",
  });
  expect(taken.map(({ keyword, place }) => `${keyword} ${place}`)).toEqual([
    "port ~/.ssh/config:2",
    "proxyjump ~/.ssh/config:6",
    "port ~/.ssh/config:2",
    "user ~/.ssh/config:4",
  ]);
});

test.each([
  ["Port ssh\n", /^~\/\.ssh\/config:1: Port ssh is no port$/],
  ["Port 70000\n", /is no port/],
  ["ProxyCommand nc %h %p\n", /config:1: proxycommand is not supported: use ProxyJump there or set proxyJump$/],
  ["CanonicalizeHostname yes\n", /canonicalizehostname is not supported: write the HostName out/],
  ["RevokedHostKeys /x\n", /revokedhostkeys is not supported: set hostKey/],
  ["IdentityFile /k/%C\n", /config:1: %C is not supported/],
  [`IdentityFile \${NO}/x\n`, /config:1: NO is not in the environment/],
  ["Host hv-a\nProxyJump a b\n", /ProxyJump a b is no \[USER@\]HOST\[:PORT\]/],
  ["Host a\nProxyJump b\nHost b\nProxyJump a\nHost hv-a\nProxyJump a\n", /ProxyJump goes through more than 8 hosts/],
])("%j is refused", (text, reason) => {
  expect(() => resolve(text)).toThrow(reason);
});

test("what the program says makes such a line harmless", () => {
  expect(
    resolve("Host hv-a\nProxyCommand nc\n", { proxyJump: { address: "gate", proxyJump: { address: "outer" } } }).reach
      .address,
  ).toBe("hv-a");
  expect(resolve("RevokedHostKeys /x\n", { hostKey: "SHA256:x" }).reach.address).toBe("hv-a");
  expect(resolve("CanonicalizeHostname no\nRevokedHostKeys none\n").reach.address).toBe("hv-a");
});
