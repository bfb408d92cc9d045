/** Which hosts a command is for: those that are named, or those of a stack. */
import { readFileSync } from "node:fs";
import { type CommandOption, type Given, type Session, textOption } from "../command";
import { UsageError } from "../exit-codes";
import { hostsNamed, type NamedHost, namedHost } from "../hosts";
import { readState, type StackState } from "./read-state";
import { takeLoginsOf } from "./stack-logins";

export const sshOption: CommandOption = {
  flags: "-F, --ssh-config <file>",
  meaning: "configuration of ssh, in the place of ~/.ssh/config",
};

export const stackOptions: readonly CommandOption[] = [
  { flags: "--stack <stack>", meaning: "the hosts of this stack, as `pulumi stack export` has them" },
  { flags: "--state <file>", meaning: "the same of a state in a file" },
  sshOption,
];

export interface FoundHosts {
  hosts: NamedHost[];
  /** Undefined when the hosts are named. */
  state: StackState | undefined;
}

/** @param words hosts that are named. @throws UsageError */
export async function findHosts(words: readonly string[], given: Given, session: Session): Promise<FoundHosts> {
  const [stack, file] = [textOption(given, "stack"), textOption(given, "state")];
  const sshConfig = textOption(given, "sshConfig");
  const said = [words.length > 0 && "hosts", stack && "--stack", file && "--state"].filter(Boolean);
  if (said.length > 1) throw new UsageError(`Give one of them: ${said.join(", ")}.`);
  if (words.length > 0) return { hosts: hostsNamed(words, sshConfig), state: undefined };
  const state = readState(file === undefined ? await exported(stack, session) : textIn(file));
  const hosts = state.hosts.map(({ name, connection }) => namedHost(name, connection, sshConfig));
  if (hosts.length + state.unreadable.length === 0)
    throw new UsageError(`The state of ${state.stack || "this stack"} has no hypervisors. Name hosts instead.`);
  return { hosts, state };
}

async function exported(stack: string | undefined, session: Session): Promise<string> {
  const which = stack === undefined ? [] : ["--stack", stack];
  try {
    const state = await session.runHere("pulumi", ["stack", "export", "--non-interactive", ...which]);
    await takeLoginsOf(which, session);
    return state;
  } catch (error) {
    const what = stack === undefined ? "No host is named, and the selected stack" : `The stack ${stack}`;
    throw new UsageError(`${what} cannot be read: ${(error as Error).message}`);
  }
}

function textIn(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`--state ${file} cannot be read: ${(error as Error).message}`);
  }
}
