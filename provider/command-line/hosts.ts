/** Hosts as a command line names them: as ssh does, over the provider's own verified connection. */
import type { ConnectionArgs } from "../host/connection-args";
import type { RemoteHost } from "../host/host";
import { connectionOf, notAHost } from "../host/host-word";
import { SshHost } from "../host/ssh-host";
import { UsageError } from "./exit-codes";

export interface NamedHost {
  /** As it was named on the command line, or in the program. */
  name: string;
  connection: ConnectionArgs;
  host: RemoteHost;
}

/** @param sshConfig of the command line; what a program says of a host comes first */
export function namedHost(name: string, given: ConnectionArgs, sshConfig: string | undefined): NamedHost {
  const connection = sshConfig === undefined ? given : { sshConfig, ...given };
  return { name, connection, host: new SshHost(connection) };
}

/** @throws UsageError for a word that ssh would not take for a host either, and for one that is there twice */
export function hostsNamed(words: readonly string[], sshConfig: string | undefined): NamedHost[] {
  const read = words.map((word) => ({ word, connection: connectionOf(word) }));
  const twice = words.filter((word, index) => words.indexOf(word) < index);
  const problems = [
    ...read.flatMap(({ word, connection }) => (connection === undefined ? [notAHost(word)] : [])),
    ...[...new Set(twice)].map((word) => `${word} is named twice: leave one out.`),
  ];
  if (problems.length > 0) throw new UsageError(problems.join("\n"));
  return read.flatMap(({ word, connection }) => (connection ? [namedHost(word, connection, sshConfig)] : []));
}

/** The answer of a host, or why there is none. */
export type Answer<T> = { name: string; said: T } | { name: string; problem: string };

export const hasSaid = <T>(answer: Answer<T>): answer is { name: string; said: T } => "said" in answer;

/** Hosts without an answer, and why. */
export const silentOf = (answers: readonly Answer<unknown>[]): { name: string; problem: string }[] =>
  answers.flatMap((answer) => (hasSaid(answer) ? [] : [{ name: answer.name, problem: answer.problem }]));

/** Asks all at once; one that does not answer keeps nobody from telling of the others. */
export async function askEach<T>(
  hosts: readonly NamedHost[],
  signal: AbortSignal,
  ask: (host: RemoteHost) => Promise<T>,
): Promise<Answer<T>[]> {
  const answers = await Promise.all(
    hosts.map(async ({ name, host }): Promise<Answer<T>> => {
      try {
        return { name, said: await ask(host) };
      } catch (error) {
        if (signal.aborted) throw error;
        return { name, problem: problemOf(error as Error) };
      }
    }),
  );
  signal.throwIfAborted();
  return answers;
}

/** A mistake of ours is no host's silence. */
function problemOf(error: Error): string {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError) throw error;
  return error.message;
}
