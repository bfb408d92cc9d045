/** Asks a guest's agent by virsh, and runs commands in the guest through it. */
import { retryUntil } from "../../provider/util/policy";
import type { LabHost } from "../lab-host";

interface Status {
  exited: boolean;
  exitcode?: number;
  "out-data"?: string;
  "err-data"?: string;
}

/** @returns what it answers. @throws CommandFailed when it does not. @see https://qemu-project.gitlab.io/qemu/interop/qemu-ga-ref.html */
export async function askAgent<Answer>(host: LabHost, guest: string, execute: string, given?: object): Promise<Answer> {
  const command = JSON.stringify({ execute, ...(given && { arguments: given }) });
  const { stdout } = await host.exec(["virsh", "qemu-agent-command", guest, command]);
  return (JSON.parse(stdout) as { return: Answer }).return;
}

/** Runs shell text in the guest. @returns what it prints. @throws Error when it fails, with what it says */
export async function runInGuest(host: LabHost, guest: string, text: string): Promise<string> {
  const program = { path: "/bin/sh", arg: ["-ec", text], "capture-output": true };
  const { pid } = await askAgent<{ pid: number }>(host, guest, "guest-exec", program);
  const ended = async () => {
    const status = await askAgent<Status>(host, guest, "guest-exec-status", { pid });
    if (!status.exited) throw new Error(`${text}: still running`);
    return status;
  };
  const { exitcode, ...output } = await retryUntil(ended, { everyMs: 300, timeoutMs: 60_000 });
  const printed = (stream: "out-data" | "err-data") => Buffer.from(output[stream] ?? "", "base64").toString();
  if (exitcode !== 0) throw new Error(`${text}: ${printed("err-data")}`);
  return printed("out-data");
}
