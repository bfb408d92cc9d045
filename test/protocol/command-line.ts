/** Runs `kvm-live` in this process, on a screen that is text. */
import type { Session } from "../../provider/command-line/command";
import { main } from "../../provider/command-line/main";
import { Screen } from "../../provider/command-line/screen";
import type { ScriptedHost } from "./scripted-host";

export interface Ran {
  code: number;
  /** What was printed, and what was complained of. */
  out: string;
  err: string;
}

interface Surroundings {
  /** Width of the terminal; without it the output goes into a pipe. */
  columns?: number;
  environment?: Record<string, string>;
  signal?: AbortSignal;
  runHere?: Session["runHere"];
}

export async function kvmLive(argv: readonly string[], surroundings: Surroundings = {}): Promise<Ran> {
  const { columns, environment = { NO_COLOR: "1" }, signal = new AbortController().signal } = surroundings;
  const { runHere = async () => Promise.reject(new Error("pulumi is not on PATH")) } = surroundings;
  const [out, err]: [string[], string[]] = [[], []];
  const stream = (texts: string[]) => ({
    write: (text: string) => texts.push(text),
    ...(columns !== undefined && { isTTY: true, columns }),
  });
  const screen = new Screen(stream(out), stream(err), environment);
  const code = await main(argv, { screen, signal, runHere });
  return { code, out: out.join(""), err: err.join("") };
}

/** A stack's state with these hosts, as `pulumi stack export` prints it. */
export function stateOf(hosts: Readonly<Record<string, ScriptedHost>>, guests: readonly object[] = []): string {
  const urn = (type: string, name: string) => `urn:pulumi:prod::shop::pulumi-nodejs:dynamic/kvm:${type}::${name}`;
  const resource = (type: string, name: string, inputs: object, outputs: object) => ({
    urn: urn(type, name),
    type: `pulumi-nodejs:dynamic/kvm:${type}`,
    inputs,
    outputs,
  });
  const candidates = Object.fromEntries(Object.entries(hosts).map(([name, { args }]) => [name, args]));
  const resources = [
    ...Object.entries(candidates).map(([name, args]) => resource("Host", name, args, { libvirtDaemon: "libvirtd" })),
    ...guests.map((guest, index) => resource("DomainPlacement", `guest-${index}`, { candidates }, guest)),
  ];
  return JSON.stringify({ version: 3, deployment: { resources } });
}
