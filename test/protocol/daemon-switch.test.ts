/** The script that switches a daemon, by a real shell, with a systemd of files: what is on afterwards, and with which file. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeConnections, SshHost } from "../../provider/host/ssh-host";
import type { Switch } from "../../provider/libvirt/daemon/differences";
import { type Daemon, modular, monolithic } from "../../provider/libvirt/daemon/flavours";
import { parseDaemon } from "../../provider/libvirt/daemon/inspect";
import { jobsOn, switchDaemons, updateTls } from "../../provider/libvirt/daemon/switch";
import { programmedHost, stopProgrammedHosts } from "./programmed-host";

const folders: string[] = [];
afterEach(async () => {
  await closeConnections();
  await stopProgrammedHosts();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Units that are on or enabled are files; a service does not come up with a file in which something is bad. */
const systemctl = `#!/bin/sh
echo "$*" >> "$HERE/asked"
verb=$1; shift
case "$verb" in
  show) if [ -e "$HERE/on/\${4-x}" ]; then case "$2" in ActiveState) echo active ;; *) echo 7 ;; esac; else echo inactive; fi ;;
  is-active) [ -e "$HERE/on/$2" ] ;;
  is-enabled) [ -e "$HERE/enabled/$2" ] ;;
  stop) for unit; do rm -f "$HERE/on/$unit"; done ;;
  start | restart)
    for unit; do
      case "$unit" in
        *.service)
          rm -f "$HERE/on/$unit"
          if grep -qs bad "$(cat "$HERE/conf-path")"; then exit 1; fi ;;
        *-tls.socket | *-tcp.socket) [ ! -e "$HERE/on/\${unit%-t*}.service" ] || exit 1 ;;
      esac
      : > "$HERE/on/$unit"
    done ;;
  enable) for unit; do case "$unit" in -*) ;; *) : > "$HERE/enabled/$unit" ;; esac; done ;;
  disable) for unit; do rm -f "$HERE/enabled/$unit"; done ;;
esac
`;
const journalctl = `#!/bin/sh
echo "$*" > "$HERE/journal-asked"
echo "error : virConfParse: expecting a value"
`;
const virtAdmin = `#!/bin/sh
echo "$*" >> "$HERE/admin"
case "$3" in server-clients-info) printf 'nclients_max: 5000\\nnclients_unauth_max: 20\\nnclients: 0\\n' ;; esac
`;
const virsh = `#!/bin/sh
shift 2
for last; do :; done
case "$1" in
  list) ls "$HERE/guests" ;;
  domstate) sed -n 1p "$HERE/guests/$last" ;;
  domjobinfo) sed 1d "$HERE/guests/$last"; [ "$(wc -l < "$HERE/guests/$last")" -gt 1 ] ;;
esac
`;

const { signal } = new AbortController();

async function hostWith(described: Daemon, { conf, on, enabled }: { conf?: string; on: string[]; enabled: string[] }) {
  const own = mkdtempSync(join(tmpdir(), "daemon-"));
  folders.push(own);
  const daemon: Daemon = { ...described, confPath: join(own, "daemon.conf") };
  if (conf !== undefined) writeFileSync(daemon.confPath, conf);
  const programs = { systemctl, journalctl, virsh, "virt-admin": virtAdmin };
  const { scripted, folder } = await programmedHost(programs, { "conf-path": daemon.confPath });
  for (const [name, units] of [
    ["on", on],
    ["enabled", enabled],
    ["guests", []],
  ] as const) {
    mkdirSync(join(folder, name));
    for (const unit of units) writeFileSync(join(folder, name, unit), "");
  }
  const states = [...new Set([...on, ...enabled])].map(
    (id) =>
      `Id=${id}\nLoadState=loaded\nActiveState=${on.includes(id) ? "active" : "inactive"}\nUnitFileState=${enabled.includes(id) ? "enabled" : "disabled"}`,
  );
  const section = conf === undefined ? "" : `== conf\n644 root root\n${Buffer.from(conf).toString("base64")}\n`;
  const facts = parseDaemon(`== units\n${states.join("\n\n")}\n${section}`, daemon);
  const read = (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8") : "");
  return {
    host: new SshHost(scripted.args),
    facts,
    folder,
    read,
    state: () => ({
      conf: existsSync(daemon.confPath) ? readFileSync(daemon.confPath, "utf8") : undefined,
      others: readdirSync(own).filter((name) => name !== "daemon.conf" && !name.startsWith(".")),
      on: readdirSync(join(folder, "on")).sort(),
      enabled: readdirSync(join(folder, "enabled")).sort(),
    }),
  };
}

const nothing: Switch = { dropIns: new Map(), enable: [], disable: [], start: [] };

describe.each([
  ["libvirtd", monolithic.daemons[0]],
  ["virtproxyd", modular.daemons[0]],
])("%s", (name, daemon) => {
  const unit = (suffix: string) => `${name}${suffix}`;
  const on = [unit(".service"), unit(".socket"), unit("-ro.socket")].sort();
  const enabled = [unit(".socket"), unit("-ro.socket")].sort();
  const listen: Switch = {
    conf: { text: "new" },
    dropIns: new Map(),
    enable: [unit("-tls.socket")],
    disable: [unit("-tcp.socket")],
    start: [unit("-tls.socket")],
  };

  test("it listens for TLS, and no more for TCP", async () => {
    const before = { conf: "old", on: [...on, unit("-tcp.socket")], enabled: [...enabled, unit("-tcp.socket")] };
    const { host, facts, state, read } = await hostWith(daemon, before);
    await switchDaemons(host, [{ facts, change: listen }], signal);
    expect(state()).toEqual({
      conf: "new",
      others: [],
      on: [...on, unit("-tls.socket")].sort(),
      enabled: [...enabled, unit("-tls.socket")].sort(),
    });
    expect(read("asked")).not.toMatch(name === "libvirtd" ? /virtproxyd/ : /libvirtd/);
  });

  test.each([["old"], [undefined]])("bad settings are put back, sockets too: %j", async (conf) => {
    const tcp = unit("-tcp.socket");
    const before = { ...(conf !== undefined && { conf }), on: [...on, tcp], enabled: [...enabled, tcp] };
    const { host, facts, state, read } = await hostWith(daemon, before);
    const had = state();
    const change: Switch = { ...listen, conf: { text: "bad" } };
    // The script puts everything back by itself: nobody else may be there to do it.
    let left: ReturnType<typeof state> | undefined;
    const run: SshHost["run"] = (...args) =>
      host.run(...args).catch((error) => {
        left ??= state();
        throw error;
      });
    const watched = Object.assign(Object.create(host) as SshHost, { run });
    await expect(switchDaemons(watched, [{ facts, change }], signal)).rejects.toThrow(
      `${name} does not start with its new settings, so all that was changed for them was put back. It says:\nerror : virConfParse`,
    );
    expect(left).toEqual(had);
    expect(state()).toEqual(had);
    expect(read("journal-asked")).toMatch(
      new RegExp(`--unit ${name}\\.service --unit ${name}\\.socket .*--since @\\d+`),
    );
  });

  test("where only the file differs its sockets stay, and clients wait", async () => {
    const { host, facts, state, read } = await hostWith(daemon, { conf: "old", on, enabled });
    await switchDaemons(host, [{ facts, change: { ...nothing, conf: { text: "new" } } }], signal);
    expect(state()).toEqual({ conf: "new", others: [], on, enabled });
    expect(read("asked")).not.toMatch(/^stop/m);
    expect(read("admin")).toMatch(`--connect libvirtd:///system server-clients-set ${name} --max-clients 0`);
  });

  test("and bad settings are put back there, too", async () => {
    const { host, facts, state } = await hostWith(daemon, { conf: "old", on, enabled });
    const change: Switch = { ...nothing, conf: { text: "bad" } };
    await expect(switchDaemons(host, [{ facts, change }], signal)).rejects.toThrow("It says:\nerror : virConfParse");
    expect(state()).toEqual({ conf: "old", others: [], on, enabled });
  });

  test("it is told of new certificates when it runs; else it reads them when it starts", async () => {
    const running = await hostWith(daemon, { on, enabled });
    await updateTls(running.host, daemon, signal);
    expect(running.read("admin")).toMatch(`--connect libvirtd:///system server-update-tls ${name}\n`);
    const idle = await hostWith(daemon, { on: [unit(".socket")], enabled });
    await updateTls(idle.host, daemon, signal);
    expect(idle.read("admin")).toBe("");
  });
});

test.each<[guest: string, state: string, job: string, all: boolean, incoming: boolean]>([
  ["rests", "running (booted)", "Job type: 0", false, false],
  ["leaves", "running (booted)", "Job type: 2\noperation: 5", true, false],
  ["leaves at the last moment", "paused (migrating)", "Job type: 2\noperation: 5", true, false],
  ["says nothing of its leave", "paused (migrating)", "", true, true],
  ["arrives", "paused (migrating)", "", true, true],
  ["is about to arrive", "paused (starting up)", "", true, true],
  ["arrives in post-copy", "running (post-copy)", "", true, true],
  ["is backed up", "running (booted)", "Job type: 2\noperation: 9", true, false],
])("a guest that %s: a restart of libvirtd or virtqemud ends it: %j %j", async (_, state, job, all, incoming) => {
  const ask = async (daemon: Daemon, runs: string) => {
    const { host, facts, folder } = await hostWith(daemon, { on: [daemon.service, runs], enabled: [] });
    writeFileSync(join(folder, "guests", "web"), `${state}\n${job && `${job}\n`}`);
    return jobsOn(host, [facts], signal);
  };
  const [proxy, qemu] = modular.daemons as readonly [Daemon, Daemon];
  expect(await ask(monolithic.daemons[0], "libvirtd.service")).toEqual(all ? ["web"] : []);
  expect(await ask(qemu, "virtqemud.service")).toEqual(all ? ["web"] : []);
  expect(await ask(proxy, "virtqemud.service")).toEqual(incoming ? ["web"] : []);
});
