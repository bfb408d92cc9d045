/** The ports of a migration, closed and opened by real nftables: whom they let in, at once and after a boot. */
import { closeConnections, SshHost } from "../../provider/host/ssh-host";
import { portFindings } from "../../provider/placement/preflight/migration-ports";
import { migrationFirewall } from "../../provider/resources/migration-firewall/definition";
import { forgetSharedAnswers } from "../../provider/util/shared-answers";
import { stopProgrammedHosts } from "../protocol/programmed-host";
import { ResourceHarness } from "./resource-harness";
import { openPorts, type WalledHost, WalledNetwork } from "./walled-network";

/** As an administrator writes it: all is closed but ssh. Without an end of its last line. */
const closed = `#!/usr/sbin/nft -f
flush ruleset
table inet guard {
  chain incoming {
    type filter hook input priority filter; policy drop;
    iif "lo" accept
    ct state established,related accept
    tcp dport 22 accept
  }
}`;

const network = new WalledNetwork();
const driver = new ResourceHarness(migrationFirewall, "MigrationFirewall::ports");
let [hvA, hvB, other] = [] as unknown as [WalledHost, WalledHost, WalledHost];
let base: Parameters<typeof driver.up>[0];

const reload = (host: WalledHost) => host.run('nft -f "$HERE/nftables.conf"');

beforeAll(async () => {
  hvB = await network.add(closed);
  hvA = await network.add("");
  other = await network.add("");
  base = { hosts: { "hv-a": hvA.args, "hv-b": hvB.args } };
});
beforeEach(async () => {
  await driver.destroy(); // what a failed test has left

  hvB.rules(closed);
  reload(hvB);
});
afterAll(async () => {
  await closeConnections();
  await stopProgrammedHosts();
  await network.end();
});

/** All that the resource may touch. */
const snapshot = (host: WalledHost) =>
  host.run(`nft list ruleset; cat "$HERE/nftables.conf"; stat -c '%a %u %g' "$HERE/nftables.conf"
    find "$HERE/kept" -path '*/firewall/*' 2> /dev/null || true`);

const lets = (from: WalledHost) => from.reaches(hvB, openPorts);

/** As the preview of a move from hv-a to hv-b finds them. */
async function findings(): Promise<string[]> {
  forgetSharedAnswers();
  const at = (name: string, { args, address }: WalledHost) => {
    const limits = { port: 22, maxOutgoingMigrations: 2, maxIncomingMigrations: 2 };
    return { name, address, ...limits, host: new SshHost(args) };
  };
  const ports = { address: hvB.address, lowest: 49_152, highest: 49_215, listenAddress: "", setting: "qemu.conf" };
  const found = await portFindings(at("hv-a", hvA), at("hv-b", hvB), ports, new AbortController().signal);
  return found.map(({ code, seen, fix }) => `${code}: ${seen} ${fix}`);
}

const [all, none] = [
  [true, true, true],
  [false, false, false],
];

test("the ports are opened for the peer only, and in the end all is as before", async () => {
  const before = [hvA, hvB].map(snapshot);
  expect([lets(hvA), lets(other)]).toEqual([none, none]);
  expect(await driver.up(base)).toBe("created");
  expect(driver.outputs).toMatchObject({
    firewalls: { "hv-a": "nftables", "hv-b": "nftables" },
    rules: { "hv-a": [], "hv-b": [`inet guard incoming: ${hvA.address} to { 16514, 49152-49215 }`] },
    untilReboot: {},
  });
  expect([lets(hvA), lets(other)]).toEqual([all, none]);
  expect(await driver.up(base)).toBe("unchanged");
  expect(await driver.up({ ...base, migrations: [{ data: "tunnelled" }] })).toBe("updated");
  expect(lets(hvA)).toEqual([true, false, false]);
  await driver.destroy();
  expect([hvA, hvB].map(snapshot)).toEqual(before);
  expect(lets(hvA)).toEqual(none);
});

test("the finding names port, peer and command: the ports are open after that command, and after a MigrationFirewall", async () => {
  const [closedPorts = "", ...others] = await findings();
  expect(others).toEqual([]);
  expect(closedPorts).toMatch(
    /^migration-ports-closed: hv-a does not reach port 49214 of hv-b \(10\.88\.0\.1\): no answer in 5 s, while something listened there for a try\. .*, or by a MigrationFirewall with both hosts/,
  );
  const [, command = ""] = /`(nft [^`]*10\.88\.0\.2[^`]*49152-49215[^`]*)`/.exec(closedPorts) ?? [];
  hvB.run(command);
  expect([await findings(), lets(hvA), lets(other)]).toEqual([[], [false, true, true], none]);
  reload(hvB);
  expect(await findings()).toHaveLength(1);
  await driver.up(base);
  expect(await findings()).toEqual([]);
  await driver.destroy();
  expect(await findings()).toHaveLength(1);
});

test("the rules are there after nftables has loaded its file again; what is changed by hand is shown and mended", async () => {
  const before = snapshot(hvB);
  await driver.up(base);
  reload(hvB);
  expect([await driver.refresh(), driver.outputs.drift, lets(hvA)]).toEqual(["unchanged", undefined, all]);

  hvB.rules(closed);
  reload(hvB);
  expect([await driver.refresh(), driver.outputs.drift]).toEqual([
    "changed",
    [
      `hv-b: the chain inet guard incoming does not let ${hvA.address} in`,
      expect.stringMatching(/^hv-b: .*nftables\.conf does not have the rules that open the ports$/),
    ],
  ]);
  expect(await driver.up(base)).toBe("updated");
  expect([await driver.refresh(), lets(hvA)]).toEqual(["unchanged", all]);

  hvB.run("nft insert rule inet guard incoming tcp dport 16514 drop");
  expect(lets(hvA)).toEqual([false, true, true]);
  await driver.refresh();
  expect(driver.outputs.drift).toEqual([
    "hv-b: a rule of the chain inet guard incoming that may refuse stands before the one that opens the ports",
  ]);
  reload(hvB);

  driver.forget(); // a crash before the state was written
  expect(await driver.up(base)).toBe("created");
  await driver.destroy();
  expect(snapshot(hvB)).toBe(before);
});

test("where nothing loads rules at boot, that is said; a chain of another table gets a rule of its own", async () => {
  hvB.run(`touch "$HERE/disabled"
    nft add table ip second; nft 'add chain ip second input { type filter hook input priority 10; policy accept; }'
    nft add rule ip second input tcp dport 16514 reject`);
  const before = snapshot(hvB);
  driver.told.length = 0;
  await driver.up(base);
  expect(driver.told.join("\n")).toMatch(
    /hv-b: the ports are open until the next boot, or until somebody loads other rules \(nftables\.service is not enabled\)/,
  );
  expect(driver.outputs.untilReboot).toEqual({ "hv-b": "nftables.service is not enabled" });
  expect(driver.outputs.rules["hv-b"]).toHaveLength(2);
  expect([lets(hvA), lets(other)]).toEqual([all, none]);
  await driver.destroy();
  expect(snapshot(hvB)).toBe(before);
  hvB.run('rm "$HERE/disabled"');
});

test("rules that nft does not load at boot are refused by nft itself, and the file stays as it was", async () => {
  const unloadable = closed.replace("tcp dport 22 accept", 'iif "no-such-link" accept');
  hvB.rules(unloadable);
  await driver.up(base);
  expect(driver.outputs.untilReboot).toEqual({ "hv-b": expect.stringMatching(/^nft does not load .*no-such-link/) });
  expect([hvB.rules(), lets(hvA)]).toEqual([unloadable, all]);
  await driver.destroy();
  expect(lets(hvA)).toEqual(none);
});
