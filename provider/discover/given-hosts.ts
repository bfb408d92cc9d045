/** Pure: hosts as an operator names them, with the names that they get in the program. */
import { connectionOf, notAHost } from "../host/host-word";
import { nameWithPort } from "../util/address";
import type { GivenHost } from "./seen";

/** @param sshConfig path of a configuration file of ssh, in the place of the user's */
export function givenHosts(
  hosts: readonly string[],
  sshConfig: string | undefined,
): { hosts: GivenHost[]; problems: string[] } {
  const all = hosts.map((word) => [word, givenHost(word, sshConfig)] as const);
  const read = all.flatMap(([, host]) => host ?? []);
  const names = read.map(({ name }) => name);
  const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  return {
    hosts: read,
    problems: [
      ...(hosts.length === 0 ? ["Name the hosts to look at, e.g. `discover hv-a hv-b nas`."] : []),
      ...all.flatMap(([word, host]) => (host ? [] : [notAHost(word)])),
      ...twice.map((name) => `${name} is named twice. Leave one of them out.`),
    ],
  };
}

function givenHost(word: string, sshConfig: string | undefined): GivenHost | undefined {
  const connection = connectionOf(word);
  if (connection === undefined) return undefined;
  return {
    name: nameWithPort(connection),
    connection: { ...connection, ...(sshConfig !== undefined && { sshConfig }) },
  };
}
