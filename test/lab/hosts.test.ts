import { copyFileSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addMigrationNetwork, migrationAddress, removeMigrationNetwork } from "../../lab/by-hand/migration-network";
import { isPlainQemuStream } from "../../lab/machine/pcap";
import { repository } from "../../lab/paths";
import { run, runAnyway } from "../../lab/process";
import { retryUntil } from "../../provider/util/policy";
import { lengthyTest, runningLab } from "./support";

const { lab, nas, hvA, hvB } = runningLab();
const cli = (...args: string[]) =>
  runAnyway(["node", join(repository, "lab/run.mjs"), "lab/cli.ts", "--name", lab.name, ...args], { cwd: repository });

describe("hypervisors", () => {
  test.each([hvA, hvB])("$name has libvirtd behind sockets, as Debian ships it", async (host) => {
    const units = ["libvirtd.socket", "ssh.service", "nfs-server.service"];
    const { stdout } = await host.exec(["systemctl", "is-active", ...units]);
    expect(stdout.trim().split("\n")).toEqual(["active", "active", "active"]);
    expect((await host.exec(["virsh", "version"])).stdout).toMatch(/Running hypervisor: QEMU 7\.2/);
  });

  test.each([hvA, hvB])("$name can have an Open vSwitch bridge", async (host) => {
    await host.exec(["ovs-vsctl", "add-br", "probe_br"]);
    expect((await host.exec(["ovs-vsctl", "list-br"])).stdout.split("\n")).toContain("probe_br");
    await host.exec(["ovs-vsctl", "del-br", "probe_br"]);
  });

  test("each is a machine of its own", async () => {
    const ids = await Promise.all([nas, hvA, hvB].map((host) => host.exec(["cat", "/etc/machine-id"])));
    expect(new Set(ids.map(({ stdout }) => stdout)).size).toBe(3);
    expect((await hvB.exec(["hostname"])).stdout).toBe("hv-b\n");
  });
});

describe("the command line", () => {
  test("status shows what runs", async () => {
    const { stdout } = await cli("status");
    expect(stdout).toMatch(/host .* address .* OS .* libvirt .* state .* CPU/);
    expect(stdout).toMatch(/nas .* 10\.77\.0\.13 .* Debian 12 \(bookworm\) .* up .* \d/);
    expect(stdout).toMatch(/hv-a .* 10\.77\.0\.11 .* Debian 12 \(bookworm\) .* 9\.0\.0 .* up .* \d/);
    expect(stdout).toMatch(/hv-c .* off/);
  });

  test("exec hands over arguments, output and exit code as they are", async () => {
    const argument = "a 'b' \"c\" $(d) ;\n*";
    expect(await cli("exec", "hv-a", "printf", "%s|", argument, "--help")).toMatchObject({
      stdout: `${argument}|--help|`,
    });
    expect(await cli("exec", "hv-a", "sh", "-c", "echo oops >&2; exit 7")).toMatchObject({
      exitCode: 7,
      stderr: "oops\n",
    });
  });

  test("enter runs inside the lab's network", async () => {
    const { stdout } = await cli("enter", "ip", "-brief", "address", "show", "br0");
    expect(stdout).toContain("10.77.0.1/24");
  });

  test.each([
    [["exec", "hv-z", "true"], /'hv-z' is invalid for argument 'host'. Allowed choices are nas, hv-a, hv-b, hv-c/],
    [["slow", "hv-a", "fast"], /error: Bad rate "fast": use a number with a unit of tc\(8\)/],
    [["--name", "../x", "status"], /error: Bad lab name "\.\.\/x"/],
    [
      ["--name", "nolab", "exec", "hv-a", "true"],
      /error: Lab nolab is down: run `npm run lab -- --name nolab up` first\./,
    ],
    [["start", "hv-c"], /error: hv-c has no disk yet/],
  ])("%j is refused with a reason", async (args, message) => {
    const { exitCode, stderr } = await cli(...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(exitCode).toBe(1);
  });

  test("guest build makes bootable images", async () => {
    const { stdout } = await cli("guest", "build");
    const [, image = ""] = /^beat +(.+)$/m.exec(stdout) ?? [];
    expect((await run(["qemu-img", "info", image])).stdout).toMatch(/file format: qcow2\nvirtual size: 1 MiB/);
  });
});

describe("ssh", () => {
  test("a host that shows another key than the recorded one is refused", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-known-hosts-"));
    const knownHosts = join(folder, "known_hosts");
    await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", join(folder, "other")]);
    copyFileSync(join(folder, "other.pub"), knownHosts);
    const { stdout: other } = await run(["cut", "-d", " ", "-f", "1,2", join(folder, "other.pub")]);
    writeFileSync(knownHosts, `${hvA.name},${hvA.address} ${other}`);
    const ssh = ["ssh", "-F", lab.ssh.configFile, "-o", `UserKnownHostsFile=${knownHosts}`, hvA.name, "true"];
    const { exitCode, stderr } = await runAnyway(lab.enter(ssh));
    expect(exitCode).toBe(255);
    expect(stderr).toContain("REMOTE HOST IDENTIFICATION HAS CHANGED");
  });
});

describe("faults", () => {
  const reaches = async (from: typeof hvA, to: typeof hvA) =>
    (await from.tryExec(["timeout", "5", "bash", "-c", `exec 3<> /dev/tcp/${to.address}/22`])).exitCode === 0;

  lengthyTest("a partitioned host is cut off and runs on; healed, it is back", async () => {
    expect(await reaches(hvA, hvB)).toBe(true);
    // It writes down the time, in milliseconds, again and again; its clock is this machine's.
    await hvB.script(
      `(while sleep 0.1; do date +%s%3N; done) > /run/alive 2> /dev/null < /dev/null &
       echo $! > /run/alive.pid`,
    );
    await hvB.partition();
    const cutAt = Date.now();
    expect(await reaches(hvA, hvB)).toBe(false);
    expect(await hvB.isPartitioned()).toBe(true);
    expect((await cli("status")).stdout).toMatch(/hv-b .* partitioned/);
    const healedAt = Date.now();
    await hvB.heal();
    await retryUntil(async () => expect(await reaches(hvA, hvB)).toBe(true), { everyMs: 200, timeoutMs: 120_000 });
    const { stdout } = await hvB.script('kill "$(cat /run/alive.pid)"; cat /run/alive');
    const aliveMeanwhile = stdout
      .split("\n")
      .map(Number)
      .filter((time) => time > cutAt && time < healedAt);
    expect(aliveMeanwhile.length).toBeGreaterThan(5);
  });

  lengthyTest(
    "cut off from the admin network, what is under way stands still, unnoticed; other hosts reach it",
    async () => {
      let lines = 0;
      const end = new AbortController();
      const ssh = (...words: string[]) => lab.enter(["ssh", "-F", lab.ssh.configFile, ...words]);
      const talking = runAnyway(ssh(hvB.name, "while echo on; do sleep 0.1; done"), {
        onLine: () => lines++,
        signal: end.signal,
        timeoutMs: 300_000, // also when this test fails
      }).catch((error: Error) => error);
      const talksOn = async (from = lines) =>
        retryUntil(async () => expect(lines).toBeGreaterThan(from), { everyMs: 100, timeoutMs: 120_000 });
      try {
        await talksOn();
        await hvB.cutAdmin();
        await hvB.cutAdmin();
        expect(await reaches(hvA, hvB)).toBe(true);
        const heard = lines;
        const { stderr } = await runAnyway(ssh("-o", "ConnectTimeout=1", hvB.name, "true"));
        expect(stderr).toContain("timed out");
        expect((await cli("status")).stdout).toMatch(/hv-b .* admin network cut/);
        expect(lines).toBe(heard);
        expect((await cli("heal", "hv-b")).exitCode).toBe(0);
        expect(await hvB.isAdminCut()).toBe(false);
        await talksOn();
      } finally {
        end.abort();
        await hvB.healAdmin();
      }
      await talking;
    },
  );

  lengthyTest("a slow host is limited in both directions, a fast one is not", async () => {
    const kernelDrops = async () => {
      const links = [hvB.name, `ifb-${hvB.name}`];
      const counts = links.map((link) => run(lab.enter(["tc", "-s", "-json", "qdisc", "show", "dev", link])));
      const [toHost, fromHost] = (await Promise.all(counts)).map(({ stdout }) => JSON.parse(stdout)[0]);
      return { toHost, fromHost };
    };
    await hvB.slow("2mbit");
    await hvB.script("head -c 300000 /dev/zero"); // from the host
    await hvB.exec(["wc", "-c"], { input: "x".repeat(300_000) }); // to the host
    const { toHost, fromHost } = await kernelDrops();
    expect(toHost).toMatchObject({ kind: "tbf", options: { rate: 250_000 } });
    expect(toHost.overlimits).toBeGreaterThan(0);
    expect(fromHost).toMatchObject({ kind: "tbf", options: { rate: 250_000 } });
    expect(fromHost.overlimits).toBeGreaterThan(0);
    await hvB.fast();
    expect((await run(lab.enter(["tc", "-json", "qdisc", "show", "dev", hvB.name]))).stdout).not.toContain("tbf");
    expect((await runAnyway(lab.enter(["ip", "link", "show", `ifb-${hvB.name}`]))).exitCode).not.toBe(0);
  });
});

test("a capture tells who opened which connection, over which network, and what was said", async () => {
  const [port, both] = [49200, [hvA, hvB]];
  await addMigrationNetwork(both);
  const capture = await lab.capture();
  try {
    const serve = `systemd-socket-activate --listen="$1" --accept --inetd sh -c 'head -c 300004 > /dev/null; echo bye' \
      > /dev/null 2>&1 < /dev/null & echo $!`;
    const listener = (await hvB.script(serve, `${migrationAddress(hvB)}:${port}`)).stdout.trim();
    const talk = 'exec 3<> "/dev/tcp/$0/$1"; (printf QEVM; head -c 300000 /dev/zero) >&3; cat <&3';
    const attempt = () => hvA.exec(["bash", "-ec", talk, migrationAddress(hvB), String(port)]);
    expect((await retryUntil(attempt, { everyMs: 300, timeoutMs: 120_000 })).stdout).toBe("bye\n");
    await hvB.exec(["kill", listener]);
  } finally {
    await capture.stop();
    await removeMigrationNetwork(both);
  }
  const { sent, received, ...ends } = (await capture.stop()).at(-1) ?? {};
  const [source, destination] = ["10.78.0.11", "10.78.0.12"];
  expect(ends).toEqual({ source, sourcePort: expect.any(Number), destination, destinationPort: port });
  expect(sent?.bytes).toBe(300_004);
  expect(isPlainQemuStream(sent?.firstBytes ?? Buffer.alloc(0))).toBe(true);
  expect(received).toEqual({ firstBytes: Buffer.from("bye\n"), bytes: 4 });
  expect((await hvA.exec(["ip", "-brief", "address", "show", "vec0"])).stdout).not.toContain("10.78.");
});
