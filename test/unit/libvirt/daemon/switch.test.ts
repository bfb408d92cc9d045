import { CommandFailed } from "../../../../provider/host/errors";
import type { RemoteHost } from "../../../../provider/host/host";
import { updateTls } from "../../../../provider/libvirt/daemon/switch";

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

const { signal } = new AbortController();

test("a libvirtd that has crashed of new certificates is told again, once it is there", async () => {
  const { host, times } = answering(
    failing("error: Disconnected from libvirtd:///system due to end of file\nerror: End of file while reading data"),
    failing("error: Failed to connect socket to '/var/run/libvirt/libvirt-admin-sock': Connection refused"),
    undefined,
  );
  await updateTls(host, signal);
  expect(times()).toBe(3);
});

test("what libvirtd says against the certificates is said at once", async () => {
  const { host, times } = answering(failing("error: Unable to set x509 key and certificate"), undefined);
  await expect(updateTls(host, signal)).rejects.toThrow("Unable to set x509 key");
  expect(times()).toBe(1);
});
