import { CommandFailed, ConnectionLost } from "../../../../provider/host/errors";
import type { RemoteHost } from "../../../../provider/host/host";
import { inverse, type Switch } from "../../../../provider/libvirt/daemon/differences";
import { type Daemon, modular, monolithic } from "../../../../provider/libvirt/daemon/flavours";
import { parseDaemon } from "../../../../provider/libvirt/daemon/inspect";
import { SettingsRefused, switchDaemons, updateTls } from "../../../../provider/libvirt/daemon/switch";

const failing = (stderr: string) =>
  new CommandFailed("hv-a", { command: "virt-admin", exitCode: 1, stdout: "", stderr, durationMs: 1000 });

function answering(...answers: (Error | undefined)[]) {
  let asked = 0;
  const run = async () => {
    const answer = answers[Math.min(asked++, answers.length - 1)];
    if (answer) throw answer;
  };
  return { host: { run } as unknown as RemoteHost, times: () => asked };
}

const [libvirtd] = monolithic.daemons;
const { signal } = new AbortController();

test("a libvirtd that has crashed of new certificates is told again, once it is there", async () => {
  const { host, times } = answering(
    failing("error: Disconnected from libvirtd:///system due to end of file\nerror: End of file while reading data"),
    failing("error: Failed to connect socket to '/var/run/libvirt/libvirt-admin-sock': Connection refused"),
    undefined,
  );
  await updateTls(host, libvirtd, signal);
  expect(times()).toBe(3);
});

test("what libvirtd says against the certificates is said at once", async () => {
  const { host, times } = answering(failing("error: Unable to set x509 key and certificate"), undefined);
  await expect(updateTls(host, libvirtd, signal)).rejects.toThrow("Unable to set x509 key");
  expect(times()).toBe(1);
});

const [virtproxyd, virtqemud] = modular.daemons as readonly [Daemon, Daemon];
const base64 = (text: string) => Buffer.from(text).toString("base64");

function factsOf(daemon: Daemon, text: string) {
  const unit = (id: string, state: string) => `Id=${id}\nLoadState=loaded\nActiveState=${state}\nUnitFileState=enabled`;
  const all = [daemon.service, ...daemon.localSockets].map((id) => unit(id, "active"));
  const units = [...all, unit("virtproxyd-tls.socket", "active"), unit("virtproxyd-tcp.socket", "inactive")];
  const dropIn = `== dropIn /etc/systemd/system/${daemon.localSockets[0]}.d/pulumi-kvm-live.conf\n${base64("before")}\n`;
  return parseDaemon(`== units\n${units.join("\n\n")}\n== conf\n640 root adm\n${base64(text)}\n${dropIn}`, daemon);
}

const changeOf = ({ localSockets: [main, readOnly] }: Daemon): Switch => ({
  conf: { text: "after" },
  dropIns: new Map([
    [main, "after"],
    [readOnly, "after"],
  ]),
  enable: ["virtproxyd-tcp.socket"],
  disable: ["virtproxyd-tls.socket"],
  start: ["virtproxyd-tcp.socket"],
});

test("the way back has each file, drop-in and socket as it was", () => {
  expect(inverse(factsOf(virtproxyd, "before"), changeOf(virtproxyd))).toEqual({
    conf: { text: "before" },
    dropIns: new Map([
      ["virtproxyd.socket", "before"],
      ["virtproxyd-ro.socket", undefined],
    ]),
    enable: ["virtproxyd-tls.socket"],
    disable: ["virtproxyd-tcp.socket"],
    start: ["virtproxyd-tls.socket"],
  });
  const { conf: _, ...none } = factsOf(virtproxyd, "before");
  expect(inverse({ ...none, conf: undefined }, changeOf(virtproxyd)).conf).toBe("remove");
});

/** A host that notes what is written and which daemons are switched; those that are named do not come up with `after`. */
function switching(refuses: (name: string, times: number) => Error | undefined) {
  const done: string[] = [];
  const switched = new Map<string, number>();
  const run = async ([, , text = "", , ...values]: readonly string[], { input = "" }: { input?: string } = {}) => {
    if (text.includes("sockets_stay")) {
      const [name = "", , , , , , action = ""] = values;
      done.push(`${name}: ${action}`);
      const times = (switched.get(name) ?? 0) + 1;
      switched.set(name, times);
      const error = refuses(name, times);
      if (error) throw error;
    } else if (input) done.push(`${values.at(0)}: ${input}`);
    return { exitCode: 0, stdout: "", stderr: "" };
  };
  return { host: { run, name: "hv-m" } as unknown as RemoteHost, done };
}

const notUp = (stderr: string, exitCode = 3) =>
  new CommandFailed("hv-m", { command: "sh", exitCode, stdout: "", stderr, durationMs: 1000 });

const both = [virtproxyd, virtqemud].map((daemon) => ({ facts: factsOf(daemon, "before"), change: changeOf(daemon) }));

test("when the second daemon does not come up, both have what they had, and it is said what the daemon said", async () => {
  const words = "error : virConfParse: /etc/libvirt/virtqemud.conf:3: expecting a value";
  const { host, done } = switching((name, times) => (name === "virtqemud" && times === 1 ? notUp(words) : undefined));
  const failure = await switchDaemons(host, both, signal).catch((error: Error) => error);
  expect(failure).toBeInstanceOf(SettingsRefused);
  expect(String(failure)).toMatch(
    /hv-m: virtqemud does not start with its new settings.* was put back\. It says:\nerror : virConf/,
  );
  const switches = done.filter((line) => /^virt\w+: /.test(line));
  expect(switches).toEqual(["virtproxyd: write", "virtqemud: write", "virtqemud: write", "virtproxyd: write"]);
  const after = done.slice(done.indexOf("virtqemud: write") + 1);
  expect(after.filter((line) => line.endsWith(": after"))).toEqual([]);
  expect(after.filter((line) => line.endsWith(": before"))).toHaveLength(4);
});

test("what cannot be put back is said, too", async () => {
  const { host } = switching((name) => (name === "virtqemud" ? notUp("no") : undefined));
  await expect(switchDaemons(host, both, signal)).rejects.toThrow(/Undoing the change failed too: .*virtqemud/);
});

test("without an answer nothing is put back: the switch may be under way", async () => {
  const { host, done } = switching(() => new ConnectionLost("hv-m", "sh", "reset"));
  await expect(switchDaemons(host, both, signal)).rejects.toThrow("may have taken effect");
  expect(done.filter((line) => /^virt\w+: /.test(line))).toEqual(["virtproxyd: write"]);
});
